//! `ramward exec`: runs a command so that its calls of IMS, RAM and STS reach a Ramward server, whatever hosts are built
//! into it.

#[cfg(target_os = "linux")]
mod isolation;
#[cfg(target_os = "linux")]
mod loopback;
mod own_server;
#[cfg(target_os = "linux")]
mod relay;
mod running_child;
mod surroundings;
mod target;

use std::ffi::OsString;
use std::process::{Child, Command};

use anyhow::Context as _;
use clap::Args;

use self::surroundings::Surroundings;
use self::target::Target;
use super::signed_call::SigningOptions;
use super::{Context, Ending, print};
use crate::config::{Given, ServerFlags};
use crate::log;

/// Run a command whose calls of IMS, RAM and STS reach a Ramward server
#[derive(Debug, Args)]
#[command(after_help = "\
The command gets an AccessKey (that of the environment or the profile), the server's CONNECT door as its proxy, and the
file of the CA that it must trust, in the variables that the vendor's clients read. Every other host is refused by that
proxy. The server is the one that runs on the data directory, or with --own one that lives as long as the command; that
one also brings the key: of --access-key-id, else of the account's root.

With --isolated (Linux) the command gets no proxy but a network of its own, in which the vendor's names lead to the server
and nothing else answers: for clients that take no proxy or trust one only through a list of their own.

The exit code is that of the command, 128 and the signal's number if one ended it, and 2 if it did not run.

Examples:
  ramward exec -- python audit.py
  ramward exec --own --import examples/acme.json -- node audit.js
  ramward exec --own --isolated -- prowler alibabacloud --service ram
  ramward exec --endpoint http://127.0.0.1:9000 --proxy http://127.0.0.1:9001 --ca-file ca.pem -- python audit.py")]
pub struct ExecArgs {
    /// Start a server on a throw-away store and end it with the command; --import fills it
    #[arg(long)]
    own: bool,
    /// Give the command a network of its own, in which only the server answers
    #[arg(long)]
    isolated: bool,
    /// A file with CAs that the command reads; inside it also holds the server's CA
    #[arg(long, value_name = "FILE", requires = "isolated")]
    also_trust_in: Vec<std::path::PathBuf>,
    /// CONNECT door of a server that does not run on the data directory
    #[arg(long, value_name = "URL", conflicts_with = "own")]
    proxy: Option<String>,
    /// CA of that door
    #[arg(long, value_name = "FILE", conflicts_with = "own")]
    ca_file: Option<std::path::PathBuf>,
    #[command(flatten)]
    signing: SigningOptions,
    #[command(flatten)]
    settings: ServerFlags,
    /// The command and its arguments
    #[arg(last = true, required = true, num_args = 1.., value_name = "CMD")]
    command: Vec<OsString>,
}

impl ExecArgs {
    /// The flags that are settings.
    pub fn given(&self) -> &Given {
        &self.settings.0
    }

    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        if self.isolated {
            // Only a process of one thread may do so, and everything below starts threads.
            enter_user_namespace()?;
        }
        log::start(&context.settings, context.verbose);
        let target = self.target(context)?;
        if context.verbose > 0 {
            let credentials = &target.credentials;
            print::note(&format!(
                "endpoint {}, AccessKey {} from {}",
                target.addresses.endpoint, credentials.access_key_id, credentials.source
            ));
        }
        let surroundings = Surroundings::of(&target, self.isolated);
        let (program, arguments) = self.command.split_first().context("there is no command")?;
        let mut command = Command::new(program);
        command.args(arguments);
        surroundings.apply(&mut command);
        let code = if self.isolated {
            run_isolated(command, &target, &self.also_trust_in)?
        } else {
            running_child::wait(spawn(&mut command)?, std::future::pending())?
        };
        target.end()?;
        Ok(Ending::Code(code))
    }

    fn target(&self, context: &Context) -> anyhow::Result<Target> {
        let is_own = self.own || !self.settings.0.all_of("import").is_empty();
        if is_own {
            return own_server::start(context, &self.signing);
        }
        Target::find(context, &self.signing, self.proxy.as_deref(), self.ca_file.as_deref())
    }
}

/// Starts the command.
fn spawn(command: &mut Command) -> anyhow::Result<Child> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.spawn().with_context(|| format!("cannot run {program}"))
}

#[cfg(target_os = "linux")]
fn enter_user_namespace() -> anyhow::Result<()> {
    Ok(isolation::enter_user_namespace()?)
}

#[cfg(target_os = "linux")]
fn run_isolated(
    mut command: Command,
    target: &Target,
    also_trust_in: &[std::path::PathBuf],
) -> anyhow::Result<u8> {
    let ways = relay::Ways::of(&target.addresses)?;
    let bundles = isolation::Bundles::new(&target.ca_file, also_trust_in);
    // The namespaces of network and mounts are those of this one thread, and of the command that it starts.
    let inside = std::thread::spawn(move || -> anyhow::Result<_> {
        let inside = isolation::enter_network(&bundles)?;
        Ok((spawn(&mut command)?, inside))
    });
    let (child, inside) = inside.join().map_err(|_| anyhow::anyhow!("the command's thread panicked"))??;
    running_child::wait(child, relay::serve(inside, ways))
}

#[cfg(not(target_os = "linux"))]
fn enter_user_namespace() -> anyhow::Result<()> {
    anyhow::bail!(
        "--isolated needs the namespaces of Linux, which this system does not have; leave it out to run the command with a proxy"
    )
}

#[cfg(not(target_os = "linux"))]
fn run_isolated(_: Command, _: &Target, _: &[std::path::PathBuf]) -> anyhow::Result<u8> {
    enter_user_namespace().map(|()| 0)
}
