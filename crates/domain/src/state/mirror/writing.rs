//! Writes what was learned into the rows of a mirrored account. A row that says the same already is left alone. Must not
//! know where it was learned.

use super::learned::{Learned, LearnedAccount, LearnedDevice, LearnedProfile, LearnedRow, Todo};
use super::unknown::Unknown;
use crate::entropy::Entropy;
use crate::identity::access_key::Status;
use crate::identity::mfa::{MFADeviceType, VirtualMFADeviceName};
use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, ProvisionType, UserName, UserStatus};
use crate::ids::{AccountId, UserId};
use crate::store::tables::disappeared::{self, Disappeared};
use crate::store::tables::login_profiles::{self, LoginProfile};
use crate::store::tables::mfa_devices::{self, MfaDevice};
use crate::store::tables::mirrored_users::{self, MirroredUser};
use crate::store::tables::users::{self, User};
use crate::store::tables::{accounts, mirrored_devices};
use crate::store::{StoreError, Tx};
use crate::time::Timestamp;

/// Before the names of keys and devices of which only the fact is known.
pub(super) const MADE_UP: &str = "unknown-";
/// The name of root's device, which no call tells.
const ROOT_DEVICE: &str = "root-account-mfa-device";

/// What a user is called whose name another has taken, until it is seen under its new one.
pub(super) fn without_name(user: UserId) -> String {
    format!("renamed-{user}")
}

/// One transaction of a run.
pub(super) struct Writing<'a, 'tx> {
    pub(super) tx: &'a mut Tx<'tx>,
    pub(super) account: AccountId,
    pub(super) run: i64,
    pub(super) at: Timestamp,
    pub(super) entropy: &'a dyn Entropy,
    /// Whether this run lists the devices, so that one it has not seen is not there.
    pub(super) lists_devices: bool,
}

impl Writing<'_, '_> {
    /// Writes one thing learned.
    pub(super) fn write(&mut self, learned: Learned) -> Result<(), StoreError> {
        match learned {
            Learned::Account(account) => self.account(account),
            Learned::DefaultDomain(domain) => {
                let account = accounts::find(self.tx, self.account)?;
                match account.filter(|account| account.default_domain != domain) {
                    Some(_) => accounts::update_default_domain(self.tx, self.account, &domain),
                    None => Ok(()),
                }
            }
            Learned::RootDates { create_date, last_login_date } => {
                self.root_dates(create_date, last_login_date)
            }
            Learned::User(user, todo) => self.user(&user, &todo),
            Learned::Row(row) => self.row(*row),
            Learned::Keys(user, keys) => self.keys(user, keys),
            Learned::RootKeyCount(count) => self.root_key_count(count),
            Learned::Device(device) => self.device(&device),
            Learned::Bound(user, bound) => self.bound(user, bound),
            Learned::LoginProfile(user, profile) => self.login_profile(user, profile),
            Learned::Todo(user, todo) => self.mark(user, |row| put_todo(row, &todo)),
            Learned::Vanished(user) => {
                let before = self.run - 1;
                self.mark(user, |row| {
                    row.run = before;
                    put_todo(row, &Todo::default());
                })
            }
        }
    }

    /// Changes what is known about the knowledge of a user.
    pub(super) fn mark(
        &mut self,
        user_id: UserId,
        change: impl FnOnce(&mut MirroredUser),
    ) -> Result<(), StoreError> {
        let (account, run) = (self.account, self.run);
        let before = mirrored_users::find(self.tx, account, user_id)?;
        let mut row =
            before.clone().unwrap_or(MirroredUser { account, user_id, run, unknown: 0, todo: 0, hint: None });
        change(&mut row);
        if before.as_ref() == Some(&row) { Ok(()) } else { mirrored_users::update(self.tx, &row) }
    }

    pub(super) fn know(&mut self, user: UserId, what: Unknown, unknown: bool) -> Result<(), StoreError> {
        self.mark(user, |row| row.unknown = Unknown::of(row.unknown).set(what, unknown).bits())
    }

    pub(super) fn gone(&mut self, kind: &str, user_id: UserId, subject: &str) -> Result<(), StoreError> {
        if subject.starts_with(MADE_UP) {
            return Ok(());
        }
        let row = Disappeared {
            account: self.account,
            run: self.run,
            kind: kind.to_owned(),
            user_id,
            subject: subject.to_owned(),
            gone_date: self.at,
        };
        disappeared::insert(self.tx, &row)
    }

    fn account(&mut self, learned: LearnedAccount) -> Result<(), StoreError> {
        let account = self.account;
        let before = accounts::find(self.tx, account)?.ok_or(StoreError::Absent { what: "account" })?;
        if let Some(at) = learned.last_login_date
            && at != before.last_login_date
        {
            accounts::update_last_login_date(self.tx, account, at)?;
        }
        if let Some(at) = learned.create_date
            && at != before.create_date
        {
            accounts::update_create_date(self.tx, account, at)?;
        }
        if let Some(policy) = &learned.password_policy
            && *policy != before.password_policy
        {
            accounts::update_password_policy(self.tx, account, policy)?;
        }
        if let Some(preference) = &learned.security_preference
            && *preference != before.security_preference
        {
            accounts::update_security_preference(self.tx, account, preference)?;
        }
        let run = self.run;
        self.mark(UserId::ROOT, |row| {
            row.run = run;
            let unknown = Unknown::of(row.unknown)
                .set(Unknown::ACCOUNT_CREATE_DATE, learned.create_date.is_none())
                .set(Unknown::ROOT_LOGIN, learned.last_login_date.is_none())
                .set(Unknown::PASSWORD_POLICY, learned.password_policy.is_none())
                .set(Unknown::SECURITY_PREFERENCE, learned.security_preference.is_none());
            row.unknown = unknown.bits();
        })
    }

    fn root_dates(
        &mut self,
        create_date: Timestamp,
        last_login_date: Option<Option<Timestamp>>,
    ) -> Result<(), StoreError> {
        if let Some(at) = last_login_date {
            accounts::update_last_login_date(self.tx, self.account, at)?;
        }
        accounts::update_create_date(self.tx, self.account, create_date)?;
        let run = self.run;
        self.mark(UserId::ROOT, |row| {
            row.run = run;
            let unknown = Unknown::of(row.unknown)
                .set(Unknown::ACCOUNT_CREATE_DATE, false)
                .set(Unknown::ROOT_LOGIN, last_login_date.is_none());
            row.unknown = unknown.bits();
        })
    }

    fn user(&mut self, user: &User, todo: &Todo) -> Result<(), StoreError> {
        self.free_name(&user.user_name, user.user_id)?;
        self.put_user(user)?;
        let run = self.run;
        self.mark(user.user_id, |row| {
            row.run = run;
            row.unknown = 0;
            put_todo(row, todo);
        })
    }

    fn put_user(&mut self, user: &User) -> Result<(), StoreError> {
        match users::find(self.tx, self.account, user.user_id)? {
            None => users::insert(self.tx, user),
            Some(before) if before == *user => Ok(()),
            Some(_) => users::update(self.tx, user),
        }
    }

    /// Another user with this name is one that was renamed or deleted, or this very one under a made-up id.
    fn free_name(&mut self, name: &UserName, of: UserId) -> Result<(), StoreError> {
        let Some(mut other) = users::find_by_name(self.tx, self.account, name)? else { return Ok(()) };
        if other.user_id == of {
            return Ok(());
        }
        let known = mirrored_users::find(self.tx, self.account, other.user_id)?;
        if known.is_some_and(|row| Unknown::of(row.unknown).has(Unknown::USER_ID)) {
            users::delete(self.tx, self.account, other.user_id)?;
            return mirrored_users::delete(self.tx, self.account, other.user_id);
        }
        let former = other.user_name.to_string();
        other.user_name = UserName::parse(&without_name(other.user_id))
            .expect("a short text of letters, digits and a hyphen");
        users::update(self.tx, &other)?;
        // If this run does not see it again, it is gone by the name that it had.
        let run = self.run;
        self.mark(other.user_id, |row| {
            if row.run < run {
                row.hint = Some(former);
            }
        })
    }

    fn row(&mut self, learned: LearnedRow) -> Result<(), StoreError> {
        let Some(name) = learned.user_name else {
            self.root_dates(learned.create_date, learned.last_login_date)?;
            self.bound(UserId::ROOT, learned.bound)?;
            return self.keys(UserId::ROOT, learned.keys);
        };
        let before = users::find_by_name(self.tx, self.account, &name)?;
        let (user, mut unknown) = match before {
            Some(before) => {
                let known = mirrored_users::find(self.tx, self.account, before.user_id)?;
                let unknown = Unknown::of(known.map_or(0, |row| row.unknown));
                (User { create_date: learned.create_date, ..before }, unknown)
            }
            None => (self.made_up(name, learned.create_date)?, Unknown::USER_ID),
        };
        let last_login_date = learned.last_login_date.unwrap_or(user.last_login_date);
        let user = User { last_login_date, ..user };
        self.put_user(&user)?;
        // What an earlier walk has learned stands, and may no longer be so.
        unknown = unknown.and(Unknown::USER_DETAILS);
        let run = self.run;
        self.mark(user.user_id, |row| {
            row.run = run;
            row.unknown = unknown.bits();
            put_todo(row, &Todo::default());
        })?;
        self.keys(user.user_id, learned.keys)?;
        self.console(&user, learned.console)?;
        self.bound(user.user_id, learned.bound)
    }

    fn made_up(&mut self, name: UserName, create_date: Timestamp) -> Result<User, StoreError> {
        let user_id = loop {
            let id = UserId::generate(self.entropy);
            if users::find(self.tx, self.account, id)?.is_none() {
                break id;
            }
        };
        let empty = "an empty text is one";
        Ok(User {
            account: self.account,
            user_id,
            display_name: DisplayName::parse(name.as_str()).expect("a name is a display name"),
            user_name: name,
            comments: Comments::parse("").expect(empty),
            email: Email::parse("").expect(empty),
            mobile_phone: MobilePhone::parse("").expect(empty),
            status: UserStatus::Active,
            provision_type: ProvisionType::Manual,
            create_date,
            update_date: create_date,
            last_login_date: None,
        })
    }

    fn device(&mut self, learned: &LearnedDevice) -> Result<(), StoreError> {
        // A device of a user that came after the users were listed is nobody's that is known.
        let owner = match learned.user_id {
            Some(user) if !user.is_root() && users::find(self.tx, self.account, user)?.is_none() => None,
            owner => owner,
        };
        let before = mfa_devices::find(self.tx, self.account, &learned.name)?;
        let create_date = before.as_ref().map(|device| device.create_date);
        let after = MfaDevice {
            account: self.account,
            device_name: learned.name.clone(),
            device_type: learned.device_type,
            sealed_seed: None,
            create_date: create_date.or(learned.activate_date).unwrap_or(self.at),
            user_id: owner,
            activate_date: owner.and(learned.activate_date),
            last_step: None,
        };
        if before.as_ref() != Some(&after) {
            if before.is_some() {
                mfa_devices::delete(self.tx, self.account, &after.device_name)?;
            }
            mfa_devices::insert(self.tx, &after)?;
        }
        mirrored_devices::update(self.tx, self.account, &after.device_name, self.run)?;
        match owner {
            Some(user) => self.know(user, Unknown::MFA.and(Unknown::MFA_DEVICE), false),
            None => Ok(()),
        }
    }

    fn bound(&mut self, user: UserId, bound: Option<bool>) -> Result<(), StoreError> {
        self.know(user, Unknown::MFA, bound.is_none())?;
        if bound == Some(false) {
            // What it had was not seen in this run and goes at its end.
            return self.know(user, Unknown::MFA_DEVICE, false);
        }
        let mut kept = false;
        for device in mfa_devices::list_by_user(self.tx, self.account, user)? {
            let is_listed = device.device_type == MFADeviceType::Vmfa
                && !device.device_name.as_str().starts_with(MADE_UP)
                && device.device_name.as_str() != ROOT_DEVICE;
            if self.lists_devices && is_listed {
                let seen = mirrored_devices::find(self.tx, self.account, &device.device_name)?;
                kept |= seen == Some(self.run);
            } else {
                mirrored_devices::update(self.tx, self.account, &device.device_name, self.run)?;
                kept = true;
            }
        }
        if bound.is_none() || kept {
            return Ok(());
        }
        let name = if user.is_root() { ROOT_DEVICE.to_owned() } else { format!("{MADE_UP}{user}") };
        let device = MfaDevice {
            account: self.account,
            device_name: VirtualMFADeviceName::parse(&name)
                .expect("a short text of letters, digits and hyphens"),
            device_type: MFADeviceType::Vmfa,
            sealed_seed: None,
            create_date: self.at,
            user_id: Some(user),
            activate_date: Some(self.at),
            last_step: None,
        };
        mfa_devices::insert(self.tx, &device)?;
        mirrored_devices::update(self.tx, self.account, &device.device_name, self.run)?;
        self.know(user, Unknown::MFA_DEVICE, true)
    }

    fn login_profile(
        &mut self,
        user: UserId,
        learned: Option<Option<LearnedProfile>>,
    ) -> Result<(), StoreError> {
        self.know(user, Unknown::LOGIN_PROFILE, learned.is_none())?;
        let before = login_profiles::find(self.tx, self.account, user)?;
        match learned {
            None => Ok(()),
            Some(None) => self.no_profile(user, before.is_some()),
            Some(Some(learned)) => {
                self.know(user, Unknown::LOGIN_PROFILE_DETAILS, false)?;
                // Nobody is told when a profile was made: it was not after it was changed for the first time known.
                let create_date = before.as_ref().map_or(learned.update_date, |profile| profile.create_date);
                let after = LoginProfile {
                    status: learned.status,
                    password_reset_required: learned.password_reset_required,
                    mfa_bind_required: learned.mfa_bind_required,
                    create_date: create_date.min(learned.update_date),
                    update_date: learned.update_date,
                    last_login_date: learned.last_login_date,
                    ..self.blank_profile(user, learned.update_date)
                };
                self.put_profile(before, &after)
            }
        }
    }

    /// What a row of the credential report says of the console.
    fn console(&mut self, user: &User, console: Option<Option<Status>>) -> Result<(), StoreError> {
        self.know(user.user_id, Unknown::LOGIN_PROFILE, console.is_none())?;
        let before = login_profiles::find(self.tx, self.account, user.user_id)?;
        match console {
            None => Ok(()),
            Some(None) => self.no_profile(user.user_id, before.is_some()),
            Some(Some(status)) => {
                self.know(user.user_id, Unknown::LOGIN_PROFILE_DETAILS, true)?;
                let known = before.clone();
                let known = known.unwrap_or_else(|| self.blank_profile(user.user_id, self.at));
                let after = LoginProfile { status, last_login_date: user.last_login_date, ..known };
                self.put_profile(before, &after)
            }
        }
    }

    fn no_profile(&mut self, user: UserId, was_there: bool) -> Result<(), StoreError> {
        self.know(user, Unknown::LOGIN_PROFILE_DETAILS, false)?;
        if !was_there {
            return Ok(());
        }
        let name = users::find(self.tx, self.account, user)?.map(|user| user.user_name.to_string());
        self.gone("LoginProfile", user, &name.unwrap_or_default())?;
        login_profiles::delete(self.tx, self.account, user).map(drop)
    }

    fn blank_profile(&self, user_id: UserId, at: Timestamp) -> LoginProfile {
        LoginProfile {
            account: self.account,
            user_id,
            status: Status::Active,
            password_hash: None,
            password_date: None,
            password_initial: false,
            password_reset_required: false,
            mfa_bind_required: false,
            create_date: at,
            update_date: at,
            last_login_date: None,
            failed_attempts: 0,
            failed_date: None,
        }
    }

    fn put_profile(&mut self, before: Option<LoginProfile>, after: &LoginProfile) -> Result<(), StoreError> {
        match before {
            None => login_profiles::insert(self.tx, after),
            Some(before) if before == *after => Ok(()),
            Some(_) => login_profiles::update(self.tx, after),
        }
    }
}

fn put_todo(row: &mut MirroredUser, todo: &Todo) {
    row.todo = todo.bits();
    row.hint = todo.hint();
}
