//! A group of jobs as one transaction: each behind its own point, so that one can be taken back without the others. Must
//! not know where jobs come from or who is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use super::connection::{Access, Connection};
use super::error::StoreError;
use super::known::Known;
use super::tables::users;
use super::tx::{Effect, Tx};
use super::writer::{Job, Shared, Verdict};
use crate::identity::user::UserName;
use crate::ids::AccountId;

/// Runs the jobs, which begin with what is `known`, and commits them together; for each whether its changes were kept as it
/// wanted, and what is known then. An error means that nothing of any of them was kept, unless it is `Unknown`.
pub(super) fn write_group(
    connection: &mut dyn Connection,
    mut known: Known,
    jobs: &mut [Box<dyn Job>],
    effects: &mut Vec<Effect>,
    shared: &Shared,
) -> Result<(Vec<Result<(), StoreError>>, Known), StoreError> {
    connection.begin(Access::Write)?;
    let accounts: Option<Vec<AccountId>> =
        jobs.iter().map(|job| job.accounts()).try_fold(Vec::new(), |mut all, of| {
            all.extend(of?);
            Some(all)
        });
    connection.hold(accounts.as_deref())?;
    // A job alone needs no savepoint: the transaction is its own.
    let several = jobs.len() > 1;
    let mut answers = Vec::with_capacity(jobs.len());
    let mut changed = false;
    if several && connection.is_far() {
        known = ask_together(connection, known, jobs)?;
    }
    for job in jobs {
        if several {
            connection.savepoint()?;
        }
        let owed = known.owed.clone();
        match run_job(connection, job.as_mut(), std::mem::take(&mut known))? {
            Ran::Kept(new, seen) => {
                changed = true;
                known = seen;
                effects.extend(new);
                if several {
                    connection.release()?;
                }
                answers.push(Ok(()));
            }
            Ran::TakenBack(answer) => {
                if several {
                    connection.rollback_to()?;
                }
                known = Known::owing(owed);
                answers.push(answer);
            }
        }
    }
    if changed {
        let mut tx = Tx::new(connection, Access::Write).behind(known);
        tx.pay()?;
        known = tx.known;
        known.forget_names();
        if let Some(text) = shared.node.as_ref().and_then(|node| node.tell(effects)) {
            connection.announce(&text)?;
        }
        connection.commit()?;
        shared.commits.fetch_add(1, Ordering::Relaxed);
    } else {
        connection.rollback()?;
        known = Known::default();
    }
    Ok((answers, known))
}

/// Asks for the names of users that the jobs will ask for, which is then one question and not one of each.
fn ask_together(
    connection: &mut dyn Connection,
    known: Known,
    jobs: &[Box<dyn Job>],
) -> Result<Known, StoreError> {
    let mut asked: BTreeMap<AccountId, BTreeSet<UserName>> = BTreeMap::new();
    for (account, name) in jobs.iter().filter_map(|job| job.user()) {
        asked.entry(account).or_default().insert(name);
    }
    let mut tx = Tx::new(connection, Access::Write).behind(known);
    for (account, names) in asked.into_iter().filter(|(_, names)| names.len() > 1) {
        users::note_free(&mut tx, account, &Vec::from_iter(names))?;
    }
    Ok(tx.known)
}

enum Ran {
    Kept(Vec<Effect>, Known),
    TakenBack(Result<(), StoreError>),
}

/// An error means that the whole transaction is lost.
fn run_job(connection: &mut dyn Connection, job: &mut dyn Job, known: Known) -> Result<Ran, StoreError> {
    let mut tx = Tx::new(connection, Access::Write).behind(known);
    let verdict = catch_unwind(AssertUnwindSafe(|| job.run(&mut tx)));
    let failure = tx.failure();
    let ran = match verdict {
        Ok(Verdict::Keep) => match tx.finish() {
            Ok((effects, known)) => Ran::Kept(effects, known),
            Err(error) => Ran::TakenBack(Err(error)),
        },
        Ok(Verdict::Discard) => Ran::TakenBack(Ok(())),
        Err(_) => Ran::TakenBack(Err(StoreError::Panicked)),
    };
    if let Some(StoreError::Conflict) = failure {
        // It saw what is no longer so, and so may the others have.
        return Err(StoreError::Conflict);
    }
    if connection.in_transaction() {
        return Ok(ran);
    }
    Err(match ran {
        Ran::TakenBack(Err(error)) => error,
        _ => failure.unwrap_or(StoreError::Misuse("a job ended the transaction")),
    })
}
