//! A list of plain values in a request: `Name.1=a`, `Name.2=b`, or one JSON text, `Name=["a","b"]`, as the vendor's SDKs send
//! the lists of RAM 2015-05-01. Each value is checked like a parameter of its own.

use crate::error::{ApiError, ApiResult, Rule};
use crate::params::Params;
use crate::shape::{Field, Kind, Member, Scalar};
use crate::value::Value;

/// The list, in the order in which it was sent.
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
        if let Some(text) = params.get(&full).filter(|text| !text.is_empty()) {
            let texts: Vec<String> = serde_json::from_str(text).map_err(|_| {
                let mut refusal = ApiError::invalid(full.clone(), Rule::Format);
                refusal.message = format!("{} It takes a JSON list of texts.", refusal.message);
                refusal
            })?;
            let read: ApiResult<_> = (1..).zip(&texts).map(|(number, text)| parse(number, text)).collect();
            return read.map(Self);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Bounded;

    fn read<T: Scalar>(pairs: &[(&str, &str)]) -> Result<Vec<T>, String> {
        let params = Params::from_pairs(pairs.iter().copied(), []);
        Items::<T>::read(&params, "", "Id").map(|items| items.0).map_err(|refusal| refusal.code.to_string())
    }

    #[test]
    fn flat_and_json() {
        let none: Vec<String> = Vec::new();
        assert_eq!(read(&[]), Ok(none.clone()));
        assert_eq!(read(&[("Id", "")]), Ok(none.clone()));
        assert_eq!(read(&[("Id", "[]")]), Ok(none));
        let both = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(read(&[("Id.2", "b"), ("Id.1", "a")]), Ok(both.clone()));
        assert_eq!(read(&[("Id", r#"["a","b"]"#)]), Ok(both));
    }

    #[test]
    fn each_value_is_checked() {
        type Small = Bounded<1, 9>;
        assert_eq!(
            read::<Small>(&[("Id.1", "3"), ("Id.4", "10")]),
            Err("InvalidParameter.Id.4.Range".into())
        );
        assert_eq!(read::<Small>(&[("Id", r#"["1","x"]"#)]), Err("InvalidParameter.Id.2.Format".into()));
        assert_eq!(read::<String>(&[("Id.1", "")]), Err("MissingId.1".into()));
        for text in ["x", "{}", "[1]", r#"[["a"]]"#, "null"] {
            assert_eq!(read::<String>(&[("Id", text)]), Err("InvalidParameter.Id.Format".into()), "{text}");
        }
    }
}
