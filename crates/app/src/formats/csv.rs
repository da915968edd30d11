//! The explained report as CSV: a row for each check, followed by a row for each of its findings, then one for each remark
//! on the whole. A spreadsheet takes a
//! cell that begins with certain characters for a formula; such a cell gets an apostrophe in front, which spreadsheets
//! do not show.

use super::explained::{Check, Explained, Finding};

const HEADING: [&str; 24] = [
    "Row",
    "AccountId",
    "ReportTime",
    "Score",
    "Check",
    "Kind",
    "Benchmark",
    "Control",
    "Title",
    "Verdict",
    "Value",
    "Points",
    "PointsPossible",
    "Findings",
    "SubjectType",
    "UserName",
    "AccessKeyId",
    "Since",
    "AgeDays",
    "PointsIfRepaired",
    "Rule",
    "Advice",
    "RamwardCall",
    "VendorCli",
];

/// What makes a cell a formula in one spreadsheet or another, also in the wide forms of East Asian keyboards.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Writes it.
pub fn write(explained: &Explained) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut row = |cells: [String; 24]| {
        writer.write_record(cells.map(harmless)).expect("every row has as many cells, and memory takes them");
    };
    row(HEADING.map(str::to_owned));
    for check in &explained.explanation.checks.check {
        row(cells(explained, check, None));
        for finding in explained.findings_of(check) {
            row(cells(explained, check, Some(finding)));
        }
    }
    for remark in explained.remarks() {
        row(HEADING.map(|column| match column {
            "Row" => "Remark".to_owned(),
            "Advice" => remark.clone(),
            _ => String::new(),
        }));
    }
    let bytes = writer.into_inner().expect("memory takes what is written");
    String::from_utf8(bytes).expect("texts and separators are UTF-8")
}

fn cells(explained: &Explained, check: &Check, finding: Option<&Finding>) -> [String; 24] {
    let explanation = &explained.explanation;
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let of_finding = |read: fn(&Finding) -> String| finding.map(read).unwrap_or_default();
    let kind = format!("{:?}", check.kind);
    let either = |theirs: fn(&Finding) -> &String, ours: &String| {
        finding.map(theirs).filter(|text| !text.is_empty()).unwrap_or(ours).clone()
    };
    [
        if finding.is_some() { "Finding" } else { "Check" }.to_owned(),
        some(&explanation.account_id),
        explanation.report_time.clone(),
        explanation.score.to_string(),
        check.id.clone(),
        kind,
        some(&check.benchmark),
        some(&check.control),
        check.title.clone(),
        check.verdict.to_string(),
        check.value.clone(),
        some(&check.points),
        some(&check.points_possible),
        if finding.is_some() {
            String::new()
        } else {
            check.findings.map(|count| count.to_string()).unwrap_or_default()
        },
        of_finding(|finding| finding.subject_type.clone()),
        of_finding(|finding| finding.user_name.clone()),
        of_finding(|finding| finding.access_key_id.clone()),
        of_finding(|finding| finding.since.clone()),
        of_finding(|finding| finding.age_days.map(|days| days.to_string()).unwrap_or_default()),
        of_finding(|finding| finding.points_if_repaired.clone()),
        check.rule.clone(),
        either(|finding| &finding.advice, &check.advice),
        either(|finding| &finding.ramward_call, &check.next_step.ramward_call),
        either(|finding| &finding.vendor_cli, &check.next_step.vendor_cli),
    ]
}

fn harmless(cell: String) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell }
}
