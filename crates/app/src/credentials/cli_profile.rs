//! The profiles of the vendor's command line, `~/.aliyun/config.json`. Reads the modes whose key stands in the file
//! (AK, StsToken) and those that assume a role with such a key (RamRoleArn, ChainableRamRoleArn); the others get a key from
//! a service, which is not done here.

use std::path::Path;

use serde::Deserialize;

use super::assume_role::{Role, SESSION_NAME};
use super::{Credentials, CredentialsError, Surroundings, read_file};

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    current: String,
    #[serde(default)]
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    name: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    access_key_id: String,
    #[serde(default)]
    access_key_secret: String,
    #[serde(default)]
    sts_token: String,
    #[serde(default)]
    ram_role_arn: String,
    #[serde(default)]
    ram_session_name: String,
    #[serde(default)]
    expired_seconds: u64,
    #[serde(default)]
    policy: String,
    #[serde(default)]
    external_id: String,
    #[serde(default)]
    sts_region: String,
    #[serde(default)]
    source_profile: String,
}

/// How many profiles may stand on each other's shoulders.
const LONGEST_CHAIN: usize = 8;

/// The names of the profiles in a file.
pub(super) fn names(path: &Path) -> Result<Vec<String>, CredentialsError> {
    let file = read_profiles(path)?;
    Ok(file.map_or_else(Vec::new, |file| file.profiles.into_iter().map(|profile| profile.name).collect()))
}

fn read_profiles(path: &Path) -> Result<Option<File>, CredentialsError> {
    let Some(text) = read_file(path)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| CredentialsError::File {
        path: path.display().to_string(),
        // Not the error's own text: it may quote the value that did not fit.
        reason: format!(
            "it is not a list of profiles, see line {} column {}; correct it, or set ALIBABA_CLOUD_CLI_PROFILE_DISABLED=true",
            error.line(),
            error.column()
        ),
    })
}

/// Finds a profile: the named one, else the file's current one.
pub(super) fn find(
    path: &Path,
    wanted: Option<&str>,
    looked_at: &mut Vec<String>,
    around: &Surroundings<'_>,
) -> Result<Option<Credentials>, CredentialsError> {
    let shown = path.display().to_string();
    let Some(file) = read_profiles(path)? else {
        looked_at.push(format!("{shown} (absent)"));
        return Ok(None);
    };
    let name = wanted.unwrap_or(&file.current);
    let Some(profile) = file.profiles.iter().find(|profile| profile.name == name) else {
        let names: Vec<&str> = file.profiles.iter().map(|profile| profile.name.as_str()).collect();
        looked_at.push(format!(
            "{shown} (has {})",
            if names.is_empty() { "none".into() } else { names.join(" ") }
        ));
        return Ok(None);
    };
    read(profile, &file, &shown, around, LONGEST_CHAIN).map(Some)
}

fn read(
    profile: &Profile,
    file: &File,
    path: &str,
    around: &Surroundings<'_>,
    links: usize,
) -> Result<Credentials, CredentialsError> {
    let refuse = |reason| {
        Err(CredentialsError::Mode {
            name: profile.name.clone(),
            path: path.to_owned(),
            kind: "mode",
            mode: profile.mode.clone(),
            reason,
        })
    };
    let token = match profile.mode.as_str() {
        "AK" => None,
        "StsToken" => Some(member(profile, path, "sts_token", &profile.sts_token)?),
        "RamRoleArn" => {
            let token = Some(profile.sts_token.as_str()).filter(|token| !token.is_empty());
            return around.assume(&stored_key(profile, path, token)?, &role(profile, path)?);
        }
        "ChainableRamRoleArn" => {
            let source = member(profile, path, "source_profile", &profile.source_profile)?;
            let refuse = |reason: String| {
                Err(CredentialsError::Chain { name: profile.name.clone(), path: path.to_owned(), reason })
            };
            let Some(below) = file.profiles.iter().find(|below| below.name == source) else {
                return refuse(format!("its source profile {source:?} is not there; add it"));
            };
            if links == 0 {
                return refuse("its source profiles lead in a circle; let one of them hold a key".into());
            }
            let base = read(below, file, path, around, links - 1)?;
            return around.assume(&base, &role(profile, path)?);
        }
        "EcsRamRole" => return refuse("which asks the metadata service, and ramward never does"),
        "RamRoleArnWithEcs" => return refuse("which asks the metadata service, and ramward never does"),
        "OIDC" => return refuse("which exchanges a token with a call that ramward does not make"),
        "CloudSSO" | "OAuth" => return refuse("whose keys come from a sign-in that ramward does not do"),
        "External" | "CredentialsURI" => {
            return refuse("whose keys come from outside the file, and ramward does not fetch them");
        }
        _ => return refuse("which is not known"),
    };
    stored_key(profile, path, token)
}

fn stored_key(profile: &Profile, path: &str, token: Option<&str>) -> Result<Credentials, CredentialsError> {
    Ok(Credentials {
        access_key_id: member(profile, path, "access_key_id", &profile.access_key_id)?.to_owned(),
        secret: member(profile, path, "access_key_secret", &profile.access_key_secret)?.into(),
        security_token: token.map(Into::into),
        source: format!("profile {:?} in {path}", profile.name),
        expires: None,
    })
}

fn role(profile: &Profile, path: &str) -> Result<Role, CredentialsError> {
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Ok(Role {
        arn: member(profile, path, "ram_role_arn", &profile.ram_role_arn)?.to_owned(),
        session_name: given(&profile.ram_session_name).unwrap_or_else(|| SESSION_NAME.to_owned()),
        duration_seconds: Some(profile.expired_seconds).filter(|seconds| *seconds > 0),
        policy: given(&profile.policy),
        external_id: given(&profile.external_id),
        sts_region: given(&profile.sts_region),
    })
}

fn member<'a>(
    profile: &Profile,
    path: &str,
    name: &'static str,
    value: &'a str,
) -> Result<&'a str, CredentialsError> {
    if value.is_empty() {
        return Err(CredentialsError::Member {
            name: profile.name.clone(),
            path: path.to_owned(),
            member: name,
        });
    }
    Ok(value)
}
