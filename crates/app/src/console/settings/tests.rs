//! The pages of settings, as a browser asks for them.

use ramward_rpc::api::Product;

use crate::console::testing::Desk;

const POLICY: &str = "/console/settings/password-policy";
const OTHERS: &str = "MinimumPasswordDifferentCharacter=0&MaxPasswordAge=0&PasswordReusePrevention=0&MaxLoginAttemps=5&InitialPasswordAge=14";

#[test]
fn the_page_shows_what_holds() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let page = desk.page(&root, "/console/settings");
    for text in [
        "MinimumPasswordLength",
        "MaxIdleDaysForUsers",
        "1234567890123456.onaliyun.com",
        "account_total",
        "<strong>low</strong>",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(page.contains("<dd>90</dd>"), "{page}");
}

#[test]
fn the_level_that_comes_out_is_shown_before_it_is_set() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let strong = format!(
        "MinimumPasswordLength=14&RequireLowercaseCharacters=true&RequireUppercaseCharacters=true&RequireNumbers=true&RequireSymbols=true&{OTHERS}"
    );
    let answer = desk.console.respond(&root.post(POLICY, &format!("{strong}&preview=1")));
    let page = String::from_utf8(answer.body().to_vec()).unwrap();
    assert_eq!(answer.status(), 200, "{page}");
    assert!(page.contains("low → <strong>high</strong>"), "{page}");
    assert!(page.contains("name=\"MinimumPasswordLength\" min=\"8\" max=\"32\" value=\"14\""), "{page}");
    let level = || {
        let report = desk.ok(Product::Ims, "GetAccountSecurityPracticeReport", &[]);
        let info = &report["AccountSecurityPracticeInfo"];
        let level = &info["AccountSecurityPracticeUserInfo"]["SubUserPwdLevel"];
        (level.as_str().unwrap().to_owned(), info["Score"].as_i64().unwrap())
    };
    let (before, score) = level();
    assert_eq!(before, "low", "nothing was set yet");
    assert_eq!(desk.leads_to(&root, POLICY, &strong), "/console/settings?done=SetPasswordPolicy");
    let (after, better) = level();
    assert_eq!(after, "high");
    assert!(page.contains(&format!("{score} → <strong class=\"pass\">{better}</strong>")), "{page}");
    let policy = desk.ok(Product::Ims, "GetPasswordPolicy", &[]);
    assert_eq!(policy["PasswordPolicy"]["MaxLoginAttemps"], 5);

    let wrong = strong.replace("=14&Req", "=7&Req");
    let page = desk.refusal(&root, POLICY, &wrong);
    assert!(
        page.contains("InvalidParameter.MinimumPasswordLength") && page.contains("value=\"7\""),
        "{page}"
    );
}

#[test]
fn the_preference_is_set_as_a_whole_and_shown_again() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let path = "/console/settings/security-preference";
    let form = "MFAOperationForLogin=mandatory&OperationForRiskLogin=enforceVerify&LoginSessionDuration=8&LoginNetworkMasks=10.0.0.0%2F8\
                &AllowUserToChangePassword=true&VerificationTypes=%5B%22sms%22%5D&MaxIdleDaysForUsers=90&MaxIdleDaysForAccessKeys=180";
    assert_eq!(desk.leads_to(&root, path, form), "/console/settings?done=SetSecurityPreference");
    let now = desk.ok(Product::Ims, "GetSecurityPreference", &[]);
    let logon = &now["SecurityPreference"]["LoginProfilePreference"];
    assert_eq!(
        (&logon["MFAOperationForLogin"], &logon["LoginSessionDuration"]),
        (&"mandatory".into(), &8.into())
    );
    let page = desk.page(&root, path);
    for text in [
        "<option value=\"mandatory\" selected>",
        "<option value=\"[&#34;sms&#34;]\" selected>",
        "value=\"10.0.0.0/8\"",
        "<option value=\"180\" selected>",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(
        page.contains("name=\"AllowUserToManageMFADevices\" value=\"true\">"),
        "it was not ticked: {page}"
    );
}

#[test]
fn the_domain_is_set() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let to = desk.leads_to(&root, "/console/settings/domain", "DefaultDomainName=acme");
    assert_eq!(to, "/console/settings?done=SetDefaultDomain");
    let upn = "UserPrincipalName=alice&DisplayName=Alice";
    assert_eq!(desk.leads_to(&root, "/console/users/new", upn), "/console/users/alice?done=CreateUser");
    assert!(desk.page(&root, "/console/users/alice").contains("alice@acme.onaliyun.com"));
    assert!(desk.page(&root, "/console/users/new").contains("@acme.onaliyun.com"));
}
