//! `ramward clock`: the clock of dates and ages of a server that was started with `--virtual-clock` (SetClock).

use anyhow::Context as _;
use clap::{Args, Subcommand};
use ramward_domain::time::Timestamp;

use super::signed_call::{Signer, SigningOptions};
use super::{Context, Ending, print};
use crate::config::Output;

/// Set the clock by which a server counts ages, with the operator's AccessKey
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward clock set 2027-01-01T00:00:00Z
  ramward clock advance 91d
  ramward clock reset

The server must run with --virtual-clock. Signatures, TLS and MFA codes keep the wall clock.
The operator's AccessKey is printed by the first start of `ramward serve`.")]
pub struct ClockArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Set the clock to an instant; it runs on from there
    #[command(after_help = "Example:\n  ramward clock set 2027-01-01T00:00:00Z")]
    Set {
        /// The instant, in UTC
        #[arg(value_name = "YYYY-MM-DDThh:mm:ssZ", value_parser = read_timestamp)]
        timestamp: Timestamp,
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// Move the clock forward
    #[command(after_help = "Example:\n  ramward clock advance 91d")]
    Advance {
        /// By how much: a number with s, m, h or d
        #[arg(value_name = "SPAN", value_parser = read_span)]
        seconds: i64,
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// Go back to the wall clock
    #[command(after_help = "Example:\n  ramward clock reset")]
    Reset {
        #[command(flatten)]
        signing: SigningOptions,
    },
}

impl ClockArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        let (signing, parameter) = match self.action {
            Action::Set { timestamp, signing } => (signing, Some(("Time", timestamp.to_string()))),
            Action::Advance { seconds, signing } => (signing, Some(("Advance", seconds.to_string()))),
            Action::Reset { signing } => (signing, None),
        };
        let signer = Signer::find(context, &signing)?;
        let parameter = parameter.map(|(name, value)| (name.to_owned(), value));
        let answer = match signer.call_ramward("SetClock", parameter)? {
            Ok(answer) => answer,
            Err(ending) => return Ok(ending),
        };
        let text =
            match context.settings.output {
                Output::Json => answer.to_string(),
                Output::Table => {
                    let timestamp = answer.get("Timestamp").and_then(serde_json::Value::as_str);
                    print::tame(timestamp.context(
                        "the answer has no Timestamp; check that the endpoint is a Ramward server",
                    )?)
                }
            };
        print::result(format!("{text}\n").as_bytes())?;
        Ok(Ending::Done)
    }
}

fn read_timestamp(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .map_err(|_| "an instant is written like 2027-01-01T00:00:00Z, in UTC and to the second".into())
}

/// Reads `90d`, `36h`, `15m` or `30s`.
fn read_span(text: &str) -> Result<i64, String> {
    let refuse = || "a span is a whole number above zero with s, m, h or d, like 91d".to_owned();
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err(refuse()),
    };
    let digits = text.get(..text.len() - 1).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let number: i64 =
        digits.and_then(|digits| digits.parse().ok()).filter(|number| *number > 0).ok_or_else(refuse)?;
    // Further than any date that can be written is too far.
    let most = Timestamp::MAX.seconds() - Timestamp::MIN.seconds();
    number
        .checked_mul(unit)
        .filter(|seconds| *seconds <= most)
        .ok_or_else(|| "the span leads beyond the year 9999".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_number_and_a_unit() {
        let read = |text| read_span(text).ok();
        assert_eq!(
            (read("90d"), read("36h"), read("15m"), read("1s")),
            (Some(7_776_000), Some(129_600), Some(900), Some(1))
        );
        for text in [
            "",
            "d",
            "90",
            "-1d",
            "+1d",
            "1.5d",
            "0d",
            "1w",
            " 1d",
            "99999999999999999999d",
            "9999999999d",
            "1é",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
