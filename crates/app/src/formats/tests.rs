//! Every format of one prepared report, also with names that try to be more than text. That the formats with a published
//! schema follow it is shown by `tests/formats`, on the same answers.

use serde_json::{Value, json};

use super::explained::{Explained, Explanation, Findings, Verdict};
use super::states::Entries;
use super::{FORMATS, find};

const ANSWERS: &str = include_str!("../../../../tests/formats/answers.json");

/// Names that no account should have, and some foreign server may send all the same.
const HOSTILE: [&str; 7] = [
    "=HYPERLINK(\"http://evil\")",
    "@everyone [click](http://evil) | **b** `x`",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u{1b}[2J\u{1}\r\nINJECTED,row",
    "]]></failure><failure>&amp;",
    "\u{202e}gnp.exe \u{fffe}",
    "-2+3\t\"quoted\"",
];

/// The report of the prepared answers, `mallory` being called `name`.
fn explained_with(name: &str) -> Explained {
    let quoted = Value::from(name).to_string();
    let text = ANSWERS.replace("mallory", &quoted[1..quoted.len() - 1]);
    let answers: Value = serde_json::from_str(&text).unwrap();
    let explanation = answers["ExplainAccountSecurityPracticeReport"]["Explanation"].clone();
    let explanation: Explanation = serde_json::from_value(explanation).unwrap();
    let findings = answers["ListSecurityFindings"].as_object().unwrap();
    let finding = findings.values().flat_map(|page| page.as_array().unwrap().clone());
    let finding = finding.map(|finding| serde_json::from_value(finding).unwrap()).collect();
    let entries = answers["ListAccountSecurityPracticeReportHistory"]["Entries"].clone();
    Explained {
        source: "https://ims.example".into(),
        notes: vec![format!("a note on {name}")],
        explanation,
        findings: Findings { finding },
        entries: serde_json::from_value::<Entries>(entries).unwrap(),
    }
}

fn explained() -> Explained {
    explained_with("mallory")
}

fn written(name: &str, explained: &Explained) -> String {
    (find(name).unwrap().write)(explained)
}

#[test]
fn every_format_names_account_score_and_the_failing_check() {
    let mut explained = explained();
    let mirror = json!({"Plan": "calls", "Unknowns": {"Unknown": [{"Value": "OldAkNum", "AtLeast": 1, "Reason": "why"}]}});
    explained.explanation.mirror = Some(serde_json::from_value(mirror).unwrap());
    for format in FORMATS {
        let text = (format.write)(&explained);
        let words = [
            "1234567890123456",
            "59",
            "MFA device",
            "mallory",
            "LTAI****0001",
            "a note on mallory",
            "OldAkNum",
        ];
        for word in words {
            assert!(text.contains(word), "{}: {word}\n{text}", format.name);
        }
        assert!(text.ends_with('\n'), "{}", format.name);
    }
}

#[test]
fn json_is_read_back_whole() {
    let mut whole = explained();
    whole.explanation.score_with_exceptions = Some(72);
    whole.explanation.exceptions_too_wide = Some("legacy-robots".into());
    let mirror =
        json!({"Plan": "walk", "CollectedDate": "2026-11-20T00:00:00Z", "Unknowns": {"Unknown": []}});
    whole.explanation.mirror = Some(serde_json::from_value(mirror).unwrap());
    let text = written("json", &whole);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["Explanation"]["ExceptionsTooWide"], "legacy-robots");
    let back: Explanation = serde_json::from_value(value["Explanation"].clone()).unwrap();
    assert_eq!(back, whole.explanation);
    let findings: Findings = serde_json::from_value(value["Findings"].clone()).unwrap();
    assert_eq!(findings, explained().findings);
    let entries: Entries = serde_json::from_value(value["Entries"].clone()).unwrap();
    assert_eq!(entries, explained().entries);
}

/// The members of an explanation as the operation writes them are all known here: nothing is lost on the way to a file.
#[test]
fn the_operations_explanation_is_read_and_written_whole() {
    let golden: Value =
        serde_json::from_str(include_str!("../../../domain/tests/golden/explanation.json")).unwrap();
    let explanation: Explanation = serde_json::from_value(golden.clone()).unwrap();
    assert_eq!(serde_json::to_value(explanation).unwrap(), golden);
}

#[test]
fn csv_has_a_row_for_each_check_and_finding_and_no_formula() {
    for name in HOSTILE {
        let explained = explained_with(name);
        let text = written("csv", &explained);
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let column = reader.headers().unwrap().iter().position(|heading| heading == "UserName").unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let checks = explained.explanation.checks.check.len();
        let expected = checks + explained.findings.finding.len() + explained.remarks().len();
        assert_eq!(rows.len(), expected, "{name:?}");
        for cell in rows.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
        }
        let shown = rows.iter().map(|row| &row[column]).filter(|cell| cell.trim_start_matches('\'') == name);
        assert_eq!(shown.count(), 4, "{name:?} is there as text\n{text}");
    }
}

#[test]
fn markdown_shows_hostile_names_as_text() {
    insta::assert_snapshot!(written("md", &explained()));
    for name in HOSTILE {
        let text = written("md", &explained_with(name));
        for line in text.lines() {
            let outside = without_code(line).replace("\\\\", "").replace("&#64;", "");
            let plain = |mark: &str| outside.replace(&format!("\\{mark}"), "").contains(mark);
            assert!(!plain("<") && !plain("[") && !plain("`") && !outside.contains("://"), "{line}");
            assert!(!outside.contains('@') && !line.chars().any(char::is_control), "{line}");
        }
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        for (heading, count) in [("| Subject", 5), ("| Check | Verdict | Value", 6)] {
            let from_heading = text.lines().skip_while(|line| !line.starts_with(heading));
            let rows: Vec<&str> = from_heading.take_while(|line| line.starts_with('|')).collect();
            assert!(rows.len() > 2 && rows.iter().all(|row| cells(row) == count), "{rows:?}");
        }
    }
}

/// A line without its spans of code: from a run of backticks to the next one of the same length.
fn without_code(line: &str) -> String {
    let mut rest = line;
    let mut outside = String::new();
    while let Some(begin) = rest.find('`').filter(|at| !rest[..*at].ends_with('\\')) {
        outside.push_str(&rest[..begin]);
        let fence = &rest[begin..begin + rest[begin..].chars().take_while(|mark| *mark == '`').count()];
        let after = &rest[begin + fence.len()..];
        let end = after.match_indices('`').find(|(at, _)| {
            let run = after[*at..].chars().take_while(|mark| *mark == '`').count();
            run == fence.len() && !after[..*at].ends_with('`')
        });
        let end = end.unwrap_or_else(|| panic!("code that does not end: {line}")).0;
        rest = &after[end + fence.len()..];
    }
    outside + rest
}

#[test]
fn html_shows_hostile_names_as_text_and_loads_nothing() {
    for name in HOSTILE {
        let page = written("html", &explained_with(name));
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<link"), "{name:?}");
        assert!(!page.contains("src=") || name.contains("src="), "{name:?}");
        assert!(!page.contains("url("), "{name:?}");
        let tags = |page: &str| page.matches('<').count();
        assert_eq!(tags(&page), tags(&written("html", &explained())), "{name:?}");
    }
    let page = written("html", &explained());
    assert!(page.contains("<polyline points=\"0.0,33.6 "), "{page}");
    assert!(
        page.contains(
            "The score went from 72 to 59 between 2026-03-01 and 2026-11-20; lowest 54, highest 72."
        )
    );
}

#[test]
fn a_drawing_needs_something_to_show() {
    let mut explained = explained();
    let page = |explained: &Explained| written("html", explained);
    explained.entries.entry.retain(|entry| entry.score == 59);
    assert!(page(&explained).contains("between 2026-11-19 and 2026-11-20; lowest 59, highest 59"));
    explained.entries.entry[0].time = "2026-11-20T08:29:00Z".into();
    assert!(!page(&explained).contains("<polyline"), "a minute without a change");
    explained.entries.entry[0].score = 50;
    assert!(page(&explained).contains("from 50 to 59 between 2026-11-20T08:29:00Z and 2026-11-20T08:30:00Z"));
    explained.entries = Entries::default();
    assert!(!page(&explained).contains("<polyline"), "no history");
}

#[test]
fn junit_is_one_case_a_check_and_xml_whatever_the_names() {
    for name in HOSTILE {
        let explained = explained_with(name);
        let text = written("junit", &explained);
        let document =
            roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name:?}: {error}\n{text}"));
        let count = |tag| document.descendants().filter(|node| node.has_tag_name(tag)).count();
        assert_eq!(count("testcase"), explained.explanation.checks.check.len());
        let fails = explained.explanation.checks.check.iter().filter(|check| check.verdict == Verdict::Fail);
        assert_eq!(count("failure"), fails.count(), "{name:?}");
        assert_eq!(count("skipped"), 2);
    }
}

#[test]
fn what_exceptions_cover_fails_no_gate() {
    let mut explained = explained();
    let failing =
        explained.explanation.checks.check.iter_mut().find(|check| check.id == "users_mfa").unwrap();
    failing.verdict_with_exceptions = Some(Verdict::Pass);
    let junit = written("junit", &explained);
    assert!(junit.contains("<skipped message=\"covered by exceptions\"/>"), "{junit}");
    let sarif: Value = serde_json::from_str(&written("sarif", &explained)).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let suppressed = results.iter().filter(|result| result.get("suppressions").is_some());
    assert_eq!(suppressed.clone().count(), 2);
    assert!(suppressed.clone().all(|result| result["ruleId"] == "users_mfa"));
    let ocsf: Vec<Value> = serde_json::from_str(&written("ocsf", &explained)).unwrap();
    let suppressed = ocsf.iter().filter(|event| event["status"] == "Suppressed");
    assert!(suppressed.clone().count() == 2, "{ocsf:?}");
}

#[test]
fn findings_that_were_not_read_are_counted() {
    let mut explained = explained();
    explained.explanation.checks.check[3].findings = Some(1_000_000);
    for (format, words) in
        [("md", "999998 more"), ("html", "999998 more"), ("sarif", "999998 more"), ("junit", "999998 more")]
    {
        assert!(written(format, &explained).contains(words), "{format}");
    }
}
