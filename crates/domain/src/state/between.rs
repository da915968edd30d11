//! State files between databases: what one wrote the other takes, and writes the same.

use std::fmt::Write as _;
use std::sync::Arc;

use super::export::{Wanted, export};
use super::import::{Form, import};
use crate::entropy::SeededEntropy;
use crate::ids::AccountId;
use crate::report::history::{Measures, Present};
use crate::report::score::Model;
use crate::report::thresholds::Thresholds;
use crate::store::seal::SealKey;
use crate::store::sqlite::Sqlite;
use crate::store::tables::accounts;
use crate::store::verify::verify;
use crate::store::{Store, StoreOptions, StoreUrl};
use crate::time::Timestamp;

const FULL: &str = include_str!("full.jsonl");

/// More users than are sent to a database at once.
const MANY: usize = 1500;

fn seal() -> SealKey {
    SealKey::generate(&SeededEntropy::new(3))
}

fn in_a_file() -> Store {
    let options = StoreOptions::new(StoreUrl::Temporary, seal());
    Store::with_driver(Arc::new(Sqlite::temporary().unwrap()), &options).unwrap()
}

fn take(store: &Store, text: &str) {
    let model = Model::default();
    let measures = Measures { thresholds: Thresholds::default(), model: &model };
    let present = Present { now: Timestamp::parse("2025-06-15T12:00:00Z").unwrap(), measures };
    let entropy = SeededEntropy::new(5);
    import(store, &seal(), &entropy, present, &mut text.as_bytes(), Form::Lines, &mut |_| {}).unwrap();
    for account in store.read(|tx| accounts::list(tx, None, 10)).unwrap() {
        assert_eq!(store.read(|tx| verify(tx, account.account)).unwrap(), Vec::new());
    }
}

fn give(store: &Store) -> String {
    let mut out = Vec::new();
    export(store, Wanted { account: None, secrets: Some(&seal()) }, &mut out, &mut |_| {}).unwrap();
    String::from_utf8(out).unwrap()
}

/// An account with users of all kinds, without ids, so that the first import makes them.
fn many() -> String {
    let account: AccountId = "3333333333333333".parse().unwrap();
    let mut text = format!("{{\"Kind\":\"Account\",\"AccountId\":\"{account}\",\"RootMFA\":true}}\n");
    for number in 0..MANY {
        let used = if number % 3 == 0 { ",\"LastUsedDate\":\"2025-05-05T05:05:05Z\"" } else { "" };
        let day = number % 28 + 1;
        let keys: Vec<String> = (0..number % 3)
            .map(|key| {
                format!(
                    "{{\"AccessKeyId\":\"LTAI{number}x{key}\",\"AccessKeySecret\":\"secret{number}\",\
                     \"CreateDate\":\"2025-02-{day:02}T00:00:00Z\"{used}}}"
                )
            })
            .collect();
        let tags = if number % 5 == 0 {
            ",\"Tags\":[{\"Key\":\"team\",\"Value\":\"red\"},{\"Key\":\"a\",\"Value\":\"b\"}]"
        } else {
            ""
        };
        let profile = if number % 2 == 0 { ",\"LoginProfile\":{\"Status\":\"Active\"}" } else { "" };
        writeln!(
            text,
            "{{\"Kind\":\"User\",\"AccountId\":\"{account}\",\"UserName\":\"user{number}\",\
             \"DisplayName\":\"Nummer {number} äöü\",\"CreateDate\":\"2025-01-{day:02}T10:00:00Z\",\
             \"AccessKeys\":[{}]{profile}{tags}}}",
            keys.join(",")
        )
        .unwrap();
    }
    text
}

/// From a data file into the database that the tests use, and back.
fn there_and_back(text: &str) {
    let file = in_a_file();
    take(&file, text);
    let written = give(&file);
    let there = Store::temporary(seal()).unwrap();
    take(&there, &written);
    assert!(give(&there) == written, "the database writes what it took");
    let back = in_a_file();
    take(&back, &give(&there));
    assert!(give(&back) == written, "and the file what it took from there");
}

#[test]
fn what_one_database_wrote_the_other_takes_and_writes_the_same() {
    there_and_back(FULL);
}

#[test]
fn so_do_many_users() {
    there_and_back(&many());
}
