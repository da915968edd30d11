//! `ramward explain-error`: what an error code means, why it comes and what to do, without asking any server.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{Context, Ending, print, table};
use crate::config::Output;
use crate::diagnosis::operations::Callers;
use crate::diagnosis::pasted::{self, Pasted};
use crate::diagnosis::search::{self, Found};
use crate::diagnosis::{Explained, explain};

/// Explain an error code, of this server or of the vendor's: meaning, likely causes, what to do, who answers it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward explain-error SignatureDoesNotMatch
  ramward explain-error EntityNotExist.
  ramward explain-error 409
  ramward explain-error Ram:CreateUser
  ramward explain-error --answer error.json
  ramward call ListUsers | ramward explain-error --answer -

A code that is typed whole is explained; a part of one, an HTTP status or an operation lists the codes that fit.
Exit codes: 0 something was found, 1 nothing was.")]
pub struct ExplainErrorArgs {
    /// Code or a part of one, HTTP status, or operation; without it, all codes
    #[arg(value_name = "QUERY", conflicts_with = "answer")]
    query: Option<String>,
    /// File with a whole error answer in JSON or XML, or with the text of an exception; - for standard input
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
    /// Language of the explanation
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
}

/// A language of explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    fn t<'t>(self, en: &'t str, zh: &'t str) -> &'t str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

impl ExplainErrorArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        let output = context.settings.output;
        if let Some(path) = &self.answer {
            return self.explain_answer(path, output);
        }
        let query = self.query.as_deref().unwrap_or_default();
        let found = search::find(query);
        let whole = found.codes.first().filter(|one| one.code.eq_ignore_ascii_case(query.trim()));
        if let Some(explained) = whole {
            print::result(shown(explained, self.lang, output).as_bytes())?;
            return Ok(Ending::Done);
        }
        if found.codes.is_empty() {
            let hint = found.nearest.map_or_else(
                || "run `ramward explain-error` for all codes".to_owned(),
                |nearest| format!("did you mean {nearest}?"),
            );
            print::note(&print::tame(&format!("no code is like {query:?}; {hint}")));
            return Ok(Ending::No);
        }
        print::result(list(&found, self.lang, output).as_bytes())?;
        if found.left_off > 0 {
            print::note(&format!("{} more; ask for a longer text to see them", found.left_off));
        }
        Ok(Ending::Done)
    }

    fn explain_answer(&self, path: &Path, output: Output) -> anyhow::Result<Ending> {
        let text = read(path)?;
        let pasted = Pasted::read(&text, search::is_known);
        let Some(code) = &pasted.code else {
            bail!("there is no error code in {}; give the whole answer", path.display());
        };
        let Some(explained) = explain(code) else {
            print::note(&print::tame(&format!("the code {code:?} is not known")));
            return Ok(Ending::No);
        };
        print::result(shown(&explained, self.lang, output).as_bytes())?;
        if let (Some(id), Output::Table) = (&pasted.request_id, output) {
            print::note(&format!("RequestId {id}"));
        }
        Ok(Ending::Done)
    }
}

/// A text from a file, or from standard input.
fn read(path: &Path) -> anyhow::Result<String> {
    let most = u64::try_from(pasted::MAX_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).context("cannot read standard input")?;
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        file.take(most).read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// One code with all that is told of it.
fn shown(explained: &Explained, lang: Language, output: Output) -> String {
    let callers = match &explained.callers {
        Callers::All => lang.t("every request", "任何请求").to_owned(),
        Callers::Signed => lang.t("every signed request", "任何已签名的请求").to_owned(),
        Callers::Elsewhere => lang
            .t("no operation of this server, but the vendor's services", "厂商的服务；本服务器不会返回")
            .to_owned(),
        Callers::These(list) => {
            let names = list.iter().map(|one| format!("{}:{}", one.product.name(), one.action));
            names.collect::<Vec<_>>().join(", ")
        }
    };
    let is_chinese = lang == Language::Zh;
    if output == Output::Json {
        let likely = explained
            .likely
            .iter()
            .map(|one| json!({"Cause": one.cause.of(is_chinese), "WhatToDo": one.remedy.of(is_chinese)}));
        let operations = match &explained.callers {
            Callers::These(list) => {
                Value::from_iter(list.iter().map(|one| format!("{}:{}", one.product.name(), one.action)))
            }
            _ => Value::from(callers),
        };
        let object = json!({
            "Code": explained.code,
            "Status": explained.status,
            "Message": explained.message,
            "Meaning": explained.meaning.of(is_chinese),
            "Likely": Value::from_iter(likely),
            "AnsweredBy": operations,
        });
        return format!("{object}\n");
    }
    let mut text =
        format!("{} (HTTP {})\n{}\n", explained.code, explained.status, explained.meaning.of(is_chinese));
    if let Some(message) = &explained.message {
        let _ = writeln!(text, "{} {message}", lang.t("Message:", "错误信息："));
    }
    let _ = writeln!(text, "\n{}", lang.t("Likely causes and what to do", "可能的原因和解决方法"));
    for one in &explained.likely {
        let _ = writeln!(text, "  - {}\n    {}", one.cause.of(is_chinese), one.remedy.of(is_chinese));
    }
    let _ = writeln!(text, "\n{} {callers}", lang.t("Answered by:", "返回此错误码的："));
    text
}

/// Several codes, one a line.
fn list(found: &Found, lang: Language, output: Output) -> String {
    let meaning = |one: &Explained| one.meaning.of(lang == Language::Zh).to_owned();
    if output == Output::Json {
        let rows = found.codes.iter();
        let rows = rows.map(|one| json!({"Code": one.code, "Status": one.status, "Meaning": meaning(one)}));
        return format!("{}\n", Value::from_iter(rows));
    }
    let rows = found.codes.iter().map(|one| vec![one.code.clone(), one.status.to_string(), meaning(one)]);
    let heading = ["Code", "HTTP", lang.t("Meaning", "含义")].map(str::to_owned).to_vec();
    table::render(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_in_words() {
        let explained = explain("EntityAlreadyExists.OIDCProvider.ClientId").unwrap();
        insta::assert_snapshot!(shown(&explained, Language::En, Output::Table), @r"
        EntityAlreadyExists.OIDCProvider.ClientId (HTTP 409)
        It exists already: client ID of the OIDC identity provider. Names are unique in an account.

        Likely causes and what to do
          - The call was made before: a retry whose first attempt was done although its answer was lost.
            Look at it with GetOIDCProvider; if it is as wanted, go on.
          - Somebody else took the name or the place.
            Choose another name, or remove the other with RemoveClientIdFromOIDCProvider first.

        Answered by: Ims:AddClientIdToOIDCProvider
        ");
        let chinese = shown(&explained, Language::Zh, Output::Table);
        assert!(chinese.contains("可能的原因") && !chinese.contains("Likely"), "{chinese}");
    }

    #[test]
    fn a_code_for_machines() {
        let explained = explain("InvalidTimeStamp.Expired").unwrap();
        let object: Value = serde_json::from_str(&shown(&explained, Language::En, Output::Json)).unwrap();
        assert_eq!((&object["Code"], &object["Status"]), (&"InvalidTimeStamp.Expired".into(), &400.into()));
        assert_eq!(object["Likely"].as_array().unwrap().len(), 3);
        assert_eq!(object["AnsweredBy"], "every signed request");
    }

    #[test]
    fn codes_of_a_status() {
        let found = search::find("401");
        let text = list(&found, Language::En, Output::Table);
        assert!(text.starts_with("Code ") && text.contains("AuthenticationFail.OIDCToken.Expired"), "{text}");
        let rows: Value = serde_json::from_str(&list(&found, Language::Zh, Output::Json)).unwrap();
        assert_eq!(rows.as_array().unwrap().len(), found.codes.len());
    }
}
