//! Import of a large state file, beside the bare loop.

use std::path::PathBuf;

use anyhow::Result;
use ramward_domain::time::{Clock, SystemClock};

use crate::bare_rows;
use crate::clock::now;
use crate::data::{self, Folder};
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;

const MIB: f64 = 1_048_576.0;

/// Measures; the data directory of the last import.
///
/// # Errors
/// An import failed.
pub fn measure(plan: &Plan, folder: &Folder, section: &mut Section) -> Result<PathBuf> {
    let state = folder.join("state.jsonl");
    let (data, bare) = (folder.join("data"), folder.join("bare.db"));
    let state_bytes = data::write_state(&state, &[plan.large(), plan.small()], SystemClock.now())?;
    let (mut ratios, mut seconds, mut bare_seconds, mut peak_kib) =
        (Ratios::default(), Ratios::default(), Ratios::default(), 0);
    for _ in 0..plan.few_rounds {
        let by_hand = bare_rows::measure(&bare, plan.users)?.as_secs_f64();
        std::fs::remove_file(&bare)?;
        if data.exists() {
            std::fs::remove_dir_all(&data)?;
        }
        let began = now();
        peak_kib = data::import(&data, &state)?.max(peak_kib);
        let took = began.elapsed().as_secs_f64();
        tell(&format!("import {took:.2} s, bare loop {by_hand:.2} s, peak {peak_kib} KiB"));
        ratios.push(by_hand / took);
        seconds.push(took);
        bare_seconds.push(by_hand);
    }
    std::fs::remove_file(&state)?;
    let file_bytes = std::fs::metadata(data.join("ramward.db"))?.len() as f64;
    let users = plan.users as f64;
    section.row(
        &format!(
            "import of {} users with {} keys, rows per second over a bare prepared-insert loop",
            users,
            2.0 * users
        ),
        &ratios,
        Target::AtLeast(0.5),
        &format!(
            "{:.0}k users/s, {:.1} s beside {:.1} s; from {:.0} MiB of JSON Lines to a file of {:.0} MiB",
            users / seconds.median() / 1000.0,
            seconds.median(),
            bare_seconds.median(),
            state_bytes as f64 / MIB,
            file_bytes / MIB
        ),
    );
    section.figure("import, peak memory", peak_kib as f64 / 1024.0, "MiB", Target::AtMost(256.0), "");
    Ok(data)
}
