//! Everything a user has in other tables, as one text: what the bin keeps of it, so that it can come back as it was. Its
//! AccessKeys are not among it, they lie in the bin one by one. Must not know how long anything is kept.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::policy_attachments::{self, Attachment, Principal};
use super::{
    group_members, groups, login_profiles, mfa_devices, password_history, policies, user_tags, users,
    verifications,
};
use crate::identity::login_profile::PasswordHash;
use crate::identity::policy::PolicyType;
use crate::identity::user::{TagKey, TagValue};
use crate::ids::{AccountId, GroupId, UserId};
use crate::store::connection::{Arg, Columns, Row};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::time::Timestamp;

/// A value of a row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes { base64: String },
}

/// A row; read like one of the database.
struct Cells(Vec<(Cell, Vec<u8>)>);

impl Columns for Cells {
    fn column(&self, index: usize) -> Result<Arg<'_>, StoreError> {
        let (cell, bytes) =
            self.0.get(index).ok_or_else(|| StoreError::damaged("a kept row is too short"))?;
        Ok(match cell {
            Cell::Null => Arg::Null,
            Cell::Int(number) => Arg::Int(*number),
            Cell::Text(text) => Arg::Text(text),
            Cell::Bytes { .. } => Arg::Bytes(bytes),
        })
    }
}

impl Cells {
    fn open(cells: Vec<Cell>) -> Result<Self, StoreError> {
        let open = |cell| {
            let bytes = match &cell {
                Cell::Bytes { base64 } => BASE64
                    .decode(base64.as_bytes())
                    .map_err(|_| StoreError::damaged("a kept row holds no base64"))?,
                Cell::Null | Cell::Int(_) | Cell::Text(_) => Vec::new(),
            };
            Ok((cell, bytes))
        };
        cells.into_iter().map(open).collect::<Result<_, StoreError>>().map(Self)
    }
}

/// Where the rows of a user are: a table, the query of its rows with one argument for the account and one for the user,
/// and how many columns that has. The columns are those that the table's own reader reads.
const PARTS: &[(&str, &str, usize)] = &[
    (
        "users",
        "SELECT account, user_id, user_name, display_name, comments, email, mobile_phone, status, provision_type, \
         create_date, update_date, last_login_date FROM users WHERE account = ?1 AND user_id = ?2",
        12,
    ),
    (
        "user_tags",
        "SELECT tag_key, tag_value FROM user_tags WHERE account = ?1 AND user_id = ?2 ORDER BY tag_key",
        2,
    ),
    (
        "login_profiles",
        "SELECT account, user_id, status, password_hash, password_date, password_initial, password_reset_required, \
         mfa_bind_required, create_date, update_date, last_login_date, failed_attempts, failed_date \
         FROM login_profiles WHERE account = ?1 AND user_id = ?2",
        13,
    ),
    (
        "password_history",
        "SELECT password_hash FROM password_history WHERE account = ?1 AND user_id = ?2 ORDER BY place",
        1,
    ),
    (
        "verifications",
        "SELECT account, user_id, verify_type, address, update_date FROM verifications \
         WHERE account = ?1 AND user_id = ?2 ORDER BY verify_type",
        5,
    ),
];

const DEVICE: &str = "SELECT account, device_name, device_type, sealed_seed, create_date, user_id, activate_date, \
                      last_step FROM mfa_devices WHERE account = ?1 AND device_name = ?2";
const DEVICE_COLUMNS: usize = 8;

/// The text of all that a user has.
pub(super) fn gather(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<String, StoreError> {
    let mut kept: BTreeMap<&str, Vec<Vec<Cell>>> = BTreeMap::new();
    for (part, sql, columns) in PARTS {
        let rows = tx.list(sql, &[account.into(), user.into()], |row| cells(row, *columns))?;
        kept.insert(part, rows);
    }
    let mut devices = Vec::new();
    for device in mfa_devices::list_by_user(tx, account, user)? {
        let args = [account.into(), (&device.device_name).into()];
        devices.extend(tx.find(DEVICE, &args, |row| cells(row, DEVICE_COLUMNS))?);
    }
    kept.insert("mfa_devices", devices);
    let groups = group_members::list_groups(tx, account, user)?;
    let joined =
        |(group, date): (GroupId, Timestamp)| vec![Cell::Int(group.get()), Cell::Int(date.seconds())];
    kept.insert("group_members", groups.into_iter().map(joined).collect());
    let attached = policy_attachments::list(tx, account, Principal::User(user))?;
    let attached = attached.into_iter().map(|one| {
        let name = Cell::Text(one.policy_name.as_str().to_owned());
        vec![Cell::Text(one.policy_type.as_str().to_owned()), name, Cell::Int(one.attach_date.seconds())]
    });
    kept.insert("policy_attachments", attached.collect());
    serde_json::to_string(&kept).map_err(StoreError::other)
}

fn cells(row: Row<'_>, columns: usize) -> Result<Vec<Cell>, StoreError> {
    (0..columns).map(|index| row.get(index)).collect()
}

impl crate::store::connection::FromColumn for Cell {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        Some(match value {
            Arg::Null => Self::Null,
            Arg::Int(number) => Self::Int(number),
            Arg::Text(text) => Self::Text(text.to_owned()),
            Arg::Bytes(bytes) => Self::Bytes { base64: BASE64.encode(bytes) },
        })
    }
}

/// Deletes what [`gather`] has read, AccessKeys included.
pub(super) fn delete(tx: &mut Tx<'_>, account: AccountId, user: UserId) -> Result<(), StoreError> {
    for device in mfa_devices::list_by_user(tx, account, user)? {
        mfa_devices::delete(tx, account, &device.device_name)?;
    }
    users::delete(tx, account, user).map(drop)
}

/// Puts everything back where it was, but for groups and policies that are gone. `Exists` if its id or its name is taken, or a device has the name of its own.
pub(super) fn restore(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    kept: &str,
) -> Result<(), StoreError> {
    let mut kept: BTreeMap<String, Vec<Vec<Cell>>> = serde_json::from_str(kept)
        .map_err(|error| StoreError::damaged(format!("a user in the bin: {error}")))?;
    let mut take = |part: &str| -> Result<Vec<Cells>, StoreError> {
        kept.remove(part).unwrap_or_default().into_iter().map(Cells::open).collect()
    };
    for row in take("users")? {
        users::insert(tx, &users::read(Row::new(&row))?)?;
    }
    for row in take("user_tags")? {
        let (key, value): (TagKey, TagValue) = (Row::new(&row).get(0)?, Row::new(&row).get(1)?);
        user_tags::update(tx, account, user, &key, &value)?;
    }
    for row in take("login_profiles")? {
        login_profiles::insert(tx, &login_profiles::read(Row::new(&row))?)?;
    }
    for row in take("password_history")? {
        let hash: PasswordHash = Row::new(&row).get(0)?;
        password_history::insert(tx, account, user, &hash, usize::MAX)?;
    }
    for row in take("verifications")? {
        verifications::update(tx, &verifications::read(Row::new(&row))?)?;
    }
    for row in take("mfa_devices")? {
        mfa_devices::insert(tx, &mfa_devices::read(Row::new(&row))?)?;
    }
    for row in take("group_members")? {
        let (group, date): (GroupId, Timestamp) = (Row::new(&row).get(0)?, Row::new(&row).get(1)?);
        if groups::find(tx, account, group)?.is_some() {
            group_members::insert(tx, account, group, user, date)?;
        }
    }
    for row in take("policy_attachments")? {
        let row = Row::new(&row);
        let one = Attachment { policy_type: row.get(0)?, policy_name: row.get(1)?, attach_date: row.get(2)? };
        let there =
            one.policy_type == PolicyType::System || policies::find(tx, account, &one.policy_name)?.is_some();
        if there {
            policy_attachments::insert(tx, account, Principal::User(user), &one)?;
        }
    }
    Ok(())
}
