//! Reads `ramward.toml`: flat `name = value` lines, each name a row of the table; anything else is refused with its line.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::table::SETTINGS;
use super::value::Kind;
use super::{ConfigError, Settings};

/// Reads the file at `path` into `settings`.
pub(super) fn read(path: &Path, settings: &mut Settings) -> Result<(), ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|reason| ConfigError::Unreadable { path: path.to_owned(), reason })?;
    read_text(&path.display().to_string(), &text, settings)
}

fn read_text(file: &str, text: &str, settings: &mut Settings) -> Result<(), ConfigError> {
    let place = |offset: usize| {
        let line = text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        format!("{file}, line {line}")
    };
    let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        place: place(error.span().map_or(0, |span| span.start)),
        reason: error.message().replace('\n', ", "),
    })?;
    for (name, value) in table.get_ref() {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name.get_ref()) else {
            return Err(ConfigError::Unknown {
                place: place(name.span().start),
                name: name.get_ref().to_string(),
                advice: advice(name.get_ref()),
            });
        };
        let text = written(setting.kind, value).map_err(|reason| ConfigError::Value {
            place: place(value.span().start),
            name: setting.name,
            reason,
        })?;
        setting.put(settings, &text, || place(value.span().start))?;
    }
    Ok(())
}

/// The text of a value, if its TOML type is the setting's.
fn written(kind: Kind, value: &Spanned<DeValue<'_>>) -> Result<String, String> {
    match (kind, value.get_ref()) {
        (Kind::Switch, DeValue::Boolean(flag)) => Ok(flag.to_string()),
        (Kind::Count | Kind::Bytes, DeValue::Integer(number)) if number.radix() == 10 => {
            Ok(number.as_str().to_owned())
        }
        (Kind::Switch, _) => Err("must be true or false, without quotes".to_owned()),
        (Kind::Count, _) => Err("must be a whole number, without quotes".to_owned()),
        (_, DeValue::String(text)) => Ok(text.to_string()),
        _ => Err("must be a text in quotes".to_owned()),
    }
}

/// What to do about an unknown name.
fn advice(name: &str) -> String {
    let spelled = name.replace('-', "_").to_ascii_lowercase();
    match SETTINGS.iter().find(|setting| setting.name == spelled) {
        Some(setting) => format!("write `{}`", setting.name),
        None => "remove the line, or see docs/reference/configuration.md for the names".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_mistake_names_the_line_and_the_way_out() {
        let rows = [
            (
                "listen = \"127.0.0.1:1\"\nlisten_on = 3\n",
                "f, line 2: there is no setting `listen_on`; remove the line, or see docs/reference/configuration.md for the names",
            ),
            (
                "\nmax-connections = 3",
                "f, line 2: there is no setting `max-connections`; write `max_connections`",
            ),
            ("workers = \"2\"", "f, line 1: `workers` must be a whole number, without quotes"),
            ("workers = -2", "f, line 1: `workers` must be a whole number from 0, not \"-2\""),
            ("access_log = \"yes\"", "f, line 1: `access_log` must be true or false, without quotes"),
            ("# a comment\n\ngrace = 5", "f, line 3: `grace` must be a text in quotes"),
            (
                "grace = \"5\"",
                "f, line 1: `grace` must be a time above zero such as 500ms, 10s or 2m, not \"5\"",
            ),
            (
                "grace = \"0s\"",
                "f, line 1: `grace` must be a time above zero such as 500ms, 10s or 2m, not \"0s\"",
            ),
            (
                "max_body_bytes = \"99999999999MiB\"",
                "f, line 1: `max_body_bytes` must be a number of bytes above zero such as 65536, 64KiB or 1MiB, not \"99999999999MiB\"",
            ),
            (
                "[server]\nlisten = \"127.0.0.1:1\"",
                "f, line 1: there is no setting `server`; remove the line, or see docs/reference/configuration.md for the names",
            ),
        ];
        for (text, message) in rows {
            let error = read_text("f", text, &mut Settings::defaults()).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
        }
    }

    #[test]
    fn a_file_that_is_not_toml_names_the_line() {
        for text in ["workers = 1\nlisten 127.0.0.1:1", "workers = 1\nworkers = 2"] {
            let error = read_text("f", text, &mut Settings::defaults()).unwrap_err().to_string();
            assert!(error.starts_with("f, line 2: "), "{error}");
            assert!(error.ends_with("; write one `name = value` a line"), "{error}");
        }
    }
}
