//! From which day on a key counts as old or as unused, and whose keys the account's two totals count. The vendor
//! publishes no numbers for this report; 90 days each is what its neighbouring pages and the CIS benchmark use, which
//! also say that a key of exactly 90 days is still young and one idle for exactly 90 days already unused.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// Whose keys `OldAkNum` and `UnusedAkNum` count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AkScope {
    /// Every active key of the account, root's included: what the vendor's console help of 2026 describes.
    #[default]
    AccountTotal,
    /// Only root's: how some scanners read the two fields.
    RootOnly,
}

impl AkScope {
    /// The word for it in settings and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountTotal => "account_total",
            Self::RootOnly => "root_only",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::AccountTotal, Self::RootOnly].into_iter().find(|scope| scope.as_str() == text)
    }
}

/// The day limits of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawThresholds")]
pub struct Thresholds {
    old_days: u32,
    unused_days: u32,
    ak_scope: AkScope,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawThresholds {
    old_days: u32,
    unused_days: u32,
    ak_scope: AkScope,
}

impl Default for RawThresholds {
    fn default() -> Self {
        let Thresholds { old_days, unused_days, ak_scope } = Thresholds::default();
        Self { old_days, unused_days, ak_scope }
    }
}

impl TryFrom<RawThresholds> for Thresholds {
    type Error = BadThresholds;

    fn try_from(raw: RawThresholds) -> Result<Self, BadThresholds> {
        Self::new(raw.old_days, raw.unused_days, raw.ak_scope)
    }
}

/// A day limit is outside 1 to 3650.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("old_days and unused_days must lie between 1 and 3650")]
pub struct BadThresholds;

impl Default for Thresholds {
    fn default() -> Self {
        Self { old_days: 90, unused_days: 90, ak_scope: AkScope::AccountTotal }
    }
}

impl Thresholds {
    /// Other limits than 90 days.
    ///
    /// # Errors
    /// [`BadThresholds`].
    pub fn new(old_days: u32, unused_days: u32, ak_scope: AkScope) -> Result<Self, BadThresholds> {
        let fits = |days: u32| (1..=3650).contains(&days);
        if fits(old_days) && fits(unused_days) {
            Ok(Self { old_days, unused_days, ak_scope })
        } else {
            Err(BadThresholds)
        }
    }

    /// A key is old when it is older than this many days.
    pub const fn old_days(self) -> u32 {
        self.old_days
    }

    /// A key is unused when it has been idle for this many days or more.
    pub const fn unused_days(self) -> u32 {
        self.unused_days
    }

    /// Whose keys the two totals count.
    pub const fn ak_scope(self) -> AkScope {
        self.ak_scope
    }

    /// The last creation day whose keys are old `today`: a key is old iff it was made on that day or before.
    pub const fn old_before(self, today: Day) -> Day {
        today.plus(-(self.old_days as i64) - 1)
    }

    /// The last day of use (or of creation, for a key never used) whose keys are unused `today`: a key is unused iff its
    /// day is that one or before.
    pub const fn unused_before(self, today: Day) -> Day {
        today.plus(-(self.unused_days as i64))
    }

    /// The first day on which a key made on `created` is old.
    pub const fn turns_old(self, created: Day) -> Day {
        created.plus(self.old_days as i64 + 1)
    }

    /// The first day on which a key last used (or made) on `reference` is unused.
    pub const fn turns_unused(self, reference: Day) -> Day {
        reference.plus(self.unused_days as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn day(text: &str) -> Day {
        Timestamp::parse(text).unwrap().day()
    }

    #[test]
    fn a_key_is_old_from_day_91_on() {
        let thresholds = Thresholds::default();
        let rows = [
            ("2026-01-01T00:00:00Z", "2026-04-01T23:59:59Z", 90, false),
            ("2026-01-01T23:59:59Z", "2026-04-02T00:00:00Z", 91, true),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 0, false),
            ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", -1, false),
            ("2019-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 2557, true),
        ];
        for (created, today, age, old) in rows {
            let (created, today) = (day(created), day(today));
            assert_eq!(today.since(created), age);
            assert_eq!(created <= thresholds.old_before(today), old, "{age}");
            assert_eq!(today >= thresholds.turns_old(created), old, "{age}");
        }
    }

    #[test]
    fn a_key_is_unused_from_day_90_on() {
        let thresholds = Thresholds::default();
        let rows = [
            ("2026-01-01T00:00:00Z", "2026-03-31T23:59:59Z", 89, false),
            ("2026-01-01T23:59:59Z", "2026-04-01T00:00:00Z", 90, true),
            ("2026-01-01T00:00:00Z", "2026-04-02T00:00:00Z", 91, true),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 0, false),
            ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", -1, false),
        ];
        for (reference, today, idle, unused) in rows {
            let (reference, today) = (day(reference), day(today));
            assert_eq!(today.since(reference), idle);
            assert_eq!(reference <= thresholds.unused_before(today), unused, "{idle}");
            assert_eq!(today >= thresholds.turns_unused(reference), unused, "{idle}");
        }
    }

    #[test]
    fn the_two_limits_are_settings_of_their_own() {
        let thresholds: Thresholds =
            serde_json::from_str(r#"{"old_days":30,"ak_scope":"root_only"}"#).unwrap();
        assert_eq!(thresholds, Thresholds::new(30, 90, AkScope::RootOnly).unwrap());
        assert_eq!((thresholds.old_before(Day(100)), thresholds.unused_before(Day(100))), (Day(69), Day(10)));
        assert_eq!(serde_json::from_str::<Thresholds>("{}").unwrap(), Thresholds::default());
        let rows =
            [((1, 1), true), ((3650, 3650), true), ((0, 90), false), ((90, 0), false), ((3651, 90), false)];
        for ((old, unused), fits) in rows {
            let json = format!(r#"{{"old_days":{old},"unused_days":{unused}}}"#);
            assert_eq!(serde_json::from_str::<Thresholds>(&json).is_ok(), fits, "{json}");
        }
        assert!(serde_json::from_str::<Thresholds>(r#"{"ak_scope":"all"}"#).is_err());
        assert!(serde_json::from_str::<Thresholds>(r#"{"days":1}"#).is_err());
    }
}
