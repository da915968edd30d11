//! The matrix of operations and callers, made by real calls of everything in the list of operations, with each
//! parameter's own example. A new operation shows up here by itself.

use std::fmt::Write;

use ramward_rpc::api::{Access, Audience, Description};
use ramward_rpc::shape::Field;
use serde_json::{Value, json};

use crate::ops::{AnyOperation, OPERATIONS};
use crate::store::tables::policy_attachments::Principal;
use crate::testing::golden::assert_golden;
use crate::testing::policies::{allow, deny};
use crate::testing::{NewKey, TestApp};

/// The parameters that say whom a request is about, with what they say if it is about `name`.
fn about(name: &str) -> [(&'static str, String); 4] {
    [
        ("UserName", name.to_owned()),
        ("UserPrincipalName", TestApp::upn(name)),
        ("SerialNumber", format!("acs:ram::1234567890123456:mfa/{name}")),
        ("VirtualMFADeviceName", name.to_owned()),
    ]
}

/// Optional parameters one of which a request must have.
const ONE_OF: [(&str, &str); 2] = [("GetUserInRecycleBin", "UserId"), ("SetVerificationInfo", "Email")];

fn has_subject(fields: &[Field]) -> bool {
    fields.iter().any(|field| about("").iter().any(|(name, _)| *name == field.name))
}

/// The request about `name`: whom it is about, and an example of everything else that is mandatory; for the operator, that
/// is the account as well.
fn params(description: &Description, name: &str) -> Vec<(&'static str, String)> {
    let subject = about(name);
    let operators_too = description.api.audience == Audience::AccountOrOperator;
    let chosen = |field: &Field| ONE_OF.contains(&(description.api.action, field.name));
    let value = |field: &Field| match subject.iter().find(|(name, _)| *name == field.name) {
        Some((_, value)) => Some((field.name, value.clone())),
        None if field.required || chosen(field) || field.name == "AccountId" && operators_too => {
            Some((field.name, field.example.to_owned()))
        }
        None => None,
    };
    description.parameters.iter().filter_map(value).collect()
}

/// Whether the call passed authorisation, whatever the operation said then; and whether it may have changed something.
fn passes(app: &TestApp, key: &NewKey, operation: &dyn AnyOperation, name: &str) -> (&'static str, bool) {
    let params = params(&operation.describe(), name);
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let action = format!("{}:{}", operation.api().product.name(), operation.api().action);
    let (status, body) = app.call_as(key, &action, &params);
    let code = body["Code"].as_str().unwrap_or_default();
    let of_parameters = code.starts_with("InvalidParameter") || code.starts_with("Missing");
    assert!(
        // No example can be what this server sealed, or a whole metadata document; lists have none. The session of a role
        // has no AccessKeys of its own, so it must name whose it means.
        !of_parameters
            || code == "MissingUserPrincipalName"
            || code.contains("TooWeak")
            || code.contains("EncodedDiagnosticMessage")
            || code.contains("EncodedSAMLMetadataDocument")
            || code.starts_with("MissingResource"),
        "{action} {params:?}: the examples are no request: {code}"
    );
    // What the operator's calls read or set may be the server's own, such as the faults it is to answer with.
    let reads = operation.api().access == Access::Read && operation.api().audience != Audience::Operator;
    let changed = status == 200 && !reads;
    match (status, code) {
        (403, "NoPermission") => ("no", changed),
        _ => ("yes", changed),
    }
}

/// An account that serves until a call may have changed it: most are refused or only read, and to make one takes longer
/// than to ask it.
struct Lasting<T> {
    make: Box<dyn Fn() -> T>,
    made: Option<T>,
}

impl<T> Lasting<T> {
    fn new(make: impl Fn() -> T + 'static) -> Self {
        Self { make: Box::new(make), made: None }
    }

    /// What `ask` finds out about it.
    fn ask<R>(&mut self, ask: impl FnOnce(&T) -> (R, bool)) -> R {
        let made = self.made.take().unwrap_or_else(&self.make);
        let (found, changed) = ask(&made);
        self.made = (!changed).then_some(made);
        found
    }
}

/// An account with two users, whose users may do to themselves all there is, or nothing.
fn app(allowed: &'static str) -> (TestApp, NewKey) {
    // Some operations are about data files.
    let app = TestApp::in_a_file();
    let alice = app.user_with_key("alice");
    app.user("bob");
    app.ok(
        "SetSecurityPreference",
        &[
            ("AllowUserToManageAccessKeys", allowed),
            ("AllowUserToManageMFADevices", allowed),
            ("AllowUserToChangePassword", allowed),
        ],
    );
    (app, alice)
}

/// Callers with policies: what the column is called, and how the caller is made.
type Made = (&'static str, fn(&TestApp) -> NewKey);

const WITH_POLICIES: [Made; 6] = [
    ("readonly", |app| with_system(app, "reader", "ReadOnlyAccess")),
    ("ramread", |app| with_system(app, "ram-reader", "AliyunRAMReadOnlyAccess")),
    ("ramfull", |app| with_system(app, "ram-admin", "AliyunRAMFullAccess")),
    ("admin", |app| with_system(app, "admin", "AdministratorAccess")),
    ("denied", |app| {
        let key = with_system(app, "limited", "AdministratorAccess");
        app.attach("limited", "no-deletion", &deny("*:Delete*", "*"));
        key
    }),
    ("session", |app| {
        let role = app.role("admin", &json!([]));
        app.attach_system(Principal::Role(role), "AdministratorAccess");
        app.role_session(("admin", role), Some(&allow("ram:List*", "*")))
    }),
];

fn with_system(app: &TestApp, name: &str, policy: &str) -> NewKey {
    let key = app.user_with_key(name);
    app.attach_system(Principal::User(app.user_id(name)), policy);
    key
}

#[test]
fn who_may_call_what() {
    let mut table = String::from(
        "# Who passes authorisation. \"itself\": a RAM user without a policy about itself, with the security preference\n\
         # that allows it and with the one that forbids it; \"another\": about another user. Then callers with policies,\n\
         # about another user: ReadOnlyAccess, AliyunRAMReadOnlyAccess, AliyunRAMFullAccess, AdministratorAccess, the\n\
         # same with *:Delete* forbidden, and the session of a role with AdministratorAccess whose own policy permits\n\
         # ram:List*. Written by ops/matrix.rs from real calls; UPDATE=1 rewrites it.\n",
    );
    write!(
        table,
        "{:8}{:42}{:6}{:10}{:17}{:19}{:9}",
        "product", "operation", "root", "operator", "itself, allowed", "itself, forbidden", "another"
    )
    .unwrap();
    let names: Vec<String> = WITH_POLICIES.iter().map(|(name, _)| format!("{name:9}")).collect();
    writeln!(table, "{}", names.concat().trim_end()).unwrap();
    let mut allowed = Lasting::new(|| app("true"));
    let mut forbidden = Lasting::new(|| app("false"));
    let mut with_policies = Lasting::new(|| {
        let (app, _) = app("false");
        let keys = WITH_POLICIES.map(|(_, make)| make(&app));
        (app, keys)
    });
    for operation in OPERATIONS {
        let operation: &dyn AnyOperation = *operation;
        let ask =
            |apps: &mut Lasting<(TestApp, NewKey)>, name: &str, who: fn(&TestApp, &NewKey) -> NewKey| {
                apps.ask(|(app, alice)| passes(app, &who(app, alice), operation, name))
            };
        let another = if has_subject(&operation.describe().parameters) {
            ask(&mut allowed, "bob", |_, alice| alice.clone())
        } else {
            "-"
        };
        write!(
            table,
            "{:8}{:42}{:6}{:10}{:17}{:19}{another:9}",
            operation.api().product.name(),
            operation.api().action,
            ask(&mut forbidden, "alice", |app, _| app.root.clone()),
            ask(&mut allowed, "alice", |app, _| app.operator.clone()),
            ask(&mut allowed, "alice", |_, alice| alice.clone()),
            ask(&mut forbidden, "alice", |_, alice| alice.clone()),
        )
        .unwrap();
        let cells = with_policies.ask(|(app, keys)| {
            let asked = keys.each_ref().map(|key| passes(app, key, operation, "bob"));
            let changed = asked.iter().any(|(_, changed)| *changed);
            (asked.map(|(passed, _)| format!("{passed:9}")).concat(), changed)
        });
        writeln!(table, "{}", cells.trim_end()).unwrap();
    }
    assert_golden("authorisation.txt", &table);
}

/// What a refusal for want of permission tells: the resource in full, and who was refused.
#[test]
fn a_refusal_says_what_was_missing() {
    let (app, alice) = app("false");
    let (status, body) = app.call_as(&alice, "GetUser", &[("UserPrincipalName", &TestApp::upn("bob"))]);
    assert_eq!(status, 403);
    let message = "You are not authorized to do this action. \
                   Resource: acs:ram:*:1234567890123456:user/bob Action: ram:GetUser";
    assert_eq!(body["Message"], message);
    let detail = &body["AccessDeniedDetail"];
    assert_eq!(detail["AuthAction"], "ram:GetUser");
    assert_eq!(detail["AuthPrincipalOwnerId"], "1234567890123456");
    assert_eq!(detail["AuthPrincipalType"], "SubUser");
    assert_eq!(detail["NoPermissionType"], "ImplicitDeny");
    assert_eq!(detail["AuthResource"], "acs:ram:*:1234567890123456:user/bob");
    assert!(detail["EncodedDiagnosticMessage"].as_str().is_some_and(|sealed| sealed.len() > 100), "{detail}");
    let (_, body) = app.call_as(&alice, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "alice")]);
    let resource = "Resource: acs:ram:*:1234567890123456:mfa/alice Action: ram:CreateVirtualMFADevice";
    assert!(body["Message"].as_str().unwrap().ends_with(resource), "{body}");
    let (_, body) = app.call_as(&alice, "CreateAccount", &[]);
    assert_eq!((&body["Code"], &body["AccessDeniedDetail"]), (&"NoPermission".into(), &Value::Null));
}
