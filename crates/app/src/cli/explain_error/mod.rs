//! `ramward explain-error`: what an error code means, why it comes and what to do, without asking any server; and of a
//! RequestId, by asking the server that gave it, what was checked and where it stopped.

mod words;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::signed_call::{Signer, SigningOptions};
use super::{Context, Ending, print};
use crate::config::Output;
use crate::diagnosis::explain;
use crate::diagnosis::pasted::{self, Pasted};
use crate::diagnosis::search;
use crate::diagnosis::signature::Expected;

/// Explain an error code, of this server or of the vendor's: meaning, likely causes, what to do, who answers it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward explain-error SignatureDoesNotMatch
  ramward explain-error EntityNotExist.
  ramward explain-error 409
  ramward explain-error Ram:CreateUser
  ramward explain-error ABA822EE-85C2-4418-9577-A1831FC8466D
  ramward explain-error ABA822EE-85C2-4418-9577-A1831FC8466D --signed string-to-sign.txt
  ramward explain-error --answer error.json --signed canonical-request.txt
  ramward call ListUsers | ramward explain-error --answer -

A code that is typed whole is explained; a part of one, an HTTP status or an operation lists the codes that fit. A RequestId
is asked of the server, a Ramward server, with your AccessKey: a RAM user sees its own requests, root those of its account.
With --signed, the text that you signed is compared with what the server read; the first differing character stands
between >> and <<.
Exit codes: 0 something was found, 1 nothing was.")]
pub struct ExplainErrorArgs {
    /// Code or a part of one, HTTP status, operation, or RequestId; without it, all codes
    #[arg(value_name = "QUERY", conflicts_with = "answer")]
    query: Option<String>,
    /// File with a whole error answer in JSON or XML, or with the text of an exception; - for standard input
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
    /// File with the text that you signed: canonical request or string to sign
    #[arg(long, value_name = "FILE")]
    signed: Option<PathBuf>,
    /// Language of the explanation
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    #[command(flatten)]
    signing: SigningOptions,
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
        if let Some(id) = &found.request_id {
            return self.explain_request(id, context);
        }
        if self.signed.is_some() {
            bail!("--signed needs a RequestId or --answer, which say what the server read");
        }
        let whole = found.codes.first().filter(|one| one.code.eq_ignore_ascii_case(query.trim()));
        if let Some(explained) = whole {
            print::result(words::shown(explained, self.lang, output).as_bytes())?;
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
        print::result(words::list(&found, self.lang, output).as_bytes())?;
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
        let compared = match &self.signed {
            None => None,
            Some(own) => {
                let expected = pasted.message.as_deref().and_then(Expected::of_message);
                let expected = expected.context(
                    "the answer does not say what should have been signed; give that of a SignatureDoesNotMatch, whole",
                )?;
                Some(expected.compare(&read(own)?))
            }
        };
        print::result(words::joined(&explained, None, compared.as_ref(), self.lang, output).as_bytes())?;
        if let (Some(id), Output::Table) = (&pasted.request_id, output) {
            print::note(&format!("RequestId {id}"));
        }
        Ok(Ending::Done)
    }

    /// Asks the server what became of a request.
    fn explain_request(&self, id: &str, context: &Context) -> anyhow::Result<Ending> {
        let signer = Signer::find(context, &self.signing)?;
        let params = [("OfRequestId".to_owned(), id.to_owned())];
        let answer = match signer.call_ramward("GetRequest", params)? {
            Ok(answer) => answer,
            Err(ending) => return Ok(ending),
        };
        let seen = answer
            .get("Request")
            .context("the answer holds no request; check that the endpoint is a Ramward server")?;
        let compared = match &self.signed {
            None => None,
            Some(own) => {
                let expected = Expected::of_answer(&answer).context(
                    "the server has no signed text of this request; only refused signatures have one",
                )?;
                Some(expected.compare(&read(own)?))
            }
        };
        let code = seen.get("Code").and_then(Value::as_str);
        let output = context.settings.output;
        let text = match code.and_then(explain) {
            Some(explained) => words::joined(&explained, Some(&answer), compared.as_ref(), self.lang, output),
            None if output == Output::Json => format!("{answer}\n"),
            None => words::request_in_words(&answer, self.lang),
        };
        print::result(text.as_bytes())?;
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
