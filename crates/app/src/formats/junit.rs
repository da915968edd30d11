//! The explained report as JUnit XML: a suite for each kind of check, a test case for each check. What is not applicable,
//! not answerable, or covered by exceptions is skipped with its reason. Its schema is the one that Jenkins's xUnit plugin
//! publishes.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::explained::{Check, Explained, Kind, Verdict};

const SUITES: [(Kind, &str); 3] =
    [(Kind::Scored, "ramward.scored"), (Kind::Audit, "ramward.audit"), (Kind::Cis, "ramward.cis")];

/// Writes it.
pub fn write(explained: &Explained) -> String {
    let mut bytes = Vec::new();
    suites(&mut Writer::new_with_indent(&mut bytes, b' ', 2), explained)
        .expect("memory takes what is written");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("texts and tags are UTF-8")
}

fn suites(writer: &mut Writer<&mut Vec<u8>>, explained: &Explained) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all = &explained.explanation.checks.check;
    let name = clean(&format!("ramward {} score {}", explained.account(), explained.explanation.score));
    writer
        .create_element("testsuites")
        .with_attribute(("name", name.as_str()))
        .with_attribute(("tests", all.len().to_string().as_str()))
        .with_attribute(("failures", all.iter().filter(|check| fails(check)).count().to_string().as_str()))
        .with_attribute(("errors", "0"))
        .write_inner_content(|writer| {
            SUITES.iter().try_for_each(|(kind, name)| suite(writer, explained, *kind, name))
        })?;
    Ok(())
}

fn suite(
    writer: &mut Writer<&mut Vec<u8>>,
    explained: &Explained,
    kind: Kind,
    name: &str,
) -> std::io::Result<()> {
    let checks: Vec<&Check> = explained.of_kind(kind).collect();
    if checks.is_empty() {
        return Ok(());
    }
    let count = |wanted: fn(&Check) -> bool| checks.iter().filter(|check| wanted(check)).count().to_string();
    writer
        .create_element("testsuite")
        .with_attribute(("name", name))
        .with_attribute(("tests", checks.len().to_string().as_str()))
        .with_attribute(("failures", count(fails).as_str()))
        .with_attribute(("errors", "0"))
        .with_attribute(("skipped", count(|check| skipped(check).is_some()).as_str()))
        .with_attribute(("timestamp", clean(&explained.explanation.report_time).as_str()))
        .write_inner_content(|writer| {
            checks.iter().try_for_each(|check| case(writer, explained, check, name))?;
            let remarks = explained.remarks();
            if !remarks.is_empty() {
                let text = clean(&remarks.join("\n"));
                writer.create_element("system-out").write_text_content(BytesText::new(&text))?;
            }
            Ok(())
        })?;
    Ok(())
}

fn case(
    writer: &mut Writer<&mut Vec<u8>>,
    explained: &Explained,
    check: &Check,
    suite: &str,
) -> std::io::Result<()> {
    let name = clean(&format!("{}: {}", check.id, check.title));
    let case = writer
        .create_element("testcase")
        .with_attribute(("classname", suite))
        .with_attribute(("name", name.as_str()));
    if let Some(reason) = skipped(check) {
        case.write_inner_content(|writer| {
            writer.create_element("skipped").with_attribute(("message", reason.as_str())).write_empty()?;
            Ok(())
        })?;
    } else if fails(check) {
        let message = clean(&format!("{} (value: {})", check.rule, check.found()));
        let text = clean(&body(explained, check));
        case.write_inner_content(|writer| {
            writer
                .create_element("failure")
                .with_attribute(("type", "finding"))
                .with_attribute(("message", message.as_str()))
                .write_text_content(BytesText::new(&text))?;
            Ok(())
        })?;
    } else {
        case.write_empty()?;
    }
    Ok(())
}

/// Whom it concerns and what to do, a line each.
fn body(explained: &Explained, check: &Check) -> String {
    let mut lines: Vec<String> = explained
        .findings_of(check)
        .map(|finding| match finding.since.as_str() {
            "" => finding.subject(),
            since => format!("{} since {since}", finding.subject()),
        })
        .collect();
    let more = explained.not_listed(check);
    if more > 0 {
        lines.push(format!("{more} more are not listed here"));
    }
    lines.extend(
        [&check.advice, &check.next_step.ramward_call].into_iter().filter(|line| !line.is_empty()).cloned(),
    );
    lines.join("\n")
}

fn fails(check: &Check) -> bool {
    check.verdict == Verdict::Fail && !excepted(check)
}

fn excepted(check: &Check) -> bool {
    check.verdict == Verdict::Fail && check.verdict_with_exceptions == Some(Verdict::Pass)
}

fn skipped(check: &Check) -> Option<String> {
    match check.verdict {
        Verdict::NotApplicable | Verdict::NotAnswerable => {
            Some(clean(&format!("{}: {}", check.verdict, check.found())))
        }
        _ if excepted(check) => Some("covered by exceptions".to_owned()),
        _ => None,
    }
}

/// A text without the characters that no XML 1.0 document may hold, not even as a reference.
fn clean(text: &str) -> String {
    let fits = |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    text.chars().map(|character| if fits(character) { character } else { '\u{fffd}' }).collect()
}
