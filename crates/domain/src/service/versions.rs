//! Nodes of two versions that serve one schema in PostgreSQL: this program, and one that is this program with made-up steps
//! behind its own. Without a database for tests there is nothing to look at, and each test ends at once.

use std::sync::Arc;
use std::time::Duration;

use ramward_rpc::request::SignedRequest;
use serde_json::{Value, json};

use crate::store::conformance::versions::{later, write_later};
use crate::store::postgres::testing::{TestSchema, database};
use crate::store::postgres::{Nodes, Postgres};
use crate::store::seal::SealKey;
use crate::store::tables::server;
use crate::store::{Store, StoreError, StoreOptions, StoreUrl};
use crate::testing::{TestApp, oidc};

/// Longer than any test: only what is heard can be the reason why something is known.
const NEVER: Duration = Duration::from_secs(3600);

/// A node with so many steps more than this program has.
fn node(schema: &TestSchema, seal: SealKey, steps: usize) -> Result<Store, StoreError> {
    let driver = later(Box::new(Postgres::open(schema.address(), Nodes::Several)?), steps);
    let options = StoreOptions { cache_bound: NEVER, ..StoreOptions::new(StoreUrl::Temporary, seal) };
    Store::with_driver(Arc::new(driver), &options)
}

fn code(app: &TestApp, signed: &SignedRequest) -> String {
    let body: Value = serde_json::from_slice(&app.send(signed).body).unwrap();
    body["Code"].as_str().unwrap_or("OK").to_owned()
}

fn report(app: &TestApp) -> Value {
    app.ok("GetAccountSecurityPracticeReport", &[])["AccountSecurityPracticeInfo"].clone()
}

/// Asks until the answer is the wanted one. The test's runner ends what never comes.
fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        std::thread::yield_now();
    }
}

fn version(app: &TestApp) -> i64 {
    let found = app.service.store().read(|tx| server::find(tx, "schema_version")).unwrap();
    found.unwrap().parse().unwrap()
}

#[test]
fn the_version_before_serves_beside_the_one_that_brought_the_schema_forward() {
    let Some(database) = database() else { return };
    let schema = TestSchema::create(&database, Nodes::Several);
    let early =
        TestApp::on(|seal| node(&schema, seal, 0).unwrap(), |settings| settings.oidc_tokens_once = true);
    let own = version(&early);
    // All kinds of statements are prepared on the tables as they were.
    let alice = early.user_with_key("alice");
    oidc::register(&early, &["ci"]);
    assert_eq!(early.refused_as(&alice, "ListUsers", &[]), "NoPermission");
    let before = report(&early);

    // While it writes, the later one comes.
    let (late, made) = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut made = 0;
            while version(&early) == own || made < 20 {
                early.user(&format!("early{made}"));
                made += 1;
            }
            made
        });
        let late = early.beside(node(&schema, early.seal.clone(), 1).unwrap());
        (late, writing.join().unwrap())
    });
    assert_eq!((version(&early), version(&late)), (own + 1, own + 1));
    assert_ne!(report(&early), before);

    // Both write at once, and hear each other.
    std::thread::scope(|scope| {
        for (app, name) in [(&early, "x"), (&late, "y")] {
            for thread in 0..2 {
                scope.spawn(move || {
                    (0..10).for_each(|number| drop(app.user_with_key(&format!("{name}{thread}-{number}"))))
                });
            }
        }
    });
    let of = |app: &TestApp| report(app)["AccountSecurityPracticeUserInfo"]["SubUser"].as_i64().unwrap();
    for app in [&early, &late] {
        until(|| of(app) == made + 41);
    }
    let id = alice.access_key_id.to_string();
    for (by, at, status, expected) in [
        (&late, &early, "Inactive", "InvalidAccessKeyId.Inactive"),
        (&early, &late, "Active", "NoPermission"),
        (&early, &late, "Inactive", "InvalidAccessKeyId.Inactive"),
    ] {
        let params =
            [("UserPrincipalName", &*TestApp::upn("alice")), ("UserAccessKeyId", &id), ("Status", status)];
        by.ok("UpdateAccessKey", &params);
        until(|| at.refused_as(&alice, "ListUsers", &[]) == expected);
    }
    until(|| report(&early) == report(&late));

    // What the later one writes beside is in nobody's way, and a request is taken once by either.
    late.write(write_later);
    early.user("after");
    for (first, second) in [(&early, &late), (&late, &early)] {
        let signed = first.sign(&first.root, &TestApp::request("GetAccountSummary", &[]));
        assert_eq!([first, second].map(|app| code(app, &signed)), ["OK", "SignatureNonceUsed"]);
    }
    let token = oidc::token_with(early.wall(), &json!({"jti": "one"}));
    let params = oidc::params("ci", &token);
    let params: Vec<_> = params.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let begun = [&late, &early].map(|app| app.call_unsigned("AssumeRoleWithOIDC", &params).0);
    assert_eq!(begun, [200, 401]);

    // The version before is started again, and a third time beside itself.
    drop(early);
    let early = late.beside(node(&schema, late.seal.clone(), 0).unwrap());
    early.user("again");
    assert_eq!(version(&early), own + 1, "the schema stays where it is");
    until(|| report(&early) == report(&late));

    // A step that it could not live with is not made while it runs, and it does not start after it.
    let refused = node(&schema, late.seal.clone(), 2).unwrap_err().to_string();
    assert!(refused.contains("stop the other processes"), "{refused}");
    early.user("not-disturbed");
    drop(early);
    let seal = late.seal.clone();
    drop(late);
    drop(node(&schema, seal.clone(), 2).unwrap());
    let refused = node(&schema, seal, 0).unwrap_err().to_string();
    assert!(refused.contains("start the newer one"), "{refused}");
}

#[test]
fn a_node_that_was_cut_off_refuses_in_words_what_it_understands_no_longer() {
    let Some(database) = database() else { return };
    let schema = TestSchema::create(&database, Nodes::Several);
    let early = TestApp::on(|seal| node(&schema, seal, 0).unwrap(), |_| {});
    early.user("before");
    // Before it comes back the schema is another.
    schema.cut_writers();
    let later = node(&schema, early.seal.clone(), 2).unwrap();
    for action in ["GetAccountSecurityPracticeReport", "GetAccountSummary", "ListUserBasicInfos"] {
        let (status, body) = early.call(action, &[]);
        assert_eq!((status, &body["Code"]), (503, &"ServiceUnavailable".into()), "{action}: {body}");
        assert!(body["Message"].as_str().unwrap().contains("Nothing was changed"), "{body}");
    }
    let refused = early.service.store().write(|_| Ok::<_, StoreError>(())).unwrap_err().to_string();
    assert!(refused.contains("start the newer one"), "{refused}");
    // Its readers were not cut, and would see tables that it does not know.
    let refused = early.service.store().read(|tx| server::find(tx, "schema_version")).unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { .. }), "{refused}");
    drop(later);
}
