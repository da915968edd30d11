//! `ramward import`: a state file into the store of the data directory, whole or not at all.

use std::path::PathBuf;

use ramward_domain::report::history::Present;
use ramward_domain::state::import::Imported;
use ramward_domain::time::{Clock, SystemClock};

use super::progress::Progress;
use super::{Context, Ending, print};
use crate::config::Output;
use crate::server::{domain_settings, open_store};
use crate::state_file;

/// Bring a state file into the store
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file holds one JSON record a line, or, if its name ends in .json, one object {\"Accounts\":[…]}. A record that cannot
be taken is named with its line and field, and then nothing of the file is imported. No server may run on the store.

Examples:
  ramward import accounts.jsonl
  ramward import --data ./data examples/acme.json")]
pub struct ImportArgs {
    /// The state file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl ImportArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        let bytes = std::fs::metadata(&self.file).map_or(0, |file| file.len());
        let domain = domain_settings(&context.settings)?;
        let (store, seal) = open_store(&context.settings)?;
        let mut progress = Progress::start("importing", bytes);
        let mut tell = |imported: &Imported| progress.at(imported.bytes, imported.users);
        let present = Present { now: SystemClock.now(), measures: domain.measures() };
        let imported = state_file::load(&self.file, &store, &seal, present, &mut tell)?;
        progress.end();
        let Imported { accounts, users, access_keys, mfa_devices, policies, groups, roles, .. } = imported;
        let text = match context.settings.output {
            Output::Json => serde_json::json!({
                "Accounts": accounts, "Users": users, "AccessKeys": access_keys, "MFADevices": mfa_devices,
                "Policies": policies, "Groups": groups, "Roles": roles,
            })
            .to_string(),
            Output::Table => format!(
                "imported {accounts} accounts, {users} users, {access_keys} AccessKeys, {mfa_devices} MFA devices, \
                 {policies} policies, {groups} groups, {roles} roles"
            ),
        };
        print::result(format!("{text}\n").as_bytes())?;
        Ok(Ending::Done)
    }
}
