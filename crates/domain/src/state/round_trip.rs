//! An account with something of everything goes out and comes in with the very same rows, table by table. The tables of
//! what a state file leaves out are named here.

use std::collections::{BTreeMap, BTreeSet};

use super::export::{Wanted, export};
use super::import::{Form, import};
use crate::entropy::SeededEntropy;
use crate::ops::root_key::NewKey;
use crate::report::history::{Measures, Present};
use crate::report::score::Model;
use crate::report::thresholds::Thresholds;
use crate::store::Store;
use crate::store::conformance::fixtures::{assert_verified, dump};
use crate::testing::named::{DOCUMENT, FULL_ACCESS};
use crate::testing::oidc::PUBLIC_KEYS;
use crate::testing::{ACCOUNT, TestApp};

/// Tables of what an account was, what the server does, and how much a mirror knew.
const LEFT_OUT: [&str; 9] = [
    "collect_runs",
    "console_sessions",
    "disappeared",
    "mirrored_devices",
    "mirrored_users",
    "nonces",
    "recycled_keys",
    "recycled_users",
    "report_history",
];

const NETWORK: &str = r#"{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["127.0.0.1","10.0.0.0/8"]}]}"#;

fn users(app: &TestApp) -> NewKey {
    app.ok("SetPasswordPolicy", &[("MinimumPasswordLength", "10"), ("PasswordReusePrevention", "5")]);
    let upn = TestApp::upn("alice");
    let alice = ("UserPrincipalName", upn.as_str());
    app.ok(
        "CreateUser",
        &[
            alice,
            ("DisplayName", "Alice | \"äöü\""),
            ("Comments", "a note"),
            ("Email", "alice@example.com"),
            ("MobilePhone", "86-18600008888"),
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", "red"),
        ],
    );
    let key = TestApp::key_of(&app.ok("CreateAccessKey", &[alice]));
    let id = key.access_key_id.to_string();
    app.ok("SetAccessKeyPolicy", &[alice, ("UserAccessKeyId", &id), ("AccessKeyPolicy", NETWORK)]);
    let off = TestApp::key_of(&app.ok("CreateAccessKey", &[alice])).access_key_id.to_string();
    app.ok("UpdateAccessKey", &[alice, ("UserAccessKeyId", &off), ("Status", "Inactive")]);
    app.ok("CreateLoginProfile", &[alice, ("Password", "correct horse 1"), ("MFABindRequired", "true")]);
    app.ok("UpdateLoginProfile", &[alice, ("Password", "correct horse 2")]);
    app.bind(&upn, &app.device("phone"));
    app.ok("SetVerificationInfo", &[alice, ("VerifyType", "email"), ("Email", "alice@example.org")]);
    app.ok("SetVerificationInfo", &[alice, ("VerifyType", "sms"), ("MobilePhone", "86-13900001234")]);
    let bob = app.user("bob");
    let gone = TestApp::key_of(&app.ok("CreateAccessKey", &[("UserPrincipalName", &bob)]));
    let gone = gone.access_key_id.to_string();
    app.ok("DeleteAccessKey", &[("UserPrincipalName", &bob), ("UserAccessKeyId", &gone)]);
    let carol = app.user("carol");
    app.ok("DeleteUser", &[("UserPrincipalName", &carol)]);
    key
}

fn policies_groups_roles(app: &TestApp) {
    let tags = ("Tag", r#"[{"Key":"team","Value":"red"},{"Key":"a","Value":""}]"#);
    let (policy, custom) = (("PolicyName", "wide"), ("PolicyType", "Custom"));
    app.policy("wide");
    app.ok("CreatePolicyVersion", &[policy, ("PolicyDocument", FULL_ACCESS), ("SetAsDefault", "true")]);
    app.ok("CreatePolicyVersion", &[policy, ("PolicyDocument", DOCUMENT)]);
    app.ok("DeletePolicyVersion", &[policy, ("VersionId", "v3")]);
    app.ok("Ram:TagResources", &[("ResourceType", "policy"), ("ResourceNames", r#"["wide"]"#), tags]);
    app.ok("Ram:CreateGroup", &[("GroupName", "dev"), ("Comments", "all")]);
    app.ok("Ram:AddUserToGroup", &[("GroupName", "dev"), ("UserName", "alice")]);
    app.ok("AttachPolicyToGroup", &[("GroupName", "dev"), policy, custom]);
    app.attach_to_user("alice", "System", "ReadOnlyAccess");
    app.plain_role("ops");
    app.ok("AttachPolicyToRole", &[("RoleName", "ops"), policy, custom]);
    app.ok("Ram:TagResources", &[("ResourceType", "role"), ("ResourceNames", r#"["ops"]"#), tags]);
}

fn account(app: &TestApp) {
    app.bind_root(&app.device("roots"));
    app.device("spare");
    app.ok("SetAccountPassword", &[("Password", "correct horse 1")]);
    app.ok("SetSecurityPreference", &[("AllowUserToChangePassword", "false")]);
    app.ok("SetAccessKeyPolicyForAccount", &[("AccessKeyPolicy", NETWORK)]);
    app.oidc_provider("ci", "one,two");
    app.ok("SetOIDCProviderKeys", &[("OIDCProviderName", "ci"), ("JsonWebKeySet", PUBLIC_KEYS)]);
    app.saml_provider("corp");
    app.ok(
        "SetSecurityException",
        &[
            ("ExceptionId", "robots"),
            ("Check", "users_no_old_key"),
            ("SubjectPattern", "svc-*"),
            ("Owner", "security@example.com"),
            ("Reason", "moved to roles\nin March"),
            ("ExpireDate", "2025-06-20"),
            ("State", "accepted risk"),
        ],
    );
    app.ok("SetDefaultDomain", &[("DefaultDomainName", "acme.onaliyun.com")]);
}

fn exported(store: &Store, app: &TestApp) -> String {
    let mut out = Vec::new();
    export(store, Wanted { account: None, secrets: Some(&app.seal) }, &mut out, &mut |_| {}).unwrap();
    String::from_utf8(out).unwrap()
}

/// The rows of accounts by table. What is sealed is sealed anew each time, and the last code of a device that was taken is
/// its own business.
fn rows(store: &Store) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in dump(store) {
        let (table, cells) = row.split_once(' ').unwrap();
        let mut cells: Vec<&str> = cells.split('|').collect();
        let of_operator = if table == "access_key_owners" { cells[1] == "0" } else { cells[0] == "0" };
        if of_operator {
            continue;
        }
        for cell in &mut cells {
            if cell.starts_with('[') && cell.ends_with(']') {
                *cell = "sealed";
            }
        }
        if table == "mfa_devices" {
            cells.pop();
        }
        found.entry(table.to_owned()).or_default().push(cells.join("|"));
    }
    found
}

#[test]
fn an_account_comes_in_as_it_went_out() {
    let app = TestApp::new();
    let key = users(&app);
    policies_groups_roles(&app);
    account(&app);
    assert_eq!(app.call_as(&key, "GetCallerIdentity", &[]).0, 200);

    let text = exported(app.service.store(), &app);
    let other = Store::temporary(app.seal.clone()).unwrap();
    let model = Model::default();
    let measures = Measures { thresholds: Thresholds::default(), model: &model };
    // Later, so that a date that was lost would not be there by chance.
    let present = Present { now: app.wall().plus_seconds(3600), measures };
    let entropy = SeededEntropy::new(9);
    import(&other, &app.seal, &entropy, present, &mut text.as_bytes(), Form::Lines, &mut |_| {}).unwrap();
    assert_verified(&other);
    assert_eq!(exported(&other, &app), text);

    let (before, after) = (rows(app.service.store()), rows(&other));
    let tables: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for table in tables {
        if LEFT_OUT.contains(&table.as_str()) {
            assert!(table == "report_history" || !after.contains_key(table), "{table} goes out after all");
        } else {
            assert_eq!(before.get(table), after.get(table), "{table} of {ACCOUNT}");
        }
    }
    for table in [
        "access_key_policies",
        "account_settings",
        "oidc_providers",
        "password_history",
        "policy_uses",
        "root_passwords",
        "saml_providers",
        "security_exceptions",
        "tags",
        "user_tags",
        "verifications",
    ] {
        assert!(before.contains_key(table), "nothing was in {table}");
    }
    assert!(before.contains_key("recycled_users") && before.contains_key("recycled_keys"));
}
