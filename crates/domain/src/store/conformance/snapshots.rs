//! Copies of a whole store, and a store that takes another's place: all of it or nothing, whatever fails.

use std::sync::Arc;

use super::Open;
use super::failures::OpenDriver;
use super::fixtures::*;
use crate::identity::label::Label;
use crate::ids::{AccountId, UserId};
use crate::store::connection::Driver;
use crate::store::faulty::{Fault, Faulty};
use crate::store::tables::{access_keys, accounts, nonces, server, users};
use crate::store::{Effect, Staged, Store, StoreError, StoreOptions, StoreUrl, Tx};

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

fn names(store: &Store) -> Vec<String> {
    store.snapshots().unwrap().iter().map(|snapshot| snapshot.name.to_string()).collect()
}

fn insert_users(store: &Store, from: i64, to: i64) {
    write(store, move |tx| {
        for number in from..to {
            users::insert(tx, &user(ACCOUNT, number))?;
            access_keys::insert(tx, &key(ACCOUNT, user_id(number), &format!("LTAI{number}"), number % 90))?;
        }
        Ok(())
    })
    .unwrap();
}

fn server_facts(store: &Store) -> Vec<Option<String>> {
    read(store, |tx| {
        let names = server::OF_THE_RUN.into_iter().chain([server::CLOCK_OFFSET]);
        names.map(|name| server::find(tx, name)).collect()
    })
}

pub fn a_snapshot_is_the_store_of_its_moment(open: Open) {
    let store = with_account(open());
    assert_eq!((names(&store), store.load_snapshot(&label("one")).unwrap()), (vec![], false));
    insert_users(&store, 1, 300);
    let before = dump(&store);
    store.save_snapshot(&label("one")).unwrap();
    insert_users(&store, 300, 400);
    write(&store, |tx| users::delete(tx, ACCOUNT, user_id(7)).map(drop)).unwrap();
    let after = dump(&store);
    store.save_snapshot(&label("two")).unwrap();
    assert_eq!(names(&store), ["one", "two"]);
    for (name, expected) in [("one", &before), ("two", &after), ("one", &before)] {
        assert!(store.load_snapshot(&label(name)).unwrap());
        assert_eq!(&dump(&store), expected, "{name}");
        assert_verified(&store);
    }
    insert_users(&store, 500, 510);
    assert_verified(&store);
    // One of the same name is replaced, and what was loaded stays when its snapshot goes.
    store.save_snapshot(&label("two")).unwrap();
    let replaced = dump(&store);
    assert!(store.load_snapshot(&label("two")).unwrap());
    assert!(store.delete_snapshot(&label("two")).unwrap());
    assert!(!store.delete_snapshot(&label("two")).unwrap());
    assert_eq!((dump(&store), names(&store)), (replaced, vec!["one".to_owned()]));
}

pub fn what_belongs_to_the_server_stays(open: Open) {
    let store = with_account(open());
    let set = |ceiling: &'static str, offset: &'static str, operator: &'static str| {
        write(&store, move |tx| {
            server::update(tx, server::NONCE_CEILING, ceiling)?;
            server::update(tx, server::CLOCK_OFFSET, offset)?;
            access_keys::insert(tx, &key(AccountId::OPERATOR, UserId::ROOT, operator, 3))
        })
        .unwrap();
    };
    set("100", "50", "LTAIone");
    write(&store, |tx| server::update(tx, server::FIRST_KEY, "first")).unwrap();
    store.save_snapshot(&label("one")).unwrap();
    set("200", "60", "LTAItwo");
    write(&store, |tx| {
        access_keys::delete(tx, AccountId::OPERATOR, UserId::ROOT, &key_id("LTAIone"))?;
        server::delete(tx, server::FIRST_KEY)?;
        nonces::insert(tx, ACCOUNT, noon(400), 42).map(drop)
    })
    .unwrap();
    let (told, heard) = std::sync::mpsc::channel();
    store.on_commit(Box::new(move |effects| told.send(effects.to_vec()).unwrap()));
    assert!(store.load_snapshot(&label("one")).unwrap());
    assert_eq!(heard.try_recv().unwrap(), [Effect::Replaced, Effect::Clock(50)], "before it is answered");
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(server_facts(&store), [text("200"), None, None, None, text("50")]);
    let operator = read(&store, |tx| access_keys::list(tx, AccountId::OPERATOR, UserId::ROOT));
    assert_eq!(operator, [key(AccountId::OPERATOR, UserId::ROOT, "LTAItwo", 3)]);
    let owner = |id| read(&store, |tx| access_keys::find_owner(tx, &key_id(id)));
    assert_eq!((owner("LTAIone"), owner("LTAItwo")), (None, Some((AccountId::OPERATOR, UserId::ROOT))));
    assert!(!write(&store, |tx| nonces::insert(tx, ACCOUNT, noon(400), 42)).unwrap(), "it is burnt still");
    assert_verified(&store);
}

pub fn a_reader_sees_the_old_store_or_the_new(open: Open) {
    let store = with_account(open());
    insert_users(&store, 1, 50);
    store.save_snapshot(&label("one")).unwrap();
    insert_users(&store, 50, 60);
    let count = |tx: &mut Tx<'_>| accounts::find(tx, ACCOUNT).map(|found| found.unwrap().totals.0[0]);
    read(&store, |tx| {
        assert_eq!(count(tx)?, 59);
        assert!(store.load_snapshot(&label("one"))?, "nobody waits for a reader");
        assert_eq!(count(tx)?, 59, "a transaction that has begun");
        Ok(())
    });
    assert_eq!(read(&store, count), 49);
}

pub fn a_store_that_was_filled_beside_takes_the_place(open: Open) {
    let store = with_account(open());
    insert_users(&store, 1, 5);
    let staged = Staged::create().unwrap();
    let beside = with_account(staged.open(&seal()).unwrap());
    insert_users(&beside, 100, 200);
    let expected = dump(&beside);
    drop(beside);
    store.replace(staged).unwrap();
    assert_eq!(dump(&store), expected);
    assert_verified(&store);
    let misuse = write(&store, {
        let store = store.clone();
        move |_| store.load_snapshot(&label("none")).and_then(|_| store.replace(Staged::create()?))
    });
    assert!(matches!(misuse, Err(StoreError::Misuse(_))), "the writer would wait for itself");
}

pub fn what_cannot_be_loaded_leaves_the_store_as_it_is(driver: OpenDriver) {
    let inner = driver();
    let path = inner.place();
    let store = Store::with_driver(inner, &StoreOptions::new(StoreUrl::Temporary, seal())).unwrap();
    let store = with_account(store);
    insert_users(&store, 1, 300);
    store.save_snapshot(&label("one")).unwrap();
    let file =
        path.with_file_name(format!("{}-snapshots", path.file_name().unwrap().display())).join("one.db");
    let whole = std::fs::read(&file).unwrap();
    insert_users(&store, 300, 310);
    let before = dump(&store);
    let newer = {
        let copy = rusqlite::Connection::open(&file).unwrap();
        copy.execute_batch("UPDATE server SET value = '9999' WHERE name LIKE 'schema%'").unwrap();
        drop(copy);
        std::fs::read(&file).unwrap()
    };
    for damaged in [&whole[..whole.len() / 2], &whole[..100], b"a letter to a friend", &newer] {
        std::fs::write(&file, damaged).unwrap();
        let refused = store.load_snapshot(&label("one")).unwrap_err();
        assert!(
            matches!(
                refused,
                StoreError::Damaged { .. } | StoreError::NotADatabase { .. } | StoreError::NewerSchema { .. }
            ),
            "{refused}"
        );
        assert_eq!(dump(&store), before);
        insert_users(&store, 400, 401);
        write(&store, |tx| users::delete(tx, ACCOUNT, user_id(400)).map(drop)).unwrap();
    }
    std::fs::write(&file, &whole).unwrap();
    assert!(store.load_snapshot(&label("one")).unwrap());
    assert_verified(&store);
}

pub fn a_replacement_that_fails_anywhere_changes_nothing(driver: OpenDriver) {
    for fault in [Fault::Refused, Fault::TransactionLost, Fault::ConnectionLost] {
        let (faulty, plan) = Faulty::new(driver());
        let faulty: Arc<dyn Driver> = Arc::new(faulty);
        let store = Store::with_driver(faulty, &StoreOptions::new(StoreUrl::Temporary, seal())).unwrap();
        let store = with_account(store);
        insert_users(&store, 1, 20);
        let saved = dump(&store);
        store.save_snapshot(&label("one")).unwrap();
        insert_users(&store, 20, 30);
        let before = dump(&store);
        let mut step = 0;
        loop {
            step += 1;
            plan.fail_at(step, fault);
            let loaded = store.load_snapshot(&label("one"));
            assert_eq!(loaded.is_err(), plan.failed(), "{fault:?} at step {step}");
            plan.heal();
            if loaded.is_ok() {
                break;
            }
            assert_eq!(dump(&store), before, "{fault:?} at step {step}");
            write(&store, |tx| server::update(tx, "probe", "x")).unwrap();
        }
        assert!(step > 3, "begin, look-ups and the replacement are more than {step} steps");
        assert_eq!(dump(&store), saved);
        assert_verified(&store);
    }
}
