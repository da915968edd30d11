//! The command line: global options, one file per command, exit codes. Results go to stdout, everything else to stderr.
//!
//! To add a command: one file with a `clap::Args` struct and `run(self, &Context) -> anyhow::Result<Ending>`, one line in
//! [`Command`], one in [`Command::run`].

mod account;
mod ca;
mod call;
mod clock;
mod collect;
mod completions;
mod demo;
mod exceptions;
mod exec;
mod explain_error;
mod export;
mod fault;
mod import;
mod print;
mod progress;
#[cfg(test)]
mod reference;
mod report;
mod requests;
mod reset;
mod serve;
mod signed_call;
mod snapshot;
mod table;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{EverywhereFlags, Given, Settings};

/// The security report of an Alibaba Cloud account's identities: a server that speaks its protocol, and the tools around it.
#[derive(Debug, Parser)]
#[command(name = "ramward", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
struct Global {
    #[command(flatten)]
    settings: EverywhereFlags,
    /// Settings file; without it, ramward.toml in the data directory if there is one
    #[arg(long, value_name = "FILE", global = true, help_heading = "Global options")]
    config: Option<PathBuf>,
    /// Say more on stderr; twice for everything
    #[arg(short, long, action = clap::ArgAction::Count, global = true, help_heading = "Global options")]
    verbose: u8,
    /// Print without colours; so does a NO_COLOR that is not empty
    #[arg(long, global = true, help_heading = "Global options")]
    no_color: bool,
}

/// The commands, in the order of the help page.
#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
    Demo(demo::DemoArgs),
    Report(report::ReportArgs),
    Call(call::CallArgs),
    Collect(collect::CollectArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
    Account(account::AccountArgs),
    Clock(clock::ClockArgs),
    Ca(ca::CaArgs),
    Exec(exec::ExecArgs),
    Snapshot(snapshot::SnapshotArgs),
    Reset(reset::ResetArgs),
    Requests(requests::RequestsArgs),
    Fault(fault::FaultArgs),
    Exceptions(exceptions::ExceptionsArgs),
    ExplainError(explain_error::ExplainErrorArgs),
    Completions(completions::CompletionsArgs),
    Man(completions::ManArgs),
}

/// How a command ended that had no trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It did what was asked: exit code 0.
    Done,
    /// The answer is "no" (a threshold missed, a call refused): exit code 1.
    No,
    /// It ran another command, which ended with this exit code.
    Code(u8),
}

/// What every command gets beside its own options.
#[derive(Debug)]
pub struct Context {
    /// All settings, from file, environment and flags.
    pub settings: Settings,
    /// How often `-v` was given.
    pub verbose: u8,
    /// Whether stdout may be coloured.
    pub color: bool,
    /// The credentials profiles in the order they were given; `settings.profile` is the last.
    pub profiles: Vec<String>,
}

impl Command {
    fn run(self, context: &Context) -> anyhow::Result<Ending> {
        match self {
            Self::Serve(args) => args.run(context),
            Self::Demo(args) => args.run(context),
            Self::Report(args) => args.run(context),
            Self::Call(args) => args.run(context),
            Self::Collect(args) => args.run(context),
            Self::Import(args) => args.run(context),
            Self::Export(args) => args.run(context),
            Self::Account(args) => args.run(context),
            Self::Clock(args) => args.run(context),
            Self::Ca(args) => args.run(context),
            Self::Exec(args) => args.run(context),
            Self::Snapshot(args) => args.run(context),
            Self::Reset(args) => args.run(context),
            Self::Requests(args) => args.run(context),
            Self::Fault(args) => args.run(context),
            Self::Exceptions(args) => args.run(context),
            Self::ExplainError(args) => args.run(context),
            Self::Completions(args) => args.run(context),
            Self::Man(args) => args.run(context),
        }
    }

    /// Flags of the command itself that are settings.
    fn given(&self) -> Given {
        match self {
            Self::Serve(args) => args.given().clone(),
            Self::Demo(args) => args.given().clone(),
            Self::Exec(args) => args.given().clone(),
            Self::Report(_)
            | Self::Call(_)
            | Self::Collect(_)
            | Self::Import(_)
            | Self::Export(_)
            | Self::Account(_)
            | Self::Clock(_)
            | Self::Ca(_)
            | Self::Snapshot(_)
            | Self::Reset(_)
            | Self::Requests(_)
            | Self::Fault(_)
            | Self::Exceptions(_)
            | Self::ExplainError(_)
            | Self::Completions(_)
            | Self::Man(_) => Given::default(),
        }
    }
}

/// Parses the command line, runs the command and turns its end into an exit code: 0 done, 1 "no", 2 trouble.
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::No) => ExitCode::from(1),
        Ok(Ending::Code(code)) => ExitCode::from(code),
        Err(error) => {
            report_trouble(&error);
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Ending> {
    let own = cli.command.given();
    let flags = [&cli.global.settings.0, &own];
    let settings = Settings::load(cli.global.config.as_deref(), |name| std::env::var(name).ok(), &flags)?;
    let mut profiles: Vec<String> =
        cli.global.settings.0.all_of("profile").into_iter().map(str::to_owned).collect();
    if profiles.len() > 1 && !matches!(cli.command, Command::Collect(_)) {
        anyhow::bail!("this command takes one --profile; only collect takes several");
    }
    if profiles.is_empty() {
        profiles.extend(settings.profile.clone());
    }
    let no_color = cli.global.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let context = Context {
        settings,
        verbose: cli.global.verbose,
        color: !no_color && std::io::stdout().is_terminal(),
        profiles,
    };
    cli.command.run(&context)
}

/// One line with the whole chain of causes.
#[expect(clippy::print_stderr, reason = "trouble is told on stderr")]
fn report_trouble(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Every command that does something, with the words that lead to it.
    fn commands(command: &clap::Command, path: &str, found: &mut Vec<(String, String)>) {
        let path = format!("{path}{}", command.get_name());
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        found.push((path.clone(), help));
        for below in command.get_subcommands() {
            commands(below, &format!("{path} "), found);
        }
    }

    /// The words of an example as a shell would hand them over, up to the first pipe or redirection.
    fn words(example: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for character in example.chars() {
            match character {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                _ => words.last_mut().unwrap().push(character),
            }
        }
        words.into_iter().take_while(|word| word != "|" && word != ">").collect()
    }

    #[test]
    fn every_help_page_has_an_example_and_every_example_is_read() {
        let mut pages = Vec::new();
        commands(&Cli::command(), "", &mut pages);
        for (path, help) in pages.iter().filter(|(path, _)| path != "ramward") {
            let examples: Vec<&str> = help
                .lines()
                .filter_map(|line| line.strip_prefix("  "))
                .filter(|line| line.starts_with("ramward "))
                .collect();
            assert!(
                examples.iter().any(|example| example.starts_with(path)),
                "`{path} --help` has no example"
            );
            for example in examples {
                if let Err(error) = Cli::try_parse_from(words(example)) {
                    panic!("`{example}` in the help of {path}: {error}");
                }
            }
        }
    }

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }
}
