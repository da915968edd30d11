//! The vendor's ten values beside those of the mirror: equal, explained, or flagged. Pure.

use ramward_domain::report::facts::Facts;
use ramward_domain::report::score::Model;
use ramward_domain::report::thresholds::{AkScope, Thresholds};
use ramward_domain::state::mirror::Measured;

use super::answers::TenValues;

/// What a comparison of one value comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same.
    Equal,
    /// Not the same, and why.
    Explained(String),
    /// Not the same, and nobody knows why; perhaps a hint.
    Differs(String),
}

/// One of the ten values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name on the wire.
    pub field: &'static str,
    /// The vendor's.
    pub vendor: String,
    /// The mirror's.
    pub ours: String,
    /// What it comes to.
    pub verdict: Verdict,
}

/// Limits under which the mirror's numbers may be those of the vendor, who publishes none.
fn alternatives(thresholds: Thresholds) -> Vec<Thresholds> {
    let days = [89, 90, 91, 180, 365, 730];
    let scopes = [AkScope::AccountTotal, AkScope::RootOnly];
    let mut all = Vec::new();
    for scope in scopes {
        for old in days.into_iter().chain([thresholds.old_days()]) {
            for unused in days.into_iter().chain([thresholds.unused_days()]) {
                all.extend(Thresholds::new(old, unused, scope));
            }
        }
    }
    // Those nearest to the settings first.
    all.sort_by_key(|other| {
        (
            other.ak_scope() != thresholds.ak_scope(),
            other.old_days().abs_diff(thresholds.old_days())
                + other.unused_days().abs_diff(thresholds.unused_days()),
        )
    });
    all
}

fn key_counters(facts: &Facts) -> [i64; 4] {
    [
        facts.sub_user_with_unused_access_key,
        facts.sub_user_with_old_access_key,
        facts.unused_ak_num,
        facts.old_ak_num,
    ]
}

/// What else is known beside the two reports.
pub struct Around<'a> {
    /// The limits in force.
    pub thresholds: Thresholds,
    /// The weights in force.
    pub model: &'a Model,
    /// The mirror's facts under other limits.
    pub under: &'a dyn Fn(Thresholds) -> Option<Facts>,
    /// The vendor's values when the run began, if they have changed since.
    pub earlier: Option<TenValues>,
    /// When the credential report was made that all of it rests on.
    pub as_of: Option<String>,
}

/// Compares all ten, in the order of the report.
pub fn compare(vendor: &TenValues, ours: &Measured, around: &Around<'_>) -> Vec<Compared> {
    let (theirs, mine, slack) = (&vendor.facts, &ours.facts, &ours.slack);
    let fitting = if key_counters(theirs) == key_counters(mine) {
        None
    } else {
        alternatives(around.thresholds).into_iter().find(|other| {
            (around.under)(*other).is_some_and(|facts| key_counters(&facts) == key_counters(theirs))
        })
    };
    let earlier = around.earlier.map(|values| values.facts);
    let changed = |of: fn(&Facts) -> i64| earlier.is_some_and(|earlier| of(&earlier) != of(theirs));
    let count = |field: &'static str, of: fn(&Facts) -> i64, slack: (i64, i64), is_key: bool| {
        let (vendor, ours) = (of(theirs), of(mine));
        let verdict = if vendor == ours {
            Verdict::Equal
        } else if (ours - slack.0..=ours + slack.1).contains(&vendor) {
            Verdict::Explained(format!("{} not known in the mirror", unknown_number(slack)))
        } else if let Some(fitting) = fitting.filter(|_| is_key) {
            Verdict::Explained(format!(
                "all four counters of keys are equal with {}",
                named(fitting, around.thresholds)
            ))
        } else if changed(of) {
            Verdict::Explained("the account changed while it was collected".to_owned())
        } else {
            Verdict::Differs(match &around.as_of {
                Some(at) => format!("the credential report is of {at}; a walk is exact"),
                None if is_key => {
                    "no other limit of days and no other scope gives the vendor's numbers".to_owned()
                }
                None => "collect again; if it stays, please report it".to_owned(),
            })
        };
        Compared { field, vendor: vendor.to_string(), ours: ours.to_string(), verdict }
    };
    let flag = |field: &'static str, vendor: String, ours: String, unknown: bool, hint: &str| {
        let verdict = if vendor == ours {
            Verdict::Equal
        } else if unknown {
            Verdict::Explained("it could not be read for the mirror".to_owned())
        } else {
            Verdict::Differs(hint.to_owned())
        };
        Compared { field, vendor, ours, verdict }
    };
    let nine = vec![
        count("SubUser", |facts| facts.sub_user, (0, 0), false),
        count("SubUserBindMfa", |facts| facts.sub_user_bind_mfa, slack.sub_user_bind_mfa, false),
        count(
            "SubUserWithUnusedAccessKey",
            |facts| facts.sub_user_with_unused_access_key,
            slack.sub_user_with_unused_access_key,
            true,
        ),
        count("RootWithAccessKey", |facts| facts.root_with_access_key, (0, 0), false),
        count(
            "SubUserWithOldAccessKey",
            |facts| facts.sub_user_with_old_access_key,
            slack.sub_user_with_old_access_key,
            true,
        ),
        flag(
            "SubUserPwdLevel",
            theirs.sub_user_pwd_level.as_str().to_owned(),
            mine.sub_user_pwd_level.as_str().to_owned(),
            slack.sub_user_pwd_level,
            "the vendor publishes no limits of its levels; please report the policy with both levels",
        ),
        count("UnusedAkNum", |facts| facts.unused_ak_num, slack.unused_ak_num, true),
        count("OldAkNum", |facts| facts.old_ak_num, slack.old_ak_num, true),
        flag(
            "BindMfa",
            theirs.bind_mfa.to_string(),
            mine.bind_mfa.to_string(),
            slack.bind_mfa,
            "GetAccountMFAInfo and the report disagree",
        ),
    ];
    let mut all = vec![score(vendor, ours, around.model)];
    all.extend(nine);
    all
}

fn unknown_number((fewer, more): (i64, i64)) -> String {
    match fewer + more {
        1 => "1 subject's value is".to_owned(),
        n => format!("{n} subjects' values are"),
    }
}

fn named(fitting: Thresholds, now: Thresholds) -> String {
    let mut parts = Vec::new();
    if fitting.ak_scope() != now.ak_scope() {
        let word = if fitting.ak_scope() == AkScope::RootOnly { "root_only" } else { "account_total" };
        parts.push(format!("ak_scope = {word}"));
    }
    if fitting.old_days() != now.old_days() {
        parts.push(format!("old_days = {}", fitting.old_days()));
    }
    if fitting.unused_days() != now.unused_days() {
        parts.push(format!("unused_days = {}", fitting.unused_days()));
    }
    parts.join(", ")
}

fn score(vendor: &TenValues, ours: &Measured, model: &Model) -> Compared {
    let mine = model.score(&ours.facts);
    // What the model makes of the vendor's own nine values is the one test of the model that no gap of the mirror disturbs.
    let of_theirs = model.score(&vendor.facts);
    let verdict = if of_theirs != vendor.score {
        Verdict::Differs(format!(
            "model {} gives {of_theirs} for the vendor's own nine values; please report them",
            model.version()
        ))
    } else if mine == vendor.score {
        Verdict::Equal
    } else {
        Verdict::Explained(format!(
            "it follows from the values below; model {} agrees on the vendor's nine",
            model.version()
        ))
    };
    Compared { field: "Score", vendor: vendor.score.to_string(), ours: mine.to_string(), verdict }
}

#[cfg(test)]
mod tests {
    use ramward_domain::state::mirror::{Slack, Unknown};

    use super::*;

    fn measured(facts: Facts) -> Measured {
        let nothing = Unknown::NOTHING;
        Measured { facts, slack: Slack::default(), unknown: Vec::new(), of_users: nothing, of_root: nothing }
    }

    fn facts() -> Facts {
        Facts {
            sub_user: 9,
            root_with_access_key: 1,
            old_ak_num: 3,
            sub_user_with_old_access_key: 2,
            ..Facts::NEW_ACCOUNT
        }
    }

    fn verdicts(
        vendor: TenValues,
        ours: &Measured,
        under: &dyn Fn(Thresholds) -> Option<Facts>,
    ) -> Vec<String> {
        let model = Model::default();
        let around =
            Around { thresholds: Thresholds::default(), model: &model, under, earlier: None, as_of: None };
        let compared = compare(&vendor, ours, &around);
        assert_eq!(compared.len(), 10);
        let told = compared.into_iter().filter_map(|one| match one.verdict {
            Verdict::Equal => None,
            Verdict::Explained(why) => Some(format!("{}: {why}", one.field)),
            Verdict::Differs(hint) => Some(format!("{}! {hint}", one.field)),
        });
        told.collect()
    }

    fn ten(facts: Facts) -> TenValues {
        TenValues { score: Model::default().score(&facts), facts }
    }

    #[test]
    fn equal_values_need_no_word_and_a_wrong_score_is_flagged() {
        assert!(verdicts(ten(facts()), &measured(facts()), &|_| None).is_empty());
        let odd = TenValues { score: 1, ..ten(facts()) };
        let told = verdicts(odd, &measured(facts()), &|_| None);
        assert!(told.len() == 1 && told[0].starts_with("Score! model 2026-11 gives"), "{told:?}");
    }

    #[test]
    fn what_is_not_known_explains_as_far_as_it_goes() {
        let theirs = ten(Facts { sub_user_bind_mfa: 4, bind_mfa: true, ..facts() });
        let mut ours = measured(facts());
        ours.slack = Slack { sub_user_bind_mfa: (0, 4), bind_mfa: true, ..Slack::default() };
        let told = verdicts(theirs, &ours, &|_| None);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[1].starts_with("SubUserBindMfa: 4 subjects' values are not known"), "{told:?}");
        ours.slack.sub_user_bind_mfa = (0, 3);
        let told = verdicts(theirs, &ours, &|_| None);
        assert!(told[1].starts_with("SubUserBindMfa! collect again"), "{told:?}");
    }

    #[test]
    fn other_limits_that_make_all_four_counters_equal_explain_them() {
        let theirs = ten(Facts { old_ak_num: 1, ..facts() });
        let under = |thresholds: Thresholds| {
            Some(if thresholds.ak_scope() == AkScope::RootOnly { theirs.facts } else { facts() })
        };
        let told = verdicts(theirs, &measured(facts()), &under);
        assert_eq!(told, ["OldAkNum: all four counters of keys are equal with ak_scope = root_only"]);
        let told = verdicts(theirs, &measured(facts()), &|_| Some(facts()));
        assert!(told[0].starts_with("OldAkNum! no other limit"), "{told:?}");
    }
}
