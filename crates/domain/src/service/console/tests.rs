//! Sessions by AccessKey, and what every session has in common.

use std::net::Ipv4Addr;

use ramward_rpc::api::Product;
use ramward_rpc::sign::Secret;

use super::*;
use crate::authn::Origin;
use crate::service::console::key::SESSION_SECONDS as KEY_SESSION_SECONDS;
use crate::service::unsigned::Ask;
use crate::testing::TestApp;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The password of every user here.
pub(super) const PASSWORD: &str = "correct horse";

/// A RAM user with that password; its principal name.
pub(super) fn user(app: &TestApp, name: &str, wishes: &[(&str, &str)]) -> String {
    let upn = app.user(name);
    let params = [&[("UserPrincipalName", &*upn), ("Password", PASSWORD)], wishes].concat();
    app.ok("CreateLoginProfile", &params);
    upn
}

/// Signs in from this machine.
pub(super) fn sign_in(app: &TestApp, name: &str, password: &str) -> ApiResult<Begun> {
    sign_in_from(app, "127.0.0.1", name, password)
}

pub(super) fn sign_in_from(app: &TestApp, peer: &str, name: &str, password: &str) -> ApiResult<Begun> {
    let peer = peer.parse().unwrap();
    app.service.sign_in_with_password(&Shown { name, password, remembered: None, peer })
}

/// Who calls with a session that is whole.
pub(super) fn identity(app: &TestApp, token: &str) -> Option<String> {
    let signed_in = app.service.signed_in(token).unwrap()?;
    assert_eq!(signed_in.stage, ConsoleStage::Done);
    let origin = Origin { peer: HERE, secure: false, mfa: signed_in.mfa };
    let ask = Ask::new(Product::Sts, "GetCallerIdentity", &[]);
    let answer = app.service.call_as(&signed_in.caller, origin, &ask);
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    Some(body["Arn"].as_str().unwrap().to_owned())
}

#[test]
fn who_shows_a_key_calls_as_its_owner_until_signed_out() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    let begin = |key: &crate::testing::NewKey| {
        app.service.sign_in_with_key(key.access_key_id.as_str(), &key.access_key_secret, HERE).unwrap().token
    };
    let (root, user) = (begin(&app.root), begin(&alice));
    assert_eq!(identity(&app, &root).unwrap(), "acs:ram::1234567890123456:root");
    assert_eq!(identity(&app, &user).unwrap(), "acs:ram::1234567890123456:user/alice");
    assert!(app.service.signed_in(&begin(&app.operator)).unwrap().unwrap().caller.is_operator());
    app.service.sign_out(&user).unwrap();
    assert_eq!(identity(&app, &user), None);
    assert!(identity(&app, &root).is_some(), "only the one session ended");
    for token in ["", ".", "1234567890123456.", "x.y", &root[1..]] {
        assert_eq!(identity(&app, token), None, "{token}");
    }
}

#[test]
fn the_operator_signs_in_with_its_key() {
    let app = TestApp::new();
    let key = &app.operator;
    let begun = app.service.sign_in_with_key(key.access_key_id.as_str(), &key.access_key_secret, HERE);
    let token = begun.unwrap().token;
    assert!(app.service.signed_in(&token).unwrap().unwrap().caller.is_operator());
    app.service.sign_out(&token).unwrap();
    assert!(app.service.signed_in(&token).unwrap().is_none());
}

#[test]
fn every_wrong_pair_is_refused_with_the_same_words() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    let id = alice.access_key_id.as_str();
    let try_it = |id: &str, secret: &str| app.service.sign_in_with_key(id, &Secret::from(secret), HERE);
    let words = |outcome: ApiResult<Begun>| outcome.err().unwrap().message;
    let first = words(try_it("LTAInobody", "x"));
    assert_eq!(words(try_it(id, "wrong")), first);
    assert_eq!(words(try_it(id, "")), first);
    assert_eq!(words(try_it("not an id", alice.access_key_secret.expose())), first);
    let named = [("UserPrincipalName", &*TestApp::upn("alice")), ("UserAccessKeyId", id)];
    app.ok("UpdateAccessKey", &[named[0], named[1], ("Status", "Inactive")]);
    assert_eq!(words(try_it(id, alice.access_key_secret.expose())), first);
}

#[test]
fn a_session_ends_with_its_key_its_user_and_its_time() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    let id = alice.access_key_id.as_str();
    let begin = || app.service.sign_in_with_key(id, &alice.access_key_secret, HERE).unwrap();
    let named = [("UserPrincipalName", &*TestApp::upn("alice")), ("UserAccessKeyId", id)];
    let first = begin();
    app.ok("UpdateAccessKey", &[named[0], named[1], ("Status", "Inactive")]);
    assert!(app.service.signed_in(&first.token).unwrap().is_none());
    app.ok("UpdateAccessKey", &[named[0], named[1], ("Status", "Active")]);
    assert!(app.service.signed_in(&first.token).unwrap().is_some());
    app.clock.advance(KEY_SESSION_SECONDS - 1);
    assert!(app.service.signed_in(&first.token).unwrap().is_some());
    app.clock.advance(1);
    assert!(app.service.signed_in(&first.token).unwrap().is_none());
    let second = begin();
    app.ok("DeleteAccessKey", &named);
    assert!(app.service.signed_in(&second.token).unwrap().is_none());
}
