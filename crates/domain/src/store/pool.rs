//! Connections that only read, lent to whoever asks and kept for the next.

use std::sync::{Arc, Mutex, PoisonError};

use super::connection::{Access, Connection, Driver, Role};
use super::error::StoreError;
use super::tx::Tx;

/// How many idle ones are kept; more are opened when more read at once, and closed after.
const KEPT: usize = 8;

pub(super) struct Pool {
    driver: Arc<dyn Driver>,
    idle: Mutex<Vec<Box<dyn Connection>>>,
}

impl Pool {
    pub(super) fn new(driver: Arc<dyn Driver>) -> Self {
        Self { driver, idle: Mutex::default() }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new connection with a transaction.
    fn begun(&self) -> Result<Box<dyn Connection>, StoreError> {
        let mut connection = self.driver.connect(Role::Reader)?;
        connection.begin(Access::Read)?;
        Ok(connection)
    }

    /// Runs `work` on a consistent snapshot. A connection that failed, or whose reader panicked, is not kept.
    pub(super) fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let kept = self.idle().pop();
        let mut connection = match kept {
            Some(mut connection) => match connection.begin(Access::Read) {
                Ok(()) => connection,
                // It died while it waited, and so will have the others.
                Err(StoreError::Unreachable { .. }) => {
                    self.idle().clear();
                    self.begun()?
                }
                Err(error) => return Err(error.into()),
            },
            None => self.begun()?,
        };
        let result = work(&mut Tx::new(connection.as_mut(), Access::Read));
        if connection.rollback().is_ok() {
            let mut idle = self.idle();
            if idle.len() < KEPT {
                idle.push(connection);
            }
        }
        result
    }
}
