//! What a developer does with a server from the command line: looks at its requests, lets them fail, keeps its state and
//! comes back to it.

use serde_json::Value;

use crate::door::Place;
use crate::server::Server;

const STATE: &str = r#"{"Accounts":[{"AccountId":"6543210987654321","Users":[{"UserName":"zoe"}],
"RootAccessKeys":[{"AccessKeyId":"LTAIzoesroot","AccessKeySecret":"zoesrootsecret"}]}]}"#;

fn json(output: &std::process::Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("not JSON: {output:?}"))
}

fn users(server: &Server) -> usize {
    let listed = server.as_root(&["call", "ListUsers"]).output();
    json(&listed)["Users"]["User"].as_array().unwrap().len()
}

fn create(server: &Server, name: &str) {
    let upn = format!("UserPrincipalName={name}@{}.onaliyun.com", server.said("AccountId"));
    let made = server.as_root(&["call", "CreateUser", &upn, &format!("DisplayName={name}")]).output();
    assert!(made.status.success(), "{made:?}");
}

#[test]
fn a_state_is_saved_and_loaded_and_listed() {
    let server = Server::start(&[]);
    create(&server, "alice");
    insta::assert_snapshot!(server.as_operator(&["snapshot", "list"]).picture(), @"
    exit code: 0
    --- stdout ---

    --- stderr ---
    there are no snapshots
    ");
    insta::assert_snapshot!(server.as_operator(&["snapshot", "save", "one"]).picture(), @"
    exit code: 0
    --- stdout ---

    --- stderr ---
    saved snapshot one
    ");
    create(&server, "bob");
    assert_eq!(users(&server), 2);
    insta::assert_snapshot!(server.as_operator(&["snapshot", "load", "one"]).picture(), @"
    exit code: 0
    --- stdout ---

    --- stderr ---
    loaded snapshot one
    ");
    assert_eq!(users(&server), 1);
    let listed = json(&server.as_operator(&["snapshot", "list", "--output", "json"]).output());
    assert_eq!(listed[0]["SnapshotName"], "one");
    insta::assert_snapshot!(server.as_operator(&["snapshot", "delete", "one"]).picture(), @"
    exit code: 0
    --- stdout ---

    --- stderr ---
    deleted snapshot one
    ");
    let gone = server.as_operator(&["snapshot", "load", "one"]).output();
    assert_eq!(gone.status.code(), Some(1));
    assert!(String::from_utf8(gone.stderr).unwrap().contains("EntityNotExist.Snapshot"));
}

#[test]
fn a_server_begins_anew_with_its_keys() {
    let server = Server::start(&["--account-id", "1234567890123456"]);
    create(&server, "alice");
    insta::assert_snapshot!(server.as_operator(&["reset"]).picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: a reset deletes every account of the server and cannot be undone: add --yes to do it
    ");
    assert_eq!(users(&server), 1);
    insta::assert_snapshot!(server.as_operator(&["reset", "--yes"]).picture(), @"
    exit code: 0
    --- stdout ---
    the server has begun anew
      Account              1234567890123456
    --- stderr ---

    ");
    assert_eq!(users(&server), 0);
    insta::assert_snapshot!(server.as_operator(&["reset", "--yes", "--to", "state.json"]).file("state.json", STATE).picture(), @"
    exit code: 0
    --- stdout ---
    the server has begun anew
      Account              6543210987654321
    --- stderr ---

    ");
    let zoe = server.with_key(&["call", "ListUsers"], "LTAIzoesroot", "zoesrootsecret").output();
    assert_eq!(json(&zoe)["Users"]["User"][0]["UserPrincipalName"], "zoe@6543210987654321.onaliyun.com");
    let bad = server.as_operator(&["reset", "--yes", "--to", "no.json"]).file("no.json", "{}").output();
    assert_eq!(bad.status.code(), Some(1));
    assert!(
        String::from_utf8(bad.stderr).unwrap().contains("It is no state file: line 1, missing field `Kind`")
    );
    assert!(server.as_operator(&["reset", "--yes", "--empty"]).output().status.success());
    assert_eq!(users(&server), 0);
}

#[test]
fn a_directory_of_state_files_is_loaded_at_the_start_and_again_by_a_reset() {
    let place = Place::new();
    let states = place.path().join("states");
    std::fs::create_dir(&states).unwrap();
    std::fs::write(states.join("a.json"), STATE).unwrap();
    let lines = "{\"Kind\":\"User\",\"AccountId\":\"6543210987654321\",\"UserName\":\"adam\"}\n";
    std::fs::write(states.join("README.md"), "not a state").unwrap();
    std::fs::write(states.join("b.jsonl"), "{\"Kind\":\"Account\"").unwrap();
    let flags = ["--import", states.to_str().unwrap()];
    let (code, said) = place.refused(place.serve(&flags));
    assert_eq!(code, Some(2));
    assert!(said.contains("b.jsonl: line 1"), "{said}");
    // Nothing of the good file is there either, so the next start is a first one.
    std::fs::write(states.join("b.jsonl"), lines.replace("6543210987654321", "7777777777777777")).unwrap();
    let (_, said) = place.refused(place.serve(&flags));
    assert!(said.contains("b.jsonl: line 1"), "a user needs its account in the same file: {said}");
    let own = "{\"Kind\":\"Account\",\"AccountId\":\"7777777777777777\"}\n";
    std::fs::write(
        states.join("b.jsonl"),
        own.to_owned() + &lines.replace("6543210987654321", "7777777777777777"),
    )
    .unwrap();
    let server = place.start(&flags);
    let zoe = crate::door::Key { id: "LTAIzoesroot".to_owned(), secret: "zoesrootsecret".to_owned() };
    let names = || {
        let listed = server.call(&zoe, "ListUsers", &[]).ok();
        let users = listed["Users"]["User"].as_array().unwrap();
        users.iter().map(|user| user["DisplayName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(), ["zoe"]);
    let create = [("UserPrincipalName", "eve@6543210987654321.onaliyun.com"), ("DisplayName", "eve")];
    server.call(&zoe, "CreateUser", &create).ok();
    assert_eq!(names().len(), 2);
    let operator = [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", server.said("OperatorAccessKeyId").unwrap()),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", server.said("OperatorAccessKeySecret").unwrap()),
        ("RAMWARD_ENDPOINT", server.said("Endpoint").unwrap()),
    ];
    let reset = place.ramward(&["reset", "--yes"]).envs(operator).output().unwrap();
    assert!(reset.status.success(), "{reset:?}");
    assert_eq!(names(), ["zoe"]);
    let accounts = place.ramward(&["account", "list", "--output", "json"]).envs(operator).output().unwrap();
    assert_eq!(json(&accounts).as_array().unwrap().len(), 2);
}

#[test]
fn requests_are_shown_with_the_reason_of_a_refusal() {
    let server = Server::start(&[]);
    create(&server, "alice");
    let refused = server.with_key(&["call", "ListUsers"], server.said("AccessKeyId"), "wrong").output();
    assert_eq!(refused.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&refused.stdout).unwrap();
    let id = answer["RequestId"].as_str().unwrap();
    let shown = server.as_operator(&["requests", "--request-id", id, "--output", "json"]).output();
    let shown = json(&shown);
    assert_eq!((&shown["RefusedAt"], &shown["Status"]), (&"Signature".into(), &400.into()));
    assert!(shown["Microseconds"].as_i64().unwrap() > 0, "{shown}");
    let table = server.as_operator(&["requests", "--refused"]).output();
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("refused at Signature, after AccessKey: Specified signature"), "{table}");
    assert!(!table.contains("CreateUser") && !table.contains(server.said("AccessKeyId")), "{table}");
    let none = server.as_operator(&["requests", "--request-id", "nothing"]).output();
    assert_eq!(none.status.code(), Some(1));
    let probe = server.as_root(&["requests"]).output();
    assert_eq!(probe.status.code(), Some(1), "the operator alone");
}

#[test]
fn whoever_follows_sees_what_comes() {
    use std::io::{BufRead, BufReader};
    let server = Server::start(&[]);
    let mut following = server
        .as_operator(&["requests", "--follow", "--output", "json", "--account", server.said("AccountId")])
        .spawn();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    for name in ["alice", "bob"] {
        create(&server, name);
        let seen: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!((&seen["Operation"], &seen["Status"]), (&"CreateUser".into(), &200.into()));
    }
    following.kill().unwrap();
    following.wait().unwrap();
}

#[test]
fn calls_fail_as_the_operator_wants() {
    let server = Server::start(&["--fault-injection"]);
    let set = |words: &[&str]| {
        let done = server.as_operator(&[&["fault", "set"], words].concat()).output();
        assert!(done.status.success(), "{done:?}");
    };
    set(&["busy", "throttling", "--operation", "ListUsers", "--count", "1"]);
    let refused = server.as_root(&["call", "ListUsers"]).output();
    assert_eq!(serde_json::from_slice::<Value>(&refused.stdout).unwrap()["Code"], "Throttling");
    assert_eq!(users(&server), 0, "it is used up");
    set(&["slow", "delay", "--milliseconds", "120", "--operation", "Ims:GetAccountSummary"]);
    assert!(server.as_root(&["call", "GetAccountSummary"]).output().status.success());
    let seen = server.as_operator(&["requests", "--limit", "1", "--output", "json"]).output();
    let seen = json(&seen);
    assert_eq!((&seen["FaultName"], &seen["Status"]), (&"slow".into(), &200.into()));
    assert!(seen["Microseconds"].as_i64().unwrap() >= 120_000, "{seen}");
    set(&["late", "clock-skew", "--seconds", "-1000"]);
    let refused = server.as_root(&["call", "ListUsers"]).output();
    assert_eq!(serde_json::from_slice::<Value>(&refused.stdout).unwrap()["Code"], "InvalidTimeStamp.Expired");
    insta::assert_snapshot!(server.as_operator(&["fault", "delete", "late"]).picture(), @"
    exit code: 0
    --- stdout ---

    --- stderr ---
    faults deleted: 1
    ");
    insta::assert_snapshot!(server.as_operator(&["fault", "list"]).picture(), @"
    exit code: 0
    --- stdout ---
    FaultName  Kind        Operation              Rate  Left  Met  Milliseconds  Seconds
    busy       Throttling  ListUsers              100   0     1    -             -
    slow       Delay       Ims:GetAccountSummary  100   -     1    120           -
    --- stderr ---

    ");
    assert!(server.as_operator(&["fault", "delete"]).output().status.success());
    assert_eq!(users(&server), 0);
}

#[test]
fn a_server_that_was_not_started_for_faults_has_none() {
    let server = Server::start(&[]);
    let refused = server.as_operator(&["fault", "set", "busy", "throttling"]).output();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--fault-injection"));
}

#[test]
fn a_refused_request_is_looked_up_by_its_id_and_by_its_answer() {
    let server = Server::start(&[]);
    let wrong = |arguments: &[&str]| server.with_key(arguments, server.said("AccessKeyId"), "wrong");
    let refused = wrong(&["call", "ListUsers", "MaxItems=5", "--signature", "v1"]).output();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let answer: Value = serde_json::from_slice(&refused.stdout).unwrap();
    let id = answer["RequestId"].as_str().unwrap();
    let link = format!(
        "{}/console/errors?q=SignatureDoesNotMatch&product=Ims&requestId={id}",
        server.said("Endpoint")
    );
    assert_eq!(answer["Recommend"], link.as_str());
    let message = answer["Message"].as_str().unwrap();
    let (_, signed) = message.split_once("is:").unwrap();
    let explain = |with: &[&str], own: &str| {
        let arguments = [&["explain-error"], with, &["--signed", "own.txt", "--output", "json"]].concat();
        let mut command =
            server.as_root(&arguments).file("own.txt", own).file("answer.json", &answer.to_string());
        json(&command.output())
    };
    let equal = explain(&[id], signed);
    assert_eq!((&equal["Code"], &equal["Request"]["RefusedAt"]), (&answer["Code"], &"Signature".into()));
    assert_eq!(equal["Compared"]["Line"], Value::Null, "{equal}");
    let other = explain(&["--answer", "answer.json"], &signed.replace("MaxItems%3D5", "MaxItems%3D6"));
    assert!(other["Compared"]["Verdict"].as_str().unwrap().contains("MaxItems"), "{other}");
    let unknown = server.as_root(&["explain-error", "ABA822EE-85C2-4418-9577-A1831FC8466D"]).output();
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("EntityNotExist.Request"));
    let slip = server.as_root(&["explain-error", "SignatureDoesntMatch"]).output();
    assert!(String::from_utf8(slip.stderr).unwrap().contains("did you mean SignatureDoesNotMatch?"));
}
