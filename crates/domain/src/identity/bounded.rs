//! Serde for whole numbers with bounds, as plain numbers: for settings and state files.

use ramward_rpc::shape::Bounded;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) fn serialize<S: Serializer, const MIN: i64, const MAX: i64>(
    number: &Bounded<MIN, MAX>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    number.get().serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>, const MIN: i64, const MAX: i64>(
    deserializer: D,
) -> Result<Bounded<MIN, MAX>, D::Error> {
    let number = i64::deserialize(deserializer)?;
    Bounded::new(number)
        .ok_or_else(|| serde::de::Error::custom(format_args!("{number} is not between {MIN} and {MAX}")))
}
