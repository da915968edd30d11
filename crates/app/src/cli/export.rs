//! `ramward export`: the store of the data directory as a state file.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::Context as _;
use ramward_domain::ids::AccountId;
use ramward_domain::state::export::{Exported, Wanted, export};

use super::progress::Progress;
use super::{Context, Ending, print};
use crate::server::{must_have_store, open_store};

/// Write the store as a state file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
One JSON record a line, to stdout or to a file. Secrets, seeds and password hashes are left out unless asked for; a file
with them is readable by its owner alone. No server may run on the store.

A state file says what an account is, not what it was: recycle bins, the history of the report,
console sessions and failed attempts to sign in are not in it. A snapshot (`ramward snapshot`)
has bins and history too.

Examples:
  ramward export > accounts.jsonl
  ramward export --account 1234567890123456 --with-secrets --to backup.jsonl")]
pub struct ExportArgs {
    /// One account; without it all
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Also write AccessKey secrets, MFA seeds and password hashes, in clear
    #[arg(long)]
    with_secrets: bool,
    /// The file to write; it must not be there yet
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

impl ExportArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        must_have_store(&context.settings)?;
        let (store, seal) = open_store(&context.settings)?;
        let wanted = Wanted { account: self.account, secrets: self.with_secrets.then_some(&seal) };
        let mut progress = Progress::start("exporting", 0);
        let mut tell = |exported: &Exported| progress.at(0, exported.users);
        let exported = match &self.to {
            None => {
                let mut out = BufWriter::new(std::io::stdout().lock());
                export(&store, wanted, &mut out, &mut tell)?
            }
            Some(path) => {
                let mut out = BufWriter::new(create(path)?);
                let exported = export(&store, wanted, &mut out, &mut tell)?;
                out.flush()?;
                out.get_ref().sync_all()?;
                exported
            }
        };
        progress.end();
        print::note(&format!("exported {} accounts, {} users", exported.accounts, exported.users));
        Ok(Ending::Done)
    }
}

fn create(path: &PathBuf) -> anyhow::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).with_context(|| {
        format!("cannot write {}; name a file that is not there yet, in a directory of yours", path.display())
    })
}
