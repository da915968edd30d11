//! The lists of whom the report counts: small examples counted by hand. (Random ones: `report::model`.)

use super::Open;
use super::fixtures::*;
use crate::identity::access_key::Status;
use crate::ids::{AccountId, UserId};
use crate::store::Store;
use crate::store::SubjectKind::{
    self, ConsoleIdle, ConsoleWithKeys, ConsoleWithoutMfa, KeyOld, KeyUnused, NeverUsed, TwoKeys, WithoutMfa,
};
use crate::store::tables::access_keys::AccessKey;
use crate::store::tables::identities::{self, Parts};
use crate::store::tables::login_profiles::LoginProfile;
use crate::store::tables::{access_keys, accounts, login_profiles, mfa_devices, report_subjects, users};
use crate::time::Day;

/// Every list as `(kind, day, user)`.
fn lists(store: &Store) -> Vec<(SubjectKind, i64, i64)> {
    let mut all = Vec::new();
    for kind in SubjectKind::ALL {
        let (first, last) = ((Day(i64::MIN), 0), Day(i64::MAX));
        let list = read(store, |tx| report_subjects::list(tx, ACCOUNT, kind, first, last, 100));
        all.extend(list.into_iter().map(|(day, user)| (kind, day.0, user.get())));
    }
    assert_verified(store);
    all
}

pub fn an_identity_stands_where_its_rows_say(open: Open) {
    let store = with_account(open());
    let one = user_id(1);
    write(&store, move |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        login_profiles::insert(tx, &LoginProfile { create_date: noon(15), ..profile(ACCOUNT, one) })?;
        access_keys::insert(tx, &AccessKey { last_used_date: Some(noon(40)), ..key(ACCOUNT, one, "a", 12) })?;
        access_keys::insert(tx, &key(ACCOUNT, one, "b", 30))?;
        access_keys::insert(tx, &key(ACCOUNT, one, "c", 30))?;
        access_keys::insert(tx, &AccessKey { status: Status::Inactive, ..key(ACCOUNT, one, "d", 1) })?;
        access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, "e", 9))
    })
    .unwrap();
    let of_root = [(KeyOld, 9, 0), (KeyUnused, 9, 0), (NeverUsed, 9, 0)];
    let expected = [
        of_root[0],
        (KeyOld, 12, 1),
        (KeyOld, 30, 1),
        of_root[1],
        (KeyUnused, 30, 1),
        (KeyUnused, 40, 1),
        (WithoutMfa, 10, 1),
        (ConsoleWithoutMfa, 15, 1),
        (ConsoleIdle, 15, 1),
        (TwoKeys, 30, 1),
        of_root[2],
        (NeverUsed, 30, 1),
        (ConsoleWithKeys, 15, 1),
    ];
    assert_eq!(lists(&store), expected);
    let keys = read(&store, |tx| access_keys::list_facts(tx, ACCOUNT, one));
    assert_eq!(keys.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["d", "a", "b", "c"]);
    assert!(keys.iter().all(|(id, facts)| facts.active == (id.as_str() != "d")));
    // One of two keys of a day goes, and the other still stands there.
    write(&store, move |tx| {
        access_keys::delete(tx, ACCOUNT, one, &key_id("c"))?;
        access_keys::mark_used(tx, ACCOUNT, one, &key_id("b"), noon(30), "Ims")?;
        mfa_devices::insert(tx, &device(ACCOUNT, "phone"))?;
        mfa_devices::bind(tx, ACCOUNT, &device_name("phone"), one, noon(50), None)?;
        users::update_last_login_date(tx, ACCOUNT, one, noon(60))
    })
    .unwrap();
    let gone = [(WithoutMfa, 10, 1), (ConsoleWithoutMfa, 15, 1), (NeverUsed, 30, 1)];
    let mut expected: Vec<_> = expected.into_iter().filter(|entry| !gone.contains(entry)).collect();
    expected.iter_mut().filter(|entry| entry.0 == ConsoleIdle).for_each(|entry| entry.1 = 60);
    assert_eq!(lists(&store), expected);
    write(&store, move |tx| users::delete(tx, ACCOUNT, one)).unwrap();
    assert_eq!(lists(&store), of_root);
    write(&store, |tx| accounts::delete(tx, ACCOUNT)).unwrap();
    assert_eq!(lists(&store), []);
}

pub fn subjects_are_listed_by_day_and_id(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        accounts::insert(tx, &account(AccountId::new(5).unwrap()))?;
        users::insert(tx, &user(AccountId::new(5).unwrap(), 1))?;
        for number in [3, 1, 2] {
            users::insert(tx, &user(ACCOUNT, number))?;
        }
        users::insert(tx, &users::User { create_date: noon(9), ..user(ACCOUNT, 4) })?;
        users::insert(tx, &users::User { create_date: noon(11), ..user(ACCOUNT, 5) })
    })
    .unwrap();
    let list = |after: (i64, i64), until, limit| {
        let after = (Day(after.0), after.1);
        read(&store, |tx| report_subjects::list(tx, ACCOUNT, WithoutMfa, after, Day(until), limit))
            .into_iter()
            .map(|(day, user)| (day.0, user.get()))
            .collect::<Vec<_>>()
    };
    let all = [(9, 4), (10, 1), (10, 2), (10, 3), (11, 5)];
    assert_eq!(list((i64::MIN, 0), 99, 99), all);
    assert_eq!(list((10, 1), 99, 2), all[2..4]);
    assert_eq!(list((9, 4), 10, 99), all[1..4]);
    assert_eq!(list((10, 3), 10, 99), []);
    assert_eq!(list((-5, 0), 8, 99), []);
}

/// In one statement, whatever is asked for, exactly what one after the other has.
pub fn identities_are_listed_with_what_they_have(open: Open) {
    let store = with_account(open());
    let other = AccountId::new(5).unwrap();
    write(&store, move |tx| {
        accounts::insert(tx, &account(other))?;
        for (of, number) in [(ACCOUNT, 10), (ACCOUNT, 9), (ACCOUNT, 2), (ACCOUNT, 1), (other, 9), (other, 1)]
        {
            users::insert(tx, &users::User { last_login_date: Some(noon(70)), ..user(of, number) })?;
        }
        let key = |number, id, day| key(ACCOUNT, user_id(number), id, day);
        access_keys::insert(tx, &AccessKey { last_used_date: Some(noon(40)), ..key(1, "b", 12) })?;
        access_keys::insert(tx, &key(1, "c", 30))?;
        access_keys::insert(tx, &key(1, "a", 30))?;
        access_keys::insert(tx, &AccessKey { status: Status::Inactive, ..key(1, "d", 1) })?;
        access_keys::insert(tx, &key(9, "e", 30))?;
        access_keys::insert(tx, &key(0, "r", 12))?;
        login_profiles::insert(
            tx,
            &LoginProfile { last_login_date: Some(noon(50)), ..profile(ACCOUNT, user_id(9)) },
        )?;
        login_profiles::insert(
            tx,
            &LoginProfile { status: Status::Inactive, ..profile(ACCOUNT, user_id(2)) },
        )?;
        for (of, number, name) in [(ACCOUNT, 9, "phone"), (other, 1, "phone")] {
            mfa_devices::insert(tx, &device(of, name))?;
            mfa_devices::bind(tx, of, &device_name(name), user_id(number), noon(11), None)?;
        }
        Ok(())
    })
    .unwrap();
    let known = |user, parts| read(&store, |tx| identities::find(tx, ACCOUNT, user, parts)).unwrap();
    let of = |keys, device, console| Parts { keys, device, console };
    let exact = [of(true, false, false), of(false, true, false), of(false, true, true), Parts::ALL];
    // A console alone is read together with the device.
    let read_as = exact.map(|parts| (parts, parts)).into_iter().chain([
        (of(false, false, true), of(false, true, true)),
        (of(true, false, true), Parts::ALL),
        (of(true, true, false), Parts::ALL),
    ]);
    for (parts, with) in read_as {
        let listed = |kind, range, limit| {
            let found = read(&store, |tx| identities::list_by_day(tx, ACCOUNT, kind, range, limit, parts));
            for (day, identity) in &found {
                assert_eq!(*identity, known(identity.user, with), "{kind:?} {day:?} {parts:?}");
            }
            found.into_iter().map(|(day, identity)| (day.0, identity.user.get())).collect::<Vec<_>>()
        };
        let first = (Day(i64::MIN), 0);
        let all = [(12, 0), (12, 1), (30, 1), (30, 9)];
        assert_eq!(listed(KeyOld, (first, Day(i64::MAX)), 99), all);
        assert_eq!(listed(KeyOld, (first, Day(29)), 99), all[..2]);
        assert_eq!(
            listed(KeyOld, ((Day(12), 0), Day(99)), 2),
            all[1..3],
            "the limit is of entries, not of keys"
        );
        assert_eq!(listed(KeyOld, ((Day(30), 9), Day(99)), 2), []);
        assert_eq!(listed(WithoutMfa, (first, Day(99)), 2), [(10, 1), (10, 2)]);
        let named = |from: &str, limit| {
            let found = read(&store, |tx| identities::list_by_name(tx, ACCOUNT, from, limit, parts));
            for identity in &found {
                assert_eq!(*identity, known(identity.user, with), "{parts:?}");
            }
            found.into_iter().map(|identity| identity.name).collect::<Vec<_>>()
        };
        let all = ["user1", "user10", "user2", "user9"];
        assert_eq!(named("", 99), all);
        assert_eq!(named("user10", 2), all[1..3]);
        assert_eq!(named("user1 ", 9), all[1..], "behind user1");
        assert_eq!(named("v", 9), [""; 0]);
    }
    let everything = known(user_id(1), Parts::ALL);
    assert_eq!(everything.key_ids, ["d", "b", "a", "c"].map(key_id), "oldest first");
    assert!(known(user_id(9), Parts::ALL).subject.bound && !everything.subject.bound);
}

/// Also where the deletion of an account takes many parts.
pub fn subjects_of_a_deleted_account_go_in_parts(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        tx.bulk();
        (1..=5001).try_for_each(|number| users::insert(tx, &user(ACCOUNT, number)))
    })
    .unwrap();
    write(&store, |tx| accounts::begin_delete(tx, ACCOUNT)).unwrap();
    let left =
        || read(&store, |tx| tx.find("SELECT COUNT(*) FROM report_subjects", &[], |row| row.get::<i64>(0)));
    assert_eq!(left(), Some(5001));
    assert!(write(&store, |tx| accounts::delete_part(tx, ACCOUNT)).unwrap());
    assert_eq!(left(), Some(3000));
    while write(&store, |tx| accounts::delete_part(tx, ACCOUNT)).unwrap() {}
    assert!(write(&store, |tx| accounts::delete(tx, ACCOUNT)).unwrap());
}
