//! A request together with what was worked out before its transaction. Knows no operation.

use ramward_rpc::error::ApiResult;
use ramward_rpc::params::Params;
use ramward_rpc::shape::{Field, Shape};
use ramward_rpc::value::Value;

/// The request `R` and, once [`crate::ops::Operation::prepare`] has run, the result `P` of its slow work. On the wire and in
/// documentation it is `R` alone.
#[derive(Debug)]
pub struct Prepared<R, P> {
    /// What was asked.
    pub request: R,
    /// What was worked out; `None` where there was nothing to do.
    pub prepared: Option<P>,
}

impl<R: Shape, P> Shape for Prepared<R, P> {
    fn fields() -> Vec<Field> {
        R::fields()
    }

    fn read(params: &Params<'_>, prefix: &str) -> ApiResult<Self> {
        Ok(Self { request: R::read(params, prefix)?, prepared: None })
    }

    fn members(&self) -> Vec<(&'static str, Value)> {
        self.request.members()
    }
}
