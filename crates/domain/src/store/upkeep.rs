//! The report's numbers, kept exact in the transaction of each change: per account a few totals, histograms of base days
//! (see `report`), and lists of whom they count. A table function says which part of which identity it is about to change (`touch_…`), before
//! it does; at the end of the job the identity's share after the change minus its share before is added. Must not know
//! limits, dates of today or scores.

mod marks;
mod numbers;
mod subject;

use std::collections::BTreeMap;

pub use self::marks::SubjectKind;
pub use self::numbers::{DayKind, Numbers, Total, Totals};
pub use self::subject::{Dates, KeyFacts, Subject};
use super::error::StoreError;
use super::moved::Moves;
use super::tables::{
    access_keys, accounts, login_profiles, mfa_devices, report_days, report_subjects, users,
};
use super::tx::Tx;
use crate::ids::{AccountId, UserId};
use crate::time::Day;

/// How many entries a bulk gathers before it writes them, sorted: each list grows in many places at once.
const RUN: usize = 200_000;

/// An identity that the job has just inserted, with all it has so far.
#[derive(Debug, Clone)]
struct Growing {
    account: AccountId,
    user: UserId,
    subject: Subject,
}

/// The parts of an identity that a job has touched, as they were before. The others are as they were.
#[derive(Debug, Default, Clone)]
struct Touched {
    user: Option<Option<Dates>>,
    keys: Option<Vec<KeyFacts>>,
    bound: Option<bool>,
    console: Option<Option<Dates>>,
}

impl Touched {
    fn before(self, after: &Subject) -> Subject {
        Subject {
            user: self.user.unwrap_or(after.user),
            keys: self.keys.unwrap_or_else(|| after.keys.clone()),
            bound: self.bound.unwrap_or(after.bound),
            console: self.console.unwrap_or(after.console),
        }
    }
}

/// What a job has touched, as it was before, and what it has added so far.
#[derive(Debug, Default, Clone)]
pub(super) struct Upkeep {
    touched: BTreeMap<(AccountId, UserId), Touched>,
    changes: BTreeMap<AccountId, Numbers>,
    growing: Option<Growing>,
    marks: Vec<(AccountId, SubjectKind, Day, UserId)>,
    pub(super) moves: Moves,
}

impl Upkeep {
    fn touched(&mut self, account: AccountId, user: UserId) -> &mut Touched {
        self.touched.entry((account, user)).or_default()
    }

    fn growing(&mut self, account: AccountId, user: UserId) -> Option<&mut Subject> {
        let growing = self.growing.as_mut()?;
        ((growing.account, growing.user) == (account, user)).then_some(&mut growing.subject)
    }
}

impl Tx<'_> {
    /// Call before a change of a RAM user's row, or of its end.
    pub(super) fn touch_user(&mut self, account: AccountId, user: UserId) -> Result<(), StoreError> {
        self.stop_growing(account, user)?;
        if self.upkeep.touched(account, user).user.is_none() {
            let before = users::dates(self, account, user)?;
            self.upkeep.touched(account, user).user = Some(before);
        }
        Ok(())
    }

    /// Call before a change of an identity's AccessKeys.
    pub(super) fn touch_keys(&mut self, account: AccountId, user: UserId) -> Result<(), StoreError> {
        self.stop_growing(account, user)?;
        if self.upkeep.touched(account, user).keys.is_none() {
            let before = access_keys::facts(self, account, user)?;
            self.upkeep.touched(account, user).keys = Some(before);
        }
        Ok(())
    }

    /// Call before a change of the devices bound to an identity.
    pub(super) fn touch_devices(&mut self, account: AccountId, user: UserId) -> Result<(), StoreError> {
        self.stop_growing(account, user)?;
        if self.upkeep.touched(account, user).bound.is_none() {
            let before = mfa_devices::is_bound(self, account, user)?;
            self.upkeep.touched(account, user).bound = Some(before);
        }
        Ok(())
    }

    /// Call before a change of a user's logon profile.
    pub(super) fn touch_console(&mut self, account: AccountId, user: UserId) -> Result<(), StoreError> {
        self.stop_growing(account, user)?;
        if self.upkeep.touched(account, user).console.is_none() {
            let before = login_profiles::dates(self, account, user)?;
            self.upkeep.touched(account, user).console = Some(before);
        }
        Ok(())
    }

    /// Call before inserting a key: cheaper than `touch_keys` where the owner is growing.
    pub(super) fn touch_new_key(
        &mut self,
        account: AccountId,
        user: UserId,
        key: KeyFacts,
    ) -> Result<(), StoreError> {
        match self.upkeep.growing(account, user) {
            Some(subject) => subject.keys.push(key),
            None => self.touch_keys(account, user)?,
        }
        Ok(())
    }

    /// Call before binding a device: cheaper than `touch_devices` where the owner is growing.
    pub(super) fn touch_new_device(&mut self, account: AccountId, user: UserId) -> Result<(), StoreError> {
        match self.upkeep.growing(account, user) {
            Some(subject) => subject.bound = true,
            None => self.touch_devices(account, user)?,
        }
        Ok(())
    }

    /// Call before inserting a logon profile, Active or not: cheaper than `touch_console` where the owner is growing.
    pub(super) fn touch_new_console(
        &mut self,
        account: AccountId,
        user: UserId,
        console: Option<Dates>,
    ) -> Result<(), StoreError> {
        match self.upkeep.growing(account, user) {
            Some(subject) => subject.console = console,
            None => self.touch_console(account, user)?,
        }
        Ok(())
    }

    /// Call when an identity was inserted that has nothing yet; root comes without dates.
    pub(super) fn touch_new_subject(
        &mut self,
        account: AccountId,
        user: UserId,
        dates: Option<Dates>,
    ) -> Result<(), StoreError> {
        self.settle_growing()?;
        match self.upkeep.touched.get_mut(&(account, user)) {
            // It was there when the job began, and went meanwhile.
            Some(touched) => {
                touched.user.get_or_insert(None);
            }
            None => {
                let subject = Subject { user: dates, ..Subject::default() };
                self.upkeep.growing = Some(Growing { account, user, subject });
            }
        }
        Ok(())
    }

    /// Adds to a counter that follows from the change itself.
    pub(super) fn count(&mut self, account: AccountId, total: Total, n: i64) {
        self.upkeep.changes.entry(account).or_default().totals.add(total, n);
    }

    /// Call when an account was deleted with all it had.
    pub(super) fn forget(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.settle_growing()?;
        self.upkeep.touched.retain(|(of, _), _| *of != account);
        self.upkeep.changes.remove(&account);
        self.upkeep.marks.retain(|(of, ..)| *of != account);
        Ok(())
    }

    /// What has grown so far is what the rows say, so from here on the rows are asked.
    fn stop_growing(&mut self, account: AccountId, user: UserId) -> Result<(), StoreError> {
        match self.upkeep.growing(account, user) {
            Some(_) => self.settle_growing(),
            None => Ok(()),
        }
    }

    fn settle_growing(&mut self) -> Result<(), StoreError> {
        let Some(Growing { account, user, subject }) = self.upkeep.growing.take() else { return Ok(()) };
        if !self.is_bulk() {
            self.note_subject(account, user, &Subject::default(), &subject);
        }
        self.upkeep.changes.entry(account).or_default().add(user, &subject, 1);
        let marks = subject.marks(user).into_iter().map(|(kind, day)| (account, kind, day, user));
        self.upkeep.marks.extend(marks);
        if self.upkeep.marks.len() >= RUN { self.write_marks() } else { Ok(()) }
    }

    fn write_marks(&mut self) -> Result<(), StoreError> {
        let mut marks = std::mem::take(&mut self.upkeep.marks);
        marks.sort_unstable();
        for (account, kind, day, user) in marks {
            report_subjects::insert(self, account, kind, day, user)?;
        }
        Ok(())
    }

    /// Moves an identity from where it stood to where it stands.
    fn move_marks(
        &mut self,
        account: AccountId,
        user: UserId,
        before: &Subject,
        after: &Subject,
    ) -> Result<(), StoreError> {
        let (before, after) = (before.marks(user), after.marks(user));
        for (kind, day) in before.iter().filter(|mark| !after.contains(mark)) {
            report_subjects::delete(self, account, *kind, *day, user)?;
        }
        for (kind, day) in after.iter().filter(|mark| !before.contains(mark)) {
            report_subjects::insert(self, account, *kind, *day, user)?;
        }
        Ok(())
    }

    /// Adds up what the job has changed so far; whoever reads the numbers inside a change calls this first.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.settle_growing()?;
        self.write_marks()?;
        for ((account, user), touched) in std::mem::take(&mut self.upkeep.touched) {
            let after = Subject::read(self, account, user)?;
            let before = touched.before(&after);
            if after != before {
                self.note_subject(account, user, &before, &after);
                let changes = self.upkeep.changes.entry(account).or_default();
                changes.add(user, &after, 1);
                changes.add(user, &before, -1);
                self.move_marks(account, user, &before, &after)?;
            }
        }
        for (account, changes) in std::mem::take(&mut self.upkeep.changes) {
            if self.is_bulk() {
                self.note_moved(account);
            }
            if changes.totals != Totals::default() {
                accounts::add_totals(self, account, &changes.totals)?;
            }
            for ((kind, day), n) in changes.days {
                report_days::add(self, account, kind, day, n)?;
            }
        }
        Ok(())
    }

    /// The same, and writes all numbers that were kept back; whoever reads their rows calls this first.
    pub(super) fn pay(&mut self) -> Result<(), StoreError> {
        self.settle()?;
        for (account, owed) in self.known.owed.take() {
            if owed.totals != Totals::default() {
                accounts::write_totals(self, account, &owed.totals, true)?;
            }
            for ((kind, day), n) in owed.days {
                report_days::write(self, account, kind, day, n)?;
            }
        }
        Ok(())
    }
}
