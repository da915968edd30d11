//! The address that `ALIBABA_CLOUD_CREDENTIALS_URI` names: one unsigned GET, whose answer holds a temporary key.

use serde::Deserialize;

use super::{Credentials, CredentialsError, Surroundings};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct KeyDocument {
    code: String,
    access_key_id: String,
    access_key_secret: String,
    security_token: String,
}

/// Fetches the key.
pub(super) fn find(url: &str, around: &Surroundings<'_>) -> Result<Credentials, CredentialsError> {
    let refuse =
        |reason: String| CredentialsError::Uri(format!("{reason}; correct the variable or unset it"));
    let (status, body) = (around.fetch)(url).map_err(|error| refuse(error.to_string()))?;
    if status != 200 {
        return Err(refuse(format!("it answered with status {status} instead of 200")));
    }
    let document: KeyDocument = serde_json::from_slice(&body)
        .map_err(|_| refuse("its answer is not the JSON object of a key".into()))?;
    if document.code != "Success" {
        return Err(refuse("its answer does not say \"Code\": \"Success\"".into()));
    }
    if document.access_key_id.is_empty() || document.access_key_secret.is_empty() {
        return Err(refuse("its answer lacks AccessKeyId or AccessKeySecret".into()));
    }
    Ok(Credentials {
        access_key_id: document.access_key_id,
        secret: document.access_key_secret.into(),
        security_token: Some(document.security_token).filter(|token| !token.is_empty()).map(Into::into),
        source: "ALIBABA_CLOUD_CREDENTIALS_URI".into(),
        expires: None,
    })
}
