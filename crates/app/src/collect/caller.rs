//! Makes the calls of a run: at the pace that is allowed, again where that may help, counted. Knows no operation.

use std::time::{Duration, Instant};

use ramward_domain::entropy::{Entropy, OsEntropy};
use ramward_domain::time::{Clock, SystemClock};
use ramward_rpc::api::Product;
use ramward_rpc::request::{RequestBuilder, SignedRequest};
use serde_json::Value;

use super::pace::{Pace, backoff};
use crate::client::{Answer, Client, ClientError};
use crate::refusal::Refusal;

/// Tries of a call that fails on its way or in the server.
const TRIES: u32 = 6;
/// Tries of a call that is throttled, which is no failure of anything.
const THROTTLED_TRIES: u32 = 12;
/// A temporary key is renewed this long before its end.
const RENEW_BEFORE_SECONDS: i64 = 300;

/// A way to one server: signs, and finds its key again when a temporary one ends.
pub trait Line {
    /// A call, not yet signed.
    fn request(&self, version: &str, action: &str) -> RequestBuilder;
    /// Signs it for now and for once.
    fn sign(&self, request: &RequestBuilder) -> SignedRequest;
    /// When the key ends, as seconds since 1970.
    fn expires(&self) -> Option<i64>;
    /// Gets another key.
    fn renew(&mut self) -> anyhow::Result<()>;
}

/// Why a call gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The server says no.
    #[error("{action} was refused: {refusal}")]
    Refused {
        /// The operation.
        action: String,
        /// What the server says.
        refusal: Box<Refusal>,
    },
    /// There was no answer, time and again.
    #[error("{action} got no answer in {tries} tries: {reason}")]
    NoAnswer {
        /// The operation.
        action: String,
        /// How often.
        tries: u32,
        /// The last reason.
        reason: String,
    },
    /// No key to sign with.
    #[error("the temporary key ended and there is no other: {0}")]
    Key(String),
}

impl CallError {
    /// The code of a refusal.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { refusal, .. } => refusal.code.as_deref(),
            _ => None,
        }
    }

    /// Whether the caller may not do this.
    pub fn is_denial(&self) -> bool {
        self.code().is_some_and(|code| {
            code == "NoPermission" || code.starts_with("Forbidden") || code == "NotAuthorized"
        })
    }
}

/// How many calls were made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls that were answered, refusals included.
    pub answered: u64,
    /// Tries beyond the first of each.
    pub again: u64,
    /// Tries that were throttled.
    pub throttled: u64,
}

/// Makes calls.
pub struct Caller<L> {
    line: L,
    client: Client,
    pace: Pace,
    counts: Counts,
    began: Instant,
}

/// What to do about a try.
enum Try {
    Answer(Value),
    Final(CallError),
    Again { reason: String, asked: Option<Duration>, throttled: bool },
}

impl<L: Line> Caller<L> {
    /// For `most` calls a second.
    #[expect(clippy::disallowed_methods, reason = "a pace is kept by a clock that never jumps")]
    pub fn new(line: L, client: Client, most: f64) -> Self {
        Self { line, client, pace: Pace::new(most), counts: Counts::default(), began: Instant::now() }
    }

    /// How many calls were made so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Calls a second as of now.
    pub fn rate(&self) -> f64 {
        self.pace.rate()
    }

    /// Calls an operation and reads its answer, trying again what may be tried again: all of them only read.
    ///
    /// # Errors
    /// A refusal, or no answer after several tries.
    pub fn call(
        &mut self,
        product: Product,
        action: &str,
        params: &[(&str, &str)],
    ) -> Result<Value, CallError> {
        let ends = self.line.expires();
        if ends.is_some_and(|ends| ends - SystemClock.now().seconds() < RENEW_BEFORE_SECONDS) {
            self.renew()?;
        }
        let (mut tries, mut throttled_tries, mut renewed) = (0, 0, false);
        loop {
            let wait = self.pace.wait(self.now());
            sleep(wait);
            let owned = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let request = self.line.request(product.version(), action).params(owned);
            let sent = self.client.send(&self.line.sign(&request));
            let (reason, asked, throttled) = match judge(action, sent, self.counts.answered > 0) {
                Try::Answer(value) => {
                    self.counts.answered += 1;
                    self.pace.answered();
                    return Ok(value);
                }
                Try::Final(error) if !renewed && error.code() == Some("InvalidSecurityToken.Expired") => {
                    renewed = true;
                    self.renew()?;
                    continue;
                }
                Try::Final(error) => {
                    self.counts.answered += 1;
                    return Err(error);
                }
                Try::Again { reason, asked, throttled } => (reason, asked, throttled),
            };
            if throttled {
                throttled_tries += 1;
                self.counts.throttled += 1;
                self.pace.throttled();
            } else {
                tries += 1;
            }
            if tries >= TRIES || throttled_tries >= THROTTLED_TRIES {
                let tries = tries + throttled_tries;
                return Err(CallError::NoAnswer { action: action.to_owned(), tries, reason });
            }
            self.counts.again += 1;
            sleep(backoff(tries + throttled_tries, asked, chance()));
        }
    }

    fn renew(&mut self) -> Result<(), CallError> {
        self.line.renew().map_err(|error| CallError::Key(format!("{error:#}")))
    }

    fn now(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }
}

/// `reached`: somebody has answered before, so that a connection that fails now is a passing trouble.
fn judge(action: &str, sent: Result<Answer, ClientError>, reached: bool) -> Try {
    let again = |reason: String, asked, throttled| Try::Again { reason, asked, throttled };
    let answer = match sent {
        Ok(answer) => answer,
        Err(error @ (ClientError::Timeout { .. } | ClientError::Broken { .. })) => {
            return again(error.to_string(), None, false);
        }
        Err(error @ ClientError::Connect { .. }) if reached => return again(error.to_string(), None, false),
        Err(error) => {
            let (action, reason) = (action.to_owned(), error.to_string());
            return Try::Final(CallError::NoAnswer { action, tries: 1, reason });
        }
    };
    let Some(refusal) = answer.refusal() else {
        return match serde_json::from_slice::<Value>(&answer.body) {
            Ok(value) if value.is_object() => Try::Answer(value),
            // Half an answer.
            _ => again("the answer is not the JSON of an API".to_owned(), None, false),
        };
    };
    let asked = answer.headers.get("x-acs-retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let asked = asked.map(Duration::from_millis);
    let throttled =
        refusal.status == 429 || refusal.code.as_deref().is_some_and(|code| code.starts_with("Throttling"));
    if throttled || refusal.status >= 500 {
        return again(refusal.to_string(), asked, throttled);
    }
    Try::Final(CallError::Refused { action: action.to_owned(), refusal: Box::new(refusal) })
}

/// A number from 0 to 1.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    OsEntropy.fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "waiting is what a pace is for; nothing else runs on this thread"
)]
pub(crate) fn sleep(wait: Duration) {
    if !wait.is_zero() {
        std::thread::sleep(wait);
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn answer(status: u16, body: &str, retry_after: Option<&'static str>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert("x-acs-retry-after", HeaderValue::from_static(value));
        }
        Answer { status, headers, body: body.into() }
    }

    #[test]
    fn what_may_help_is_tried_again_and_nothing_else() {
        let refusal = |code: &str| format!(r#"{{"RequestId":"R","Code":"{code}","Message":"m"}}"#);
        let verdict = |sent, reached| match judge("ListUsers", sent, reached) {
            Try::Answer(_) => "answer".to_owned(),
            Try::Final(error) => format!("no: {error}"),
            Try::Again { asked, throttled, .. } => format!("again {asked:?} {throttled}"),
        };
        let rows = [
            (answer(200, "{}", None), "answer"),
            (answer(200, r#"{"Users":{"User":[{"#, None), "again None false"),
            (answer(200, "[]", None), "again None false"),
            (answer(400, &refusal("Throttling.User"), Some("1500")), "again Some(1.5s) true"),
            (answer(429, "slow down", None), "again None true"),
            (answer(503, &refusal("ServiceUnavailable"), Some("7")), "again Some(7ms) false"),
            (answer(502, "<html>", Some("soon")), "again None false"),
            (
                answer(403, &refusal("NoPermission"), None),
                "no: ListUsers was refused: NoPermission: m (status 403, RequestId R)",
            ),
            (
                answer(302, "", None),
                "no: ListUsers was refused: status 302, with a redirect, which a signed call never follows; name the right \
                 --endpoint",
            ),
        ];
        for (answer, expected) in rows {
            assert_eq!(verdict(Ok(answer), true), expected);
        }
        let broken = || ClientError::Broken { endpoint: "e".into(), reason: "closed".into() };
        assert_eq!(verdict(Err(broken()), false), "again None false");
        let refused = || ClientError::Connect { endpoint: "e".into(), reason: "refused".into() };
        assert_eq!(verdict(Err(refused()), true), "again None false");
        assert!(verdict(Err(refused()), false).starts_with("no: ListUsers got no answer in 1 tries"));
    }

    #[test]
    fn denials_are_told_from_other_refusals() {
        let of = |code: &str| CallError::Refused {
            action: "A".into(),
            refusal: Box::new(Refusal::read(403, format!(r#"{{"Code":"{code}"}}"#).as_bytes())),
        };
        for (code, denial) in [
            ("NoPermission", true),
            ("Forbidden.RAM", true),
            ("EntityNotExist.User", false),
            ("Throttling", false),
        ] {
            assert_eq!(of(code).is_denial(), denial, "{code}");
        }
        assert!((0..100).map(|_| chance()).all(|chance| (0.0..=1.0).contains(&chance)));
    }
}
