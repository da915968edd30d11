//! Gates for continuous integration: whether a report may pass, and if not why, in two lines. Knows no server.

use anyhow::{Context as _, bail};
use clap::Args;
use ramward_domain::report::score::Model;

use super::super::print;
use super::states::State;
use super::ten_values::facts;
use crate::formats::explained::{Check, Explained, Kind, Verdict};

/// When a report is not good enough.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Gates: end with exit code 1")]
pub struct Gates {
    /// If the score is below N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub fail_under: Option<u8>,
    /// If the score fell or a check of it got worse: since the state before the present one, since a DATE, or against the
    /// report in a FILE
    #[arg(long, value_name = "DATE|FILE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub no_regression: Option<String>,
    /// If one of these checks fails, or cannot be answered
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub fail_on: Vec<String>,
}

/// Why a report may not pass: what is wrong, and what to do about it.
pub type Reason = [String; 2];

/// Whether the score is high enough. `advice` says what would raise it.
pub fn score(score: i64, least: u8, advice: &[String]) -> Option<Reason> {
    (score < i64::from(least)).then(|| {
        [
            format!("score {score} is below {least}, the least that --fail-under accepts"),
            format!("to raise it: {}", advice.join("; ")),
        ]
    })
}

/// Whether the named checks pass.
///
/// # Errors
/// A name that no check has.
pub fn checks(explained: &Explained, names: &[String]) -> anyhow::Result<Option<Reason>> {
    let all = &explained.explanation.checks.check;
    let mut failing = Vec::new();
    for name in names {
        let Some(check) = all.iter().find(|check| check.id == *name) else {
            let known: Vec<&str> =
                all.iter().filter(|check| check.kind != Kind::Cis).map(|check| check.id.as_str()).collect();
            bail!(
                "there is no check {}; those of the score and of audits are {}; `ramward report --explain --format csv` lists all",
                print::tame(name),
                known.join(", ")
            );
        };
        if !matches!(check.verdict, Verdict::Pass | Verdict::NotApplicable) {
            failing.push(check);
        }
    }
    if failing.is_empty() {
        return Ok(None);
    }
    let shown = |check: &&Check| format!("{} ({})", check.id, check.verdict);
    let advice: Vec<&str> =
        failing.iter().map(|check| check.advice.as_str()).filter(|advice| !advice.is_empty()).collect();
    Ok(Some([
        format!(
            "checks that --fail-on does not accept: {}",
            failing.iter().map(shown).collect::<Vec<_>>().join(", ")
        ),
        format!("to pass them: {}", advice.join("; ")),
    ]))
}

/// Whether the present state is as good as an earlier one.
///
/// # Errors
/// Values that no report has.
pub fn regression(before: &State, now: &State) -> anyhow::Result<Option<Reason>> {
    let worse = worse(before, now)?;
    if now.score >= before.score && worse.is_empty() {
        return Ok(None);
    }
    let score = match now.score.cmp(&before.score) {
        std::cmp::Ordering::Less => format!("the score fell from {} to {}", before.score, now.score),
        _ => format!("the score is {} as a check got worse", now.score),
    };
    Ok(Some([
        format!("{score} since {}, which --no-regression does not accept", before.name),
        match worse.as_slice() {
            [] => "no check of the score got worse: the weights changed".to_owned(),
            _ => format!("checks that got worse: {}", worse.join(", ")),
        },
    ]))
}

/// The checks of the score that give less than before, by the built-in weights.
fn worse(before: &State, now: &State) -> anyhow::Result<Vec<String>> {
    let model = Model::default();
    let ledger = |state: &State| -> anyhow::Result<_> {
        Ok(model.ledger(&facts(&state.values).with_context(|| format!("the report of {}", state.name))?))
    };
    let (then, now) = (ledger(before)?, ledger(now)?);
    let pairs = then.iter().zip(&now).filter(|(then, now)| now.gave < then.gave);
    Ok(pairs.map(|(_, now)| now.check.id.to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::explained::Values;

    fn state(score: i64, change: impl FnOnce(&mut Values)) -> State {
        let mut values = Values {
            sub_user: 3,
            sub_user_bind_mfa: 3,
            sub_user_with_unused_access_key: 0,
            root_with_access_key: 0,
            sub_user_with_old_access_key: 0,
            sub_user_pwd_level: "mid".into(),
            unused_ak_num: 0,
            old_ak_num: 0,
            bind_mfa: true,
        };
        change(&mut values);
        State::new("then", score, values)
    }

    #[test]
    fn a_regression_is_a_lower_score_or_a_check_that_gives_less() {
        let same = state(95, |_| {});
        assert_eq!(regression(&same, &same).unwrap(), None);
        let fell = regression(&same, &state(86, |values| values.bind_mfa = false)).unwrap().unwrap();
        assert_eq!(fell[0], "the score fell from 95 to 86 since then, which --no-regression does not accept");
        assert_eq!(fell[1], "checks that got worse: root_mfa");
        // One check repaired, another broken: the sum hides it.
        let before = state(86, |values| values.bind_mfa = false);
        let swapped =
            regression(&before, &state(86, |values| values.root_with_access_key = 1)).unwrap().unwrap();
        assert!(
            swapped[0].contains("as a check got worse") && swapped[1].ends_with("root_no_key"),
            "{swapped:?}"
        );
        assert_eq!(regression(&before, &same).unwrap(), None, "better is no regression");
        let weights = regression(&same, &state(90, |_| {})).unwrap().unwrap();
        assert!(weights[1].contains("weights"), "{weights:?}");
        let level = regression(&same, &state(95, |values| values.sub_user_pwd_level = "low".into())).unwrap();
        assert!(level.unwrap()[1].ends_with("password_policy"));
    }
}
