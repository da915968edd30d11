//! Which operations answer a code, from the one list of operations. Knows no text about codes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ramward_domain::ops::OPERATIONS;
use ramward_rpc::api::{Api, Audience, Product};
use ramward_rpc::error::Plain;
use ramward_rpc::shape::{Field, Kind};

/// Who answers a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callers {
    /// Every request may meet it.
    All,
    /// Every request that is signed.
    Signed,
    /// These operations.
    These(Vec<Operation>),
    /// No operation of this server; the vendor's service does.
    Elsewhere,
}

/// An operation by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// Whose it is.
    pub product: Product,
    /// Its name.
    pub action: &'static str,
}

impl Operation {
    fn of(api: &Api) -> Self {
        Self { product: api.product, action: api.action }
    }
}

/// A parameter of operations.
#[derive(Debug, Clone, Default)]
pub struct Parameter {
    /// Which have it.
    pub operations: Vec<Operation>,
    /// Which must have it.
    pub required: Vec<Operation>,
    /// What it takes, in words; several where operations differ.
    pub limits: Vec<&'static str>,
}

/// Names that stand in every signed request.
const OF_PROTOCOL: [&str; 10] = [
    "AccessKeyId",
    "Action",
    "Format",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureType",
    "SignatureVersion",
    "Timestamp",
];

struct Index {
    codes: BTreeMap<&'static str, Vec<Operation>>,
    parameters: BTreeMap<String, Parameter>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { codes: BTreeMap::new(), parameters: BTreeMap::new() };
    for operation in OPERATIONS {
        let api = operation.api();
        for code in api.errors {
            index.codes.entry(code).or_default().push(Operation::of(api));
        }
        walk("", &operation.describe().parameters, &mut |name, field| {
            let parameter = index.parameters.entry(name).or_default();
            parameter.operations.push(Operation::of(api));
            if field.required {
                parameter.required.push(Operation::of(api));
            }
            if !field.limits.is_empty() && !parameter.limits.contains(&field.limits) {
                parameter.limits.push(field.limits);
            }
        });
    }
    index
});

/// Gives every parameter that travels as one text, with its whole name; `N` stands for the number in a list.
fn walk(prefix: &str, fields: &[Field], give: &mut impl FnMut(String, &Field)) {
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        match &field.kind {
            Kind::Struct(below) => walk(&format!("{name}."), below, give),
            Kind::List(of) => match of.as_ref() {
                Kind::Struct(below) => walk(&format!("{name}.N."), below, give),
                _ => give(format!("{name}.N"), field),
            },
            _ => give(name, field),
        }
    }
}

/// `Tag.1.Key` → `Tag.N.Key`.
pub fn without_numbers(name: &str) -> String {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = name.split('.').map(|part| if is_number(part) { "N" } else { part }).collect();
    parts.join(".")
}

/// A parameter with its name as it is spelt, whatever the letters of `name`.
pub fn parameter(name: &str) -> Option<(&'static str, &'static Parameter)> {
    let name = without_numbers(name);
    let found = INDEX.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
    found.map(|(known, parameter)| (known.as_str(), parameter))
}

/// All parameters by name.
pub fn parameters() -> impl Iterator<Item = (&'static str, &'static Parameter)> {
    INDEX.parameters.iter().map(|(name, parameter)| (name.as_str(), parameter))
}

/// The codes that descriptions of operations name.
pub fn codes() -> impl Iterator<Item = &'static str> {
    INDEX.codes.keys().copied()
}

/// Who answers a code that descriptions of operations name; nobody here, where none does.
pub fn of_code(code: &str) -> Callers {
    INDEX.codes.get(code).map_or(Callers::Elsewhere, |list| Callers::These(list.clone()))
}

/// Who answers a code about this parameter.
pub fn of_parameter(name: &str, missing: bool) -> Callers {
    if OF_PROTOCOL.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return if name == "Action" || name == "Format" { Callers::All } else { Callers::Signed };
    }
    if name.eq_ignore_ascii_case("Version") || name.starts_with('<') {
        return Callers::All;
    }
    match parameter(name) {
        // One that is not mandatory may still be, where another is absent.
        Some((_, found)) if missing && !found.required.is_empty() => Callers::These(found.required.clone()),
        Some((_, found)) => Callers::These(found.operations.clone()),
        None => Callers::Elsewhere,
    }
}

/// Who answers a plain code.
pub fn of_plain(plain: Plain, code: &str) -> Callers {
    match plain {
        Plain::MalformedPolicyDocument | Plain::CheckAuthenticationCodeFail => of_code(code),
        Plain::IncompleteSignature
        | Plain::InvalidSignatureMethod
        | Plain::SignatureDoesNotMatch
        | Plain::SignatureNonceUsed
        | Plain::InvalidTimeStampFormat
        | Plain::InvalidTimeStampExpired
        | Plain::InvalidAccessKeyIdNotFound
        | Plain::InvalidAccessKeyIdInactive
        | Plain::InvalidSecurityTokenMalformed
        | Plain::InvalidSecurityTokenExpired
        | Plain::InvalidSecurityTokenMismatch => Callers::Signed,
        Plain::NoPermission => Callers::These(
            OPERATIONS
                .iter()
                .map(|operation| operation.api())
                .filter(|api| !matches!(api.audience, Audience::Anyone | Audience::Unsigned))
                .map(Operation::of)
                .collect(),
        ),
        Plain::InvalidActionNotFound
        | Plain::InvalidVersion
        | Plain::UnsupportedHttpMethod
        | Plain::InvalidParameterFormat
        | Plain::InvalidParameter
        | Plain::Throttling
        | Plain::ServiceUnavailable
        | Plain::InternalError => Callers::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_known_with_its_limits() {
        let (name, found) = parameter("tag.12.key").unwrap();
        assert_eq!(name, "Tag.N.Key");
        assert!(found.operations.iter().any(|one| one.action == "TagResources"));
        let (_, display) = parameter("DisplayName").unwrap();
        assert!(!display.limits.is_empty() && display.operations.len() >= display.required.len());
        assert!(parameter("NoSuchThing").is_none());
    }

    #[test]
    fn every_parameter_of_the_list_is_there() {
        let total: usize = parameters().map(|(_, found)| found.operations.len()).sum();
        assert!(total > 300, "{total}");
        assert!(codes().count() > 60);
    }
}
