//! ID tokens of OIDC providers (RFC 7515, 7519; OpenID Connect Core 1.0): what one says, and whether its signature holds.
//! Must not know which providers there are; whether the time and the audience fit, its reader checks.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer};

use super::json_web_key::{Algorithm, KeySet};
use crate::time::Timestamp;

/// The longest token that is read (the vendor's page of AssumeRoleWithOIDC).
pub const MAX_BYTES: usize = 20_000;

/// The text is no token that could be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// It has not three parts, or one of them is not what it must be.
    #[error("it is no JSON Web Token: {0}")]
    Form(String),
    /// It is not signed in a way that is checked here.
    #[error("it is not signed with RS256 or ES256")]
    Algorithm,
}

/// A token, as far as it could be read; nothing it says is true before [`Token::is_signed_by`] says so.
#[derive(Debug)]
pub struct Token<'a> {
    signed_part: &'a str,
    signature: Vec<u8>,
    algorithm: Algorithm,
    key_id: Option<String>,
    /// What it says.
    pub claims: Claims,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Claims {
    /// Who issued it.
    #[serde(rename = "iss")]
    pub issuer: String,
    /// Of whom it speaks.
    #[serde(rename = "sub")]
    pub subject: String,
    /// For whom it is.
    #[serde(rename = "aud", deserialize_with = "one_or_many")]
    pub audiences: Vec<String>,
    /// From when on it is no longer good.
    #[serde(rename = "exp", deserialize_with = "numeric_date")]
    pub expires: Timestamp,
    /// When it was issued.
    #[serde(rename = "iat", deserialize_with = "numeric_date")]
    pub issued: Timestamp,
    /// Before when it is not good yet.
    #[serde(rename = "nbf", default, deserialize_with = "optional_numeric_date")]
    pub not_before: Option<Timestamp>,
    /// What tells it from all other tokens of its issuer, if it says that.
    #[serde(rename = "jti", default, deserialize_with = "text_if_any")]
    pub token_id: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that a reader must understand; none is understood here.
    crit: Option<serde::de::IgnoredAny>,
}

impl<'a> Token<'a> {
    /// Reads a token in its compact form.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &'a str) -> Result<Self, BadToken> {
        let form = |what: &str| BadToken::Form(what.to_owned());
        if text.len() > MAX_BYTES {
            return Err(form("it is longer than 20000 characters"));
        }
        let (signed_part, signature) = text.rsplit_once('.').ok_or_else(|| form("it has not three parts"))?;
        let (header, payload) = signed_part.split_once('.').ok_or_else(|| form("it has not three parts"))?;
        let decoded = |part: &str, what: &str| {
            BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| form(&format!("{what} is not base64url")))
        };
        let header: Header = serde_json::from_slice(&decoded(header, "its header")?)
            .map_err(|error| form(&format!("its header: {error}")))?;
        if header.crit.is_some() {
            return Err(form("its header asks for an extension"));
        }
        let algorithm = Algorithm::parse(&header.alg).ok_or(BadToken::Algorithm)?;
        let claims = serde_json::from_slice(&decoded(payload, "its payload")?)
            .map_err(|error| form(&format!("its payload: {error}")))?;
        let signature = decoded(signature, "its signature")?;
        Ok(Self { signed_part, signature, algorithm, key_id: header.kid, claims })
    }

    /// What its signature is of. Nobody changes that without the issuer's key; the signature itself has a twin that holds as
    /// well, where it is one of ECDSA.
    pub fn signed_part(&self) -> &'a str {
        self.signed_part
    }

    /// Whether one of `keys` made its signature: the one it names, or any where it names none.
    pub fn is_signed_by(&self, keys: &KeySet) -> bool {
        keys.verify(self.key_id.as_deref(), self.algorithm, self.signed_part.as_bytes(), &self.signature)
    }
}

/// A text or a list of texts.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::One(one) => vec![one],
        Either::Many(many) => many,
    })
}

/// Seconds since 1970, which may have a fraction.
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    // Far enough for every date, and exact in both types.
    let bound = 1_i64 << 40;
    let seconds = number.as_i64().or_else(|| {
        let fraction = number.as_f64()?.floor();
        (fraction.abs() < 1e12).then_some(fraction as i64)
    });
    let seconds = seconds.filter(|seconds| (-bound..=bound).contains(seconds));
    seconds
        .map(Timestamp::from_seconds)
        .ok_or_else(|| serde::de::Error::custom("a date is out of its bounds"))
}

fn optional_numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    numeric_date(deserializer).map(Some)
}

/// A text that says something; what else may stand there names no token.
fn text_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        format!("{}.{}.{}", encode(header), encode(payload), encode("signature"))
    }

    const CLAIMS: &str =
        r#"{"iss":"https://idp","sub":"alice","aud":"ours","exp":1750000000,"iat":1749990000.75,"x":1}"#;

    #[test]
    fn a_token_says_what_it_says() {
        let text = token(r#"{"alg":"RS256","kid":"one","typ":"JWT"}"#, CLAIMS);
        let read = Token::parse(&text).unwrap();
        assert_eq!((read.algorithm, read.key_id.as_deref()), (Algorithm::Rs256, Some("one")));
        assert_eq!((read.claims.issuer.as_str(), read.claims.subject.as_str()), ("https://idp", "alice"));
        assert_eq!(read.claims.audiences, ["ours"]);
        assert_eq!(read.claims.issued, Timestamp::from_seconds(1_749_990_000));
        assert_eq!(read.claims.not_before, None);
        let many = CLAIMS.replace(r#""ours""#, r#"["ours","theirs"]"#).replace(r#""x":1"#, r#""nbf":5"#);
        let text = token(r#"{"alg":"ES256"}"#, &many);
        let claims = Token::parse(&text).unwrap().claims;
        assert_eq!(claims.audiences, ["ours", "theirs"]);
        assert_eq!(claims.not_before, Some(Timestamp::from_seconds(5)));
        for (jti, expected) in [(r#""one""#, Some("one")), (r#""""#, None), ("7", None), ("null", None)] {
            let text = token(r#"{"alg":"ES256"}"#, &CLAIMS.replace(r#""x":1"#, &format!(r#""jti":{jti}"#)));
            assert_eq!(Token::parse(&text).unwrap().claims.token_id.as_deref(), expected, "{jti}");
        }
    }

    #[test]
    fn no_other_text_is_a_token() {
        let good = r#"{"alg":"RS256"}"#;
        for alg in ["none", "HS256", "RS512", ""] {
            let text = token(&format!(r#"{{"alg":"{alg}"}}"#), CLAIMS);
            assert_eq!(Token::parse(&text).unwrap_err(), BadToken::Algorithm, "{alg}");
        }
        let refused = |text: &str| Token::parse(text).unwrap_err().to_string();
        assert!(refused("").contains("three parts") && refused("a.b").contains("three parts"));
        assert!(refused("!.e30.").contains("header is not base64url"));
        assert!(refused(&token("{}", CLAIMS)).contains("its header"));
        assert!(refused(&token(r#"{"alg":"RS256","crit":["b64"]}"#, CLAIMS)).contains("extension"));
        assert!(refused(&token(good, "{}")).contains("its payload"));
        assert!(refused(&token(good, &CLAIMS.replace("1750000000", "1e300"))).contains("out of its bounds"));
        assert!(refused(&token(good, &CLAIMS.replace("\"x\":1", "\"sub\":\"eve\""))).contains("duplicate"));
        assert!(refused(&"x".repeat(MAX_BYTES + 1)).contains("longer"));
    }
}
