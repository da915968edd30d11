//! From facts to a score, and the ledger that explains it. The vendor publishes no weights; these reproduce both of its
//! answers that are known (63 and 54) and are the natural reading of them: eleven units in halves, truncated.
//! To add a check that counts: one in [`super::checks`], and a new [`MODEL_VERSION`]. Must not know how facts are counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::checks::{Check, scored};
use super::facts::{Facts, SubUserPwdLevel};

/// The version of the built-in weights; a change of a check or a weight is a new version.
pub const MODEL_VERSION: &str = "2026-11";

/// What a check can give, in half units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Units {
    /// All if it passes, else nothing.
    Flat(u32),
    /// By the level of the password policy.
    Levels {
        /// For `low`.
        low: u32,
        /// For `mid`.
        mid: u32,
        /// For `high`; also the most it can give.
        high: u32,
    },
}

impl Units {
    /// The most it can give.
    pub const fn can(self) -> u32 {
        match self {
            Self::Flat(all) => all,
            Self::Levels { high, .. } => high,
        }
    }

    /// What it gives for a mark; `None` if mark and units are of different kinds.
    const fn gives(self, mark: Mark) -> Option<u32> {
        match (self, mark) {
            (Self::Flat(all), Mark::Passed(true)) => Some(all),
            (Self::Flat(_), Mark::Passed(false)) => Some(0),
            (Self::Levels { low, .. }, Mark::Level(SubUserPwdLevel::Low)) => Some(low),
            (Self::Levels { mid, .. }, Mark::Level(SubUserPwdLevel::Mid)) => Some(mid),
            (Self::Levels { high, .. }, Mark::Level(SubUserPwdLevel::High)) => Some(high),
            _ => None,
        }
    }
}

/// How the facts do in a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Yes or no.
    Passed(bool),
    /// One of three levels.
    Level(SubUserPwdLevel),
}

/// One line of a ledger, in half units.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The check.
    pub check: &'static Check,
    /// What it can give.
    pub can: u32,
    /// What it gave.
    pub gave: u32,
}

/// The weights in force: the built-in ones, or an operator's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct Model {
    version: String,
    /// Beside the checks that carry points, one each.
    units: Vec<Units>,
}

/// A model as settings spell it: a version of its own, and the checks whose weight differs from the built-in one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModel {
    version: String,
    #[serde(default)]
    half_units: BTreeMap<String, Units>,
}

impl TryFrom<RawModel> for Model {
    type Error = BadModel;

    fn try_from(raw: RawModel) -> Result<Self, BadModel> {
        Self::new(raw.version, raw.half_units)
    }
}

/// Weights that are no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadModel {
    /// No check has this name.
    #[error("no check is called {0}: take the names from the ledger of a report")]
    UnknownCheck(String),
    /// A number where levels belong, or the other way round.
    #[error("{0} takes one number, or for the password policy low, mid and high")]
    WrongKind(&'static str),
    /// Better passwords would lower the score.
    #[error("{0} must not give less for a higher level")]
    Falling(&'static str),
    /// A weight too large to add up.
    #[error("{0} must not exceed 1000 half units")]
    TooMuch(&'static str),
    /// Nothing can be earned, so there is no share of it.
    #[error("at least one check must give something")]
    Nothing,
    /// Other weights under the built-in version's name would make scores incomparable unseen.
    #[error("weights of your own need a version of their own, of 1 to 64 characters and not {MODEL_VERSION}")]
    Version,
}

impl Default for Model {
    fn default() -> Self {
        Self { version: MODEL_VERSION.to_owned(), units: scored().map(|(_, scored)| scored.units).collect() }
    }
}

impl Model {
    /// The built-in model with the half units of some checks replaced, under a version of its own.
    ///
    /// # Errors
    /// [`BadModel`].
    pub fn new(version: String, mut half_units: BTreeMap<String, Units>) -> Result<Self, BadModel> {
        let mut units = Vec::new();
        for (check, built_in) in scored() {
            let chosen = half_units.remove(check.id).unwrap_or(built_in.units);
            match chosen {
                _ if std::mem::discriminant(&chosen) != std::mem::discriminant(&built_in.units) => {
                    return Err(BadModel::WrongKind(check.id));
                }
                Units::Levels { low, mid, high } if low > mid || mid > high => {
                    return Err(BadModel::Falling(check.id));
                }
                _ if chosen.can() > 1000 => return Err(BadModel::TooMuch(check.id)),
                _ => units.push(chosen),
            }
        }
        if let Some((id, _)) = half_units.pop_first() {
            return Err(BadModel::UnknownCheck(id));
        }
        let model = Self { version, units };
        if model.full() == 0 {
            return Err(BadModel::Nothing);
        }
        let built_in = Self::default();
        let named_alike = model.version == built_in.version;
        if !(1..=64).contains(&model.version.chars().count()) || (named_alike && model != built_in) {
            return Err(BadModel::Version);
        }
        Ok(model)
    }

    /// Its version, kept with every score in the history.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The half units of an account that does everything: what 100 stands for.
    pub fn full(&self) -> u32 {
        self.units.iter().map(|units| units.can()).sum()
    }

    /// The score: the share of [`Model::full`] that the facts earn, in whole percent, truncated.
    pub fn score(&self, facts: &Facts) -> u8 {
        share(self.entries(facts).map(|entry| entry.gave).sum(), self.full())
    }

    /// What each check can give and gave. [`sum`] of it is the score.
    pub fn ledger(&self, facts: &Facts) -> Vec<Entry> {
        self.entries(facts).collect()
    }

    fn entries<'a>(&'a self, facts: &'a Facts) -> impl Iterator<Item = Entry> + 'a {
        scored().zip(&self.units).map(|((check, scored), units)| Entry {
            check,
            can: units.can(),
            gave: units.gives((scored.mark)(facts)).expect("a model's units are of the kind of their check"),
        })
    }
}

/// The score that a ledger adds up to.
pub fn sum(ledger: &[Entry]) -> u8 {
    share(ledger.iter().map(|entry| entry.gave).sum(), ledger.iter().map(|entry| entry.can).sum())
}

/// Whole percent, truncated: 63.6 is 63, as in the vendor's sample.
fn share(gave: u32, full: u32) -> u8 {
    u8::try_from((100 * u64::from(gave)).checked_div(u64::from(full)).unwrap_or_default()).unwrap_or(100)
}

#[cfg(test)]
pub(in crate::report) mod tests;
