//! What PostgreSQL is told along with the next statement. Without a database for tests there is nothing here to look at.

use std::sync::mpsc::{Sender, channel};

use super::commits::hold;
use super::fixtures::*;
use super::on_postgres::{node, outside, schema, texts};
use crate::identity::user::{UserName, UserStatusFilter};
use crate::ids::AccountId;
use crate::store::connection::{Access, Arg, Connection, Driver, Role};
use crate::store::postgres::{Nodes, Postgres};
use crate::store::tables::users::User;
use crate::store::tables::{accounts, users};
use crate::store::{Job, StoreError, Tx, Verdict};

#[test]
fn rows_that_are_told_later_together_are_those_that_were_told() {
    let Some(schema) = schema(Nodes::Several) else { return };
    drop(node(&schema, Nodes::Several).unwrap());
    let mut writer = Postgres::open(schema.address(), Nodes::Several).unwrap().connect(Role::Writer).unwrap();
    writer.begin(Access::Write).unwrap();
    writer.hold(None).unwrap();
    let insert = "INSERT INTO access_keys (account, user_id, access_key_id, sealed_secret, status, create_date, update_date, \
                  last_used_date, last_used_service) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let unless_there = "INSERT INTO report_subjects (account, kind, day, user_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    let rename = "UPDATE access_keys SET access_key_id = access_key_id || ?1 WHERE user_id = ?2";
    let mut tell = |user: i64, point: bool| {
        if point {
            writer.savepoint().unwrap();
        }
        let (name, secret) = (format!("LTAI{user}\\,{{\"}}"), [0, 255, 92]);
        let secret = if user % 2 == 0 { Arg::Null } else { Arg::Bytes(&secret) };
        let used = if user % 2 == 0 { Arg::Int(user) } else { Arg::Null };
        let row = [
            1.into(),
            user.into(),
            (&name).into(),
            secret,
            "Active".into(),
            0.into(),
            user.into(),
            used,
            Arg::Null,
        ];
        writer.execute_later(insert, &row).unwrap();
        writer.execute_later(unless_there, &[1.into(), 0.into(), 5.into(), (user / 2).into()]).unwrap();
        match user {
            4 => writer.execute_later(rename, &["x".into(), 3.into()]).unwrap(),
            7 => return writer.rollback_to().unwrap(),
            _ => {}
        }
        if point {
            writer.release().unwrap();
        }
    };
    for user in 1..=9 {
        tell(user, user != 2);
    }
    writer.commit().unwrap();
    let mut outside = outside(&schema);
    let found = texts(
        &mut *outside,
        "SELECT concat_ws(' ', access_key_id, encode(sealed_secret, 'hex'), update_date, last_used_date) FROM access_keys \
         ORDER BY user_id",
    );
    let expected = [1, 2, 3, 4, 5, 6, 8, 9].map(|user| {
        let renamed = if user == 3 { "x" } else { "" };
        let secret = if user % 2 == 0 { String::new() } else { " 00ff5c".to_owned() };
        let used = if user % 2 == 0 { format!(" {user}") } else { String::new() };
        format!("LTAI{user}\\,{{\"}}{renamed}{secret} {user}{used}")
    });
    assert_eq!(found, expected);
    let subjects = texts(&mut *outside, "SELECT user_id::text FROM report_subjects ORDER BY user_id");
    assert_eq!(subjects, ["0", "1", "2", "3", "4"]);
}

#[test]
fn a_change_that_is_told_later_and_refused_spoils_the_transaction() {
    let Some(schema) = schema(Nodes::Several) else { return };
    drop(node(&schema, Nodes::Several).unwrap());
    let mut writer = Postgres::open(schema.address(), Nodes::Several).unwrap().connect(Role::Writer).unwrap();
    let insert = "INSERT INTO server (name, value) VALUES (?1, ?2)";
    let begin = |writer: &mut dyn Connection| {
        writer.begin(Access::Write).unwrap();
        writer.hold(None).unwrap();
    };
    begin(&mut *writer);
    writer.execute_later(insert, &["later".into(), "one".into()]).unwrap();
    writer.savepoint().unwrap();
    writer.execute_later(insert, &["taken back".into(), "one".into()]).unwrap();
    writer.rollback_to().unwrap();
    let found = texts(&mut *writer, "SELECT name FROM server WHERE value = 'one'");
    assert_eq!(found, ["later"], "the next statement sees what was told later");
    writer.commit().unwrap();

    begin(&mut *writer);
    writer.execute_later(insert, &["later".into(), "again".into()]).unwrap();
    assert!(writer.in_transaction());
    let next = writer.execute(insert, &["next".into(), "two".into()]);
    assert!(next.is_err(), "what was told before it failed");
    assert!(!writer.in_transaction());
    writer.rollback().unwrap();

    begin(&mut *writer);
    writer.execute(insert, &["third".into(), "three".into()]).unwrap();
    writer.execute_later(insert, &["later".into(), "again".into()]).unwrap();
    assert!(writer.commit().is_err());
    let mut outside = outside(&schema);
    assert_eq!(texts(&mut *outside, "SELECT value FROM server WHERE name = 'later'"), ["one"]);
    assert_eq!(texts(&mut *outside, "SELECT name FROM server WHERE name IN ('next', 'third')"), [""; 0]);
}

/// Makes a user whose name is asked for with those of its group.
struct Creation {
    number: i64,
    named_as: i64,
    verdict: Verdict,
    inserted: Option<Result<(), StoreError>>,
    answer: Sender<(i64, bool)>,
}

impl Job for Creation {
    fn run(&mut self, tx: &mut Tx<'_>) -> Verdict {
        let new = User { user_name: user(ACCOUNT, self.named_as).user_name, ..user(ACCOUNT, self.number) };
        self.inserted = Some(tx.nested(|tx| users::insert(tx, &new)));
        self.verdict
    }

    fn accounts(&self) -> Option<Vec<AccountId>> {
        Some(vec![ACCOUNT])
    }

    fn user(&self) -> Option<(AccountId, UserName)> {
        Some((ACCOUNT, user(ACCOUNT, self.named_as).user_name))
    }

    fn done(self: Box<Self>, committed: Result<(), StoreError>) {
        committed.unwrap();
        let is_new = match self.inserted.unwrap() {
            Ok(()) => true,
            Err(StoreError::Exists { what: "user" }) => false,
            Err(error) => panic!("{error}"),
        };
        self.answer.send((self.number, is_new)).unwrap();
    }
}

#[test]
fn of_two_users_of_one_name_in_a_group_one_is_made() {
    let Some(schema) = schema(Nodes::One) else { return };
    let store = node(&schema, Nodes::One).unwrap();
    write(&store, |tx| accounts::insert(tx, &account(ACCOUNT))).unwrap();
    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1))).unwrap();
    let before = store.counters().commits;
    let held = hold(&store);
    let (answer, answers) = channel();
    // The first is there, the second is made twice, the fifth is taken back and then made, the rest are new.
    let jobs = [(11, 1), (2, 2), (12, 2), (3, 3), (4, 4), (15, 5), (5, 5), (6, 6), (16, 6)];
    for (number, named_as) in jobs {
        let verdict = if number == 15 { Verdict::Discard } else { Verdict::Keep };
        let answer = answer.clone();
        store.submit(Box::new(Creation { number, named_as, verdict, inserted: None, answer }));
    }
    drop((held, answer));
    let told: Vec<_> = answers.iter().collect();
    assert_eq!(store.counters().commits - before, 1);
    assert_eq!(told, jobs.map(|(number, _)| (number, ![11, 12, 16].contains(&number))));
    let found = read(&store, |tx| users::list(tx, ACCOUNT, None, 100, UserStatusFilter::default()));
    assert_eq!(found, (1..=6).map(|number| user(ACCOUNT, number)).collect::<Vec<_>>());
    assert_verified(&store);
}
