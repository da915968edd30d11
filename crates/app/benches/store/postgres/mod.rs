//! The same on PostgreSQL, beside the database's own tools on the same cluster in the same minute: `psql` that copies the
//! same rows in, `pgbench` that asks `SELECT 1` or commits single rows.

mod capacity;
mod cluster;
mod importing;
mod serving;
mod writing;

use anyhow::Result;

use self::cluster::{BARE, BARE_TABLES, Cluster};
use crate::data::Folder;
use crate::page::{Section, tell};
use crate::plan::Plan;

/// Measures and publishes, if there is a cluster.
///
/// # Errors
/// Whatever is not as it must be; nothing is published then.
pub fn measure(plan: &Plan, folder: &Folder) -> Result<()> {
    let Some(cluster) = Cluster::find() else {
        tell(
            "PostgreSQL is left out: there is none. Run this inside tests/postgresql/run --durable to measure it",
        );
        return Ok(());
    };
    let mut section =
        Section::new("tests/postgresql/run --durable cargo bench -p ramward --bench store -- --postgres");
    let setting = |name: &str| {
        Ok::<_, anyhow::Error>(cluster.psql("public", &[&format!("SHOW {name}")])?.trim().to_owned())
    };
    section.say(&format!(
        "PostgreSQL {} on the same machine and disk, fsync {}, synchronous_commit {}, shared_buffers {}, max_wal_size {}. The median ratio \
         and [least–most] of several rounds, or a number with its unit.",
        setting("server_version")?,
        setting("fsync")?,
        setting("synchronous_commit")?,
        setting("shared_buffers")?,
        setting("max_wal_size")?,
    ));
    section.table();
    cluster.make(BARE)?;
    cluster.psql(BARE, &[BARE_TABLES])?;
    tell("import into PostgreSQL");
    let data = importing::measure(plan, &cluster, folder, &mut section)?;
    tell("reads from PostgreSQL");
    writing::reads(plan, &cluster, &data, &mut section)?;
    tell("writes to PostgreSQL");
    writing::rates(plan, &cluster, &data, &mut section)?;
    tell("reports between writes on PostgreSQL");
    // A small account: on PostgreSQL the recomputation asks for each identity by itself.
    let direct = writing::open(&cluster, &data)?;
    crate::writing::reports(direct, &plan.small(), plan.writes / 10, &mut section)?;
    tell("the gateway on PostgreSQL");
    serving::one_node(plan, &cluster, &data, folder, &mut section)?;
    tell("several nodes on PostgreSQL");
    serving::several_nodes(plan, &cluster, &data, &mut section)?;
    tell("sizes in PostgreSQL");
    capacity::measure(plan, &cluster, folder, &mut section)?;
    section.end_table();
    section.publish("postgresql", plan.is_quick)
}
