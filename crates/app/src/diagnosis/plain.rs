//! Which row explains which of the codes that are not composed of parts. Knows no text.

use ramward_rpc::error::Plain;

use super::{Row, calling, signing};

/// The row of a code; the compiler asks for one.
pub(super) fn row(plain: Plain) -> &'static Row {
    match plain {
        Plain::InvalidActionNotFound => &calling::INVALID_ACTION_NOT_FOUND,
        Plain::InvalidVersion => &calling::INVALID_VERSION,
        Plain::UnsupportedHttpMethod => &calling::UNSUPPORTED_HTTP_METHOD,
        Plain::InvalidParameterFormat => &calling::INVALID_PARAMETER_FORMAT,
        Plain::InvalidParameter => &calling::INVALID_PARAMETER,
        Plain::IncompleteSignature => &signing::INCOMPLETE_SIGNATURE,
        Plain::InvalidSignatureMethod => &signing::INVALID_SIGNATURE_METHOD,
        Plain::SignatureDoesNotMatch => &signing::SIGNATURE_DOES_NOT_MATCH,
        Plain::SignatureNonceUsed => &signing::SIGNATURE_NONCE_USED,
        Plain::InvalidTimeStampFormat => &signing::INVALID_TIME_STAMP_FORMAT,
        Plain::InvalidTimeStampExpired => &signing::INVALID_TIME_STAMP_EXPIRED,
        Plain::InvalidAccessKeyIdNotFound => &signing::INVALID_ACCESS_KEY_ID_NOT_FOUND,
        Plain::InvalidAccessKeyIdInactive => &signing::INVALID_ACCESS_KEY_ID_INACTIVE,
        Plain::InvalidSecurityTokenMalformed => &signing::INVALID_SECURITY_TOKEN_MALFORMED,
        Plain::InvalidSecurityTokenExpired => &signing::INVALID_SECURITY_TOKEN_EXPIRED,
        Plain::InvalidSecurityTokenMismatch => &signing::INVALID_SECURITY_TOKEN_MISMATCH,
        Plain::MalformedPolicyDocument => &calling::MALFORMED_POLICY_DOCUMENT,
        Plain::NoPermission => &calling::NO_PERMISSION,
        Plain::CheckAuthenticationCodeFail => &calling::CHECK_AUTHENTICATION_CODE_FAIL,
        Plain::Throttling => &calling::THROTTLING,
        Plain::ServiceUnavailable => &calling::SERVICE_UNAVAILABLE,
        Plain::InternalError => &calling::INTERNAL_ERROR,
    }
}
