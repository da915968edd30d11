//! `ramward ca`: the certificate that clients of the HTTPS and CONNECT doors must trust. It is printed and installed
//! nowhere.

use anyhow::Context as _;
use clap::Args;
use ramward_domain::time::{Clock, SystemClock};
use serde_json::json;

use super::{Context, Ending, print};
use crate::config::Output;
use crate::server::make_data_directory;
use crate::tls::authority::Authority;

/// Print the certificate of the CA in the data directory
#[derive(Debug, Args)]
#[command(after_help = "\
`serve` makes the CA when it first opens an HTTPS or a CONNECT door, and so does this command. Nothing is installed:
name the file to the clients that shall trust it, or let `ramward exec` do so for one command. Whoever has ca.key of the
data directory can pose as any server to those clients.

Examples:
  ramward ca > ramward-ca.pem
  ramward ca --path
  ramward ca --output json")]
pub struct CaArgs {
    /// Print the name of its file in place of the certificate
    #[arg(long)]
    path: bool,
}

impl CaArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        make_data_directory(&context.settings)?;
        let authority = Authority::find_or_create(&context.settings.data, SystemClock.now())?;
        let path = std::path::absolute(authority.path()).context("the current directory is gone")?;
        let path = path.display();
        let text = match context.settings.output {
            Output::Json => {
                let value = json!({
                    "Certificate": authority.pem(),
                    "Path": path.to_string(),
                    "NotAfter": authority.not_after().to_string(),
                    "Sha256": authority.fingerprint(),
                });
                format!("{value}\n")
            }
            Output::Table if self.path => format!("{path}\n"),
            Output::Table => {
                print::note(&format!(
                    "{path}, valid until {}, SHA-256 {}",
                    authority.not_after(),
                    authority.fingerprint()
                ));
                authority.pem().to_owned()
            }
        };
        print::result(text.as_bytes())?;
        Ok(Ending::Done)
    }
}
