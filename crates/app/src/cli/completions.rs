//! `ramward completions` and `ramward man`: made from the definitions of the command line, so they cannot differ from it.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Context, Ending, print};

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward completions bash > ~/.local/share/bash-completion/completions/ramward
  ramward completions fish > ~/.config/fish/completions/ramward.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    /// Runs the command.
    pub fn run(self, _context: &Context) -> anyhow::Result<Ending> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "ramward", &mut script);
        print::result(&script)?;
        Ok(Ending::Done)
    }
}

/// Print the manual page of ramward or of one of its commands
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward man call | man -l -
  ramward man --dir ~/.local/share/man/man1")]
pub struct ManArgs {
    /// The command; none for ramward itself
    #[arg(value_name = "COMMAND", num_args = 0..)]
    command: Vec<String>,
    /// Write the pages of all commands as files into this directory
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

impl ManArgs {
    /// Runs the command.
    pub fn run(self, _context: &Context) -> anyhow::Result<Ending> {
        let mut root = Cli::command().disable_help_subcommand(true);
        root.build();
        if let Some(dir) = &self.dir {
            std::fs::create_dir_all(dir)
                .and_then(|()| clap_mangen::generate_to(root, dir))
                .with_context(|| format!("cannot write manual pages to {}", dir.display()))?;
            return Ok(Ending::Done);
        }
        let mut command = &root;
        for name in &self.command {
            match command.find_subcommand(name) {
                Some(found) => command = found,
                None => {
                    bail!("there is no command {:?}; `ramward --help` lists them", self.command.join(" "))
                }
            }
        }
        // The display name of a command inside another is `ramward-call`, as its page is called.
        let name = command.get_display_name().unwrap_or("ramward").to_owned();
        let mut page = Vec::new();
        clap_mangen::Man::new(command.clone().name(name)).render(&mut page)?;
        print::result(&page)?;
        Ok(Ending::Done)
    }
}
