//! The client commands against a real server: what one side sends, the other understands.

use insta::assert_snapshot;
use serde_json::Value;

use crate::command::Ramward;
use crate::server::Server;

/// The JSON that a command prints when it succeeds.
fn answer(mut command: Ramward) -> Value {
    let output = command.output();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_report_of_a_new_account() {
    let server = Server::start(&[]);
    assert_snapshot!(server.as_root(&["report"]).picture(), @"
    exit code: 0
    --- stdout ---
    Score 45 of 100

    RAM users                           0    SubUser
    RAM users with an MFA device        0    SubUserBindMfa
    RAM users with an unused AccessKey  0    SubUserWithUnusedAccessKey
    AccessKeys of the root identity     1    RootWithAccessKey
    RAM users with an old AccessKey     0    SubUserWithOldAccessKey
    Strength of the password policy     low  SubUserPwdLevel
    Unused AccessKeys in the account    0    UnusedAkNum
    Old AccessKeys in the account       0    OldAkNum
    Root identity has an MFA device     no   BindMfa
    --- stderr ---
    ");
    let json = answer(server.as_root(&["report", "--format", "json"]));
    assert_eq!(json["AccountSecurityPracticeInfo"]["Score"], 45);
    let xml = server.as_root(&["report", "--format", "xml", "--fail-under", "46"]).output();
    assert_eq!(xml.status.code(), Some(1));
    let xml = String::from_utf8(xml.stdout).unwrap();
    assert!(xml.contains("<Score>45</Score>") && !xml.ends_with('\n'), "{xml}");
}

#[test]
fn both_signatures_and_both_methods_carry_awkward_characters() {
    let server = Server::start(&[]);
    let domain = format!("{}.onaliyun.com", server.said("AccountId"));
    let display_name = "é 中 😀 +&=%~*'()\"\\<>";
    for (index, (signature, method)) in
        [("v3", "POST"), ("v3", "GET"), ("v1", "POST"), ("v1", "GET")].into_iter().enumerate()
    {
        let name = format!("UserPrincipalName=user{index}@{domain}");
        let how = ["--signature", signature, "--method", method];
        let create =
            [&["call", "CreateUser", &name, &format!("DisplayName={display_name}"), "Comments="], &how[..]];
        let created = answer(server.as_root(&create.concat()));
        let read = answer(server.as_root(&[&["call", "GetUser", &name], &how[..]].concat()));
        assert_eq!(created["User"]["DisplayName"], display_name, "{signature} {method}");
        assert_eq!(read["User"]["DisplayName"], display_name, "{signature} {method}");
        assert_eq!(created["User"]["UserId"], read["User"]["UserId"]);
    }
    let listed = answer(server.as_root(&["call", "ListUsers"]));
    assert_eq!(listed["Users"]["User"].as_array().map(Vec::len), Some(4));
}

#[test]
fn a_text_too_long_for_a_query_arrives_in_the_body() {
    let server = Server::start(&[]);
    let parameter = format!("Padding={}", "中".repeat(3000));
    for signature in ["v3", "v1"] {
        answer(server.as_root(&["call", "GetCallerIdentity", "--signature", signature, &parameter]));
    }
}

#[test]
fn the_server_refuses_and_the_client_says_why() {
    let server = Server::start(&[]);
    let id = server.said("AccessKeyId");
    for (command, code) in [
        (server.with_key(&["report"], id, "wrong"), "SignatureDoesNotMatch"),
        (server.with_key(&["report"], "LTAInobody", "wrong"), "InvalidAccessKeyId.NotFound"),
        (server.as_root(&["call", "CreateUser"]), "MissingUserPrincipalName"),
        (server.as_root(&["call", "Telepathy", "--version", "2019-08-15"]), "InvalidAction.NotFound"),
        (server.as_root(&["call", "GetUser", "--version", "1999-01-01"]), "InvalidVersion"),
        (server.as_operator(&["report"]), "NoPermission"),
    ] {
        let picture = command.picture();
        assert!(picture.starts_with("exit code: 1\n"), "{picture}");
        let line = picture.rsplit("--- stderr ---\n").next().unwrap();
        assert!(line.starts_with(&format!("refused: {code}: ")) && line.contains("RequestId "), "{picture}");
        assert!(!line.contains('\n') && !picture.contains(server.said("AccessKeySecret")), "{picture}");
    }
}

#[test]
fn the_secret_of_a_new_key_signs_at_once() {
    let server = Server::start(&[]);
    let name = format!("alice@{}.onaliyun.com", server.said("AccountId"));
    let user = format!("UserPrincipalName={name}");
    answer(server.as_root(&["call", "CreateUser", &user, "DisplayName=Alice"]));
    let key = answer(server.as_root(&["call", "CreateAccessKey", &user]));
    let member = |name: &str| key["AccessKey"][name].as_str().unwrap();
    let whoami =
        server.with_key(&["call", "GetCallerIdentity"], member("AccessKeyId"), member("AccessKeySecret"));
    assert_eq!(answer(whoami)["IdentityType"], "RAMUser");
    let report = server.with_key(&["report"], member("AccessKeyId"), member("AccessKeySecret"));
    assert!(report.picture().contains("refused: NoPermission: "));
}

#[test]
fn the_operator_makes_lists_and_deletes_accounts() {
    let server = Server::start(&[]);
    let id = "1234567890123456";
    let created = answer(server.as_operator(&[
        "account",
        "create",
        "--account-id",
        id,
        "--alias",
        "acme",
        "--output",
        "json",
    ]));
    let member = |name: &str| created["AccessKey"][name].as_str().unwrap();
    let (key, secret) = (member("AccessKeyId"), member("AccessKeySecret"));
    let whoami = || server.with_key(&["call", "GetCallerIdentity"], key, secret);
    assert_eq!(answer(whoami())["AccountId"], id);

    let again = server.as_operator(&["account", "create", "--account-id", id]).picture();
    assert!(again.contains("refused: EntityAlreadyExists.Account: "), "{again}");
    let listed = server.as_operator(&["account", "list"]).picture();
    assert!(
        listed.contains(id) && listed.contains("acme") && listed.contains(server.said("AccountId")),
        "{listed}"
    );
    let listed = server.as_root(&["account", "list"]).picture();
    assert!(listed.contains("refused: NoPermission: "), "{listed}");

    let deleted = server.as_operator(&["account", "delete", id, "--yes"]).picture();
    assert_eq!(deleted, format!("exit code: 0\n--- stdout ---\n\n--- stderr ---\ndeleted account {id}"));
    assert!(whoami().picture().contains("refused: InvalidAccessKeyId.NotFound: "));
    let deleted = server.as_operator(&["account", "delete", id, "--yes"]).picture();
    assert!(
        deleted.starts_with("exit code: 1\n") && deleted.contains("refused: EntityNotExist.Account: "),
        "{deleted}"
    );
}

#[test]
fn accounts_beyond_a_page_are_listed_too() {
    let server = Server::start(&[]);
    for number in 0..100 {
        let id = format!("12345678901230{number:02}");
        assert!(server.as_operator(&["account", "create", "--account-id", &id]).output().status.success());
    }
    let listed = answer(server.as_operator(&["account", "list", "--output", "json"]));
    assert_eq!(listed.as_array().map(Vec::len), Some(101));
}

#[test]
fn keys_grow_old_by_the_clock_of_the_operator() {
    let server = Server::start(&["--virtual-clock"]);
    let clock = |arguments: &[&str]| server.as_operator(&[&["clock"], arguments].concat()).picture();
    let shown = |time: &str| format!("exit code: 0\n--- stdout ---\n{time}\n--- stderr ---\n");
    // Noon, so that no midnight passes unasked.
    assert_eq!(clock(&["set", "2030-01-01T12:00:00Z"]), shown("2030-01-01T12:00:00Z"));
    let created = answer(server.as_operator(&["account", "create", "--output", "json"]));
    let member = |name: &str| created["AccessKey"][name].as_str().unwrap();
    let old_keys = || {
        let report = &["report", "--format", "json"];
        let report = answer(server.with_key(report, member("AccessKeyId"), member("AccessKeySecret")));
        report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["OldAkNum"].clone()
    };
    assert_eq!(old_keys(), 0);
    assert_eq!(clock(&["set", "2030-04-01T12:00:00Z"]), shown("2030-04-01T12:00:00Z"));
    assert_eq!(old_keys(), 0, "90 days old");
    assert!(clock(&["advance", "1d"]).contains("\n2030-04-02T12:"));
    assert_eq!(old_keys(), 1, "91 days old");
    assert!(!clock(&["reset"]).contains("2030-"));
    assert_eq!(old_keys(), 0);
}

#[test]
fn a_clock_that_was_not_made_movable_says_what_to_do() {
    let server = Server::start(&[]);
    let picture = server.as_operator(&["clock", "advance", "1d"]).picture();
    assert!(picture.starts_with("exit code: 1\n") && picture.contains("--virtual-clock"), "{picture}");
}
