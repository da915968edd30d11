//! A list of groups that a request carries as one JSON text, `Tag=[{"Key":"k","Value":"v"}]`: how the vendor's SDKs send
//! the lists of RAM 2015-05-01. What is read from it is checked like any other list.

use serde_json::Value as Json;

use crate::error::{ApiError, ApiResult, Rule};
use crate::params::Params;
use crate::shape::{Field, Member, Shape};
use crate::value::Value;

/// More elements than any such list may have.
const MAX_ITEMS: usize = 1000;

/// The list; read from JSON, or written flat (`Tag.1.Key`) as other products have it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonItems<T>(pub Vec<T>);

impl<T: Shape> Member for JsonItems<T> {
    fn describe(name: &'static str, doc: &'static str, example: &'static str) -> Field {
        Vec::<T>::describe(name, doc, example)
    }

    fn read(params: &Params<'_>, prefix: &str, name: &'static str) -> ApiResult<Self> {
        let full = format!("{prefix}{name}");
        let Some(text) = params.get(&full).filter(|text| !text.is_empty()) else {
            return Vec::<T>::read(params, prefix, name).map(Self);
        };
        let pairs = flatten(text, name).ok_or_else(|| {
            let mut refusal = ApiError::invalid(full.clone(), Rule::Format);
            refusal.message = format!("{} It takes a JSON list of objects with texts.", refusal.message);
            refusal
        })?;
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Vec::<T>::read(&Params::from_pairs(pairs, []), "", name).map(Self)
    }

    fn write(&self) -> Option<Value> {
        self.0.write()
    }
}

/// The same as flat parameters; `None` if it is no such list.
fn flatten(text: &str, name: &str) -> Option<Vec<(String, String)>> {
    let Ok(Json::Array(items)) = serde_json::from_str(text) else { return None };
    if items.len() > MAX_ITEMS {
        return None;
    }
    let mut pairs = Vec::new();
    for (number, item) in (1..).zip(&items) {
        for (field, value) in item.as_object()? {
            // A dot would reach into another member.
            if field.is_empty() || field.contains('.') {
                return None;
            }
            let value = match value {
                Json::Null => continue,
                Json::String(text) => text.clone(),
                Json::Bool(_) | Json::Number(_) => value.to_string(),
                Json::Array(_) | Json::Object(_) => return None,
            };
            pairs.push((format!("{name}.{number}.{field}"), value));
        }
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::shape! {
        /// A tag.
        pub struct Tag {
            /// Its key.
            Key as key: String = "k";
            /// Its value.
            Value as value: Option<String> = "v";
        }
    }

    fn read(pairs: &[(&str, &str)]) -> Result<Vec<(String, Option<String>)>, String> {
        let params = Params::from_pairs(pairs.iter().copied(), []);
        let read = JsonItems::<Tag>::read(&params, "", "Tag");
        read.map(|list| list.0.into_iter().map(|tag| (tag.key, tag.value)).collect())
            .map_err(|refusal| refusal.code.to_string())
    }

    fn tag(key: &str, value: Option<&str>) -> (String, Option<String>) {
        (key.to_owned(), value.map(ToOwned::to_owned))
    }

    #[test]
    fn read_from_json_and_flat() {
        assert_eq!(read(&[]), Ok(vec![]));
        assert_eq!(read(&[("Tag", "")]), Ok(vec![]));
        assert_eq!(read(&[("Tag", "[]")]), Ok(vec![]));
        let text = r#"[{"Key":"b","Value":"1"},{"Key":"a","Value":null},{"Key":"c","Value":7}]"#;
        let expected = vec![tag("b", Some("1")), tag("a", None), tag("c", Some("7"))];
        assert_eq!(read(&[("Tag", text)]), Ok(expected));
        assert_eq!(
            read(&[("Tag.1.Key", "x"), ("Tag.2.Key", "y"), ("Tag.2.Value", "z")]),
            Ok(vec![tag("x", None), tag("y", Some("z"))])
        );
        let many: Vec<String> = (0..12).map(|number| format!(r#"{{"Key":"k{number}"}}"#)).collect();
        let keys: Vec<String> = read(&[("Tag", &format!("[{}]", many.join(",")))])
            .unwrap()
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert_eq!(keys, (0..12).map(|number| format!("k{number}")).collect::<Vec<_>>(), "in their order");
    }

    #[test]
    fn nothing_else_is_a_list() {
        for text in
            ["x", "{}", "[1]", "[[]]", "null", r#"[{"Key":["k"]}]"#, r#"[{"Key.1":"k"}]"#, r#"[{"":1}]"#]
        {
            assert_eq!(read(&[("Tag", text)]), Err("InvalidParameter.Tag.Format".into()), "{text}");
        }
        assert_eq!(read(&[("Tag", r#"[{"Value":"v"}]"#)]), Err("MissingTag.1.Key".into()));
        let many = format!("[{}]", vec![r#"{"Key":"k"}"#; 1001].join(","));
        assert_eq!(read(&[("Tag", &many)]), Err("InvalidParameter.Tag.Format".into()));
    }
}
