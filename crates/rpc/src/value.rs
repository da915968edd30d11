//! An answer is one tree; [`crate::json`] and [`crate::xml`] write it. Knows no operation and no error.

use std::borrow::Cow;

/// One node of an answer. Member order is the order of the vendor's samples and is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(Cow<'static, str>),
    /// A whole number.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
    /// Named members in order.
    Object(Vec<(&'static str, Value)>),
    /// A list. In XML its elements repeat under the name of the member that holds it.
    List(Vec<Value>),
}

impl Value {
    /// A text node.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(text.into())
    }

    /// The member `name` of an object, if this is one and has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(members) => {
                members.iter().find(|(member, _)| *member == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}
