//! The sections of the credential libraries' INI file, `~/.alibabacloud/credentials[.ini]`. Reads sections of type
//! `access_key` and `ram_role_arn`; the other types get a key from a service, which is not done here.

use std::path::{Path, PathBuf};

use configparser::ini::Ini;

use super::assume_role::{Role, SESSION_NAME};
use super::{Credentials, CredentialsError, Surroundings, read_file};

/// The section that is meant when none is named.
const DEFAULT_SECTION: &str = "default";

/// Finds a section in the first file that is there. A file marked as required must be there.
pub(super) fn find(
    files: &[(PathBuf, bool)],
    wanted: Option<&str>,
    looked_at: &mut Vec<String>,
    around: &Surroundings<'_>,
) -> Result<Option<Credentials>, CredentialsError> {
    for (path, required) in files {
        let shown = path.display().to_string();
        match read_file(path)? {
            Some(text) => {
                if let Some(found) = read(&text, path, wanted, looked_at, around)? {
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

/// The names of the sections in a file.
pub(super) fn names(path: &Path) -> Result<Vec<String>, CredentialsError> {
    let Some(text) = read_file(path)? else { return Ok(Vec::new()) };
    let mut names = parse(&text, &path.display().to_string())?.sections();
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    Ok(names)
}

fn parse(text: &str, path: &str) -> Result<Ini, CredentialsError> {
    let mut ini = Ini::new_cs();
    // Lines before the first section belong to none; a section called "default" is one like any other.
    ini.set_default_section("");
    // As the Python library, which cuts a value at `#`; `;` may be part of one.
    ini.set_inline_comment_symbols(Some(&['#']));
    ini.read(text.to_owned()).map_err(|reason| {
        // The parser's text names the line and quotes nothing of it.
        CredentialsError::File { path: path.to_owned(), reason: format!("{reason}; correct that line") }
    })?;
    Ok(ini)
}

fn read(
    text: &str,
    path: &Path,
    wanted: Option<&str>,
    looked_at: &mut Vec<String>,
    around: &Surroundings<'_>,
) -> Result<Option<Credentials>, CredentialsError> {
    let path = path.display().to_string();
    let ini = parse(text, &path)?;
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
    let stored_key = || {
        Ok(Credentials {
            access_key_id: member("access_key_id")?,
            secret: member("access_key_secret")?.into(),
            security_token: None,
            source: format!("section {name:?} in {path}"),
            expires: None,
        })
    };
    let reason = match member("type")?.as_str() {
        "access_key" => return stored_key().map(Some),
        "ram_role_arn" => {
            let given = |member: &str| ini.get(name, member).filter(|value| !value.is_empty());
            let role = Role {
                session_name: given("role_session_name").unwrap_or_else(|| SESSION_NAME.to_owned()),
                policy: given("policy"),
                ..Role::new(&member("role_arn")?)
            };
            return around.assume(&stored_key()?, &role).map(Some);
        }
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
