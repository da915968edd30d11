//! Takes the records of a state file into the store, inside the import's one transaction.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SyncSender};

use ramward_rpc::sign::Secret;

use super::import::{BadRecord, Imported};
use super::record::{AccessKeyRecord, AccountRecord, DeviceRecord, LoginProfileRecord, Record, UserRecord};
use super::{exceptions, policies, providers, verifications};
use crate::arn::{Arn, Resource};
use crate::entropy::{Entropy, SeededEntropy};
use crate::identity::access_key::Status;
use crate::identity::domain_name::DefaultDomainName;
use crate::identity::login_profile::PasswordHash;
use crate::identity::mfa::{MFADeviceType, VirtualMFADeviceName};
use crate::identity::user::{DisplayName, ProvisionType, UserStatus};
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::report::history::{self, Cause, CauseType, Measures, Present};
use crate::report::score::Model;
use crate::report::thresholds::Thresholds;
use crate::store::seal::{SealKey, SecretOf};
use crate::store::tables::access_key_policies;
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::accounts::{self, Account};
use crate::store::tables::login_profiles::{self, LoginProfile};
use crate::store::tables::mfa_devices::{self, MfaDevice};
use crate::store::tables::root_passwords::{self, RootPassword};
use crate::store::tables::users::{self, User};
use crate::store::tables::{account_settings, password_history, user_tags};
use crate::store::{StoreError, Tx};
use crate::time::Timestamp;

/// A record on its way to the writer; `Ok(None)` ends the file, `Err` ends the import.
pub(super) struct Numbered {
    pub(super) line: u64,
    pub(super) bytes: u64,
    pub(super) record: Result<Option<Record>, Option<BadRecord>>,
}

/// Why an import ended early.
pub(super) enum Ended {
    Record(BadRecord),
    Store(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A failure inside the transaction: of a field of the record at hand, or of the store.
pub(super) enum Fault {
    Field(&'static str, String),
    Store(StoreError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Exists { what } => Self::Field("", format!("this {what} is already there")),
            other => Self::Store(other),
        }
    }
}

/// The writer's side.
pub(super) struct Importing {
    seal: SealKey,
    entropy: SeededEntropy,
    now: Timestamp,
    /// By what reports are counted and weighed.
    by: (Thresholds, Model),
    pub(super) imported: Imported,
    /// Accounts that were seen to be there.
    known: HashSet<AccountId>,
    /// The last id that was made for a user.
    last_user: Option<UserId>,
}

impl Importing {
    /// Begins with nothing.
    pub(super) fn new(seal: SealKey, entropy: &dyn Entropy, present: Present<'_>) -> Self {
        let entropy = SeededEntropy::from_entropy(entropy);
        let Present { now, measures } = present;
        let by = (measures.thresholds, measures.model.clone());
        Self { seal, entropy, now, by, imported: Imported::default(), known: HashSet::new(), last_user: None }
    }

    /// When what has no date of its own was made.
    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn entropy(&self) -> &dyn Entropy {
        &self.entropy
    }

    fn measures(&self) -> Measures<'_> {
        Measures { thresholds: self.by.0, model: &self.by.1 }
    }

    /// Takes everything up to the last word.
    pub(super) fn take_all(
        &mut self,
        tx: &mut Tx<'_>,
        records: &Receiver<Numbered>,
        told: &SyncSender<Imported>,
    ) -> Result<Imported, Ended> {
        let mut taken = 0_u64;
        // The sender ends every file with a last word; without it the reader has died and nothing may stay.
        while let Ok(Numbered { line, bytes, record }) = records.recv() {
            let record = match record {
                Ok(Some(record)) => record,
                Ok(None) => {
                    let cause = Cause::plain(CauseType::Import);
                    history::record(tx, &cause, self.now, self.measures())?;
                    return Ok(self.imported);
                }
                Err(Some(bad)) => return Err(Ended::Record(bad)),
                Err(None) => break,
            };
            self.imported.bytes += bytes;
            self.take(tx, record).map_err(|fault| match fault {
                Fault::Field(field, reason) => {
                    Ended::Record(BadRecord { line, field: field.to_owned(), reason })
                }
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

    /// An id for a user that brings none. They ascend in random steps: each row then goes to the end of its table, which
    /// makes a big import several times faster than ids from all over the range.
    fn new_user_id(&mut self) -> UserId {
        const LONGEST_STEP: u64 = 1 << 36;
        let mut random = [0; 8];
        self.entropy.fill(&mut random);
        let step = i64::try_from(u64::from_le_bytes(random) % LONGEST_STEP + 1).unwrap_or(1);
        let next = self.last_user.and_then(|last| UserId::new(last.get() + step));
        *self.last_user.insert(next.unwrap_or_else(|| UserId::generate(&self.entropy)))
    }

    fn take(&mut self, tx: &mut Tx<'_>, record: Record) -> Result<(), Fault> {
        match record {
            Record::Account(account) => self.account(tx, *account),
            Record::User(user) => {
                let account = self.named(tx, user.account_id, "a user")?;
                self.user(tx, account, *user)
            }
            Record::OIDCProvider(provider) => {
                self.know(tx, provider.account_id)?;
                providers::take_oidc(tx, *provider, self.now)
            }
            Record::SAMLProvider(provider) => {
                self.know(tx, provider.account_id)?;
                providers::take_saml(tx, *provider, self.now)
            }
            Record::SecurityException(exception) => {
                self.know(tx, exception.account_id)?;
                exceptions::take(tx, *exception, self.now)
            }
            Record::VirtualMFADevice(device) => {
                let account = self.named(tx, device.account_id, "a device")?;
                self.device(tx, account, None, device, self.now)
            }
            Record::Policy(policy) => {
                let account = self.named(tx, policy.account_id, "a policy")?;
                self.policy(tx, account, *policy)
            }
            Record::Group(group) => {
                let account = self.named(tx, group.account_id, "a group")?;
                self.group(tx, account, *group)
            }
            Record::Role(role) => {
                let account = self.named(tx, role.account_id, "a role")?;
                self.role(tx, account, *role)
            }
        }
    }

    /// The account that a record on a line of its own belongs to.
    fn named(&mut self, tx: &mut Tx<'_>, account: Option<AccountId>, what: &str) -> Result<AccountId, Fault> {
        let Some(account) = account else {
            let reason = format!("{what} on a line of its own must name its account");
            return Err(Fault::Field("AccountId", reason));
        };
        self.know(tx, account)?;
        Ok(account)
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
        self.known.insert(account);
        self.imported.accounts += 1;
        if let Some(policy) = &record.access_key_policy {
            access_key_policies::update_of_account(tx, account, policy)?;
        }
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
        if let Some(date) = record.governance_report_date {
            account_settings::update_governance_report_date(tx, account, date)?;
        }
        if let Some(text) = &record.root_password_hash {
            let password_hash = password_hash("RootPasswordHash", text)?;
            let password_date = record.root_password_date.unwrap_or(row.create_date);
            root_passwords::update(tx, &RootPassword { account, password_hash, password_date })?;
        }
        for device in record.virtual_mfa_devices {
            self.device(tx, account, None, device, row.create_date)?;
        }
        let belongs = |named: Option<AccountId>, what: &dyn std::fmt::Display| {
            if named.is_none_or(|named| named == account) {
                return Ok(());
            }
            Err(Fault::Field("AccountId", format!("{what} names another account")))
        };
        for policy in record.policies {
            belongs(policy.account_id, &format_args!("policy {}", policy.policy_name))?;
            self.policy(tx, account, policy)?;
        }
        for group in record.groups {
            belongs(group.account_id, &format_args!("group {}", group.group_name))?;
            self.group(tx, account, group)?;
        }
        for role in record.roles {
            belongs(role.account_id, &format_args!("role {}", role.role_name))?;
            self.role(tx, account, role)?;
        }
        for user in record.users {
            belongs(user.account_id, &format_args!("user {}", user.user_name))?;
            self.user(tx, account, user)?;
        }
        Ok(())
    }

    /// An account must stand before what belongs to it, in the file or in the store.
    fn know(&mut self, tx: &mut Tx<'_>, account: AccountId) -> Result<(), Fault> {
        if self.known.contains(&account) {
            return Ok(());
        }
        if accounts::find(tx, account)?.is_none() {
            let reason = format!("there is no account {account}; its line must come first");
            return Err(Fault::Field("AccountId", reason));
        }
        history::begin(tx, account, self.now, self.measures())?;
        self.known.insert(account);
        Ok(())
    }

    fn user(&mut self, tx: &mut Tx<'_>, account: AccountId, record: UserRecord) -> Result<(), Fault> {
        let create_date = record.create_date.unwrap_or(self.now);
        let display_name = match record.display_name {
            Some(name) => name,
            None => DisplayName::parse(record.user_name.as_str()).map_err(|rule| {
                Fault::Field("DisplayName", format!("missing, and the name is none ({})", rule.word()))
            })?,
        };
        let user_id = record.user_id.unwrap_or_else(|| self.new_user_id());
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
        users::insert(tx, &row)?;
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
        verifications::take(tx, (account, user_id), record.verifications, create_date)?;
        for tag in record.tags {
            user_tags::update(tx, account, user_id, &tag.key, &tag.value)?;
        }
        policies::of_user(tx, (account, user_id), record.groups, record.policies, create_date)
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
        if let Some(policy) = &record.access_key_policy {
            access_key_policies::update(tx, account, user_id, &row.access_key_id, policy)?;
        }
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
                let seed = data_encoding::BASE32_NOPAD
                    .decode(text.trim_end_matches('=').as_bytes())
                    .map_err(|_| {
                        Fault::Field(
                            "Base32StringSeed",
                            "not base32; write the letters A to Z and digits 2 to 7".to_owned(),
                        )
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
        Err(_) => {
            bad("write acs:ram::<AccountId>:mfa/<name>, or a name of 1 to 64 letters, digits and hyphens")
        }
    }
}

fn password_hash(field: &'static str, text: &str) -> Result<PasswordHash, Fault> {
    PasswordHash::parse(text)
        .ok_or_else(|| Fault::Field(field, "not an argon2id hash in PHC form".to_owned()))
}

fn login_profile(tx: &mut Tx<'_>, user: &User, record: LoginProfileRecord) -> Result<(), Fault> {
    let hash = password_hash;
    let create_date = record.create_date.unwrap_or(user.create_date);
    let password_hash =
        record.password_hash.as_deref().map(|text| hash("LoginProfile.PasswordHash", text)).transpose()?;
    let row = LoginProfile {
        account: user.account,
        user_id: user.user_id,
        status: record.status.unwrap_or(Status::Active),
        password_date: password_hash.as_ref().map(|_| record.password_date.unwrap_or(create_date)),
        password_hash,
        password_initial: record.password_initial,
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
