//! What a write promises: all or nothing, durable before the answer, one commit for many, and who hears of it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use super::fixtures::*;
use super::{Open, history};
use crate::identity::access_key::Status;
use crate::identity::user::{UserName, UserStatus};
use crate::ids::{AccessKeyId, UserId};
use crate::store::known::Known;
use crate::store::tables::users::User;
use crate::store::tables::{access_keys, accounts, mfa_devices, report_days, report_history, server, users};
use crate::store::{DayKind, Effect, Job, Store, StoreError, Tx, Verdict};
use crate::time::{Day, Timestamp};

/// A job that answers into a channel.
struct Told<F> {
    work: F,
    answer: Sender<Result<(), StoreError>>,
}

impl<F: FnMut(&mut Tx<'_>) -> Verdict + Send> Job for Told<F> {
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict {
        (self.work)(tx)
    }

    fn done(self: Box<Self>, committed: Result<(), StoreError>) {
        self.answer.send(committed).unwrap();
    }
}

/// Puts a job into the queue; its answer comes through the channel.
pub fn submit(
    store: &Store,
    work: impl FnMut(&mut Tx<'_>) -> Verdict + Send + 'static,
) -> Receiver<Result<(), StoreError>> {
    let (answer, answered) = channel();
    store.submit(Box::new(Told { work, answer }));
    answered
}

/// Keeps the writer busy until the sender is dropped: what is submitted meanwhile becomes one group.
pub fn hold(store: &Store) -> Sender<()> {
    let (release, released) = channel::<()>();
    let (began, begun) = channel();
    submit(store, move |_| {
        began.send(()).unwrap();
        assert!(released.recv().is_err());
        Verdict::Discard
    });
    begun.recv().unwrap();
    release
}

fn insert_user(number: i64) -> impl FnMut(&mut Tx<'_>) -> Verdict + Send + 'static {
    move |tx| {
        users::insert(tx, &user(ACCOUNT, number)).unwrap();
        Verdict::Keep
    }
}

pub fn writes_that_wait_share_a_commit(open: Open) {
    let store = with_account(open());
    let before = store.counters();
    let held = hold(&store);
    let answers: Vec<_> = (1..=64).map(|number| submit(&store, insert_user(number))).collect();
    assert_eq!(store.counters().waiting, 64);
    drop(held);
    for answer in answers {
        answer.recv().unwrap().unwrap();
    }
    let after = store.counters();
    assert_eq!((after.commits - before.commits, after.waiting), (1, 0));
    // The job that held the writer is answered before the 64, so it is counted.
    assert_eq!(after.jobs - before.jobs, 65);
    let found = read(&store, |tx| accounts::find(tx, ACCOUNT)).unwrap();
    assert_eq!(found.totals.0[0], 64);
    assert_verified(&store);
}

/// What the transaction takes for known of an account must be what is stored.
fn assert_known_is_stored(tx: &mut Tx<'_>) {
    let asked = [DayKind::UserUnused, DayKind::UserOld, DayKind::KeyUnused, DayKind::KeyOld];
    let ask = |tx: &mut Tx<'_>| {
        let account = accounts::find(tx, ACCOUNT).unwrap();
        let last = report_history::find_last(tx, ACCOUNT, Timestamp::MAX).unwrap();
        let sums = report_days::sums_after(tx, ACCOUNT, asked.map(|kind| (kind, Day(10)))).unwrap();
        let to_thin = report_history::list_to_thin(tx, ACCOUNT, noon(15), 9).unwrap();
        let named =
            names().iter().map(|name| users::find_by_name(tx, ACCOUNT, name).unwrap()).collect::<Vec<_>>();
        (accounts::is_open(tx, ACCOUNT).unwrap(), account, last, sums, to_thin, named)
    };
    let known = ask(tx);
    let before = std::mem::take(&mut tx.known);
    tx.known = Known::owing(before.owed.clone());
    assert_eq!(known, ask(tx));
    // All that was kept back, written behind a point that is taken back.
    let mut written = None;
    let refused = tx.nested(|tx| {
        tx.pay()?;
        tx.known = Known::default();
        written = Some(ask(tx));
        Err::<(), _>(StoreError::Absent { what: "thing" })
    });
    assert!(refused.is_err());
    assert_eq!(written, Some(known));
    tx.known = before;
}

/// Those that the users of a comparison have before or behind it.
fn names() -> Vec<UserName> {
    let old = (11..=20).map(|day| user(ACCOUNT, day).user_name);
    old.chain([UserName::parse("renamed").unwrap(), UserName::parse("nobody").unwrap()]).collect()
}

fn change_and_compare(tx: &mut Tx<'_>, day: i64) -> Result<(), StoreError> {
    let id = key_id(&format!("LTAI{day}"));
    users::note_free(tx, ACCOUNT, &names())?;
    assert_known_is_stored(tx);
    users::insert(tx, &user(ACCOUNT, day))?;
    assert!(matches!(users::insert(tx, &user(ACCOUNT, day)), Err(StoreError::Exists { what: "user" })));
    assert_known_is_stored(tx);
    access_keys::insert(tx, &key(ACCOUNT, user_id(day), id.as_str(), day))?;
    assert_known_is_stored(tx);
    report_history::insert(tx, &history::state(ACCOUNT, noon(day), 0))?;
    assert_known_is_stored(tx);
    report_history::update_told_until(tx, ACCOUNT, (noon(day), 0), noon(day + 1))?;
    accounts::update_create_date(tx, ACCOUNT, noon(day))?;
    assert_known_is_stored(tx);
    users::update_last_login_date(tx, ACCOUNT, user_id(day), noon(day))?;
    assert_known_is_stored(tx);
    let refused = tx.nested(|tx| {
        access_keys::delete(tx, ACCOUNT, user_id(day), &id)?;
        report_history::delete(tx, ACCOUNT, (noon(day), 0))?;
        assert_known_is_stored(tx);
        users::note_free(tx, ACCOUNT, &names())?;
        let user_name = UserName::parse("renamed").unwrap();
        let renamed = User { user_name, ..users::find(tx, ACCOUNT, user_id(day))?.unwrap() };
        users::update(tx, &renamed)?;
        assert_known_is_stored(tx);
        users::note_free(tx, ACCOUNT, &names())?;
        assert!(users::delete(tx, ACCOUNT, user_id(day))?);
        assert_known_is_stored(tx);
        Err::<(), _>(StoreError::Absent { what: "thing" })
    });
    assert!(matches!(refused, Err(StoreError::Absent { what: "thing" })));
    assert_known_is_stored(tx);
    Ok(())
}

pub fn a_group_knows_what_is_stored(open: Open) {
    let store = with_account(open());
    let held = hold(&store);
    let mut answers: Vec<_> = (11..=18)
        .map(|day| {
            submit(&store, move |tx| {
                change_and_compare(tx, day).unwrap();
                if day % 3 == 0 { Verdict::Discard } else { Verdict::Keep }
            })
        })
        .collect();
    answers.push(submit(&store, |tx| {
        report_history::delete_after(tx, ACCOUNT, noon(13)).unwrap();
        assert_known_is_stored(tx);
        accounts::begin_delete(tx, ACCOUNT).unwrap();
        assert_known_is_stored(tx);
        accounts::delete(tx, ACCOUNT).unwrap();
        assert_known_is_stored(tx);
        accounts::insert(tx, &account(ACCOUNT)).unwrap();
        change_and_compare(tx, 20).unwrap();
        Verdict::Keep
    }));
    let before = store.counters().commits;
    drop(held);
    for answer in answers {
        answer.recv().unwrap().unwrap();
    }
    assert_eq!(store.counters().commits - before, 1);
    assert_eq!(read(&store, |tx| accounts::find(tx, ACCOUNT)).unwrap().totals.0[0], 1);
    assert_verified(&store);
    // What one group knows at its end, the next one may begin with.
    write(&store, |tx| change_and_compare(tx, 12)).unwrap();
    write(&store, |tx| change_and_compare(tx, 13)).unwrap();
    assert_verified(&store);
}

pub fn many_threads_write_at_once(open: Open) {
    let store = with_account(open());
    std::thread::scope(|scope| {
        for thread in 0..64 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..10 {
                    let number = thread * 10 + number + 1;
                    write(store, move |tx| {
                        users::insert(tx, &user(ACCOUNT, number))?;
                        access_keys::insert(
                            tx,
                            &key(ACCOUNT, user_id(number), &format!("LTAI{number}"), number % 9),
                        )
                    })
                    .unwrap();
                    let found =
                        read(store, |tx| access_keys::find_by_id(tx, &key_id(&format!("LTAI{number}"))));
                    assert!(found.is_some(), "an answered write is visible");
                }
            });
        }
    });
    assert_verified(&store);
    let counters = store.counters();
    assert!(counters.commits < counters.jobs, "{counters:?}");
    assert_eq!(read(&store, |tx| accounts::find(tx, ACCOUNT)).unwrap().totals.0[0], 640);
}

pub fn each_job_of_a_group_stands_alone(open: Open) {
    let store = with_account(open());
    let held = hold(&store);
    let kept = submit(&store, insert_user(1));
    let discarded = submit(&store, |tx| {
        // It sees what was done before it in the group, and takes back only its own.
        assert!(users::find(tx, ACCOUNT, user_id(1)).unwrap().is_some());
        users::insert(tx, &user(ACCOUNT, 2)).unwrap();
        Verdict::Discard
    });
    let panicked = submit(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 3)).unwrap();
        panic!("a job of the test panics");
    });
    let spoilt = submit(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 4)).unwrap();
        tx.execute("INSERT INTO no_such_table VALUES (1)", &[]).unwrap_err();
        // The error was swallowed; the job is taken back all the same.
        users::insert(tx, &user(ACCOUNT, 5)).unwrap_err();
        Verdict::Keep
    });
    let twice = submit(&store, |tx| {
        assert!(matches!(users::insert(tx, &user(ACCOUNT, 1)), Err(StoreError::Exists { .. })));
        // A row that exists is no failure: the job goes on.
        users::insert(tx, &user(ACCOUNT, 6)).unwrap();
        Verdict::Keep
    });
    drop(held);
    kept.recv().unwrap().unwrap();
    discarded.recv().unwrap().unwrap();
    assert!(matches!(panicked.recv().unwrap(), Err(StoreError::Panicked)));
    assert!(matches!(spoilt.recv().unwrap(), Err(StoreError::Other(_))));
    twice.recv().unwrap().unwrap();
    let there: Vec<i64> = (1..=6)
        .filter(|number| read(&store, |tx| users::find(tx, ACCOUNT, user_id(*number))).is_some())
        .collect();
    assert_eq!(there, [1, 6]);
    assert_verified(&store);
    // The same alone, without a group around it.
    let panicked = submit(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 3)).unwrap();
        panic!("a job of the test panics");
    });
    assert!(matches!(panicked.recv().unwrap(), Err(StoreError::Panicked)));
    let refusal = refused(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 4))?;
        users::insert(tx, &user(ACCOUNT, 1))
    });
    assert!(matches!(refusal, StoreError::Exists { .. }), "{refusal}");
    submit(&store, insert_user(3)).recv().unwrap().unwrap();
    assert_verified(&store);
}

pub fn a_write_may_end_with_an_error_of_its_own(open: Open) {
    #[derive(Debug)]
    enum Refusal {
        Name(UserName),
        Store(StoreError),
    }
    impl From<StoreError> for Refusal {
        fn from(error: StoreError) -> Self {
            Self::Store(error)
        }
    }
    let store = with_account(open());
    let refusal = store.write(|tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        Err::<(), _>(Refusal::Name(UserName::parse("taken").unwrap()))
    });
    assert!(matches!(refusal, Err(Refusal::Name(name)) if name.as_str() == "taken"));
    let refusal: Result<(), Refusal> = store.read(|tx| Ok(users::insert(tx, &user(ACCOUNT, 1))?));
    assert!(matches!(refusal, Err(Refusal::Store(StoreError::Misuse(_)))), "a read changes nothing");
    assert_eq!(read(&store, |tx| users::find(tx, ACCOUNT, user_id(1))), None);
}

pub fn a_change_inside_a_change_is_taken_back_alone(open: Open) {
    let store = with_account(open());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = heard.clone();
    store.on_commit(Box::new(move |effects| ear.lock().unwrap().extend_from_slice(effects)));
    write(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        access_keys::insert(tx, &key(ACCOUNT, user_id(1), "LTAIa", 10))?;
        let refused = tx.nested(|tx| {
            access_keys::insert(tx, &key(ACCOUNT, user_id(1), "LTAIb", 5))?;
            users::insert(tx, &user(ACCOUNT, 2))?;
            // Written within, taken back with the rest.
            assert_eq!(accounts::find(tx, ACCOUNT)?.unwrap().totals.0[0], 2);
            users::insert(tx, &user(ACCOUNT, 1))
        });
        assert!(matches!(refused, Err(StoreError::Exists { .. })));
        tx.nested(|tx| users::insert(tx, &user(ACCOUNT, 3)))
    })
    .unwrap();
    let found = read(&store, |tx| accounts::find(tx, ACCOUNT)).unwrap();
    assert_eq!(found.totals.0, [2, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(read(&store, |tx| access_keys::find_by_id(tx, &key_id("LTAIb"))), None);
    assert!(!heard.lock().unwrap().contains(&Effect::AccessKey(key_id("LTAIb"))));
    assert_verified(&store);
}

pub fn a_read_sees_one_instant(open: Open) {
    let store = with_account(open());
    let inner = store.clone();
    read(&store, |tx| {
        let before = users::find(tx, ACCOUNT, user_id(1))?;
        write(&inner, |tx| users::insert(tx, &user(ACCOUNT, 1)))?;
        // A second read, inside the first, sees the new state; the first does not.
        assert!(read(&inner, |tx| users::find(tx, ACCOUNT, user_id(1))).is_some());
        assert_eq!((before, users::find(tx, ACCOUNT, user_id(1))?), (None, None));
        Ok(())
    });
    assert!(read(&store, |tx| users::find(tx, ACCOUNT, user_id(1))).is_some());
}

pub fn copies_hear_of_a_commit_before_its_answer(open: Open) {
    let store = with_account(open());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = heard.clone();
    store.on_commit(Box::new(move |effects| ear.lock().unwrap().extend_from_slice(effects)));
    store.on_commit(Box::new(|_| panic!("a listener of the test panics")));
    let expect = |effects: Vec<Effect>| {
        let mut heard = std::mem::take(&mut *heard.lock().unwrap());
        heard.dedup();
        assert_eq!(heard, effects);
    };
    let account_changed = || Effect::Account(ACCOUNT);
    let key_changed = |id: &str| Effect::AccessKey(key_id(id));

    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1))).unwrap();
    expect(vec![account_changed()]);
    write(&store, |tx| access_keys::insert(tx, &key(ACCOUNT, user_id(1), "LTAIa", 10))).unwrap();
    expect(vec![key_changed("LTAIa"), account_changed()]);
    write(&store, |tx| access_keys::insert(tx, &key(ACCOUNT, user_id(1), "LTAIb", 10))).unwrap();
    expect(vec![key_changed("LTAIb"), account_changed()]);
    let switch = |status| {
        write(&store, move |tx| {
            access_keys::update_status(tx, ACCOUNT, user_id(1), &key_id("LTAIb"), status, noon(11))
        })
        .unwrap();
    };
    switch(Status::Inactive);
    expect(vec![key_changed("LTAIb"), account_changed()]);

    // What a key's signature is checked against includes its owner's name and status.
    let change = |change: fn(&mut users::User)| {
        write(&store, move |tx| {
            let mut row = users::find(tx, ACCOUNT, user_id(1))?.unwrap();
            change(&mut row);
            users::update(tx, &row)
        })
        .unwrap();
    };
    change(|row| row.status = UserStatus::Freeze);
    expect(vec![key_changed("LTAIa"), key_changed("LTAIb"), account_changed()]);
    change(|row| row.user_name = UserName::parse("renamed").unwrap());
    expect(vec![key_changed("LTAIa"), key_changed("LTAIb"), account_changed()]);
    change(|row| row.update_date = noon(50));
    expect(vec![account_changed()]);

    // A use is news for the report once a day, and never while the key is switched off.
    let mark = |id: &'static str, at| {
        write(&store, move |tx| access_keys::mark_used(tx, ACCOUNT, user_id(1), &key_id(id), at, "Ims"))
            .unwrap();
    };
    mark("LTAIa", noon(12));
    expect(vec![account_changed()]);
    mark("LTAIa", noon(12).plus_seconds(1));
    mark("LTAIb", noon(12));
    expect(vec![]);

    write(&store, |tx| {
        mfa_devices::insert(tx, &device(ACCOUNT, "phone"))?;
        mfa_devices::bind(tx, ACCOUNT, &device_name("phone"), UserId::ROOT, noon(1), None)
    })
    .unwrap();
    expect(vec![account_changed()]);
    write(&store, |tx| accounts::update_password_policy(tx, ACCOUNT, &Default::default())).unwrap();
    expect(vec![account_changed()]);
    refused(&store, |tx| users::insert(tx, &user(ACCOUNT, 1)));
    expect(vec![]);
    write(&store, |tx| users::delete(tx, ACCOUNT, user_id(1))).unwrap();
    expect(vec![key_changed("LTAIa"), account_changed(), key_changed("LTAIb"), account_changed()]);
    write(&store, |tx| server::update(tx, "x", "y")).unwrap();
    expect(vec![]);
    write(&store, |tx| {
        tx.bulk();
        users::insert(tx, &user(ACCOUNT, 2))?;
        access_keys::insert(tx, &key(ACCOUNT, user_id(2), "LTAIc", 10))
    })
    .unwrap();
    expect(vec![Effect::All]);
    write(&store, |tx| {
        tx.effect(Effect::All);
        tx.effect(Effect::Account(ACCOUNT));
        // Not a copy of what is stored, so not among all of them.
        tx.effect(Effect::Clock(5));
        Ok(())
    })
    .unwrap();
    expect(vec![Effect::All, Effect::Clock(5)]);
}

pub fn a_full_queue_refuses_at_once(open: Open) {
    let store = open();
    let held = hold(&store);
    // The suite opens stores with the usual queue.
    let answers: Vec<_> = (0..1024).map(|_| submit(&store, |_| Verdict::Discard)).collect();
    let refused = submit(&store, |_| Verdict::Keep).recv().unwrap();
    assert!(matches!(refused, Err(StoreError::Busy)));
    assert!(matches!(write(&store, |_| Ok(())), Err(StoreError::Busy)));
    assert_eq!((store.counters().waiting, store.counters().refused), (1024, 2));
    drop(held);
    assert!(answers.into_iter().all(|answer| answer.recv().unwrap().is_ok()));
    write(&store, |_| Ok(())).unwrap();
}

pub fn what_waits_is_written_before_the_store_closes(open: Open) {
    let store = with_account(open());
    let held = hold(&store);
    let answers: Vec<_> = (1..=5).map(|number| submit(&store, insert_user(number))).collect();
    let closing = std::thread::spawn(move || drop(store));
    drop(held);
    assert!(answers.into_iter().all(|answer| answer.recv().unwrap().is_ok()));
    closing.join().unwrap();
}

pub fn the_writer_never_waits_for_itself(open: Open) {
    let store = open();
    let inner = store.clone();
    let found =
        write(&store, move |_| Ok(matches!(write(&inner, |_| Ok(())), Err(StoreError::Misuse(_))))).unwrap();
    assert!(found);

    // The last handle may go away on the writer's own thread.
    struct Last(Option<Store>, Sender<()>);
    impl Job for Last {
        fn run(&mut self, _: &mut Tx<'_>) -> Verdict {
            Verdict::Discard
        }

        fn done(mut self: Box<Self>, _: Result<(), StoreError>) {
            drop(self.0.take());
            self.1.send(()).unwrap();
        }
    }
    let (done, is_done) = channel();
    let held = hold(&store);
    store.submit(Box::new(Last(Some(store.clone()), done)));
    drop(store);
    drop(held);
    is_done.recv().unwrap();
}

pub fn a_key_id_is_not_shown_whole(open: Open) {
    let store = open();
    let id: AccessKeyId = key_id("LTAI0123456789abcdefWXYZ");
    let shown =
        format!("{:?} {:?}", Effect::AccessKey(id.clone()), key(ACCOUNT, UserId::ROOT, id.as_str(), 1));
    assert!(!shown.contains(id.as_str()), "{shown}");
    assert!(format!("{store:?}").contains("jobs"));
}
