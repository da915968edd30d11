//! A driver for tests: another driver that fails at the n-th step of its writer, or at every step from there on. A step
//! is whatever the writer asks of its connection; the commit is the last one of a group.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::connection::{Access, Arg, Connection, Contents, Driver, EachRow, Ear, Migration, Role};
use super::error::StoreError;
use crate::ids::AccountId;

/// How a step fails. The step itself is never done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Only the step fails.
    Refused,
    /// The database takes the whole transaction back, as it does when the disk is full.
    TransactionLost,
    /// The step fails, and so does everything after it on this connection.
    ConnectionLost,
}

/// What shall fail; shared by all connections of a driver.
#[derive(Default)]
pub struct Plan {
    steps: AtomicU64,
    fails: Mutex<Option<(u64, Fault)>>,
    failed: AtomicBool,
}

impl Plan {
    /// Counts from here on; the `step`-th from now fails.
    pub fn fail_at(&self, step: u64, fault: Fault) {
        self.steps.store(0, Ordering::SeqCst);
        self.failed.store(false, Ordering::SeqCst);
        *self.fails.lock().unwrap() = Some((step, fault));
    }

    /// Counts from here on; nothing fails.
    pub fn heal(&self) {
        self.steps.store(0, Ordering::SeqCst);
        *self.fails.lock().unwrap() = None;
    }

    /// How many steps there were since `heal`.
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::SeqCst)
    }

    /// Whether the planned failure has happened.
    pub fn failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }
}

/// The driver that fails.
pub struct Faulty {
    inner: Arc<dyn Driver>,
    plan: Arc<Plan>,
}

impl Faulty {
    pub fn new(inner: Arc<dyn Driver>) -> (Self, Arc<Plan>) {
        let plan = Arc::new(Plan::default());
        (Self { inner, plan: plan.clone() }, plan)
    }
}

impl Driver for Faulty {
    fn connect(&self, role: Role) -> Result<Box<dyn Connection>, StoreError> {
        let inner = self.inner.connect(role)?;
        if role != Role::Writer {
            return Ok(inner);
        }
        Ok(Box::new(FaultyConnection { inner, plan: self.plan.clone(), lost: false }))
    }

    fn migrations(&self) -> &'static [Migration] {
        self.inner.migrations()
    }

    fn place(&self) -> PathBuf {
        self.inner.place()
    }

    fn data_file(&self) -> Result<PathBuf, StoreError> {
        self.inner.data_file()
    }

    fn has_log(&self) -> bool {
        self.inner.has_log()
    }

    fn has_others(&self) -> bool {
        self.inner.has_others()
    }

    fn ear(&self, patience: Duration) -> Result<Option<Box<dyn Ear>>, StoreError> {
        self.inner.ear(patience)
    }

    fn at(&self, path: &Path) -> Result<Box<dyn Driver>, StoreError> {
        self.inner.at(path)
    }
}

struct FaultyConnection {
    inner: Box<dyn Connection>,
    plan: Arc<Plan>,
    lost: bool,
}

fn failure() -> StoreError {
    StoreError::other(std::io::Error::other("a planned failure"))
}

impl FaultyConnection {
    fn step<T>(
        &mut self,
        run: impl FnOnce(&mut dyn Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let step = self.plan.steps.fetch_add(1, Ordering::SeqCst) + 1;
        let fault = self.plan.fails.lock().unwrap().filter(|(at, _)| *at == step).map(|(_, fault)| fault);
        if let Some(fault) = fault {
            self.plan.failed.store(true, Ordering::SeqCst);
            match fault {
                Fault::Refused => {}
                Fault::TransactionLost if self.inner.in_transaction() => self.inner.rollback()?,
                Fault::TransactionLost => {}
                Fault::ConnectionLost => self.lost = true,
            }
            return Err(failure());
        }
        if self.lost { Err(failure()) } else { run(self.inner.as_mut()) }
    }
}

impl Connection for FaultyConnection {
    fn is_far(&self) -> bool {
        self.inner.is_far()
    }

    fn execute(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<usize, StoreError> {
        self.step(|inner| inner.execute(sql, args))
    }

    fn execute_later(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<(), StoreError> {
        self.step(|inner| inner.execute_later(sql, args))
    }

    fn query(&mut self, sql: &'static str, args: &[Arg<'_>], each: EachRow<'_>) -> Result<(), StoreError> {
        self.step(|inner| inner.query(sql, args, each))
    }

    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.step(|inner| inner.batch(sql))
    }

    fn begin(&mut self, access: Access) -> Result<(), StoreError> {
        self.step(|inner| inner.begin(access))
    }

    fn hold(&mut self, accounts: Option<&[AccountId]>) -> Result<(), StoreError> {
        self.step(|inner| inner.hold(accounts))
    }

    fn begin_bulk(&mut self) -> Result<(), StoreError> {
        self.step(|inner| inner.begin_bulk())
    }

    fn announce(&mut self, text: &str) -> Result<(), StoreError> {
        self.step(|inner| inner.announce(text))
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.step(|inner| inner.commit())
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        if self.lost { Err(failure()) } else { self.inner.rollback() }
    }

    fn savepoint(&mut self) -> Result<(), StoreError> {
        self.step(|inner| inner.savepoint())
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.step(|inner| inner.release())
    }

    fn rollback_to(&mut self) -> Result<(), StoreError> {
        self.step(|inner| inner.rollback_to())
    }

    fn in_transaction(&self) -> bool {
        self.inner.in_transaction()
    }

    fn contents(&mut self) -> Result<Contents, StoreError> {
        self.inner.contents()
    }

    fn hold_schema(&mut self, held: bool) -> Result<(), StoreError> {
        self.inner.hold_schema(held)
    }

    fn join(&mut self, alone: bool) -> Result<bool, StoreError> {
        self.inner.join(alone)
    }

    fn checkpoint(&mut self, restart: bool) -> Result<u64, StoreError> {
        self.inner.checkpoint(restart)
    }

    fn save(&mut self, path: &Path) -> Result<(), StoreError> {
        self.inner.save(path)
    }

    fn replace(&mut self, path: &Path) -> Result<(), StoreError> {
        self.step(|inner| inner.replace(path))
    }

    fn log_pages(&self) -> u64 {
        self.inner.log_pages()
    }
}
