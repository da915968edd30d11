//! The changes of a history, made to the model and to the store.

use super::*;

/// A change of one account, chosen by chance; the same for model and store.
#[derive(Clone, Debug)]
pub(in crate::report) enum Change {
    CreateUser { number: i64, created: i64 },
    DeleteUser(i64),
    FreezeUser(i64),
    CreateKey { owner: i64, id: String, active: bool, created: i64, used: Option<i64> },
    SwitchKey { owner: i64, id: String, active: bool },
    UseKey { owner: i64, id: String, at: i64 },
    DeleteKey { owner: i64, id: String },
    CreateDevice(String),
    Bind { device: String, owner: i64 },
    Unbind(String),
    DeleteDevice(String),
    RequireKinds(usize),
    CreateProfile { owner: i64, active: bool, created: i64, logon: Option<i64> },
    SwitchProfile { owner: i64, active: bool, logon: Option<i64> },
    DeleteProfile(i64),
    LogOn { owner: i64, at: i64 },
}

impl Change {
    pub(in crate::report) fn apply_to_model(&self, model: &mut Model) {
        let key = |model: &mut Model, owner: &i64, id: &String, change: &dyn Fn(&mut Key)| {
            change(model.keys.get_mut(owner).unwrap().iter_mut().find(|key| key.id == *id).unwrap());
        };
        match self {
            Self::CreateUser { number, created } => {
                model.keys.insert(*number, Vec::new());
                model.created.insert(*number, *created);
            }
            Self::DeleteUser(user) => {
                model.keys.remove(user);
                model.created.remove(user);
                model.consoles.remove(user);
                model.logons.remove(user);
                model
                    .devices
                    .values_mut()
                    .filter(|owner| **owner == Some(*user))
                    .for_each(|owner| *owner = None);
            }
            Self::FreezeUser(_) => {}
            Self::CreateKey { owner, id, active, created, used } => {
                let new = Key { id: id.clone(), active: *active, created: *created, used: *used };
                model.keys.get_mut(owner).unwrap().push(new);
            }
            Self::SwitchKey { owner, id, active } => key(model, owner, id, &|key| key.active = *active),
            Self::UseKey { owner, id, at } => {
                key(model, owner, id, &|key| key.used = key.used.max(Some(*at)))
            }
            Self::DeleteKey { owner, id } => model.keys.get_mut(owner).unwrap().retain(|key| key.id != *id),
            Self::CreateDevice(device) => drop(model.devices.insert(device.clone(), None)),
            Self::Bind { device, owner } => drop(model.devices.insert(device.clone(), Some(*owner))),
            Self::Unbind(device) => drop(model.devices.insert(device.clone(), None)),
            Self::DeleteDevice(device) => drop(model.devices.remove(device)),
            Self::RequireKinds(kinds) => model.kinds_required = *kinds,
            Self::CreateProfile { owner, active, created, logon } => {
                let new = Console { active: *active, created: *created, logon: *logon };
                model.consoles.insert(*owner, new);
            }
            Self::SwitchProfile { owner, active, logon } => {
                let console = model.consoles.get_mut(owner).unwrap();
                (console.active, console.logon) = (*active, *logon);
            }
            Self::DeleteProfile(owner) => drop(model.consoles.remove(owner)),
            Self::LogOn { owner, at } => drop(model.logons.insert(*owner, *at)),
        }
    }

    pub(in crate::report) fn apply(
        &self,
        tx: &mut Tx<'_>,
        account: AccountId,
        now: i64,
    ) -> Result<(), StoreError> {
        let at = Timestamp::from_seconds;
        let key_of = |id: &str| key_id(&format!("{account}-{id}"));
        match self {
            Self::CreateUser { number, created } => {
                users::insert(tx, &users::User { create_date: at(*created), ..user(account, *number) })
            }
            Self::DeleteUser(number) => {
                users::delete(tx, account, user_id(*number)).map(|deleted| assert!(deleted))
            }
            Self::FreezeUser(number) => {
                let row = users::find(tx, account, user_id(*number))?.unwrap();
                users::update(tx, &users::User { status: UserStatus::Freeze, ..row })
            }
            Self::CreateKey { owner, id, active, created, used } => access_keys::insert(
                tx,
                &AccessKey {
                    status: if *active { Status::Active } else { Status::Inactive },
                    create_date: at(*created),
                    last_used_date: used.map(at),
                    ..key(account, user_id(*owner), key_of(id).as_str(), 0)
                },
            ),
            Self::SwitchKey { owner, id, active } => {
                let status = if *active { Status::Active } else { Status::Inactive };
                access_keys::update_status(tx, account, user_id(*owner), &key_of(id), status, at(now))
            }
            Self::UseKey { owner, id, at: used } => {
                access_keys::mark_used(tx, account, user_id(*owner), &key_of(id), at(*used), "Ims")
            }
            Self::DeleteKey { owner, id } => {
                access_keys::delete(tx, account, user_id(*owner), &key_of(id)).map(|deleted| assert!(deleted))
            }
            Self::CreateDevice(name) => mfa_devices::insert(tx, &device(account, name)),
            Self::Bind { device, owner } => {
                mfa_devices::bind(tx, account, &device_name(device), user_id(*owner), at(now), None)
            }
            Self::Unbind(name) => mfa_devices::unbind(tx, account, &device_name(name)).map(drop),
            Self::DeleteDevice(name) => {
                mfa_devices::delete(tx, account, &device_name(name)).map(|deleted| assert!(deleted))
            }
            Self::RequireKinds(kinds) => {
                let policy = PasswordPolicy {
                    require_lowercase_characters: *kinds > 0,
                    require_uppercase_characters: *kinds > 1,
                    require_numbers: *kinds > 2,
                    require_symbols: *kinds > 3,
                    ..PasswordPolicy::default()
                };
                accounts::update_password_policy(tx, account, &policy)
            }
            Self::CreateProfile { owner, active, created, logon } => login_profiles::insert(
                tx,
                &LoginProfile {
                    status: if *active { Status::Active } else { Status::Inactive },
                    create_date: at(*created),
                    last_login_date: logon.map(at),
                    ..profile(account, user_id(*owner))
                },
            ),
            Self::SwitchProfile { owner, active, logon } => {
                let row = login_profiles::find(tx, account, user_id(*owner))?.unwrap();
                let status = if *active { Status::Active } else { Status::Inactive };
                login_profiles::update(tx, &LoginProfile { status, last_login_date: logon.map(at), ..row })
            }
            Self::DeleteProfile(owner) => {
                login_profiles::delete(tx, account, user_id(*owner)).map(|deleted| assert!(deleted))
            }
            Self::LogOn { owner, at: logon } => {
                users::update_last_login_date(tx, account, user_id(*owner), at(*logon))
            }
        }
    }
}
