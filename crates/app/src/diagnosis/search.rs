//! Finds codes by what somebody types: a code or a part of one, an HTTP status, an operation. Knows neither page nor
//! terminal.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ramward_domain::ops::{self, OPERATIONS};
use ramward_rpc::api::{Api, Product};
use ramward_rpc::error::{Code, Plain};

use super::{Explained, elsewhere, explain, operations, pasted};

/// The most that are found.
pub const MAX_FOUND: usize = 100;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The id of a request, if it was one.
    pub request_id: Option<String>,
    /// The operation whose codes they are, if it was one.
    pub operation: Option<operations::Operation>,
    /// The codes.
    pub codes: Vec<Explained>,
    /// How many more there are.
    pub left_off: usize,
    /// The known code that is most like what was typed, where nothing was found.
    pub nearest: Option<String>,
}

static KNOWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut known: BTreeSet<String> = named().into_iter().collect();
    for (name, parameter) in operations::parameters() {
        known.insert(format!("InvalidParameter.{name}"));
        if !parameter.required.is_empty() {
            known.insert(format!("Missing{name}"));
        }
    }
    for name in
        ["AccessKeyId", "Action", "SecurityToken", "Signature", "SignatureNonce", "Timestamp", "Version"]
    {
        known.insert(format!("Missing{name}"));
    }
    known
});

/// The codes that have a name of their own: the plain ones, those that operations name, the vendor's.
pub fn named() -> Vec<String> {
    let plain = Plain::ALL.iter().map(|plain| Code::Plain(*plain).to_string());
    let others: BTreeSet<&str> = operations::codes().chain(elsewhere::codes()).collect();
    let mut named: Vec<String> = plain.collect();
    for code in others {
        if !named.iter().any(|known| known == code) {
            named.push(code.to_owned());
        }
    }
    named
}

/// Whether a text is a code as codes are spelt.
pub fn is_known(text: &str) -> bool {
    if KNOWN.contains(text) {
        return true;
    }
    let composed =
        ["EntityNotExist.", "EntityAlreadyExists.", "DeleteConflict.", "LimitExceeded.", "InvalidParameter."];
    composed.iter().any(|class| text.starts_with(class)) && explain(text).is_some()
}

/// Everything that there is to browse: what has a name of its own, and the two families of parameters.
pub fn everything() -> Vec<Explained> {
    let families = ["Missing<Parameter>", "InvalidParameter.<Parameter>"].map(str::to_owned);
    named().into_iter().chain(families).filter_map(|code| explain(&code)).collect()
}

/// Finds what was typed.
pub fn find(text: &str) -> Found {
    let text = text.trim();
    if text.is_empty() {
        return Found { codes: everything(), ..Found::default() };
    }
    if let Some(id) = pasted::request_id(text) {
        return Found { request_id: Some(id), ..Found::default() };
    }
    if let Ok(status) = text.parse::<u16>() {
        let codes = everything().into_iter().filter(|one| one.status == status).collect();
        return cut(codes, Found::default());
    }
    if let Some(api) = operation(text) {
        let found = Found {
            operation: Some(operations::Operation { product: api.product, action: api.action }),
            ..Found::default()
        };
        return cut(of_operation(api), found);
    }
    let low = text.to_ascii_lowercase();
    // Those that begin with it go before those that hold it.
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for code in &*KNOWN {
        let known = code.to_ascii_lowercase();
        if known == low {
            first.insert(0, code);
        } else if known.starts_with(&low) {
            first.push(code);
        } else if known.contains(&low) {
            rest.push(code);
        }
    }
    let mut codes: Vec<Explained> = first.into_iter().chain(rest).filter_map(|code| explain(code)).collect();
    if !codes.first().is_some_and(|one| one.code.eq_ignore_ascii_case(text))
        && is_composed(text)
        && let Some(one) = explain(text)
    {
        codes.insert(0, one);
    }
    let nearest = if codes.is_empty() { nearest(&low) } else { None };
    cut(codes, Found { nearest, ..Found::default() })
}

/// Whether a text begins as composed codes do.
fn is_composed(text: &str) -> bool {
    text.starts_with("Missing") || text.contains('.')
}

fn cut(mut codes: Vec<Explained>, found: Found) -> Found {
    let left_off = codes.len().saturating_sub(MAX_FOUND);
    codes.truncate(MAX_FOUND);
    Found { codes, left_off, ..found }
}

/// `CreateUser`, or `Ram:CreateUser` where several products have one; the letters' size does not count.
fn operation(text: &str) -> Option<&'static Api> {
    let (product, action) = text.split_once([':', '/']).unwrap_or(("", text));
    let product = Product::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(product.trim()));
    let action = action.trim();
    if let Some(product) = product
        && let Some(place) = ops::find(product, action)
    {
        return OPERATIONS.get(place).map(|operation| operation.api());
    }
    let mut fitting = OPERATIONS.iter().map(|operation| operation.api());
    fitting.find(|api| {
        api.action.eq_ignore_ascii_case(action) && product.is_none_or(|product| product == api.product)
    })
}

/// The codes of an operation: those that it names, then those of its parameters.
fn of_operation(api: &Api) -> Vec<Explained> {
    let here = operations::Operation { product: api.product, action: api.action };
    let mut codes: Vec<String> = api.errors.iter().map(|code| (*code).to_owned()).collect();
    let own = |list: &[operations::Operation]| list.contains(&here);
    let parameters: Vec<_> = operations::parameters().filter(|(_, found)| own(&found.operations)).collect();
    let required = parameters.iter().filter(|(_, found)| own(&found.required));
    codes.extend(required.map(|(name, _)| format!("Missing{name}")));
    codes.extend(parameters.iter().map(|(name, _)| format!("InvalidParameter.{name}")));
    codes.iter().filter_map(|code| explain(code)).collect()
}

fn nearest(low: &str) -> Option<String> {
    let likeness = |code: &String| strsim::jaro_winkler(low, &code.to_ascii_lowercase());
    let ranked = KNOWN.iter().map(|code| (likeness(code), code)).filter(|(likeness, _)| *likeness > 0.85);
    ranked.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, code)| code.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        find(text).codes.into_iter().map(|one| one.code).collect()
    }

    #[test]
    fn by_code_prefix_and_part() {
        assert_eq!(codes("SignatureDoesNotMatch"), ["SignatureDoesNotMatch"]);
        assert_eq!(
            codes("invalidaccesskeyid"),
            ["InvalidAccessKeyId.Inactive", "InvalidAccessKeyId.NotFound"]
        );
        let policy = codes("Policy.Version");
        assert!(policy.contains(&"LimitExceeded.Policy.Version".to_owned()), "{policy:?}");
        assert_eq!(codes("EntityNotExist.User").first().unwrap(), "EntityNotExist.User");
        assert_eq!(codes("InvalidParameter.DisplayName.Length")[0], "InvalidParameter.DisplayName.Length");
        assert_eq!(codes("MissingNoSuchThing"), ["MissingNoSuchThing"], "a code of a server that knows more");
    }

    #[test]
    fn by_status_operation_and_request_id() {
        let conflicts = codes("409");
        assert!(conflicts.contains(&"EntityAlreadyExists.User".to_owned()), "{conflicts:?}");
        assert!(conflicts.iter().all(|code| explain(code).unwrap().status == 409));
        let of_user = codes("createuser");
        for code in [
            "EntityAlreadyExists.User",
            "LimitExceeded.User",
            "MissingUserPrincipalName",
            "InvalidParameter.Email",
        ] {
            assert!(of_user.contains(&code.to_owned()), "{code} of {of_user:?}");
        }
        assert_eq!(find("Ram:CreateUser").operation.unwrap().product, Product::Ram);
        assert!(codes("Ram:CreateUser").contains(&"MissingUserName".to_owned()));
        let id = "aba822ee-85c2-4418-9577-a1831fc8466d";
        assert_eq!(find(id).request_id.unwrap(), id.to_uppercase());
    }

    #[test]
    fn what_is_not_found_has_a_likely_neighbour_and_nothing_is_unbounded() {
        let slip = find("SignatureDoesntMatch");
        assert_eq!((slip.codes.len(), slip.nearest.as_deref()), (0, Some("SignatureDoesNotMatch")));
        assert_eq!(find("\u{202e}<script>").nearest, None);
        let many = find("a");
        assert_eq!(many.codes.len(), MAX_FOUND);
        assert!(many.left_off > 0);
        assert!(find("").codes.len() > 80);
    }
}
