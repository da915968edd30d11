//! The end of a run: what it has not seen goes and is remembered as gone, and how much of the report rests on what is not
//! known.

use serde::{Deserialize, Serialize};

use super::unknown::Unknown;
use super::writing::{Writing, without_name};
use super::{Mirror, PAGE};
use crate::identity::access_key::Status;
use crate::ids::{AccountId, UserId};
use crate::report::facts::Facts;
use crate::report::history::{self, Cause, CauseType, Measures};
use crate::report::thresholds::{AkScope, Thresholds};
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::mirrored_users::MirroredUser;
use crate::store::tables::{collect_runs, disappeared, mfa_devices, mirrored_devices, mirrored_users, users};
use crate::store::{Store, StoreError, Tx};
use crate::time::{Day, Timestamp};

/// How far the truth may lie below and above the values of a mirrored account's report, because of what is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Slack {
    /// Of `SubUserBindMfa`.
    pub sub_user_bind_mfa: (i64, i64),
    /// Of `SubUserWithUnusedAccessKey`.
    pub sub_user_with_unused_access_key: (i64, i64),
    /// Of `SubUserWithOldAccessKey`.
    pub sub_user_with_old_access_key: (i64, i64),
    /// Of `UnusedAkNum`.
    pub unused_ak_num: (i64, i64),
    /// Of `OldAkNum`.
    pub old_ak_num: (i64, i64),
    /// Whether `SubUserPwdLevel` rests on a policy that could not be read.
    pub sub_user_pwd_level: bool,
    /// Whether `BindMfa` is not known.
    pub bind_mfa: bool,
}

/// A mirrored account as its report has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The nine facts.
    pub facts: Facts,
    /// How far they may be off.
    pub slack: Slack,
    /// What is not known, and of how many identities.
    pub unknown: Vec<(&'static str, u64)>,
    /// What is not known of one RAM user or more.
    pub of_users: Unknown,
    /// What is not known of root and the account.
    pub of_root: Unknown,
}

/// The most keys a user has (vendor's quota), where they could not be listed.
const KEYS_OF_A_USER: i64 = 2;

impl Mirror {
    /// Ends the run with one entry of the account's history for all it has changed. How much has disappeared.
    ///
    /// # Errors
    /// What the store says; the run then goes on from here.
    pub fn finish(&mut self, at: Timestamp, outcome: String) -> Result<i64, StoreError> {
        let mut run = self.run().clone();
        run.end_date = Some(at);
        run.outcome = Some(outcome);
        let kept = run.clone();
        let (moved, thresholds, model) = (self.moved.clone(), self.thresholds, self.model.clone());
        let gone = self.store.write(move |tx| {
            collect_runs::update(tx, &kept)?;
            let cause = Cause::plain(CauseType::Collect);
            let measures = Measures { thresholds, model: &model };
            history::record_moved(tx, kept.account, &moved, &cause, at, measures)?;
            disappeared::count(tx, kept.account, kept.run)
        })?;
        self.run = run;
        Ok(gone)
    }

    /// Deletes what this run has not seen and remembers it.
    ///
    /// # Errors
    /// What the store says.
    pub fn sweep(&mut self, at: Timestamp) -> Result<(), StoreError> {
        let mut after: Option<UserId> = None;
        while let Some(last) = self.swept(at, move |writing| stale_users(writing, after))? {
            after = Some(last);
        }
        let mut after = None;
        let lists_devices = self.lists_devices;
        loop {
            let from = after.clone();
            let last = self.swept(at, move |writing| {
                let page = mirrored_devices::list(writing.tx, writing.account, from.as_ref(), PAGE)?;
                for (name, run) in &page {
                    if *run >= writing.run {
                        continue;
                    }
                    let owner = mfa_devices::find(writing.tx, writing.account, name)?
                        .and_then(|device| device.user_id);
                    // Who does not list devices has not looked for those that are bound to nobody.
                    if owner.is_some() || lists_devices {
                        writing.gone("MFADevice", owner.unwrap_or(UserId::ROOT), name.as_str())?;
                        mfa_devices::delete(writing.tx, writing.account, name)?;
                        mirrored_devices::delete(writing.tx, writing.account, name)?;
                    }
                }
                Ok((page.len() == PAGE).then(|| page.last().map(|(name, _)| name.clone())).flatten())
            })?;
            if last.is_none() {
                return Ok(());
            }
            after = last;
        }
    }

    fn swept<T: Send + 'static>(
        &mut self,
        at: Timestamp,
        work: impl Fn(&mut Writing<'_, '_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (account, run) = (self.run.account, self.run.run);
        let (entropy, lists_devices) = (self.entropy.clone(), self.lists_devices);
        let (swept, moved) = self.store.write(move |tx| {
            let swept = work(&mut Writing { tx, account, run, at, entropy: &*entropy, lists_devices })?;
            Ok::<_, StoreError>((swept, tx.take_moved()?))
        })?;
        self.note(moved);
        Ok(swept)
    }

    /// The report of the account on a day, and how much of it rests on what is not known.
    ///
    /// # Errors
    /// What the store says.
    pub fn measure(&self, today: Day, thresholds: Thresholds) -> Result<Option<Measured>, StoreError> {
        measure(&self.store, self.run.account, today, thresholds)
    }
}

/// One page of users; where the next one begins.
fn stale_users(writing: &mut Writing<'_, '_>, after: Option<UserId>) -> Result<Option<UserId>, StoreError> {
    let (account, run) = (writing.account, writing.run);
    let page = mirrored_users::list(writing.tx, account, after, PAGE)?;
    for row in page.iter().filter(|row| row.run < run && !row.user_id.is_root()) {
        if let Some(user) = users::find(writing.tx, account, row.user_id)? {
            for key in access_keys::list(writing.tx, account, row.user_id)? {
                writing.drop_key(row.user_id, &key.access_key_id)?;
            }
            let name = user.user_name.as_str();
            let former = row.hint.as_deref().filter(|_| name == without_name(row.user_id));
            writing.gone("User", row.user_id, former.unwrap_or(name))?;
            users::delete(writing.tx, account, row.user_id)?;
        }
        mirrored_users::delete(writing.tx, account, row.user_id)?;
    }
    Ok((page.len() == PAGE).then(|| page.last().map(|row| row.user_id)).flatten())
}

/// The report of a mirrored account on a day; `None` if there is no such account.
///
/// # Errors
/// What the store says.
pub fn measure(
    store: &Store,
    account: AccountId,
    today: Day,
    thresholds: Thresholds,
) -> Result<Option<Measured>, StoreError> {
    let Some(facts) = store.read(|tx| crate::report::facts(tx, account, today, thresholds))? else {
        return Ok(None);
    };
    let mut slack = Slack::default();
    let mut counts = vec![0_u64; Unknown::ALL.len()];
    let (mut of_users, mut of_root) = (Unknown::NOTHING, Unknown::NOTHING);
    let mut after = None;
    loop {
        let page = store.read(|tx| {
            let page = mirrored_users::list(tx, account, after, PAGE)?;
            for row in page.iter().filter(|row| row.unknown != 0) {
                let unknown = Unknown::of(row.unknown);
                let whose = if row.user_id.is_root() { &mut of_root } else { &mut of_users };
                *whose = whose.and(unknown);
                for ((one, _), count) in Unknown::ALL.iter().zip(&mut counts) {
                    *count += u64::from(unknown.has(*one));
                }
                slack_of(tx, row, today, thresholds, &mut slack)?;
            }
            Ok::<_, StoreError>(page)
        })?;
        after = page.last().map(|row| row.user_id);
        if page.len() < PAGE {
            break;
        }
    }
    let unknown = Unknown::ALL.iter().zip(counts).filter(|(_, count)| *count > 0);
    let unknown = unknown.map(|((_, words), count)| (*words, count)).collect();
    Ok(Some(Measured { facts, slack, unknown, of_users, of_root }))
}

fn slack_of(
    tx: &mut Tx<'_>,
    row: &MirroredUser,
    today: Day,
    thresholds: Thresholds,
    slack: &mut Slack,
) -> Result<(), StoreError> {
    let unknown = Unknown::of(row.unknown);
    if row.user_id.is_root() {
        slack.sub_user_pwd_level |= unknown.has(Unknown::PASSWORD_POLICY);
        slack.bind_mfa |= unknown.has(Unknown::MFA);
    } else if unknown.has(Unknown::MFA) {
        let bound = mfa_devices::find_by_user(tx, row.account, row.user_id)?.is_some();
        widen(&mut slack.sub_user_bind_mfa, i64::from(bound), i64::from(!bound));
    }
    let dates = unknown.has(Unknown::KEY_CREATE_DATES);
    let (uses, all) = (unknown.has(Unknown::KEY_USES), unknown.has(Unknown::KEYS));
    if !(dates || uses || all) {
        return Ok(());
    }
    let keys = access_keys::list(tx, row.account, row.user_id)?;
    let is_old = |key: &&AccessKey| key.create_date.day() <= thresholds.old_before(today);
    let is_unused = |key: &&AccessKey| {
        let since = key.last_used_date.map_or(key.create_date, |used| used.max(key.create_date));
        since.day() <= thresholds.unused_before(today)
    };
    let active = || keys.iter().filter(|key| key.status == Status::Active);
    let count = |keys: usize| i64::try_from(keys).unwrap_or(i64::MAX);
    let (old, unused) = (count(active().filter(is_old).count()), count(active().filter(is_unused).count()));
    let here = count(active().count());
    // What may be counted too little, and what too much.
    let (old_span, unused_span) = if all {
        let most = if row.user_id.is_root() { count(keys.len()) } else { KEYS_OF_A_USER.max(here) };
        ((old, most - old), (unused, most - unused))
    } else {
        let may_be_earlier = |key: &&AccessKey| key.last_used_date.is_none_or(|used| used < key.create_date);
        let more = active().filter(may_be_earlier).filter(|key| !is_unused(key)).count();
        let fewer = if uses { unused } else { 0 };
        ((0, if dates { here - old } else { 0 }), (fewer, if dates { count(more) } else { 0 }))
    };
    let is_root = row.user_id.is_root();
    if is_root || thresholds.ak_scope() == AkScope::AccountTotal {
        widen(&mut slack.old_ak_num, old_span.0, old_span.1);
        widen(&mut slack.unused_ak_num, unused_span.0, unused_span.1);
    }
    if !is_root {
        let of_user = |n: i64, (fewer, more): (i64, i64)| {
            (i64::from(n > 0 && fewer >= n), i64::from(n == 0 && more > 0))
        };
        let (fewer, more) = of_user(old, old_span);
        widen(&mut slack.sub_user_with_old_access_key, fewer, more);
        let (fewer, more) = of_user(unused, unused_span);
        widen(&mut slack.sub_user_with_unused_access_key, fewer, more);
    }
    Ok(())
}

fn widen(span: &mut (i64, i64), fewer: i64, more: i64) {
    span.0 += fewer;
    span.1 += more;
}
