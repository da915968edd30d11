//! A role that a profile names: what STS is asked for with the profile's own key, and the temporary key in its answer
//! (AssumeRole, vendor's STS reference). Signs nothing and sends nothing.

use ramward_domain::time::Timestamp;
use serde::Deserialize;

use super::Credentials;

/// A role to assume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name, `acs:ram::<AccountId>:role/<RoleName>`.
    pub arn: String,
    /// What the session is called in the other account's logs.
    pub session_name: String,
    /// How long the key lasts, in seconds; the vendor's default where absent.
    pub duration_seconds: Option<u64>,
    /// A policy that narrows what the session may do.
    pub policy: Option<String>,
    /// What the role's trust policy may ask for.
    pub external_id: Option<String>,
    /// The region whose STS is asked.
    pub sts_region: Option<String>,
}

/// What a session is called unless a profile says.
pub const SESSION_NAME: &str = "ramward";

impl Role {
    /// The role alone.
    pub fn new(arn: &str) -> Self {
        Self {
            arn: arn.to_owned(),
            session_name: SESSION_NAME.to_owned(),
            duration_seconds: None,
            policy: None,
            external_id: None,
            sts_region: None,
        }
    }

    /// The parameters of AssumeRole.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let mut parameters = vec![
            ("RoleArn".to_owned(), self.arn.clone()),
            ("RoleSessionName".to_owned(), self.session_name.clone()),
        ];
        let optional = [
            ("DurationSeconds", self.duration_seconds.map(|seconds| seconds.to_string())),
            ("Policy", self.policy.clone()),
            ("ExternalId", self.external_id.clone()),
        ];
        parameters.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        parameters
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Assumed {
    credentials: Key,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    access_key_id: String,
    access_key_secret: String,
    security_token: String,
    #[serde(default)]
    expiration: String,
}

/// The temporary key in an answer of AssumeRole; `None` if there is none in it.
pub fn read(body: &[u8], role: &Role, base: &Credentials) -> Option<Credentials> {
    let Assumed { credentials: key } = serde_json::from_slice(body).ok()?;
    if key.access_key_id.is_empty() || key.access_key_secret.is_empty() || key.security_token.is_empty() {
        return None;
    }
    Some(Credentials {
        access_key_id: key.access_key_id,
        secret: key.access_key_secret.into(),
        security_token: Some(key.security_token.into()),
        source: format!("role {} assumed with {}", role.arn, base.source),
        expires: Timestamp::parse(&key.expiration).ok(),
    })
}
