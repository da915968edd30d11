//! What the small types of this folder have in common: a text with limits, and a word out of a fixed choice.
//! Knows no limit itself.

/// Declares a text with limits: a newtype that cannot hold a text its rule refuses.
///
/// `text! { /// doc  Name, "limits in words", check_fn }`; add `, empty is a value` where an empty parameter must reach
/// the type instead of counting as absent. `check_fn: fn(&str) -> Result<(), Rule>`.
macro_rules! text {
    (@empty) => { true };
    (@empty empty is a value) => { false };
    (@default $name:ident) => {};
    (@default $name:ident empty is a value) => {
        /// The empty text.
        impl Default for $name {
            fn default() -> Self {
                Self(Box::from(""))
            }
        }
    };
    ($(#[$about:meta])* $name:ident, $limits:literal, $check:path $(, $($empty:ident)+)?) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Reads a text.
            ///
            /// # Errors
            /// The rule it breaks.
            pub fn parse(text: &str) -> Result<Self, ramward_rpc::error::Rule> {
                $check(text)?;
                Ok(Self(text.into()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = ramward_rpc::error::Rule;

            fn from_str(text: &str) -> Result<Self, ramward_rpc::error::Rule> {
                Self::parse(text)
            }
        }

        impl ramward_rpc::shape::Scalar for $name {
            const KIND: ramward_rpc::shape::Kind = ramward_rpc::shape::Kind::String;
            const LIMITS: &'static str = $limits;
            const EMPTY_IS_ABSENT: bool = crate::identity::text::text!(@empty $($($empty)+)?);

            fn parse(text: &str) -> Result<Self, ramward_rpc::error::Rule> {
                Self::parse(text)
            }

            fn value(&self) -> ramward_rpc::value::Value {
                ramward_rpc::value::Value::text(self.0.to_string())
            }
        }

        crate::identity::text::text!(@default $name $($($empty)+)?);
        crate::identity::text::serde_by_scalar!($name);
    };
}

/// Declares a word out of a fixed choice, spelled on the wire exactly as given. Another word breaks the rule `Range`, or
/// the one named.
macro_rules! word {
    ($(#[$about:meta])* $name:ident { $($rest:tt)+ }) => {
        crate::identity::text::word! { $(#[$about])* $name, Range { $($rest)+ } }
    };
    ($(#[$about:meta])* $name:ident, $rule:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its spelling on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the wire spelling.
            ///
            /// # Errors
            /// The rule it breaks if it is none of the words.
            pub fn parse(text: &str) -> Result<Self, ramward_rpc::error::Rule> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err(ramward_rpc::error::Rule::$rule) }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ramward_rpc::shape::Scalar for $name {
            const KIND: ramward_rpc::shape::Kind = ramward_rpc::shape::Kind::String;
            const LIMITS: &'static str = concat!("one of" $(, " `", $word, "`")+);

            fn parse(text: &str) -> Result<Self, ramward_rpc::error::Rule> {
                Self::parse(text)
            }

            fn value(&self) -> ramward_rpc::value::Value {
                ramward_rpc::value::Value::from(self.as_str())
            }
        }

        crate::identity::text::serde_by_scalar!($name);
    };
}

/// Serde as the wire text: written by `Display`, read by `Scalar::parse`.
macro_rules! serde_by_scalar {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                <Self as ramward_rpc::shape::Scalar>::parse(&text).map_err(|_| {
                    let limits = <Self as ramward_rpc::shape::Scalar>::LIMITS;
                    serde::de::Error::custom(format_args!("{}: {limits}", stringify!($name)))
                })
            }
        }
    };
}

pub(crate) use {serde_by_scalar, text, word};

use ramward_rpc::error::Rule;

/// Counts characters, not bytes.
pub(crate) fn length(text: &str, min: usize, max: usize) -> Result<(), Rule> {
    // A character has at most four bytes: a huge text is refused without being counted.
    if text.len() <= max * 4 && (min..=max).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(Rule::Length)
    }
}

/// Every character must be `allowed`.
pub(crate) fn characters(text: &str, allowed: impl Fn(char) -> bool) -> Result<(), Rule> {
    if text.chars().all(allowed) { Ok(()) } else { Err(Rule::InvalidChars) }
}

/// Letters, digits, `.`, `_` and `-`, all ASCII: what names in the vendor's tables are made of.
pub(crate) fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
}

/// Neither a control character nor one that XML cannot carry; a line break and a tab only where `breaks` says so.
pub(crate) fn is_written_character(character: char, breaks: bool) -> bool {
    match character {
        '\n' | '\r' | '\t' => breaks,
        '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use ramward_rpc::shape::Scalar;

    use super::*;

    text! {
        /// A text of the test.
        Short, "1 to 3 characters", short
    }
    text! {
        /// One that may be empty.
        Loose, "", loose, empty is a value
    }
    word! {
        /// A word of the test.
        Colour { /// Red.
            Red = "red", /// Dark blue.
            DarkBlue = "dark-blue" }
    }

    fn short(text: &str) -> Result<(), Rule> {
        length(text, 1, 3)
    }

    fn loose(text: &str) -> Result<(), Rule> {
        length(text, 0, 3)
    }

    #[test]
    fn a_text_is_checked_wherever_it_comes_from() {
        assert_eq!(Short::parse("äöü").unwrap().as_str(), "äöü");
        assert_eq!(Short::parse("äöüß"), Err(Rule::Length));
        assert_eq!(Short::parse(&"x".repeat(1000)), Err(Rule::Length));
        assert!(serde_json::from_str::<Short>("\"abc\"").is_ok());
        let refusal = serde_json::from_str::<Short>("\"abcd\"").unwrap_err().to_string();
        assert!(refusal.contains("Short: 1 to 3 characters"), "{refusal}");
        assert_eq!((Short::EMPTY_IS_ABSENT, Loose::EMPTY_IS_ABSENT), (true, false));
        assert_eq!(Loose::parse("").unwrap().as_str(), "");
    }

    #[test]
    fn a_word_has_one_spelling() {
        assert_eq!(Colour::parse("dark-blue"), Ok(Colour::DarkBlue));
        for text in ["", "Red", "RED", "blue", "red "] {
            assert_eq!(Colour::parse(text), Err(Rule::Range), "{text}");
        }
        assert_eq!(Colour::LIMITS, "one of `red` `dark-blue`");
        assert_eq!(serde_json::to_string(Colour::ALL).unwrap(), r#"["red","dark-blue"]"#);
        assert!(serde_json::from_str::<Colour>("\"green\"").is_err());
    }

    #[test]
    fn characters_that_no_answer_can_carry_are_not_written() {
        for character in ['\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{fffe}', '\u{ffff}'] {
            assert!(!is_written_character(character, true), "{character:?}");
        }
        assert!(is_written_character('\n', true) && !is_written_character('\n', false));
        assert!(is_written_character('鲁', false) && is_written_character('😀', false));
    }
}
