//! The ledger in points: what each check gave and could have given, in hundredths of a percent that add up. Must not know
//! what a check asks for.

use std::fmt;

use super::checks::Check;
use super::facts::Facts;
use super::score::{Entry, Model};

/// A hundred points in hundredths.
const ALL: u64 = 10_000;

/// A number of points of the score, exact to two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Points(u64);

impl Points {
    /// What `half_units` of `full` are worth, rounded; for a figure that stands alone. Figures that are to add up come
    /// from a [`Ledger`].
    pub fn of(half_units: u32, full: u32) -> Self {
        let full = u64::from(full);
        Self((ALL * u64::from(half_units) + full / 2).checked_div(full).unwrap_or_default())
    }

    /// In hundredths of a point.
    pub const fn hundredths(self) -> u64 {
        self.0
    }

    /// How many more these are than `others`; none if they are fewer.
    pub const fn beyond(self, others: Self) -> Self {
        Self(self.0.saturating_sub(others.0))
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

impl std::ops::Add for Points {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::iter::Sum for Points {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        points.fold(Self::default(), |sum, one| sum + one)
    }
}

/// A check's line.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// The check.
    pub check: &'static Check,
    /// What it gave.
    pub gave: Points,
    /// What it could have given.
    pub can: Points,
}

/// What the checks gave. The lines add up to the total, and what they could have given to 100.00: shares that two
/// decimals cannot hold are rounded by the largest remainder, so a check's figure may differ by 0.01 between two ledgers.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// A line for each check, in the order of the list.
    pub lines: Vec<Line>,
    /// What the lines gave together. Rounded, but never up to the next whole number.
    pub points: Points,
    /// The score: the total without its decimals.
    pub score: u8,
}

impl Ledger {
    /// The ledger of `facts`.
    pub fn of(model: &Model, facts: &Facts) -> Self {
        let entries = model.ledger(facts);
        let (score, full) = (model.score(facts), model.full());
        let half_units: u32 = entries.iter().map(|entry| entry.gave).sum();
        let points = Points::of(half_units, full).min(Points(u64::from(score) * 100 + 99));
        let missed = Points(ALL).beyond(points);
        let gave = apportion(&entries, full, points, |entry| entry.gave);
        let missing = apportion(&entries, full, missed, |entry| entry.can - entry.gave);
        let lines = entries.iter().zip(gave.into_iter().zip(missing));
        let lines =
            lines.map(|(entry, (gave, missing))| Line { check: entry.check, gave, can: gave + missing });
        Self { lines: lines.collect(), points, score }
    }

    /// What the lines could have given together.
    pub const fn possible(&self) -> Points {
        Points(ALL)
    }

    /// How the total became the score, in words.
    pub fn rounding(&self) -> String {
        if self.points.hundredths().is_multiple_of(100) {
            format!("{} points, the score exactly", self.points)
        } else {
            format!("{} points, cut to {}", self.points, self.score)
        }
    }
}

/// Divides `total` among the entries by their shares of `full`: each gets its share without what two decimals cannot hold,
/// and the hundredths that are left go to those that lost most by it, the earlier first.
fn apportion(entries: &[Entry], full: u32, total: Points, share: impl Fn(&Entry) -> u32) -> Vec<Points> {
    let full = u64::from(full).max(1);
    let exact: Vec<u64> = entries.iter().map(|entry| ALL * u64::from(share(entry))).collect();
    let mut points: Vec<Points> = exact.iter().map(|exact| Points(exact / full)).collect();
    let left = total.beyond(points.iter().copied().sum()).hundredths();
    let mut by_loss: Vec<(u64, &mut Points)> =
        exact.iter().map(|exact| exact % full).zip(points.iter_mut()).collect();
    by_loss.sort_by_key(|(loss, _)| std::cmp::Reverse(*loss));
    for (_, points) in by_loss.into_iter().take(usize::try_from(left).unwrap_or_default()) {
        points.0 += 1;
    }
    points
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::score::tests::{any_facts, any_model};
    use super::*;
    use crate::report::facts::SubUserPwdLevel;

    fn columns(ledger: &Ledger) -> Vec<(&'static str, String, String)> {
        ledger.lines.iter().map(|line| (line.check.id, line.gave.to_string(), line.can.to_string())).collect()
    }

    #[test]
    fn the_vendors_sample_to_the_hundredth() {
        let sample = Facts { sub_user: 9, root_with_access_key: 1, ..Facts::NEW_ACCOUNT };
        let ledger = Ledger::of(&Model::default(), &sample);
        let expected = [
            ("ram_users_exist", "18.19", "18.19"),
            ("root_mfa", "0.00", "9.09"),
            ("root_no_key", "0.00", "9.09"),
            ("users_mfa", "0.00", "9.09"),
            ("users_no_old_key", "9.09", "9.09"),
            ("users_no_unused_key", "9.09", "9.09"),
            ("account_no_old_key", "9.09", "9.09"),
            ("account_no_unused_key", "9.09", "9.09"),
            ("password_policy", "9.09", "18.18"),
        ];
        assert_eq!(columns(&ledger), expected.map(|(id, gave, can)| (id, gave.to_owned(), can.to_owned())));
        assert_eq!((ledger.points.to_string(), ledger.score), ("63.64".to_owned(), 63));
        assert_eq!(ledger.rounding(), "63.64 points, cut to 63");
    }

    #[test]
    fn a_full_score_is_exact() {
        let full = Facts {
            sub_user: 1,
            sub_user_bind_mfa: 1,
            sub_user_pwd_level: SubUserPwdLevel::High,
            bind_mfa: true,
            ..Facts::NEW_ACCOUNT
        };
        assert_eq!(Ledger::of(&Model::default(), &full).rounding(), "100.00 points, the score exactly");
    }

    #[test]
    fn a_total_that_rounds_up_to_a_whole_number_is_not_shown_as_one() {
        let json = r#"{"version":"near","half_units":{"ram_users_exist":1000,"root_mfa":1,"root_no_key":1000,"users_mfa":0,
            "users_no_old_key":1000,"users_no_unused_key":1000,"account_no_old_key":1000,"account_no_unused_key":1000,
            "password_policy":{"low":999,"mid":999,"high":1000}}}"#;
        let model: Model = serde_json::from_str(json).unwrap();
        let facts = Facts { sub_user: 1, ..Facts::NEW_ACCOUNT };
        let ledger = Ledger::of(&model, &facts);
        assert_eq!(ledger.score, 99, "6999 of 7001 half units");
        assert_eq!(ledger.rounding(), "99.97 points, cut to 99");
        let model: Model =
            serde_json::from_str(&json.replace(r#""root_mfa":1,"#, r#""root_mfa":0,"#)).unwrap();
        let ledger = Ledger::of(&model, &Facts { bind_mfa: true, ..facts });
        assert_eq!(ledger.rounding(), "99.99 points, cut to 99");
    }

    #[test]
    fn points_that_stand_alone_are_rounded() {
        let rows = [
            (2, 22, "9.09"),
            (4, 22, "18.18"),
            (1, 22, "4.55"),
            (22, 22, "100.00"),
            (0, 22, "0.00"),
            (1, 0, "0.00"),
        ];
        for (half_units, full, expected) in rows {
            assert_eq!(Points::of(half_units, full).to_string(), expected);
        }
    }

    proptest! {
        #[test]
        fn every_column_adds_up(facts in any_facts(), model in any_model()) {
            for model in [Model::default(), model] {
                let ledger = Ledger::of(&model, &facts);
                prop_assert_eq!(ledger.lines.iter().map(|line| line.gave).sum::<Points>(), ledger.points);
                prop_assert_eq!(ledger.lines.iter().map(|line| line.can).sum::<Points>(), Points(ALL));
                prop_assert_eq!(ledger.points.hundredths() / 100, u64::from(ledger.score));
                for (line, entry) in ledger.lines.iter().zip(model.ledger(&facts)) {
                    prop_assert_eq!(line.gave == line.can, entry.gave == entry.can, "{}", entry.check.id);
                    let exact = ALL as f64 * f64::from(entry.gave) / f64::from(model.full());
                    prop_assert!((line.gave.hundredths() as f64 - exact).abs() < 1.0, "{}", entry.check.id);
                }
            }
        }
    }
}
