//! How far the values of a mirrored account are known, as the formats read and say it. Knows no server and no format.

use serde::{Deserialize, Serialize};

/// Where a mirror stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Mirror {
    /// When the last collect ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_date: Option<String>,
    /// How it was collected.
    pub plan: String,
    /// The values that may be otherwise; absent where nobody can say which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknowns: Option<Unknowns>,
}

/// Values that may be otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknowns {
    /// The values.
    #[serde(rename = "Unknown", default)]
    pub unknown: Vec<Unknown>,
}

/// A value that may be otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Unknown {
    /// Its name.
    pub value: String,
    /// What it is at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i64>,
    /// What it is at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
    /// Why it may be otherwise.
    pub reason: String,
}

impl Mirror {
    /// When it was collected, then one line for each value that may be otherwise.
    pub fn lines(&self) -> Vec<String> {
        let again = "run `ramward collect` again";
        let first = match (&self.collected_date, &self.unknowns) {
            (None, _) => {
                format!("The last collect was cut off, the values are not yet those of the account: {again}")
            }
            (Some(at), None) => {
                format!("Mirrored by {}, {at}; what is not known was not kept: {again}", self.plan)
            }
            (Some(at), Some(_)) => format!("Mirrored by {}, {at}", self.plan),
        };
        let unknown = self.unknowns.iter().flat_map(|unknowns| &unknowns.unknown);
        std::iter::once(first).chain(unknown.map(Unknown::line)).collect()
    }
}

impl Unknown {
    fn line(&self) -> String {
        let Self { value, reason, .. } = self;
        match (self.at_least, self.at_most) {
            (Some(least), Some(most)) => format!("{value} is at least {least} and at most {most}: {reason}"),
            _ => format!("{value} may be otherwise: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirror(collected_date: Option<&str>, unknowns: Option<Vec<Unknown>>) -> Mirror {
        let unknowns = unknowns.map(|unknown| Unknowns { unknown });
        Mirror { collected_date: collected_date.map(str::to_owned), plan: "walk".into(), unknowns }
    }

    #[test]
    fn each_value_has_a_line() {
        let unknown = |value: &str, bounds: Option<(i64, i64)>, reason: &str| Unknown {
            value: value.into(),
            at_least: bounds.map(|bounds| bounds.0),
            at_most: bounds.map(|bounds| bounds.1),
            reason: reason.into(),
        };
        let devices =
            unknown("SubUserBindMfa", Some((3, 12)), "not known of 9 users whether a device is bound");
        let root = unknown("BindMfa", None, "not known whether a device is bound to root");
        let expected = [
            "Mirrored by walk, 2026-11-22T00:00:00Z",
            "SubUserBindMfa is at least 3 and at most 12: not known of 9 users whether a device is bound",
            "BindMfa may be otherwise: not known whether a device is bound to root",
        ];
        let date = Some("2026-11-22T00:00:00Z");
        assert_eq!(mirror(date, Some(vec![devices, root])).lines(), expected);
        assert_eq!(mirror(date, Some(Vec::new())).lines(), expected[..1]);
        for open in [mirror(None, None), mirror(date, None)] {
            let lines = open.lines();
            assert!(lines.len() == 1 && lines[0].ends_with("run `ramward collect` again"), "{lines:?}");
        }
    }
}
