//! Writes a state file: one consistent picture of the store, page by page, whatever its size.

use std::io::{self, Write};

use super::record::{
    AccessKeyRecord, AccountRecord, DeviceRecord, LoginProfileRecord, Record, TagRecord, UserRecord,
};
use crate::arn::{Arn, Resource};
use crate::identity::password_policy::PasswordPolicy;
use crate::identity::security_preference::SecurityPreference;
use crate::identity::user::UserStatusFilter;
use crate::ids::{AccountId, UserId};
use crate::store::seal::{SealKey, SecretOf};
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::accounts::{self, Account};
use crate::store::tables::login_profiles;
use crate::store::tables::mfa_devices::{self, MfaDevice};
use crate::store::tables::policy_attachments::Principal;
use crate::store::tables::users::{self, User};
use crate::store::tables::{
    access_key_policies, account_settings, oidc_providers, password_history, root_passwords,
};
use crate::store::tables::{saml_providers, security_exceptions, user_tags, verifications};
use crate::store::{Store, StoreError, Tx};

/// Rows read at a time.
pub(super) const PAGE: usize = 1000;

/// Which accounts, and whether with what must stay secret.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// One account; all, if `None`.
    pub account: Option<AccountId>,
    /// Opens secrets, seeds and hashes for the file; without it they are left out.
    pub secrets: Option<&'a SealKey>,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// Accounts.
    pub accounts: u64,
    /// RAM users.
    pub users: u64,
}

/// Why the file is not complete.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file cannot be written.
    #[error("the state file cannot be written: {0}")]
    Write(#[from] io::Error),
    /// A record cannot be written as JSON.
    #[error("a record cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The account is not there.
    #[error("there is no account {0} in the store")]
    NoSuchAccount(AccountId),
}

/// Writes what is wanted to `out`. `progress` is told after every page.
///
/// # Errors
/// A failure of the store or of `out`; the file is then incomplete.
pub fn export(
    store: &Store,
    wanted: Wanted<'_>,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(&Exported),
) -> Result<Exported, ExportError> {
    store.read(|tx| {
        let mut exporting = Exporting { tx, secrets: wanted.secrets, out, exported: Exported::default() };
        match wanted.account {
            Some(id) => {
                let account = accounts::find(exporting.tx, id)?.filter(|account| !account.deleting);
                let account = account.ok_or(ExportError::NoSuchAccount(id))?;
                exporting.account(&account, progress)?;
            }
            None => {
                let mut after = None;
                loop {
                    let page = accounts::list(exporting.tx, after, PAGE)?;
                    for account in page.iter().filter(|account| !account.deleting) {
                        exporting.account(account, progress)?;
                    }
                    after = page.last().map(|account| account.account);
                    if page.len() < PAGE {
                        break;
                    }
                }
            }
        }
        exporting.out.flush()?;
        Ok(exporting.exported)
    })
}

pub(super) struct Exporting<'a, 'tx> {
    pub(super) tx: &'a mut Tx<'tx>,
    secrets: Option<&'a SealKey>,
    out: &'a mut dyn Write,
    exported: Exported,
}

impl Exporting<'_, '_> {
    pub(super) fn line(&mut self, record: &Record) -> Result<(), ExportError> {
        serde_json::to_writer(&mut *self.out, record)?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    fn account(&mut self, row: &Account, progress: &mut dyn FnMut(&Exported)) -> Result<(), ExportError> {
        let account = row.account;
        let initial = Account::new(account, row.create_date).default_domain;
        let root_mfa_device = match mfa_devices::find_by_user(self.tx, account, UserId::ROOT)? {
            Some(device) => Some(self.device(&device)?),
            None => None,
        };
        let root_access_keys = self.keys(account, UserId::ROOT)?;
        let access_key_policy = access_key_policies::find_of_account(self.tx, account)?;
        let root_password =
            if self.secrets.is_some() { root_passwords::find(self.tx, account)? } else { None };
        let governance_report_date = account_settings::find_governance_report_date(self.tx, account)?;
        self.line(&Record::Account(Box::new(AccountRecord {
            governance_report_date,
            account_id: account,
            account_alias: None,
            default_domain_name: (row.default_domain != initial).then(|| row.default_domain.clone()),
            create_date: Some(row.create_date),
            last_login_date: row.last_login_date,
            root_mfa: false,
            root_mfa_device,
            root_access_keys,
            root_password_hash: root_password.as_ref().map(|row| row.password_hash.as_str().to_owned()),
            root_password_date: root_password.as_ref().map(|row| row.password_date),
            password_policy: (row.password_policy != PasswordPolicy::default())
                .then(|| row.password_policy.clone()),
            security_preference: (row.security_preference != SecurityPreference::default())
                .then(|| row.security_preference.clone()),
            access_key_policy,
            policies: Vec::new(),
            groups: Vec::new(),
            roles: Vec::new(),
            users: Vec::new(),
            virtual_mfa_devices: Vec::new(),
        })))?;
        self.exported.accounts += 1;
        self.policies_groups_roles(account)?;
        self.unbound_devices(account)?;
        self.identity_providers(account)?;
        self.exceptions(account)?;
        let mut after = None;
        loop {
            let page = users::list(self.tx, account, after, PAGE, UserStatusFilter::BOTH)?;
            for user in &page {
                self.user(user)?;
            }
            progress(&self.exported);
            after = page.last().map(|user| user.user_id);
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }

    fn unbound_devices(&mut self, account: AccountId) -> Result<(), ExportError> {
        let mut after = None;
        loop {
            let page = mfa_devices::list(self.tx, account, after.as_ref(), PAGE)?;
            for device in page.iter().filter(|device| device.user_id.is_none()) {
                let mut record = self.device(device)?;
                record.account_id = Some(account);
                self.line(&Record::VirtualMFADevice(record))?;
            }
            after = page.last().map(|device| device.device_name.clone());
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// A quota bounds them to a few.
    fn identity_providers(&mut self, account: AccountId) -> Result<(), ExportError> {
        for row in oidc_providers::list(self.tx, account, None, PAGE)? {
            self.line(&Record::OIDCProvider(Box::new(row.into())))?;
        }
        for row in saml_providers::list(self.tx, account, None, PAGE)? {
            self.line(&Record::SAMLProvider(Box::new(row.into())))?;
        }
        Ok(())
    }

    fn exceptions(&mut self, account: AccountId) -> Result<(), ExportError> {
        let mut after = None;
        loop {
            let page = security_exceptions::list(self.tx, account, after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.exception_id.clone());
            for row in page {
                self.line(&Record::SecurityException(Box::new(row.into())))?;
            }
        }
    }

    fn user(&mut self, row: &User) -> Result<(), ExportError> {
        let (account, user) = (row.account, row.user_id);
        let access_keys = self.keys(account, user)?;
        let mfa_device = match mfa_devices::find_by_user(self.tx, account, user)? {
            Some(device) => Some(self.device(&device)?),
            None => None,
        };
        let login_profile = self.login_profile(account, user)?;
        let verifications = verifications::list(self.tx, account, user)?;
        let tags = user_tags::list(self.tx, account, user)?;
        let groups = self.memberships(account, user)?;
        let policies = self.attachments(account, Principal::User(user))?;
        let some = |text: &str| !text.is_empty();
        self.line(&Record::User(Box::new(UserRecord {
            account_id: Some(account),
            user_name: row.user_name.clone(),
            user_id: Some(user),
            display_name: Some(row.display_name.clone()),
            comments: some(row.comments.as_str()).then(|| row.comments.clone()),
            email: some(row.email.as_str()).then(|| row.email.clone()),
            mobile_phone: some(row.mobile_phone.as_str()).then(|| row.mobile_phone.clone()),
            status: Some(row.status),
            provision_type: Some(row.provision_type),
            create_date: Some(row.create_date),
            update_date: Some(row.update_date),
            last_login_date: row.last_login_date,
            mfa_device,
            login_profile,
            access_keys,
            verifications: verifications.into_iter().map(Into::into).collect(),
            tags: tags.into_iter().map(|(key, value)| TagRecord { key, value }).collect(),
            groups,
            policies,
        })))?;
        self.exported.users += 1;
        Ok(())
    }

    fn keys(&mut self, account: AccountId, user: UserId) -> Result<Vec<AccessKeyRecord>, ExportError> {
        let keys = access_keys::list(self.tx, account, user)?;
        keys.iter().map(|key| self.key(key)).collect()
    }

    fn key(&mut self, row: &AccessKey) -> Result<AccessKeyRecord, ExportError> {
        let secret = match (self.secrets, &row.sealed_secret) {
            (Some(seal), Some(sealed)) => {
                let secret = seal.open(SecretOf::AccessKey(row.account, &row.access_key_id), sealed)?;
                Some(String::from_utf8_lossy(&secret).into_owned())
            }
            _ => None,
        };
        let policy = access_key_policies::find(self.tx, row.account, row.user_id, &row.access_key_id)?;
        Ok(AccessKeyRecord {
            access_key_id: Some(row.access_key_id.clone()),
            access_key_secret: secret,
            status: Some(row.status),
            create_date: Some(row.create_date),
            update_date: Some(row.update_date),
            last_used_date: row.last_used_date,
            last_used_service: row.last_used_service.clone(),
            access_key_policy: policy,
        })
    }

    fn device(&self, row: &MfaDevice) -> Result<DeviceRecord, ExportError> {
        let seed = match (self.secrets, &row.sealed_seed) {
            (Some(seal), Some(sealed)) => {
                let seed = seal.open(SecretOf::MfaDevice(row.account, &row.device_name), sealed)?;
                Some(data_encoding::BASE32_NOPAD.encode(&seed))
            }
            _ => None,
        };
        let arn = Arn { account: row.account, resource: Resource::Mfa(row.device_name.clone()) };
        Ok(DeviceRecord {
            account_id: None,
            device_type: row.device_type,
            serial_number: arn.to_string(),
            base32_string_seed: seed,
            create_date: Some(row.create_date),
            activate_date: row.activate_date,
        })
    }

    fn login_profile(
        &mut self,
        account: AccountId,
        user: UserId,
    ) -> Result<Option<LoginProfileRecord>, ExportError> {
        let Some(row) = login_profiles::find(self.tx, account, user)? else { return Ok(None) };
        let hashes = self.secrets.is_some();
        let history = if hashes { password_history::list(self.tx, account, user, PAGE)? } else { Vec::new() };
        Ok(Some(LoginProfileRecord {
            status: Some(row.status),
            password_reset_required: row.password_reset_required,
            password_initial: row.password_initial && hashes,
            mfa_bind_required: row.mfa_bind_required,
            password_hash: row.password_hash.filter(|_| hashes).map(|hash| hash.as_str().to_owned()),
            password_history: history.iter().map(|hash| hash.as_str().to_owned()).collect(),
            password_date: row.password_date.filter(|_| hashes),
            create_date: Some(row.create_date),
            update_date: Some(row.update_date),
            last_login_time: row.last_login_date,
        }))
    }
}
