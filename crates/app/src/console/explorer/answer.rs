//! A call of the explorer and what came back, as it would go over the wire. Knows no page.

use std::time::Instant;

use ramward_domain::service::Format;
use ramward_domain::service::unsigned::Ask;
use ramward_rpc::api::Api;

use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// What came back.
pub struct RawAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The content type.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
    /// The id of the call.
    pub request_id: String,
    /// The code of a refusal.
    pub code: Option<String>,
    /// How long it took, in milliseconds with two decimals.
    pub milliseconds: String,
}

/// Calls the operation as whoever is signed in.
pub fn run(
    visit: &Visit<'_>,
    api: &'static Api,
    params: &[(&str, &str)],
    format: Format,
) -> Result<RawAnswer, Trouble> {
    let calls = visit.calls()?;
    #[expect(clippy::disallowed_methods, reason = "the page shows how long the call took")]
    let began = Instant::now();
    let answer = calls.ask(&Ask { product: api.product, action: api.action, params, format });
    let took = began.elapsed();
    Ok(RawAnswer {
        status: answer.status,
        content_type: answer.content_type,
        body: String::from_utf8_lossy(&answer.body).into_owned(),
        request_id: answer.request_id.as_str().to_owned(),
        code: answer.record.code,
        milliseconds: format!("{:.2}", took.as_secs_f64() * 1000.0),
    })
}
