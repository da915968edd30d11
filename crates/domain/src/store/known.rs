//! What the jobs of a group have read of an account and need not read again, and what they have added to its numbers and
//! need not write one by one: jobs that wait together mostly belong to one account, ask for the same few rows and change the
//! same few. Right for as long as nobody else can write the account, which is a group where there are other nodes, and the life
//! of the writer's connection where there are none; whoever writes one of these rows says so here. Must not know statements.

use std::collections::{BTreeMap, BTreeSet};

use super::tables::accounts::Account;
use super::tables::report_history::ReportState;
use super::upkeep::{DayKind, Numbers, Totals};
use crate::identity::user::UserName;
use crate::ids::AccountId;
use crate::time::{Day, Timestamp};

/// Kinds with the day behind which each is summed, and the sums.
pub(super) type Sums = (Vec<(DayKind, Day)>, Vec<i64>);

/// What is known of an account; what is not is `None`.
#[derive(Debug, Default)]
pub(super) struct KnownRows {
    /// Its row, if it has one.
    pub account: Option<Option<Account>>,
    /// The last entry of its history, if it has one.
    pub last_entry: Option<Option<ReportState>>,
    /// Sums of its histograms.
    pub sums: Option<Sums>,
    /// An instant before which thinning has looked at all entries.
    pub thinned_before: Option<Timestamp>,
}

/// What is to be added to the numbers of accounts before the commit. It only grows: whatever becomes less is written at once.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Owed(BTreeMap<AccountId, Numbers>);

/// What is known of the account that was asked for last, names that were asked for together, and what is owed.
#[derive(Debug, Default)]
pub(super) struct Known {
    rows: Option<(AccountId, Box<KnownRows>)>,
    /// Names that no user has.
    free_names: BTreeSet<(AccountId, UserName)>,
    pub owed: Owed,
}

impl Known {
    /// Nothing but what is owed.
    pub fn owing(owed: Owed) -> Self {
        Self { owed, ..Self::default() }
    }

    /// What is known of an account; another one is forgotten.
    pub fn of(&mut self, account: AccountId) -> &mut KnownRows {
        if self.rows.as_ref().is_none_or(|(known, _)| *known != account) {
            self.rows = None;
        }
        &mut self.rows.get_or_insert_with(|| (account, Box::default())).1
    }

    /// Forgets an account.
    pub fn forget(&mut self, account: AccountId) {
        *self.of(account) = KnownRows::default();
    }

    /// Forgets which names are free: nobody asks for the same ones again.
    pub fn forget_names(&mut self) {
        self.free_names.clear();
    }

    /// Whether no user is known to have this name.
    pub fn is_free(&self, account: AccountId, name: &UserName) -> bool {
        !self.free_names.is_empty() && self.free_names.contains(&(account, name.clone()))
    }

    /// Says that no user has this name.
    pub fn set_free(&mut self, account: AccountId, name: UserName) {
        self.free_names.insert((account, name));
    }

    /// Says that a user gets this name; whether none was known to have it.
    pub fn take_name(&mut self, account: AccountId, name: &UserName) -> bool {
        !self.free_names.is_empty() && self.free_names.remove(&(account, name.clone()))
    }
}

impl Owed {
    /// Adds to the counters of an account. What must be written now: all of it, if it cannot wait or something becomes less.
    pub fn add_totals(&mut self, account: AccountId, changes: &Totals, can_wait: bool) -> Option<Totals> {
        if !can_wait && !self.0.contains_key(&account) {
            return Some(*changes);
        }
        let totals = &mut self.0.entry(account).or_default().totals;
        totals.add_all(changes);
        (!can_wait || totals.has_negative()).then(|| std::mem::take(totals))
    }

    /// The same for a day of its histograms.
    pub fn add_day(
        &mut self,
        account: AccountId,
        kind: DayKind,
        day: Day,
        (n, can_wait): (i64, bool),
    ) -> Option<i64> {
        if !can_wait && !self.0.contains_key(&account) {
            return Some(n);
        }
        let days = &mut self.0.entry(account).or_default().days;
        let owed = days.entry((kind, day)).or_default();
        *owed += n;
        if *owed > 0 && can_wait { None } else { days.remove(&(kind, day)).filter(|due| *due != 0) }
    }

    /// What is to be added to the counters of an account.
    pub fn totals(&self, account: AccountId) -> Totals {
        self.0.get(&account).map(|owed| owed.totals).unwrap_or_default()
    }

    /// What is to be added to a sum of days.
    pub fn days_after(&self, account: AccountId, kind: DayKind, day: Day) -> i64 {
        let Some(owed) = self.0.get(&account) else { return 0 };
        owed.days.range((kind, day)..).filter(|((of, at), _)| *of == kind && *at > day).map(|(_, n)| n).sum()
    }

    /// Nothing is owed to an account whose numbers are no longer kept.
    pub fn forgive(&mut self, account: AccountId) {
        self.0.remove(&account);
    }

    /// All of it, once.
    pub fn take(&mut self) -> BTreeMap<AccountId, Numbers> {
        std::mem::take(&mut self.0)
    }
}

impl KnownRows {
    /// Says that an entry was inserted.
    pub fn inserted(&mut self, entry: &ReportState) {
        let follows = match &self.last_entry {
            Some(Some(last)) => entry.position() > last.position(),
            Some(None) => true,
            None => false,
        };
        self.last_entry = follows.then(|| Some(entry.clone()));
        self.thinned_before = self.thinned_before.filter(|before| entry.at >= *before);
    }

    /// Says that so many subjects more have a base day.
    pub fn added_days(&mut self, kind: DayKind, day: Day, n: i64) {
        let Some((asked, sums)) = &mut self.sums else { return };
        for ((of, after), sum) in asked.iter().zip(sums) {
            if *of == kind && day > *after {
                *sum += n;
            }
        }
    }
}
