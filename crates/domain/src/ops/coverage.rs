//! What the tests show of every operation: a success in JSON and one in XML, each code it announces, a parameter that is
//! refused, a wrong signature, a caller without permission. What needs nothing but a call is done here, once for all; the
//! rest is looked for in the tests of the operation's own file and in the walk through both formats.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ramward_rpc::api::{Audience, Product};
use ramward_rpc::request::RequestBuilder;
use ramward_rpc::shape::{Field, Kind};
use ramward_rpc::sign::{Scheme, Secret};

use crate::ops::{AnyOperation, OPERATIONS, both_formats};
use crate::testing::{NewKey, TestApp};

/// The tests in the operation's own file.
fn own_tests(product: Product, action: &str) -> String {
    let folder = product.name().to_lowercase();
    let wanted = format!("action: \"{action}\"");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/ops").join(folder);
    std::fs::read_dir(path)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .find(|text| text.contains(&wanted))
        .and_then(|text| text.split_once("#[cfg(test)]").map(|(_, tests)| tests.to_owned()))
        .unwrap_or_default()
}

/// The code that [`lacks_of_accounts`] looks for.
const NO_ACCOUNT: &str = "EntityNotExist.Account";

/// What the operation's own tests lack, and the walk through both formats.
fn lacks_of_tests(operation: &dyn AnyOperation, walked: &BTreeSet<(Product, String)>) -> Vec<String> {
    let api = operation.api();
    let in_walk = walked.contains(&(api.product, api.action.to_owned()));
    let tests = own_tests(api.product, api.action);
    let full = format!("\"{}:{}\"", api.product.name(), api.action);
    let mut names = vec![full];
    // Without a product, a test means the first one in the list that has an operation of that name.
    if OPERATIONS.iter().find(|other| other.api().action == api.action).map(|first| first.api().product)
        == Some(api.product)
    {
        names.push(format!("\"{}\"", api.action));
    }
    // A call may break its line after the bracket.
    let squeezed: String = tests.split_whitespace().collect();
    let calls = |how: &str| names.iter().any(|name| squeezed.contains(&format!("{how}({name}")));
    let calls_as = squeezed.split("call_as(").skip(1).any(|call| {
        let call = call.split(')').next().unwrap_or_default();
        names.iter().any(|name| call.contains(name.as_str()))
    });
    let mut lacks = Vec::new();
    if !in_walk && !calls("ok") && !calls("app.call") && !calls("app.call_unsigned") && !calls_as {
        lacks.push("a success in JSON".to_owned());
    }
    if !in_walk && !calls("xml") && !tests.contains("\"XML\"") {
        lacks.push("a success in XML".to_owned());
    }
    let made_here = |code: &str| api.audience == Audience::AccountOrOperator && code == NO_ACCOUNT;
    for code in api.errors {
        if !made_here(code) && !tests.contains(&format!("\"{code}\"")) {
            lacks.push((*code).to_owned());
        }
    }
    lacks
}

/// A request with an example of everything mandatory.
fn examples(operation: &dyn AnyOperation) -> Vec<(&'static str, String)> {
    let fields = operation.describe().parameters;
    fields.iter().filter(|field| field.required).map(|field| (field.name, field.example.to_owned())).collect()
}

fn code(app: &TestApp, key: &NewKey, request: &RequestBuilder) -> (u16, String) {
    let answer = app.send(&app.sign(key, request));
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    (answer.status, body["Code"].as_str().unwrap_or_default().to_owned())
}

fn request(
    operation: &dyn AnyOperation,
    params: &[(&'static str, String)],
    scheme: Scheme,
) -> RequestBuilder {
    let api = operation.api();
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    RequestBuilder::new("ims.aliyuncs.com", api.product.version(), api.action)
        .params(params)
        .scheme(scheme)
        .format("JSON")
        .method(http::Method::POST)
}

/// Whether one of the parameters is refused at its limits, and every mandatory one where it is absent.
fn lacks_of_parameters(app: &TestApp, operation: &dyn AnyOperation, key: &NewKey) -> Vec<String> {
    let fields = operation.describe().parameters;
    let mut lacks = Vec::new();
    let good = examples(operation);
    for (name, _) in &good {
        let without: Vec<_> = good.iter().filter(|(other, _)| other != name).cloned().collect();
        let (_, code) = code(app, key, &request(operation, &without, Scheme::V3));
        if code != format!("Missing{name}") {
            lacks.push(format!("Missing{name}"));
        }
    }
    let scalar =
        |field: &&Field| !matches!(field.kind, Kind::List(_) | Kind::Struct(_)) && !field.limits.is_empty();
    let refused = |field: &Field| {
        let mut params: Vec<_> = good.iter().filter(|(name, _)| *name != field.name).cloned().collect();
        params.push((field.name, "x y\u{1}".repeat(4000)));
        let (status, code) = code(app, key, &request(operation, &params, Scheme::V3));
        status == 400 && code.starts_with(&format!("InvalidParameter.{}", field.name))
    };
    for field in fields.iter().filter(scalar) {
        if !refused(field) {
            lacks.push(format!("a refusal of {} beyond its limits", field.name));
        }
    }
    lacks
}

/// Whether the operator is refused that names an account there is not, where it may name any.
fn lacks_of_accounts(app: &TestApp, operation: &dyn AnyOperation) -> Vec<String> {
    if operation.api().audience != Audience::AccountOrOperator {
        return Vec::new();
    }
    let mut params = examples(operation);
    params.push(("AccountId", "9999999999999999".to_owned()));
    let (status, code) = code(app, &app.operator, &request(operation, &params, Scheme::V3));
    if (status, code.as_str()) == (404, NO_ACCOUNT) {
        Vec::new()
    } else {
        vec![format!("{NO_ACCOUNT} ({code})")]
    }
}

/// Whether a wrong signature of either generation is refused, in the form that was asked for; where none is needed, whether
/// it makes no difference.
fn lacks_of_signatures(app: &TestApp, operation: &dyn AnyOperation) -> Vec<String> {
    let wrong =
        NewKey { access_key_id: app.root.access_key_id.clone(), access_key_secret: Secret::from("wrong") };
    let mut lacks = Vec::new();
    for (scheme, name) in [(Scheme::RpcV1, "RPC 1.0"), (Scheme::V3, "V3")] {
        let request = request(operation, &examples(operation), scheme);
        let expected = if operation.api().audience == Audience::Unsigned {
            code(app, &app.root, &request)
        } else {
            (400, "SignatureDoesNotMatch".to_owned())
        };
        if code(app, &wrong, &request) != expected {
            lacks.push(format!("what a wrong signature does ({name})"));
        }
    }
    lacks
}

/// Whether a caller without permission is refused: a RAM user about somebody else, or the root of an account where the
/// operation is the operator's. Who needs no AccessKey is refused by the role it wants: its own tests must show that.
fn lacks_of_permission(app: &TestApp, user: &NewKey, operation: &dyn AnyOperation) -> Vec<String> {
    let api = operation.api();
    let key = match api.audience {
        Audience::Anyone => return Vec::new(),
        Audience::Unsigned if api.errors.contains(&"AuthenticationFail.NoPermission") => return Vec::new(),
        Audience::Operator => &app.root,
        Audience::Unsigned | Audience::Account | Audience::Root | Audience::AccountOrOperator => user,
    };
    let (status, code) = code(app, key, &request(operation, &examples(operation), Scheme::V3));
    if (status, code.as_str()) == (403, "NoPermission") {
        Vec::new()
    } else {
        vec![format!("a caller without permission ({code})")]
    }
}

#[test]
fn what_the_tests_show_of_every_operation() {
    let app = TestApp::new();
    let user = app.user_with_key("nobody-in-particular");
    app.ok(
        "SetSecurityPreference",
        &[("AllowUserToChangePassword", "false"), ("AllowUserToManageMFADevices", "false")],
    );
    let walked = both_formats::actions();
    let mut lacking = BTreeSet::new();
    for operation in OPERATIONS {
        let operation: &dyn AnyOperation = *operation;
        let api = operation.api();
        let key = if api.audience == Audience::Operator { &app.operator } else { &app.root };
        let mut lacks = lacks_of_tests(operation, &walked);
        // In this order: what is asked as root may change the account.
        lacks.extend(lacks_of_signatures(&app, operation));
        lacks.extend(lacks_of_permission(&app, &user, operation));
        lacks.extend(lacks_of_accounts(&app, operation));
        lacks.extend(lacks_of_parameters(&app, operation, key));
        lacking.extend(lacks.iter().map(|lack| format!("{} {}: {lack}", api.product.name(), api.action)));
    }
    assert!(lacking.is_empty(), "the tests of these operations lack something; add it: {lacking:#?}");
}
