//! What a held nonce costs in memory.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use ramward_domain::authn::nonces::{Burnt, Fingerprint, NonceTable};
use ramward_domain::time::{Clock, SystemClock};

use crate::page::{Section, Target, tell};
use crate::plan::Plan;
use crate::population::mix;

/// The role's name on the command line.
pub const ROLE: &str = "hold-nonces";

/// Holds so many in a process that does nothing else; prints the bytes each takes.
///
/// # Errors
/// The system does not say how much memory is used.
pub fn hold(count: u64) -> Result<()> {
    let wall = SystemClock.now();
    let table = NonceTable::new(usize::try_from(count)?);
    let before = resident_bytes()?;
    for number in 0..count {
        let burnt = table.burn(Fingerprint(mix(&[number])), wall.plus_seconds(900), wall);
        ensure!(burnt == Burnt::New, "nonce {number} is not new");
    }
    let bytes = resident_bytes()? - before;
    ensure!(table.held() as u64 == count, "not all are held");
    tell(&(bytes / count as f64).to_string());
    Ok(())
}

fn resident_bytes() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024.0)
}

/// Measures at several fillings, because tables grow by doubling.
///
/// # Errors
/// A process failed.
pub fn measure(plan: &Plan, section: &mut Section) -> Result<()> {
    for part in [8, 5, 4, 2, 1] {
        let count = plan.nonces / part;
        let done = Command::new(std::env::current_exe()?).arg(ROLE).arg(count.to_string()).output()?;
        ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let bytes: f64 = String::from_utf8(done.stdout)?.trim().parse()?;
        section.figure(&format!("a nonce, {count} held"), bytes, "bytes", Target::AtMost(24.0), "");
    }
    Ok(())
}
