//! The languages of the console. Each text stands in both where it is used, so that none can lack one. Knows no text.

use http::header::ACCEPT_LANGUAGE;

use super::request::{LANGUAGE, PageRequest};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The one that was chosen, else the one that the browser asks for, else English.
    pub fn of(request: &PageRequest) -> Self {
        request.cookie(LANGUAGE).and_then(Self::parse).unwrap_or_else(|| {
            let first = request.header(ACCEPT_LANGUAGE).split(',').next().unwrap_or_default().trim();
            if first.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
        })
    }

    /// The language of a code, as cookie and form name it.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The code, as cookie and form name it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The tag, as pages say it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// Its name in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "简体中文",
        }
    }

    /// The text in this language.
    pub const fn t<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::testing::get;

    #[test]
    fn what_was_chosen_goes_before_what_the_browser_asks_for() {
        let mut request = get("/console");
        assert_eq!(Lang::of(&request), Lang::En);
        request.headers.insert(ACCEPT_LANGUAGE, "zh-CN,zh;q=0.9,en;q=0.8".parse().unwrap());
        assert_eq!(Lang::of(&request), Lang::Zh);
        request.headers.insert(http::header::COOKIE, "ramward_lang=en".parse().unwrap());
        assert_eq!(Lang::of(&request), Lang::En);
        request.headers.insert(http::header::COOKIE, "ramward_lang=tlh".parse().unwrap());
        assert_eq!(Lang::of(&request), Lang::Zh);
    }
}
