//! What goes back: success and refusal in JSON and XML, and the few facts about it that log and metrics keep.

use ramward_rpc::api::Product;
use ramward_rpc::error::{ApiError, Code, Plain};
use ramward_rpc::value::Value;
use ramward_rpc::{json, xml};

use crate::endpoint::faults::Hit;
use crate::endpoint::requests::Check;
use crate::endpoint::signed_text::SignedText;
use crate::ids::{AccessKeyId, AccountId, RequestId, UserId};
use crate::ops;
use crate::service::call::{Format, Frame};

/// The answer to one call.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The content type, spelt as the vendor's clients compare it.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// The id of the call, also inside the body.
    pub request_id: RequestId,
    /// Milliseconds after which it is worth trying again.
    pub retry_after_ms: Option<u32>,
    /// What log and metrics keep.
    pub record: Record,
}

/// What log, metrics and the last requests keep of a call; no secret.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The operation's place in [`ops::OPERATIONS`], if it was known.
    pub operation: Option<usize>,
    /// The code of a refusal.
    pub code: Option<String>,
    /// The caller's account, once verified.
    pub account: Option<AccountId>,
    /// The key that was claimed.
    pub access_key_id: Option<AccessKeyId>,
    /// Whose key that is, verified or not.
    pub owner: Option<(AccountId, UserId)>,
    /// What should have been signed, where the signature was refused.
    pub signed_text: Option<Box<SignedText>>,
    /// Where the call was refused.
    pub reached: Check,
    /// What is told of a refusal.
    pub refused: Option<Box<Refused>>,
    /// The fault that the call met.
    pub fault: Option<Box<Hit>>,
}

/// What is told of a refusal to whoever looks at the last requests.
#[derive(Debug, Clone)]
pub struct Refused {
    /// What was asked for, where no operation is known.
    pub asked: Option<String>,
    /// Why, without the part that repeats the request.
    pub message: String,
}

impl Record {
    /// The operation's name; empty if it was not known.
    pub fn action(&self) -> &'static str {
        self.operation
            .and_then(|index| ops::OPERATIONS.get(index))
            .map_or("", |operation| operation.api().action)
    }
}

impl Format {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json;charset=utf-8",
            // The only spelling for which the vendor's SDKs read an XML error (measured, Python tea-openapi 0.4.6).
            Self::Xml => "text/xml;charset=utf-8",
        }
    }
}

/// The part of a success that follows the RequestId; the same for every caller of an account-wide operation.
#[derive(Debug, Clone)]
pub struct Tail {
    json: Box<[u8]>,
    xml: Box<[u8]>,
}

const JSON_HEAD: &[u8] = b"{\"RequestId\":\"";

impl Tail {
    /// Writes the members of an answer.
    pub fn new(action: &str, members: &[(&'static str, Value)]) -> Self {
        let mut json_tail = String::with_capacity(512);
        json_tail.push('"');
        if !members.is_empty() {
            json_tail.push(',');
            json::write_members(&mut json_tail, members);
        }
        json_tail.push('}');
        let mut xml_tail = String::with_capacity(512);
        xml::close(&mut xml_tail, "RequestId");
        xml::write_members(&mut xml_tail, members);
        xml::close(&mut xml_tail, &format!("{action}Response"));
        Self { json: json_tail.into_bytes().into(), xml: xml_tail.into_bytes().into() }
    }

    /// The whole body.
    pub fn body(&self, frame: &Frame) -> Vec<u8> {
        let id = frame.request_id.as_str().as_bytes();
        match frame.format {
            Format::Json => [JSON_HEAD, id, &self.json].concat(),
            Format::Xml => {
                let mut head = String::from(xml::DECLARATION);
                xml::open(&mut head, &format!("{}Response", frame.action()));
                xml::open(&mut head, "RequestId");
                [head.as_bytes(), id, &self.xml].concat()
            }
        }
    }
}

impl Answer {
    /// A success.
    pub fn success(frame: &Frame, tail: &Tail, mut record: Record) -> Self {
        record.reached = Check::Answered;
        record.fault.clone_from(&frame.fault);
        Self {
            status: 200,
            content_type: frame.format.content_type(),
            body: tail.body(frame),
            request_id: frame.request_id,
            retry_after_ms: None,
            record,
        }
    }

    /// A refusal. The cause, which the caller must not see, goes to the log under the RequestId.
    pub fn refusal(frame: &Frame, error: &ApiError, mut record: Record) -> Self {
        let code = error.code.to_string();
        if error.code.status() >= 500 {
            let cause = error.cause.as_deref().map(chain).unwrap_or_default();
            tracing::error!(request_id = %frame.request_id, operation = frame.action(), %code, cause, "a call failed");
        }
        let product = frame.product.map_or("", Product::name);
        // In the form of the vendor's newer answers (logged 2025); shown by clients, never fetched.
        let recommend =
            format!("{}?q={code}&product={product}&requestId={}", frame.error_centre(), frame.request_id);
        let members = error.members(frame.request_id.as_str(), &frame.host, recommend);
        let mut body = String::with_capacity(512);
        match frame.format {
            Format::Json => json::write(&mut body, &Value::Object(members)),
            Format::Xml => {
                body.push_str(xml::DECLARATION);
                xml::write(&mut body, "Error", &Value::Object(members));
            }
        }
        record.code = Some(code);
        record.reached = frame.reached;
        record.fault.clone_from(&frame.fault);
        record.refused = Some(Box::new(Refused { asked: frame.asked.clone(), message: told(error) }));
        Self {
            status: error.code.status(),
            content_type: frame.format.content_type(),
            body: body.into_bytes(),
            request_id: frame.request_id,
            retry_after_ms: error.retry_after_ms,
            record,
        }
    }
}

/// The longest text that is kept of a refusal.
const MAX_TOLD: usize = 500;

/// The text of a refusal for others than the caller: a string to sign repeats every parameter, a password too.
fn told(error: &ApiError) -> String {
    let whole = error.message.as_str();
    let text = match error.code {
        Code::Plain(Plain::SignatureDoesNotMatch) => whole.split(" server ").next().unwrap_or_default(),
        _ => whole,
    };
    text.chars().take(MAX_TOLD).collect()
}

fn chain(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
