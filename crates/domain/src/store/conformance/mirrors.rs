//! Runs of a mirror, what they know of users and devices, and what disappeared.

use super::Open;
use super::fixtures::*;
use crate::store::tables::collect_runs::{self, CollectRun};
use crate::store::tables::disappeared::{self, Disappeared};
use crate::store::tables::mirrored_users::{self, MirroredUser};
use crate::store::tables::{accounts, mirrored_devices};

fn run(number: i64) -> CollectRun {
    CollectRun {
        account: ACCOUNT,
        run: number,
        endpoint: "https://cloud".into(),
        plan: "walk".into(),
        start_date: noon(number),
        end_date: None,
        position: "users".into(),
        calls: 0,
        outcome: None,
    }
}

pub fn a_run_keeps_its_fields(open: Open) {
    let store = with_account(open());
    assert_eq!(read(&store, |tx| collect_runs::find_latest(tx, ACCOUNT)), None);
    write(&store, |tx| (1..=3).try_for_each(|number| collect_runs::update(tx, &run(number)))).unwrap();
    let ended = CollectRun {
        end_date: Some(noon(9)),
        position: "end".into(),
        calls: 7,
        outcome: Some("{}".into()),
        ..run(2)
    };
    let row = ended.clone();
    write(&store, move |tx| collect_runs::update(tx, &row)).unwrap();
    assert_eq!(read(&store, |tx| collect_runs::list(tx, ACCOUNT, 2)), [run(3), ended.clone()]);
    assert_eq!(read(&store, |tx| collect_runs::find_latest(tx, ACCOUNT)), Some(run(3)));
    assert_eq!(read(&store, |tx| collect_runs::find_latest_ended(tx, ACCOUNT)), Some(ended));
}

pub fn what_is_known_of_users_and_devices_is_kept(open: Open) {
    let store = with_account(open());
    let row = |number: i64| MirroredUser {
        account: ACCOUNT,
        user_id: user_id(number),
        run: number,
        unknown: 5,
        todo: number % 2,
        hint: (number % 2 == 1).then(|| "[]".to_owned()),
    };
    write(&store, move |tx| {
        for number in 0..5 {
            mirrored_users::update(tx, &MirroredUser { run: 9, ..row(number) })?;
            mirrored_users::update(tx, &row(number))?;
            mirrored_devices::update(tx, ACCOUNT, &device_name(&format!("d{number}")), 1)?;
        }
        mirrored_devices::update(tx, ACCOUNT, &device_name("d1"), 2)?;
        mirrored_devices::delete(tx, ACCOUNT, &device_name("d2"))?;
        mirrored_users::delete(tx, ACCOUNT, user_id(4))
    })
    .unwrap();
    assert_eq!(read(&store, |tx| mirrored_users::list(tx, ACCOUNT, None, 9)), [0, 1, 2, 3].map(row));
    assert_eq!(read(&store, |tx| mirrored_users::list(tx, ACCOUNT, Some(user_id(1)), 1)), [row(2)]);
    assert_eq!(read(&store, |tx| mirrored_users::list_todo(tx, ACCOUNT, None, 9)), [row(1), row(3)]);
    assert_eq!(read(&store, |tx| mirrored_users::find(tx, ACCOUNT, user_id(4))), None);
    let devices = read(&store, |tx| mirrored_devices::list(tx, ACCOUNT, Some(&device_name("d0")), 2));
    assert_eq!(devices, [(device_name("d1"), 2), (device_name("d3"), 1)]);
    assert_eq!(read(&store, |tx| mirrored_devices::find(tx, ACCOUNT, &device_name("d1"))), Some(2));
}

pub fn what_disappeared_is_remembered_once(open: Open) {
    let store = with_account(open());
    let gone = |run: i64, kind: &str, subject: &str| Disappeared {
        account: ACCOUNT,
        run,
        kind: kind.into(),
        user_id: user_id(3),
        subject: subject.into(),
        gone_date: noon(run),
    };
    let rows = [gone(1, "User", "a"), gone(2, "AccessKey", "k"), gone(2, "User", "b"), gone(2, "User", "b")];
    write(&store, move |tx| rows.iter().try_for_each(|row| disappeared::insert(tx, row))).unwrap();
    let list =
        |after: Option<&Disappeared>, limit| read(&store, |tx| disappeared::list(tx, ACCOUNT, after, limit));
    let all = [gone(1, "User", "a"), gone(2, "AccessKey", "k"), gone(2, "User", "b")];
    assert_eq!(list(None, 9), all);
    assert_eq!(list(Some(&all[0]), 1), all[1..2]);
    assert_eq!(list(Some(&all[1]), 9), all[2..]);
    assert_eq!(list(Some(&all[2]), 9), []);
    assert_eq!(read(&store, |tx| disappeared::count(tx, ACCOUNT, 2)), 2);
    // An account's beginning may be learned late.
    write(&store, |tx| accounts::update_create_date(tx, ACCOUNT, noon(-5))).unwrap();
    assert_eq!(read(&store, |tx| accounts::find(tx, ACCOUNT)).unwrap().create_date, noon(-5));
}
