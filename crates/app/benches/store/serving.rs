//! The real server on the large file: how soon it answers, what memory it keeps, how reports fare beside writers.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use ramward_rpc::sign::Scheme;

use crate::at_rest;
use crate::bare;
use crate::clock::{now, pass};
use crate::load::{self, Expected, Run};
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;
use crate::population::{Account, mix};
use crate::process::{Launch, Server, free_address, ramward_command};
use crate::signing::{call, sign};
use crate::writing::new_user;

const REPORT: &str = "GetAccountSecurityPracticeReport";
const WRITERS: usize = 16;
/// No limit to the users of an account.
pub const NO_QUOTA: &str = "--quota-users=1000000000";

/// Several rounds on one server send more requests within the signature window than it holds nonces for by default.
pub const MANY_NONCES: &str = "--max-nonces=100000000";
/// After a kill, stamps up to four seconds ahead of it are refused (docs/decisions/0005).
const CLOSED: Duration = Duration::from_millis(5500);

fn report_of(account: &Account) -> Vec<u8> {
    sign(&call(Scheme::V3, REPORT, &[]), &account.root_key(0))
}

fn create_in(account: &Account) -> Vec<u8> {
    let user = new_user(account);
    let params = user.each_ref().map(|(name, value)| (*name, value.as_str()));
    sign(&call(Scheme::V3, "CreateUser", &params), &account.root_key(0))
}

/// From the start of the process to its first answer.
fn start_ramward(data: &Path, account: &Account) -> Result<(f64, Server)> {
    let address = free_address()?;
    let mut command = ramward_command(&Launch::anywhere());
    command.arg("serve").arg("--data").arg(data).args(["--listen", &address.to_string(), NO_QUOTA]);
    let request = report_of(account);
    let began = now();
    let server = Server::spawn(command, address)?;
    let reply = load::ask(address, &request)?;
    let took = began.elapsed().as_secs_f64();
    ensure!(reply.status == 200, "the first answer: {}", String::from_utf8_lossy(&reply.body));
    Ok((took, server))
}

fn start_bare() -> Result<f64> {
    let address = free_address()?;
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.args([bare::ROLE, &address.to_string(), &Launch::anywhere().threads.to_string(), "hello"]);
    let request = bare::plain(address);
    let began = now();
    let server = Server::spawn(command, address)?;
    let reply = load::ask(address, &request)?;
    let took = began.elapsed().as_secs_f64();
    ensure!(reply.status == 200, "the bare server's first answer");
    server.kill()?;
    Ok(took)
}

/// Start to the first signed answer, after a clean stop and after a kill among writes.
///
/// # Errors
/// The server does not start.
pub fn starts(plan: &Plan, data: &Path, section: &mut Section) -> Result<()> {
    let account = plan.large();
    let (mut clean, mut killed, mut first_kill) = (Ratios::default(), Ratios::default(), true);
    let (mut bare_ms, mut clean_ms, mut killed_ms) =
        (Ratios::default(), Ratios::default(), Ratios::default());
    for _ in 0..plan.rounds {
        let bare = start_bare()?;
        let (took, server) = start_ramward(data, &account)?;
        server.stop()?;
        tell(&format!("bare {:.2} ms, after a clean stop {:.2} ms", bare * 1e3, took * 1e3));
        clean.push(took / bare);
        bare_ms.push(bare * 1e3);
        clean_ms.push(took * 1e3);
    }
    for _ in 0..plan.few_rounds.max(2) {
        let (took, server) = start_ramward(data, &account)?;
        if !first_kill {
            let bare = start_bare()?;
            tell(&format!("bare {:.2} ms, after a kill {:.2} ms", bare * 1e3, took * 1e3));
            killed.push(took / bare);
            killed_ms.push(took * 1e3);
        }
        first_kill = false;
        let writes: Vec<_> = (0..plan.writes).map(|_| create_in(&account)).collect();
        load::run(server.address, WRITERS, &writes, &Expected::default())?;
        server.kill()?;
        pass(CLOSED);
    }
    let (took, server) = start_ramward(data, &account)?;
    killed.push(took / start_bare()?);
    killed_ms.push(took * 1e3);
    server.stop()?;
    section.row(
        "start to the first signed report, over a bare axum server's start",
        &clean,
        Target::AtMost(5.0),
        &format!("{:.1} ms beside {:.1} ms", clean_ms.median(), bare_ms.median()),
    );
    section.row(
        "the same after a kill -9 among writes",
        &killed,
        Target::AtMost(10.0),
        &format!(
            "{:.1} ms; once the stamps that the dead server may have accepted are past",
            killed_ms.median()
        ),
    );
    Ok(())
}

/// Resident memory after many requests of all kinds by keys at random.
///
/// # Errors
/// A request was refused.
pub fn memory(plan: &Plan, data: &Path, section: &mut Section) -> Result<()> {
    let server = Server::ramward(data, free_address()?, &Launch::anywhere(), &[])?;
    let account = plan.large();
    let mib = |kib: u64| kib as f64 / 1024.0;
    let before = mib(server.memory_kib("VmRSS")?);
    let began = now();
    let mut sent = 0;
    while sent < plan.requests {
        let batch: Vec<_> = (sent..plan.requests.min(sent + 50_000))
            .map(|number| {
                let any = mix(&[number as u64]);
                let scheme = if any & 1 == 0 { Scheme::RpcV1 } else { Scheme::V3 };
                let user = (any >> 8) % account.users;
                match any >> 1 & 7 {
                    0 => sign(&call(scheme, REPORT, &[]), &account.root_key(0)),
                    1 => {
                        let id = account
                            .user(user, ramward_domain::time::Timestamp::from_seconds(0))
                            .id
                            .to_string();
                        sign(&call(scheme, "GetUser", &[("UserId", &id)]), &account.root_key(0))
                    }
                    _ => sign(&call(scheme, "GetCallerIdentity", &[]), &account.user_key(user, any >> 4 & 1)),
                }
            })
            .collect();
        sent += batch.len();
        load::run(
            server.address,
            64,
            &batch,
            &Expected { head: b"{\"RequestId\":".to_vec(), tail: Vec::new() },
        )?;
    }
    let after = mib(server.memory_kib("VmRSS")?);
    let nonces = metric(&server, "ramward_nonces")?;
    let rate = plan.requests as f64 / began.elapsed().as_secs_f64();
    server.stop()?;
    at_rest::forget_nonces(data)?;
    section.figure(
        &format!("resident memory after {} requests by {} keys at random", plan.requests, account.users * 2),
        after,
        "MiB",
        Target::AtMost(96.0),
        &format!("{before:.0} MiB before; {nonces:.0} nonces held are part of it; {rate:.0} requests/s with signing them"),
    );
    Ok(())
}

/// A figure of the server's page of metrics.
///
/// # Errors
/// It has none of that name.
pub fn metric(server: &Server, name: &str) -> Result<f64> {
    let page = load::ask(server.address, b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
    let text = String::from_utf8(page.body)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|value| value.parse().ok()).with_context(|| format!("no figure {name}"))
}

/// Reports while writers create users, over reports alone.
///
/// # Errors
/// A request was refused.
pub fn beside_writers(plan: &Plan, data: &Path, section: &mut Section) -> Result<()> {
    let (read, written) = (plan.small(), plan.large());
    for (words, target, account) in [
        (
            "reports per second while 16 writers create users in another account, over without",
            Target::AtLeast(0.7),
            &written,
        ),
        ("the same with the writers in the account that is reported", Target::None, &read),
    ] {
        let server = Server::ramward(data, free_address()?, &Launch::anywhere(), &[NO_QUOTA, MANY_NONCES])?;
        let (mut ratios, mut alone, mut beside, mut written) =
            (Ratios::default(), Ratios::default(), Ratios::default(), Ratios::default());
        for _ in 0..plan.rounds {
            let requests = reports(&read, plan.writes * 20);
            let without = load::run(server.address, 64, &requests, &Expected::default())?;
            // More writes than there will be time for.
            let most = without.took.as_secs_f64() * 4.0 * 20_000.0;
            let writes: Vec<_> = (0..most as usize + 1000).map(|_| create_in(account)).collect();
            let requests = reports(&read, plan.writes * 20);
            let (with, writes) = with_writers(&server, &writes, || {
                load::run(server.address, 64, &requests, &Expected::default())
            })?;
            let (without, with) = (without.per_second(), with.per_second());
            tell(&format!("{without:.0}/s alone, {with:.0}/s beside {writes:.0} writes/s"));
            ratios.push(with / without);
            alone.push(without);
            beside.push(with);
            written.push(writes);
        }
        server.stop()?;
        at_rest::forget_nonces(data)?;
        let scale = format!(
            "{:.0}k/s beside {:.1}k writes/s, {:.0}k/s without",
            beside.median() / 1e3,
            written.median() / 1e3,
            alone.median() / 1e3
        );
        section.row(words, &ratios, target, &scale);
    }
    Ok(())
}

/// Signed reports of an account.
pub fn reports(account: &Account, count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|_| report_of(account)).collect()
}

/// Runs `work` while as many writers as there are send `writes`; its result and the writes of a second.
fn with_writers(
    server: &Server,
    writes: &[Vec<u8>],
    work: impl FnOnce() -> Result<Run>,
) -> Result<(Run, f64)> {
    let (ended, address) = (AtomicBool::new(false), server.address);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| -> Result<f64> {
            let (began, mut sent) = (now(), 0);
            for batch in writes.chunks(500) {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                sent += load::run(address, WRITERS, batch, &Expected::default())?.requests;
            }
            Ok(sent as f64 / began.elapsed().as_secs_f64())
        });
        let measured = work();
        ensure!(!writer.is_finished(), "the writers ended first");
        ended.store(true, Ordering::Relaxed);
        let written = writer.join().map_err(|_| anyhow::anyhow!("a writer panicked"))??;
        Ok((measured?, written))
    })
}
