//! Import of a large state file into PostgreSQL, beside a bare COPY of the rows that it made.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use ramward_domain::time::{Clock, SystemClock};

use super::cluster::{Cluster, STORE};
use crate::clock::now;
use crate::data::{self, Folder};
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;

/// Measures; the data directory with the store's seal key. The store is there afterwards, as the last COPY left it.
///
/// # Errors
/// An import failed.
pub fn measure(plan: &Plan, cluster: &Cluster, folder: &Folder, section: &mut Section) -> Result<PathBuf> {
    let (state, data, rows) =
        (folder.join("postgres.jsonl"), folder.join("postgres-data"), folder.join("postgres-rows"));
    let accounts = [vec![plan.large(), plan.small()], plan.cold()].concat();
    data::write_state(&state, &accounts, SystemClock.now())?;
    std::fs::create_dir_all(&rows)?;
    let store = format!("--store={}", cluster.url(STORE));
    let [mut ratios, mut seconds, mut bare_seconds]: [Ratios; 3] = Default::default();
    let (mut peak_kib, mut tables) = (0, Vec::<String>::new());
    for _ in 0..plan.few_rounds {
        cluster.make(STORE)?;
        cluster.psql(STORE, &["CHECKPOINT"])?;
        let began = now();
        peak_kib = data::import_with(&data, &state, &[&store])?.max(peak_kib);
        let took = began.elapsed().as_secs_f64();
        if tables.is_empty() {
            tables = cluster.sizes(STORE)?.into_iter().map(|size| size.table).collect();
            ensure!(tables.len() > 5, "only {tables:?} have rows");
            cluster.copy_out(STORE, &tables, &rows)?;
        }
        cluster.psql(STORE, &[&format!("TRUNCATE {}", tables.join(", ")), "CHECKPOINT"])?;
        let bare = cluster.copy_in(STORE, &tables, &rows)?.as_secs_f64();
        tell(&format!("import {took:.2} s, bare COPY {bare:.2} s, peak {peak_kib} KiB"));
        ratios.push(bare / took);
        seconds.push(took);
        bare_seconds.push(bare);
    }
    std::fs::remove_file(&state)?;
    std::fs::remove_dir_all(&rows)?;
    // What the database does by itself after a while.
    cluster.psql(STORE, &["VACUUM ANALYZE"])?;
    let users: u64 = accounts.iter().map(|account| account.users).sum();
    section.row(
        &format!(
            "import of {users} users with {} keys, rows per second over a bare COPY of the same rows",
            2 * users
        ),
        &ratios,
        Target::AtLeast(0.5),
        &format!(
            "{:.0}k users/s, {:.1} s beside {:.1} s",
            users as f64 / seconds.median() / 1000.0,
            seconds.median(),
            bare_seconds.median()
        ),
    );
    section.figure("import, peak memory", peak_kib as f64 / 1024.0, "MiB", Target::AtMost(256.0), "");
    Ok(data)
}
