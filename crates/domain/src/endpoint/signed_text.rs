//! The text that a refused signature should have been made of, as it is kept for whoever signed: with the values of secret
//! parameters left out, and not without end. Knows no store and no request.

use ramward_rpc::percent::encode;
use ramward_rpc::sign::{Scheme, Signed};

/// Stands where a secret value stood.
pub const HIDDEN: &str = "HIDDEN";

/// The longest canonical request that is kept. A ring of 1,000 refusals at this length stays below 8 MiB.
pub const MAX_BYTES: usize = 8 * 1024;

/// How names of secret parameters end, in small letters, with and without hyphens.
const SECRET_ENDS: [&str; 10] = [
    "password",
    "secret",
    "securitytoken",
    "bearertoken",
    "oidctoken",
    "assertion",
    "authenticationcode1",
    "authenticationcode2",
    "authenticationcode",
    // A whole state file, with the secrets of its AccessKeys.
    "state",
];

/// What was to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedText {
    /// How.
    pub scheme: Scheme,
    /// The HTTP method.
    pub method: String,
    /// V3's canonical request; for RPC 1.0 the canonicalized query string. Without secret values.
    pub canonical_request: String,
    /// What the MAC is taken over. None where it is a hash of secret values too, which could be guessed from it.
    pub string_to_sign: Option<String>,
    /// The names of the parameters and headers whose values were left out.
    pub hidden: Vec<String>,
}

impl SignedText {
    /// What is kept of it; nothing, if it is too long.
    pub fn keep(scheme: Scheme, method: &str, signed: &Signed) -> Option<Self> {
        if signed.canonical_request.len() > MAX_BYTES {
            return None;
        }
        let (canonical_request, hidden) = hide(scheme, &signed.canonical_request);
        let string_to_sign = match scheme {
            Scheme::RpcV1 => Some(format!("{method}&%2F&{}", encode(canonical_request.as_bytes()))),
            Scheme::V3 => hidden.is_empty().then(|| signed.string_to_sign.clone()),
        };
        Some(Self { scheme, method: method.to_owned(), canonical_request, string_to_sign, hidden })
    }
}

/// A canonical request with the values of secret parameters and headers replaced, and the names of those.
pub fn hide(scheme: Scheme, canonical: &str) -> (String, Vec<String>) {
    let mut hidden = Vec::new();
    let text = match scheme {
        Scheme::RpcV1 => hide_query(canonical, &mut hidden),
        Scheme::V3 => {
            let lines = canonical.split('\n').enumerate().map(|(at, line)| match at {
                0 | 1 => line.to_owned(),
                2 => hide_query(line, &mut hidden),
                _ => hide_header(line, &mut hidden),
            });
            lines.collect::<Vec<_>>().join("\n")
        }
    };
    (text, hidden)
}

fn hide_query(query: &str, hidden: &mut Vec<String>) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_secret(name, value) => {
            hidden.push(name.to_owned());
            format!("{name}={HIDDEN}")
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn hide_header(line: &str, hidden: &mut Vec<String>) -> String {
    match line.split_once(':') {
        Some((name, value)) if is_secret(name, value) => {
            hidden.push(name.to_owned());
            format!("{name}:{HIDDEN}")
        }
        _ => line.to_owned(),
    }
}

/// Some switches are called like the password that they are about; what they say is no secret.
fn is_secret(name: &str, value: &str) -> bool {
    let low: String =
        name.chars().filter(|letter| *letter != '-').map(|letter| letter.to_ascii_lowercase()).collect();
    let is_switch = value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false");
    !is_switch && !value.is_empty() && SECRET_ENDS.iter().any(|end| low.ends_with(end))
}

#[cfg(test)]
mod tests {
    use ramward_rpc::shape::Kind;

    use super::*;
    use crate::ops::OPERATIONS;

    #[test]
    fn secrets_are_left_out_of_either_form() {
        let (text, hidden) = hide(
            Scheme::RpcV1,
            "AccessKeyId=testid&GenerateRandomPassword=true&NewPassword=a%26b&NextToken=x&Password=&SecurityToken=CAIS",
        );
        assert_eq!(
            text,
            "AccessKeyId=testid&GenerateRandomPassword=true&NewPassword=HIDDEN&NextToken=x&Password=&SecurityToken=HIDDEN"
        );
        assert_eq!(hidden, ["NewPassword", "SecurityToken"]);
        let (text, hidden) = hide(
            Scheme::V3,
            "POST\n/\nOldPassword=x\nhost:a\nx-acs-security-token:CAIS\n\nhost;x-acs-security-token\nhash",
        );
        assert_eq!(
            text,
            "POST\n/\nOldPassword=HIDDEN\nhost:a\nx-acs-security-token:HIDDEN\n\nhost;x-acs-security-token\nhash"
        );
        assert_eq!(hidden, ["OldPassword", "x-acs-security-token"]);
    }

    #[test]
    fn a_hash_of_secrets_and_what_is_too_long_are_not_kept() {
        let signed =
            |canonical: &str| Signed { canonical_request: canonical.into(), string_to_sign: "hash".into() };
        let keep = |scheme, canonical: &str| SignedText::keep(scheme, "POST", &signed(canonical));
        assert_eq!(keep(Scheme::V3, "POST\n/\nPassword=x\n").unwrap().string_to_sign, None);
        assert_eq!(keep(Scheme::V3, "POST\n/\nA=x\n").unwrap().string_to_sign.as_deref(), Some("hash"));
        let kept = keep(Scheme::RpcV1, "A=%20&Password=x").unwrap();
        assert_eq!(kept.string_to_sign.as_deref(), Some("POST&%2F&A%3D%2520%26Password%3DHIDDEN"));
        assert_eq!(keep(Scheme::RpcV1, &"A".repeat(MAX_BYTES + 1)), None);
    }

    #[test]
    fn every_parameter_that_sounds_secret_is_one_or_is_known_to_be_none() {
        let sounds = ["password", "secret", "token", "assertion", "authenticationcode", "state"];
        for field in OPERATIONS.iter().flat_map(|operation| operation.describe().parameters) {
            let low = field.name.to_ascii_lowercase();
            // Rules about passwords are switches, numbers and a policy; a mark of where a list goes on opens nothing.
            let is_rule = field.kind != Kind::String && !low.contains("authenticationcode");
            if is_rule || ["NextToken", "PasswordPolicy"].contains(&field.name) {
                continue;
            }
            let sounds_secret = sounds.iter().any(|sound| low.contains(sound));
            assert_eq!(is_secret(field.name, "x"), sounds_secret, "{}", field.name);
        }
    }
}
