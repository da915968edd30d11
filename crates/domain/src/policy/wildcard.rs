//! Patterns: `*` for any characters, none included, `?` for one. A match takes at most as many steps as the product of
//! both lengths, whatever the pattern: nothing is tried twice from the same place.

/// A pattern, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: Box<str>,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `*` alone.
    Anything,
    /// No wildcard.
    Exact,
    /// One `*`, at the end.
    Prefix,
    Any,
}

impl Pattern {
    /// The pattern of that text.
    pub fn new(text: &str) -> Self {
        let form = match text.strip_suffix('*') {
            Some("") => Form::Anything,
            Some(rest) if !is_wild(rest) => Form::Prefix,
            None if !is_wild(text) => Form::Exact,
            _ => Form::Any,
        };
        Self { text: text.into(), form }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is `*` and so fits everything.
    pub fn is_anything(&self) -> bool {
        self.form == Form::Anything
    }

    /// Whether it has no wildcard and so fits one text alone.
    pub fn is_exact(&self) -> bool {
        self.form == Form::Exact
    }

    /// Whether it fits the whole of `text`, case counting.
    pub fn matches(&self, text: &str) -> bool {
        match self.form {
            Form::Anything => true,
            Form::Exact => *self.text == *text,
            Form::Prefix => self.text.strip_suffix('*').is_some_and(|prefix| text.starts_with(prefix)),
            Form::Any => matches(self.text.as_bytes(), text.as_bytes()),
        }
    }
}

/// Whether `text` has a wildcard.
pub fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// How many bytes the character takes that begins with this byte of UTF-8.
const fn width(first: u8) -> usize {
    match first {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    }
}

/// Only the last star is ever returned to: what an earlier one took can stay as it was, since all that the later one
/// might still need lies behind it.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut in_pattern, mut in_text) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while let Some(&found) = text.get(in_text) {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                in_pattern += 1;
                last_star = Some((in_pattern, in_text));
            }
            Some(b'?') => {
                in_pattern += 1;
                in_text += width(found);
            }
            Some(&wanted) if wanted == found => {
                in_pattern += 1;
                in_text += 1;
            }
            _ => {
                let Some((after_star, taken_to)) = last_star else { return false };
                let next = taken_to + text.get(taken_to).map_or(1, |first| width(*first));
                (in_pattern, in_text) = (after_star, next);
                last_star = Some((after_star, next));
            }
        }
    }
    pattern.get(in_pattern..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, with no thought of speed.
    fn defined(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => {
                defined(&pattern[1..], text) || !text.is_empty() && defined(pattern, &text[1..])
            }
            (Some('?'), Some(_)) => defined(&pattern[1..], &text[1..]),
            (Some(wanted), Some(found)) if wanted == found => defined(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    #[test]
    fn wildcards() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("*", "anything", true),
            ("", "", true),
            ("", "a", false),
            ("ram:get*", "ram:getuser", true),
            ("ram:get*", "ram:get", true),
            ("ram:get*", "ram:setuser", false),
            ("ram:getuser", "ram:getuser", true),
            ("ram:getuser", "ram:getusers", false),
            ("*:get*", "ram:getuser", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a?c", "aéc", true),
            ("a??c", "aéc", false),
            ("*é?", "aéé用", true),
            ("acs:*:user/*", "acs:ram:*:1:user/alice", true),
            ("*a*b*c", "aXbXc", true),
            ("*a*b*c", "aXcXb", false),
            ("**", "", true),
            ("?*", "", false),
            ("a*", "A", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), fits, "{pattern} {text}");
        }
    }

    /// What takes ages to a matcher that returns to every star.
    #[test]
    fn a_hostile_pattern_ends() {
        let pattern = Pattern::new(&format!("{}b", "a*".repeat(1000)));
        assert!(!pattern.matches(&"a".repeat(4000)));
    }

    proptest! {
        #[test]
        fn as_defined(pattern in "[ab*?é]{0,8}", text in "[abé]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(Pattern::new(&pattern).matches(&text), defined(&chars(&pattern), &chars(&text)));
        }
    }
}
