//! The report as a file: the ten values as the vendor names them, or all that is known in one of the formats. Knows no page.

use ramward_rpc::api::Product;
use serde_json::{Value, json};

use crate::console::answer::{self, PageAnswer};
use crate::console::calls::Calls;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::whose::Whose;
use crate::explaining::{Asks, WRITTEN_FINDINGS, Wanted, explained};
use crate::formats;
use crate::refusal::Refusal;

/// A format that is offered.
struct File {
    /// What the formats call it.
    format: &'static str,
    /// What people call it.
    name: &'static str,
    /// How the file ends.
    ending: &'static str,
    content_type: &'static str,
}

const fn file(
    format: &'static str,
    name: &'static str,
    ending: &'static str,
    content_type: &'static str,
) -> File {
    File { format, name, ending, content_type }
}

const FILES: [File; 7] = [
    file("html", "HTML", "html", "text/html; charset=utf-8"),
    file("csv", "CSV", "csv", "text/csv; charset=utf-8"),
    file("json", "JSON", "json", "application/json; charset=utf-8"),
    file("md", "Markdown", "md", "text/markdown; charset=utf-8"),
    file("sarif", "SARIF", "sarif", "application/sarif+json"),
    file("ocsf", "OCSF", "ocsf.json", "application/json; charset=utf-8"),
    file("junit", "JUnit", "junit.xml", "application/xml; charset=utf-8"),
];

/// The formats offered for the explained report: address and name.
pub fn links(whose: &Whose) -> Vec<(String, &'static str)> {
    let link = |file: &File| whose.link(&format!("/console/overview/explained/{}", file.format), &[]);
    FILES.iter().map(|file| (link(file), file.name)).collect()
}

/// The ten values, as JSON or as CSV.
pub fn ten_values(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let Some(whose) = Whose::of(visit) else { return Ok(answer::see("/console/accounts")) };
    let (values, account) = if whose.is_own() {
        let mut answer = visit.call(Product::Ims, "GetAccountSecurityPracticeReport", &[])?;
        let values = answer.get_mut("AccountSecurityPracticeInfo").map(Value::take).unwrap_or_default();
        (values, visit.signed_in.as_ref().map(|one| one.caller.account().to_string()))
    } else {
        // The vendor's operation is about the caller's own account.
        let explanation = super::explanation(visit, &whose)?;
        let values =
            json!({"Score": explanation.score, "AccountSecurityPracticeUserInfo": explanation.values});
        (values, explanation.account_id)
    };
    let name = format!("security-report-{}", account.unwrap_or_default());
    match visit.path_value("format").as_str() {
        "json" => {
            let text = serde_json::to_string_pretty(&values)
                .map_err(|error| Trouble::Internal(error.to_string()))?;
            Ok(answer::file(&format!("{name}.json"), "application/json; charset=utf-8", format!("{text}\n")))
        }
        "csv" => Ok(answer::file(&format!("{name}.csv"), "text/csv; charset=utf-8", as_csv(&values))),
        _ => Err(Trouble::NotFound),
    }
}

/// A row of names and a row of values; the texts among them are words of the protocol, so no cell needs quotes.
fn as_csv(values: &Value) -> String {
    let users = values.get("AccountSecurityPracticeUserInfo").and_then(Value::as_object);
    let score = values.get("Score").map(|score| ("Score", score));
    let members = users.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    let cells: Vec<(&str, String)> = score
        .into_iter()
        .chain(members)
        .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let names: Vec<&str> = cells.iter().map(|(name, _)| *name).collect();
    let values: Vec<&str> = cells.iter().map(|(_, value)| value.as_str()).collect();
    format!("{}\r\n{}\r\n", names.join(","), values.join(","))
}

/// All that is known, in the format that the path names.
pub fn explained_as(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let Some(whose) = Whose::of(visit) else { return Ok(answer::see("/console/accounts")) };
    let wanted_format = visit.path_value("format");
    let file = FILES.iter().find(|file| file.format == wanted_format).ok_or(Trouble::NotFound)?;
    let format = formats::find(file.format).ok_or(Trouble::NotFound)?;
    let asked = Asked { calls: visit.calls()?, name: visit.endpoint() };
    let wanted = Wanted {
        account: whose.named().map(str::to_owned),
        target: None,
        findings: WRITTEN_FINDINGS,
        history: true,
    };
    let explained = explained(&asked, &wanted).map_err(|error| Trouble::Internal(format!("{error:#}")))?;
    let explained = explained.map_err(|refusal| Trouble::from(as_the_console_has_it(refusal)))?;
    let name = format!("explained-report-{}.{}", explained.account(), file.ending);
    Ok(answer::file(&name, file.content_type, (format.write)(&explained)))
}

/// The service as whoever is signed in asks it.
struct Asked<'a> {
    calls: Calls<'a>,
    name: String,
}

impl Asks for Asked<'_> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn ask_ramward(&self, action: &str, params: &[(&str, String)]) -> anyhow::Result<Result<Value, Refusal>> {
        let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = |refusal: crate::console::calls::Refusal| Refusal {
            status: refusal.status,
            code: Some(refusal.code),
            message: refusal.message,
            request_id: Some(refusal.request_id),
            location: None,
        };
        Ok(self.calls.call(Product::Ramward, action, &params).map_err(refused))
    }
}

fn as_the_console_has_it(refusal: Refusal) -> crate::console::calls::Refusal {
    crate::console::calls::Refusal {
        status: refusal.status,
        code: refusal.code.unwrap_or_default(),
        message: refusal.message,
        request_id: refusal.request_id.unwrap_or_default(),
        operation: "ExplainAccountSecurityPracticeReport".to_owned(),
    }
}
