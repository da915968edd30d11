//! The operator's list of accounts.

use ramward_rpc::api::Product;

use crate::console::calls::Calls;
use crate::console::testing::{ACCOUNT, Desk};

#[test]
fn the_worst_comes_first_and_leads_to_its_overview() {
    let desk = Desk::new();
    let upn = format!("alice@{ACCOUNT}.onaliyun.com");
    desk.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", &upn), ("DisplayName", "x")]);
    let operator = desk.sign_in(&desk.operator);
    as_operator(&desk, "CreateAccount", &[("AccountId", "9000000000000000")]);
    let page = desk.page(&operator, "/console/accounts");
    let link = |id: &str| page.find(&format!("href=\"/console/overview?AccountId={id}\"")).unwrap();
    assert!(link("9000000000000000") < link(ACCOUNT), "no user, so fewer points: {page}");
    assert!(page.contains("RAM users do the work, Root has an MFA device"), "{page}");
    assert!(page.contains("aria-current=\"page\">Accounts"), "{page}");
    let root = desk.sign_in(&desk.root);
    assert_eq!(desk.console.respond(&root.get("/console/accounts")).status(), 403);
}

#[test]
fn many_accounts_are_many_pages() {
    let desk = Desk::new();
    for number in 0..60 {
        as_operator(&desk, "CreateAccount", &[("AccountId", &format!("20000000000000{number:02}"))]);
    }
    let operator = desk.sign_in(&desk.operator);
    let first = desk.page(&operator, "/console/accounts");
    assert_eq!(first.matches("AccountId=").count(), 50);
    assert!(first.len() < 100 * 1024, "{} bytes", first.len());
    let next = first.split_once("\">Next page").unwrap().0.rsplit_once("href=\"").unwrap().1;
    let second = desk.page(&operator, next);
    assert_eq!(second.matches("AccountId=").count(), 11);
    assert!(first.contains(ACCOUNT) && !second.contains("Next page"), "its root has a key: {second}");
}

fn as_operator(desk: &Desk, action: &str, params: &[(&str, &str)]) {
    let operator = desk.signed_in(&desk.operator);
    let calls = Calls { service: desk.console.service(), caller: &operator.caller, origin: Desk::ORIGIN };
    calls.call(Product::Ramward, action, params).unwrap();
}
