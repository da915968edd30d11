//! Every write, failed at every step and in every way: nothing is half-written, the caller hears of it, and the next
//! write works.

use std::sync::Arc;

use super::commits::{hold, submit};
use super::fixtures::*;
use crate::identity::access_key::Status;
use crate::identity::user::UserName;
use crate::ids::{AccountId, UserId};
use crate::store::connection::Driver;
use crate::store::faulty::{Fault, Faulty, Plan};
use crate::store::postgres::testing::database;
use crate::store::tables::{
    access_keys, accounts, login_profiles, mfa_devices, nonces, password_history, recycled_users, server,
    user_tags, users,
};
use crate::store::{Store, StoreError, StoreOptions, StoreUrl, Tx, Verdict};

/// A driver with nothing in its database.
pub type OpenDriver = fn() -> Arc<dyn Driver>;

type Work = fn(&mut Tx<'_>) -> Result<(), StoreError>;

const WORKS: &[(&str, Work)] = &[
    ("create an account", |tx| {
        let id = AccountId::new(9).unwrap();
        accounts::insert(tx, &account(id))?;
        access_keys::insert(tx, &key(id, UserId::ROOT, "LTAInew", 20))
    }),
    ("create a user with a key", |tx| {
        users::insert(tx, &user(ACCOUNT, 50))?;
        access_keys::insert(tx, &key(ACCOUNT, user_id(50), "LTAInew", 20))
    }),
    ("rename a user", |tx| {
        let mut row = users::find(tx, ACCOUNT, user_id(1))?.unwrap();
        row.user_name = UserName::parse("renamed").unwrap();
        users::update(tx, &row)
    }),
    ("delete a user with all it has", |tx| users::delete(tx, ACCOUNT, user_id(1)).map(drop)),
    ("move a user into the bin and back", |tx| {
        let row = users::find(tx, ACCOUNT, user_id(1))?.unwrap();
        recycled_users::insert(tx, &row, noon(30))?;
        recycled_users::restore(tx, ACCOUNT, user_id(1))?;
        recycled_users::insert(tx, &row, noon(31))
    }),
    ("switch a key off", |tx| {
        access_keys::update_status(tx, ACCOUNT, user_id(1), &key_id("LTAIa"), Status::Inactive, noon(30))
    }),
    ("use a key for the first time on a day", |tx| {
        access_keys::mark_used(tx, ACCOUNT, user_id(1), &key_id("LTAIa"), noon(77), "Ims")?;
        nonces::insert(tx, ACCOUNT, noon(78), 42).map(drop)
    }),
    ("rotate root's key", |tx| {
        access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, "LTAInew", 20))?;
        access_keys::delete(tx, ACCOUNT, UserId::ROOT, &key_id("LTAIroot")).map(drop)
    }),
    ("bind a device", |tx| {
        mfa_devices::bind(tx, ACCOUNT, &device_name("spare"), user_id(2), noon(30), Some(5))
    }),
    ("free and delete a device", |tx| mfa_devices::delete(tx, ACCOUNT, &device_name("phone")).map(drop)),
    ("change a password", |tx| {
        let mut row = login_profiles::find(tx, ACCOUNT, user_id(1))?.unwrap();
        row.password_hash = Some(hash(3));
        login_profiles::update(tx, &row)?;
        password_history::insert(tx, ACCOUNT, user_id(1), &hash(3), 1)
    }),
    ("delete the account", |tx| accounts::delete(tx, ACCOUNT).map(drop)),
    ("an operation that refuses behind a change that stays", |tx| {
        access_keys::mark_used(tx, ACCOUNT, user_id(1), &key_id("LTAIa"), noon(77), "Ims")?;
        let refused = tx.nested(|tx| {
            users::delete(tx, ACCOUNT, user_id(1))?;
            Err::<(), _>(StoreError::Absent { what: "thing" })
        });
        let Err(StoreError::Absent { what: "thing" }) = refused else { return refused };
        tx.nested(|tx| access_keys::insert(tx, &key(ACCOUNT, user_id(2), "LTAInew", 20)))
    }),
    ("a bulk", |tx| {
        tx.bulk();
        for number in 60..64 {
            users::insert(tx, &user(ACCOUNT, number))?;
            access_keys::insert(tx, &key(ACCOUNT, user_id(number), &format!("LTAI{number}"), number))?;
        }
        Ok(())
    }),
];

const FAULTS: [Fault; 3] = [Fault::Refused, Fault::TransactionLost, Fault::ConnectionLost];

/// Each way to fail, the first step that fails so, and how far it is to the next. Everywhere every step fails in every way;
/// but on PostgreSQL, where a step takes many times as long, every step fails in one of the ways.
fn faults() -> impl Iterator<Item = (Fault, u64, usize)> {
    let stride = if database().is_some() { FAULTS.len() } else { 1 };
    let first = move |place: usize| place % stride + 1;
    FAULTS.into_iter().enumerate().map(move |(place, fault)| (fault, first(place) as u64, stride))
}

fn fill(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    accounts::insert(tx, &account(ACCOUNT))?;
    access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, "LTAIroot", 10))?;
    for number in 1..=3 {
        users::insert(tx, &user(ACCOUNT, number))?;
    }
    access_keys::insert(tx, &key(ACCOUNT, user_id(1), "LTAIa", 12))?;
    access_keys::insert(tx, &key(ACCOUNT, user_id(1), "LTAIb", 14))?;
    mfa_devices::insert(tx, &device(ACCOUNT, "phone"))?;
    mfa_devices::bind(tx, ACCOUNT, &device_name("phone"), user_id(1), noon(13), None)?;
    mfa_devices::insert(tx, &device(ACCOUNT, "spare"))?;
    login_profiles::insert(tx, &profile(ACCOUNT, user_id(1)))?;
    password_history::insert(tx, ACCOUNT, user_id(1), &hash(1), 3)?;
    user_tags::update(tx, ACCOUNT, user_id(1), &tag_key("team"), &tag_value("red"))
}

fn open(driver: OpenDriver) -> (Store, Arc<Plan>) {
    let (faulty, plan) = Faulty::new(driver());
    let options = StoreOptions::new(StoreUrl::Temporary, seal());
    let store = Store::with_driver(Arc::new(faulty), &options).unwrap();
    write(&store, fill).unwrap();
    (store, plan)
}

fn assert_works(store: &Store) {
    write(store, |tx| server::update(tx, "probe", "x")).unwrap();
    assert_verified(store);
}

/// What is stored after these works, one after the other.
fn expected(driver: OpenDriver, works: &[Work]) -> Vec<String> {
    let (store, _) = open(driver);
    for work in works {
        write(&store, *work).unwrap();
    }
    assert_verified(&store);
    dump(&store)
}

pub fn a_write_that_fails_anywhere_changes_nothing(driver: OpenDriver) {
    for (name, work) in WORKS {
        let after = expected(driver, &[*work]);
        for (fault, first, stride) in faults() {
            let (store, plan) = open(driver);
            let before = dump(&store);
            let mut step = 0;
            for next in (first..).step_by(stride) {
                step = next;
                plan.fail_at(step, fault);
                let answer = write(&store, *work);
                assert_eq!(answer.is_err(), plan.failed(), "{name}, {fault:?} at step {step}");
                plan.heal();
                if answer.is_ok() {
                    break;
                }
                assert_eq!(dump(&store), before, "{name}, {fault:?} at step {step}");
                assert_works(&store);
            }
            assert!(step > 4, "{name}: begin, statements and commit are more than {step} steps");
            assert_eq!(dump(&store), after, "{name}");
            assert_works(&store);
        }
    }
}

pub fn a_group_that_fails_anywhere_keeps_what_it_answered(driver: OpenDriver) {
    let works = [WORKS[1].1, WORKS[3].1, WORKS[8].1];
    let all: Vec<Vec<String>> = (0..8_usize)
        .map(|chosen| {
            let chosen: Vec<Work> = works
                .iter()
                .enumerate()
                .filter(|(place, _)| chosen >> place & 1 == 1)
                .map(|(_, work)| *work)
                .collect();
            expected(driver, &chosen)
        })
        .collect();
    for (fault, first, stride) in faults() {
        let mut partly = 0;
        for step in (first..).step_by(stride) {
            let (store, plan) = open(driver);
            let held = hold(&store);
            let answers: Vec<_> = works
                .iter()
                .map(|work| {
                    let work = *work;
                    submit(&store, move |tx| if work(tx).is_ok() { Verdict::Keep } else { Verdict::Discard })
                })
                .collect();
            plan.fail_at(step, fault);
            drop(held);
            let kept = answers
                .into_iter()
                .enumerate()
                .map(|(place, answer)| usize::from(answer.recv().unwrap().is_ok()) << place);
            let kept: usize = kept.sum();
            plan.heal();
            let failed = plan.failed();
            let found = dump(&store);
            if failed && fault == Fault::Refused && found != all[0] && found != all[7] {
                partly += 1;
            }
            // A job that met the failure itself said Discard, and is answered so; then its rows must be absent too.
            let fits = (0..8).any(|chosen: usize| chosen & !kept == 0 && found == all[chosen]);
            assert!(fits, "{fault:?} at step {step}: answered {kept:03b}\n{}", found.join("\n"));
            assert_works(&store);
            if !failed {
                assert_eq!(found, all[7]);
                break;
            }
        }
        assert!(
            fault != Fault::Refused || partly * stride > 10,
            "a failure inside one job spares the others: {partly}"
        );
    }
}

pub fn a_schema_that_fails_anywhere_is_made_at_the_next_start(driver: OpenDriver) {
    let options = StoreOptions::new(StoreUrl::Temporary, seal());
    for fault in FAULTS {
        let inner = driver();
        for step in 1.. {
            let (faulty, plan) = Faulty::new(inner.clone());
            plan.fail_at(step, fault);
            let opened = Store::with_driver(Arc::new(faulty), &options);
            assert_eq!(opened.is_err(), plan.failed(), "{fault:?} at step {step}");
            if let Ok(store) = opened {
                plan.heal();
                assert!(step > 3, "{step} steps");
                write(&store, fill).unwrap();
                assert_works(&store);
                break;
            }
        }
    }
}
