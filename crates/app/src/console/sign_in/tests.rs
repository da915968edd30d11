//! Signing in as a browser does it.

use http::header::{LOCATION, SET_COOKIE};
use ramward_rpc::api::Product;

use crate::console::answer::PageAnswer;
use crate::console::testing::{Desk, Visitor, get, post};

const PASSWORD: &str = "correct horse";

fn body(answer: &PageAnswer) -> String {
    String::from_utf8(answer.body().to_vec()).unwrap()
}

fn location(answer: &PageAnswer) -> &str {
    assert_eq!(answer.status(), 303, "{}", body(answer));
    answer.headers()[LOCATION].to_str().unwrap()
}

/// Gives the password; where that leads.
fn give_password(desk: &Desk, name: &str, password: &str) -> PageAnswer {
    let password = password.replace(' ', "+");
    let form = format!("UserName={name}&Password={password}&back=%2Fconsole%2Fusers");
    desk.console.respond(&post("/console/sign-in/password", &form))
}

#[test]
fn a_key_opens_the_console_and_leads_back_to_the_page() {
    let desk = Desk::new();
    let asked = desk.console.respond(&get("/console/account?MaxItems=5"));
    assert_eq!(location(&asked), "/console/sign-in?back=%2Fconsole%2Faccount%3FMaxItems%3D5");
    let form = format!(
        "AccessKeyId={}&AccessKeySecret={}&back=%2Fconsole%2Fusers",
        desk.root.access_key_id,
        desk.root.access_key_secret.expose()
    );
    let begun = desk.console.respond(&post("/console/sign-in/key", &form));
    assert_eq!(location(&begun), "/console/users");
    let cookie = begun.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict; Max-Age=21600"), "{cookie}");
    let wrong = desk.console.respond(&post("/console/sign-in/key", "AccessKeyId=testid&AccessKeySecret=no"));
    assert_eq!(wrong.status(), 403);
    assert!(!wrong.headers().contains_key(SET_COOKIE));
}

#[test]
fn a_form_needs_the_proof_of_its_session() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let out = |body: &str| desk.console.respond(&root.post("/console/sign-out", body));
    assert_eq!(out("").status(), 303, "the visitor's own forms carry it");
    let mut foreign = root.post("/console/sign-out", "");
    foreign.headers.insert(http::header::ORIGIN, "http://example.com".parse().unwrap());
    assert_eq!(desk.console.respond(&foreign).status(), 403);
    let again = desk.sign_in(&desk.root);
    let mut bare = again.post("/console/sign-out", "");
    bare.body = "proof=x".into();
    assert_eq!(desk.console.respond(&bare).status(), 403);
}

#[test]
fn a_user_signs_in_and_a_wrong_password_keeps_what_was_typed_but_for_itself() {
    let desk = Desk::new();
    let alice = desk.user("alice", PASSWORD);
    let begun = give_password(&desk, &alice, PASSWORD);
    assert_eq!(location(&begun), "/console/users");
    let visitor = Visitor::of_answer(&begun);
    let page = desk.page(&visitor, "/console/account");
    assert!(page.contains("acs:ram::1234567890123456:user/alice"), "{page}");
    assert!(desk.console.respond(&get("/console/sign-in")).status().is_success());
    let hostile = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22";
    for (name, shown) in [(&*alice, &*alice), (hostile, "&#60;script&#62;alert(1)&#60;/script&#62;&#34;")] {
        let wrong = give_password(&desk, name, "a wrong one");
        assert_eq!(wrong.status(), 403);
        assert!(!wrong.headers().contains_key(SET_COOKIE));
        let page = body(&wrong);
        assert!(page.contains(&format!("value=\"{shown}\"")) && page.contains("role=\"alert\""), "{page}");
        assert!(!page.contains("a wrong one") && !page.contains("<script>alert"), "{page}");
    }
    for _ in 0..10 {
        give_password(&desk, "nobody", "a wrong one");
    }
    assert_eq!(give_password(&desk, "nobody", "a wrong one").status(), 429);
}

#[test]
fn another_password_and_a_device_are_asked_for_one_after_the_other() {
    let desk = Desk::new();
    let alice = desk.user("alice", PASSWORD);
    let wishes =
        [("UserPrincipalName", &*alice), ("PasswordResetRequired", "true"), ("MFABindRequired", "true")];
    desk.ok(Product::Ims, "UpdateLoginProfile", &wishes);
    let begun = give_password(&desk, &alice, PASSWORD);
    assert_eq!(location(&begun), "/console/sign-in/new-password?back=%2Fconsole%2Fusers");
    let visitor = Visitor::of_answer(&begun);
    // Nothing else opens before that is done.
    for path in ["/console/account", "/console/sign-in/code", "/console"] {
        let answer = desk.console.respond(&visitor.get(path));
        assert!(location(&answer).starts_with("/console/sign-in/new-password"), "{path}");
    }
    assert!(!desk.page(&visitor, "/console/sign-in/new-password").contains("<nav"), "no menu yet");
    let change = |new: &str, again: &str| {
        let form = format!(
            "OldPassword=correct+horse&NewPassword={new}&NewPasswordAgain={again}&back=%2Fconsole%2Fusers"
        );
        desk.console.respond(&visitor.post("/console/sign-in/new-password", &form))
    };
    let unlike = change("battery+staple", "battery+stable");
    assert_eq!(unlike.status(), 400);
    let weak = change("short", "short");
    assert_eq!(weak.status(), 400);
    let page = body(&weak);
    assert!(page.contains("at least 8 characters") && page.contains("InvalidParameter.NewPassword.TooWeak"));
    let mut bare = visitor.post("/console/sign-in/new-password", "");
    bare.body = "OldPassword=x".into();
    assert_eq!(desk.console.respond(&bare).status(), 403, "no proof of the session");
    let changed = change("battery+staple", "battery+staple");
    assert_eq!(location(&changed), "/console/sign-in/device?back=%2Fconsole%2Fusers");

    let visitor = Visitor::of_answer(&changed);
    assert!(desk.page(&visitor, "/console/sign-in/device").contains("<h1>Bind an MFA device</h1>"));
    let made = desk.console.respond(&visitor.post("/console/sign-in/device", "back=%2Fconsole%2Fusers"));
    let page = body(&made);
    assert!(page.contains("<img src=\"data:image/png;base64,iVBOR"), "{page}");
    let seed = page.split("id=\"seed\">").nth(1).unwrap().split('<').next().unwrap();
    let bind = |one: &str, two: &str| {
        let form = format!(
            "SerialNumber=acs:ram::1234567890123456:mfa/alice&AuthenticationCode1={one}\
             &AuthenticationCode2={two}&back=%2Fconsole%2Fusers"
        );
        desk.console.respond(&visitor.post("/console/sign-in/device/bind", &form))
    };
    let wrong = bind("000000", "000001");
    assert_eq!(wrong.status(), 403);
    let back = "name=\"back\" value=\"/console/sign-in/device\"";
    assert!(body(&wrong).contains(back), "another language shows a page that can be got");
    assert!(body(&wrong).contains("CheckAuthenticationCodeFail"));
    let (one, two) = desk.codes(seed);
    let bound = bind(&one, &two);
    assert_eq!(location(&bound), "/console/users");
    let page = desk.page(&Visitor::of_answer(&bound), "/console/account");
    assert!(page.contains(">proven</span>") && page.contains("mfa/alice</code>"), "{page}");

    let again = give_password(&desk, &alice, "battery staple");
    assert_eq!(location(&again), "/console/sign-in/code?back=%2Fconsole%2Fusers");
    let visitor = Visitor::of_answer(&again);
    let give = |code: &str| {
        let form = format!("AuthenticationCode={code}&back=%2Fconsole%2Fusers");
        desk.console.respond(&visitor.post("/console/sign-in/code", &form))
    };
    assert_eq!(give(&two).status(), 403, "it was used to bind");
    desk.clock.advance(60);
    assert_eq!(location(&give(&desk.codes(seed).1)), "/console/users");
}

#[test]
fn who_gives_a_sign_in_up_begins_anew() {
    let desk = Desk::new();
    let alice = desk.user("alice", PASSWORD);
    let wishes = [("UserPrincipalName", &*alice), ("PasswordResetRequired", "true")];
    desk.ok(Product::Ims, "UpdateLoginProfile", &wishes);
    let visitor = Visitor::of_answer(&give_password(&desk, &alice, PASSWORD));
    let left = desk.console.respond(&visitor.post("/console/sign-in/leave", ""));
    assert_eq!(location(&left), "/console/sign-in");
    let answer = desk.console.respond(&visitor.get("/console/sign-in/new-password"));
    assert_eq!(location(&answer), "/console/sign-in", "the session is over");
}

#[test]
fn a_policy_sees_a_second_factor_only_where_one_was_proven() {
    let desk = Desk::new();
    let alice = desk.user("alice", PASSWORD);
    let document = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:ListUsers","Resource":"*","Condition":{"Bool":{"acs:MFAPresent":"true"}}}]}"#;
    desk.ok(Product::Ram, "CreatePolicy", &[("PolicyName", "with-mfa"), ("PolicyDocument", document)]);
    let attached = [("PolicyName", "with-mfa"), ("PolicyType", "Custom"), ("UserName", "alice")];
    desk.ok(Product::Ram, "AttachPolicyToUser", &attached);
    let code =
        |visitor: &Visitor| desk.attempt(visitor, Product::Ims, "ListUsers", &[]).map_err(|no| no.code);
    let without = desk.sign_in_with_password(&alice, PASSWORD);
    assert_eq!(code(&without).unwrap_err(), "NoPermission");

    let made = desk.ok(Product::Ims, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]);
    let (serial, seed) =
        (&made["VirtualMFADevice"]["SerialNumber"], &made["VirtualMFADevice"]["Base32StringSeed"]);
    let seed = seed.as_str().unwrap();
    let (one, two) = desk.codes(seed);
    let bound = [
        ("UserPrincipalName", &*alice),
        ("SerialNumber", serial.as_str().unwrap()),
        ("AuthenticationCode1", &one),
        ("AuthenticationCode2", &two),
    ];
    desk.ok(Product::Ims, "BindMFADevice", &bound);
    desk.clock.advance(60);
    let begun = Visitor::of_answer(&give_password(&desk, &alice, PASSWORD));
    let form = format!("AuthenticationCode={}", desk.codes(seed).1);
    let proven = Visitor::of_answer(&desk.console.respond(&begun.post("/console/sign-in/code", &form)));
    assert_eq!(code(&proven).unwrap()["Users"]["User"][0]["UserPrincipalName"], alice);
}

#[test]
fn a_browser_is_remembered_where_that_is_offered_and_ticked() {
    let desk = Desk::new();
    let alice = desk.user("alice", PASSWORD);
    desk.ok(Product::Ims, "SetSecurityPreference", &[("EnableSaveMFATicket", "true")]);
    let made = desk.ok(Product::Ims, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]);
    let seed = made["VirtualMFADevice"]["Base32StringSeed"].as_str().unwrap();
    let (one, two) = desk.codes(seed);
    let bound = [
        ("UserPrincipalName", &*alice),
        ("SerialNumber", "acs:ram::1234567890123456:mfa/phone"),
        ("AuthenticationCode1", &one),
        ("AuthenticationCode2", &two),
    ];
    desk.ok(Product::Ims, "BindMFADevice", &bound);
    desk.clock.advance(60);
    let visitor = Visitor::of_answer(&give_password(&desk, &alice, PASSWORD));
    assert!(desk.page(&visitor, "/console/sign-in/code").contains("name=\"Remember\""));
    let form = format!("AuthenticationCode={}&Remember=on", desk.codes(seed).1);
    let done = desk.console.respond(&visitor.post("/console/sign-in/code", &form));
    let cookies: Vec<&str> =
        done.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
    let kept = cookies.iter().find(|text| text.starts_with("ramward_remembered=")).unwrap();
    assert!(kept.contains("; HttpOnly; SameSite=Strict; Max-Age=604800"), "{kept}");
    let form = format!("UserName={alice}&Password=correct+horse&back=%2Fconsole%2Fusers");
    let mut again = post("/console/sign-in/password", &form);
    again.headers.insert(http::header::COOKIE, kept.split(';').next().unwrap().parse().unwrap());
    assert_eq!(location(&desk.console.respond(&again)), "/console/users");
}

/// Behind a proxy that ends TLS, what the browser sees is TLS.
#[test]
fn a_public_address_of_https_makes_cookies_secure_and_addresses_right() {
    let desk = Desk::with(|settings| settings.public_url = Some("https://ramward.example".to_owned()));
    let begin = |host: &str| {
        let id = &desk.root.access_key_id;
        let secret = desk.root.access_key_secret.expose();
        let form = format!("AccessKeyId={id}&AccessKeySecret={secret}");
        let mut request = post("/console/sign-in/key", &form);
        request.headers.insert(http::header::HOST, host.parse().unwrap());
        request.headers.insert(http::header::ORIGIN, format!("https://{host}").parse().unwrap());
        desk.console.respond(&request)
    };
    let cookie = |answer: &PageAnswer| answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    let outside = begin("ramward.example");
    assert!(cookie(&outside).ends_with("; Secure"), "{}", cookie(&outside));
    assert!(!cookie(&begin("127.0.0.1:8686")).contains("Secure"), "reached without the proxy");
    let mut request = Visitor::of_answer(&outside).get("/console/explorer/sts/GetCallerIdentity?code=curl");
    request.headers.insert(http::header::HOST, "Ramward.Example".parse().unwrap());
    let page = body(&desk.console.respond(&request));
    assert!(page.contains("https://Ramward.Example") && !page.contains("http://Ramward.Example"), "{page}");
}
