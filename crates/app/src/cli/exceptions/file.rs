//! The file of exceptions that is kept beside the infrastructure's code: YAML in, checked records out. Each fault names its
//! line, its field and the reason. Must not know servers.

use std::collections::HashMap;

use ramward_domain::identity::security_exception::{
    ExceptionId, ExceptionOwner, ExceptionReason, ExceptionState, ExpireDate, SubjectPattern,
};
use ramward_domain::report::exceptions::takes_names;
use ramward_rpc::shape::Scalar;
use serde::Deserialize;
use serde_saphyr::Spanned;

/// An exception as the file wants it, in the words of the operation that sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub id: String,
    /// Parameter and value of each of its fields, in the order of the file's documentation.
    pub fields: [(&'static str, String); 6],
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {reason}; nothing was changed", field.map(|field| format!(", field {field}")).unwrap_or_default())]
pub struct BadFile {
    /// The line, counted from one.
    pub line: u64,
    /// The field, where the fault lies in one.
    pub field: Option<&'static str>,
    /// What is wrong.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    exceptions: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    id: Spanned<String>,
    check: Spanned<String>,
    subject: Spanned<String>,
    owner: Spanned<String>,
    reason: Spanned<String>,
    expires: Spanned<String>,
    state: Spanned<String>,
}

/// Reads the whole file.
///
/// # Errors
/// The first fault.
pub fn parse(text: &str) -> Result<Vec<Wanted>, BadFile> {
    let document: Document = serde_saphyr::from_str(text).map_err(|error| {
        let error = error.without_snippet();
        let line = error.location().map_or(1, |location| location.line());
        let reason = error.to_string();
        // The line is named once, in this program's words.
        let reason = reason.lines().next().unwrap_or_default();
        let reason =
            reason.split(" at line ").next().unwrap_or_default().trim_end_matches([' ', ',']).to_owned();
        BadFile { line, field: None, reason }
    })?;
    let mut lines: HashMap<String, u64> = HashMap::new();
    let mut wanted = Vec::with_capacity(document.exceptions.len());
    for record in document.exceptions {
        let line = record.id.referenced.line();
        let one = record.check()?;
        if let Some(first) = lines.insert(one.id.clone(), line) {
            let reason = format!("{} is already the exception of line {first}; give it another id", one.id);
            return Err(BadFile { line, field: Some("id"), reason });
        }
        wanted.push(one);
    }
    Ok(wanted)
}

impl Record {
    fn check(self) -> Result<Wanted, BadFile> {
        field::<ExceptionId>("id", &self.id)?;
        let Some(by_name) = takes_names(&self.check.value) else {
            let reason = format!(
                "there is no check {}; take an id from `ramward report --explain`",
                self.check.value.escape_debug()
            );
            return Err(BadFile { line: self.check.referenced.line(), field: Some("check"), reason });
        };
        field::<SubjectPattern>("subject", &self.subject)?;
        if !by_name && !matches!(self.subject.value.as_str(), "*" | "<root>") {
            let reason = format!("the check {} is about nobody by name; write \"*\"", self.check.value);
            return Err(BadFile { line: self.subject.referenced.line(), field: Some("subject"), reason });
        }
        field::<ExceptionOwner>("owner", &self.owner)?;
        field::<ExceptionReason>("reason", &self.reason)?;
        field::<ExpireDate>("expires", &self.expires)?;
        field::<ExceptionState>("state", &self.state)?;
        Ok(Wanted {
            id: self.id.value,
            fields: [
                ("Check", self.check.value),
                ("SubjectPattern", self.subject.value),
                ("Owner", self.owner.value),
                ("Reason", self.reason.value),
                ("ExpireDate", self.expires.value),
                ("State", self.state.value),
            ],
        })
    }
}

fn field<T: Scalar>(name: &'static str, text: &Spanned<String>) -> Result<(), BadFile> {
    T::parse(&text.value).map(drop).map_err(|_| BadFile {
        line: text.referenced.line(),
        field: Some(name),
        reason: format!("\"{}\" does not fit; it takes {}", text.value.escape_debug(), T::LIMITS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
# kept in git
exceptions:
  - id: robots
    check: users_no_old_key
    subject: svc-*
    owner: security@example.com
    reason: moved to roles in March
    expires: 2027-03-31
    state: planned
  - {id: roots, check: root_mfa, subject: \"*\", owner: o, reason: \"r: s\", expires: 2027-01-01, state: accepted risk}
";

    #[test]
    fn a_file_is_read_as_it_stands() {
        let found = parse(GOOD).unwrap();
        assert_eq!(found.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["robots", "roots"]);
        assert_eq!(found[0].fields[1], ("SubjectPattern", "svc-*".to_owned()));
        assert_eq!(found[0].fields[4], ("ExpireDate", "2027-03-31".to_owned()));
        assert_eq!(found[1].fields[3], ("Reason", "r: s".to_owned()));
        assert_eq!(parse("exceptions: []"), Ok(Vec::new()));
    }

    #[test]
    fn each_fault_names_line_field_and_reason() {
        let rows = [
            ("id: robots", "id: a b", 3, Some("id"), "does not fit; it takes 1 to 64 letters"),
            ("users_no_old_key", "old_keys", 4, Some("check"), "there is no check old_keys"),
            ("svc-*", "a*b", 5, Some("subject"), "does not fit"),
            ("users_no_old_key", "root_no_key", 5, Some("subject"), "write \"*\""),
            ("2027-03-31", "2027-02-30", 8, Some("expires"), "YYYY-MM-DD"),
            ("state: planned", "state: ignored", 9, Some("state"), "`accepted risk`"),
            ("id: roots", "id: robots", 10, Some("id"), "already the exception of line 3"),
            ("    owner: security@example.com\n", "", 8, None, "owner"),
            ("owner: security", "owners: security", 6, None, "owners"),
        ];
        for (from, to, line, field, reason) in rows {
            let error = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert_eq!((error.line, error.field), (line, field), "{to}: {error}");
            assert!(error.reason.contains(reason), "{to}: {error}");
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
        }
        for text in ["", "exceptions", "exceptions: [", "- id: a", "exceptions:\n  - 7\n"] {
            let error = parse(text).unwrap_err();
            assert!(error.line >= 1 && !error.reason.is_empty(), "{text:?}: {error}");
        }
    }
}
