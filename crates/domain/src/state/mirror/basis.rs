//! Which of the ten values of a mirrored account rest on what is not known. Kept with a run when it ends, in a few numbers,
//! so that nobody reads the marks of a million users to say so later. Must not know how it is shown.

use serde::{Deserialize, Serialize};

use super::ending::{Measured, Slack};
use super::unknown::Unknown;
use crate::ids::AccountId;
use crate::report::facts::{Facts, SubUserPwdLevel};
use crate::report::score::Model;
use crate::report::thresholds::{AkScope, Thresholds};
use crate::store::tables::collect_runs;
use crate::store::{StoreError, Tx};
use crate::time::Timestamp;

/// What the values of a mirror rested on when its run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Basis {
    thresholds: Thresholds,
    slack: Slack,
    /// The values then: users with an unused key, users with an old one, unused keys, old keys.
    counted: [i64; 4],
    /// What is not known of any user, and what of root, as bits.
    of_users: i64,
    of_root: i64,
}

/// A value that may be otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resting {
    /// Its name on the wire.
    pub value: &'static str,
    /// What it is at least and at most, where that is known and the value is a number.
    pub bounds: Option<(i64, i64)>,
    /// Why it may be otherwise.
    pub reason: String,
}

/// Where a mirror stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The plan's word.
    pub plan: String,
    /// When its last run ended; absent where that was cut off.
    pub collected: Option<Timestamp>,
    /// What its values rest on; absent where the last run was cut off, or did not keep it.
    pub basis: Option<Basis>,
}

/// The part of a run's outcome that is read here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Outcome {
    basis: Option<Basis>,
}

impl Standing {
    /// Where the mirror of an account stands; `None` if the account is no mirror.
    ///
    /// # Errors
    /// What the store says.
    pub fn find(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Self>, StoreError> {
        let Some(run) = collect_runs::find_latest(tx, account)? else { return Ok(None) };
        let outcome = run.outcome.filter(|_| run.end_date.is_some());
        let basis = outcome.and_then(|text| serde_json::from_str::<Outcome>(&text).ok()?.basis);
        Ok(Some(Self { plan: run.plan, collected: run.end_date, basis }))
    }
}

impl Basis {
    /// What `measured` rests on, by the limits it was measured with.
    pub fn of(measured: &Measured, thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            slack: measured.slack,
            counted: counted(&measured.facts),
            of_users: measured.of_users.bits(),
            of_root: measured.of_root.bits(),
        }
    }

    /// The values of the report `now` that may be otherwise, in the order of the report, the score first. Days have passed
    /// since the run, and the limits may be others.
    pub fn resting(&self, now: &Facts, thresholds: Thresholds, model: &Model) -> Vec<Resting> {
        let mut all = Vec::new();
        let (mut worst, mut best) = (*now, *now);
        let slack = &self.slack;

        let (fewer, more) = slack.sub_user_bind_mfa;
        if fewer + more > 0 {
            worst.sub_user_bind_mfa = (now.sub_user_bind_mfa - fewer).max(0);
            best.sub_user_bind_mfa = (now.sub_user_bind_mfa + more).min(now.sub_user);
            all.push(Resting {
                value: "SubUserBindMfa",
                bounds: Some((worst.sub_user_bind_mfa, best.sub_user_bind_mfa)),
                reason: format!("not known of {} whether a device is bound", users(fewer + more)),
            });
        }
        let unused_users = self.span(0, slack.sub_user_with_unused_access_key, now, thresholds);
        let bounds = unused_users.bounds(now.sub_user_with_unused_access_key, now.sub_user);
        (best.sub_user_with_unused_access_key, worst.sub_user_with_unused_access_key) = bounds;
        let whether = "an AccessKey of theirs is unused";
        all.extend(unused_users.resting("SubUserWithUnusedAccessKey", bounds, whether));

        let old_users = self.span(1, slack.sub_user_with_old_access_key, now, thresholds);
        let bounds = old_users.bounds(now.sub_user_with_old_access_key, now.sub_user);
        (best.sub_user_with_old_access_key, worst.sub_user_with_old_access_key) = bounds;
        let whether = "an AccessKey of theirs is old";
        all.extend(old_users.resting("SubUserWithOldAccessKey", bounds, whether));

        if slack.sub_user_pwd_level {
            (worst.sub_user_pwd_level, best.sub_user_pwd_level) =
                (SubUserPwdLevel::Low, SubUserPwdLevel::High);
            let reason = "the password policy could not be read".to_owned();
            all.push(Resting { value: "SubUserPwdLevel", bounds: None, reason });
        }
        let unused = self.span(2, slack.unused_ak_num, now, thresholds);
        let bounds = unused.bounds(now.unused_ak_num, i64::MAX);
        (best.unused_ak_num, worst.unused_ak_num) = bounds;
        all.extend(unused.resting("UnusedAkNum", bounds, "they are unused"));

        let old = self.span(3, slack.old_ak_num, now, thresholds);
        let bounds = old.bounds(now.old_ak_num, i64::MAX);
        (best.old_ak_num, worst.old_ak_num) = bounds;
        all.extend(old.resting("OldAkNum", bounds, "they are old"));

        if slack.bind_mfa {
            (worst.bind_mfa, best.bind_mfa) = (false, true);
            let reason = "not known whether a device is bound to root".to_owned();
            all.push(Resting { value: "BindMfa", bounds: None, reason });
        }
        let open = [unused_users, old_users, unused, old].iter().any(|span| matches!(span, Span::Open));
        let (least, most) = (i64::from(model.score(&worst)), i64::from(model.score(&best)));
        if open || least < most {
            let values: Vec<&str> = all.iter().map(|one| one.value).collect();
            let reason = format!("it follows from {}", values.join(", "));
            all.insert(0, Resting { value: "Score", bounds: (!open).then_some((least, most)), reason });
        }
        all
    }

    /// How far the counter of keys with this place in `counted` may be off by now.
    fn span(&self, at: usize, (fewer, more): (i64, i64), now: &Facts, thresholds: Thresholds) -> Span {
        let is_of_users = at < 2;
        let root_alone = |limits: Thresholds| limits.ak_scope() == AkScope::RootOnly;
        let marks = match (is_of_users, root_alone(thresholds)) {
            (true, _) => Unknown::of(self.of_users),
            (false, true) => Unknown::of(self.of_root),
            (false, false) => Unknown::of(self.of_users).and(Unknown::of(self.of_root)),
        };
        let dates = marks.has(Unknown::KEY_CREATE_DATES);
        let (uses, all) = (marks.has(Unknown::KEY_USES), marks.has(Unknown::KEYS));
        if thresholds != self.thresholds {
            return if dates || uses || all { Span::Open } else { Span::Within(is_of_users, 0, 0) };
        }
        // Days make keys old and unused that were not yet. Those of which it was known when they were made or used are so in
        // truth; but nobody counted here which ones they are, so each that has come since may be one that is not.
        let since =
            counted(now).get(at).zip(self.counted.get(at)).map_or(0, |(now, then)| (now - then).max(0));
        let is_unused = at.is_multiple_of(2);
        let doubtful = if all || (uses && is_unused) { since } else { 0 };
        // What may be there uncounted was uncounted at the run too, so that it is no more than then.
        Span::Within(is_of_users, fewer + doubtful, more)
    }
}

/// How far a counter of keys may be off.
enum Span {
    /// Nobody knows: the limits are not those it was measured with.
    Open,
    /// Whether it counts users, how much may be too many, how much too few.
    Within(bool, i64, i64),
}

impl Span {
    /// The least and the most, no more than `top`.
    fn bounds(&self, now: i64, top: i64) -> (i64, i64) {
        match self {
            Self::Open => (now, now),
            Self::Within(_, fewer, more) => ((now - fewer).max(0), now.saturating_add(*more).min(top)),
        }
    }

    fn resting(&self, value: &'static str, bounds: (i64, i64), whether: &str) -> Option<Resting> {
        let (bounds, reason) = match self {
            Self::Open => (None, "measured by other limits; collect again".to_owned()),
            Self::Within(_, 0, 0) => return None,
            Self::Within(is_of_users, fewer, more) => {
                let number = fewer + more;
                let whom = match (is_of_users, number) {
                    (true, _) => users(number),
                    (false, 1) => "1 AccessKey".to_owned(),
                    (false, _) => format!("{number} AccessKeys"),
                };
                (Some(bounds), format!("not known of up to {whom} whether {whether}"))
            }
        };
        Some(Resting { value, bounds, reason })
    }
}

fn users(number: i64) -> String {
    if number == 1 { "1 user".to_owned() } else { format!("{number} users") }
}

fn counted(facts: &Facts) -> [i64; 4] {
    [
        facts.sub_user_with_unused_access_key,
        facts.sub_user_with_old_access_key,
        facts.unused_ak_num,
        facts.old_ak_num,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twelve users: of nine not known whether a device is bound; three keys of which only the last switch is known.
    fn basis(of_users: Unknown) -> (Facts, Basis) {
        let facts = Facts {
            sub_user: 12,
            sub_user_bind_mfa: 3,
            sub_user_with_old_access_key: 1,
            old_ak_num: 1,
            bind_mfa: true,
            ..Facts::NEW_ACCOUNT
        };
        let slack = Slack {
            sub_user_bind_mfa: (0, 9),
            sub_user_with_old_access_key: (0, 2),
            old_ak_num: (0, 3),
            ..Slack::default()
        };
        let of_root = Unknown::NOTHING;
        let measured = Measured { facts, slack, unknown: Vec::new(), of_users, of_root };
        (facts, Basis::of(&measured, Thresholds::default()))
    }

    fn told(basis: &Basis, now: &Facts, thresholds: Thresholds) -> Vec<(&'static str, Option<(i64, i64)>)> {
        let all = basis.resting(now, thresholds, &Model::default());
        all.into_iter().map(|one| (one.value, one.bounds)).collect()
    }

    #[test]
    fn each_value_has_its_bounds_and_the_score_theirs() {
        let (now, basis) = basis(Unknown::MFA.and(Unknown::KEY_CREATE_DATES));
        let all = basis.resting(&now, Thresholds::default(), &Model::default());
        let of = |facts: Facts| i64::from(Model::default().score(&facts));
        let (least, most) = (
            of(Facts { sub_user_with_old_access_key: 3, old_ak_num: 4, ..now }),
            of(Facts { sub_user_bind_mfa: 12, ..now }),
        );
        assert!(least < most);
        let score = "it follows from SubUserBindMfa, SubUserWithOldAccessKey, OldAkNum";
        let expected = [
            ("Score", Some((least, most)), score),
            ("SubUserBindMfa", Some((3, 12)), "not known of 9 users whether a device is bound"),
            (
                "SubUserWithOldAccessKey",
                Some((1, 3)),
                "not known of up to 2 users whether an AccessKey of theirs is old",
            ),
            ("OldAkNum", Some((1, 4)), "not known of up to 3 AccessKeys whether they are old"),
        ];
        let all: Vec<_> = all.iter().map(|one| (one.value, one.bounds, one.reason.as_str())).collect();
        assert_eq!(all, expected);
        let value: Basis = serde_json::from_str(&serde_json::to_string(&basis).unwrap()).unwrap();
        assert_eq!(value, basis);
    }

    #[test]
    fn days_make_doubtful_only_what_rests_on_a_use_that_is_not_known() {
        let keys = Unknown::KEY_CREATE_DATES;
        let later = |facts: Facts| Facts { sub_user_with_unused_access_key: 2, unused_ak_num: 2, ..facts };
        let (now, dates) = basis(keys);
        let values = |told: Vec<(&'static str, _)>| told.iter().map(|one| one.0).collect::<Vec<_>>();
        let all = told(&dates, &later(now), Thresholds::default());
        assert!(!values(all).contains(&"UnusedAkNum"), "the uses are known");
        let (now, uses) = basis(keys.and(Unknown::KEY_USES));
        let all = told(&uses, &later(now), Thresholds::default());
        assert!(all.contains(&("UnusedAkNum", Some((0, 2)))), "{all:?}");
        assert!(all.contains(&("SubUserWithUnusedAccessKey", Some((0, 2)))), "{all:?}");
    }

    #[test]
    fn by_other_limits_the_counters_of_keys_have_no_bounds() {
        let other = Thresholds::new(30, 30, AkScope::AccountTotal).unwrap();
        let (now, basis_of_keys) = basis(Unknown::KEY_CREATE_DATES);
        let open = told(&basis_of_keys, &now, other);
        let expected = [
            ("Score", None),
            ("SubUserBindMfa", Some((3, 12))),
            ("SubUserWithUnusedAccessKey", None),
            ("SubUserWithOldAccessKey", None),
            ("UnusedAkNum", None),
            ("OldAkNum", None),
        ];
        assert_eq!(open, expected);
        // Root's keys alone: nothing is unknown of them.
        let root = Thresholds::new(30, 30, AkScope::RootOnly).unwrap();
        assert!(!told(&basis_of_keys, &now, root).iter().any(|one| one.0 == "OldAkNum"));
    }
}
