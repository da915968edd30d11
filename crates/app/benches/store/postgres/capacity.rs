//! What accounts and users take in the database: many large accounts, and very many small ones.

use anyhow::Result;
use ramward_domain::time::{Clock, SystemClock};

use super::cluster::{Cluster, Size};
use crate::clock::now;
use crate::data::{self, Folder};
use crate::page::{Section, Target, tell};
use crate::plan::Plan;
use crate::population::Account;

const SCHEMA: &str = "bench_capacity";
const MIB: f64 = 1_048_576.0;

/// Imports each shape and looks at the tables.
///
/// # Errors
/// An import failed.
pub fn measure(plan: &Plan, cluster: &Cluster, folder: &Folder, section: &mut Section) -> Result<()> {
    let store = format!("--store={}", cluster.url(SCHEMA));
    let (state, data) = (folder.join("shape.jsonl"), folder.join("shape-data"));
    for (accounts, users) in plan.shapes {
        let all: Vec<Account> = (0..accounts).map(|number| Account::new(100_000 + number, users)).collect();
        data::write_state(&state, &all, SystemClock.now())?;
        cluster.make(SCHEMA)?;
        let began = now();
        data::import_with(&data, &state, &[&store])?;
        let took = began.elapsed().as_secs_f64();
        cluster.psql(SCHEMA, &["VACUUM ANALYZE"])?;
        let sizes = cluster.sizes(SCHEMA)?;
        for Size { table, rows, heap, indexes, total } in &sizes {
            tell(&format!("{table}: {rows} rows, {heap} bytes, {indexes} of indexes, {total} in all"));
        }
        let bytes: f64 = sizes.iter().map(|size| size.total).sum();
        let rows: f64 = sizes.iter().map(|size| size.rows).sum();
        let all_users = (accounts * users) as f64;
        section.figure(
            &format!("{accounts} accounts of {users} users with 2 keys each: the database, for each user"),
            bytes / all_users,
            "bytes",
            Target::None,
            &format!(
                "{:.0} MiB in all, {:.1} rows a user, {:.0} bytes an account; imported in {took:.1} s",
                bytes / MIB,
                rows / all_users,
                bytes / accounts as f64
            ),
        );
    }
    std::fs::remove_file(&state)?;
    cluster.psql(SCHEMA, &[&format!("DROP SCHEMA {SCHEMA} CASCADE")]).map(drop)
}
