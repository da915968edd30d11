//! Durable writes in this process, beside a bare loop of append and fdatasync; and reports between them.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use ramward_domain::ids::AccountId;
use ramward_domain::store::verify::verify;

use crate::clock::now;
use crate::data::Folder;
use crate::direct::Direct;
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;
use crate::population::{Account, mix};

/// Writers that write at once.
pub const MANY: usize = 64;

/// A name that no user has yet.
pub fn new_name() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    // In no order, as names are; what runs before in the same file used another process id.
    format!("made-{}-{:016x}", std::process::id(), mix(&[number]))
}

/// The parameters of CreateUser for a new user of `account`.
pub fn new_user(account: &Account) -> [(&'static str, String); 2] {
    let name = new_name();
    let principal = format!("{name}@{:016}.onaliyun.com", account.id);
    [("UserPrincipalName", principal), ("DisplayName", name)]
}

/// Signed calls of CreateUser.
///
/// # Errors
/// A call that cannot be written.
pub fn signed_creates(account: &Account, count: usize) -> Result<Vec<String>> {
    let key = account.root_key(0);
    (0..count)
        .map(|_| {
            let user = new_user(account);
            let params = user.each_ref().map(|(name, value)| (*name, value.as_str()));
            Direct::signed(&key, "CreateUser", &params)
        })
        .collect()
}

/// Appends and fdatasyncs in a second, on the disk of `folder`.
fn bare_syncs(folder: &Folder, count: usize) -> Result<f64> {
    let path = folder.join("appended");
    let mut file = File::create(&path)?;
    let began = now();
    for _ in 0..count {
        file.write_all(&[7; 256])?;
        file.sync_data()?;
    }
    let rate = count as f64 / began.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(rate)
}

/// Calls in a second, one after the other.
///
/// # Errors
/// One was refused.
pub fn one_writer(direct: &Direct, calls: &[String]) -> Result<f64> {
    let began = now();
    for query in calls {
        direct.send(query)?;
    }
    Ok(calls.len() as f64 / began.elapsed().as_secs_f64())
}

/// Calls in a second by as many threads as there are, and how many shared a commit.
///
/// # Errors
/// One was refused.
pub fn many_writers(direct: &Direct, calls: &[String]) -> Result<(f64, f64)> {
    let before = direct.service().store().counters();
    let began = now();
    std::thread::scope(|scope| {
        let share = calls.len().div_ceil(MANY);
        let writers: Vec<_> = calls
            .chunks(share)
            .map(|mine| scope.spawn(|| mine.iter().try_for_each(|query| direct.send(query).map(drop))))
            .collect();
        writers
            .into_iter()
            .try_for_each(|writer| writer.join().map_err(|_| anyhow::anyhow!("a writer panicked"))?)
    })?;
    let rate = calls.len() as f64 / began.elapsed().as_secs_f64();
    let after = direct.service().store().counters();
    Ok((rate, calls.len() as f64 / (after.commits - before.commits) as f64))
}

/// One writer, many writers, and what the disk alone gives, in turn.
///
/// # Errors
/// A write was refused.
pub fn rates(plan: &Plan, data: &Path, folder: &Folder, section: &mut Section) -> Result<()> {
    let direct = Direct::open(data)?;
    let account = plan.large();
    let (mut one_over_bare, mut many_over_bare, mut grouped) =
        (Ratios::default(), Ratios::default(), Ratios::default());
    let (mut bare_rate, mut one_rate, mut many_rate) =
        (Ratios::default(), Ratios::default(), Ratios::default());
    direct.send(&Direct::signed(&account.root_key(0), "GetAccountSecurityPracticeReport", &[])?)?;
    for _ in 0..plan.rounds {
        let bare = bare_syncs(folder, plan.writes)?;

        let one = one_writer(&direct, &signed_creates(&account, plan.writes)?)?;
        let (many, group) = many_writers(&direct, &signed_creates(&account, plan.writes * 4)?)?;
        tell(&format!(
            "bare {bare:.0}/s, one writer {one:.0}/s, {MANY} writers {many:.0}/s, {group:.1} a commit"
        ));
        one_over_bare.push(one / bare);
        many_over_bare.push(many / bare);
        grouped.push(group);
        bare_rate.push(bare);
        one_rate.push(one);
        many_rate.push(many);
    }
    direct.close()?;
    section.row(
        "CreateUser by one writer, over appends with fdatasync",
        &one_over_bare,
        Target::AtLeast(0.25),
        &format!("{:.0}/s beside {:.0}/s", one_rate.median(), bare_rate.median()),
    );
    section.row(
        &format!("CreateUser by {MANY} writers, over the same"),
        &many_over_bare,
        Target::None,
        &format!("{:.0}/s", many_rate.median()),
    );
    section.row(&format!("operations per fsync, {MANY} writers"), &grouped, Target::AtLeast(20.0), "");
    Ok(())
}

/// How long a report took and how many users it counts, which must be those expected.
///
/// # Errors
/// They are not.
pub fn report(direct: &Direct, account: &Account, expected: Option<u64>) -> Result<(Duration, u64)> {
    let query = Direct::signed(&account.root_key(0), "GetAccountSecurityPracticeReport", &[])?;
    let began = now();
    let body = direct.send(&query)?;
    let took = began.elapsed();
    let text = String::from_utf8(body)?;
    let users = text.split_once("\"SubUser\":").and_then(|(_, rest)| rest.split(',').next()?.parse().ok());
    let users: u64 = users.context("a report counts users")?;
    ensure!(expected.is_none_or(|expected| expected == users), "{expected:?} users, reported {users}");
    Ok((took, users))
}

/// The id of an account as the store writes it.
///
/// # Errors
/// It is none.
pub fn id(account: &Account) -> Result<AccountId> {
    format!("{:016}", account.id).parse().map_err(|_| anyhow!("an account id"))
}

/// As a number of microseconds.
pub fn microseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1e6
}

/// The report after each of many writes, which must count the write; at the end it must equal the recomputed one.
///
/// # Errors
/// It does not.
pub fn reports(direct: Direct, account: &Account, writes: usize, section: &mut Section) -> Result<()> {
    let report = |expected| report(&direct, account, expected);
    let (_, mut users) = report(None)?;
    let [mut fresh, mut kept, mut write]: [Ratios; 3] = Default::default();
    for query in signed_creates(account, writes)? {
        let began = now();
        direct.send(&query)?;
        write.push(microseconds(began.elapsed()));
        users += 1;
        fresh.push(microseconds(report(Some(users))?.0));
        kept.push(microseconds(report(Some(users))?.0));
    }
    let id = id(account)?;
    let differences = direct.service().store().read(|tx| verify(tx, id))?;
    ensure!(differences.is_empty(), "the kept report differs from the recomputed one: {differences:?}");
    direct.close()?;
    section.figure(
        &format!("report right after each of {writes} writes to an account of {} users", account.users),
        fresh.median(),
        "µs",
        Target::None,
        &format!(
            "beside {:.1} µs without a write in between and {:.0} µs for the write; equal to the recomputation at the end",
            kept.median(),
            write.median()
        ),
    );
    Ok(())
}
