//! The states a report was in as the formats read them: the answer of ListAccountSecurityPracticeReportHistory under its
//! names on the wire. Knows no server and no format.

use serde::{Deserialize, Serialize};

use super::explained::Values;

/// The history.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Entries {
    /// Its entries.
    #[serde(rename = "Entry", default)]
    pub entry: Vec<Entry>,
}

/// The report as it was from an instant on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    /// The instant.
    pub time: String,
    /// The score.
    pub score: i64,
    /// Which weights.
    #[serde(default)]
    pub model_version: String,
    /// The nine values.
    #[serde(rename = "AccountSecurityPracticeUserInfo")]
    pub values: Values,
    /// What changed it.
    #[serde(default)]
    pub cause: Cause,
    /// What it moved.
    #[serde(default)]
    pub subjects: Subjects,
    /// How many more it moved.
    #[serde(default)]
    pub more_subjects: i64,
}

/// What changed a report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Cause {
    /// `Operation`, `TimePassed`, `Import`, `Collect` or `Settings`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Which operation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub operation: String,
    /// Who called it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub caller: String,
    /// Its id in the log.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request_id: String,
}

/// What an entry moved.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Subjects {
    /// The subjects.
    #[serde(rename = "Subject", default)]
    pub subject: Vec<Subject>,
}

/// A subject that an entry moved.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Subject {
    /// The check.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub check: String,
    /// The user's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user_name: String,
    /// The key, masked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub access_key_id: String,
}
