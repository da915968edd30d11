//! The credential report as files: one where the account is small, else part after part, so that no request holds a million
//! rows in memory. Knows no page but its own.

use askama::Template;
use data_encoding::BASE64;
use ramward_rpc::api::Product;
use serde_json::Value;

use crate::console::answer::{self, PageAnswer};
use crate::console::frame::Frame;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// Identities that one answer of the operation has at most.
const ANSWER_ROWS: i64 = 3501;
/// Answers that make a part.
const ANSWERS: i64 = 10;
/// Identities of a part.
pub const PART_ROWS: i64 = ANSWER_ROWS * ANSWERS;

/// A part of the report.
#[derive(Debug, Default)]
struct Part {
    /// The names of the columns, and the rows, without their line ends.
    lines: Vec<String>,
    /// Where the next part begins.
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "console/credential_report.html")]
struct Page {
    frame: Frame,
    rows: usize,
    file: String,
    next: Option<String>,
    is_first: bool,
}

/// The page of a part.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let token = visit.query.get("NextToken");
    let part = read(visit, token)?;
    let link = |path: &str, token: &str| {
        if token.is_empty() {
            return path.to_owned();
        }
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("NextToken", token).finish();
        format!("{path}?{query}")
    };
    let page = Page {
        frame: visit.frame(visit.lang.t("Credential report", "用户凭证报告")),
        rows: part.lines.len().saturating_sub(1),
        file: link("/console/credential-report.csv", token),
        next: part.next.map(|next| link("/console/credential-report", &next)),
        is_first: token.is_empty(),
    };
    answer::page(&page)
}

/// The file of a part.
pub fn download(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let part = read(visit, visit.query.get("NextToken"))?;
    let mut text = part.lines.join("\n");
    text.push('\n');
    Ok(answer::file("credential-report.csv", "text/csv; charset=utf-8", text))
}

fn read(visit: &Visit<'_>, token: &str) -> Result<Part, Trouble> {
    visit.call(Product::Ims, "GenerateCredentialReport", &[])?;
    let mut part = Part { next: Some(token.to_owned()), ..Part::default() };
    let most = ANSWER_ROWS.to_string();
    for _ in 0..ANSWERS {
        let Some(token) = part.next.take() else { break };
        let mut params = vec![("MaxItems", most.as_str())];
        if !token.is_empty() {
            params.push(("NextToken", &token));
        }
        let answer = visit.call(Product::Ims, "GetCredentialReport", &params)?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
        let table =
            BASE64.decode(text("Content").as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let table = table.ok_or_else(|| Trouble::Internal("the credential report is no text".into()))?;
        append(&mut part.lines, &table);
        part.next = Some(text("NextToken")).filter(|token| !token.is_empty()).map(str::to_owned);
    }
    Ok(part)
}

/// Adds a table to lines that begin with the names of their columns. The wider of the two decides how many keys each row has
/// columns for.
fn append(lines: &mut Vec<String>, table: &str) {
    let mut new = table.lines();
    let Some(names) = new.next() else { return };
    let width = |line: &str| line.split(',').count();
    let wide = match lines.first() {
        Some(known) => width(known).max(width(names)),
        None => width(names),
    };
    match lines.first_mut() {
        Some(known) if width(known) < wide => {
            names.clone_into(known);
            lines.iter_mut().for_each(|line| pad(line, wide));
        }
        Some(_) => {}
        None => lines.push(names.to_owned()),
    }
    lines.extend(new.map(|line| {
        let mut line = line.to_owned();
        pad(&mut line, wide);
        line
    }));
}

/// Says of the keys that a row has no cells for that there are none.
fn pad(line: &mut String, wide: usize) {
    let missing = wide.saturating_sub(line.split(',').count()) / 4;
    for _ in 0..missing {
        line.push_str(",FALSE,N/A,N/A,N/A");
    }
}

#[cfg(test)]
mod tests {
    use super::append;
    use crate::console::testing::Desk;
    use ramward_rpc::api::Product;

    #[test]
    fn tables_of_different_width_become_one() {
        let mut lines = Vec::new();
        append(&mut lines, "user,a1,a2,a3,a4\nalice,1,2,3,4\n");
        append(&mut lines, "user,a1,a2,a3,a4,b1,b2,b3,b4\nbob,1,2,3,4,5,6,7,8\n");
        append(&mut lines, "user,a1,a2,a3,a4\ncarol,1,2,3,4\n");
        assert_eq!(
            lines,
            [
                "user,a1,a2,a3,a4,b1,b2,b3,b4",
                "alice,1,2,3,4,FALSE,N/A,N/A,N/A",
                "bob,1,2,3,4,5,6,7,8",
                "carol,1,2,3,4,FALSE,N/A,N/A,N/A"
            ]
        );
    }

    #[test]
    fn the_file_is_the_table_of_the_operation() {
        let desk = Desk::new();
        let name = "alice@1234567890123456.onaliyun.com";
        desk.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", name), ("DisplayName", "Alice")]);
        let root = desk.sign_in(&desk.root);
        let text = desk.page(&root, "/console/credential-report.csv");
        let mut lines = text.lines();
        assert!(lines.next().unwrap().starts_with("user,user_creation_time,"), "{text}");
        assert!(lines.next().unwrap().starts_with("<root>,"), "{text}");
        assert!(lines.next().unwrap().starts_with("alice@"), "{text}");
        assert_eq!(lines.next(), None);
        let page = desk.page(&root, "/console/credential-report");
        assert!(
            page.contains("2 identities") && page.contains("href=\"/console/credential-report.csv\""),
            "{page}"
        );
        assert!(!page.contains("NextToken"), "{page}");
    }
}
