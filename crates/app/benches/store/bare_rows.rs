//! The bare loop that an import is compared with: prepared inserts of the same rows, in the same order, into the same
//! tables and indexes, in one transaction. Rows are made beforehand, so that only inserting is timed.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use ramward_domain::store::SubjectKind;
use ramward_domain::time::{Clock, Day, SystemClock};
use rusqlite::{Connection, params};

use crate::clock::now;
use crate::page::tell;
use crate::population::{Account, User};

/// The role's name on the command line.
pub const ROLE: &str = "bare-rows";

const SCHEMA: [&str; 2] = [
    include_str!("../../../domain/src/store/schema/sqlite/0001_spine.sql"),
    include_str!("../../../domain/src/store/schema/sqlite/0002_subjects.sql"),
];
const LOOP: &str = include_str!("bare_loop.sql");
/// Users whose rows are made ahead.
const CHUNK: u64 = 10_000;
/// As long as a sealed secret: a version, a nonce, thirty characters, a tag.
const SEALED: [u8; 71] = [7; 71];

/// How long the loop takes for the users of an account, in a process of its own.
///
/// # Errors
/// The loop failed.
pub fn measure(path: &Path, users: u64) -> Result<Duration> {
    let done = Command::new(std::env::current_exe()?).arg(ROLE).arg(path).arg(users.to_string()).output()?;
    ensure!(done.status.success(), "the bare loop failed: {}", String::from_utf8_lossy(&done.stderr));
    let seconds: f64 = String::from_utf8(done.stdout)?.trim().parse()?;
    Ok(Duration::from_secs_f64(seconds))
}

/// Where such a user stands in the lists of whom the report counts.
fn subjects(user: &User) -> Vec<(SubjectKind, Day)> {
    let second = user.keys.iter().map(|made| made.created.day()).max();
    let of_keys = user.keys.iter().flat_map(|made| {
        [(SubjectKind::KeyOld, made.created.day()), (SubjectKind::KeyUnused, made.used.day())]
    });
    let of_user = [(SubjectKind::WithoutMfa, user.created.day())].into_iter();
    of_keys.chain(of_user).chain(second.map(|day| (SubjectKind::TwoKeys, day))).collect()
}

/// What that process does; prints the seconds.
///
/// # Errors
/// The database refuses.
pub fn insert(path: &Path, users: u64) -> Result<()> {
    let today = SystemClock.now();
    let account = Account::new(1, users);
    let mut parts = LOOP.split("\n\n");
    let mut part = || parts.next().context("bare_loop.sql has six paragraphs");
    let mut took = Duration::ZERO;
    let began = now();
    let connection = Connection::open(path)?;
    connection.execute_batch(part()?)?;
    SCHEMA.iter().try_for_each(|step| connection.execute_batch(step))?;
    connection.execute_batch(part()?)?;
    {
        let mut insert_user = connection.prepare(part()?)?;
        let mut insert_owner = connection.prepare(part()?)?;
        let mut insert_key = connection.prepare(part()?)?;
        let mut insert_subject = connection.prepare(part()?)?;
        took += began.elapsed();
        for first in (0..users).step_by(usize::try_from(CHUNK)?) {
            let rows: Vec<_> = (first..(first + CHUNK).min(users))
                .map(|number| {
                    let user = account.user(number, today);
                    let email = format!("{}@example.com", user.name);
                    (user, format!("User {number}"), email)
                })
                .collect();
            let began = now();
            let id = account.id.cast_signed();
            for (user, display_name, email) in &rows {
                let user_id = user.id.cast_signed();
                insert_user.execute(params![
                    id,
                    user_id,
                    user.name,
                    display_name,
                    email,
                    user.created.seconds()
                ])?;
                for made in &user.keys {
                    insert_owner.execute(params![made.key.id, id, user_id])?;
                    let dates = [made.created.seconds(), made.used.seconds()];
                    insert_key.execute(params![id, user_id, made.key.id, SEALED, dates[0], dates[1]])?;
                }
                for (kind, day) in subjects(user) {
                    insert_subject.execute(params![id, kind.code(), day.0, user_id])?;
                }
            }
            took += began.elapsed();
        }
    }
    let began = now();
    connection.execute_batch("COMMIT")?;
    connection.close().map_err(|(_, error)| error)?;
    took += began.elapsed();
    tell(&took.as_secs_f64().to_string());
    Ok(())
}
