//! The sections of the credential libraries' INI file, `~/.alibabacloud/credentials[.ini]`. Reads sections of type
//! `access_key`; the other types get a key from a service, which is not done here.

use std::path::{Path, PathBuf};

use configparser::ini::Ini;

use super::{Credentials, CredentialsError, read_file};

/// The section that is meant when none is named.
const DEFAULT_SECTION: &str = "default";

/// Finds a section in the first file that is there. A file marked as required must be there.
pub(super) fn find(
    files: &[(PathBuf, bool)],
    wanted: Option<&str>,
    looked_at: &mut Vec<String>,
) -> Result<Option<Credentials>, CredentialsError> {
    for (path, required) in files {
        let shown = path.display().to_string();
        match read_file(path)? {
            Some(text) => {
                if let Some(found) = read(&text, path, wanted, looked_at)? {
                    return Ok(Some(found));
                }
            }
            None if *required => {
                let reason = "ALIBABA_CLOUD_CREDENTIALS_FILE names it, and it is not there".into();
                return Err(CredentialsError::File { path: shown, reason });
            }
            None => looked_at.push(format!("{shown} (absent)")),
        }
    }
    Ok(None)
}

fn read(
    text: &str,
    path: &Path,
    wanted: Option<&str>,
    looked_at: &mut Vec<String>,
) -> Result<Option<Credentials>, CredentialsError> {
    let path = path.display().to_string();
    let mut ini = Ini::new_cs();
    // Lines before the first section belong to none; a section called "default" is one like any other.
    ini.set_default_section("");
    // As the Python library, which cuts a value at `#`; `;` may be part of one.
    ini.set_inline_comment_symbols(Some(&['#']));
    ini.read(text.to_owned()).map_err(|reason| {
        // The parser's text names the line and quotes nothing of it.
        CredentialsError::File { path: path.clone(), reason: format!("{reason}; correct that line") }
    })?;

    let name = wanted.unwrap_or(DEFAULT_SECTION);
    if !ini.get_map_ref().contains_key(name) {
        let mut names = ini.sections();
        names.retain(|name| !name.is_empty());
        names.sort_unstable();
        looked_at
            .push(format!("{path} (has {})", if names.is_empty() { "none".into() } else { names.join(" ") }));
        return Ok(None);
    }
    let member = |member: &'static str| {
        ini.get(name, member).filter(|value| !value.is_empty()).ok_or_else(|| CredentialsError::Member {
            name: name.to_owned(),
            path: path.clone(),
            member,
        })
    };
    let reason = match member("type")?.as_str() {
        "access_key" => {
            return Ok(Some(Credentials {
                access_key_id: member("access_key_id")?,
                secret: member("access_key_secret")?.into(),
                security_token: None,
                source: format!("section {name:?} in {path}"),
            }));
        }
        "ram_role_arn" => "which assumes a role with a call that ramward does not make",
        "ecs_ram_role" => "which asks the metadata service, and ramward never does",
        "oidc_role_arn" => "which exchanges a token with a call that ramward does not make",
        "rsa_key_pair" => "which fetches a session key with a call that ramward does not make",
        _ => "which is not known",
    };
    Err(CredentialsError::Mode {
        name: name.to_owned(),
        path: path.clone(),
        kind: "type",
        mode: member("type")?,
        reason,
    })
}
