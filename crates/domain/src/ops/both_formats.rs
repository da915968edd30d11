//! One walk through operations over fixed facts, taken twice: with every answer in JSON, and with every answer in XML. Both
//! must say the same. Ramward's own operations are all here, because no client of the vendor calls them in XML; of the
//! others, those whose own tests show one form alone.

use std::collections::BTreeSet;

use ramward_rpc::api::Product;
use roxmltree::{Document, Node};
use serde_json::{Value, json};

use crate::testing::oidc::PUBLIC_KEYS;
use crate::testing::saml::{encoded, metadata};
use crate::testing::{ACCOUNT, NewKey, TestApp, named};

const OTHER: &str = "6543210987654321";

/// Members that are made up anew in each walk, or tell of the file system.
const MADE_UP: [&str; 7] = [
    "AccessKeyId",
    "AccessKeySecret",
    "AuthPrincipalDisplayName",
    "Bytes",
    "RequestId",
    "SaveDate",
    "UserId",
];

/// An answer as places and texts: `/Users/User/UserName` once for each user. What is empty is left out, since an empty list
/// and an empty text look the same in XML.
type Leaves = Vec<(String, String)>;

/// An operation and what it answered.
#[derive(Debug, PartialEq)]
struct Shown {
    product: Product,
    action: String,
    leaves: Leaves,
}

struct Walk {
    app: TestApp,
    format: &'static str,
    shown: Vec<Shown>,
}

impl Walk {
    /// Calls `action`, which must succeed; the id of the request.
    fn call(&mut self, key: &NewKey, action: &str, params: &[(&str, &str)]) -> String {
        let request = TestApp::request(action, params).format(self.format).method(http::Method::POST);
        let answer = self.app.send(&self.app.sign(key, &request));
        let text = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 200, "{action} {params:?}: {text}");
        let mut leaves = Leaves::new();
        if self.format == "JSON" {
            of_json(&mut leaves, "", &serde_json::from_str(&text).unwrap());
        } else {
            of_xml(&mut leaves, "", Document::parse(&text).unwrap().root_element());
        }
        let id = answer.request_id.to_string();
        assert!(text.contains(&id), "{action} answers without its RequestId: {text}");
        leaves.retain(|(place, _)| place != "/RequestId");
        let (product, action) = named(action);
        self.shown.push(Shown { product, action: action.to_owned(), leaves });
        id
    }

    fn root(&mut self, action: &str, params: &[(&str, &str)]) -> String {
        self.call(&self.app.root.clone(), action, params)
    }

    fn operator(&mut self, action: &str, params: &[(&str, &str)]) -> String {
        self.call(&self.app.operator.clone(), action, params)
    }

    fn identities(&mut self) {
        let alice = self.app.user_with_key("alice");
        self.app.user("bob");
        let device = self.app.device("roots");
        let (one, two) = device.codes(self.app.wall());
        let codes = [("AuthenticationCode1", one.as_str()), ("AuthenticationCode2", &two)];
        self.root("BindAccountMFADevice", &[("SerialNumber", &device.serial_number), codes[0], codes[1]]);
        self.root("UnbindAccountMFADevice", &[]);
        self.root("SetAccountPassword", &[("Password", "correct horse 1")]);
        self.root("SearchUsers", &[("NamePrefix", "a")]);
        let about = [("UserPrincipalName", &*TestApp::upn("bob"))];
        let (_, refusal) = self.app.call_as(&alice, "DeleteUser", &about);
        let sealed = refusal["AccessDeniedDetail"]["EncodedDiagnosticMessage"].as_str().unwrap();
        self.root("DecodeDiagnosticMessage", &[("EncodedDiagnosticMessage", sealed)]);
    }

    fn providers(&mut self) {
        let names = ("OIDCProviderName", "ci");
        let more = [("IssuerUrl", "https://ci.example.com"), ("ClientIds", "one,two")];
        self.root("CreateOIDCProvider", &[names, more[0], more[1]]);
        self.root("SetOIDCProviderKeys", &[names, ("JsonWebKeySet", PUBLIC_KEYS)]);
        let (name, document) = (("SAMLProviderName", "corp"), encoded(&metadata()));
        self.root("CreateSAMLProvider", &[name, ("EncodedSAMLMetadataDocument", &document)]);
        self.root("GetSAMLProvider", &[name]);
    }

    fn report(&mut self) {
        let exception = [
            ("ExceptionId", "robots"),
            ("Check", "users_mfa"),
            ("SubjectPattern", "a*"),
            ("Owner", "security@example.com"),
            ("Reason", "<moved> to roles & \"keys\""),
            ("ExpireDate", "2025-06-20"),
            ("State", "planned"),
        ];
        self.root("SetSecurityException", &exception);
        self.root("ListSecurityExceptions", &[]);
        self.root("ExplainAccountSecurityPracticeReport", &[("TargetScore", "90")]);
        // Those of one age come by their ids, which are made up.
        self.root("ListSecurityFindings", &[("Check", "users_mfa"), ("SortBy", "Subject")]);
        let simulated = [("At", "2025-12-31"), ("Repair.1.Check", "users_mfa")];
        self.root("SimulateAccountSecurityPracticeReport", &simulated);
        self.root("ListAccountSecurityPracticeReportHistory", &[]);
        self.root("DeleteSecurityException", &[("ExceptionId", "robots")]);
    }

    fn server(&mut self) {
        self.operator("CreateAccount", &[("AccountId", OTHER), ("AccountAlias", "other")]);
        let id = self.operator("ListAccounts", &[]);
        self.operator("GetRequest", &[("OfRequestId", &id)]);
        self.operator("ListRequests", &[("MaxItems", "5")]);
        let fault =
            [("FaultName", "slow"), ("Kind", "Delay"), ("Milliseconds", "1"), ("Operation", "GetUser")];
        self.operator("SetFault", &fault);
        self.operator("ListFaults", &[]);
        self.operator("DeleteFaults", &[]);
        self.operator("SetClock", &[("Advance", "86400")]);
        self.operator("SaveSnapshot", &[("SnapshotName", "one")]);
        self.operator("ListSnapshots", &[]);
        self.operator("DeleteAccount", &[("AccountId", OTHER)]);
        self.operator("LoadSnapshot", &[("SnapshotName", "one")]);
        self.operator("DeleteSnapshot", &[("SnapshotName", "one")]);
        // The answer tells a new key, then none.
        let state = json!({ "Accounts": [{ "AccountId": OTHER }] }).to_string();
        self.operator("ResetServer", &[("State", &state)]);
        self.operator("ResetServer", &[("Empty", "true")]);
    }
}

fn leaf(leaves: &mut Leaves, place: &str, text: &str) {
    let name = place.rsplit('/').next().unwrap_or_default();
    if !text.is_empty() {
        leaves.push((place.to_owned(), if MADE_UP.contains(&name) { "made up" } else { text }.to_owned()));
    }
}

fn of_json(leaves: &mut Leaves, place: &str, value: &Value) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| of_json(leaves, &format!("{place}/{name}"), member));
        }
        Value::Array(items) => items.iter().for_each(|item| of_json(leaves, place, item)),
        Value::String(text) => leaf(leaves, place, text),
        other => leaf(leaves, place, &other.to_string()),
    }
}

fn of_xml(leaves: &mut Leaves, place: &str, element: Node<'_, '_>) {
    let mut inner = element.children().filter(Node::is_element).peekable();
    if inner.peek().is_none() {
        leaf(leaves, place, element.text().unwrap_or_default());
    }
    inner.for_each(|child| of_xml(leaves, &format!("{place}/{}", child.tag_name().name()), child));
}

fn walk(format: &'static str) -> Vec<Shown> {
    let mut walk = Walk { app: TestApp::in_a_file(), format, shown: Vec::new() };
    walk.identities();
    walk.providers();
    walk.report();
    walk.server();
    walk.shown
}

/// The operations of the walk.
pub(super) fn actions() -> BTreeSet<(Product, String)> {
    walk("JSON").into_iter().map(|shown| (shown.product, shown.action)).collect()
}

#[test]
fn both_formats_say_the_same() {
    let (json, xml) = (walk("JSON"), walk("XML"));
    assert_eq!(json.len(), xml.len());
    let different: Vec<_> = json.iter().zip(&xml).filter(|(json, xml)| json != xml).collect();
    assert!(different.is_empty(), "{different:#?}");
    let told = |action: &str, leaf: (&str, &str)| {
        let all = xml.iter().filter(|shown| shown.action == action);
        all.flat_map(|shown| &shown.leaves).any(|(place, text)| (place.as_str(), text.as_str()) == leaf)
    };
    let reason = "<moved> to roles & \"keys\"";
    assert!(told("ListSecurityExceptions", ("/SecurityExceptions/SecurityException/Reason", reason)));
    assert!(told("ListAccounts", ("/Accounts/Account/AccountId", OTHER)));
    assert!(told("ResetServer", ("/AccountId", ACCOUNT)));
}
