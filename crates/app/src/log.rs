//! Where log lines go and what they look like. Lines go to stderr; results never do.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::config::{LogFormat, Settings};
use crate::gateway::access_log;

/// Starts logging for the rest of the process. `verbose` is how often `-v` was given. A log that was started before stays.
pub fn start(settings: &Settings, verbose: u8) {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let colored =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.log_format {
        LogFormat::Text => Box::new(lines.with_ansi(colored)),
        LogFormat::Json => Box::new(lines.json().flatten_event(true)),
    };
    let _already_started = Registry::default().with(lines.with_filter(filter(settings, verbose))).try_init();
}

fn filter(settings: &Settings, verbose: u8) -> Targets {
    let mut filter = settings.log.clone();
    let own = match verbose {
        0 => None,
        1 => Some(LevelFilter::DEBUG),
        _ => Some(LevelFilter::TRACE),
    };
    if let Some(level) = own {
        filter = filter.with_target("ramward", level);
    }
    // Its own switch decides, so that a wider level does not start to write a line per request.
    let access = if settings.access_log { LevelFilter::INFO } else { LevelFilter::OFF };
    filter.with_target(access_log::TARGET, access)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;
    use crate::config::Given;

    fn filter_of(flags: &[(&str, &str)], verbose: u8) -> Targets {
        let given = Given::of(&[flags, &[("data", "/nowhere")]].concat());
        filter(&Settings::load(None, |_| None, &[&given]).unwrap(), verbose)
    }

    #[test]
    fn requests_are_logged_by_their_own_switch_alone() {
        for (flags, verbose, logged) in [
            (&[][..], 0, false),
            (&[("log", "trace")][..], 2, false),
            (&[("access_log", "true")][..], 0, true),
            (&[("access_log", "true"), ("log", "off")][..], 0, true),
        ] {
            let filter = filter_of(flags, verbose);
            assert_eq!(filter.would_enable(access_log::TARGET, &Level::INFO), logged, "{flags:?}");
        }
    }

    #[test]
    fn more_words_are_about_this_program_only() {
        let filter = filter_of(&[], 1);
        assert!(filter.would_enable("ramward_domain::store", &Level::DEBUG));
        assert!(!filter.would_enable("hyper::proto", &Level::DEBUG));
        assert!(filter.would_enable("hyper::proto", &Level::WARN));
    }
}
