//! The pages of users, as a browser asks for them.

use ramward_domain::identity::totp::Seed;
use ramward_domain::service::first_start::NewKey;
use ramward_domain::time::{Clock, Timestamp};
use ramward_rpc::api::Product;
use ramward_rpc::sign::Secret;

use crate::console::testing::{ACCOUNT, Desk};

/// Texts that a page must show as they are and not do.
const HOSTILE: [&str; 4] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "abc\u{202e}cba",
    "{{ frame.proof }}</textarea>",
];

fn upn(name: &str) -> String {
    format!("{name}@{ACCOUNT}.onaliyun.com")
}

fn user(desk: &Desk, name: &str) {
    desk.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", &upn(name)), ("DisplayName", name)]);
}

fn key(desk: &Desk, name: &str) -> NewKey {
    let made = desk.ok(Product::Ims, "CreateAccessKey", &[("UserPrincipalName", &upn(name))]);
    let text = |name: &str| made["AccessKey"][name].as_str().unwrap();
    NewKey {
        access_key_id: text("AccessKeyId").parse().unwrap(),
        access_key_secret: Secret::from(text("AccessKeySecret")),
    }
}

#[test]
fn a_user_is_made_changed_and_deleted() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let form = "UserPrincipalName=alice&DisplayName=Alice+A.&Email=&MobilePhone=&Comments=";
    assert_eq!(desk.leads_to(&root, "/console/users/new", form), "/console/users/alice?done=CreateUser");
    let page = desk.page(&root, "/console/users/alice?done=CreateUser");
    assert!(page.contains("Alice A.") && page.contains("<code>CreateUser</code>"), "{page}");
    assert!(page.contains("It cannot sign in to the console.") && page.contains("no device"), "{page}");

    let again = desk.refusal(&root, "/console/users/new", form);
    assert!(again.contains("EntityAlreadyExists.User") && again.contains("value=\"Alice A.\""), "{again}");

    let page = desk.page(&root, "/console/users/alice/edit");
    assert!(page.contains("name=\"NewDisplayName\" value=\"Alice A.\""), "{page}");
    let form = "NewUserPrincipalName=alice2&NewDisplayName=Alice&NewEmail=&NewMobilePhone=&NewComments=";
    assert_eq!(
        desk.leads_to(&root, "/console/users/alice/edit", form),
        "/console/users/alice2?done=UpdateUser"
    );

    let page = desk.page(&root, "/console/users/alice2/delete");
    assert!(page.contains("What it does to the score") && page.contains("ramward call DeleteUser"), "{page}");
    assert_eq!(desk.leads_to(&root, "/console/users/alice2/delete", ""), "/console/users?done=DeleteUser");
    assert_eq!(desk.console.respond(&root.get("/console/users/alice2")).status(), 404);
}

#[test]
fn users_are_listed_and_searched() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    assert!(desk.page(&root, "/console/users").contains("There are no RAM users here."));
    for number in 0..60 {
        user(&desk, &format!("user-{number:02}"));
    }
    user(&desk, "alice");
    let first = desk.page(&root, "/console/users");
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = desk.page(&root, &next.replace("&#38;", "&").replace("&amp;", "&"));
    let count = |page: &str| page.matches("<tr><th scope=\"row\"").count();
    assert_eq!((count(&first), count(&second)), (50, 11));
    let found = desk.page(&root, "/console/users?prefix=ali");
    assert_eq!(count(&found), 1);
    assert!(found.contains("href=\"/console/users/alice\""), "{found}");
    assert_eq!(count(&desk.page(&root, "/console/users?prefix=user-5")), 10);
    assert!(desk.page(&root, "/console/users?prefix=nobody").contains("No user&#39;s name begins so."));
    assert!(first.len() < 100 * 1024, "{} bytes", first.len());
}

#[test]
fn keys_are_made_switched_and_deleted_and_the_secret_is_shown_once() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    user(&desk, "alice");
    let answer = desk.console.respond(&root.post("/console/users/alice/keys/new", ""));
    let page = String::from_utf8(answer.body().to_vec()).unwrap();
    let secret = page.split("<pre id=\"key-secret\">").nth(1).unwrap().split('<').next().unwrap();
    let id = page.split("<pre id=\"key-id\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(secret.len() >= 30, "{secret}");
    let shown = desk.page(&root, "/console/users/alice");
    assert!(shown.contains(id) && !shown.contains(secret), "{shown}");

    let off = format!("/console/users/alice/keys/{id}/Inactive");
    assert!(desk.page(&root, &off).contains(&format!("UserAccessKeyId={id} Status=Inactive")));
    assert_eq!(desk.leads_to(&root, &off, ""), "/console/users/alice?done=UpdateAccessKey");
    assert!(desk.page(&root, "/console/users/alice").contains(">disabled<"));
    let other = format!("/console/users/alice/keys/{id}/Broken");
    assert_eq!(desk.console.respond(&root.get(&other)).status(), 404);
    assert_eq!(
        desk.leads_to(&root, &off.replace("Inactive", "Active"), ""),
        "/console/users/alice?done=UpdateAccessKey"
    );
    let delete = format!("/console/users/alice/keys/{id}/delete");
    assert_eq!(desk.leads_to(&root, &delete, ""), "/console/users/alice?done=DeleteAccessKey");
    assert!(!desk.page(&root, "/console/users/alice").contains(id));
    let gone = desk.refusal(&root, &delete, "");
    assert!(gone.contains("EntityNotExist.User.AccessKey"), "{gone}");
}

#[test]
fn what_a_change_would_do_to_the_score_is_what_it_does() {
    let desk = Desk::new();
    let score = || {
        let report = desk.ok(Product::Ims, "GetAccountSecurityPracticeReport", &[]);
        report["AccountSecurityPracticeInfo"]["Score"].as_i64().unwrap()
    };
    user(&desk, "alice");
    user(&desk, "bob");
    desk.clock.advance_days(100);
    let alice = key(&desk, "alice");
    desk.clock.advance_days(100);
    let root = desk.sign_in(&desk.root);
    let paths = [
        format!("/console/users/alice/keys/{}/Inactive", alice.access_key_id),
        "/console/users/bob/delete".to_owned(),
        "/console/root/keys/new".to_owned(),
    ];
    for path in paths {
        let (page, before) = (desk.page(&root, &path), score());
        desk.console.respond(&root.post(&path, ""));
        let after = score();
        let said = if before == after {
            format!("<strong>{after}</strong> as before")
        } else {
            let kind = if after > before { "pass" } else { "fail" };
            format!("{before} → <strong class=\"{kind}\">{after}</strong>")
        };
        assert!(page.contains(&said), "{path}: {said} in {page}");
    }
}

#[test]
fn a_password_is_never_shown_again() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    user(&desk, "alice");
    let form = "Password=short&PasswordResetRequired=true";
    let page = desk.refusal(&root, "/console/users/alice/logon/new", form);
    assert!(!page.contains("short") && page.contains("Password=PASSWORD"), "{page}");
    assert!(page.contains("name=\"PasswordResetRequired\" value=\"true\" checked"), "{page}");
    let form = "Password=Sunny-Day-42";
    let to = desk.leads_to(&root, "/console/users/alice/logon/new", form);
    assert_eq!(to, "/console/users/alice?done=CreateLoginProfile");
    let form = "Password=&Status=Inactive&MFABindRequired=true";
    let to = desk.leads_to(&root, "/console/users/alice/logon", form);
    assert_eq!(to, "/console/users/alice?done=UpdateLoginProfile");
    let page = desk.page(&root, "/console/users/alice");
    assert!(page.contains("Must bind an MFA device.") && page.contains(">disabled<"), "{page}");
    let to = desk.leads_to(&root, "/console/users/alice/logon/delete", "");
    assert_eq!(to, "/console/users/alice?done=DeleteLoginProfile");
}

/// The two codes of a device that is shown on a page.
fn codes(desk: &Desk, page: &str) -> String {
    let seed = page.split("<pre id=\"seed\">").nth(1).unwrap().split('<').next().unwrap();
    let seed = Seed::from_bytes(&data_encoding::BASE32_NOPAD.decode(seed.as_bytes()).unwrap()).unwrap();
    let now = desk.clock.now();
    let code = |at: Timestamp| seed.code_at(at).expose();
    format!("AuthenticationCode1={}&AuthenticationCode2={}", code(now), code(now.plus_seconds(30)))
}

#[test]
fn devices_are_made_bound_and_taken_off_for_users_and_for_root() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    user(&desk, "alice");
    for (home, unbind) in
        [("/console/users/alice", "UnbindMFADevice"), ("/console/root", "UnbindAccountMFADevice")]
    {
        let name = home.rsplit('/').next().unwrap();
        let made =
            desk.console.respond(&root.post(&format!("{home}/mfa"), &format!("VirtualMFADeviceName={name}")));
        let page = String::from_utf8(made.body().to_vec()).unwrap();
        assert!(page.contains("src=\"data:image/png;base64,iVBOR"), "{page}");
        let bind = format!("{home}/mfa/bind?device={name}");
        assert!(page.contains(&format!("action=\"{bind}\"")), "{page}");
        let wrong = root.post(&bind, "AuthenticationCode1=000000&AuthenticationCode2=000000");
        let answer = desk.console.respond(&wrong);
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        assert!(text.contains("CheckAuthenticationCodeFail") && !text.contains("000000"), "{text}");
        let right = root.post(&bind, &codes(&desk, &page));
        let answer = desk.console.respond(&right);
        assert_eq!(answer.status(), 303, "{}", String::from_utf8_lossy(answer.body()));
        assert!(desk.page(&root, home).contains(">bound<"));
        let devices = desk.page(&root, "/console/devices");
        assert!(devices.contains(&format!("href=\"{home}\"")), "{devices}");
        let page = desk.page(&root, &format!("{home}/mfa/unbind"));
        assert!(page.contains("class=\"fail\""), "it costs points: {page}");
        assert_eq!(desk.leads_to(&root, &format!("{home}/mfa/unbind"), ""), format!("{home}?done={unbind}"));
        let delete = format!("/console/devices/{name}/delete");
        assert_eq!(desk.leads_to(&root, &delete, ""), "/console/devices?done=DeleteVirtualMFADevice");
    }
}

#[test]
fn hostile_texts_are_texts_in_both_languages() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    for (number, text) in HOSTILE.into_iter().chain([&*"长".repeat(128)]).enumerate() {
        let name = format!("user{number}");
        let params = [("UserPrincipalName", &*upn(&name)), ("DisplayName", text), ("Comments", text)];
        desk.ok(Product::Ims, "CreateUser", &params);
        for path in [
            "/console/users".to_owned(),
            format!("/console/users/{name}"),
            format!("/console/users/{name}/edit"),
        ] {
            for lang in ["en", "zh"] {
                let mut request = root.get(&path);
                let cookie = request.headers[http::header::COOKIE].to_str().unwrap().to_owned();
                request
                    .headers
                    .insert(http::header::COOKIE, format!("{cookie}; ramward_lang={lang}").parse().unwrap());
                let answer = desk.console.respond(&request);
                let page = String::from_utf8(answer.body().to_vec()).unwrap();
                assert_eq!(answer.status(), 200, "{path}: {page}");
                assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}: {page}");
                assert_eq!(
                    page.matches("</textarea>").count(),
                    page.matches("<textarea").count(),
                    "{path}: {page}"
                );
                if !path.ends_with("/edit") {
                    let escaped: String = text
                        .chars()
                        .map(|c| match c {
                            '<' => "&#60;".to_owned(),
                            '>' => "&#62;".to_owned(),
                            '"' => "&#34;".to_owned(),
                            other => other.to_string(),
                        })
                        .collect();
                    assert!(page.contains(&format!("<bdi>{escaped}</bdi>")), "{path}: {escaped} in {page}");
                }
            }
        }
    }
}

#[test]
fn a_user_sees_what_its_policies_let_it_see() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    user(&desk, "alice");
    user(&desk, "bob");
    let alice = desk.sign_in(&key(&desk, "alice"));
    let listed = desk.console.respond(&alice.get("/console/users"));
    assert_eq!(listed.status(), 403);
    let form = "PolicyType=Custom&PolicyName=see-users";
    let document = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:ListUsers","ram:GetUser"],"Resource":"*"}]}"#;
    desk.ok(Product::Ram, "CreatePolicy", &[("PolicyName", "see-users"), ("PolicyDocument", document)]);
    let to = desk.leads_to(&root, "/console/users/alice/policies/attach", form);
    assert_eq!(to, "/console/users/alice?done=AttachPolicyToUser");
    assert!(desk.page(&alice, "/console/users").contains("/console/users/bob"));
    let page = desk.page(&alice, "/console/users/bob");
    assert!(page.contains("You may not see this:") && page.contains("NoPermission"), "{page}");
    let page = desk.refusal(&alice, "/console/users/bob/delete", "");
    assert!(page.contains("NoPermission") && page.contains("Not known:"), "{page}");
    assert!(desk.page(&alice, "/console/root").contains("Only root sees its keys."));
    let to = desk.leads_to(&root, "/console/users/alice/policies/Custom/see-users/detach", "");
    assert_eq!(to, "/console/users/alice?done=DetachPolicyFromUser");
}

#[test]
fn nothing_of_another_account_is_seen_or_changed() {
    let desk = Desk::new();
    user(&desk, "alice");
    let operator = desk.console.service();
    let made =
        operator.call_as_operator(Product::Ramward, "CreateAccount", &[("AccountId", "2000000000000000")]);
    let made: serde_json::Value = serde_json::from_slice(&made.body).unwrap();
    let text = |name: &str| made["AccessKey"][name].as_str().unwrap();
    let other = NewKey {
        access_key_id: text("AccessKeyId").parse().unwrap(),
        access_key_secret: Secret::from(text("AccessKeySecret")),
    };
    let other = desk.sign_in(&other);
    assert!(desk.page(&other, "/console/users").contains("There are no RAM users here."));
    assert!(desk.page(&other, "/console/users?prefix=a").contains("No user&#39;s name begins so."));
    assert_eq!(desk.console.respond(&other.get("/console/users/alice")).status(), 404);
    let page = desk.refusal(&other, "/console/users/alice/delete", "");
    assert!(page.contains("EntityNotExist.User"), "{page}");
}

#[test]
fn a_name_like_a_page_has_a_page_too() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    user(&desk, "new");
    assert!(desk.page(&root, "/console/users").contains("href=\"/console/users/%6Eew\""));
    assert!(desk.page(&root, "/console/users/%6Eew").contains("<h1><bdi>new</bdi></h1>"));
    assert_eq!(desk.leads_to(&root, "/console/users/%6Eew/delete", ""), "/console/users?done=DeleteUser");
}
