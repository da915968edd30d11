//! The real server on PostgreSQL: signed reports from memory beside the same on SQLite, and with several nodes, where each
//! request is a row.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Result, anyhow};
use ramward_domain::time::{Clock, SystemClock};

use super::cluster::{BARE, Cluster, STORE};
use crate::at_rest;
use crate::data::{self, Folder};
use crate::load::{self, Expected, Run};
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;
use crate::process::{Launch, Server, free_address};
use crate::serving::{MANY_NONCES, metric, reports};

const CONNECTIONS: usize = 64;

fn start(cluster: &Cluster, data: &Path, nodes: &str) -> Result<Server> {
    let store = format!("--store={}", cluster.url(STORE));
    Server::ramward(data, free_address()?, &Launch::anywhere(), &[&store, nodes, MANY_NONCES])
}

/// Reports of the small account, by one server.
fn ask(plan: &Plan, address: SocketAddr, count: usize) -> Result<Run> {
    load::run(address, CONNECTIONS, &reports(&plan.small(), count), &Expected::default())
}

/// A signed report that memory answers, on PostgreSQL over SQLite.
///
/// # Errors
/// A request was refused.
pub fn one_node(
    plan: &Plan,
    cluster: &Cluster,
    data: &Path,
    folder: &Folder,
    section: &mut Section,
) -> Result<()> {
    let (state, file) = (folder.join("small.jsonl"), folder.join("small-data"));
    data::write_state(&state, &[plan.small()], SystemClock.now())?;
    data::import(&file, &state)?;
    let [mut ratios, mut on_file, mut on_database]: [Ratios; 3] = Default::default();
    let count = plan.writes * 10;
    for round in 0..plan.rounds {
        let sqlite = Server::ramward(&file, free_address()?, &Launch::anywhere(), &[MANY_NONCES])?;
        let postgres = start(cluster, data, "--nodes=one")?;
        for server in [&sqlite, &postgres] {
            ask(plan, server.address, count / 20)?;
        }
        // Neither is always the first.
        let (file_rate, database_rate) = if round % 2 == 0 {
            let first = ask(plan, sqlite.address, count)?.per_second();
            (first, ask(plan, postgres.address, count)?.per_second())
        } else {
            let first = ask(plan, postgres.address, count)?.per_second();
            (ask(plan, sqlite.address, count)?.per_second(), first)
        };
        sqlite.stop()?;
        postgres.stop()?;
        at_rest::forget_nonces(&file)?;
        cluster.psql(STORE, &["TRUNCATE nonces"])?;
        tell(&format!("{file_rate:.0}/s on SQLite, {database_rate:.0}/s on PostgreSQL"));
        ratios.push(database_rate / file_rate);
        on_file.push(file_rate);
        on_database.push(database_rate);
    }
    section.row(
        "signed reports per second that memory answers, one node, over the same on SQLite",
        &ratios,
        Target::AtLeast(0.9),
        &format!("{:.0}k/s beside {:.0}k/s", on_database.median() / 1e3, on_file.median() / 1e3),
    );
    Ok(())
}

/// The same with several nodes: one alone, and two at once; over single rows that `pgbench` commits.
///
/// # Errors
/// A request was refused.
pub fn several_nodes(plan: &Plan, cluster: &Cluster, data: &Path, section: &mut Section) -> Result<()> {
    let count = plan.writes * 4;
    let [mut one_over, mut two_over, mut grouped]: [Ratios; 3] = Default::default();
    let [mut bare_rate, mut one_rate, mut two_rate]: [Ratios; 3] = Default::default();
    for _ in 0..plan.rounds.min(5) {
        let bare = cluster.pgbench("row_each.sql", CONNECTIONS, plan.seconds)?;
        let servers = [start(cluster, data, "--nodes=several")?, start(cluster, data, "--nodes=several")?];
        for server in &servers {
            ask(plan, server.address, count / 20)?;
        }
        let [first, _] = &servers;
        let commits = metric(first, "ramward_store_commits_total")?;
        let one = ask(plan, first.address, count)?.per_second();
        let group = count as f64 / (metric(first, "ramward_store_commits_total")? - commits);
        let two = both(plan, servers.each_ref().map(|server| server.address), count)?;
        let [first, second] = servers;
        first.stop()?;
        second.stop()?;
        tell(&format!(
            "single rows {bare:.0}/s, one node {one:.0}/s with {group:.1} a commit, two nodes {two:.0}/s"
        ));
        cluster.psql(STORE, &["TRUNCATE nonces"])?;
        cluster.psql(BARE, &["TRUNCATE burnt"])?;
        one_over.push(one / bare);
        two_over.push(two / one);
        grouped.push(group);
        bare_rate.push(bare);
        one_rate.push(one);
        two_rate.push(two);
    }
    section.row(
        &format!("several nodes, signed reports per second of one, over rows that {CONNECTIONS} connections commit one by one"),
        &one_over,
        Target::None,
        &format!("{:.1}k/s beside {:.1}k/s", one_rate.median() / 1e3, bare_rate.median() / 1e3),
    );
    section.row("requests per commit of that node", &grouped, Target::None, "");
    section.row(
        "several nodes, two over one, all on the same two processors",
        &two_over,
        Target::None,
        &format!("{:.1}k/s", two_rate.median() / 1e3),
    );
    Ok(())
}

/// Requests in a second of two servers at once, each with half of the connections and of the requests.
fn both(plan: &Plan, addresses: [SocketAddr; 2], count: usize) -> Result<f64> {
    let requests = addresses.map(|address| (address, reports(&plan.small(), count / 2)));
    let runs = std::thread::scope(|scope| {
        let running = requests.each_ref().map(|(address, requests)| {
            scope.spawn(|| load::run(*address, CONNECTIONS / 2, requests, &Expected::default()))
        });
        running.map(|run| run.join().map_err(|_| anyhow!("a load generator panicked"))?)
    });
    let [one, other] = runs;
    let (one, other) = (one?, other?);
    // Until the slower one has ended.
    let took = one.took.max(other.took).as_secs_f64();
    Ok((one.requests + other.requests) as f64 / took)
}
