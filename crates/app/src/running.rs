//! Where a server's doors are, and the note about them that a running server leaves in its data directory, so that a
//! command of the same user on the same machine finds it. Knows no door.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The name of the note.
const FILE: &str = "running.json";

/// The doors of a server. Nothing of this is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Addresses {
    /// The URL of the HTTP door.
    pub endpoint: String,
    /// The URL of the HTTPS door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_endpoint: Option<String>,
    /// The URL of the CONNECT door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// The certificate that clients of these doors must trust; absent with a certificate of the operator's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

/// The note of this process. It goes away with the value; after a kill it stays, so a reader asks the server itself.
#[derive(Debug)]
pub struct Note {
    path: PathBuf,
    text: Vec<u8>,
}

impl Note {
    /// Leaves the note.
    ///
    /// # Errors
    /// What the system says.
    pub fn leave(data: &Path, addresses: &Addresses) -> std::io::Result<Self> {
        let text = serde_json::to_vec(addresses)?;
        let mut new = tempfile::NamedTempFile::new_in(data)?;
        new.write_all(&text)?;
        let path = data.join(FILE);
        new.persist(&path).map_err(|error| error.error)?;
        Ok(Self { path, text })
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        // Another server may have taken the directory over meanwhile; its note is not this one's to remove.
        if std::fs::read(&self.path).is_ok_and(|text| text == self.text) {
            let _stays_and_is_found_out = std::fs::remove_file(&self.path);
        }
    }
}

/// The note in a data directory, if there is one that can be read.
///
/// # Errors
/// What the system says.
pub fn find(data: &Path) -> std::io::Result<Option<Addresses>> {
    match std::fs::read(data.join(FILE)) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_there_as_long_as_its_server() {
        let directory = tempfile::tempdir().unwrap();
        let at = |port: u16| Addresses {
            endpoint: format!("http://127.0.0.1:{port}"),
            tls_endpoint: None,
            proxy: Some("http://127.0.0.1:1".to_owned()),
            ca_file: Some(directory.path().join("ca.pem")),
        };
        let found = || find(directory.path()).unwrap();
        assert_eq!(found(), None);
        let first = Note::leave(directory.path(), &at(1)).unwrap();
        assert_eq!(found(), Some(at(1)));
        let second = Note::leave(directory.path(), &at(2)).unwrap();
        drop(first);
        assert_eq!(found(), Some(at(2)));
        drop(second);
        assert_eq!(found(), None);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_no_note_is_none() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(FILE), "{").unwrap();
        assert_eq!(find(directory.path()).unwrap(), None);
        assert_eq!(find(&directory.path().join("nowhere")).unwrap(), None);
    }
}
