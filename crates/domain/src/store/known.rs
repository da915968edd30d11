//! What the jobs of a group have read of an account and need not read again: jobs that wait together mostly belong to one
//! account, and ask for the same few rows. Of one account at a time, for as long as nobody else can write it; whoever
//! writes one of these rows says so here. Must not know statements.

use super::tables::accounts::Account;
use super::tables::report_history::ReportState;
use super::upkeep::DayKind;
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

/// What is known of the account that was asked for last.
#[derive(Debug, Default)]
pub(super) struct Known(Option<(AccountId, Box<KnownRows>)>);

impl Known {
    /// What is known of an account; another one is forgotten.
    pub fn of(&mut self, account: AccountId) -> &mut KnownRows {
        if self.0.as_ref().is_none_or(|(known, _)| *known != account) {
            self.0 = None;
        }
        &mut self.0.get_or_insert_with(|| (account, Box::default())).1
    }

    /// Forgets an account.
    pub fn forget(&mut self, account: AccountId) {
        *self.of(account) = KnownRows::default();
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
}
