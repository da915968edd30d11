//! The flags of the settings, made from the table. Knows clap, no command.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::table::{SCOPES, SETTINGS, Scope, Setting};
use super::value::Kind;

/// Settings that were given as flags, with their texts.
#[derive(Debug, Clone, Default)]
pub struct Given(Vec<(&'static Setting, String)>);

impl Given {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static Setting, &str)> {
        self.0.iter().map(|(setting, text)| (*setting, text.as_str()))
    }

    /// Every value that a setting was given; the last one is in force where only one can be.
    pub fn all_of(&self, name: &str) -> Vec<&str> {
        self.iter().filter(|(setting, _)| setting.name == name).map(|(_, text)| text).collect()
    }

    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        let row = |name: &str| SETTINGS.iter().find(|setting| setting.name == name).expect("a known setting");
        Self(pairs.iter().map(|(name, text)| (row(name), (*text).to_owned())).collect())
    }
}

/// The settings that every command takes.
#[derive(Debug, Clone, Default)]
pub struct EverywhereFlags(pub Given);

/// The settings that `serve` takes.
#[derive(Debug, Clone, Default)]
pub struct ServerFlags(pub Given);

/// Who takes the flags.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taker {
    Everywhere,
    Server,
}

/// The setting that may be given more than once.
const MANY: &str = "profile";

fn rows(taker: Taker) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| {
        setting.flag().is_some() && (setting.scope == Scope::Everywhere) == (taker == Taker::Everywhere)
    })
}

fn title(scope: Scope) -> &'static str {
    SCOPES.iter().find(|(listed, _)| *listed == scope).map_or("Settings", |(_, title)| title)
}

fn augment(command: Command, taker: Taker) -> Command {
    command.args(rows(taker).map(|setting| {
        let mut help = setting.doc.to_owned();
        if !setting.default.is_empty() && setting.kind != Kind::Switch {
            help.push_str(&format!(" [default: {}]", setting.default));
        }
        let arg = Arg::new(setting.name)
            .long(setting.name.replace('_', "-"))
            .help(help)
            .global(taker == Taker::Everywhere)
            .help_heading(title(setting.scope));
        match setting.kind {
            Kind::Switch => arg.action(ArgAction::SetTrue),
            // Listed for help and completions; the setting itself reads the word.
            Kind::Choice(words) => {
                arg.value_name(words.join("|")).value_parser(words.to_vec()).hide_possible_values(true)
            }
            Kind::Path => arg
                .value_name("PATH")
                .value_parser(value_parser!(String))
                .value_hint(clap::ValueHint::AnyPath),
            // `collect` takes several; the others refuse a second one.
            kind if setting.name == MANY => arg
                .value_name(kind.placeholder())
                .value_parser(value_parser!(String))
                .action(ArgAction::Append),
            kind => arg.value_name(kind.placeholder()).value_parser(value_parser!(String)),
        }
    }))
}

fn collect(matches: &ArgMatches, taker: Taker) -> Given {
    Given(
        rows(taker)
            .flat_map(|setting| match setting.kind {
                Kind::Switch if matches.get_flag(setting.name) => vec![(setting, "true".to_owned())],
                Kind::Switch => Vec::new(),
                _ => {
                    let given = matches.get_many::<String>(setting.name).into_iter().flatten();
                    given.map(|text| (setting, text.clone())).collect()
                }
            })
            .collect(),
    )
}

macro_rules! args {
    ($flags:ident, $taker:expr) => {
        impl FromArgMatches for $flags {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Ok(Self(collect(matches, $taker)))
            }
            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                self.0 = collect(matches, $taker);
                Ok(())
            }
        }
        impl Args for $flags {
            fn augment_args(command: Command) -> Command {
                augment(command, $taker)
            }
            fn augment_args_for_update(command: Command) -> Command {
                augment(command, $taker)
            }
        }
    };
}

args!(EverywhereFlags, Taker::Everywhere);
args!(ServerFlags, Taker::Server);
