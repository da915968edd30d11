//! Reads a state file into the store: all of it in one transaction, or nothing.

use std::fmt;
use std::io::{BufRead, Read};
use std::sync::mpsc::{SyncSender, sync_channel};

use super::exceptions::ExceptionRecord;
use super::policies::record::{GroupRecord, PolicyRecord, RoleRecord};
use super::providers::{OidcProviderRecord, SamlProviderRecord};
use super::record::{AccountRecord, DeviceRecord, Document, Record, UserRecord};
use super::taking::{Ended, Importing, Numbered};
use crate::entropy::Entropy;
use crate::report::history::Present;
use crate::store::seal::SealKey;
use crate::store::{Store, StoreError};

/// The longest line that is read; a user with all it has takes a few kilobytes.
const MAX_LINE_BYTES: u64 = 1 << 20;
/// The largest file kept by hand, which is read as a whole.
const MAX_DOCUMENT_BYTES: u64 = 64 << 20;
/// Lines read ahead of the writer.
const LINES_AHEAD: usize = 4096;

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One record a line.
    Lines,
    /// One object.
    Document,
}

/// What was brought in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Accounts.
    pub accounts: u64,
    /// RAM users.
    pub users: u64,
    /// AccessKeys, root's included.
    pub access_keys: u64,
    /// MFA devices.
    pub mfa_devices: u64,
    /// Custom policies.
    pub policies: u64,
    /// Groups.
    pub groups: u64,
    /// Roles.
    pub roles: u64,
    /// Bytes read so far.
    pub bytes: u64,
}

/// Why nothing was brought in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A record cannot be taken.
    #[error("{0}")]
    Record(#[from] BadRecord),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A record that cannot be taken: where and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// The line, counted from one; zero in a file kept by hand.
    pub line: u64,
    /// The path of the field, empty for the whole record.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for BadRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, ", self.line)?;
        }
        if !self.field.is_empty() {
            write!(f, "field {}: ", self.field)?;
        }
        write!(f, "{}; nothing was imported", self.reason)
    }
}

impl std::error::Error for BadRecord {}

/// Reads the whole of `source` into `store`. `progress` is told after every thousand records.
///
/// # Errors
/// The first bad record, a failure to read, or a failure of the store; then nothing has changed.
pub fn import(
    store: &Store,
    seal: &SealKey,
    entropy: &dyn Entropy,
    present: Present<'_>,
    source: &mut dyn BufRead,
    form: Form,
    progress: &mut dyn FnMut(&Imported),
) -> Result<Imported, ImportError> {
    let (records, to_write) = sync_channel::<Numbered>(LINES_AHEAD);
    let (told, progress_of) = sync_channel::<Imported>(16);
    let mut writer = Some(Importing::new(seal.clone(), entropy, present));
    let (finished, outcome) = sync_channel(1);
    let store = store.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut input = Some(to_write);
            let result = store.write_once(move |tx| {
                let (Some(mut writer), Some(records)) = (writer.take(), input.take()) else {
                    return Err(Ended::Store(StoreError::Misuse("an import cannot run twice")));
                };
                tx.bulk();
                writer.take_all(tx, &records, &told)
            });
            // The receiver waits below.
            let _sent = finished.send(result);
        });
        let reading = read(source, form, &records, &mut || {
            if let Ok(imported) = progress_of.try_recv() {
                progress(&imported);
            }
        });
        let last = match reading {
            Ok(()) => Numbered { line: 0, bytes: 0, record: Ok(None) },
            Err(ImportError::Record(bad)) => Numbered { line: 0, bytes: 0, record: Err(Some(bad)) },
            Err(error) => {
                drop(records.send(Numbered { line: 0, bytes: 0, record: Err(None) }));
                drop(records);
                while progress_of.recv().is_ok() {}
                return Err(error);
            }
        };
        drop(records.send(last));
        drop(records);
        while let Ok(imported) = progress_of.recv() {
            progress(&imported);
        }
        match outcome.recv() {
            Ok(Ok(imported)) => Ok(imported),
            Ok(Err(Ended::Record(bad))) => Err(bad.into()),
            Ok(Err(Ended::Store(error))) => Err(error.into()),
            Err(_) => Err(StoreError::Closed.into()),
        }
    })
}

fn read(
    source: &mut dyn BufRead,
    form: Form,
    records: &SyncSender<Numbered>,
    tick: &mut dyn FnMut(),
) -> Result<(), ImportError> {
    match form {
        Form::Lines => read_lines(source, records, tick),
        Form::Document => read_document(source, records),
    }
}

fn read_lines(
    source: &mut dyn BufRead,
    records: &SyncSender<Numbered>,
    tick: &mut dyn FnMut(),
) -> Result<(), ImportError> {
    let mut text = Vec::new();
    let mut number = 0;
    loop {
        text.clear();
        number += 1;
        let read = Read::take(&mut *source, MAX_LINE_BYTES).read_until(b'\n', &mut text)? as u64;
        if read == 0 {
            return Ok(());
        }
        if read == MAX_LINE_BYTES && text.last() != Some(&b'\n') {
            let reason = format!("the line is longer than {MAX_LINE_BYTES} bytes");
            return Err(BadRecord { line: number, field: String::new(), reason }.into());
        }
        if number.is_multiple_of(1000) {
            tick();
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        let record = parse(number, &text)?;
        if records.send(Numbered { line: number, bytes: read, record: Ok(Some(record)) }).is_err() {
            // The writer has found a bad record and says so itself.
            return Ok(());
        }
    }
}

fn parse(line: u64, text: &[u8]) -> Result<Record, BadRecord> {
    serde_json::from_slice(text).map_err(|error| {
        // Slower, and asked only for the one line that is wrong.
        let (field, reason) = named_fault(text, &error);
        let cut = if error.is_eof() { "; the file seems to be cut off here" } else { "" };
        BadRecord { line, field, reason: format!("{reason}{cut}") }
    })
}

fn named_fault(text: &[u8], error: &serde_json::Error) -> (String, String) {
    #[derive(serde::Deserialize)]
    struct Kind {
        #[serde(rename = "Kind")]
        kind: String,
    }
    let Ok(Kind { kind }) = serde_json::from_slice(text) else { return (String::new(), plain(error)) };
    let Ok(serde_json::Value::Object(mut members)) = serde_json::from_slice(text) else {
        return (String::new(), plain(error));
    };
    members.shift_remove("Kind");
    let rest = serde_json::Value::Object(members).to_string();
    let json = &mut serde_json::Deserializer::from_str(&rest);
    let fault = match kind.as_str() {
        "Account" => serde_path_to_error::deserialize::<_, AccountRecord>(json).err(),
        "User" => serde_path_to_error::deserialize::<_, UserRecord>(json).err(),
        "Policy" => serde_path_to_error::deserialize::<_, PolicyRecord>(json).err(),
        "Group" => serde_path_to_error::deserialize::<_, GroupRecord>(json).err(),
        "Role" => serde_path_to_error::deserialize::<_, RoleRecord>(json).err(),
        "OIDCProvider" => serde_path_to_error::deserialize::<_, OidcProviderRecord>(json).err(),
        "SAMLProvider" => serde_path_to_error::deserialize::<_, SamlProviderRecord>(json).err(),
        "SecurityException" => serde_path_to_error::deserialize::<_, ExceptionRecord>(json).err(),
        "VirtualMFADevice" => serde_path_to_error::deserialize::<_, DeviceRecord>(json).err(),
        _ => None,
    };
    match fault {
        Some(fault) => (path(&fault), plain(fault.inner())),
        None => ("Kind".to_owned(), plain(error)),
    }
}

fn path(fault: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = fault.path().to_string();
    if path == "." { String::new() } else { path }
}

/// The error without its place, which is a place in one line and says less than the field's name.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

fn read_document(source: &mut dyn BufRead, records: &SyncSender<Numbered>) -> Result<(), ImportError> {
    let mut text = Vec::new();
    let read = Read::take(&mut *source, MAX_DOCUMENT_BYTES).read_to_end(&mut text)? as u64;
    let bad = |field: String, reason: String| ImportError::from(BadRecord { line: 0, field, reason });
    if read == MAX_DOCUMENT_BYTES {
        let reason = format!(
            "the file is larger than {MAX_DOCUMENT_BYTES} bytes; write it as JSON Lines, one record a line"
        );
        return Err(bad(String::new(), reason));
    }
    let json = &mut serde_json::Deserializer::from_slice(&text);
    let document: Document = serde_path_to_error::deserialize(json)
        .map_err(|fault| bad(path(&fault), fault.inner().to_string()))?;
    for account in document.accounts {
        let record = Record::Account(Box::new(account));
        if records.send(Numbered { line: 0, bytes: read, record: Ok(Some(record)) }).is_err() {
            break;
        }
    }
    Ok(())
}
