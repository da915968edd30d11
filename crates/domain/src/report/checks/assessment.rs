//! How an account does in a check: the verdict, how many findings, the facts it stood on. Knows no check.

use std::fmt::Display;

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The account does what is asked.
    Pass,
    /// It does not.
    Fail,
    /// There is nothing that it could be asked of.
    NotApplicable,
    /// What is known here does not tell.
    NotAnswerable,
}

impl Verdict {
    /// The word for it in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "Pass",
            Self::Fail => "Fail",
            Self::NotApplicable => "NotApplicable",
            Self::NotAnswerable => "NotAnswerable",
        }
    }
}

/// Why the nine values of a report do not answer a check.
const NEEDS_IDENTITIES: &str =
    "The values of the report do not tell. Mirror the account with `ramward collect` and explain the mirror.";

/// A fact that a verdict stood on: its name and its value as text.
pub type Fact = (&'static str, String);

/// How an account does in a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// What it comes to.
    pub verdict: Verdict,
    /// The value that was looked at first; empty where none is known.
    pub value: String,
    /// How many subjects break the rule, where that is known.
    pub findings: Option<i64>,
    /// The facts it stood on.
    pub facts: Vec<Fact>,
    /// Why there is no answer, where there is none.
    pub unanswered: Option<&'static str>,
}

impl Assessment {
    /// Passes or fails; failing is one finding, unless [`Assessment::findings`] says otherwise.
    pub(super) fn of(passes: bool, value: impl Display) -> Self {
        Self {
            verdict: if passes { Verdict::Pass } else { Verdict::Fail },
            value: value.to_string(),
            findings: Some(i64::from(!passes)),
            facts: Vec::new(),
            unanswered: None,
        }
    }

    /// Passes if nobody breaks the rule.
    pub(super) fn count(findings: i64) -> Self {
        Self { findings: Some(findings), ..Self::of(findings == 0, findings) }
    }

    /// There is nobody the rule could be asked of.
    pub(super) fn not_applicable(value: impl Display) -> Self {
        Self { verdict: Verdict::NotApplicable, ..Self::of(true, value) }
    }

    /// Only the identities behind the nine values would tell.
    pub(super) fn needs_identities() -> Self {
        Self::not_answerable(NEEDS_IDENTITIES)
    }

    /// There is no answer, for this reason.
    pub(super) fn not_answerable(reason: &'static str) -> Self {
        Self {
            verdict: Verdict::NotAnswerable,
            findings: None,
            unanswered: Some(reason),
            ..Self::of(true, "")
        }
    }

    pub(super) fn findings(self, findings: i64) -> Self {
        Self { findings: Some(findings), ..self }
    }

    pub(super) fn fact(mut self, name: &'static str, value: impl Display) -> Self {
        self.facts.push((name, value.to_string()));
        self
    }
}
