//! OIDC tokens that begin one session, where the operator has it so, and as many as they are brought for where not.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::store::CLOCKS_DIFFER_SECONDS;
use crate::testing::TestApp;
use crate::testing::oidc::{self, TOKEN_ES256, TOKEN_RS256};

const INVALID: &str = "AuthenticationFail.OIDCToken.Invalid";

fn once(settings: &mut Settings) {
    settings.oidc_tokens_once = true;
}

/// A server with two providers that sign with the same keys, and a role that trusts both.
fn app(change: impl FnOnce(&mut Settings)) -> TestApp {
    let app = TestApp::with(change);
    oidc::register(&app, &["ci", "cd"]);
    app
}

fn call(app: &TestApp, provider: &str, token: &str) -> (u16, Value) {
    app.call_unsigned(
        "AssumeRoleWithOIDC",
        &oidc::params(provider, token).each_ref().map(|(name, text)| (*name, text.as_str())),
    )
}

/// `OK`, or the code of the refusal; `used` where it says that the token was used before.
fn code(app: &TestApp, provider: &str, token: &str) -> String {
    let (status, body) = call(app, provider, token);
    let message = body["Message"].as_str().unwrap_or_default();
    match body["Code"].as_str() {
        None => {
            assert_eq!(status, 200, "{body}");
            "OK".to_owned()
        }
        Some(INVALID) if message.contains("used before") => {
            assert!(message.contains("oidc_tokens_once"), "{message}");
            "used".to_owned()
        }
        Some(code) => code.to_owned(),
    }
}

fn with(app: &TestApp, changes: &Value) -> String {
    oidc::token_with(app.wall(), changes)
}

/// The same token with the other of the two signatures that hold: with `n - s` for `s`.
fn twin(token: &str) -> String {
    // The order of P-256 (FIPS 186-4, D.1.2.3).
    let order = data_encoding::HEXUPPER
        .decode(b"FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")
        .unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let mut signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    let mut borrow = 0;
    for (digit, of_order) in signature[32..].iter_mut().zip(order).rev() {
        let difference = i16::from(of_order) - i16::from(*digit) - borrow;
        borrow = i16::from(difference < 0);
        *digit = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

#[test]
fn without_a_word_a_token_begins_as_many_sessions_as_it_is_brought_for() {
    let app = app(|_| {});
    let named = with(&app, &json!({"jti": "one"}));
    for token in [named.as_str(), TOKEN_RS256.trim(), TOKEN_ES256.trim()] {
        assert_eq!((code(&app, "ci", token), code(&app, "ci", token)), ("OK".into(), "OK".into()));
    }
    assert_eq!(code(&app, "ci", &twin(TOKEN_ES256.trim())), "OK", "its signature holds");
}

#[test]
fn a_token_is_known_by_its_id_or_by_all_that_is_signed() {
    let app = app(once);
    let named = with(&app, &json!({"jti": "one"}));
    assert_eq!((code(&app, "ci", &named), code(&app, "ci", &named)), ("OK".into(), "used".into()));
    // The issuer says that it is the same token, whatever else it says.
    assert_eq!(code(&app, "ci", &with(&app, &json!({"jti": "one", "sub": "repo:example/other"}))), "used");
    assert_eq!(code(&app, "ci", &with(&app, &json!({"jti": "two"}))), "OK");
    for token in [TOKEN_RS256.trim(), TOKEN_ES256.trim()] {
        assert_eq!((code(&app, "ci", token), code(&app, "ci", token)), ("OK".into(), "used".into()));
    }
    assert_eq!(code(&app, "ci", &twin(TOKEN_ES256.trim())), "used", "with another signature of the same");
    let twice = oidc::token(&json!({"alg": "ES256", "kid": "ec-1"}), &oidc::claims(app.wall()));
    assert_eq!(code(&app, "ci", &twin(&twice)), "OK");
    assert_eq!(code(&app, "ci", &twice), "used");
}

#[test]
fn ids_of_two_issuers_have_nothing_to_do_with_each_other() {
    let app = app(once);
    let first = with(&app, &json!({"jti": "one"}));
    let second = with(&app, &json!({"jti": "one", "iss": "https://cd.example.com"}));
    assert_eq!((code(&app, "ci", &first), code(&app, "cd", &second)), ("OK".into(), "OK".into()));
    assert_eq!((code(&app, "ci", &first), code(&app, "cd", &second)), ("used".into(), "used".into()));
}

#[test]
fn a_token_is_remembered_until_no_node_would_take_it() {
    let app = app(once);
    let begin = app.wall();
    let token = with(&app, &json!({"jti": "one"}));
    assert_eq!(code(&app, "ci", &token), "OK");
    app.clock.set(begin.plus_seconds(599));
    assert_eq!(code(&app, "ci", &token), "used");
    app.clock.set(begin.plus_seconds(600));
    assert_eq!(code(&app, "ci", &token), "AuthenticationFail.OIDCToken.Expired");
    // The clock of another node may still be at the time before.
    app.clock.set(begin.plus_seconds(600 + CLOCKS_DIFFER_SECONDS - 1));
    assert_eq!(code(&app, "ci", &with(&app, &json!({"jti": "one"}))), "used");
    app.clock.set(begin.plus_seconds(600 + CLOCKS_DIFFER_SECONDS));
    assert_eq!(code(&app, "ci", &with(&app, &json!({"jti": "one"}))), "OK", "it is forgotten");
    // One that says to be good for a hundred years is forgotten when no provider's limit lets it be.
    let begin = app.wall();
    let long =
        |wall| oidc::token_with(wall, &json!({"jti": "long", "exp": begin.seconds() + 3_153_600_000_i64}));
    assert_eq!(code(&app, "ci", &long(begin)), "OK");
    app.clock.set(begin.plus_seconds(168 * 3600));
    assert_eq!(code(&app, "ci", &long(app.wall())), "used");
    app.clock.set(begin.plus_seconds(168 * 3600 + CLOCKS_DIFFER_SECONDS));
    assert_eq!(code(&app, "ci", &long(app.wall())), "OK");
}

#[test]
fn what_is_refused_uses_nothing_up() {
    let app = app(once);
    let token = with(&app, &json!({"jti": "one", "aud": ["sts.aliyuncs.com", "ours"]}));
    let refused = |changed: (&str, &str)| {
        let mut params = oidc::params("ci", &token);
        params
            .iter_mut()
            .filter(|(name, _)| *name == changed.0)
            .for_each(|(_, text)| *text = changed.1.to_owned());
        let params: Vec<_> = params.iter().map(|(name, text)| (*name, text.as_str())).collect();
        app.call_unsigned("AssumeRoleWithOIDC", &params).1["Code"].as_str().unwrap().to_owned()
    };
    let provider = format!("acs:ram::{}:oidc-provider/ci", crate::testing::ACCOUNT);
    app.role(
        "closed",
        &json!([{"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"Federated": [provider]}}]),
    );
    let role = |name: &str| format!("acs:ram::{}:role/{name}", crate::testing::ACCOUNT);
    assert_eq!(refused(("RoleArn", &role("closed"))), "AuthenticationFail.NoPermission");
    assert_eq!(refused(("RoleArn", &role("nobodys"))), "EntityNotExist.Role");
    assert_eq!(refused(("RoleSessionName", "x")), "InvalidParameter.RoleSessionName");
    assert_eq!(code(&app, "ci", &token), "OK");
    // What proves nothing does not even wait for the writer.
    let before = app.service.store().counters().jobs;
    for wrong in ["x".to_owned(), format!("{token}A"), with(&app, &json!({"exp": app.wall().seconds()}))] {
        assert_ne!(code(&app, "ci", &wrong), "OK");
    }
    assert_eq!(code(&app, "nobodys", &token), "AuthenticationFail.NoPermission");
    assert_eq!(app.service.store().counters().jobs, before);
    assert_eq!(code(&app, "ci", &token), "used");
    assert_eq!(app.service.store().counters().jobs, before + 1);
}

#[test]
fn of_those_who_come_at_once_one_has_the_session() {
    let app = app(once);
    for number in 0..5 {
        let token = with(&app, &json!({"jti": number.to_string()}));
        let mut codes: Vec<String> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| code(&app, "ci", &token))).collect();
            asked.into_iter().map(|answer| answer.join().unwrap()).collect()
        });
        codes.sort();
        assert_eq!(codes[0], "OK");
        assert!(codes[1..].iter().all(|code| code == "used"), "{codes:?}");
    }
}
