//! Values on their way to PostgreSQL and back: 64-bit integers, text and bytes, as the store's seam has them. Must not
//! know what they mean.

use std::error::Error;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::connection::{Arg, Columns};
use crate::store::error::StoreError;

type Refused = Box<dyn Error + Sync + Send>;

/// A value in the form the database takes it; nothing is copied but into the message.
pub(super) struct Value<'a>(pub(super) Arg<'a>);

impl fmt::Debug for Value<'_> {
    /// The driver prints values in its errors; none may be seen there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        match self.0 {
            Arg::Null => return Ok(IsNull::Yes),
            Arg::Int(number) if *kind == Type::INT8 => number.to_sql(kind, out)?,
            Arg::Text(text) if *kind == Type::TEXT => text.to_sql(kind, out)?,
            Arg::Bytes(bytes) if *kind == Type::BYTEA => bytes.to_sql(kind, out)?,
            Arg::Int(_) => return Err(format!("an integer for a parameter of type {kind}").into()),
            Arg::Text(_) => return Err(format!("a text for a parameter of type {kind}").into()),
            Arg::Bytes(_) => return Err(format!("bytes for a parameter of type {kind}").into()),
        };
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column as it came.
struct Cell<'a>(Arg<'a>);

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Refused> {
        Ok(Self(match *kind {
            Type::INT8 => Arg::Int(i64::from_sql(kind, raw)?),
            // What a literal in a statement is.
            Type::INT4 => Arg::Int(i32::from_sql(kind, raw)?.into()),
            Type::TEXT | Type::NAME => Arg::Text(<&str>::from_sql(kind, raw)?),
            Type::BYTEA => Arg::Bytes(raw),
            _ => return Err(format!("a column of type {kind}").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Refused> {
        Ok(Self(Arg::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A row of a result.
pub(super) struct PostgresRow(pub(super) tokio_postgres::Row);

impl Columns for PostgresRow {
    fn column(&self, index: usize) -> Result<Arg<'_>, StoreError> {
        let cell: Cell<'_> = self.0.try_get(index).map_err(StoreError::other)?;
        Ok(cell.0)
    }
}

/// The text of a statement with its placeholders as PostgreSQL wants them: `$1` for `?1`. No statement of the store has a
/// question mark in a literal; the conformance suite would meet it.
pub(super) fn with_dollars(sql: &str) -> String {
    sql.replace('?', "$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_never_shown() {
        assert_eq!(format!("{:?}", Value(Arg::Text("secret"))), "…");
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        let mut out = BytesMut::new();
        for (value, kind) in
            [(Arg::Int(1), Type::TEXT), (Arg::Text("1"), Type::INT8), (Arg::Bytes(b"1"), Type::TEXT)]
        {
            assert!(Value(value).to_sql(&kind, &mut out).is_err());
        }
        assert!(matches!(Value(Arg::Null).to_sql(&Type::INT8, &mut out), Ok(IsNull::Yes)));
        assert!(out.is_empty());
    }

    #[test]
    fn placeholders_keep_their_numbers() {
        assert_eq!(with_dollars("a = ?12 AND b = ?1"), "a = $12 AND b = $1");
    }
}
