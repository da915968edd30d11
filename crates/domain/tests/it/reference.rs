//! The pages of `docs/reference` that follow from the list of operations. `UPDATE=1` writes them anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use ramward_domain::ops::{self, OPERATIONS};
use ramward_rpc::api::{Access, Audience, Description, Product, SelfService};
use ramward_rpc::error::{Code, Plain};
use ramward_rpc::reference::{self, REQUEST_ID, Row};
use ramward_rpc::shape::{Field, Kind};

use crate::catalogue::catalogue;

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
            "…`.Format`, `.InvalidChars`, `.Length`, `.Range`, `.TooWeak`, `.NotAllowed`: the rule that the parameter breaks; STS says none",
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
    rows(&mut text, &description.parameters, true);
    text.push_str(
        "\n## Response parameters\n\n| Parameter | Type | Example | Description |\n|---|---|---|---|\n",
    );
    let _ = writeln!(text, "| RequestId | String | {REQUEST_ID} | The id of the request. |");
    rows(&mut text, &description.response, false);
    let _ = write!(text, "\n## Samples\n\n```json\n{}\n```\n", description.sample_json());
    let _ = write!(text, "\n```xml\n{}\n```\n", description.sample_xml());
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

fn rows(text: &mut String, fields: &[Field], request: bool) {
    for Row { depth, field } in reference::rows(fields) {
        let limits = if field.limits.is_empty() { String::new() } else { format!(" ({})", field.limits) };
        let doc = format!("{}{limits}", field.doc.replace('\n', " ").replace("  ", " "));
        let required = match (request, field.required) {
            (false, _) => "",
            (true, true) => " Yes |",
            (true, false) => " No |",
        };
        let _ = writeln!(
            text,
            "| {}{} | {} |{required} {} | {} |",
            "↳ ".repeat(depth),
            field.name,
            field.kind.name(),
            field.example,
            doc.replace('|', "\\|").replace('<', "&lt;")
        );
    }
}

/// What a sample is made of must be what its type says, or the sample would show something else.
#[test]
fn every_example_is_of_its_type() {
    for description in OPERATIONS.iter().map(|operation| operation.describe()) {
        for fields in [&description.parameters, &description.response] {
            for Row { field, .. } in reference::rows(fields) {
                let fits = match &field.kind {
                    Kind::Integer => field.example.parse::<i64>().is_ok(),
                    Kind::Boolean => field.example.parse::<bool>().is_ok(),
                    _ => true,
                };
                assert!(fits, "{}: {} = {}", description.api.action, field.name, field.example);
            }
        }
    }
}
