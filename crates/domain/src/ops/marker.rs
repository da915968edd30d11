//! Where a list that was cut goes on. Opaque to clients: a text that only an earlier answer can have given.

use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use ramward_rpc::error::{ApiError, ApiResult, Rule};
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;

/// The `Marker` of a list: the key of the last element that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(String);

/// Tells a marker from other base64, and this form of it from later ones.
const PREFIX: &str = "1:";

impl Marker {
    /// The list goes on after the element whose key is `key`.
    pub fn after(key: impl std::fmt::Display) -> Self {
        Self(key.to_string())
    }

    /// The key of the last element that was given, as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of the last element that was given.
    ///
    /// # Errors
    /// `InvalidParameter.Marker.Format` if it is no key of such a list.
    pub fn key<K: FromStr>(&self) -> ApiResult<K> {
        self.0.parse().map_err(|_| ApiError::invalid("Marker", Rule::Format))
    }
}

impl Scalar for Marker {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "the `Marker` of the answer that was cut";

    fn parse(text: &str) -> Result<Self, Rule> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Rule::Format)?;
        let text = String::from_utf8(bytes).map_err(|_| Rule::Format)?;
        text.strip_prefix(PREFIX).map(|key| Self(key.to_owned())).ok_or(Rule::Format)
    }

    fn value(&self) -> Value {
        Value::text(BASE64URL_NOPAD.encode(format!("{PREFIX}{}", self.0).as_bytes()))
    }
}

/// A page out of one element more than was asked for: the page, and where the list goes on if that element was there.
pub fn page<T, K: std::fmt::Display>(
    mut rows: Vec<T>,
    most: usize,
    key: impl Fn(&T) -> K,
) -> (Vec<T>, Option<Marker>) {
    if rows.len() <= most {
        return (rows, None);
    }
    rows.truncate(most);
    let marker = rows.last().map(|last| Marker::after(key(last)));
    (rows, marker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_comes_back_as_it_was_given_and_nothing_else_is_one() {
        let marker = Marker::after("alice.b_c-9");
        let Value::Text(text) = marker.value() else { panic!("a marker is a text") };
        assert!(!text.contains("alice"), "{text}");
        assert_eq!(Marker::parse(&text), Ok(marker));
        for text in ["", "EXAMPLE", "a b", "!", "YWxpY2U", &format!("{text}=")] {
            assert_eq!(Marker::parse(text), Err(Rule::Format), "{text}");
        }
        let refused = Marker::after("alice").key::<i64>().unwrap_err();
        assert_eq!(refused.code.to_string(), "InvalidParameter.Marker.Format");
        assert_eq!(Marker::after(42).key::<i64>().unwrap(), 42);
    }

    #[test]
    fn a_page_is_cut_only_where_more_follows() {
        assert_eq!(page(vec![1, 2], 2, |row| *row), (vec![1, 2], None));
        assert_eq!(page(vec![1, 2, 3], 2, |row| *row), (vec![1, 2], Some(Marker::after(2))));
        assert_eq!(page(Vec::<i32>::new(), 2, |row| *row), (Vec::new(), None));
    }
}
