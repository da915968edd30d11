//! The profiles of the vendor's command line, `~/.aliyun/config.json`. Reads the modes whose key stands in the file
//! (AK, StsToken); the others get a key from a service, which is not done here.

use std::path::Path;

use serde::Deserialize;

use super::{Credentials, CredentialsError, read_file};

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
}

/// Finds a profile: the named one, else the file's current one.
pub(super) fn find(
    path: &Path,
    wanted: Option<&str>,
    looked_at: &mut Vec<String>,
) -> Result<Option<Credentials>, CredentialsError> {
    let shown = path.display().to_string();
    let Some(text) = read_file(path)? else {
        looked_at.push(format!("{shown} (absent)"));
        return Ok(None);
    };
    let file: File = serde_json::from_str(&text).map_err(|error| CredentialsError::File {
        path: shown.clone(),
        // Not the error's own text: it may quote the value that did not fit.
        reason: format!(
            "it is not a list of profiles, see line {} column {}; correct it, or set ALIBABA_CLOUD_CLI_PROFILE_DISABLED=true",
            error.line(),
            error.column()
        ),
    })?;
    let name = wanted.unwrap_or(&file.current);
    let Some(profile) = file.profiles.iter().find(|profile| profile.name == name) else {
        let names: Vec<&str> = file.profiles.iter().map(|profile| profile.name.as_str()).collect();
        looked_at.push(format!(
            "{shown} (has {})",
            if names.is_empty() { "none".into() } else { names.join(" ") }
        ));
        return Ok(None);
    };
    read(profile, &shown).map(Some)
}

fn read(profile: &Profile, path: &str) -> Result<Credentials, CredentialsError> {
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
        "RamRoleArn" | "ChainableRamRoleArn" => {
            return refuse("which assumes a role with a call that ramward does not make");
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
    Ok(Credentials {
        access_key_id: member(profile, path, "access_key_id", &profile.access_key_id)?.to_owned(),
        secret: member(profile, path, "access_key_secret", &profile.access_key_secret)?.into(),
        security_token: token.map(Into::into),
        source: format!("profile {:?} in {path}", profile.name),
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
