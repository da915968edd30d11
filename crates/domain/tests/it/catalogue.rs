//! Names, types and nesting of every operation against the vendor's catalogues.

use std::collections::BTreeMap;

use ramward_domain::ops::OPERATIONS;
use ramward_rpc::api::Product;
use ramward_rpc::shape::{Field, Kind};
use serde_json::Value;

/// The vendor's catalogue of a product: operations by name.
pub fn catalogue(product: Product) -> BTreeMap<String, Value> {
    let text = match product {
        Product::Ims => include_str!("../data/ims-2019-08-15.json"),
        Product::Ram => include_str!("../data/ram-2015-05-01.json"),
        Product::Sts => include_str!("../data/sts-2015-04-01.json"),
        Product::Ramward => return BTreeMap::new(),
    };
    let catalogue: Value = serde_json::from_str(text).unwrap();
    let operations = catalogue["operations"].as_array().unwrap();
    operations.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one.clone())).collect()
}

/// Members of the vendor's answers that this server leaves out, each with its reason. May only shrink.
const LEFT_OUT: &[(&str, &str)] = &[
    // A role that is being deleted: here it is gone at once.
    ("GetRole", "Role.LatestDeletionTask.CreateDate"),
    ("GetRole", "Role.LatestDeletionTask.DeletionTaskId"),
];

/// `Users.User[].Name: string` … for every leaf.
fn ours(prefix: &str, fields: &[Field], leaves: &mut Vec<String>) {
    for field in fields {
        kind_of_ours(&format!("{prefix}{}", field.name), &field.kind, leaves);
    }
}

fn kind_of_ours(path: &str, kind: &Kind, leaves: &mut Vec<String>) {
    match kind {
        Kind::String => leaves.push(format!("{path}: string")),
        Kind::Integer => leaves.push(format!("{path}: integer")),
        Kind::Any => leaves.push(format!("{path}: any")),
        Kind::Boolean => leaves.push(format!("{path}: boolean")),
        Kind::Struct(fields) => ours(&format!("{path}."), fields, leaves),
        Kind::List(of) => kind_of_ours(&format!("{path}[]"), of, leaves),
        Kind::JsonList => leaves.push(format!("{path}[]: string")),
    }
}

fn theirs(prefix: &str, fields: &[Value], leaves: &mut Vec<String>) {
    for field in fields {
        kind_of_theirs(&format!("{prefix}{}", field["name"].as_str().unwrap()), field, leaves);
    }
}

fn kind_of_theirs(path: &str, field: &Value, leaves: &mut Vec<String>) {
    match field["type"].as_str().unwrap() {
        "object" => theirs(&format!("{path}."), field["fields"].as_array().unwrap(), leaves),
        "array" => kind_of_theirs(&format!("{path}[]"), &field["items"], leaves),
        plain => leaves.push(format!("{path}: {plain}")),
    }
}

#[test]
fn parameters_and_answers_are_those_of_the_vendor() {
    let mut differences = Vec::new();
    let mut compared = 0;
    for operation in OPERATIONS {
        let description = operation.describe();
        let (product, action) = (description.api.product, description.api.action);
        let Some(theirs_all) = catalogue(product).remove(action) else {
            assert_eq!(product, Product::Ramward, "{action} is in no catalogue of the vendor");
            continue;
        };
        compared += 1;
        for (what, ours_fields, theirs_fields) in [
            ("parameter", &description.parameters, &theirs_all["parameters"]),
            ("member", &description.response, &theirs_all["response"]),
        ] {
            let (mut our, mut their) = (Vec::new(), Vec::new());
            ours("", ours_fields, &mut our);
            theirs("", theirs_fields.as_array().unwrap(), &mut their);
            their.retain(|leaf| leaf != "RequestId: string");
            our.sort();
            their.sort();
            for leaf in our.iter().filter(|leaf| !their.contains(leaf)) {
                differences.push(format!("{action}: {what} {leaf} is not the vendor's"));
            }
            for leaf in their.iter().filter(|leaf| !our.contains(leaf)) {
                let name = leaf.split(':').next().unwrap();
                if !LEFT_OUT.contains(&(action, name)) {
                    differences.push(format!("{action}: {what} {leaf} is missing"));
                }
            }
        }
    }
    assert!(compared > 30, "only {compared} operations were compared");
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn what_the_vendor_demands_is_demanded() {
    let mut differences = Vec::new();
    for operation in OPERATIONS {
        let description = operation.describe();
        let Some(theirs) = catalogue(description.api.product).remove(description.api.action) else {
            continue;
        };
        for parameter in theirs["parameters"].as_array().unwrap() {
            if parameter["required_in_public_docs"] == true {
                let name = parameter["name"].as_str().unwrap();
                let field = description.parameters.iter().find(|field| field.name == name);
                if !field.is_some_and(|field| field.required) {
                    differences.push(format!("{}: {name} is optional here", description.api.action));
                }
            }
        }
    }
    // The vendor's current SDK lets a logon profile be made without a password, its 2020 page did not.
    differences.retain(|difference| difference != "CreateLoginProfile: Password is optional here");
    // RAM's table asks for the new name always; its clients leave it out where the name stays.
    differences.retain(|difference| difference != "UpdateUser: NewUserName is optional here");
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn every_operation_says_in_chinese_what_it_does() {
    let is_chinese = |letter: &char| ('\u{4e00}'..='\u{9fff}').contains(letter);
    for operation in OPERATIONS {
        let (api, said) = (operation.api(), operation.summary_zh());
        let letters = said.chars().filter(is_chinese).count();
        assert!(letters >= 4 && said.ends_with('。'), "{}: {said:?}", api.action);
        assert!(!said.contains(". ") && !said.contains("RAM用户"), "{}: {said:?}", api.action);
    }
}

#[test]
fn every_file_of_the_operations_is_listed() {
    for (folder, product) in
        [("ims", Product::Ims), ("ram", Product::Ram), ("sts", Product::Sts), ("ramward", Product::Ramward)]
    {
        let path = format!("{}/src/ops/{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if !text.contains("impl Operation for ") {
                continue;
            }
            let action = text.split("action: \"").nth(1).unwrap().split('"').next().unwrap();
            assert_eq!(snake_case(action), file, "a file is named after its action");
            let listed =
                OPERATIONS.iter().any(|one| one.api().product == product && one.api().action == action);
            assert!(listed, "{action} is not in the list of operations");
        }
    }
}

/// `BindMFADevice` → `bind_mfa_device`.
fn snake_case(action: &str) -> String {
    let letters: Vec<char> = action.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let after_lower = at > 0 && letters[at - 1].is_lowercase();
        let ends_acronym = at > 0
            && letters[at - 1].is_uppercase()
            && letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_lower || ends_acronym) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
