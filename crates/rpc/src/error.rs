//! Refusals: the code as the vendor composes it, its status, its text, and the envelope around them.
//! The only place that renders an error; it never sees what is meant for the log alone.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::value::Value;

/// What is wrong with a parameter; the last part of `InvalidParameter.<Parameter>.<Rule>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// It does not have the form it must have.
    Format,
    /// It holds characters that are not allowed.
    InvalidChars,
    /// It is too short or too long.
    Length,
    /// A number outside its bounds, or a word that is none of the choices.
    Range,
    /// A password that the account's policy refuses.
    TooWeak,
    /// It was given where it may not be: of a service-linked role what the service decides.
    NotAllowed,
    /// Nothing more is said: `InvalidParameter.<Parameter>` is the whole code (`InvalidParameter.PolicyType` of RAM's
    /// table, all of STS's).
    Unsaid,
}

impl Rule {
    /// The word in the code; empty if it has none.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Format => "Format",
            Self::InvalidChars => "InvalidChars",
            Self::Length => "Length",
            Self::Range => "Range",
            Self::TooWeak => "TooWeak",
            Self::NotAllowed => "NotAllowed",
            Self::Unsaid => "",
        }
    }
}

macro_rules! plain_codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal, $status:literal, $message:literal;)*) => {
        /// Codes that are not composed of parts. Statuses and texts: the vendor's common-error tables and logged answers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Plain { $($(#[doc = $doc])* $name),* }
        impl Plain {
            /// All of them, in the order of the reference page.
            pub const ALL: &'static [Plain] = &[$(Plain::$name),*];
            const fn facts(self) -> (&'static str, u16, &'static str) {
                match self { $(Self::$name => ($text, $status, $message)),* }
            }
        }
    };
}

plain_codes! {
    /// The operation is not known in that version.
    InvalidActionNotFound = "InvalidAction.NotFound", 404, "Specified api is not found, please check your url and method.";
    /// The version is not known.
    InvalidVersion = "InvalidVersion", 400, "Specified parameter Version is not valid.";
    /// A method other than GET and POST.
    UnsupportedHttpMethod = "UnsupportedHTTPMethod", 403, "This HTTP method is not supported.";
    /// Another value of `Format` than JSON or XML.
    InvalidParameterFormat = "InvalidParameter.Format", 400, "The parameter Format must be JSON or XML.";
    /// A bad request without a better name: not UTF-8, a name given twice, a body that is too large.
    InvalidParameter = "InvalidParameter", 400, "The request parameters are not valid.";
    /// The signature is absent or malformed.
    IncompleteSignature = "IncompleteSignature", 400, "The request signature does not conform to Aliyun standards.";
    /// A signature method other than the supported ones.
    InvalidSignatureMethod = "InvalidSignatureMethod", 400, "The signature method is not supported: use HMAC-SHA1 (RPC 1.0) or ACS3-HMAC-SHA256.";
    /// The signature is not the one expected.
    SignatureDoesNotMatch = "SignatureDoesNotMatch", 400, "Specified signature is not matched with our calculation.";
    /// The nonce was used before.
    SignatureNonceUsed = "SignatureNonceUsed", 400, "Specified signature nonce was used already.";
    /// The time of the request cannot be read.
    InvalidTimeStampFormat = "InvalidTimeStamp.Format", 400, "Specified time stamp or date value is not well formatted.";
    /// The time of the request is outside the window.
    InvalidTimeStampExpired = "InvalidTimeStamp.Expired", 400, "Specified time stamp or date value is expired.";
    /// No such AccessKey.
    InvalidAccessKeyIdNotFound = "InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.";
    /// The AccessKey is disabled.
    InvalidAccessKeyIdInactive = "InvalidAccessKeyId.Inactive", 400, "Specified access key is disabled.";
    /// The security token is not one of this server.
    InvalidSecurityTokenMalformed = "InvalidSecurityToken.Malformed", 400, "Specified SecurityToken is malformed.";
    /// The session is over.
    InvalidSecurityTokenExpired = "InvalidSecurityToken.Expired", 403, "Specified SecurityToken is expired.";
    /// The security token belongs to another key.
    InvalidSecurityTokenMismatch = "InvalidSecurityToken.MismatchWithAccessKey", 400, "Specified SecurityToken mismatch with the AccessKey.";
    /// A policy document that is not one.
    MalformedPolicyDocument = "MalformedPolicyDocument", 400, "The policy document is malformed.";
    /// The caller lacks the permission.
    NoPermission = "NoPermission", 403, "You are not authorized to do this action.";
    /// A wrong MFA code.
    CheckAuthenticationCodeFail = "CheckAuthenticationCodeFail", 403, "The authentication code is not correct.";
    /// Too much at once.
    Throttling = "Throttling", 400, "Request was denied due to request throttling.";
    /// The server cannot answer now.
    ServiceUnavailable = "ServiceUnavailable", 503, "The request has failed due to a temporary failure of the server.";
    /// Something unforeseen; the log has it under the RequestId.
    InternalError = "InternalError", 500, "The request processing has failed due to some unknown error, exception or failure.";
}

/// A code as the vendor composes it: class, subject, rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Code {
    /// `Missing<Parameter>`, 400.
    Missing(Cow<'static, str>),
    /// `InvalidParameter.<Parameter>.<Rule>`, 400.
    InvalidParameter(Cow<'static, str>, Rule),
    /// `EntityNotExist.<Entity>`, 404.
    EntityNotExist(&'static str),
    /// `EntityAlreadyExists.<Entity>`, 409.
    EntityAlreadyExists(&'static str),
    /// `DeleteConflict.<Entity>.<Blocking>`, 409.
    DeleteConflict(&'static str),
    /// `LimitExceeded.<Entity>`, 409.
    LimitExceeded(&'static str),
    /// `AuthenticationFail.<What>`, 401: a token of an identity provider does not prove what it says.
    AuthenticationFail(&'static str),
    /// One of the plain ones.
    Plain(Plain),
}

impl Code {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Missing(_) | Self::InvalidParameter(..) => 400,
            Self::AuthenticationFail(_) => 401,
            Self::EntityNotExist(_) => 404,
            Self::EntityAlreadyExists(_) | Self::DeleteConflict(_) | Self::LimitExceeded(_) => 409,
            Self::Plain(plain) => plain.facts().1,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Missing(name) => format!("{name} is mandatory for this action."),
            Self::InvalidParameter(name, rule) => match rule {
                Rule::Format => format!("The format of the parameter - \"{name}\" is incorrect."),
                Rule::InvalidChars => format!("The parameter - \"{name}\" contains invalid chars."),
                Rule::Length => format!("The parameter - \"{name}\" beyond the length limit."),
                Rule::Range => format!("The parameter - \"{name}\" is out of its range."),
                Rule::TooWeak => format!("The parameter - \"{name}\" is too weak for the password policy."),
                Rule::NotAllowed => format!("The parameter - \"{name}\" is not allowed here."),
                Rule::Unsaid => format!("The parameter - \"{name}\" is not valid."),
            },
            Self::EntityNotExist(entity) => format!("The {} does not exist.", spoken(entity)),
            Self::EntityAlreadyExists(entity) => format!("The {} already exists.", spoken(entity)),
            Self::DeleteConflict(parts) => match parts.split_once('.') {
                Some((entity, blocking)) => {
                    format!("The {} still has a {}; remove that first.", spoken(entity), spoken(blocking))
                }
                None => format!("The {} is still in use.", spoken(parts)),
            },
            Self::LimitExceeded(entity) => format!("The quota of {} is used up.", spoken(entity)),
            Self::AuthenticationFail(what) => format!("The {} was not accepted.", spoken(what)),
            Self::Plain(plain) => plain.facts().2.to_owned(),
        }
    }
}

/// `User.AccessKey` → `User AccessKey`.
fn spoken(entity: &str) -> String {
    entity.replace('.', " ")
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "Missing{name}"),
            Self::InvalidParameter(name, Rule::Unsaid) => write!(f, "InvalidParameter.{name}"),
            Self::InvalidParameter(name, rule) => write!(f, "InvalidParameter.{name}.{}", rule.word()),
            Self::EntityNotExist(entity) => write!(f, "EntityNotExist.{entity}"),
            Self::EntityAlreadyExists(entity) => write!(f, "EntityAlreadyExists.{entity}"),
            Self::DeleteConflict(entity) => write!(f, "DeleteConflict.{entity}"),
            Self::LimitExceeded(entity) => write!(f, "LimitExceeded.{entity}"),
            Self::AuthenticationFail(what) => write!(f, "AuthenticationFail.{what}"),
            Self::Plain(plain) => f.write_str(plain.facts().0),
        }
    }
}

impl From<Plain> for Code {
    fn from(plain: Plain) -> Self {
        Self::Plain(plain)
    }
}

/// A refusal. `message` is for the caller, `cause` for the log only.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// What went wrong, for machines.
    pub code: Code,
    /// What went wrong, for the caller.
    pub message: String,
    /// Milliseconds after which it is worth trying again; sent as `x-acs-retry-after`.
    pub retry_after_ms: Option<u32>,
    /// Members of `AccessDeniedDetail`, for denied permissions.
    pub access_denied: Vec<(&'static str, Value)>,
    /// What the log must know and the caller must not.
    pub cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl ApiError {
    /// A refusal with the code's own text.
    pub fn new(code: impl Into<Code>) -> Box<Self> {
        let code = code.into();
        let message = code.message();
        Box::new(Self { code, message, retry_after_ms: None, access_denied: Vec::new(), cause: None })
    }

    /// A refusal with a better text than the code's own.
    pub fn with_message(code: impl Into<Code>, message: impl Into<String>) -> Box<Self> {
        let mut error = Self::new(code);
        error.message = message.into();
        error
    }

    /// Parameter `name` is mandatory and absent.
    pub fn missing(name: impl Into<Cow<'static, str>>) -> Box<Self> {
        Self::new(Code::Missing(name.into()))
    }

    /// Parameter `name` breaks `rule`.
    pub fn invalid(name: impl Into<Cow<'static, str>>, rule: Rule) -> Box<Self> {
        Self::new(Code::InvalidParameter(name.into(), rule))
    }

    /// An unforeseen failure: the caller sees `InternalError`, the log sees `cause`.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Box<Self> {
        let mut error = Self::new(Plain::InternalError);
        error.cause = Some(Arc::from(cause.into()));
        error
    }

    /// A failure that passes: `ServiceUnavailable` with a hint when to come back.
    pub fn unavailable(message: impl Into<String>, retry_after_ms: u32) -> Box<Self> {
        let mut error = Self::with_message(Plain::ServiceUnavailable, message);
        error.retry_after_ms = Some(retry_after_ms);
        error
    }

    /// The envelope's members, in the order of logged answers.
    pub fn members(&self, request_id: &str, host_id: &str, recommend: String) -> Vec<(&'static str, Value)> {
        let mut members = vec![
            ("RequestId", Value::text(request_id.to_owned())),
            ("HostId", Value::text(host_id.to_owned())),
            ("Code", Value::text(self.code.to_string())),
            ("Message", Value::text(self.message.clone())),
            ("Recommend", Value::text(recommend)),
        ];
        if !self.access_denied.is_empty() {
            members.push(("AccessDeniedDetail", Value::Object(self.access_denied.clone())));
        }
        members
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}

/// What a fallible step of a call returns.
pub type ApiResult<T> = Result<T, Box<ApiError>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_composed_as_the_vendor_composes_them() {
        let rows = [
            (Code::Missing("UserPrincipalName".into()), "MissingUserPrincipalName", 400),
            (
                Code::InvalidParameter("Password".into(), Rule::TooWeak),
                "InvalidParameter.Password.TooWeak",
                400,
            ),
            (Code::InvalidParameter("PolicyType".into(), Rule::Unsaid), "InvalidParameter.PolicyType", 400),
            (Code::EntityNotExist("User.AccessKey"), "EntityNotExist.User.AccessKey", 404),
            (Code::EntityAlreadyExists("User"), "EntityAlreadyExists.User", 409),
            (Code::DeleteConflict("User.AccessKey"), "DeleteConflict.User.AccessKey", 409),
            (Code::LimitExceeded("User.AccessKey"), "LimitExceeded.User.AccessKey", 409),
            (Code::InvalidParameter("RoleArn".into(), Rule::Unsaid), "InvalidParameter.RoleArn", 400),
            (Code::AuthenticationFail("OIDCToken.Expired"), "AuthenticationFail.OIDCToken.Expired", 401),
            (Plain::InvalidAccessKeyIdNotFound.into(), "InvalidAccessKeyId.NotFound", 404),
        ];
        for (code, text, status) in rows {
            assert_eq!((code.to_string().as_str(), code.status()), (text, status));
        }
    }

    #[test]
    fn a_cause_never_reaches_the_envelope() {
        let error = ApiError::internal("disk /secret/path failed");
        let members = format!("{:?}", error.members("R", "h", String::new()));
        assert!(!members.contains("secret"), "{members}");
        assert!(!error.to_string().contains("secret"));
    }
}
