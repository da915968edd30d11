//! What moved: the entries of the history since an instant, or what lies between two reports. Knows no gate.

use std::collections::BTreeSet;

use super::super::{print, table};
use super::states::State;
use crate::formats::explained::Finding;
use crate::formats::states::{Entry, Subject};

/// The entries for people, the score of each beside its difference to the one before.
pub fn since(entries: &[Entry], before: Option<i64>) -> String {
    let mut rows = vec![["Time", "Score", "Change", "Cause", "Moved"].map(str::to_owned).to_vec()];
    let mut last = before;
    for entry in entries {
        let change = last.map(|last| signed(entry.score - last)).unwrap_or_default();
        last = Some(entry.score);
        rows.push(vec![entry.time.clone(), entry.score.to_string(), change, cause(entry), moved(entry)]);
    }
    table::render(&rows)
}

/// A difference with its sign; nothing for none.
pub fn signed(change: i64) -> String {
    if change == 0 { String::new() } else { format!("{change:+}") }
}

fn cause(entry: &Entry) -> String {
    let cause = &entry.cause;
    match cause.kind.as_str() {
        "Operation" => {
            let caller = cause.caller.rsplit(':').next().unwrap_or_default();
            format!("{} by {caller}", cause.operation)
        }
        "TimePassed" => "time passed".to_owned(),
        other => other.to_lowercase(),
    }
}

/// The subjects of an entry, without saying one of them twice.
fn moved(entry: &Entry) -> String {
    let mut names: Vec<String> = entry.subjects.subject.iter().map(name).collect();
    names.dedup();
    if entry.more_subjects > 0 {
        names.push(format!("{} more", entry.more_subjects));
    }
    names.join(", ")
}

fn name(subject: &Subject) -> String {
    let user = if subject.user_name.is_empty() { "<account>" } else { &subject.user_name };
    if subject.access_key_id.is_empty() {
        user.to_owned()
    } else {
        format!("{user} {}", subject.access_key_id)
    }
}

/// What lies between two reports; `between` are the entries of the history between them, if both are of it.
pub fn diff(before: &State, after: &State, between: &[Entry]) -> String {
    let mut text = format!(
        "{} to {}: score {} to {}\n",
        print::tame(&before.name),
        print::tame(&after.name),
        before.score,
        after.score
    );
    let pairs = before.values.named().into_iter().zip(after.values.named());
    let rows: Vec<Vec<String>> = pairs
        .filter(|((_, then), (_, now))| then != now)
        .map(|((name, then), (_, now))| vec![name.to_owned(), then, "to".to_owned(), now])
        .collect();
    if rows.is_empty() {
        text.push_str("no value moved\n");
    }
    text.push_str(&table::render(&rows));
    if let (Some(then), Some(now)) = (&before.findings, &after.findings) {
        let key = |finding: &Finding| (finding.check.clone(), finding.subject());
        let (then, now): (BTreeSet<_>, BTreeSet<_>) =
            (then.iter().map(key).collect(), now.iter().map(key).collect());
        subjects("new findings", now.difference(&then), &mut text);
        subjects("findings that are gone", then.difference(&now), &mut text);
    }
    let moved: BTreeSet<(String, String)> = between
        .iter()
        .flat_map(|entry| &entry.subjects.subject)
        .map(|subject| (subject.check.clone(), name(subject)))
        .collect();
    subjects("subjects that moved", moved.iter(), &mut text);
    let more: i64 = between.iter().map(|entry| entry.more_subjects).sum();
    if more > 0 {
        text.push_str(&format!("and {more} times one that the history does not name\n"));
    }
    text
}

fn subjects<'a>(title: &str, found: impl Iterator<Item = &'a (String, String)>, text: &mut String) {
    let rows: Vec<Vec<String>> =
        found.map(|(check, subject)| vec![format!("  {check}"), subject.clone()]).collect();
    if !rows.is_empty() {
        text.push_str(&format!("\n{title}:\n{}", table::render(&rows)));
    }
}
