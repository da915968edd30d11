//! Where in a list of findings something stands: by age or by subject. The place of the last finding of a page is where the
//! next one goes on.

use std::fmt;
use std::str::FromStr;

use super::Sort;
use crate::identity::user::UserName;
use crate::ids::{AccessKeyId, UserId};
use crate::time::Day;

/// A place. Places of one order compare as findings follow each other in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Oldest first, then by user id, root's being the least, then by key.
    Age(Day, UserId, String),
    /// By user name, root's being the empty one, then by key.
    Subject(String, String),
}

impl Place {
    /// Comes after all keys: ids have no such character.
    const AFTER_KEYS: &'static str = "~";

    /// Behind all that a list has of a user on a day.
    pub(super) fn after_entry(day: Day, user: UserId) -> Self {
        Self::Age(day, user, Self::AFTER_KEYS.to_owned())
    }

    /// Behind all findings about a user.
    pub(super) fn after_name(name: &str) -> Self {
        Self::Subject(name.to_owned(), Self::AFTER_KEYS.to_owned())
    }

    /// The order it belongs to.
    pub const fn sort(&self) -> Sort {
        match self {
            Self::Age(..) => Sort::Age,
            Self::Subject(..) => Sort::Subject,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Age(day, user, key) => write!(f, "age:{}:{}:{key}", day.0, user.get()),
            Self::Subject(name, key) => write!(f, "subject:{name}:{key}"),
        }
    }
}

/// A text that is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a list of findings")]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let key = |text: &str| {
            let fits = text.is_empty() || text == Self::AFTER_KEYS || text.parse::<AccessKeyId>().is_ok();
            if fits { Ok(text.to_owned()) } else { Err(NoPlace) }
        };
        let mut parts = text.split(':');
        let place = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("age"), Some(day), Some(user), Some(last)) => {
                let user = user.parse().ok().and_then(UserId::new).ok_or(NoPlace)?;
                Self::Age(Day(day.parse().map_err(|_| NoPlace)?), user, key(last)?)
            }
            (Some("subject"), Some(name), Some(last), None) => {
                if !name.is_empty() && UserName::parse(name).is_err() {
                    return Err(NoPlace);
                }
                Self::Subject(name.to_owned(), key(last)?)
            }
            _ => return Err(NoPlace),
        };
        if parts.next().is_some() { Err(NoPlace) } else { Ok(place) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_as_it_was_written_and_nothing_else_is_one() {
        let user = UserId::new(7).unwrap();
        let places = [
            Place::Age(Day(-3), UserId::ROOT, "LTAI.x-y_z".to_owned()),
            Place::Age(Day(20_000), user, String::new()),
            Place::after_entry(Day(20_000), user),
            Place::Subject(String::new(), "LTAI1".to_owned()),
            Place::Subject("alice.b".to_owned(), String::new()),
            Place::after_name("alice.b"),
        ];
        for place in &places {
            assert_eq!(place.to_string().parse(), Ok(place.clone()));
        }
        assert!(places.is_sorted());
        for text in [
            "",
            "age",
            "age:1:2",
            "age:x:2:",
            "age:1:-2:",
            "age:1:2:!",
            "age:1:2::",
            "subject:a b:",
            "subject:a:b:c",
        ] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
        }
    }
}
