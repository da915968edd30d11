//! Questions as the form sends them, and what the page says to them.

use ramward_rpc::api::Product;

use crate::console::testing::Desk;

fn desk() -> Desk {
    let desk = Desk::new();
    for name in ["alice", "bob"] {
        let upn = format!("{name}@1234567890123456.onaliyun.com");
        desk.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", &upn), ("DisplayName", "x")]);
    }
    desk
}

fn score(page: &str) -> (&str, &str) {
    let result = page.split_once("id=\"result\"").unwrap().1;
    let then = result.split_once("<b>").unwrap().1.split('<').next().unwrap();
    let moved = result.split_once('(').unwrap().1.split(')').next().unwrap();
    (then, moved)
}

#[test]
fn ticked_repairs_raise_the_score_and_change_nothing() {
    let desk = desk();
    let root = desk.sign_in(&desk.root);
    let fresh = desk.page(&root, "/console/what-if");
    assert!(fresh.contains("value=\"users_mfa\">") && !fresh.contains("<b>"), "{fresh}");
    let whole = desk.page(
        &root,
        "/console/what-if?Repair=users_mfa&Repair=root_mfa&Policy=shown&MinimumPasswordLength=8",
    );
    assert_eq!(score(&whole), ("81", "+18"));
    assert!(whole.contains("value=\"users_mfa\" checked>") && whole.contains("0.00 → 9.09"), "{whole}");
    let call = "ramward call SimulateAccountSecurityPracticeReport Repair.1.Check=users_mfa Repair.2.Check=root_mfa</pre>";
    assert!(whole.contains(call), "{whole}");
    let one = desk.page(&root, "/console/what-if?Repair=users_mfa%2Falice%2F");
    assert_eq!(score(&one), ("63", "+0"));
    assert!(
        one.contains("Repair.1.UserName=alice")
            && one.contains("<td>0 → 1</td>")
            && one.contains("Every RAM user has an MFA device: <bdi>alice</bdi>"),
        "{one}"
    );
    let both = desk.page(&root, "/console/what-if?Repair=users_mfa%2Falice%2F&Repair=users_mfa%2Fbob%2F");
    assert_eq!(score(&both), ("72", "+9"));
    let report = desk.ok(Product::Ims, "GetAccountSecurityPracticeReport", &[]);
    assert_eq!(report["AccountSecurityPracticeInfo"]["Score"], 63);
}

#[test]
fn a_policy_and_a_day() {
    let desk = desk();
    let root = desk.sign_in(&desk.root);
    let demands = "RequireLowercaseCharacters=true&RequireUppercaseCharacters=true&RequireNumbers=true&RequireSymbols=true";
    let strong =
        desk.page(&root, &format!("/console/what-if?Policy=shown&MinimumPasswordLength=14&{demands}"));
    assert_eq!(score(&strong), ("72", "+9"));
    assert!(strong.contains("name=\"RequireSymbols\" value=\"true\" checked"), "{strong}");
    let unchanged = desk.page(&root, "/console/what-if?Policy=shown&MinimumPasswordLength=8");
    assert!(!unchanged.contains("<b>"), "the present policy asks nothing: {unchanged}");
    // Root has signed nothing by then, so its key is old and unused.
    let later = desk.page(&root, "/console/what-if?At=2025-12-31");
    assert_eq!(score(&later), ("45", "-18"));
}

#[test]
fn what_the_operation_refuses_is_told_on_the_page() {
    let desk = desk();
    let root = desk.sign_in(&desk.root);
    for (query, code) in [
        ("At=2020-01-01", "InvalidParameter.At.Range"),
        ("Repair=users_mfa%2Fnobody%2F", "EntityNotExist.User"),
        ("Repair=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "InvalidParameter.Repair"),
        ("Policy=shown&MinimumPasswordLength=%22%3E%3Cimg+src%3Dx%3E", "InvalidParameter.PasswordPolicy"),
    ] {
        let page = desk.page(&root, &format!("/console/what-if?{query}"));
        assert!(page.contains(code), "{query}: {page}");
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
    }
}

#[test]
fn a_line_is_safe_to_paste() {
    let line = super::line(&[("At", "2026-01-01"), ("Repair.1.Check", "a'; rm -rf ~ #")]);
    assert!(line.ends_with(r"At=2026-01-01 'Repair.1.Check=a'\''; rm -rf ~ #'"), "{line}");
}
