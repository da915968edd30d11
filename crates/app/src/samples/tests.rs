//! What holds for every language. That the code runs and parses is tested by `tests/samples`.

use ramward_domain::ops::{self, OPERATIONS};
use ramward_rpc::api::Product;

use super::*;

fn call(product: Product, action: &str, typed: &[(&str, &str)]) -> Call {
    let description = OPERATIONS[ops::find(product, action).unwrap()].describe();
    Call::new(&description, typed, false, "127.0.0.1:8686")
}

fn every(call: &Call) -> Vec<(&'static str, String)> {
    let both = [Flavour::Typed, Flavour::Generic];
    LANGUAGES
        .iter()
        .flat_map(|language| both.map(|flavour| (language.code, language.write(call, flavour))))
        .collect()
}

#[test]
fn a_password_stands_in_no_code() {
    let typed = [("UserPrincipalName", "alice@example.com"), ("Password", "Tr0ub4dor&3")];
    for (language, code) in every(&call(Product::Ims, "CreateLoginProfile", &typed)) {
        assert!(!code.contains("Tr0ub4dor") && code.contains("PASSWORD"), "{language}: {code}");
        assert!(
            code.contains("alice@example.com") || code.contains("alice%40example.com"),
            "{language}: {code}"
        );
    }
}

#[test]
fn what_cannot_be_seen_stands_in_no_code() {
    let typed = [("GroupName", "x"), ("Comments", "\u{202e}\u{200b}\u{1}\"'`$(id)${x}\\")];
    for (language, code) in every(&call(Product::Ims, "CreateGroup", &typed)) {
        assert!(!code.contains(['\u{202e}', '\u{200b}', '\u{1}']), "{language}: {code}");
    }
}

#[test]
fn lists_are_flat_or_json_as_the_product_has_them() {
    let ims = call(
        Product::Ims,
        "CreateUser",
        &[("UserPrincipalName", "a@b"), ("DisplayName", "A"), ("Tag.3.Key", "k"), ("Tag.3.Value", "v")],
    );
    let names = |call: &Call| call.sent().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&ims), ["UserPrincipalName", "DisplayName", "Tag.1.Key", "Tag.1.Value"]);
    let ram = call(
        Product::Ram,
        "TagResources",
        &[("ResourceType", "role"), ("ResourceNames.1", "r"), ("Tag.1.Key", "k"), ("Tag.1.Value", "v")],
    );
    let sent = ram.sent();
    assert!(
        sent.contains(&("Tag".to_owned(), Sent::Text(r#"[{"Key":"k","Value":"v"}]"#.to_owned()))),
        "{sent:?}"
    );
    assert!(sent.contains(&("ResourceNames".to_owned(), Sent::Text(r#"["r"]"#.to_owned()))), "{sent:?}");
}

#[test]
fn own_operations_have_no_typed_call() {
    let call = call(Product::Ramward, "ListSecurityFindings", &[]);
    for language in LANGUAGES {
        assert!(!language.is_typed(Product::Ramward, "ListSecurityFindings"));
        let code = language.write(&call, Flavour::Typed);
        assert_eq!(code, language.write(&call, Flavour::Generic), "{}", language.code);
        assert!(!code.contains("ramward20261101"), "{}", language.code);
    }
}

#[test]
fn what_needs_no_key_asks_for_none() {
    let typed = [("RoleArn", "acs:ram::1:role/r"), ("OIDCProviderArn", "x"), ("OIDCToken", "secret-token")];
    for (language, code) in every(&call(Product::Sts, "AssumeRoleWithOIDC", &typed)) {
        assert!(!code.contains("ACCESS_KEY_SECRET") && !code.contains("secret-token"), "{language}: {code}");
    }
}
