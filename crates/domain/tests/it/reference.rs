//! The pages of `docs/reference` that follow from the list of operations. `UPDATE=1` writes them anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use ramward_domain::ops::{self, OPERATIONS};
use ramward_rpc::api::{Access, Audience, Description, Product, SelfService};
use ramward_rpc::error::{Code, Plain};
use ramward_rpc::shape::{Field, Kind};
use ramward_rpc::value::Value;
use ramward_rpc::{json, xml};

use crate::catalogue::catalogue;

const REQUEST_ID: &str = "ABA822EE-85C2-4418-9577-A1831FC8466D";

fn page(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name)
}

/// Compares a page of `docs/reference` with what it should be, or writes it.
pub fn check(name: &str, expected: &str) {
    let path = page(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, expected).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{name} is out of date; run UPDATE=1 cargo test and read the diff");
}

#[test]
fn the_list_of_operations() {
    let mut text = String::from(
        "# Operations\n\nGenerated from the list of operations and the vendor's catalogues. An operation that this server does not know \
         answers `InvalidAction.NotFound`.\n",
    );
    let mut known = 0;
    let mut total = 0;
    for product in Product::ALL {
        let mut names: Vec<String> = if product == Product::Ramward {
            let own = OPERATIONS.iter().filter(|one| one.api().product == product);
            own.map(|one| one.api().action.to_owned()).collect()
        } else {
            catalogue(product).into_keys().collect()
        };
        names.sort();
        let here = names.iter().filter(|name| ops::find(product, name).is_some()).count();
        if product != Product::Ramward {
            known += here;
            total += names.len();
        }
        write!(
            text,
            "\n## {} {}: {here} of {}\n\n| Operation | State |\n|---|---|\n",
            product.name(),
            product.version(),
            names.len()
        )
        .unwrap();
        for name in names {
            let state = match ops::find(product, &name) {
                Some(_) => format!("[{name}](api/{}/{name}.md) | works", product.name().to_lowercase()),
                None => format!("{name} | not yet"),
            };
            writeln!(text, "| {state} |").unwrap();
        }
    }
    write!(text, "\nOf the vendor's {total} operations {known} work.\n").unwrap();
    check("operations.md", &text);
}

#[test]
fn a_page_for_every_operation() {
    for operation in OPERATIONS {
        let description = operation.describe();
        let api = &description.api;
        check(
            &format!("api/{}/{}.md", api.product.name().to_lowercase(), api.action),
            &operation_page(&description),
        );
    }
}

#[test]
fn the_error_codes() {
    let mut text = String::from(
        "# Error codes\n\nGenerated. Every refusal is an envelope with `RequestId`, `HostId`, `Code`, `Message` and `Recommend`, in the form the \
         request asked for. Codes are composed: the class says the status, the rest says what it is about.\n\n\
         | Code | Status | Meaning |\n|---|---|---|\n",
    );
    let composed = [
        (Code::Missing("<Parameter>".into()), "a mandatory parameter is absent or empty"),
        (
            Code::InvalidParameter("<Parameter>".into(), ramward_rpc::error::Rule::Format),
            "…`.Format`, `.InvalidChars`, `.Length`, `.Range`, `.TooWeak`: the rule that the parameter breaks; STS says none",
        ),
        (Code::EntityNotExist("<Entity>"), "no such thing in the account"),
        (Code::EntityAlreadyExists("<Entity>"), "the name or the place is taken"),
        (Code::DeleteConflict("<Entity>.<Blocking>"), "something must be removed first"),
        (Code::LimitExceeded("<Entity>"), "the quota is used up"),
        (Code::AuthenticationFail("<What>"), "a token of an identity provider does not prove what it says"),
    ];
    for (code, meaning) in composed {
        writeln!(text, "| `{code}` | {} | {meaning} |", code.status()).unwrap();
    }
    for plain in Plain::ALL {
        let code = Code::from(*plain);
        let error = ramward_rpc::error::ApiError::new(code.clone());
        writeln!(text, "| `{code}` | {} | {} |", code.status(), error.message).unwrap();
    }
    check("errors.md", &text);
}

fn operation_page(description: &Description) -> String {
    let api = &description.api;
    let mut text = format!("# {}\n\n{}\n\n", api.action, api.summary);
    let _ =
        writeln!(text, "| | |\n|---|---|\n| Product | {} {} |", api.product.name(), api.product.version());
    let _ = writeln!(
        text,
        "| Access | {} |",
        match api.access {
            Access::Read => "reads",
            Access::Write => "changes",
        }
    );
    let _ = writeln!(text, "| Callers | {} |", callers(api.audience, api.self_service));
    let _ = writeln!(text, "| RAM action | `{}` |", api.ram_action);
    let _ = writeln!(text, "| Resource | `{}` |", api.resource);
    text.push_str("\n## Request parameters\n\n| Parameter | Type | Required | Example | Description |\n|---|---|---|---|---|\n");
    let _ = writeln!(text, "| Action | String | Yes | {} | The operation. |", api.action);
    rows(&mut text, "", &description.parameters, true);
    text.push_str(
        "\n## Response parameters\n\n| Parameter | Type | Example | Description |\n|---|---|---|---|\n",
    );
    let _ = writeln!(text, "| RequestId | String | {REQUEST_ID} | The id of the request. |");
    rows(&mut text, "", &description.response, false);
    let mut members = vec![("RequestId", Value::text(REQUEST_ID))];
    members.extend(description.response.iter().map(|field| (field.name, sample(field))));
    let mut body = String::new();
    json::write(&mut body, &Value::Object(members.clone()));
    let pretty: serde_json::Value = serde_json::from_str(&body).unwrap();
    let _ =
        write!(text, "\n## Samples\n\n```json\n{}\n```\n", serde_json::to_string_pretty(&pretty).unwrap());
    let mut body = String::from(xml::DECLARATION);
    xml::write(&mut body, &format!("{}Response", api.action), &Value::Object(members));
    let _ = write!(text, "\n```xml\n{}\n```\n", body.replace("><", ">\n<"));
    text.push_str("\n## Error codes\n\n");
    if api.errors.is_empty() {
        text.push_str("Only the [common ones](../../errors.md).\n");
    } else {
        text.push_str("Beside the [common ones](../../errors.md) and those of its parameters:\n\n");
        for code in api.errors {
            let _ = writeln!(text, "- `{code}`");
        }
    }
    text
}

fn callers(audience: Audience, own: SelfService) -> &'static str {
    match (audience, own) {
        (Audience::Unsigned, _) => "everybody, without an AccessKey",
        (Audience::Anyone, _) => "everybody with a valid signature",
        (Audience::Operator, _) => "the operator",
        (Audience::Root, _) => "root alone, whatever policies permit",
        (Audience::AccountOrOperator, _) => "root; whom a policy permits it; the operator, naming an account",
        (Audience::Account, SelfService::No) => "root; whom a policy permits it",
        (Audience::Account, SelfService::AccessKeys) => {
            "root; whom a policy permits it; a RAM user for itself where AllowUserToManageAccessKeys is on"
        }
        (Audience::Account, SelfService::MfaDevice) => {
            "root; whom a policy permits it; a RAM user for itself where AllowUserToManageMFADevices is on"
        }
        (Audience::Account, SelfService::Password) => {
            "RAM users for themselves, where a policy permits it or AllowUserToChangePassword is on"
        }
        (Audience::Account, SelfService::Always) => {
            "root; whom a policy permits it; every RAM user for itself"
        }
    }
}

fn rows(text: &mut String, indent: &str, fields: &[Field], request: bool) {
    for field in fields {
        let (kind, below) = kind(&field.kind);
        let limits = if field.limits.is_empty() { String::new() } else { format!(" ({})", field.limits) };
        let doc = format!("{}{limits}", field.doc.replace('\n', " ").replace("  ", " "));
        let required = if !request {
            String::new()
        } else if field.required {
            " Yes |".to_owned()
        } else {
            " No |".to_owned()
        };
        let _ = writeln!(
            text,
            "| {indent}{} | {kind} |{required} {} | {} |",
            field.name,
            field.example,
            doc.replace('|', "\\|").replace('<', "&lt;")
        );
        rows(text, &format!("{indent}↳ "), below, request);
    }
}

fn kind(kind: &Kind) -> (&'static str, &[Field]) {
    match kind {
        Kind::String => ("String", &[]),
        Kind::Integer => ("Integer", &[]),
        Kind::Boolean => ("Boolean", &[]),
        Kind::Struct(fields) => ("Struct", fields),
        Kind::List(of) => match of.as_ref() {
            Kind::Struct(fields) => ("Array of Struct", fields),
            _ => ("Array", &[]),
        },
        Kind::JsonList => ("Array as JSON", &[]),
    }
}

fn sample(field: &Field) -> Value {
    sample_of(&field.kind, field.example)
}

fn sample_of(kind: &Kind, example: &'static str) -> Value {
    match kind {
        Kind::String => Value::text(example),
        Kind::Integer => {
            Value::Integer(example.parse().unwrap_or_else(|_| panic!("example {example} is no integer")))
        }
        Kind::Boolean => {
            Value::Boolean(example.parse().unwrap_or_else(|_| panic!("example {example} is no boolean")))
        }
        Kind::Struct(fields) => {
            Value::Object(fields.iter().map(|field| (field.name, sample(field))).collect())
        }
        Kind::List(of) => Value::List(vec![sample_of(of, example)]),
        Kind::JsonList => Value::List(vec![Value::text(example)]),
    }
}
