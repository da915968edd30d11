//! Several nodes on one database: what one does the others know, and no request is taken twice. Without a database for tests
//! there is nothing to look at, and each test ends at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use ramward_rpc::request::SignedRequest;
use serde_json::{Value, json};

use crate::ids::AccountId;
use crate::settings::Settings;
use crate::store::connection::{Connection, Driver, Ear, Migration, Role};
use crate::store::postgres::testing::{TestSchema, database};
use crate::store::postgres::{Nodes, Postgres};
use crate::store::seal::SealKey;
use crate::store::tables::accounts;
use crate::store::{Store, StoreError, StoreOptions, StoreUrl};
use crate::testing::{NewKey, TestApp, oidc};
use crate::time::Timestamp;

/// Longer than any test: only what is heard can be the reason why something is known.
const NEVER: Duration = Duration::from_secs(3600);

struct Several {
    // Before the schema, which they use.
    one: TestApp,
    other: TestApp,
    schema: TestSchema,
}

impl Several {
    /// Two nodes, where there is a database for tests; the other one hears nothing if it is deaf.
    fn begin(bound: Duration, deaf: bool) -> Option<Self> {
        Self::with(bound, deaf, |_| {})
    }

    /// The same with other settings.
    fn with(bound: Duration, deaf: bool, change: impl FnOnce(&mut Settings)) -> Option<Self> {
        let schema = TestSchema::create(&database()?, Nodes::Several);
        let open = |driver: Arc<dyn Driver>, seal: SealKey| {
            let options = StoreOptions { cache_bound: bound, ..StoreOptions::new(StoreUrl::Temporary, seal) };
            Store::with_driver(driver, &options).unwrap()
        };
        let node = || Postgres::open(schema.address(), Nodes::Several).unwrap();
        let one = TestApp::on(|seal| open(Arc::new(node()), seal), change);
        let second: Arc<dyn Driver> = if deaf { Arc::new(Deaf(node())) } else { Arc::new(node()) };
        let other = one.beside(open(second, one.seal.clone()));
        Some(Self { one, other, schema })
    }
}

/// A node that notifications never reach.
struct Deaf(Postgres);

impl Driver for Deaf {
    fn connect(&self, role: Role) -> Result<Box<dyn Connection>, StoreError> {
        self.0.connect(role)
    }

    fn migrations(&self) -> &'static [Migration] {
        self.0.migrations()
    }

    fn place(&self) -> PathBuf {
        self.0.place()
    }

    fn data_file(&self) -> Result<PathBuf, StoreError> {
        self.0.data_file()
    }

    fn has_log(&self) -> bool {
        self.0.has_log()
    }

    fn has_others(&self) -> bool {
        true
    }

    fn ear(&self, _patience: Duration) -> Result<Option<Box<dyn Ear>>, StoreError> {
        Err(StoreError::TimedOut)
    }

    fn at(&self, path: &Path) -> Result<Box<dyn Driver>, StoreError> {
        self.0.at(path)
    }
}

fn code(app: &TestApp, signed: &SignedRequest) -> String {
    let body: Value = serde_json::from_slice(&app.send(signed).body).unwrap();
    body["Code"].as_str().unwrap_or("OK").to_owned()
}

/// Asks until the answer is the wanted one. The test's runner ends what never comes.
fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        std::thread::yield_now();
    }
}

fn users(app: &TestApp) -> Value {
    app.ok("GetAccountSecurityPracticeReport", &[])["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["SubUser"].clone()
}

fn may(app: &TestApp, key: &NewKey) -> bool {
    let answer = app
        .send(&app.sign(key, &TestApp::request("GetUser", &[("UserPrincipalName", &TestApp::upn("alice"))])));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    match body["Code"].as_str() {
        None => true,
        Some("InvalidAccessKeyId.Inactive" | "NoPermission") => false,
        Some(other) => panic!("{other}: {body}"),
    }
}

#[test]
fn a_nonce_is_accepted_once_whatever_node_sees_it() {
    let Some(Several { one, other, .. }) = &Several::begin(NEVER, false) else { return };
    let upn = TestApp::upn("alice");
    let calls = [
        ("GetAccountSecurityPracticeReport", vec![]),
        ("CreateUser", vec![("UserPrincipalName", upn.as_str()), ("DisplayName", "Alice")]),
        ("CreateLoginProfile", vec![("UserPrincipalName", upn.as_str()), ("Password", "x")]),
        ("GetUser", vec![("UserPrincipalName", upn.as_str())]),
        ("CreateLoginProfile", vec![("UserPrincipalName", upn.as_str()), ("Password", "Wq9!kdlsPoe#2")]),
    ];
    for (action, params) in &calls {
        let signed = one.sign(&one.root, &TestApp::request(action, params));
        let first = code(one, &signed);
        assert_ne!(first, "SignatureNonceUsed");
        for app in [other, one, other] {
            assert_eq!(code(app, &signed), "SignatureNonceUsed", "{action}, which was answered {first}");
        }
    }
    // The same nonce in a request that bears another time.
    let with_nonce = |seconds| {
        let key = &one.root;
        let time = one.wall().plus_seconds(seconds).to_string();
        let request = TestApp::request("GetAccountSummary", &[]);
        request.sign(key.access_key_id.as_str(), &key.access_key_secret, &time, "used twice")
    };
    assert_eq!(code(one, &with_nonce(0)), "OK");
    for seconds in [1, -1, 600] {
        assert_eq!(code(other, &with_nonce(seconds)), "SignatureNonceUsed");
    }
    // At the same instant, on both.
    for number in 0..20 {
        let name = format!("user{number}");
        let (action, upn) =
            if number % 2 == 0 { ("CreateUser", TestApp::upn(&name)) } else { ("GetUser", upn.clone()) };
        let params = [("UserPrincipalName", upn.as_str()), ("DisplayName", &name)];
        let signed = one
            .sign(&one.root, &TestApp::request(action, if number % 2 == 0 { &params } else { &params[..1] }));
        let mut codes = std::thread::scope(|scope| {
            let asked = [one, other].map(|app| scope.spawn(|| code(app, &signed)));
            asked.map(|answer| answer.join().unwrap())
        });
        codes.sort();
        assert_eq!(codes, ["OK", "SignatureNonceUsed"], "{action}");
    }
    // Many at the same instant, which wait together; each node has them in another order.
    let params = [("UserPrincipalName", upn.as_str())];
    let signed: Vec<_> =
        (0..40).map(|_| one.sign(&one.root, &TestApp::request("GetUser", &params))).collect();
    let mut codes: Vec<String> = std::thread::scope(|scope| {
        let first = signed.iter().map(|signed| (one, signed));
        let asked: Vec<_> = first
            .chain(signed.iter().rev().map(|signed| (other, signed)))
            .map(|(app, signed)| scope.spawn(move || code(app, signed)))
            .collect();
        asked.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    codes.sort();
    let expected = [vec!["OK"; 40], vec!["SignatureNonceUsed"; 40]].concat();
    assert_eq!(codes, expected);
}

#[test]
fn a_token_that_is_for_one_use_begins_one_session_on_all_nodes() {
    let Some(several) = Several::with(NEVER, false, |settings| settings.oidc_tokens_once = true) else {
        return;
    };
    let (one, other) = (&several.one, &several.other);
    oidc::register(one, &["ci"]);
    let begin = |app: &TestApp, token: &str| {
        let params = oidc::params("ci", token);
        let params: Vec<_> = params.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let (_, body) = app.call_unsigned("AssumeRoleWithOIDC", &params);
        body["Code"].as_str().unwrap_or("OK").to_owned()
    };
    let used = "AuthenticationFail.OIDCToken.Invalid";
    let token = |jti: &str| oidc::token_with(one.wall(), &json!({"jti": jti}));
    let first = token("first");
    assert_eq!([one, other, one].map(|app| begin(app, &first)), ["OK", used, used]);
    for number in 0..20 {
        let token = token(&number.to_string());
        let mut codes = std::thread::scope(|scope| {
            let asked = [one, other, one, other].map(|app| scope.spawn(|| begin(app, &token)));
            asked.map(|answer| answer.join().unwrap())
        });
        codes.sort();
        assert_eq!(codes, [used, used, used, "OK"]);
    }
    // It is in the way of its own account alone: another one is being changed meanwhile.
    let (begun, has_begun) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let elsewhere = AccountId::new(2_234_567_890_123_456).unwrap();
    std::thread::scope(|scope| {
        let changing = scope.spawn(move || {
            other.service.store().write_in(vec![elsewhere], move |tx| {
                let open = accounts::is_open(tx, elsewhere)?;
                begun.send(()).unwrap();
                // An error is the end of a test that failed.
                let _asked = may_go_on.recv();
                Ok::<_, StoreError>(open)
            })
        });
        has_begun.recv().unwrap();
        assert_eq!(begin(one, &token("beside")), "OK");
        drop(go_on);
        assert!(!changing.join().unwrap().unwrap());
    });
}

#[test]
fn nonces_are_forgotten_when_no_node_would_take_them() {
    let Some(several) = Several::begin(NEVER, false) else { return };
    let (one, other) = (&several.one, &several.other);
    let held = |app: &TestApp| {
        let count = |tx: &mut crate::store::Tx<'_>| -> Result<usize, StoreError> {
            let mut held = 0;
            crate::store::tables::nonces::each(tx, Timestamp::MIN, |_, _, _| held += 1)?;
            Ok(held)
        };
        app.service.store().read(count).unwrap()
    };
    one.ok("GetAccountSummary", &[]);
    other.ok("GetAccountSummary", &[]);
    assert_eq!(held(one), 2);
    // The window is over, but the clock of another node may be behind.
    one.clock.set(one.wall().plus_seconds(900 + 250));
    one.service.core.forget_nonces();
    assert_eq!(held(one), 2);
    one.clock.set(one.wall().plus_seconds(100));
    one.service.core.forget_nonces();
    assert_eq!(held(one), 0);
}

#[test]
fn what_one_node_changes_the_other_hears() {
    let Some(several) = Several::begin(NEVER, false) else { return };
    let (one, other) = (&several.one, &several.other);
    let alice = one.user_with_key("alice");
    until(|| users(other) == 1);
    one.ok(
        "Ram:AttachPolicyToUser",
        &[("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "AliyunRAMReadOnlyAccess")],
    );
    until(|| may(other, &alice));
    one.ok(
        "Ram:DetachPolicyFromUser",
        &[("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "AliyunRAMReadOnlyAccess")],
    );
    until(|| !may(other, &alice));
    one.ok(
        "Ram:AttachPolicyToUser",
        &[("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "AliyunRAMReadOnlyAccess")],
    );
    until(|| may(other, &alice));
    let id = alice.access_key_id.to_string();
    let switch = |status| {
        one.ok(
            "UpdateAccessKey",
            &[("UserPrincipalName", &TestApp::upn("alice")), ("UserAccessKeyId", &id), ("Status", status)],
        );
    };
    switch("Inactive");
    until(|| !may(other, &alice));
    // The clock of all nodes goes with the one whose operator sets it.
    let (status, set) = one.call_as(&one.operator, "SetClock", &[("Time", "2026-06-15T12:00:00Z")]);
    assert_eq!(status, 200, "{set}");
    until(|| other.service.now() == one.service.now());
    assert_eq!(users(one), users(other));
}

#[test]
fn a_node_whose_connection_is_cut_catches_up() {
    let Some(several) = Several::begin(Duration::from_secs(3), false) else { return };
    let (one, other) = (&several.one, &several.other);
    for number in 1..=3 {
        several.schema.cut_listeners();
        one.user(&format!("user{number}"));
        until(|| users(other) == number);
    }
}

#[test]
fn a_node_that_hears_nothing_keeps_nothing_for_long() {
    let Some(several) = Several::begin(Duration::from_millis(300), true) else { return };
    let (one, other) = (&several.one, &several.other);
    let alice = one.user_with_key("alice");
    one.ok(
        "Ram:AttachPolicyToUser",
        &[("UserName", "alice"), ("PolicyType", "System"), ("PolicyName", "AliyunRAMReadOnlyAccess")],
    );
    until(|| may(other, &alice) && users(other) == 1);
    let id = alice.access_key_id.to_string();
    one.ok(
        "UpdateAccessKey",
        &[("UserPrincipalName", &TestApp::upn("alice")), ("UserAccessKeyId", &id), ("Status", "Inactive")],
    );
    until(|| !may(other, &alice));
    one.user("bob");
    until(|| users(other) == 2);
}

#[test]
fn the_latest_use_of_a_key_is_kept_whoever_saw_it() {
    let Some(several) = Several::begin(NEVER, false) else { return };
    let (one, other) = (&several.one, &several.other);
    let alice = one.user_with_key("alice");
    let start = one.wall();
    // Refused for want of rights, which is a use all the same.
    let used = |app: &TestApp, seconds| {
        app.clock.set(start.plus_seconds(seconds));
        assert_eq!(app.refused_as(&alice, "ListUsers", &[]), "NoPermission");
    };
    used(one, 10);
    used(other, 20);
    used(other, 40);
    used(one, 30);
    other.service.close().unwrap();
    one.service.close().unwrap();
    let key = alice.access_key_id.clone();
    let found =
        one.service.store().read(|tx| crate::store::tables::access_keys::find_by_id(tx, &key)).unwrap();
    assert_eq!(found.unwrap().last_used_date, Some(start.plus_seconds(40)));
}

#[test]
fn nodes_with_another_window_do_not_start() {
    let Some(several) = Several::begin(NEVER, false) else { return };
    let driver = Postgres::open(several.schema.address(), Nodes::Several).unwrap();
    let seal = several.one.seal.clone();
    let store =
        Store::with_driver(Arc::new(driver), &StoreOptions::new(StoreUrl::Temporary, seal.clone())).unwrap();
    let mut settings = several.one.service.settings().clone();
    settings.window_seconds = 60;
    let entropy = Arc::new(crate::entropy::SeededEntropy::new(9));
    let refused =
        super::Service::open(store, seal, settings, several.one.clock.clone(), entropy).unwrap_err();
    assert!(refused.to_string().contains("signature_window"), "{refused}");
}
