//! An operation with its types given up, as one list of all needs it; the only place where that happens.

use std::marker::PhantomData;

use ramward_rpc::api::{Api, Description};
use ramward_rpc::error::ApiResult;
use ramward_rpc::params::Params;
use ramward_rpc::shape::Shape;
use ramward_rpc::value::Value;

use super::{Cx, Operation, Prepare, Target};
use crate::ids::AccountId;
use crate::settings::Settings;

/// A request that was read and waits to be run.
pub trait AnyRequest: Send {
    /// What it is about.
    fn target(&self) -> Target;

    /// See [`Operation::is_account_wide`].
    fn is_account_wide(&self) -> bool;

    /// See [`Operation::changed_account`].
    fn changed_account(&self) -> Option<AccountId>;

    /// See [`Operation::prepare`].
    ///
    /// # Errors
    /// As there.
    fn prepare(&mut self, cx: &Prepare<'_>) -> ApiResult<()>;

    /// See [`Operation::handle`].
    ///
    /// # Errors
    /// As there.
    fn handle(&self, cx: &mut Cx<'_, '_>) -> ApiResult<Vec<(&'static str, Value)>>;
}

/// An operation with its types given up, as the list needs it.
pub trait AnyOperation: Sync {
    /// Its constant facts.
    fn api(&self) -> &'static Api;
    /// See [`Operation::SUMMARY_ZH`].
    fn summary_zh(&self) -> &'static str;
    /// Its constant facts with parameters and answer.
    fn describe(&self) -> Description;
    /// See [`Operation::ACCOUNT_WIDE`].
    fn account_wide(&self) -> bool;
    /// See [`Operation::is_change`].
    fn is_change(&self, settings: &Settings) -> bool;
    /// See [`Operation::is_slow`].
    fn is_slow(&self, settings: &Settings) -> bool;

    /// Reads the parameters.
    ///
    /// # Errors
    /// The first parameter's refusal.
    fn read(&self, params: &Params<'_>) -> ApiResult<Box<dyn AnyRequest>>;
}

/// Gives the types of `O` up.
#[derive(Debug)]
pub struct Erased<O>(PhantomData<fn() -> O>);

impl<O> Erased<O> {
    /// The operation for the list.
    pub const NEW: Self = Self(PhantomData);
}

struct Typed<O: Operation>(O::Request);

impl<O: Operation> AnyOperation for Erased<O> {
    fn api(&self) -> &'static Api {
        &O::API
    }

    fn summary_zh(&self) -> &'static str {
        O::SUMMARY_ZH
    }

    fn describe(&self) -> Description {
        Description { api: O::API, parameters: O::Request::fields(), response: O::Response::fields() }
    }

    fn account_wide(&self) -> bool {
        O::ACCOUNT_WIDE
    }

    fn is_change(&self, settings: &Settings) -> bool {
        O::is_change(settings)
    }

    fn is_slow(&self, settings: &Settings) -> bool {
        O::is_slow(settings)
    }

    fn read(&self, params: &Params<'_>) -> ApiResult<Box<dyn AnyRequest>> {
        Ok(Box::new(Typed::<O>(O::Request::read(params, "")?)))
    }
}

impl<O: Operation> AnyRequest for Typed<O> {
    fn target(&self) -> Target {
        O::target(&self.0)
    }

    fn is_account_wide(&self) -> bool {
        O::is_account_wide(&self.0)
    }

    fn changed_account(&self) -> Option<AccountId> {
        O::changed_account(&self.0)
    }

    fn prepare(&mut self, cx: &Prepare<'_>) -> ApiResult<()> {
        O::prepare(cx, &mut self.0)
    }

    fn handle(&self, cx: &mut Cx<'_, '_>) -> ApiResult<Vec<(&'static str, Value)>> {
        O::handle(cx, &self.0).map(|response| response.members())
    }
}
