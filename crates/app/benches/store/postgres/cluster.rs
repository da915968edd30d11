//! The cluster that the rows of PostgreSQL stand on, and the database's own tools, which are what everything is compared
//! with. Whoever started the cluster ends it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use ramward_domain::store::postgres::Nodes;
use ramward_domain::store::seal::SealKey;
use ramward_domain::store::{Store, StoreError, StoreOptions};

use crate::clock::now;
use crate::page::tell;

/// The schema of the store that most is measured on.
pub const STORE: &str = "bench_store";
/// The schema of what the bare statements change.
pub const BARE: &str = "bench_bare";

/// Makes the tables of that schema.
pub const BARE_TABLES: &str = include_str!("bare_tables.sql");
const SIZES: &str = include_str!("sizes.sql");
/// Runs of `pgbench` before its silence is an error.
const TRIES: usize = 5;

/// How large a table is, in bytes.
#[derive(Debug)]
pub struct Size {
    /// Its name.
    pub table: String,
    /// Its rows, as the last `ANALYZE` counted them.
    pub rows: f64,
    /// The rows' bytes.
    pub heap: f64,
    /// Those of its indexes.
    pub indexes: f64,
    /// Those of all that belongs to it.
    pub total: f64,
}

/// A database, and the directory of PostgreSQL's programs.
pub struct Cluster {
    url: String,
    programs: PathBuf,
}

impl Cluster {
    /// The one that `tests/postgresql/run` has started, if it has.
    pub fn find() -> Option<Self> {
        let url = std::env::var("RAMWARD_TEST_POSTGRES").ok().filter(|url| !url.is_empty())?;
        let programs = std::env::var_os("RAMWARD_TEST_POSTGRES_PROGRAMS")?.into();
        Some(Self { url, programs })
    }

    /// The address of one of its schemas.
    pub fn url(&self, schema: &str) -> String {
        format!("{}?options=-csearch_path%3D{schema}", self.url)
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        // Ramward speaks to this machine without TLS, so the others do too.
        command.env("PGSSLMODE", "disable");
        command
    }

    /// Runs statements in one transaction each, or commands of `psql`; what they print.
    ///
    /// # Errors
    /// The database refuses one.
    pub fn psql(&self, schema: &str, statements: &[&str]) -> Result<String> {
        self.psql_with(schema, &[], statements)
    }

    fn psql_with(&self, schema: &str, flags: &[&str], statements: &[&str]) -> Result<String> {
        let mut command = self.program("psql");
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", &self.url(schema)]).args(flags);
        command.args(statements.iter().flat_map(|statement| ["-c", statement]));
        let done = command.output().context("psql does not run")?;
        ensure!(done.status.success(), "{statements:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8(done.stdout)?)
    }

    /// Makes a schema with nothing in it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn make(&self, schema: &str) -> Result<()> {
        let statements =
            [format!("DROP SCHEMA IF EXISTS {schema} CASCADE"), format!("CREATE SCHEMA {schema}")];
        self.psql(schema, &statements.each_ref().map(String::as_str)).map(drop)
    }

    /// The tables that have rows, largest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn sizes(&self, schema: &str) -> Result<Vec<Size>> {
        let told = self.psql(schema, &[SIZES])?;
        let size = |line: &str| -> Option<Size> {
            let mut cells = line.split('|');
            let table = cells.next()?.to_owned();
            let mut number = || cells.next()?.parse().ok();
            Some(Size { table, rows: number()?, heap: number()?, indexes: number()?, total: number()? })
        };
        told.lines().map(|line| size(line).with_context(|| format!("psql says {line}"))).collect()
    }

    /// Writes the rows of `tables` to files, each a file of its name.
    ///
    /// # Errors
    /// The disk is full.
    pub fn copy_out(&self, schema: &str, tables: &[String], folder: &Path) -> Result<()> {
        self.copy(schema, tables, folder, "to").map(drop)
    }

    /// Takes the rows in again, in one transaction; how long that took.
    ///
    /// # Errors
    /// The database refuses.
    pub fn copy_in(&self, schema: &str, tables: &[String], folder: &Path) -> Result<Duration> {
        self.copy(schema, tables, folder, "from")
    }

    fn copy(&self, schema: &str, tables: &[String], folder: &Path, way: &str) -> Result<Duration> {
        let copies: Vec<String> = tables
            .iter()
            .map(|table| {
                let path = folder.join(table);
                format!("\\copy {table} {way} '{}' (FORMAT binary)", path.display())
            })
            .collect();
        let began = now();
        self.psql_with(schema, &["-1"], &copies.iter().map(String::as_str).collect::<Vec<_>>())?;
        Ok(began.elapsed())
    }

    /// Transactions in a second of a script of `pgbench`, by so many connections, each statement prepared once. A disk can
    /// stall for longer than `seconds`: a run in which nothing was committed is repeated.
    ///
    /// # Errors
    /// The database refuses the script, or commits nothing again and again.
    pub fn pgbench(&self, script: &str, connections: usize, seconds: u64) -> Result<f64> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/store/postgres").join(script);
        let mut command = self.program("pgbench");
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &connections.to_string()]);
        command.args(["-T", &seconds.to_string(), "-f"]).arg(&path).arg(self.url(BARE));
        for _ in 0..TRIES {
            let done = command.output().context("pgbench does not run")?;
            ensure!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
            let told = String::from_utf8(done.stdout)?;
            // It tells no rate where there was no transaction.
            let mut rates = told.lines().filter_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
            if let Some(rate) = rates.next() {
                return Ok(rate.parse()?);
            }
            tell(&format!("{script} committed nothing in {seconds} s: once more"));
        }
        bail!("{script} committed nothing in {TRIES} runs of {seconds} s")
    }

    /// The store in this process, alone; its seal key is that of a data directory.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(&self, data: &Path) -> Result<(Store, SealKey)> {
        let seal = SealKey::find_in_file(&data.join("seal.key"))?.ok_or(StoreError::Closed)?;
        let options = StoreOptions::new(self.url(STORE).parse()?, seal.clone());
        Ok((Store::open(&StoreOptions { nodes: Nodes::One, ..options })?, seal))
    }
}
