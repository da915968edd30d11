//! An entry of the history as the report means it, and its row.

use serde::{Deserialize, Serialize};

use super::Measures;
use crate::identity::text::word;
use crate::ids::AccountId;
use crate::report::facts::Facts;
use crate::report::thresholds::{AkScope, Thresholds};
use crate::store::StoreError;
use crate::store::tables::report_history::{Position, ReportState};
use crate::time::Timestamp;

word! {
    /// What kind of thing led to an entry.
    CauseType {
        /// A call.
        Operation = "Operation",
        /// Keys turned old or unused.
        TimePassed = "TimePassed",
        /// A state file was brought in.
        Import = "Import",
        /// The account was mirrored.
        Collect = "Collect",
        /// The history began, the limits or weights were changed, or the clock was set back.
        Settings = "Settings",
    }
}

/// What led to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The kind of it.
    pub kind: CauseType,
    /// The operation, if it was a call.
    pub operation: Option<String>,
    /// The ARN of who called.
    pub caller: Option<String>,
    /// The id of the call.
    pub request_id: Option<String>,
}

impl Cause {
    /// A cause that is no call.
    pub const fn plain(kind: CauseType) -> Self {
        Self { kind, operation: None, caller: None, request_id: None }
    }
}

/// A subject that came under a check, or left it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MovedSubject {
    /// The check.
    pub check: String,
    /// The user, or `<root>`.
    pub user_name: String,
    /// The key, masked, where the check is about keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// From when on it holds.
    pub at: Timestamp,
    /// Its place among those of the same instant.
    pub place: i64,
    /// The score.
    pub score: i64,
    /// The version of the weights behind the score.
    pub model_version: String,
    /// The limits behind the counts.
    pub thresholds: Thresholds,
    /// The nine facts.
    pub facts: Facts,
    /// What led to it.
    pub cause: Cause,
    /// The subjects that moved, the first few of them.
    pub subjects: Vec<MovedSubject>,
    /// How many more moved than are named.
    pub more_subjects: i64,
    /// The last instant at which it was looked at and still held.
    pub(super) told_until: Timestamp,
}

impl Entry {
    /// An entry for `facts`, after `last`.
    pub(super) fn new(
        at: Timestamp,
        last: Option<&Self>,
        facts: Facts,
        measures: Measures<'_>,
        cause: Cause,
    ) -> Self {
        // Never before its predecessor: time stands still where a clock was put right.
        let at = last.map_or(at, |last| last.at.max(at));
        Self {
            at,
            place: last.filter(|last| last.at == at).map_or(0, |last| last.place + 1),
            score: i64::from(measures.model.score(&facts)),
            model_version: measures.model.version().to_owned(),
            thresholds: measures.thresholds,
            facts,
            cause,
            subjects: Vec::new(),
            more_subjects: 0,
            told_until: at,
        }
    }

    /// Names the subjects that moved, as many as an entry has room for.
    pub(super) fn name_subjects(&mut self, mut moved: Vec<MovedSubject>, more: usize) {
        moved.sort_unstable();
        let rest = moved.len().saturating_sub(super::NAMED_SUBJECTS) + more;
        moved.truncate(super::NAMED_SUBJECTS);
        self.subjects = moved;
        self.more_subjects = i64::try_from(rest).unwrap_or(i64::MAX);
    }

    /// Where it stands.
    pub fn position(&self) -> Position {
        (self.at, self.place)
    }

    /// Whether it was counted and weighed by these limits and weights.
    pub(super) fn is_by(&self, measures: Measures<'_>) -> bool {
        self.thresholds == measures.thresholds && self.model_version == measures.model.version()
    }

    /// Whether both say the same of the account.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        (self.facts, self.score) == (other.facts, other.score)
            && (&self.model_version, self.thresholds) == (&other.model_version, other.thresholds)
    }

    pub(super) fn to_row(&self, account: AccountId) -> Result<ReportState, StoreError> {
        let facts = &self.facts;
        let subjects = if self.subjects.is_empty() {
            None
        } else {
            Some(serde_json::to_string(&self.subjects).map_err(StoreError::other)?)
        };
        Ok(ReportState {
            account,
            at: self.at,
            place: self.place,
            score: self.score,
            model_version: self.model_version.clone(),
            old_days: self.thresholds.old_days().into(),
            unused_days: self.thresholds.unused_days().into(),
            ak_scope: self.thresholds.ak_scope().as_str().to_owned(),
            counts: [
                facts.sub_user,
                facts.sub_user_bind_mfa,
                facts.sub_user_with_unused_access_key,
                facts.root_with_access_key,
                facts.sub_user_with_old_access_key,
                facts.unused_ak_num,
                facts.old_ak_num,
            ],
            level: facts.sub_user_pwd_level,
            bind_mfa: facts.bind_mfa,
            cause: self.cause.kind.as_str().to_owned(),
            operation: self.cause.operation.clone(),
            caller: self.cause.caller.clone(),
            request_id: self.cause.request_id.clone(),
            subjects,
            more_subjects: self.more_subjects,
            told_until: self.told_until,
        })
    }

    pub(super) fn of_row(row: ReportState) -> Result<Self, StoreError> {
        let damaged = |what: &str| StoreError::damaged(format!("an entry of the history: {what}"));
        let days = |days: i64| u32::try_from(days).map_err(|_| damaged("limits"));
        let scope = AkScope::parse(&row.ak_scope).ok_or_else(|| damaged("scope"))?;
        let thresholds = Thresholds::new(days(row.old_days)?, days(row.unused_days)?, scope)
            .map_err(|_| damaged("limits"))?;
        let subjects = match &row.subjects {
            Some(text) => serde_json::from_str(text).map_err(|_| damaged("subjects"))?,
            None => Vec::new(),
        };
        let [
            sub_user,
            sub_user_bind_mfa,
            sub_user_with_unused_access_key,
            root_with_access_key,
            sub_user_with_old_access_key,
            unused_ak_num,
            old_ak_num,
        ] = row.counts;
        Ok(Self {
            at: row.at,
            place: row.place,
            score: row.score,
            model_version: row.model_version,
            thresholds,
            facts: Facts {
                sub_user,
                sub_user_bind_mfa,
                sub_user_with_unused_access_key,
                root_with_access_key,
                sub_user_with_old_access_key,
                sub_user_pwd_level: row.level,
                unused_ak_num,
                old_ak_num,
                bind_mfa: row.bind_mfa,
            },
            cause: Cause {
                kind: CauseType::parse(&row.cause).map_err(|_| damaged("cause"))?,
                operation: row.operation,
                caller: row.caller,
                request_id: row.request_id,
            },
            subjects,
            more_subjects: row.more_subjects,
            told_until: row.told_until,
        })
    }
}
