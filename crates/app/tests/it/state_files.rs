//! `demo`, `import` and `export` as a user runs them.

use ramward_domain::time::Timestamp;

use crate::command::{Ramward, ramward_without_credentials};
use crate::door::Place;

const FULL: &str = include_str!("../../../domain/src/state/full.jsonl");

/// A command of which only the exit code and the two streams count, on the data directory `data` below its home.
fn on_data(arguments: &[&str]) -> Ramward {
    ramward_without_credentials(arguments).variable("RAMWARD_DATA", "data")
}

#[test]
fn the_demo_shows_the_sample_account_and_explains_it() {
    let shown = ramward_without_credentials(&["demo", "--once", "--listen", "127.0.0.1:0", "--log", "warn"])
        .picture();
    // The sample account is made when the demo starts.
    let words = shown.split(' ');
    let words = words.map(|word| if Timestamp::parse(word).is_ok() { "0000-00-00T00:00:00Z" } else { word });
    insta::assert_snapshot!(words.collect::<Vec<_>>().join(" "));
}

#[test]
fn what_is_imported_is_exported_again() {
    let place = Place::new();
    let data = place.data();
    let data = data.to_str().unwrap();
    let file = place.path().join("state.jsonl");
    std::fs::write(&file, FULL).unwrap();
    let run =
        |arguments: &[&str]| ramward_without_credentials(arguments).variable("RAMWARD_DATA", data).output();
    let imported = run(&["import", file.to_str().unwrap()]);
    assert_eq!(
        String::from_utf8_lossy(&imported.stdout),
        "imported 2 accounts, 3 users, 4 AccessKeys, 3 MFA devices, 1 policies, 1 groups, 1 roles\n",
        "{}",
        String::from_utf8_lossy(&imported.stderr)
    );
    let exported = run(&["export", "--with-secrets"]);
    assert_eq!(String::from_utf8_lossy(&exported.stdout), FULL);
    assert_eq!(String::from_utf8_lossy(&exported.stderr), "exported 2 accounts, 3 users\n");
    let backup = place.path().join("backup.jsonl");
    let to = backup.to_str().unwrap();
    assert!(run(&["export", "--account", "2222222222222222", "--to", to]).status.success());
    assert_eq!(std::fs::read_to_string(&backup).unwrap().lines().count(), 2);
    let again = run(&["export", "--to", to]);
    assert_eq!(again.status.code(), Some(2));
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("name a file that is not there yet"), "{said}");
    let recounted = run(&["report", "--verify"]);
    assert_eq!(
        String::from_utf8_lossy(&recounted.stdout),
        "2 accounts: every stored number equals its recount\n"
    );
    let twice = run(&["import", file.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&twice.stderr).into_owned();
    assert!(said.contains("line 1, this account is already there; nothing was imported"), "{said}");
}

#[test]
fn what_cannot_be_taken_is_named() {
    let shown = on_data(&["import", "bad.jsonl"])
        .file("bad.jsonl", "{\"Kind\":\"Account\",\"AccountId\":\"1234567890123456\"}\n{\"Kind\":\"User\",\"AccountId\":\"1234567890123456\",\"UserName\":\"a b\"}\n")
        .picture();
    insta::assert_snapshot!(shown);
    insta::assert_snapshot!(on_data(&["import", "nowhere.jsonl"]).picture());
    insta::assert_snapshot!(on_data(&["export"]).picture());
}

#[test]
fn a_store_in_use_is_left_alone() {
    let place = Place::new();
    let _server = place.start(&[]);
    let data = place.data();
    let output =
        ramward_without_credentials(&["export"]).variable("RAMWARD_DATA", data.to_str().unwrap()).output();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("is in use by another process"), "{said}");
}
