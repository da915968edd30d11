//! A mirrored account: what calls to a cloud have told of it, written run by run so that a run that was cut off goes on
//! where it stopped, with what could not be known marked as such. Nobody can sign as it: no secret and no password is ever
//! written. Must not know calls, answers or plans.

mod basis;
mod ending;
mod keys;
mod learned;
#[cfg(test)]
mod tests;
mod unknown;
mod writing;

use std::fmt;
use std::sync::Arc;

pub use self::basis::{Basis, Resting, Standing};
pub use self::ending::{Measured, Slack};
pub use self::learned::{
    KeyUse, Learned, LearnedAccount, LearnedDevice, LearnedKey, LearnedProfile, LearnedRow, Todo,
};
pub use self::unknown::Unknown;

use self::writing::Writing;
use crate::entropy::Entropy;
use crate::identity::user::UserName;
use crate::ids::{AccountId, UserId};
use crate::report::history::{self, Measures};
use crate::report::score::Model;
use crate::report::thresholds::Thresholds;
use crate::store::tables::accounts::{self, Account};
use crate::store::tables::collect_runs::{self, CollectRun};
use crate::store::tables::{mfa_devices, mirrored_devices, mirrored_users, users};
use crate::store::{Moved, Moves, Store, StoreError};
use crate::time::Timestamp;

/// Rows changed in one transaction where many are.
const PAGE: usize = 500;

/// How a run learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// From the credential report alone.
    CredentialReport,
    /// From calls about each user.
    Walk,
}

impl Plan {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CredentialReport => "credential-report",
            Self::Walk => "walk",
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a run shall do.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The account to mirror.
    pub account: AccountId,
    /// Where its calls go.
    pub endpoint: String,
    /// How it learns.
    pub plan: Plan,
    /// Whether a run that was cut off is given up.
    pub anew: bool,
    /// The limits of the report, for its history.
    pub thresholds: Thresholds,
    /// The weights of the score, for the same.
    pub model: Model,
}

/// Why an account cannot be mirrored.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// It was made or imported here.
    #[error(
        "account {0} is in this store already and no mirror; collect into another data directory with --data DIR"
    )]
    NotAMirror(AccountId),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many calls about users are still to be made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TodoCounts {
    /// Users whose keys are to be listed.
    pub keys: u64,
    /// Users whose logon profile is to be read.
    pub login_profiles: u64,
    /// Users whose device is to be asked for.
    pub mfa: u64,
    /// Keys whose last use must be asked for although rows of a report tell of them.
    pub uses: u64,
    /// Users of whose keys no row tells, so that each key found is one more call.
    pub not_indexed: u64,
}

/// A user of whom something is to be asked.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Its id.
    pub user_id: UserId,
    /// Its name.
    pub user_name: UserName,
    /// What is to be asked.
    pub todo: Todo,
}

/// A run of a mirror.
pub struct Mirror {
    store: Store,
    entropy: Arc<dyn Entropy>,
    run: CollectRun,
    lists_devices: bool,
    resumed: bool,
    /// What the run has changed so far, for its one entry of the history.
    moved: Moved,
    thresholds: Thresholds,
    model: Model,
}

impl fmt::Debug for Mirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mirror").field("run", &self.run).finish_non_exhaustive()
    }
}

impl Mirror {
    /// Begins a run, or goes on with the last one if that was cut off, asks the same place and goes the same way.
    ///
    /// # Errors
    /// An account that is no mirror, or what the store says.
    pub fn begin(
        store: &Store,
        entropy: Arc<dyn Entropy>,
        wish: &Wish,
        at: Timestamp,
    ) -> Result<Self, MirrorError> {
        let wished = wish.clone();
        let (run, resumed) = store.write(move |tx| {
            let last = collect_runs::find_latest(tx, wished.account)?;
            let known = accounts::find(tx, wished.account)?.is_some();
            if known && last.is_none() {
                return Err(MirrorError::NotAMirror(wished.account));
            }
            if let Some(run) = &last
                && run.end_date.is_none()
                && !wished.anew
                && run.endpoint == wished.endpoint
                && run.plan == wished.plan.as_str()
            {
                return Ok((run.clone(), true));
            }
            if known {
                let measures = Measures { thresholds: wished.thresholds, model: &wished.model };
                history::begin(tx, wished.account, at, measures)?;
            } else {
                accounts::insert(tx, &Account::new(wished.account, at))?;
            }
            let run = CollectRun {
                account: wished.account,
                run: last.map_or(1, |run| run.run + 1),
                endpoint: wished.endpoint.clone(),
                plan: wished.plan.as_str().to_owned(),
                start_date: at,
                end_date: None,
                position: String::new(),
                calls: 0,
                outcome: None,
            };
            collect_runs::update(tx, &run)?;
            Ok::<_, MirrorError>((run, false))
        })?;
        let lists_devices = wish.plan == Plan::Walk;
        Ok(Self {
            store: store.clone(),
            entropy,
            run,
            lists_devices,
            resumed,
            moved: Moved::default(),
            thresholds: wish.thresholds,
            model: wish.model.clone(),
        })
    }

    /// The run as it is kept.
    pub fn run(&self) -> &CollectRun {
        &self.run
    }

    /// Whether it goes on with a run that was cut off.
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// Writes what was learned, and that the run has come to `position` with `calls` answered, in one transaction.
    ///
    /// # Errors
    /// What the store says; then nothing of it is written.
    pub fn write(
        &mut self,
        at: Timestamp,
        position: &str,
        calls: u64,
        batch: Vec<Learned>,
    ) -> Result<(), StoreError> {
        self.run.position = position.to_owned();
        self.run.calls = i64::try_from(calls).unwrap_or(i64::MAX);
        let (run, entropy, lists_devices) = (self.run.clone(), self.entropy.clone(), self.lists_devices);
        let moved = self.store.write(move |tx| {
            let account = run.account;
            let mut writing = Writing { tx, account, run: run.run, at, entropy: &*entropy, lists_devices };
            for learned in &batch {
                writing.write(learned.clone())?;
            }
            collect_runs::update(tx, &run)?;
            tx.take_moved()
        })?;
        self.note(moved);
        Ok(())
    }

    fn note(&mut self, moves: Moves) {
        for (account, moved) in moves {
            if account == self.run.account {
                self.moved.absorb(moved);
            }
        }
    }

    /// The default domain of the account, which the names of its users end with.
    ///
    /// # Errors
    /// What the store says.
    pub fn default_domain(&self) -> Result<String, StoreError> {
        let account = self.store.read(|tx| accounts::find(tx, self.run.account))?;
        Ok(account.map(|account| account.default_domain.to_string()).unwrap_or_default())
    }

    /// The next users of whom something is to be asked.
    ///
    /// # Errors
    /// What the store says.
    pub fn pending(&self, after: Option<UserId>, limit: usize) -> Result<Vec<Pending>, StoreError> {
        self.store.read(|tx| {
            let mut pending = Vec::new();
            for row in mirrored_users::list_todo(tx, self.run.account, after, limit)? {
                if let Some(user) = users::find(tx, self.run.account, row.user_id)? {
                    let todo = Todo::of(row.todo, row.hint.as_deref());
                    pending.push(Pending { user_id: row.user_id, user_name: user.user_name, todo });
                }
            }
            Ok(pending)
        })
    }

    /// How much is to be asked of all users together.
    ///
    /// # Errors
    /// What the store says.
    pub fn todo_counts(&self) -> Result<TodoCounts, StoreError> {
        let mut counts = TodoCounts::default();
        let mut after = None;
        loop {
            let page = self.pending(after, PAGE)?;
            for Pending { todo, .. } in &page {
                counts.keys += u64::from(todo.keys);
                counts.login_profiles += u64::from(todo.login_profile);
                counts.mfa += u64::from(todo.mfa);
                counts.not_indexed += u64::from(todo.keys && todo.uses.is_empty());
                counts.uses += u64::try_from(uses_to_ask(&todo.uses)).unwrap_or_default();
            }
            after = page.last().map(|pending| pending.user_id);
            if page.len() < PAGE {
                return Ok(counts);
            }
        }
    }

    /// Users, without root, with a bound device that this run has seen.
    ///
    /// # Errors
    /// What the store says.
    pub fn users_with_seen_device(&self) -> Result<u64, StoreError> {
        let account = self.run.account;
        let (mut count, mut after) = (0, None);
        loop {
            let (page, owners) = self.store.read(|tx| {
                let page = mirrored_devices::list(tx, account, after.as_ref(), PAGE)?;
                let mut owners = 0;
                for (name, _) in page.iter().filter(|(_, run)| *run == self.run.run) {
                    let owner = mfa_devices::find(tx, account, name)?.and_then(|device| device.user_id);
                    if let Some(user) = owner.filter(|user| !user.is_root()) {
                        // Of several devices of one user the first counts.
                        let first = mfa_devices::find_by_user(tx, account, user)?;
                        owners += u64::from(first.is_some_and(|first| first.device_name == *name));
                    }
                }
                Ok::<_, StoreError>((page, owners))
            })?;
            count += owners;
            let is_last = page.len() < PAGE;
            after = page.into_iter().next_back().map(|(name, _)| name);
            if is_last {
                return Ok(count);
            }
        }
    }

    /// Takes from what is to be asked of the users, page by page: `change` gets what is left for each, and whether this run
    /// has seen a device of the user.
    ///
    /// # Errors
    /// What the store says.
    pub fn change_todos(
        &mut self,
        at: Timestamp,
        mut change: impl FnMut(&mut Todo, bool),
    ) -> Result<(), StoreError> {
        let (account, run) = (self.run.account, self.run.run);
        let mut after = None;
        loop {
            let page = self.store.read(|tx| mirrored_users::list_todo(tx, account, after, PAGE))?;
            let mut batch = Vec::new();
            for row in &page {
                let seen = self.store.read(|tx| {
                    let mut seen = false;
                    for device in mfa_devices::list_by_user(tx, account, row.user_id)? {
                        seen |= mirrored_devices::find(tx, account, &device.device_name)? == Some(run);
                    }
                    Ok::<_, StoreError>(seen)
                })?;
                let before = Todo::of(row.todo, row.hint.as_deref());
                let mut todo = before.clone();
                change(&mut todo, seen);
                if todo != before {
                    batch.push(Learned::Todo(row.user_id, todo));
                }
            }
            let (position, calls) = (self.run.position.clone(), self.run.calls.unsigned_abs());
            if !batch.is_empty() {
                self.write(at, &position, calls, batch)?;
            }
            after = page.last().map(|row| row.user_id);
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// What is still to be asked of a user.
    ///
    /// # Errors
    /// What the store says.
    pub fn todo_of(&self, name: &UserName) -> Result<Option<(UserId, Todo)>, StoreError> {
        self.store.read(|tx| {
            let Some(user) = users::find_by_name(tx, self.run.account, name)? else { return Ok(None) };
            let row = mirrored_users::find(tx, self.run.account, user.user_id)?;
            let row = row.filter(|row| row.run == self.run.run);
            Ok(row.map(|row| (user.user_id, Todo::of(row.todo, row.hint.as_deref()))))
        })
    }
}

/// How many of an identity's keys must be asked for their last use although rows tell of them: those of which the row does
/// not say it, and those of which two have the same date and not the same use.
pub fn uses_to_ask(uses: &[KeyUse]) -> usize {
    let ambiguous = |one: &&KeyUse| {
        !one.known || uses.iter().any(|other| other.date == one.date && other.used != one.used)
    };
    uses.iter().filter(ambiguous).count()
}
