//! What a refusal means: of every code the meaning, its likely causes, what to do, and who answers it; how an answer that
//! somebody pasted is read; how a text that was signed differs from the one that should have been. Pure: knows neither
//! page nor terminal, and asks no server.
//!
//! To explain a new plain code: one row in `signing.rs` or `calling.rs`, which the compiler asks for in `plain.rs`; a new subject of a composed code: one
//! row in `entity.rs`, which a test asks for.

mod calling;
pub mod checks;
mod composed;
mod elsewhere;
mod entity;
pub mod operations;
pub mod pasted;
mod plain;
pub mod search;
pub mod signature;
mod signing;

use ramward_rpc::error::{ApiError, Code, Plain};

use self::operations::Callers;

/// A text in English and in Simplified Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Both {
    /// In English.
    pub en: String,
    /// In Simplified Chinese.
    pub zh: String,
}

impl Both {
    /// The text in the language of that code, `en` or `zh`.
    pub fn of(&self, is_chinese: bool) -> &str {
        if is_chinese { &self.zh } else { &self.en }
    }
}

/// A cause, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likely {
    /// What may have happened.
    pub cause: Both,
    /// What to do then.
    pub remedy: Both,
}

/// All that is told of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The code.
    pub code: String,
    /// The HTTP status it comes with.
    pub status: u16,
    /// The text that comes with it, as far as it is always the same.
    pub message: Option<String>,
    /// Its meaning.
    pub meaning: Both,
    /// Its likely causes, the likeliest first.
    pub likely: Vec<Likely>,
    /// Who answers it.
    pub callers: Callers,
}

/// A row of one of the tables: meaning, then causes with their remedies, all in both languages. `{…}` is filled in.
pub(super) struct Row {
    meaning: (&'static str, &'static str),
    likely: &'static [LikelyRow],
}

/// Cause and remedy, each in English and Chinese.
pub(super) type LikelyRow = [(&'static str, &'static str); 2];

impl Row {
    const fn new(meaning: (&'static str, &'static str), likely: &'static [LikelyRow]) -> Self {
        Self { meaning, likely }
    }

    fn explained(&self, code: String, status: u16, message: Option<String>, callers: Callers) -> Explained {
        self.filled(&[], code, status, message, callers)
    }

    /// The same with `{name}` replaced by what stands beside `name`.
    fn filled(
        &self,
        names: &[(&str, Both)],
        code: String,
        status: u16,
        message: Option<String>,
        callers: Callers,
    ) -> Explained {
        let fill = |&(en, zh): &(&str, &str)| {
            let start = Both { en: en.to_owned(), zh: zh.to_owned() };
            names.iter().fold(start, |text, (name, value)| {
                let mark = format!("{{{name}}}");
                Both { en: text.en.replace(&mark, &value.en), zh: text.zh.replace(&mark, &value.zh) }
            })
        };
        let likely =
            self.likely.iter().map(|[cause, remedy]| Likely { cause: fill(cause), remedy: fill(remedy) });
        Explained { code, status, message, meaning: fill(&self.meaning), likely: likely.collect(), callers }
    }
}

/// What a code means; `None` for what is none.
pub fn explain(code: &str) -> Option<Explained> {
    let code = code.trim();
    let plain = Plain::ALL.iter().find(|plain| Code::Plain(**plain).to_string().eq_ignore_ascii_case(code));
    if let Some(plain) = plain {
        let error = ApiError::new(*plain);
        let text = error.code.to_string();
        let callers = operations::of_plain(*plain, &text);
        return Some(plain::row(*plain).explained(text, error.code.status(), Some(error.message), callers));
    }
    elsewhere::explain(code).or_else(|| composed::explain(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::operations::Callers;

    #[test]
    fn every_code_that_an_operation_names_is_explained_in_both_languages() {
        for code in search::named() {
            let explained = explain(&code).unwrap_or_else(|| panic!("{code} is not explained"));
            assert_eq!(explained.code, code);
            let likely = explained.likely.iter().flat_map(|one| [&one.cause, &one.remedy]);
            for text in likely.chain([&explained.meaning]) {
                for half in [&text.en, &text.zh] {
                    assert!(half.chars().count() > 5 && !half.contains('{'), "{code}: {half}");
                }
                assert!(text.zh.chars().any(|letter| letter > '\u{4e00}'), "{code}: {}", text.zh);
                assert!(text.en.is_ascii(), "{code}: {}", text.en);
            }
            assert!(!explained.likely.is_empty(), "{code}: no cause is told");
            assert!((400..600).contains(&explained.status), "{code}");
        }
    }

    #[test]
    fn a_code_says_who_answers_it() {
        let of = |code: &str| match explain(code).unwrap().callers {
            Callers::These(list) => list.iter().map(|one| one.action).collect::<Vec<_>>(),
            other => panic!("{code}: {other:?}"),
        };
        assert_eq!(of("EntityAlreadyExists.OIDCProvider.ClientId"), ["AddClientIdToOIDCProvider"]);
        assert_eq!(
            of("MissingAuthenticationCode1"),
            ["BindMFADevice", "BindMFADevice", "BindAccountMFADevice"]
        );
        assert!(of("InvalidParameter.DisplayName.Length").contains(&"CreateUser"));
        assert!(of("InvalidParameter.NewDisplayName").contains(&"UpdateUser"));
        assert!(of("MissingTag.1.Key").contains(&"TagResources"));
        assert_eq!(explain("SignatureDoesNotMatch").unwrap().callers, Callers::Signed);
        assert_eq!(explain("InvalidVersion").unwrap().callers, Callers::All);
        assert_eq!(explain("Throttling.User").unwrap().callers, Callers::Elsewhere);
    }

    #[test]
    fn codes_are_found_however_their_letters_are_written_and_nothing_else_is_a_code() {
        assert_eq!(explain(" signaturedoesnotmatch ").unwrap().code, "SignatureDoesNotMatch");
        assert_eq!(explain("entitynotexist.user").unwrap().code, "EntityNotExist.User");
        assert_eq!(explain("missinguserprincipalname").unwrap().code, "MissingUserPrincipalName");
        for text in [
            "",
            "User",
            "404",
            "Missing",
            "EntityNotExist",
            "EntityNotExist.",
            "InvalidParameter.",
            "hello world",
        ] {
            assert_eq!(explain(text), None, "{text}");
        }
    }
}
