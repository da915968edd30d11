//! Which AccessKey a client command signs with: the default chain of the vendor's credential libraries (Python
//! `alibabacloud-credentials`, Node `@alicloud/credentials`), except that nobody is asked over the network unless the
//! environment names an address, and the metadata service never. Knows files and variables; signs nothing.
//!
//! The data directory of a server on the same machine is not read: who may read a file is not thereby who may sign.

pub mod assume_role;
mod cli_profile;
mod credentials_uri;
mod ini_profile;

use std::path::{Path, PathBuf};

use ramward_domain::time::Timestamp;
use ramward_rpc::sign::Secret;
use zeroize::Zeroizing;

use self::assume_role::Role;
use crate::client::ClientError;

const ACCESS_KEY_ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";
const ACCESS_KEY_SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
const SECURITY_TOKEN: &str = "ALIBABA_CLOUD_SECURITY_TOKEN";
const PROFILE: &str = "ALIBABA_CLOUD_PROFILE";
/// The three that together ask for a token exchange.
const OIDC: [&str; 3] =
    ["ALIBABA_CLOUD_OIDC_TOKEN_FILE", "ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"];

/// An AccessKey with all that signing needs.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Its id.
    pub access_key_id: String,
    /// Its secret.
    pub secret: Secret,
    /// The token of a temporary key; as confidential as the secret.
    pub security_token: Option<Secret>,
    /// Where it was found, for people.
    pub source: String,
    /// When a temporary key ends, where that is known.
    pub expires: Option<Timestamp>,
}

/// What the command line says about credentials.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// `--access-key-id`.
    pub access_key_id: Option<&'a str>,
    /// `--profile`.
    pub profile: Option<&'a str>,
}

/// Everything outside the program that the chain looks at.
pub struct Surroundings<'a> {
    /// Reads an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The home directory.
    pub home: Option<&'a Path>,
    /// Fetches the document at a URL: its status and its body.
    pub fetch: &'a dyn Fn(&str) -> Result<Document, FetchError>,
    /// Assumes a role with a key: one signed call of STS; the reason if it gives no key.
    pub assume: &'a dyn Fn(&Credentials, &Role) -> Result<Credentials, String>,
}

/// What stands at an address: a status and a body, which may hold secrets.
pub type Document = (u16, Zeroizing<Vec<u8>>);

/// Why a document could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none.
    #[error("{0}")]
    Address(String),
    /// There was no answer.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Why there are no credentials. No variant holds a value that could be secret.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// One half of a pair.
    #[error("{present} is set without {absent}: set both, or neither to use a profile")]
    HalfPair {
        /// The half that is there.
        present: &'static str,
        /// The other one.
        absent: &'static str,
    },
    /// `--access-key-id` without its secret.
    #[error(
        "no secret for --access-key-id {0}: set {ACCESS_KEY_SECRET} to it (a secret is never an option, because other processes can see options)"
    )]
    SecretAbsent(String),
    /// `--access-key-id` beside the secret of another key.
    #[error(
        "--access-key-id {wanted} is not the key whose secret the environment holds ({ACCESS_KEY_ID} is {held}): leave the option out, or set {ACCESS_KEY_SECRET} and unset {ACCESS_KEY_ID}"
    )]
    OtherKey {
        /// The option's.
        wanted: String,
        /// The environment's.
        held: String,
    },
    /// The environment asks for a token exchange.
    #[error(
        "the environment asks to exchange an OIDC token (ALIBABA_CLOUD_OIDC_TOKEN_FILE), which ramward does not do: get temporary keys with another tool and set {ACCESS_KEY_ID}, {ACCESS_KEY_SECRET} and {SECURITY_TOKEN}"
    )]
    Oidc,
    /// A profile whose key is not in the file.
    #[error(
        "profile {name:?} in {path} is of {kind} {mode:?}, {reason}: choose a profile with a stored AccessKey using --profile, or set {ACCESS_KEY_ID}, {ACCESS_KEY_SECRET} and, for a temporary key, {SECURITY_TOKEN}"
    )]
    Mode {
        /// Its name.
        name: String,
        /// The file.
        path: String,
        /// What the file calls it: mode or type.
        kind: &'static str,
        /// How it gets a key.
        mode: String,
        /// Why that is not done.
        reason: &'static str,
    },
    /// A profile without what its mode needs.
    #[error("profile {name:?} in {path} has no {member}: add it, or choose another profile with --profile")]
    Member {
        /// Its name.
        name: String,
        /// The file.
        path: String,
        /// What is missing.
        member: &'static str,
    },
    /// A file that is not what it should be.
    #[error("{path} cannot be used: {reason}")]
    File {
        /// Its name.
        path: String,
        /// What is wrong, with the place.
        reason: String,
    },
    /// A profile that was asked for by name.
    #[error("no profile {name:?} found, name one that is there{}", listed(.looked_at))]
    NoProfile {
        /// Its name.
        name: String,
        /// Where it was looked for, and what is there.
        looked_at: Vec<String>,
    },
    /// The address in the environment gave no key.
    #[error("ALIBABA_CLOUD_CREDENTIALS_URI gave no credentials: {0}")]
    Uri(String),
    /// STS gave no key for a role.
    #[error("role {arn} was not assumed: {reason}; check the role, its trust policy and --sts-endpoint")]
    Role {
        /// The role.
        arn: String,
        /// Why.
        reason: String,
    },
    /// Profiles that need each other's keys.
    #[error("profile {name:?} in {path} needs a key of its own in the end: {reason}")]
    Chain {
        /// The profile.
        name: String,
        /// The file.
        path: String,
        /// What is wrong with its source.
        reason: String,
    },
    /// Nothing anywhere.
    #[error("no credentials found: set {ACCESS_KEY_ID} and {ACCESS_KEY_SECRET} (the first start of `ramward serve` prints a pair), or name a profile with --profile{}", listed(.looked_at))]
    Nothing {
        /// Where was looked.
        looked_at: Vec<String>,
    },
}

fn listed(looked_at: &[String]) -> String {
    if looked_at.is_empty() { String::new() } else { format!("; looked at {}", looked_at.join(", ")) }
}

/// Walks the chain and returns the first AccessKey found.
///
/// # Errors
/// Nothing found, or a place that was meant to give a key and cannot: going on to the next place would sign as somebody
/// else than the user has in mind.
pub fn find(wanted: Wanted<'_>, around: &Surroundings<'_>) -> Result<Credentials, CredentialsError> {
    if let Some(id) = wanted.access_key_id {
        return beside_the_option(id, around);
    }
    if wanted.profile.is_none() {
        if let Some(found) = in_the_environment(around)? {
            return Ok(found);
        }
        if OIDC.iter().all(|name| around.variable(name).is_some()) {
            return Err(CredentialsError::Oidc);
        }
    }

    let mut looked_at = Vec::new();
    let from_variable = around.variable(PROFILE);
    let profile = wanted.profile.or(from_variable.as_deref());
    if !around.is_true("ALIBABA_CLOUD_CLI_PROFILE_DISABLED")
        && let Some(home) = around.home
        && let Some(found) =
            cli_profile::find(&home.join(".aliyun/config.json"), profile, &mut looked_at, around)?
    {
        return Ok(found);
    }
    if let Some(found) = ini_profile::find(&ini_files(around), profile, &mut looked_at, around)? {
        return Ok(found);
    }
    if let Some(name) = profile {
        return Err(CredentialsError::NoProfile { name: name.to_owned(), looked_at });
    }
    match around.variable("ALIBABA_CLOUD_CREDENTIALS_URI") {
        Some(url) => credentials_uri::find(&url, around),
        None => {
            looked_at.insert(0, "the environment".into());
            Err(CredentialsError::Nothing { looked_at })
        }
    }
}

/// The names of all profiles, those of the vendor's command line first.
///
/// # Errors
/// A file that is not what it should be.
pub fn profiles(around: &Surroundings<'_>) -> Result<Vec<String>, CredentialsError> {
    let mut names = Vec::new();
    if !around.is_true("ALIBABA_CLOUD_CLI_PROFILE_DISABLED")
        && let Some(home) = around.home
    {
        names.extend(cli_profile::names(&home.join(".aliyun/config.json"))?);
    }
    for (path, _) in ini_files(around) {
        for name in ini_profile::names(&path)? {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

impl Surroundings<'_> {
    /// Assumes a role with a key.
    pub fn assume(&self, base: &Credentials, role: &Role) -> Result<Credentials, CredentialsError> {
        (self.assume)(base, role).map_err(|reason| CredentialsError::Role { arn: role.arn.clone(), reason })
    }

    /// A variable; an empty one is an absent one.
    fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn is_true(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// An id from the option goes with the secret of the environment, never with one of a file.
fn beside_the_option(id: &str, around: &Surroundings<'_>) -> Result<Credentials, CredentialsError> {
    if let Some(held) = around.variable(ACCESS_KEY_ID).filter(|held| held != id) {
        return Err(CredentialsError::OtherKey { wanted: id.to_owned(), held });
    }
    let secret =
        around.variable(ACCESS_KEY_SECRET).ok_or_else(|| CredentialsError::SecretAbsent(id.to_owned()))?;
    Ok(Credentials {
        access_key_id: id.to_owned(),
        secret: secret.into(),
        security_token: around.variable(SECURITY_TOKEN).map(Secret::from),
        source: format!("--access-key-id and {ACCESS_KEY_SECRET}"),
        expires: None,
    })
}

fn in_the_environment(around: &Surroundings<'_>) -> Result<Option<Credentials>, CredentialsError> {
    match (around.variable(ACCESS_KEY_ID), around.variable(ACCESS_KEY_SECRET)) {
        (Some(access_key_id), Some(secret)) => Ok(Some(Credentials {
            access_key_id,
            secret: secret.into(),
            security_token: around.variable(SECURITY_TOKEN).map(Secret::from),
            source: format!("environment ({ACCESS_KEY_ID})"),
            expires: None,
        })),
        (Some(_), None) => {
            Err(CredentialsError::HalfPair { present: ACCESS_KEY_ID, absent: ACCESS_KEY_SECRET })
        }
        (None, Some(_)) => {
            Err(CredentialsError::HalfPair { present: ACCESS_KEY_SECRET, absent: ACCESS_KEY_ID })
        }
        (None, None) => Ok(None),
    }
}

/// The file that the environment names must exist; of the two that the libraries disagree on, either may.
fn ini_files(around: &Surroundings<'_>) -> Vec<(PathBuf, bool)> {
    match around.variable("ALIBABA_CLOUD_CREDENTIALS_FILE") {
        Some(path) => vec![(path.into(), true)],
        None => around.home.map_or_else(Vec::new, |home| {
            let directory = home.join(".alibabacloud");
            vec![(directory.join("credentials.ini"), false), (directory.join("credentials"), false)]
        }),
    }
}

/// The text of a file; `None` if there is none. Wiped after use, because it holds secrets.
fn read_file(path: &Path) -> Result<Option<Zeroizing<String>>, CredentialsError> {
    let refuse = |reason: String| CredentialsError::File { path: path.display().to_string(), reason };
    match std::fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(refuse("it is not UTF-8 text; write it anew".into()))
            }
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refuse(format!("{error}; make it readable or name another file"))),
    }
}

#[cfg(test)]
mod tests;
