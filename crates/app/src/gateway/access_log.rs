//! One line per request under the target `access`: who, what, how it ended, how long it took. Never a parameter, a
//! header field or a secret. Costs one load of a flag while the target is filtered out.

use std::net::IpAddr;
use std::time::Duration;

use ramward_domain::service::Answer;

/// The log target of these lines.
pub const TARGET: &str = "access";

/// Writes the line of one request. `operation` is product and name.
pub(super) fn write(answer: &Answer, operation: (&str, &str), peer: IpAddr, took: Duration) {
    let record = &answer.record;
    tracing::info!(
        target: TARGET,
        request_id = answer.request_id.as_str(),
        product = operation.0,
        operation = operation.1,
        code = record.code.as_deref().unwrap_or("OK"),
        status = answer.status,
        duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        account = record.account.map(display),
        access_key_id = record.access_key_id.as_ref().map(|id| display(id.masked())),
        peer = %peer,
    );
}
