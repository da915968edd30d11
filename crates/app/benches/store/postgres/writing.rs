//! Reads and durable writes on PostgreSQL in this process, beside bare statements of `pgbench`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use ramward_domain::ids::UserId;
use ramward_domain::store::tables::users;
use ramward_domain::time::Timestamp;

use super::cluster::Cluster;
use crate::clock::now;
use crate::direct::Direct;
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;
use crate::population::mix;
use crate::writing::{MANY, id, many_writers, microseconds, one_writer, report, signed_creates};

/// The store of the cluster in this process.
///
/// # Errors
/// It cannot be opened.
pub fn open(cluster: &Cluster, data: &Path) -> Result<Direct> {
    let (store, seal) = cluster.open(data)?;
    Direct::on(store, seal)
}

/// A row by its key and the report of an account that nobody has asked for, each over one journey to the database and back.
///
/// # Errors
/// A read failed.
pub fn reads(plan: &Plan, cluster: &Cluster, data: &Path, section: &mut Section) -> Result<()> {
    let large = plan.large();
    let account = id(&large)?;
    let [mut point, mut cold, mut journey_us, mut point_us, mut cold_us]: [Ratios; 5] = Default::default();
    for round in 0..plan.few_rounds.max(3) {
        let journey = 1e6 / cluster.pgbench("journey.sql", 1, plan.seconds)?;
        let direct = open(cluster, data)?;
        // The connection, its statements and the tables' descriptions in its memory.
        report(&direct, &plan.small(), None)?;
        let (mut row, mut first) = (Ratios::default(), Ratios::default());
        for number in 0..plan.writes / 5 {
            let any = mix(&[round as u64, number as u64]) % large.users;
            let user = large.user(any, Timestamp::from_seconds(0)).id;
            let user = UserId::new(user.cast_signed()).context("a user's id")?;
            let began = now();
            let found = direct.service().store().read(|tx| users::find(tx, account, user))?;
            row.push(microseconds(began.elapsed()));
            ensure!(found.is_some(), "user {user} is not there");
        }
        for account in plan.cold() {
            first.push(microseconds(report(&direct, &account, Some(account.users))?.0));
        }
        direct.close()?;
        tell(&format!(
            "a journey {journey:.1} µs, a row {:.1} µs, a first report {:.1} µs",
            row.median(),
            first.median()
        ));
        point.push(row.median() / journey);
        cold.push(first.median() / journey);
        journey_us.push(journey);
        point_us.push(row.median());
        cold_us.push(first.median());
    }
    let scale = |took: &Ratios| format!("{:.0} µs beside {:.0} µs", took.median(), journey_us.median());
    section.row("a row by its key, over `SELECT 1`", &point, Target::None, &scale(&point_us));
    section.row(
        "the first report of an account by a key that is not in memory, over the same",
        &cold,
        Target::None,
        &scale(&cold_us),
    );
    Ok(())
}

/// One writer and many on one account, over single rows that `pgbench` commits.
///
/// # Errors
/// A write was refused.
pub fn rates(plan: &Plan, cluster: &Cluster, data: &Path, section: &mut Section) -> Result<()> {
    let direct = open(cluster, data)?;
    let account = plan.large();
    report(&direct, &account, None)?;
    let [mut one_over, mut many_over, mut same_over, mut grouped]: [Ratios; 4] = Default::default();
    let [mut one_rate, mut many_rate, mut one_bare, mut many_bare, mut same_bare]: [Ratios; 5] =
        Default::default();
    for _ in 0..plan.rounds.min(5) {
        let bare = cluster.pgbench("one_row.sql", 1, plan.seconds)?;
        let one = one_writer(&direct, &signed_creates(&account, plan.writes / 4)?)?;
        let bare_many = cluster.pgbench("one_row.sql", MANY, plan.seconds)?;
        let bare_same = cluster.pgbench("create_user.sql", MANY, plan.seconds)?;
        let (many, group) = many_writers(&direct, &signed_creates(&account, plan.writes)?)?;
        tell(&format!(
            "one row {bare:.0}/s by one and {bare_many:.0}/s by {MANY}, a user's rows {bare_same:.0}/s by {MANY}; one writer {one:.0}/s, {MANY} writers {many:.0}/s, {group:.1} a commit"
        ));
        one_over.push(one / bare);
        many_over.push(many / bare_many);
        same_over.push(many / bare_same);
        grouped.push(group);
        for (to, rate) in [
            (&mut one_rate, one),
            (&mut many_rate, many),
            (&mut one_bare, bare),
            (&mut many_bare, bare_many),
            (&mut same_bare, bare_same),
        ] {
            to.push(rate);
        }
    }
    direct.close()?;
    let beside =
        |rate: &Ratios, bare: &Ratios| format!("{:.0}/s beside {:.0}/s", rate.median(), bare.median());
    section.row(
        "CreateUser by one writer, over commits of one updated row by one connection",
        &one_over,
        Target::None,
        &beside(&one_rate, &one_bare),
    );
    section.row(
        &format!(
            "CreateUser by {MANY} writers in one account, over commits of one row by {MANY} connections"
        ),
        &many_over,
        Target::AtLeast(5.0),
        &beside(&many_rate, &many_bare),
    );
    section.row(
        "the same, over transactions that write the rows of a user, by as many connections",
        &same_over,
        Target::None,
        &beside(&many_rate, &same_bare),
    );
    section.row(&format!("operations per commit, {MANY} writers"), &grouped, Target::AtLeast(20.0), "");
    Ok(())
}
