//! Typed requests and responses: each field says its wire name, its type, its meaning and an example, once.
//! Length, characters, range and choices belong to the field's type ([`Scalar`]); rules across fields are the operation's code.

use std::borrow::Cow;

use crate::error::{ApiError, ApiResult, Rule};
use crate::params::Params;
use crate::value::Value;

/// The type of a field, as documentation names it.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// `true` or `false`; read without regard to case, because Python clients send `True`.
    Boolean,
    /// A text, a number, or `true` or `false`: which of them, another field tells.
    Any,
    /// A group of fields.
    Struct(Vec<Field>),
    /// A list; in a request `Name.1`, `Name.2` … or `Name.1.Field`.
    List(Box<Kind>),
    /// A list that travels as one JSON text.
    JsonList,
}

/// One field of a request or an answer, as documentation needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its meaning.
    pub doc: &'static str,
    /// An example value.
    pub example: &'static str,
    /// Whether a request must have it.
    pub required: bool,
    /// Its type.
    pub kind: Kind,
    /// Limits in words, from its type.
    pub limits: &'static str,
}

/// A value that travels as one text: a name, a number, a date.
pub trait Scalar: Sized {
    /// Its documented type.
    const KIND: Kind;
    /// Its limits in words, e.g. `1 to 128 characters`.
    const LIMITS: &'static str = "";
    /// Whether an optional parameter that is present but empty counts as absent.
    const EMPTY_IS_ABSENT: bool = true;

    /// Reads the decoded text of a parameter.
    ///
    /// # Errors
    /// The rule it breaks; the field's name makes a code of it.
    fn parse(text: &str) -> Result<Self, Rule>;

    /// The value in an answer.
    fn value(&self) -> Value;
}

/// What can be a field.
pub trait Member: Sized {
    /// The field as documentation needs it.
    fn describe(name: &'static str, doc: &'static str, example: &'static str) -> Field;

    /// Reads the field `prefix + name`.
    ///
    /// # Errors
    /// `Missing<Name>` or `InvalidParameter.<Name>.<Rule>`.
    fn read(params: &Params<'_>, prefix: &str, name: &'static str) -> ApiResult<Self>;

    /// The value in an answer; `None` leaves the member out.
    fn write(&self) -> Option<Value>;
}

/// A group of fields: a request, an answer, or a part of one. Made by [`shape!`](crate::shape!).
pub trait Shape: Sized {
    /// Its fields in order.
    fn fields() -> Vec<Field>;

    /// Reads all fields; `prefix` is empty for a request and `Tag.1.` for an element of a list.
    ///
    /// # Errors
    /// The first field's refusal, in field order.
    fn read(params: &Params<'_>, prefix: &str) -> ApiResult<Self>;

    /// The members in order.
    fn members(&self) -> Vec<(&'static str, Value)>;
}

fn full_name(prefix: &str, name: &'static str) -> Cow<'static, str> {
    if prefix.is_empty() { Cow::Borrowed(name) } else { Cow::Owned(format!("{prefix}{name}")) }
}

/// Reads a text; a refusal says what would be taken.
fn parse<T: Scalar>(name: Cow<'static, str>, text: &str) -> ApiResult<T> {
    T::parse(text).map_err(|rule| {
        let mut refusal = ApiError::invalid(name, rule);
        if !T::LIMITS.is_empty() {
            refusal.message = format!("{} It takes {}.", refusal.message, T::LIMITS);
        }
        refusal
    })
}

impl<T: Scalar> Member for T {
    fn describe(name: &'static str, doc: &'static str, example: &'static str) -> Field {
        Field { name, doc, example, required: true, kind: T::KIND, limits: T::LIMITS }
    }

    fn read(params: &Params<'_>, prefix: &str, name: &'static str) -> ApiResult<Self> {
        let full = full_name(prefix, name);
        match params.get(&full) {
            None | Some("") => Err(ApiError::missing(full)),
            Some(text) => parse(full, text),
        }
    }

    fn write(&self) -> Option<Value> {
        Some(self.value())
    }
}

impl<T: Scalar> Member for Option<T> {
    fn describe(name: &'static str, doc: &'static str, example: &'static str) -> Field {
        Field { required: false, ..T::describe(name, doc, example) }
    }

    fn read(params: &Params<'_>, prefix: &str, name: &'static str) -> ApiResult<Self> {
        let full = full_name(prefix, name);
        match params.get(&full) {
            None => Ok(None),
            Some("") if T::EMPTY_IS_ABSENT => Ok(None),
            Some(text) => parse(full, text).map(Some),
        }
    }

    fn write(&self) -> Option<Value> {
        self.as_ref().map(Scalar::value)
    }
}

/// A list of groups: `Tag.1.Key`, `Tag.1.Value`, `Tag.2.Key` … with gaps allowed; in an answer always a list, also when empty.
impl<T: Shape> Member for Vec<T> {
    fn describe(name: &'static str, doc: &'static str, example: &'static str) -> Field {
        let kind = Kind::List(Box::new(Kind::Struct(T::fields())));
        Field { name, doc, example, required: false, kind, limits: "" }
    }

    fn read(params: &Params<'_>, prefix: &str, name: &'static str) -> ApiResult<Self> {
        let full = full_name(prefix, name);
        params.list(&full).iter().map(|item| T::read(params, &format!("{full}.{}.", item.number()))).collect()
    }

    fn write(&self) -> Option<Value> {
        Some(Value::List(self.iter().map(|item| Value::Object(item.members())).collect()))
    }
}

/// A group inside an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Nested<T>(pub T);

impl<T: Shape> Member for Nested<T> {
    fn describe(name: &'static str, doc: &'static str, example: &'static str) -> Field {
        let fields = T::fields();
        // A request without any of its fields lacks the group only if one of them must be there.
        let required = fields.iter().any(|field| field.required);
        Field { name, doc, example, required, kind: Kind::Struct(fields), limits: "" }
    }

    fn read(params: &Params<'_>, prefix: &str, name: &'static str) -> ApiResult<Self> {
        T::read(params, &format!("{}.", full_name(prefix, name))).map(Self)
    }

    fn write(&self) -> Option<Value> {
        Some(Value::Object(self.0.members()))
    }
}

/// A group inside an answer that may be absent.
impl<T: Shape> Member for Option<Nested<T>> {
    fn describe(name: &'static str, doc: &'static str, example: &'static str) -> Field {
        Field { required: false, ..Nested::<T>::describe(name, doc, example) }
    }

    fn read(_: &Params<'_>, _: &str, _: &'static str) -> ApiResult<Self> {
        Ok(None)
    }

    fn write(&self) -> Option<Value> {
        self.as_ref().and_then(Member::write)
    }
}

/// The empty request or answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Empty {}

impl Shape for Empty {
    fn fields() -> Vec<Field> {
        Vec::new()
    }

    fn read(_: &Params<'_>, _: &str) -> ApiResult<Self> {
        Ok(Self {})
    }

    fn members(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
}

impl Scalar for String {
    const KIND: Kind = Kind::String;

    fn parse(text: &str) -> Result<Self, Rule> {
        Ok(text.to_owned())
    }

    fn value(&self) -> Value {
        Value::text(self.clone())
    }
}

impl Scalar for bool {
    const KIND: Kind = Kind::Boolean;
    const LIMITS: &'static str = "true or false, in any case";

    fn parse(text: &str) -> Result<Self, Rule> {
        if text.eq_ignore_ascii_case("true") {
            Ok(true)
        } else if text.eq_ignore_ascii_case("false") {
            Ok(false)
        } else {
            Err(Rule::Format)
        }
    }

    fn value(&self) -> Value {
        Value::Boolean(*self)
    }
}

impl Scalar for i64 {
    const KIND: Kind = Kind::Integer;

    /// Digits with an optional minus; what does not fit 64 bits is out of range, not malformed.
    fn parse(text: &str) -> Result<Self, Rule> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Rule::Format);
        }
        text.parse().map_err(|_| Rule::Range)
    }

    fn value(&self) -> Value {
        Value::Integer(*self)
    }
}

/// A value whose type another field tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Any(pub Value);

impl Scalar for Any {
    const KIND: Kind = Kind::Any;

    fn parse(text: &str) -> Result<Self, Rule> {
        Ok(Self(Value::text(text.to_owned())))
    }

    fn value(&self) -> Value {
        self.0.clone()
    }
}

/// A whole number between two bounds, both allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bounded<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Bounded<MIN, MAX> {
    /// The number, if it lies within the bounds.
    pub const fn new(number: i64) -> Option<Self> {
        if number >= MIN && number <= MAX { Some(Self(number)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> Scalar for Bounded<MIN, MAX> {
    const KIND: Kind = Kind::Integer;

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::new(i64::parse(text)?).ok_or(Rule::Range)
    }

    fn value(&self) -> Value {
        Value::Integer(self.0)
    }
}

/// Declares a group of fields. A row: its meaning as doc comment, then `WireName as rust_name: Type = "example";`.
#[macro_export]
macro_rules! shape {
    ($(#[doc = $about:literal])* pub struct $name:ident {
        $($(#[doc = $doc:literal])* $wire:ident as $field:ident: $type:ty = $example:literal;)*
    }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[doc = $doc])* pub $field: $type,)* }

        impl $crate::shape::Shape for $name {
            fn fields() -> Vec<$crate::shape::Field> {
                vec![$(<$type as $crate::shape::Member>::describe(
                    stringify!($wire), concat!($($doc, "\n"),*).trim_ascii(), $example,
                )),*]
            }

            fn read(params: &$crate::params::Params<'_>, prefix: &str) -> $crate::error::ApiResult<Self> {
                Ok(Self { $($field: <$type as $crate::shape::Member>::read(params, prefix, stringify!($wire))?),* })
            }

            fn members(&self) -> Vec<(&'static str, $crate::value::Value)> {
                let mut members = Vec::new();
                $(if let Some(value) = $crate::shape::Member::write(&self.$field) {
                    members.push((stringify!($wire), value));
                })*
                members
            }
        }
    };
}
