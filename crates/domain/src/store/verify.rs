//! Counts everything behind the report anew, by a scan of the whole account, and says where the stored numbers differ.
//! They never may: this is for tests and for an operator who wants to be sure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::error::StoreError;
use super::tables::{access_keys, accounts, mfa_devices, report_days, users};
use super::tx::Tx;
use super::upkeep::{DayKind, KeyFacts, Numbers, Total};
use crate::identity::access_key::Status;
use crate::identity::mfa::VirtualMFADeviceName;
use crate::identity::user::UserStatusFilter;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::time::Day;

/// A stored number that is not what the facts say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which number.
    pub number: Number,
    /// What is stored.
    pub stored: i64,
    /// What the facts say.
    pub counted: i64,
}

/// A number that is stored for the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// A counter of the account.
    Total(Total),
    /// How many subjects of a kind have a base day.
    Days(DayKind, Day),
    /// The key map's entries that lead to this account's keys, against the keys.
    Owners,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Number::Total(total) => write!(f, "{total:?}")?,
            Number::Days(kind, day) => write!(f, "{kind:?} of {day}")?,
            Number::Owners => f.write_str("AccessKeys known by id")?,
        }
        write!(f, ": stored {}, counted {}", self.stored, self.counted)
    }
}

const PAGE: usize = 1000;

/// All differences between what is stored for an account and what its rows say; none if all is well, and none in what a
/// deletion has left. Takes as long as the account is big.
pub fn verify(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Difference>, StoreError> {
    let Some(row) = accounts::find(tx, account)?.filter(|row| !row.deleting) else { return Ok(Vec::new()) };
    let mut stored = Numbers { totals: row.totals, days: BTreeMap::new() };
    for (kind, day, n) in report_days::list(tx, account)? {
        stored.days.insert((kind, day), n);
    }
    let mut differences = Vec::new();
    let counted = count(tx, account, &mut differences)?.without_zeros();
    for total in Total::ALL {
        let (stored, counted) = (stored.totals.get(total), counted.totals.get(total));
        if stored != counted {
            differences.push(Difference { number: Number::Total(total), stored, counted });
        }
    }
    let mut days: Vec<_> = stored.days.keys().chain(counted.days.keys()).copied().collect();
    days.sort_unstable();
    days.dedup();
    for (kind, day) in days {
        let of = |numbers: &Numbers| numbers.days.get(&(kind, day)).copied();
        // A stored zero is a difference too: such a row should be gone.
        if of(&stored) != of(&counted) {
            let number = Number::Days(kind, day);
            let (stored, counted) = (of(&stored).unwrap_or_default(), of(&counted).unwrap_or_default());
            differences.push(Difference { number, stored, counted });
        }
    }
    Ok(differences)
}

fn count(
    tx: &mut Tx<'_>,
    account: AccountId,
    differences: &mut Vec<Difference>,
) -> Result<Numbers, StoreError> {
    let mut numbers = Numbers::default();
    let mut after = None;
    loop {
        let page = users::list(tx, account, after, PAGE, UserStatusFilter::BOTH)?;
        let Some(last) = page.last() else { break };
        after = Some(last.user_id);
        numbers.totals.add(Total::Users, i64::try_from(page.len()).unwrap_or(i64::MAX));
    }
    count_devices(tx, account, &mut numbers)?;
    let (keys, known) = count_keys(tx, account, &mut numbers)?;
    if keys != known {
        differences.push(Difference { number: Number::Owners, stored: known, counted: keys });
    }
    Ok(numbers)
}

fn count_devices(tx: &mut Tx<'_>, account: AccountId, numbers: &mut Numbers) -> Result<(), StoreError> {
    let mut bound: BTreeSet<UserId> = BTreeSet::new();
    let mut after: Option<VirtualMFADeviceName> = None;
    loop {
        let page = mfa_devices::list(tx, account, after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.device_name.clone());
        for device in &page {
            numbers.totals.add(Total::MfaDevices, 1);
            numbers.totals.add(Total::MfaDevicesInUse, i64::from(device.user_id.is_some()));
            bound.extend(device.user_id);
        }
    }
    for user in bound {
        numbers.add_device_owner(user, 1);
    }
    Ok(())
}

/// Adds what the keys of each identity give; how many keys there are, and how many of them the key map knows.
fn count_keys(tx: &mut Tx<'_>, account: AccountId, numbers: &mut Numbers) -> Result<(i64, i64), StoreError> {
    let mut of_one: (UserId, Vec<KeyFacts>) = (UserId::ROOT, Vec::new());
    let mut after: Option<(UserId, AccessKeyId)> = None;
    let (mut keys, mut known) = (0, 0);
    loop {
        let page =
            access_keys::list_by_account(tx, account, after.as_ref().map(|(user, key)| (*user, key)), PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some((last.user_id, last.access_key_id.clone()));
        for key in &page {
            if key.user_id != of_one.0 {
                numbers.add_keys(of_one.0, &of_one.1, 1);
                of_one = (key.user_id, Vec::new());
            }
            of_one.1.push(KeyFacts {
                active: key.status == Status::Active,
                create_date: key.create_date,
                last_used_date: key.last_used_date,
            });
            keys += 1;
            let owner = access_keys::find_owner(tx, &key.access_key_id)?;
            known += i64::from(owner == Some((account, key.user_id)));
        }
    }
    numbers.add_keys(of_one.0, &of_one.1, 1);
    Ok((keys, known))
}
