//! The state of a server as a whole: saved and loaded under a name, or begun anew. What is to come is made beside the store
//! that is in use and takes its place in one transaction, so that a state that cannot be taken changes nothing.

use std::fmt;
use std::sync::Arc;

use ramward_rpc::error::{ApiError, ApiResult, Plain, Rule};

use super::first_start::Wishes;
use super::{Core, Service};
use crate::identity::label::Label;
use crate::ops::{FirstAccount, ResetTo, Whole};
use crate::report::history::{self, Present};
use crate::state::import::{self, Form, ImportError};
use crate::store::tables::accounts;
use crate::store::{Staged, Store, StoreError};
use crate::time::Clock;

/// What brings into an empty store what a server was started with.
type Load = Box<dyn Fn(&Store, Present<'_>) -> Result<(), String> + Send + Sync>;

/// What a server was started with.
pub struct StartedWith {
    /// What the operator fixed.
    pub wishes: Wishes,
    /// Brings in its state files.
    pub load: Load,
}

impl fmt::Debug for StartedWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartedWith").finish_non_exhaustive()
    }
}

impl Service {
    /// Says once what a reset goes back to. Without it, a reset leaves the first account and nothing else.
    pub fn set_started_with(&self, started_with: StartedWith) {
        if self.core.started_with.set(started_with).is_err() {
            tracing::warn!("what the server was started with is known already");
        }
    }
}

impl Whole for Arc<Core> {
    fn save(&self, name: &Label) -> ApiResult<()> {
        self.write_waiting_uses()?;
        Ok(self.store.save_snapshot(name)?)
    }

    fn load(&self, name: &Label) -> ApiResult<bool> {
        let is_loaded = self.store.load_snapshot(name).map_err(not_loaded)?;
        if is_loaded {
            // It may have been saved when other limits were in force.
            let (now, settings) = (self.clock.now(), self.settings.clone());
            self.store.write(move |tx| history::settings_in_force(tx, now, settings.measures()))?;
        }
        Ok(is_loaded)
    }

    fn reset(&self, to: ResetTo<'_>) -> ApiResult<FirstAccount> {
        let staged = Staged::create()?;
        let made = self.fill(&staged.open(&self.seal)?, to)?;
        self.store.replace(staged)?;
        Ok(made)
    }
}

impl Core {
    /// Fills an empty store as a first start would, at the wall clock's time. Gives the root key only if it is a new one.
    fn fill(self: &Arc<Self>, store: &Store, to: ResetTo<'_>) -> ApiResult<FirstAccount> {
        let now = self.wall.now();
        let core = Arc::clone(self);
        store.write(move |tx| history::settings_in_force(tx, now, core.settings.measures()))?;
        let present = Present { now, measures: self.settings.measures() };
        let first_key = self.first_key()?;
        let is_known = first_key.is_some();
        let origin = self.started_with.get();
        let wishes = match to {
            ResetTo::Empty => first_key.or_else(|| origin.map(|origin| origin.wishes.clone())),
            ResetTo::Start => {
                if let Some(origin) = origin {
                    (origin.load)(store, present).map_err(|reason| no_longer_usable(&reason))?;
                }
                first_key.or_else(|| origin.map(|origin| origin.wishes.clone()))
            }
            ResetTo::State(text) => {
                let source = &mut text.as_bytes();
                import::import(
                    store,
                    &self.seal,
                    &*self.entropy,
                    present,
                    source,
                    form_of(text),
                    &mut |_| {},
                )
                .map_err(not_taken)?;
                // An account that the text does not bring is not wanted.
                let account = first_key.as_ref().and_then(|key| key.account_id);
                let brought: Result<_, StoreError> =
                    store.read(|tx| account.map_or(Ok(None), |account| accounts::find(tx, account)));
                first_key.filter(|_| matches!(brought, Ok(Some(_))))
            }
        };
        let is_first_key = is_known && wishes.is_some();
        let (core, wishes) = (Arc::clone(self), wishes.unwrap_or_default());
        let made: Result<FirstAccount, StoreError> =
            store.write(move |tx| core.make_first_account(tx, now, &wishes));
        let FirstAccount { account_id, root_key } = made?;
        Ok(FirstAccount { account_id, root_key: root_key.filter(|_| !is_first_key) })
    }
}

/// A file that was spoilt or belongs to another server is for the operator to know.
fn not_loaded(error: StoreError) -> Box<ApiError> {
    use StoreError::{Damaged, NewerSchema, NotADatabase, WrongSealKey};
    if matches!(error, Damaged { .. } | NewerSchema { .. } | NotADatabase { .. } | WrongSealKey) {
        let message = format!("The snapshot cannot be loaded, and nothing was changed: {error}.");
        ApiError::with_message(Plain::InvalidParameter, message)
    } else {
        error.into()
    }
}

/// One object with all accounts, or one record a line.
fn form_of(text: &str) -> Form {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    match values.next() {
        Some(Ok(first)) if first.get("Accounts").is_some() => Form::Document,
        _ => Form::Lines,
    }
}

fn no_longer_usable(reason: &str) -> Box<ApiError> {
    let message = format!("The state that this server was started with cannot be loaded again: {reason}.");
    ApiError::with_message(Plain::InvalidParameter, message)
}

fn not_taken(error: ImportError) -> Box<ApiError> {
    match error {
        ImportError::Store(error) => error.into(),
        ImportError::Record(_) | ImportError::Read(_) => {
            let mut refusal = ApiError::invalid("State", Rule::Format);
            refusal.message = format!("{} It is no state file: {error}.", refusal.message);
            refusal
        }
    }
}
