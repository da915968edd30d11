//! The list of findings in its orders, filters and pages.

use ramward_rpc::api::Product;

use crate::console::testing::Desk;

fn users(desk: &Desk, names: &[&str]) {
    for name in names {
        let upn = format!("{name}@1234567890123456.onaliyun.com");
        desk.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", &upn), ("DisplayName", "x")]);
        desk.clock.advance_days(1);
    }
}

/// The users of a page, in their order.
fn listed(page: &str) -> Vec<&str> {
    let rows = page.split("<th scope=\"row\" class=\"name\"><bdi>").skip(1);
    rows.map(|row| row.split("</bdi>").next().unwrap()).collect()
}

#[test]
fn by_age_by_name_and_by_prefix() {
    let desk = Desk::new();
    users(&desk, &["carol", "alice", "bob", "albert"]);
    let root = desk.sign_in(&desk.root);
    let at = |query: &str| desk.page(&root, &format!("/console/findings?Check=users_mfa{query}"));
    let by_age = at("");
    assert_eq!(listed(&by_age), ["carol", "alice", "bob", "albert"]);
    assert_eq!(listed(&at("&SortBy=Subject")), ["albert", "alice", "bob", "carol"]);
    let some = at("&UserNamePrefix=al&SortBy=Subject");
    assert_eq!(listed(&some), ["albert", "alice"]);
    assert!(some.contains("name=\"UserNamePrefix\" value=\"al\""), "{some}");
    for part in [
        "href=\"/console/users/carol\"",
        "datetime=\"2025-06-15T12:00:00Z\">2025-06-15</time>",
        "<td class=\"n\">4</td>",
        "name=\"Repair\" value=\"users_mfa/carol/\"",
        "ramward call BindMFADevice UserPrincipalName=carol@",
    ] {
        assert!(by_age.contains(part), "{part} is missing in {by_age}");
    }
    assert!(at("&UserNamePrefix=zoe").contains("Nobody fits."));
}

#[test]
fn page_after_page_names_everybody_once() {
    let desk = Desk::new();
    let names: Vec<String> = (0..23).map(|number| format!("user-{number:02}")).collect();
    users(&desk, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let root = desk.sign_in(&desk.root);
    let (mut address, mut found) = ("/console/findings?Check=users_mfa&MaxItems=10".to_owned(), Vec::new());
    for _ in 0..3 {
        let page = desk.page(&root, &address);
        found.extend(listed(&page).into_iter().map(str::to_owned));
        let Some((before, _)) = page.split_once("\">Next page") else { break };
        let next = before.rsplit_once("href=\"").unwrap().1;
        address = next.replace("&#38;", "&");
    }
    assert_eq!(found, names);
    assert!(desk.page(&root, &address).contains("First page"));
}

/// The heaviest page stays below 100 KiB.
#[test]
fn a_full_page_of_long_names_is_not_too_heavy() {
    let desk = Desk::new();
    for number in 0..50 {
        let name = format!("{number:064}@1234567890123456.onaliyun.com");
        desk.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", &name), ("DisplayName", "x")]);
    }
    let page = desk.page(&desk.sign_in(&desk.root), "/console/findings?Check=users_mfa&MaxItems=50");
    assert_eq!(listed(&page).len(), 50);
    assert!(page.len() < 100 * 1024, "{} bytes", page.len());
}

#[test]
fn what_is_typed_is_kept_and_shown_as_text() {
    let desk = Desk::new();
    users(&desk, &["alice"]);
    let root = desk.sign_in(&desk.root);
    for hostile in
        ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "\u{202e}gpj.exe", &"x".repeat(128)]
    {
        let typed: String = form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        let page = desk.page(&root, &format!("/console/findings?Check=users_mfa&UserNamePrefix={typed}"));
        assert!(
            page.contains("role=\"alert\"") && page.contains("InvalidParameter.UserNamePrefix"),
            "{page}"
        );
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
        let marker = desk.page(&root, &format!("/console/findings?Check=users_mfa&Marker={typed}"));
        assert!(marker.contains("InvalidParameter.Marker.Format") && !marker.contains("<img"), "{marker}");
        let check = desk.console.respond(&root.get(&format!("/console/findings?Check={typed}")));
        assert_eq!(check.status(), 404);
    }
}

#[test]
fn keys_are_masked_and_roots_lead_to_its_page() {
    let desk = Desk::new();
    users(&desk, &["alice"]);
    let upn = "alice@1234567890123456.onaliyun.com";
    let made = desk.ok(Product::Ims, "CreateAccessKey", &[("UserPrincipalName", upn)]);
    let id = made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    desk.clock.advance_days(91);
    let page = desk.page(&desk.sign_in(&desk.root), "/console/findings?Check=account_no_old_key");
    assert!(
        !page.contains(&id) && page.contains(&format!("{}****{}", &id[..4], &id[id.len() - 4..])),
        "{page}"
    );
    assert!(
        page.contains("href=\"/console/root\"") && page.contains("href=\"/console/users/alice\""),
        "{page}"
    );
}

/// Without a wish the page shows what somebody breaks; every check of the form has its page.
#[test]
fn every_choice_of_the_form_is_a_page() {
    let desk = Desk::new();
    users(&desk, &["alice"]);
    let root = desk.sign_in(&desk.root);
    let first = desk.page(&root, "/console/findings");
    assert!(first.contains("<option value=\"users_mfa\" selected>"), "{first}");
    let mut count = 0;
    for option in first
        .split("<option value=\"")
        .skip(1)
        .filter(|text| !text.starts_with("Age") && !text.starts_with("Subject"))
    {
        let id = option.split('"').next().unwrap();
        let page = desk.page(&root, &format!("/console/findings?Check={id}"));
        assert!(page.contains(&format!("<option value=\"{id}\" selected>")), "{page}");
        count += 1;
    }
    assert_eq!(count, 16);
}
