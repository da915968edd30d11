//! Reads a state file into the store: all of it in one transaction, or nothing.

use std::fmt;
use std::io::{BufRead, Read};
use std::sync::mpsc::{SyncSender, sync_channel};

use ramward_rpc::sign::Secret;

use super::record::{
    AccessKeyRecord, AccountRecord, DeviceRecord, Document, LoginProfileRecord, Record, UserRecord,
};
use crate::arn::{Arn, Resource};
use crate::entropy::{Entropy, SeededEntropy};
use crate::identity::access_key::Status;
use crate::identity::domain_name::DefaultDomainName;
use crate::identity::login_profile::PasswordHash;
use crate::identity::mfa::{MFADeviceType, VirtualMFADeviceName};
use crate::identity::user::{DisplayName, ProvisionType, UserStatus};
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::seal::{SealKey, SecretOf};
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::accounts::{self, Account};
use crate::store::tables::login_profiles::{self, LoginProfile};
use crate::store::tables::mfa_devices::{self, MfaDevice};
use crate::store::tables::users::{self, User};
use crate::store::tables::{password_history, user_tags};
use crate::store::{Store, StoreError, Tx};
use crate::time::Timestamp;

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

/// A failure inside the transaction: of a field of the record at hand, or of the store.
enum Fault {
    Field(&'static str, String),
    Store(StoreError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Exists { what } => Self::Field("", format!("there is already such a {what}")),
            other => Self::Store(other),
        }
    }
}

/// Reads the whole of `source` into `store`. `progress` is told after every thousand records.
///
/// # Errors
/// The first bad record, a failure to read, or a failure of the store; then nothing has changed.
pub fn import(
    store: &Store,
    seal: &SealKey,
    entropy: &dyn Entropy,
    now: Timestamp,
    source: &mut dyn BufRead,
    form: Form,
    progress: &mut dyn FnMut(&Imported),
) -> Result<Imported, ImportError> {
    let (records, to_write) = sync_channel::<Numbered>(LINES_AHEAD);
    let (told, progress_of) = sync_channel::<Imported>(16);
    let mut writer = Some(Importing {
        seal: seal.clone(),
        entropy: SeededEntropy::from_entropy(entropy),
        now,
        imported: Imported::default(),
    });
    let (finished, outcome) = sync_channel(1);
    let store = store.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut input = Some(to_write);
            let result = store.write(move |tx| {
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

/// A record on its way to the writer; `Ok(None)` ends the file, `Err` ends the import.
struct Numbered {
    line: u64,
    bytes: u64,
    record: Result<Option<Record>, Option<BadRecord>>,
}

enum Ended {
    Record(BadRecord),
    Store(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
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
        let cut = error.is_eof().then_some("; the file seems to be cut off here").unwrap_or_default();
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
        let reason = format!("the file is larger than {MAX_DOCUMENT_BYTES} bytes; write it as JSON Lines, one record a line");
        return Err(bad(String::new(), reason));
    }
    let json = &mut serde_json::Deserializer::from_slice(&text);
    let document: Document =
        serde_path_to_error::deserialize(json).map_err(|fault| bad(path(&fault), fault.inner().to_string()))?;
    for account in document.accounts {
        let record = Record::Account(Box::new(account));
        if records.send(Numbered { line: 0, bytes: read, record: Ok(Some(record)) }).is_err() {
            break;
        }
    }
    Ok(())
}

/// The writer's side.
struct Importing {
    seal: SealKey,
    entropy: SeededEntropy,
    now: Timestamp,
    imported: Imported,
}

impl Importing {
    fn take_all(
        &mut self,
        tx: &mut Tx<'_>,
        records: &std::sync::mpsc::Receiver<Numbered>,
        told: &SyncSender<Imported>,
    ) -> Result<Imported, Ended> {
        let mut taken = 0_u64;
        // The sender ends every file with a last word; without it the reader has died and nothing may stay.
        while let Ok(Numbered { line, bytes, record }) = records.recv() {
            let record = match record {
                Ok(Some(record)) => record,
                Ok(None) => return Ok(self.imported),
                Err(Some(bad)) => return Err(Ended::Record(bad)),
                Err(None) => break,
            };
            self.imported.bytes += bytes;
            self.take(tx, record).map_err(|fault| match fault {
                Fault::Field(field, reason) => Ended::Record(BadRecord { line, field: field.to_owned(), reason }),
                Fault::Store(error) => Ended::Store(error),
            })?;
            taken += 1;
            if taken.is_multiple_of(1000) {
                // A full channel means that the last word was not read yet; the next one says more.
                let _told = told.try_send(self.imported);
            }
        }
        Err(Ended::Store(StoreError::Closed))
    }

    fn take(&mut self, tx: &mut Tx<'_>, record: Record) -> Result<(), Fault> {
        match record {
            Record::Account(account) => self.account(tx, *account),
            Record::User(user) => {
                let Some(account) = user.account_id else {
                    return Err(Fault::Field("AccountId", "a user on a line of its own must name its account".to_owned()));
                };
                self.user(tx, account, *user)
            }
            Record::VirtualMFADevice(device) => {
                let Some(account) = device.account_id else {
                    return Err(Fault::Field("AccountId", "a device on a line of its own must name its account".to_owned()));
                };
                self.device(tx, account, None, device, self.now)
            }
        }
    }

    fn account(&mut self, tx: &mut Tx<'_>, record: AccountRecord) -> Result<(), Fault> {
        let account = record.account_id;
        let mut row = Account::new(account, record.create_date.unwrap_or(self.now));
        if let Some(alias) = &record.account_alias {
            row.default_domain = DefaultDomainName::of_alias(alias)
                .map_err(|rule| Fault::Field("AccountAlias", format!("not an alias ({})", rule.word())))?;
        }
        if let Some(domain) = record.default_domain_name {
            row.default_domain = domain;
        }
        row.last_login_date = record.last_login_date;
        row.password_policy = record.password_policy.unwrap_or_default();
        row.security_preference = record.security_preference.unwrap_or_default();
        accounts::insert(tx, &row)?;
        self.imported.accounts += 1;
        if let Some(device) = record.root_mfa_device {
            self.device(tx, account, Some(UserId::ROOT), device, row.create_date)?;
        } else if record.root_mfa {
            let device = DeviceRecord {
                account_id: None,
                device_type: MFADeviceType::Vmfa,
                serial_number: "root-account-mfa-device".to_owned(),
                base32_string_seed: None,
                create_date: None,
                activate_date: None,
            };
            self.device(tx, account, Some(UserId::ROOT), device, row.create_date)?;
        }
        for key in record.root_access_keys {
            self.key(tx, account, UserId::ROOT, key)?;
        }
        for device in record.virtual_mfa_devices {
            self.device(tx, account, None, device, row.create_date)?;
        }
        for user in record.users {
            if user.account_id.is_some_and(|named| named != account) {
                return Err(Fault::Field("AccountId", format!("user {} names another account", user.user_name)));
            }
            self.user(tx, account, user)?;
        }
        Ok(())
    }

    fn user(&mut self, tx: &mut Tx<'_>, account: AccountId, record: UserRecord) -> Result<(), Fault> {
        if !record.groups.is_empty() {
            return Err(Fault::Field("Groups", "this version keeps no groups; leave the list empty".to_owned()));
        }
        if !record.policies.is_empty() {
            return Err(Fault::Field("Policies", "this version keeps no policies; leave the list empty".to_owned()));
        }
        let create_date = record.create_date.unwrap_or(self.now);
        let display_name = match record.display_name {
            Some(name) => name,
            None => DisplayName::parse(record.user_name.as_str())
                .map_err(|rule| Fault::Field("DisplayName", format!("missing, and the name is none ({})", rule.word())))?,
        };
        let user_id = record.user_id.unwrap_or_else(|| UserId::generate(&self.entropy));
        let row = User {
            account,
            user_id,
            user_name: record.user_name,
            display_name,
            comments: record.comments.unwrap_or_default(),
            email: record.email.unwrap_or_default(),
            mobile_phone: record.mobile_phone.unwrap_or_default(),
            status: record.status.unwrap_or(UserStatus::Active),
            provision_type: record.provision_type.unwrap_or(ProvisionType::Manual),
            create_date,
            update_date: record.update_date.unwrap_or(create_date),
            last_login_date: record.last_login_date,
        };
        users::insert(tx, &row).map_err(|error| match error {
            StoreError::Absent { .. } => Fault::Field("AccountId", format!("there is no account {account}; its line must come first")),
            other => other.into(),
        })?;
        self.imported.users += 1;
        for key in record.access_keys {
            self.key(tx, account, user_id, key)?;
        }
        if let Some(device) = record.mfa_device {
            self.device(tx, account, Some(user_id), device, create_date)?;
        }
        if let Some(profile) = record.login_profile {
            login_profile(tx, &row, profile)?;
        }
        for tag in record.tags {
            user_tags::update(tx, account, user_id, &tag.key, &tag.value)?;
        }
        Ok(())
    }

    fn key(
        &mut self,
        tx: &mut Tx<'_>,
        account: AccountId,
        user_id: UserId,
        record: AccessKeyRecord,
    ) -> Result<(), Fault> {
        let access_key_id = record.access_key_id.unwrap_or_else(|| AccessKeyId::generate(&self.entropy));
        let create_date = record.create_date.unwrap_or(self.now);
        let sealed_secret = record.access_key_secret.map(Secret::from).map(|secret| {
            let of = SecretOf::AccessKey(account, &access_key_id);
            self.seal.seal(of, secret.expose().as_bytes(), &self.entropy)
        });
        let row = AccessKey {
            account,
            user_id,
            access_key_id,
            sealed_secret,
            status: record.status.unwrap_or(Status::Active),
            create_date,
            update_date: record.update_date.unwrap_or(create_date),
            last_used_date: record.last_used_date,
            last_used_service: record.last_used_service,
        };
        access_keys::insert(tx, &row)?;
        self.imported.access_keys += 1;
        Ok(())
    }

    fn device(
        &mut self,
        tx: &mut Tx<'_>,
        account: AccountId,
        user_id: Option<UserId>,
        record: DeviceRecord,
        made: Timestamp,
    ) -> Result<(), Fault> {
        let device_name = device_name(account, &record)?;
        let sealed_seed = match &record.base32_string_seed {
            None => None,
            Some(text) => {
                let seed = data_encoding::BASE32_NOPAD.decode(text.trim_end_matches('=').as_bytes()).map_err(|_| {
                    Fault::Field("Base32StringSeed", "not base32; write the letters A to Z and digits 2 to 7".to_owned())
                })?;
                Some(self.seal.seal(SecretOf::MfaDevice(account, &device_name), &seed, &self.entropy))
            }
        };
        let create_date = record.create_date.unwrap_or(made);
        let row = MfaDevice {
            account,
            device_name,
            device_type: record.device_type,
            sealed_seed,
            create_date,
            user_id,
            activate_date: user_id.map(|_| record.activate_date.unwrap_or(create_date)),
            last_step: None,
        };
        mfa_devices::insert(tx, &row)?;
        self.imported.mfa_devices += 1;
        Ok(())
    }
}

fn device_name(account: AccountId, record: &DeviceRecord) -> Result<VirtualMFADeviceName, Fault> {
    let text = &record.serial_number;
    let bad = |reason: &str| Err(Fault::Field("SerialNumber", reason.to_owned()));
    if let Ok(arn) = Arn::parse(text) {
        return match arn {
            Arn { account: of, resource: Resource::Mfa(name) } if of == account => Ok(name),
            Arn { resource: Resource::Mfa(_), .. } => bad("this device belongs to another account"),
            _ => bad("not a device; write acs:ram::<AccountId>:mfa/<name>"),
        };
    }
    match VirtualMFADeviceName::parse(text) {
        Ok(name) => Ok(name),
        Err(_) => bad("write acs:ram::<AccountId>:mfa/<name>, or a name of 1 to 64 letters, digits and hyphens"),
    }
}

fn login_profile(tx: &mut Tx<'_>, user: &User, record: LoginProfileRecord) -> Result<(), Fault> {
    let hash = |field: &'static str, text: &str| {
        PasswordHash::parse(text).ok_or_else(|| Fault::Field(field, "not an argon2id hash in PHC form".to_owned()))
    };
    let create_date = record.create_date.unwrap_or(user.create_date);
    let password_hash = record.password_hash.as_deref().map(|text| hash("LoginProfile.PasswordHash", text)).transpose()?;
    let row = LoginProfile {
        account: user.account,
        user_id: user.user_id,
        status: record.status.unwrap_or(Status::Active),
        password_date: password_hash.as_ref().map(|_| record.password_date.unwrap_or(create_date)),
        password_hash,
        password_reset_required: record.password_reset_required,
        mfa_bind_required: record.mfa_bind_required,
        create_date,
        update_date: record.update_date.unwrap_or(create_date),
        last_login_date: record.last_login_time,
        failed_attempts: 0,
        failed_date: None,
    };
    login_profiles::insert(tx, &row)?;
    // The table keeps the latest on top, so the oldest goes in first.
    for text in record.password_history.iter().rev() {
        let hash = hash("LoginProfile.PasswordHistory", text)?;
        password_history::insert(tx, user.account, user.user_id, &hash, record.password_history.len())?;
    }
    Ok(())
}
