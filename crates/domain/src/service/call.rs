//! One request as it arrived, read as far as nothing but the request is needed: steps one to six of the order of
//! refusals (decision record 0004). Knows neither store nor key.

use std::net::IpAddr;

use http::{HeaderMap, Method};
use ramward_rpc::api::{Audience, Product};
use ramward_rpc::error::{ApiError, ApiResult, Code, Plain};
use ramward_rpc::params::{Params, ParamsError, is_form};
use ramward_rpc::sign::{self, Claim, Detected, Fault, Incoming};

use crate::authn::Origin;
use crate::endpoint::faults::Hit;
use crate::endpoint::requests::Check;
use crate::ids::RequestId;
use crate::ops;
use crate::time::Timestamp;

/// A request as the gateway hands it over.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The HTTP method.
    pub method: &'a Method,
    /// The path as sent.
    pub path: &'a str,
    /// The query as sent, without the question mark.
    pub query: &'a str,
    /// The headers as sent.
    pub headers: &'a HeaderMap,
    /// The body as sent.
    pub body: &'a [u8],
    /// Where it came from.
    pub peer: IpAddr,
    /// Whether it came over TLS.
    pub secure: bool,
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// JSON, also the default (the vendor's page of common IMS parameters, 2021; V3 clients read nothing else).
    #[default]
    Json,
    /// XML.
    Xml,
}

impl Format {
    fn parse(text: &str) -> ApiResult<Self> {
        // One client's deprecated call sends the literal `None`.
        if text.is_empty() || text.eq_ignore_ascii_case("none") || text.eq_ignore_ascii_case("json") {
            Ok(Self::Json)
        } else if text.eq_ignore_ascii_case("xml") {
            Ok(Self::Xml)
        } else {
            Err(ApiError::new(Plain::InvalidParameterFormat))
        }
    }
}

/// How much is remembered of the name of an operation that there is not.
const MAX_ASKED: usize = 128;

/// What every answer needs, refused or not; filled as far as reading got.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The id of the call.
    pub request_id: RequestId,
    /// The host name asked for, as errors repeat it.
    pub host: String,
    /// The form of the answer.
    pub format: Format,
    /// The operation's place in [`ops::OPERATIONS`], once known.
    pub operation: Option<usize>,
    /// The product, once known.
    pub product: Option<Product>,
    /// What is being checked, or was when the call was refused.
    pub reached: Check,
    /// What was asked for, where no operation is known.
    pub asked: Option<String>,
    /// The fault that the call meets.
    pub fault: Option<Box<Hit>>,
    /// Where refusals are explained, as far as that is known; see [`super::error_centre`].
    pub(super) error_centre: String,
    /// Whether it was decided already which fault that is.
    pub(super) is_drawn: bool,
}

/// What a readable request says about itself.
#[derive(Debug)]
pub struct Said<'a> {
    /// The operation's place in [`ops::OPERATIONS`].
    pub operation: usize,
    /// What its signature claims; `None` where the operation needs none.
    pub signed: Option<Signed<'a>>,
}

/// What a signature says about itself.
#[derive(Debug)]
pub struct Signed<'a> {
    /// What it claims.
    pub claim: Claim<'a>,
    /// The claimed time.
    pub stamp: Timestamp,
}

impl Frame {
    /// The frame of a call of which nothing is known yet.
    pub fn new(request_id: RequestId) -> Self {
        Self {
            request_id,
            host: String::new(),
            format: Format::Json,
            operation: None,
            product: None,
            reached: Check::Request,
            asked: None,
            fault: None,
            error_centre: String::new(),
            is_drawn: false,
        }
    }

    /// The operation's name, once known.
    pub fn action(&self) -> &'static str {
        self.operation
            .and_then(|index| ops::OPERATIONS.get(index))
            .map_or("", |operation| operation.api().action)
    }
}

impl<'a> Call<'a> {
    /// Reads the parameters of query and form.
    ///
    /// # Errors
    /// `UnsupportedHTTPMethod`; `InvalidParameter` for what is not readable.
    pub fn params(&self) -> ApiResult<Params<'a>> {
        if self.method != Method::GET && self.method != Method::POST {
            return Err(ApiError::with_message(
                Plain::UnsupportedHttpMethod,
                "This HTTP method is not supported. Use GET or POST.",
            ));
        }
        let form = is_form(self.headers).then_some(self.body);
        Params::parse(self.query.as_bytes(), form).map_err(|error| unreadable(&error))
    }

    /// Reads what the request says about itself, noting in `frame` what every answer needs.
    ///
    /// # Errors
    /// The first defect in the order of refusals.
    pub fn said<'p>(&self, params: &'p Params<'a>, frame: &mut Frame) -> ApiResult<Said<'p>>
    where
        'a: 'p,
    {
        let format = Format::parse(params.get("Format").unwrap_or_default());
        frame.format = *format.as_ref().unwrap_or(&Format::Json);
        frame.reached = Check::Action;
        let operation = find_operation(self.headers, params, frame)?;
        frame.reached = Check::Format;
        format?;
        if is_unsigned(operation) {
            return Ok(Said { operation, signed: None });
        }
        frame.reached = Check::SignatureParameters;
        let claim = match sign::detect(&self.incoming(params)) {
            Detected::Claim(claim) => claim,
            Detected::Absent => return Err(ApiError::missing("AccessKeyId")),
            Detected::Malformed(fault) => return Err(malformed(fault)),
        };
        let stamp = Timestamp::parse_signed(claim.time).map_err(|_| {
            ApiError::with_message(
                Plain::InvalidTimeStampFormat,
                "Specified time stamp or date value is not well formatted. Write it in UTC, like 2006-01-02T15:04:05Z.",
            )
        })?;
        Ok(Said { operation, signed: Some(Signed { claim, stamp }) })
    }

    /// The request as signatures see it.
    pub fn incoming<'p>(&self, params: &'p Params<'a>) -> Incoming<'p>
    where
        'a: 'p,
    {
        Incoming { method: self.method, path: self.path, headers: self.headers, params, body: self.body }
    }

    /// How it reached the server.
    pub fn origin(&self) -> Origin {
        Origin { peer: self.peer, secure: self.secure, mfa: false }
    }

    /// The host name asked for; what errors repeat as `HostId`.
    pub fn host(&self) -> &'a str {
        self.headers.get(http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
    }
}

fn is_unsigned(operation: usize) -> bool {
    ops::OPERATIONS.get(operation).is_some_and(|one| one.api().audience == Audience::Unsigned)
}

/// V3 names its operation in headers, everything else in parameters: RPC 1.0 clients send copies in headers that may
/// be stale, so those are never asked (captured from pop-core 1.8.0).
fn find_operation(headers: &HeaderMap, params: &Params<'_>, frame: &mut Frame) -> ApiResult<usize> {
    let in_headers = headers
        .get(http::header::AUTHORIZATION)
        .is_some_and(|authorization| authorization.as_bytes().starts_with(b"ACS3-"));
    let named = |header: &str, parameter: &'static str| {
        let found = if in_headers {
            headers.get(header).and_then(|value| value.to_str().ok())
        } else {
            params.get(parameter)
        };
        found.filter(|text| !text.is_empty()).ok_or_else(|| ApiError::missing(parameter))
    };
    let action = named("x-acs-action", "Action")?;
    let known = named("x-acs-version", "Version").and_then(|version| {
        let product = Product::of_version(version).ok_or_else(|| ApiError::new(Plain::InvalidVersion))?;
        frame.product = Some(product);
        ops::find(product, action).ok_or_else(|| ApiError::new(Plain::InvalidActionNotFound))
    });
    match known {
        Ok(operation) => frame.operation = Some(operation),
        Err(_) => {
            frame.asked = Some(action.chars().filter(|letter| !letter.is_control()).take(MAX_ASKED).collect())
        }
    }
    known
}

fn unreadable(error: &ParamsError) -> Box<ApiError> {
    ApiError::with_message(Plain::InvalidParameter, format!("The request parameters are not valid: {error}."))
}

fn malformed(fault: Fault) -> Box<ApiError> {
    let code = match fault {
        Fault::MissingAccessKeyId
        | Fault::MissingSignature
        | Fault::MissingSignatureMethod
        | Fault::MissingSignatureVersion
        | Fault::MissingTimestamp
        | Fault::MissingSignatureNonce => return ApiError::missing(fault.parameter().unwrap_or_default()),
        Fault::InvalidSignatureMethod => Code::from(Plain::InvalidSignatureMethod),
        Fault::InvalidSignatureVersion | Fault::InvalidSignatureType => Code::InvalidParameter(
            fault.parameter().unwrap_or_default().into(),
            ramward_rpc::error::Rule::Range,
        ),
        Fault::IncompleteSignature(_) => Plain::IncompleteSignature.into(),
    };
    let mut error = ApiError::new(code);
    error.message = format!("{} {}.", error.message, sentence(&fault.to_string()));
    error
}

/// The same text with a capital letter first.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
