//! An instant that may not have come yet, as answers show it. Knows no operation.

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;

use crate::time::Timestamp;

/// An instant that may not have come yet: empty until then. The vendor does not say what stands for "never"; an empty
/// text is a member that every client finds, and reads as false where a script asks whether there was a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion(pub Option<Timestamp>);

impl Scalar for Occasion {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "UTC, as YYYY-MM-DDThh:mm:ssZ; empty for never";
    const EMPTY_IS_ABSENT: bool = false;

    fn parse(text: &str) -> Result<Self, Rule> {
        if text.is_empty() {
            Ok(Self(None))
        } else {
            <Timestamp as Scalar>::parse(text).map(|at| Self(Some(at)))
        }
    }

    fn value(&self) -> Value {
        self.0.map_or(Value::from(""), |at| at.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_happened_is_empty() {
        assert_eq!(Occasion(None).value(), Value::from(""));
        assert_eq!(Occasion::parse(""), Ok(Occasion(None)));
        let at = Timestamp::from_seconds(1_602_493_920);
        assert_eq!(Occasion(Some(at)).value(), Value::from("2020-10-12T09:12:00Z"));
        assert_eq!(Occasion::parse("2020-10-12T09:12:00Z"), Ok(Occasion(Some(at))));
        assert_eq!(Occasion::parse("soon"), Err(Rule::Format));
    }
}
