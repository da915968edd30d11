//! `ramward exceptions` against a real server: an account that equals its file.

use serde_json::{Value, json};

use crate::server::Server;

const FILE: &str = "\
exceptions:
  - {id: robots, check: users_no_old_key, subject: svc-*, owner: o, reason: r, expires: 2099-03-31, state: planned}
  - {id: roots, check: root_mfa, subject: '*', owner: o, reason: r, expires: 2099-01-01, state: accepted risk}
";

#[test]
fn the_account_becomes_what_the_file_says() {
    let server = Server::start(&[]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("exceptions.yaml");
    let path = path.to_str().unwrap();
    let apply = |text: &str, more: &[&str]| -> Value {
        std::fs::write(path, text).unwrap();
        let arguments = [&["exceptions", "apply", path, "--output", "json"], more].concat();
        let output = server.as_root(&arguments).output();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let listed = || -> Vec<(String, String)> {
        let output = server.as_root(&["exceptions", "list", "--output", "json"]).output();
        let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
        found.iter().map(|one| (text(one, "ExceptionId"), text(one, "State"))).collect()
    };
    let pair = |id: &str, state: &str| (id.to_owned(), state.to_owned());
    let both = json!({"Added": ["robots", "roots"], "Changed": [], "Removed": [], "Unchanged": 0});
    assert_eq!(apply(FILE, &["--dry-run"]), both);
    assert_eq!(listed(), []);
    assert_eq!(apply(FILE, &[]), both);
    assert_eq!(listed(), [pair("robots", "planned"), pair("roots", "accepted risk")]);
    assert_eq!(apply(FILE, &[])["Unchanged"], 2);
    let other = FILE.replace("id: robots", "id: machines").replace("accepted risk", "third party");
    let fields = json!([{"Name": "State", "Before": "accepted risk", "After": "third party"}]);
    let expected = json!({
        "Added": ["machines"],
        "Changed": [{"ExceptionId": "roots", "Fields": fields}],
        "Removed": ["robots"],
        "Unchanged": 0
    });
    assert_eq!(apply(&other, &[]), expected);
    assert_eq!(listed(), [pair("machines", "planned"), pair("roots", "third party")]);

    // As the operator, who names the account; a table this time.
    let account = server.said("AccountId");
    let output = server.as_operator(&["exceptions", "list", "--account", account]).output();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("ExceptionId") && text.contains("\nmachines     users_no_old_key"), "{text}");

    let output = server.as_root(&["exceptions", "delete", "machines"]).output();
    assert_eq!(output.status.code(), Some(0));
    let output = server.as_root(&["exceptions", "delete", "machines"]).output();
    assert_eq!(output.status.code(), Some(1), "it is gone");
    assert_eq!(listed(), [pair("roots", "third party")]);
}

#[test]
fn a_fault_names_its_line_and_changes_nothing() {
    let server = Server::start(&[]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("exceptions.yaml");
    std::fs::write(&path, FILE.replace("root_mfa", "root_mfas")).unwrap();
    let output = server.as_root(&["exceptions", "apply", path.to_str().unwrap()]).output();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("line 3, field check: there is no check root_mfas"), "{told}");
    let listed = server.as_root(&["exceptions", "list"]).output();
    assert!(listed.stdout.is_empty());
    assert_eq!(String::from_utf8(listed.stderr).unwrap(), "there are no exceptions\n");
}
