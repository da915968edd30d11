//! The flags of the settings, made from the table. Knows clap, no command.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::value::Kind;
use super::{SETTINGS, Scope, Setting};

/// Settings that were given as flags, with their texts.
#[derive(Debug, Clone, Default)]
pub struct Given(Vec<(&'static Setting, String)>);

impl Given {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static Setting, &str)> {
        self.0.iter().map(|(setting, text)| (*setting, text.as_str()))
    }

    #[cfg(test)]
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
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

fn rows(scope: Scope) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.scope == scope && setting.kind != Kind::Secret)
}

fn augment(command: Command, scope: Scope) -> Command {
    command.args(rows(scope).map(|setting| {
        let mut help = setting.doc.to_owned();
        if !setting.default.is_empty() && setting.kind != Kind::Switch {
            help.push_str(&format!(" [default: {}]", setting.default));
        }
        let arg = Arg::new(setting.name)
            .long(setting.name.replace('_', "-"))
            .help(help)
            .global(scope == Scope::Everywhere)
            .help_heading(if scope == Scope::Everywhere { "Global options" } else { "Settings" });
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
            kind => arg.value_name(kind.placeholder()).value_parser(value_parser!(String)),
        }
    }))
}

fn collect(matches: &ArgMatches, scope: Scope) -> Given {
    Given(
        rows(scope)
            .filter_map(|setting| match setting.kind {
                Kind::Switch => matches.get_flag(setting.name).then(|| (setting, "true".to_owned())),
                _ => matches.get_one::<String>(setting.name).map(|text| (setting, text.clone())),
            })
            .collect(),
    )
}

macro_rules! args {
    ($flags:ident, $scope:expr) => {
        impl FromArgMatches for $flags {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Ok(Self(collect(matches, $scope)))
            }
            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                self.0 = collect(matches, $scope);
                Ok(())
            }
        }
        impl Args for $flags {
            fn augment_args(command: Command) -> Command {
                augment(command, $scope)
            }
            fn augment_args_for_update(command: Command) -> Command {
                augment(command, $scope)
            }
        }
    };
}

args!(EverywhereFlags, Scope::Everywhere);
args!(ServerFlags, Scope::Server);
