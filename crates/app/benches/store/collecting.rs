//! What collecting an account costs: calls beside those that were stated, and memory, with a small and with a large one.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use ramward_domain::time::{Clock, SystemClock};

use crate::clock::now;
use crate::data::{self, Folder};
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;
use crate::population::Account;
use crate::process::{Launch, Server, free_address, ramward_command};

/// What a large account may take more memory than a small one: none, but for what the allocator leaves behind.
const SAME_MEMORY: f64 = 1.25;

/// What a run of `collect` did.
struct Collected {
    calls: u64,
    planned: u64,
    seconds: f64,
    peak_kib: u64,
}

/// Measures.
///
/// # Errors
/// A collect failed, or made other calls than it had stated.
pub fn measure(plan: &Plan, folder: &Folder, section: &mut Section) -> Result<()> {
    let (few, many) = (Account::new(5, plan.collected / 10), Account::new(6, plan.collected));
    let (state, data) = (folder.join("vendor.jsonl"), folder.join("vendor"));
    data::write_state(&state, &[few, many], SystemClock.now())?;
    data::import(&data, &state)?;
    let vendor = Server::ramward(&data, free_address()?, &Launch::anywhere(), &["--max-nonces=100000000"])?;
    for way in ["walk", "credential-report"] {
        let run = |account: &Account| collect(&vendor, account, way, &folder.join("mirror"));
        let (small, large) = (run(&few)?, run(&many)?);
        tell(&format!("{way}: {} calls in {:.1} s", large.calls, large.seconds));
        let mut calls = Ratios::default();
        calls.push(large.calls as f64 / large.planned as f64);
        let words = format!("collect of {} users by {way}, calls over those stated", many.users);
        let per_second = many.users as f64 / large.seconds;
        let scale = format!("{} calls; {per_second:.0} users/s at up to 10,000 calls a second", large.calls);
        section.row(&words, &calls, Target::AtMost(1.0), &scale);
        let mut memory = Ratios::default();
        memory.push(large.peak_kib as f64 / small.peak_kib as f64);
        let words = format!("the same, peak memory over that for {} users", few.users);
        let mib = |kib: u64| kib as f64 / 1024.0;
        let scale = format!("{:.1} MiB and {:.1} MiB", mib(large.peak_kib), mib(small.peak_kib));
        section.row(&words, &memory, Target::AtMost(SAME_MEMORY), &scale);
    }
    vendor.stop()
}

/// Collects into a new store.
fn collect(vendor: &Server, account: &Account, way: &str, mirror: &Path) -> Result<Collected> {
    let key = account.root_key(0);
    let mut command = ramward_command(&Launch::anywhere());
    command
        .args(["collect", "--plan", way, "--rate", "10000", "--endpoint"])
        .arg(format!("http://{}", vendor.address))
        .arg("--data")
        .arg(mirror)
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", &key.id)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", key.secret.expose())
        .env("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
    let began = now();
    let (peak_kib, told) = Server::spawn(command, vendor.address)?.wait()?;
    let seconds = began.elapsed().as_secs_f64();
    std::fs::remove_dir_all(mirror)?;
    let number = |before: &str| -> Result<u64> {
        let number =
            told.split_once(before).and_then(|(head, _)| head.rsplit([' ', '(']).next()?.parse().ok());
        number.with_context(|| format!("no number before {before:?} in {told}"))
    };
    ensure!(number(" users,")? == account.users, "not all users: {told}");
    Ok(Collected { calls: number(" calls (")?, planned: number(" planned")?, seconds, peak_kib })
}
