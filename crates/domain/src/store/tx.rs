//! A transaction as the tables see it: statements, the report's upkeep and what caches must hear. It can only be had
//! inside `Store::read` and `Store::write`; the first statement that fails spoils it, so that nothing half-done is kept.

use super::bulk::Bulk;
use super::connection::{Access, Arg, Connection, Row};
use super::error::StoreError;
use super::known::Known;
use super::upkeep::Upkeep;
use crate::ids::{AccessKeyId, AccountId};

/// What a commit changed, for those who keep copies outside the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A fact, counter or policy of the account.
    Account(AccountId),
    /// A policy, a role, a group or who has which of them: what identities of the account may do.
    Policies(AccountId),
    /// What a signature by this AccessKey is checked against: its secret, its status, its owner's name or status.
    AccessKey(AccessKeyId),
    /// More than is worth naming: keep nothing.
    All,
    /// Another store took the place of this one: keep nothing, and write nothing that was seen before.
    Replaced,
    /// The domain clock is this many seconds ahead of the wall clock from now on.
    Clock(i64),
}

/// An open transaction.
pub struct Tx<'c> {
    connection: &'c mut dyn Connection,
    access: Access,
    pub(super) bulk: Option<Box<Bulk>>,
    failed: Option<StoreError>,
    pub(super) upkeep: Upkeep,
    pub(super) known: Known,
    effects: Vec<Effect>,
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c mut dyn Connection, access: Access) -> Self {
        Self {
            connection,
            access,
            bulk: None,
            failed: None,
            upkeep: Upkeep::default(),
            known: Known::default(),
            effects: Vec::new(),
        }
    }

    /// The same behind jobs of the same group that have read `known`.
    pub(super) fn behind(mut self, known: Known) -> Self {
        self.known = known;
        self
    }

    /// Runs a statement; how many rows it changed.
    pub fn execute(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<usize, StoreError> {
        self.changeable()?;
        let result = self.connection.execute(sql, args);
        self.remember(result)
    }

    /// The same where nothing hangs on how many rows it changes: the database may be told along with the next statement. If
    /// it cannot do it, nothing of the whole group of jobs is kept.
    pub(super) fn execute_later(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<(), StoreError> {
        self.changeable()?;
        let result = self.connection.execute_later(sql, args);
        self.remember(result)
    }

    /// The first row of a query, if it has one.
    pub fn find<T>(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
        mut read: impl FnMut(Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.each(sql, args, |row| {
            found = Some(read(row)?);
            Ok(false)
        })?;
        Ok(found)
    }

    /// All rows of a query.
    pub fn list<T>(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
        mut read: impl FnMut(Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.each(sql, args, |row| {
            found.push(read(row)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// Row by row, for as long as `read` says `true`.
    pub fn each(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
        mut read: impl FnMut(Row<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        self.usable()?;
        let result = self.connection.query(sql, args, &mut read);
        self.remember(result)
    }

    /// Says that copies of this outside the store end with the commit.
    pub fn effect(&mut self, effect: Effect) {
        let named = matches!(effect, Effect::Account(_) | Effect::Policies(_) | Effect::AccessKey(_));
        // A bulk change names nobody: it would be millions.
        let effect = if named && self.is_bulk() { Effect::All } else { effect };
        let last = self.effects.last();
        if last != Some(&effect) && !(named && last == Some(&Effect::All)) {
            self.effects.push(effect);
        }
    }

    /// Says that what identities of the account may do has changed, and with it what answers say of the account.
    pub(super) fn note_policies_moved(&mut self, account: AccountId) {
        let effects = [Effect::Account(account), Effect::Policies(account)];
        if !self.effects.ends_with(&effects) {
            effects.into_iter().for_each(|effect| self.effect(effect));
        }
    }

    /// For a job that brings in thousands of new subjects: what the report gains by a user, or by an account's root, is
    /// summed as its rows are inserted one after the other, without reading them back, and written once. Rows of a
    /// subject inserted together are cheapest; any other order is as exact. Lasts until the end of the job.
    pub fn bulk(&mut self) {
        if self.bulk.is_none() {
            self.bulk = Some(Box::new(Bulk::new()));
            let begun = self.connection.begin_bulk();
            // Whoever failed here is told by its next statement.
            drop(self.remember(begun));
        }
    }

    /// The refusal of a row that exists already. In a bulk it spoils the job, whose sums may have counted the row.
    pub(super) fn exists(&mut self, what: &'static str) -> StoreError {
        let error = StoreError::Exists { what };
        if self.is_bulk() {
            self.failed = Some(error.clone());
        }
        error
    }

    /// Runs `work` as a transaction inside this one: if it refuses, nothing of it stays, and this transaction goes on.
    ///
    /// # Errors
    /// What `work` refused, or a failure of the store.
    pub fn nested<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.usable()?;
        self.write_owners()?;
        let marked = self.connection.savepoint();
        self.remember(marked)?;
        let (upkeep, owed, effects) = (self.upkeep.clone(), self.known.owed.clone(), self.effects.len());
        let result = work(self);
        // A mark that can be neither kept nor returned to leaves nobody knows what: the whole job is spoilt.
        let ended = if result.is_ok() {
            self.connection.release()
        } else {
            self.upkeep = upkeep;
            self.known = Known::owing(owed);
            self.drop_owners();
            self.effects.truncate(effects);
            self.connection.rollback_to()
        };
        self.remember(ended)?;
        result
    }

    pub(super) fn is_bulk(&self) -> bool {
        self.bulk.is_some()
    }

    /// Ends a job that wants to be kept: what it did to the report is counted.
    pub(super) fn finish(mut self) -> Result<(Vec<Effect>, Known), StoreError> {
        self.usable()?;
        self.write_owners()?;
        self.settle()?;
        Ok((self.effects, self.known))
    }

    pub(super) fn failure(&self) -> Option<StoreError> {
        self.failed.clone()
    }

    fn changeable(&self) -> Result<(), StoreError> {
        if self.access == Access::Read {
            return Err(StoreError::Misuse("a change inside a read"));
        }
        self.usable()
    }

    fn usable(&self) -> Result<(), StoreError> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    fn remember<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }
}
