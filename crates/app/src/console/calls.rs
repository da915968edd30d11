//! Operations as pages call them: through the dispatcher of the API, as whoever is signed in. Knows no page.

use std::time::{Duration, Instant};

use http::StatusCode;
use ramward_domain::authn::{Caller, Origin};
use ramward_domain::service::unsigned::Ask;
use ramward_domain::service::{Answer, Service};
use ramward_rpc::api::Product;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::trouble::Trouble;

/// What an operation refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: String,
    /// The text.
    pub message: String,
    /// The id of the call.
    pub request_id: String,
    /// Which operation.
    pub operation: String,
}

impl Refusal {
    /// The status for the page that shows it.
    pub fn http_status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Makes calls as somebody.
#[derive(Clone, Copy)]
pub struct Calls<'a> {
    /// The service.
    pub service: &'a Service,
    /// As whom.
    pub caller: &'a Caller,
    /// From where.
    pub origin: Origin,
}

impl Calls<'_> {
    /// Calls an operation: its answer, or what it refused.
    ///
    /// # Errors
    /// The refusal.
    pub fn call(&self, product: Product, action: &str, params: &[(&str, &str)]) -> Result<Value, Refusal> {
        read(&self.ask(&Ask::new(product, action, params)), action)
    }

    /// The same where what is needed of the answer is a `T`: nothing else of it is read.
    ///
    /// # Errors
    /// The refusal inside; around it an answer that is no `T`, which none is that its operation describes.
    pub fn call_for<T: DeserializeOwned>(
        &self,
        product: Product,
        action: &str,
        params: &[(&str, &str)],
    ) -> Result<Result<T, Refusal>, Trouble> {
        let answer = self.ask(&Ask::new(product, action, params));
        if answer.status != 200 {
            return Ok(Err(refusal(&answer, action)));
        }
        let read = serde_json::from_slice(&answer.body);
        read.map(Ok).map_err(|error| Trouble::Internal(format!("the answer of {action}: {error}")))
    }

    /// Calls an operation: the answer as it would go over the wire. It stands among the last requests like any other.
    pub fn ask(&self, ask: &Ask<'_>) -> Answer {
        let (answer, elapsed) = timed(|| self.service.call_as(self.caller, self.origin, ask));
        self.service.note(&answer, self.origin.peer, elapsed);
        answer
    }
}

/// The part of an answer at `pointer`, such as `/User/Tags/Tag`. What is absent is read as `null`.
///
/// # Errors
/// An answer that lacks it, which none does that its operation describes.
pub fn part<T: DeserializeOwned>(answer: &Value, pointer: &str) -> Result<T, Trouble> {
    let found = answer.pointer(pointer).unwrap_or(&Value::Null);
    T::deserialize(found).map_err(|error| Trouble::Internal(format!("{pointer} of an answer: {error}")))
}

/// What an answer in JSON says.
///
/// # Errors
/// The refusal, if it is one.
pub fn read(answer: &Answer, action: &str) -> Result<Value, Refusal> {
    if answer.status == 200 {
        return Ok(serde_json::from_slice(&answer.body).unwrap_or_default());
    }
    Err(refusal(answer, action))
}

fn refusal(answer: &Answer, action: &str) -> Refusal {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Refusal {
        status: answer.status,
        code: text("Code"),
        message: text("Message"),
        request_id: text("RequestId"),
        operation: action.to_owned(),
    }
}

/// What `work` gives, and how long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    #[expect(clippy::disallowed_methods, reason = "measures how long a call took, as the gateway does")]
    let began = Instant::now();
    let given = work();
    (given, began.elapsed())
}
