//! Rows to begin with; a test changes the one field it is about.

use crate::entropy::SeededEntropy;
use crate::identity::access_key::Status;
use crate::identity::domain_name::DefaultDomainName;
use crate::identity::login_profile::{HashCost, Password, PasswordHash};
use crate::identity::mfa::{MFADeviceType, VirtualMFADeviceName};
use crate::identity::password_policy::PasswordPolicy;
use crate::identity::security_preference::SecurityPreference;
use crate::identity::user::{
    Comments, DisplayName, Email, MobilePhone, ProvisionType, TagKey, TagValue, UserName, UserStatus,
};
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::connection::{Arg, FromColumn};
use crate::store::seal::SealKey;
use crate::store::tables::access_keys::AccessKey;
use crate::store::tables::accounts::{self, Account};
use crate::store::tables::login_profiles::LoginProfile;
use crate::store::tables::mfa_devices::MfaDevice;
use crate::store::tables::users::User;
use crate::store::verify::verify;
use crate::store::{Store, StoreError, Totals, Tx};
use crate::time::{Day, Timestamp};

/// The account most tests use.
pub const ACCOUNT: AccountId = AccountId::new(1_234_567_890_123_456).unwrap();

pub fn seal() -> SealKey {
    SealKey::parse(&"5e".repeat(32), "test").unwrap()
}

/// Noon of a day.
pub fn noon(day: i64) -> Timestamp {
    Day(day).start().plus_seconds(43_200)
}

pub fn user_id(number: i64) -> UserId {
    UserId::new(number).unwrap()
}

pub fn key_id(text: &str) -> AccessKeyId {
    text.parse().unwrap()
}

pub fn device_name(text: &str) -> VirtualMFADeviceName {
    VirtualMFADeviceName::parse(text).unwrap()
}

pub fn tag_key(text: &str) -> TagKey {
    TagKey::parse(text).unwrap()
}

pub fn tag_value(text: &str) -> TagValue {
    TagValue::parse(text).unwrap()
}

pub fn account(id: AccountId) -> Account {
    Account {
        deleting: false,
        account: id,
        default_domain: DefaultDomainName::of_account(id),
        create_date: noon(0),
        last_login_date: None,
        password_policy: PasswordPolicy::default(),
        security_preference: SecurityPreference::default(),
        totals: Totals::default(),
    }
}

pub fn user(account: AccountId, number: i64) -> User {
    User {
        account,
        user_id: user_id(number),
        user_name: UserName::parse(&format!("user{number}")).unwrap(),
        display_name: DisplayName::parse(&format!("User {number}")).unwrap(),
        comments: Comments::parse("").unwrap(),
        email: Email::parse("").unwrap(),
        mobile_phone: MobilePhone::parse("").unwrap(),
        status: UserStatus::Active,
        provision_type: ProvisionType::Manual,
        create_date: noon(10),
        update_date: noon(10),
        last_login_date: None,
    }
}

pub fn key(account: AccountId, user: UserId, id: &str, day: i64) -> AccessKey {
    AccessKey {
        account,
        user_id: user,
        access_key_id: key_id(id),
        sealed_secret: None,
        status: Status::Active,
        create_date: noon(day),
        update_date: noon(day),
        last_used_date: None,
        last_used_service: None,
    }
}

pub fn device(account: AccountId, name: &str) -> MfaDevice {
    MfaDevice {
        account,
        device_name: device_name(name),
        device_type: MFADeviceType::Vmfa,
        sealed_seed: None,
        create_date: noon(10),
        user_id: None,
        activate_date: None,
        last_step: None,
    }
}

pub fn profile(account: AccountId, user: UserId) -> LoginProfile {
    LoginProfile {
        account,
        user_id: user,
        status: Status::Active,
        password_hash: None,
        password_date: None,
        password_initial: false,
        password_reset_required: false,
        mfa_bind_required: false,
        create_date: noon(10),
        update_date: noon(10),
        last_login_date: None,
        failed_attempts: 0,
        failed_date: None,
    }
}

pub fn hash(number: u64) -> PasswordHash {
    let password = Password::new(&format!("password {number}")).unwrap();
    password.hash(HashCost::CHEAPEST, &SeededEntropy::new(number))
}

/// A write whose errors are the store's.
pub fn write<T: Send + 'static>(
    store: &Store,
    work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    store.write(work)
}

/// A read whose errors are the store's.
pub fn read<T>(store: &Store, work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>) -> T {
    store.read(work).unwrap()
}

/// The refusal of a write that must fail.
pub fn refused<T: Send + 'static>(
    store: &Store,
    work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> StoreError {
    let before = dump(store);
    let refusal = write(store, work).err().unwrap();
    assert_eq!(dump(store), before, "a refused write changed something");
    refusal
}

/// A store with the usual account, which is empty.
pub fn with_account(store: Store) -> Store {
    write(&store, |tx| accounts::insert(tx, &account(ACCOUNT))).unwrap();
    store
}

/// All rows of all tables as text, in the order of their keys, but for the server's own. Two equal dumps are two equal
/// stores.
pub fn dump(store: &Store) -> Vec<String> {
    const TABLES: &[(&str, usize)] = &[
        ("SELECT * FROM accounts ORDER BY account", 23),
        ("SELECT * FROM users ORDER BY account, user_id", 12),
        ("SELECT * FROM user_tags ORDER BY account, user_id, tag_key", 4),
        ("SELECT * FROM access_keys ORDER BY account, user_id, access_key_id", 9),
        ("SELECT * FROM access_key_owners ORDER BY access_key_id", 3),
        ("SELECT * FROM mfa_devices ORDER BY account, device_name", 8),
        ("SELECT * FROM login_profiles ORDER BY account, user_id", 13),
        ("SELECT * FROM password_history ORDER BY account, user_id, place", 4),
        ("SELECT * FROM report_days ORDER BY account, kind, day", 4),
        ("SELECT * FROM report_subjects ORDER BY account, kind, day, user_id", 4),
        ("SELECT * FROM report_history ORDER BY account, at, place", 25),
        ("SELECT * FROM collect_runs ORDER BY account, run", 9),
        ("SELECT * FROM mirrored_users ORDER BY account, user_id", 6),
        ("SELECT * FROM mirrored_devices ORDER BY account, device_name", 3),
        ("SELECT * FROM disappeared ORDER BY account, run, kind, user_id, subject", 6),
        ("SELECT * FROM security_exceptions ORDER BY account, exception_id", 10),
        ("SELECT * FROM groups ORDER BY account, group_id", 7),
        ("SELECT * FROM group_members ORDER BY account, group_id, user_id", 4),
        ("SELECT * FROM policies ORDER BY account, policy_name", 8),
        ("SELECT * FROM policy_versions ORDER BY account, policy_name, version", 5),
        (
            "SELECT * FROM policy_attachments \
             ORDER BY account, principal_type, principal_id, policy_type, policy_name",
            6,
        ),
        ("SELECT * FROM policy_uses ORDER BY account, policy_type, policy_name", 4),
        ("SELECT * FROM roles ORDER BY account, role_id", 10),
        ("SELECT * FROM tags ORDER BY account, resource_type, resource_id, tag_key", 5),
        ("SELECT * FROM oidc_providers ORDER BY account, provider_name", 10),
        ("SELECT * FROM saml_providers ORDER BY account, provider_name", 7),
        ("SELECT * FROM account_settings ORDER BY account, name", 3),
        ("SELECT * FROM access_key_policies ORDER BY account, user_id, access_key_id", 4),
        ("SELECT * FROM recycled_users ORDER BY account, user_id", 7),
        ("SELECT * FROM recycled_keys ORDER BY account, user_id, access_key_id", 12),
        ("SELECT * FROM verifications ORDER BY account, user_id, verify_type", 5),
        ("SELECT * FROM console_sessions ORDER BY account, token_hash", 8),
        ("SELECT * FROM root_passwords ORDER BY account", 3),
        ("SELECT * FROM nonces ORDER BY account, expires, fingerprint", 3),
    ];
    read(store, |tx| {
        let mut rows = Vec::new();
        for (sql, columns) in TABLES {
            rows.extend(tx.list(sql, &[], |row| {
                assert!(row.get::<Any>(*columns).is_err(), "{sql} has more than {columns} columns");
                let cells: Result<Vec<Any>, _> = (0..*columns).map(|index| row.get(index)).collect();
                let cells: Vec<String> = cells?.into_iter().map(|cell| cell.0).collect();
                Ok(format!("{} {}", sql.split(' ').nth(3).unwrap(), cells.join("|")))
            })?);
        }
        Ok(rows)
    })
}

struct Any(String);

impl FromColumn for Any {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        Some(Self(match value {
            Arg::Null => "-".to_owned(),
            Arg::Int(number) => number.to_string(),
            Arg::Text(text) => format!("{text:?}"),
            Arg::Bytes(bytes) => format!("{bytes:?}"),
        }))
    }
}

/// What is stored for the report is what the rows say, in every account.
pub fn assert_verified(store: &Store) {
    read(store, |tx| {
        let mut all = accounts::list(tx, None, 1000)?;
        all.extend(accounts::find(tx, AccountId::OPERATOR)?);
        for row in all {
            let differences = verify(tx, row.account)?;
            assert!(differences.is_empty(), "{}: {differences:?}", row.account);
        }
        Ok(())
    });
}
