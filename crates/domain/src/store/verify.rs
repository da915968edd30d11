//! Counts everything behind the report anew, by a scan of the whole account, and says where the stored numbers differ.
//! They never may: this is for tests and for an operator who wants to be sure.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use super::error::StoreError;
use super::tables::access_keys::AccessKey;
use super::tables::login_profiles::LoginProfile;
use super::tables::users::User;
use super::tables::{
    access_keys, accounts, login_profiles, mfa_devices, policy_attachments, policy_uses, report_days,
    report_subjects, users,
};
use super::tx::Tx;
use super::upkeep::{Dates, DayKind, KeyFacts, Numbers, Subject, SubjectKind, Total};
use crate::identity::mfa::VirtualMFADeviceName;
use crate::identity::policy::{PolicyName, PolicyType};
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
    /// The identities in a list of subjects, one for each day they stand there.
    Subjects(SubjectKind),
    /// The key map's entries that lead to this account's keys, against the keys.
    Owners,
    /// How often a policy is attached.
    Attachments,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Number::Total(total) => write!(f, "{total:?}")?,
            Number::Days(kind, day) => write!(f, "{kind:?} of {day}")?,
            Number::Subjects(kind) => write!(f, "subjects of {kind:?}")?,
            Number::Owners => f.write_str("AccessKeys known by id")?,
            Number::Attachments => f.write_str("attachments of a policy")?,
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
    let bound = count_devices(tx, account, &mut numbers)?;
    count_attachments(tx, account, &mut numbers, differences)?;
    let mut keys = KeyRows { account, rows: VecDeque::new(), after: None, ended: false, met: 0, known: 0 };
    let mut profiles = Rows::new(move |tx, after| login_profiles::list(tx, account, after, PAGE));
    let mut users = Rows::new(move |tx, after| users::list(tx, account, after, PAGE, UserStatusFilter::BOTH));
    let mut marks = Marks::default();
    let mut owners = bound.iter().copied().peekable();
    loop {
        let nexts = [
            keys.next_owner(tx)?,
            profiles.peek(tx)?.map(|profile| profile.user_id),
            users.peek(tx)?.map(|user| user.user_id),
            owners.peek().copied(),
        ];
        let Some(user) = nexts.into_iter().flatten().min() else { break };
        let row = users.take_if(tx, |row| row.user_id == user)?;
        let profile = profiles.take_if(tx, |row| row.user_id == user)?;
        let subject = Subject {
            user: row.map(|row| Dates { create_date: row.create_date, last_login_date: row.last_login_date }),
            keys: keys.take_of(tx, user)?,
            bound: owners.next_if_eq(&user).is_some(),
            console: profile.and_then(|profile| profile.dates()),
        };
        numbers.add(user, &subject, 1);
        marks.count(tx, account, user, &subject)?;
    }
    marks.compare(tx, account, differences)?;
    if keys.met != keys.known {
        differences.push(Difference { number: Number::Owners, stored: keys.known, counted: keys.met });
    }
    Ok(numbers)
}

/// How many entries the lists of subjects must have, and how many of those are there.
#[derive(Default)]
struct Marks {
    counted: BTreeMap<SubjectKind, i64>,
    met: BTreeMap<SubjectKind, i64>,
}

impl Marks {
    fn count(
        &mut self,
        tx: &mut Tx<'_>,
        account: AccountId,
        user: UserId,
        subject: &Subject,
    ) -> Result<(), StoreError> {
        for (kind, day) in subject.marks(user) {
            let met = report_subjects::is_there(tx, account, kind, day, user)?;
            *self.counted.entry(kind).or_default() += 1;
            *self.met.entry(kind).or_default() += i64::from(met);
        }
        Ok(())
    }

    /// Where all that must be there is there, and nothing else is.
    fn compare(
        self,
        tx: &mut Tx<'_>,
        account: AccountId,
        differences: &mut Vec<Difference>,
    ) -> Result<(), StoreError> {
        let all: BTreeMap<_, _> = report_subjects::count(tx, account)?.into_iter().collect();
        for kind in SubjectKind::ALL {
            let of = |numbers: &BTreeMap<SubjectKind, i64>| numbers.get(&kind).copied().unwrap_or_default();
            let (all, met, counted) = (of(&all), of(&self.met), of(&self.counted));
            if (all, met) != (counted, counted) {
                let stored = if met == counted { all } else { met };
                differences.push(Difference { number: Number::Subjects(kind), stored, counted });
            }
        }
        Ok(())
    }
}

/// Counts the attachments of each policy, and the users that have one.
fn count_attachments(
    tx: &mut Tx<'_>,
    account: AccountId,
    numbers: &mut Numbers,
    differences: &mut Vec<Difference>,
) -> Result<(), StoreError> {
    let (counted, users) = policy_attachments::recount(tx, account)?;
    numbers.totals.add(Total::UsersWithPolicies, users);
    let by_policy = |uses: Vec<(PolicyType, PolicyName, i64)>| -> BTreeMap<_, _> {
        uses.into_iter().map(|(policy_type, name, n)| ((policy_type, name), n)).collect()
    };
    let (stored, counted) = (by_policy(policy_uses::list(tx, account)?), by_policy(counted));
    let policies: BTreeSet<_> = stored.keys().chain(counted.keys()).collect();
    for policy in policies {
        let of = |uses: &BTreeMap<_, i64>| uses.get(policy).copied();
        if of(&stored) != of(&counted) {
            let (stored, counted) = (of(&stored).unwrap_or_default(), of(&counted).unwrap_or_default());
            differences.push(Difference { number: Number::Attachments, stored, counted });
        }
    }
    Ok(())
}

/// Counts the devices; who has one.
fn count_devices(
    tx: &mut Tx<'_>,
    account: AccountId,
    numbers: &mut Numbers,
) -> Result<BTreeSet<UserId>, StoreError> {
    let mut bound: BTreeSet<UserId> = BTreeSet::new();
    let mut after: Option<VirtualMFADeviceName> = None;
    loop {
        let page = mfa_devices::list(tx, account, after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(bound) };
        after = Some(last.device_name.clone());
        for device in &page {
            numbers.totals.add(Total::MfaDevices, 1);
            numbers.totals.add(Total::MfaDevicesInUse, i64::from(device.user_id.is_some()));
            bound.extend(device.user_id);
        }
    }
}

/// Whose a row is.
trait Owned {
    fn owner(&self) -> UserId;
}

impl Owned for User {
    fn owner(&self) -> UserId {
        self.user_id
    }
}

impl Owned for LoginProfile {
    fn owner(&self) -> UserId {
        self.user_id
    }
}

/// The rows of a table by their owner, page by page.
struct Rows<T, F> {
    page: F,
    rows: VecDeque<T>,
    after: Option<UserId>,
    ended: bool,
}

impl<T: Owned, F: FnMut(&mut Tx<'_>, Option<UserId>) -> Result<Vec<T>, StoreError>> Rows<T, F> {
    fn new(page: F) -> Self {
        Self { page, rows: VecDeque::new(), after: None, ended: false }
    }

    fn peek(&mut self, tx: &mut Tx<'_>) -> Result<Option<&T>, StoreError> {
        if self.rows.is_empty() && !self.ended {
            self.rows = (self.page)(tx, self.after)?.into();
            self.ended = self.rows.is_empty();
            self.after = self.rows.back().map(Owned::owner);
        }
        Ok(self.rows.front())
    }

    fn take_if(&mut self, tx: &mut Tx<'_>, fits: impl Fn(&T) -> bool) -> Result<Option<T>, StoreError> {
        Ok(if self.peek(tx)?.is_some_and(fits) { self.rows.pop_front() } else { None })
    }
}

/// The keys of an account by their owner, how many there were, and how many of them the key map knows.
struct KeyRows {
    account: AccountId,
    rows: VecDeque<AccessKey>,
    after: Option<(UserId, AccessKeyId)>,
    ended: bool,
    met: i64,
    known: i64,
}

impl KeyRows {
    fn next_owner(&mut self, tx: &mut Tx<'_>) -> Result<Option<UserId>, StoreError> {
        if self.rows.is_empty() && !self.ended {
            let after = self.after.as_ref().map(|(user, key)| (*user, key));
            self.rows = access_keys::list_by_account(tx, self.account, after, PAGE)?.into();
            self.ended = self.rows.is_empty();
            self.after = self.rows.back().map(|key| (key.user_id, key.access_key_id.clone()));
        }
        Ok(self.rows.front().map(|key| key.user_id))
    }

    fn take_of(&mut self, tx: &mut Tx<'_>, user: UserId) -> Result<Vec<KeyFacts>, StoreError> {
        let mut keys = Vec::new();
        while self.next_owner(tx)? == Some(user) {
            let Some(key) = self.rows.pop_front() else { break };
            keys.push(key.facts());
            let owner = access_keys::find_owner(tx, &key.access_key_id)?;
            self.met += 1;
            self.known += i64::from(owner == Some((self.account, user)));
        }
        Ok(keys)
    }
}
