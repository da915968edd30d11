//! Who is signed in at the console, root's password, and what counts failures.

use super::Open;
use super::fixtures::*;
use crate::identity::console_stage::ConsoleStage;
use crate::identity::failures::Failures;
use crate::identity::login_profile::Status;
use crate::ids::UserId;
use crate::store::StoreError;
use crate::store::tables::console_sessions::{self, ConsoleSession};
use crate::store::tables::root_passwords::{self, RootPassword};
use crate::store::tables::{accounts, login_profiles, users};

fn session(token: &str, user: UserId, ends: i64) -> ConsoleSession {
    ConsoleSession {
        account: ACCOUNT,
        token_hash: token.as_bytes().to_vec(),
        user_id: user,
        access_key_id: None,
        stage: ConsoleStage::Code,
        mfa: false,
        create_date: noon(10),
        ends: noon(ends),
    }
}

pub fn a_session_holds_as_long_as_its_user_may_log_on(open: Open) {
    let store = with_account(open());
    let (one, root) = (session("one", user_id(1), 11), session("root", UserId::ROOT, 11));
    let rows = [one.clone(), root.clone()];
    write(&store, move |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        login_profiles::insert(tx, &profile(ACCOUNT, user_id(1)))?;
        rows.iter().try_for_each(|row| console_sessions::insert(tx, row))
    })
    .unwrap();
    let find = |token: &str| read(&store, |tx| console_sessions::find(tx, ACCOUNT, token.as_bytes()));
    let found = find("one").unwrap();
    assert_eq!((found.session, found.holds), (one.clone(), true));
    assert_eq!(found.user_name, Some(user(ACCOUNT, 1).user_name));
    assert!(find("root").unwrap().holds && find("two").is_none());
    let mut further = ConsoleSession { stage: ConsoleStage::Done, mfa: true, ends: noon(12), ..one };
    let row = further.clone();
    write(&store, move |tx| console_sessions::update(tx, &row)).unwrap();
    assert_eq!(find("one").unwrap().session, further);
    further.token_hash = b"two".to_vec();
    let refusal = refused(&store, move |tx| console_sessions::update(tx, &further));
    assert!(matches!(refusal, StoreError::Absent { what: "console session" }), "{refusal}");
    let off = login_profiles::LoginProfile { status: Status::Inactive, ..profile(ACCOUNT, user_id(1)) };
    write(&store, move |tx| login_profiles::update(tx, &off)).unwrap();
    assert!(!find("one").unwrap().holds);
    write(&store, |tx| login_profiles::delete(tx, ACCOUNT, user_id(1))).unwrap();
    assert!(find("one").is_none() && find("root").is_some());
    assert!(write(&store, |tx| console_sessions::delete(tx, ACCOUNT, b"root")).unwrap());
    assert!(!write(&store, |tx| console_sessions::delete(tx, ACCOUNT, b"root")).unwrap());
    assert_verified(&store);
}

pub fn sessions_that_are_over_are_forgotten_a_few_at_a_time(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        (0..5_i64)
            .try_for_each(|n| console_sessions::insert(tx, &session(&n.to_string(), UserId::ROOT, 11 + n)))
    })
    .unwrap();
    let left = || {
        let is_there = |n: &u8| {
            let token = [b'0' + n];
            read(&store, |tx| console_sessions::find(tx, ACCOUNT, &token)).is_some()
        };
        (0..5).filter(is_there).count()
    };
    for (expected, now) in [(4, 11), (3, 14), (2, 14), (1, 14), (1, 14)] {
        write(&store, move |tx| console_sessions::delete_ended(tx, ACCOUNT, noon(now), 1)).unwrap();
        assert_eq!(left(), expected);
    }
    write(&store, |tx| console_sessions::delete_of_user(tx, ACCOUNT, UserId::ROOT)).unwrap();
    assert_eq!(left(), 0);
}

pub fn root_has_one_password_that_goes_with_the_account(open: Open) {
    let store = with_account(open());
    let find = || read(&store, |tx| root_passwords::find(tx, ACCOUNT));
    assert_eq!(find(), None);
    for day in [10_i64, 11] {
        let password_hash = hash(day.unsigned_abs());
        let row = RootPassword { account: ACCOUNT, password_hash, password_date: noon(day) };
        let kept = row.clone();
        write(&store, move |tx| root_passwords::update(tx, &row)).unwrap();
        assert_eq!(find(), Some(kept));
    }
    write(&store, |tx| accounts::delete(tx, ACCOUNT)).unwrap();
    assert_eq!(find(), None);
}

pub fn failures_are_counted_without_touching_the_rest(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        login_profiles::insert(tx, &profile(ACCOUNT, user_id(1)))
    })
    .unwrap();
    let failures = Failures { attempts: 7, last: Some(noon(20)) };
    write(&store, move |tx| login_profiles::update_failures(tx, ACCOUNT, user_id(1), failures)).unwrap();
    let found = read(&store, |tx| login_profiles::find(tx, ACCOUNT, user_id(1))).unwrap();
    assert_eq!(found.failures(), failures);
    let expected = login_profiles::LoginProfile {
        failed_attempts: 7,
        failed_date: Some(noon(20)),
        ..profile(ACCOUNT, user_id(1))
    };
    assert_eq!(found, expected);
    let refusal =
        refused(&store, move |tx| login_profiles::update_failures(tx, ACCOUNT, user_id(2), failures));
    assert!(matches!(refusal, StoreError::Absent { what: "logon profile" }), "{refusal}");
    assert_verified(&store);
}
