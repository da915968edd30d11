//! Identities with what the report knows of each, many in one statement: of a list of subjects, or of the users by name.
//! Reads tables that have files of their own and changes none. Must not know checks.

use super::{access_keys, login_profiles, mfa_devices, rows, users};
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::connection::{Arg, Row};
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::store::upkeep::{Dates, KeyFacts, Subject, SubjectKind};
use crate::time::Day;

/// The parts of an identity beside its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// Its AccessKeys.
    pub keys: bool,
    /// Whether it has an MFA device.
    pub device: bool,
    /// Its way into the console.
    pub console: bool,
}

impl Parts {
    /// All of it.
    pub const ALL: Self = Self { keys: true, device: true, console: true };

    /// These and those.
    pub const fn and(self, other: Self) -> Self {
        Self {
            keys: self.keys || other.keys,
            device: self.device || other.device,
            console: self.console || other.console,
        }
    }
}

/// A RAM user, or root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id; root's is 0.
    pub user: UserId,
    /// Its name; empty for root, so that root comes first.
    pub name: String,
    /// What the report knows of it.
    pub subject: Subject,
    /// The ids of its keys, oldest first, in the order of `subject.keys`.
    pub key_ids: Vec<AccessKeyId>,
}

/// Root, or the RAM user of that id, with the parts asked for and the others empty; `None` if there is none.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    user: UserId,
    parts: Parts,
) -> Result<Option<Identity>, StoreError> {
    let mut subject = Subject::default();
    let mut name = String::new();
    if !user.is_root() {
        let Some((named, dates)) = users::find_dates(tx, account, user)? else { return Ok(None) };
        (name, subject.user) = (named.to_string(), Some(dates));
    }
    let mut key_ids = Vec::new();
    if parts.keys {
        (key_ids, subject.keys) = access_keys::list_facts(tx, account, user)?.into_iter().unzip();
    }
    if parts.device {
        subject.bound = mfa_devices::is_bound(tx, account, user)?;
    }
    if parts.console {
        subject.console = login_profiles::dates(tx, account, user)?;
    }
    Ok(Some(Identity { user, name, subject, key_ids }))
}

// A statement for each mix of parts that a check may ask for: what is not asked for costs nothing. The list is cut before
// anything is joined to it, as an identity with two keys gives two rows; and no statement sorts, since the rows are few.
macro_rules! select {
    ($from:expr; $name:literal, $day:literal; $columns:expr, $joins:expr) => {
        concat!(
            "SELECT ",
            $day,
            ", i.user_id, ",
            $name,
            ".user_name, ",
            $name,
            ".create_date, ",
            $name,
            ".last_login_date",
            $columns,
            $from,
            $joins
        )
    };
}
macro_rules! listed {
    ($columns:expr, $joins:expr) => {
        select!(
            " FROM (SELECT day, user_id FROM report_subjects WHERE account = ?1 AND kind = ?2 \
             AND (day, user_id) > (?3, ?4) AND day <= ?5 ORDER BY day, user_id LIMIT ?6) AS i \
             LEFT JOIN users AS u ON u.account = ?1 AND u.user_id = i.user_id";
            "u", "i.day"; $columns, $joins
        )
    };
}
macro_rules! named {
    ($columns:expr, $joins:expr) => {
        select!(
            " FROM (SELECT user_id, user_name, create_date, last_login_date FROM users \
             WHERE account = ?1 AND user_name >= ?2 ORDER BY user_name LIMIT ?3) AS i";
            "i", "0"; $columns, $joins
        )
    };
}
macro_rules! device {
    () => {
        ", (SELECT COUNT(*) FROM mfa_devices AS d WHERE d.account = ?1 AND d.user_id = i.user_id)"
    };
}
macro_rules! console {
    () => {
        " LEFT JOIN login_profiles AS p ON p.account = ?1 AND p.user_id = i.user_id AND p.status = 'Active'"
    };
}
macro_rules! keys {
    () => {
        " LEFT JOIN access_keys AS k ON k.account = ?1 AND k.user_id = i.user_id"
    };
}

/// The statements of one source.
struct Statements {
    devices: &'static str,
    consoles: &'static str,
    keys: &'static str,
    all: &'static str,
}

macro_rules! statements {
    ($source:ident) => {
        Statements {
            devices: $source!(concat!(device!(), ", NULL, NULL, NULL, NULL, NULL, NULL"), ""),
            consoles: $source!(
                concat!(device!(), ", p.create_date, p.last_login_date, NULL, NULL, NULL, NULL"),
                console!()
            ),
            keys: $source!(
                ", 0, NULL, NULL, k.access_key_id, k.status, k.create_date, k.last_used_date",
                keys!()
            ),
            all: $source!(
                concat!(
                    device!(),
                    ", p.create_date, p.last_login_date, k.access_key_id, k.status, k.create_date, k.last_used_date"
                ),
                concat!(console!(), keys!())
            ),
        }
    };
}

const LISTED: Statements = statements!(listed);
const NAMED: Statements = statements!(named);

impl Statements {
    /// The one that reads these parts, and perhaps more.
    const fn of(&self, parts: Parts) -> &'static str {
        match (parts.keys, parts.device || parts.console, parts.console) {
            (true, false, _) => self.keys,
            (true, true, _) => self.all,
            (false, _, true) => self.consoles,
            (false, _, false) => self.devices,
        }
    }
}

/// The identities of a list behind the day and number in `after`, by day and id, up to the day `until`, at most `limit` of
/// them, with the parts asked for.
pub fn list_by_day(
    tx: &mut Tx<'_>,
    account: AccountId,
    kind: SubjectKind,
    (after, until): ((Day, i64), Day),
    limit: usize,
    parts: Parts,
) -> Result<Vec<(Day, Identity)>, StoreError> {
    let args = [
        account.into(),
        kind.code().into(),
        after.0.into(),
        after.1.into(),
        until.into(),
        rows(limit).into(),
    ];
    list(tx, LISTED.of(parts), &args, |day, identity| (day, identity.user))
}

/// The next `limit` RAM users from the name `from` on, that one included, by name, with the parts asked for.
pub fn list_by_name(
    tx: &mut Tx<'_>,
    account: AccountId,
    from: &str,
    limit: usize,
    parts: Parts,
) -> Result<Vec<Identity>, StoreError> {
    let args = [account.into(), from.into(), rows(limit).into()];
    let found = list(tx, NAMED.of(parts), &args, |_, identity| identity.name.clone())?;
    Ok(found.into_iter().map(|(_, identity)| identity).collect())
}

fn list<K: Ord>(
    tx: &mut Tx<'_>,
    sql: &'static str,
    args: &[Arg<'_>],
    place: impl Fn(Day, &Identity) -> K,
) -> Result<Vec<(Day, Identity)>, StoreError> {
    tx.settle()?;
    let mut found = tx.list(sql, args, read)?;
    // No database promises the order of a join; what comes in order is sorted at once.
    found.sort_by_cached_key(|(day, identity)| {
        let key = identity.subject.keys.first().map(|key| key.create_date);
        (place(*day, identity), key, identity.key_ids.first().cloned())
    });
    found.dedup_by(|(day, next), (of_day, kept)| {
        let same = (*day, next.user) == (*of_day, kept.user);
        if same {
            kept.subject.keys.append(&mut next.subject.keys);
            kept.key_ids.append(&mut next.key_ids);
        }
        same
    });
    Ok(found)
}

/// An identity with one of its keys at most.
fn read(row: Row<'_>) -> Result<(Day, Identity), StoreError> {
    let dates = |at: usize| -> Result<Option<Dates>, StoreError> {
        let Some(create_date) = row.get(at)? else { return Ok(None) };
        Ok(Some(Dates { create_date, last_login_date: row.get(at + 1)? }))
    };
    let key: Option<AccessKeyId> = row.get(8)?;
    let mut keys = Vec::new();
    if key.is_some() {
        let status: String = row.get(9)?;
        keys.push(KeyFacts {
            active: status == "Active",
            create_date: row.get(10)?,
            last_used_date: row.get(11)?,
        });
    }
    let subject = Subject { user: dates(3)?, keys, bound: row.get::<i64>(5)? > 0, console: dates(6)? };
    let name = row.get::<Option<String>>(2)?.unwrap_or_default();
    let user = row.get(1)?;
    Ok((row.get(0)?, Identity { user, name, subject, key_ids: key.into_iter().collect() }))
}
