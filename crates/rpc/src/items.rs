//! Lists in a request, flat (`Name.1=a`, `Tag.1.Key=k`) as most products have them, or as one JSON text (`Name=["a","b"]`,
//! `Tag=[{"Key":"k"}]`), as the vendor's SDKs send the lists of RAM 2015-05-01. Whichever it was, each element is checked
//! like a parameter of its own.

use serde_json::Value as Json;

use crate::error::{ApiError, ApiResult, Rule};
use crate::params::Params;
use crate::shape::{Field, Kind, Member, Scalar, Shape};
use crate::value::Value;

/// More elements than any list in JSON may have.
const MAX_ITEMS: usize = 1000;

/// A list of plain values, in the order in which it was sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Items<T>(pub Vec<T>);

impl<T: Scalar> Member for Items<T> {
    fn describe(name: &'static str, doc: &'static str, example: &'static str) -> Field {
        let kind = Kind::List(Box::new(T::KIND));
        Field { name, doc, example, required: false, kind, limits: T::LIMITS }
    }

    fn read(params: &Params<'_>, prefix: &str, name: &'static str) -> ApiResult<Self> {
        let full = format!("{prefix}{name}");
        let parse = |number: usize, text: &str| {
            if text.is_empty() && T::EMPTY_IS_ABSENT {
                return Err(ApiError::missing(format!("{full}.{number}")));
            }
            T::parse(text).map_err(|rule| {
                let mut refusal = ApiError::invalid(format!("{full}.{number}"), rule);
                refusal.message = format!("{} It takes {}.", refusal.message, T::LIMITS);
                refusal
            })
        };
        if let Some(flat) = flattened(params, &full, texts, "a JSON list of texts")? {
            return Self::read(&Params::from_pairs(pairs(&flat), []), "", name);
        }
        let items = params.list(&full);
        let read: ApiResult<_> = items
            .iter()
            .map(|item| {
                parse(usize::try_from(item.number()).unwrap_or_default(), item.value().unwrap_or_default())
            })
            .collect();
        read.map(Self)
    }

    fn write(&self) -> Option<Value> {
        Some(Value::List(self.0.iter().map(Scalar::value).collect()))
    }
}

/// A list of groups of values, in the order in which it was sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonItems<T>(pub Vec<T>);

impl<T: Shape> Member for JsonItems<T> {
    fn describe(name: &'static str, doc: &'static str, example: &'static str) -> Field {
        Vec::<T>::describe(name, doc, example)
    }

    fn read(params: &Params<'_>, prefix: &str, name: &'static str) -> ApiResult<Self> {
        let full = format!("{prefix}{name}");
        match flattened(params, &full, groups, "a JSON list of objects with texts")? {
            Some(flat) => Vec::<T>::read(&Params::from_pairs(pairs(&flat), []), "", name),
            None => Vec::<T>::read(params, prefix, name),
        }
        .map(Self)
    }

    fn write(&self) -> Option<Value> {
        self.0.write()
    }
}

/// Flat parameters, without the name that they share.
type Flat = Vec<(String, String)>;

/// The elements of the list that `full` carries as JSON, as flat parameters of the last part of that name; none if it
/// carries no text.
fn flattened(
    params: &Params<'_>,
    full: &str,
    element: fn(&Json) -> Option<Flat>,
    takes: &str,
) -> ApiResult<Option<Flat>> {
    let Some(text) = params.get(full).filter(|text| !text.is_empty()) else { return Ok(None) };
    let name = full.rsplit('.').next().unwrap_or(full);
    let flat = || {
        let Ok(Json::Array(items)) = serde_json::from_str(text) else { return None };
        let mut flat = Flat::new();
        for (number, item) in (1..).zip(items.iter().take(MAX_ITEMS + 1)) {
            let of_item = element(item).filter(|_| number <= MAX_ITEMS)?;
            flat.extend(of_item.into_iter().map(|(field, value)| (format!("{name}.{number}{field}"), value)));
        }
        Some(flat)
    };
    flat().map(Some).ok_or_else(|| {
        let mut refusal = ApiError::invalid(full.to_owned(), Rule::Format);
        refusal.message = format!("{} It takes {takes}, at most {MAX_ITEMS}.", refusal.message);
        refusal
    })
}

fn pairs(flat: &Flat) -> impl Iterator<Item = (&str, &str)> {
    flat.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// An element that is a text.
fn texts(item: &Json) -> Option<Flat> {
    item.as_str().map(|text| vec![(String::new(), text.to_owned())])
}

/// An element that is an object of plain values.
fn groups(item: &Json) -> Option<Flat> {
    let mut flat = Flat::new();
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
        flat.push((format!(".{field}"), value));
    }
    Some(flat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Bounded;

    fn items<T: Scalar>(pairs: &[(&str, &str)]) -> Result<Vec<T>, String> {
        let params = Params::from_pairs(pairs.iter().copied(), []);
        Items::<T>::read(&params, "", "Id").map(|items| items.0).map_err(|refusal| refusal.code.to_string())
    }

    #[test]
    fn values_flat_and_json() {
        let none: Vec<String> = Vec::new();
        assert_eq!(items(&[]), Ok(none.clone()));
        assert_eq!(items(&[("Id", "")]), Ok(none.clone()));
        assert_eq!(items(&[("Id", "[]")]), Ok(none));
        let both = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(items(&[("Id.2", "b"), ("Id.1", "a")]), Ok(both.clone()));
        assert_eq!(items(&[("Id", r#"["a","b"]"#)]), Ok(both));
    }

    #[test]
    fn each_value_is_checked() {
        type Small = Bounded<1, 9>;
        assert_eq!(
            items::<Small>(&[("Id.1", "3"), ("Id.4", "10")]),
            Err("InvalidParameter.Id.4.Range".into())
        );
        assert_eq!(items::<Small>(&[("Id", r#"["1","x"]"#)]), Err("InvalidParameter.Id.2.Format".into()));
        assert_eq!(items::<String>(&[("Id.1", "")]), Err("MissingId.1".into()));
        for text in ["x", "{}", "[1]", r#"[["a"]]"#, "null"] {
            assert_eq!(items::<String>(&[("Id", text)]), Err("InvalidParameter.Id.Format".into()), "{text}");
        }
        let many = format!("[{}]", vec![r#""a""#; 1001].join(","));
        assert_eq!(items::<String>(&[("Id", &many)]), Err("InvalidParameter.Id.Format".into()));
    }

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
    fn groups_flat_and_json() {
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
