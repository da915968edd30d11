//! Calls without a signature, by a caller that is known otherwise: the operator at a store that a command has opened
//! itself (who can open it holds its seal key and could sign as anybody), and whoever is signed in at the console.
//! Everything from the parameters on is as over the wire. Must not decide who somebody is.

use std::cell::Cell;
use std::net::Ipv4Addr;
use std::sync::Arc;

use ramward_rpc::api::Product;
use ramward_rpc::error::{ApiError, Plain};
use ramward_rpc::params::Params;
use ramward_rpc::percent::encode;

use super::execute::{Pending, Run};
use super::{Answer, Durable, Format, Frame, Needs, Record, Service};
use crate::authn::{Caller, KeyEntry, Origin};
use crate::endpoint::requests::Check;
use crate::ids::{AccountId, UserId};
use crate::ops;
use crate::time::Clock;

/// The name of the operator where an AccessKey would stand. No key has it: it exists for the length of one call.
const LOCAL: &str = "local";

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Whose operation.
    pub product: Product,
    /// Its name.
    pub action: &'a str,
    /// Its parameters.
    pub params: &'a [(&'a str, &'a str)],
    /// The form of the answer.
    pub format: Format,
}

impl<'a> Ask<'a> {
    /// Asks for an answer in JSON.
    pub fn new(product: Product, action: &'a str, params: &'a [(&'a str, &'a str)]) -> Self {
        Self { product, action, params, format: Format::Json }
    }
}

impl Service {
    /// A call of the operator from begin to end.
    pub fn call_as_operator(&self, product: Product, action: &str, params: &[(&str, &str)]) -> Answer {
        let id = LOCAL.parse().expect("the name has the form of an AccessKey id");
        let key = KeyEntry::new((id, AccountId::OPERATOR, UserId::ROOT), None, None, (true, true), None);
        let origin = Origin { peer: Ipv4Addr::LOCALHOST.into(), secure: false, mfa: false };
        self.call_as(&Caller { key: Arc::new(key) }, origin, &Ask::new(product, action, params))
    }

    /// A call from begin to end, which is waited for, by whom the server knows already.
    pub fn call_as(&self, caller: &Caller, origin: Origin, ask: &Ask<'_>) -> Answer {
        self.call_by(caller, origin, ask, false)
    }

    /// The same; where `permitted`, the server itself asks for the call and no policy is asked.
    pub(super) fn call_by(&self, caller: &Caller, origin: Origin, ask: &Ask<'_>, permitted: bool) -> Answer {
        let core = &self.core;
        let mut frame = Frame::new(core.request_id());
        frame.product = Some(ask.product);
        frame.format = ask.format;
        frame.operation = ops::find(ask.product, ask.action);
        let Some(operation) = frame.operation.and_then(|place| ops::OPERATIONS.get(place)).copied() else {
            let error = ApiError::new(Plain::InvalidActionNotFound);
            return Answer::refusal(&frame, &error, Record::default());
        };
        let pairs = ask
            .params
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name.as_bytes()), encode(value.as_bytes())));
        let query = pairs.collect::<Vec<_>>().join("&");
        let request = Params::parse(query.as_bytes(), None)
            .map_err(|error| ApiError::with_message(Plain::InvalidParameter, error.to_string()))
            .and_then(|params| operation.read(&params));
        let durable =
            Durable { needs: Needs::Nothing, use_at: None, now: core.clock.now(), wall: core.wall.now() };
        if let Some(answer) = core.answer_at_once(&frame, caller, origin, &request, durable.now) {
            return answer;
        }
        let caller = caller.clone();
        // All that belongs to a signature needs no check.
        let reached = Cell::new(Check::Parameters);
        let run = Run { frame, caller, origin, request, operation, durable, reached, permitted };
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        Pending::to_run(Arc::clone(core), run).start(Box::new(move |answer| {
            // Nobody else holds the receiver, which waits below.
            let _sent = send.send(answer);
        }));
        receive.recv().expect("every pending call is answered")
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use ramward_rpc::api::Product;
    use serde_json::Value;

    use super::Ask;
    use crate::authn::Origin;
    use crate::testing::{NewKey, TestApp};

    #[test]
    fn an_answer_in_memory_is_given_again_until_a_commit_and_only_to_who_may_have_it() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let origin = Origin { peer: Ipv4Addr::LOCALHOST.into(), secure: false, mfa: false };
        let score = |key: &NewKey| {
            let (id, secret) = (key.access_key_id.as_str(), &key.access_key_secret);
            let token = app.service.sign_in_with_key(id, secret, origin.peer).unwrap().token;
            let caller = app.service.signed_in(&token).unwrap().unwrap().caller;
            let ask = Ask::new(Product::Ims, "GetAccountSecurityPracticeReport", &[]);
            let answer = app.service.call_as(&caller, origin, &ask);
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(body["RequestId"], answer.request_id.to_string());
            body["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["SubUser"].clone()
        };
        let computed = || app.service.stats().answer_misses;
        assert_eq!(score(&app.root), 1);
        let once = computed();
        assert_eq!(score(&app.root), 1);
        assert_eq!(computed(), once, "the second came out of memory");
        assert_eq!(score(&alice), Value::Null, "she may not read it");
        app.user("bob");
        assert_eq!(score(&app.root), 2);
        assert!(computed() > once);
    }

    #[test]
    fn it_is_the_operator_and_nobody_else() {
        let app = TestApp::new();
        let call = |product, action, params: &[(&str, &str)]| {
            let answer = app.service.call_as_operator(product, action, params);
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            (answer.status, body)
        };
        let (status, listed) = call(Product::Ramward, "ListAccounts", &[("MaxItems", "1")]);
        assert_eq!(
            (status, &listed["Accounts"]["Account"][0]["AccountId"]),
            (200, &"1234567890123456".into())
        );
        let created = call(Product::Ramward, "CreateAccount", &[("AccountId", "2000000000000000")]);
        assert_eq!(created.0, 200, "{created:?}");
        let refused =
            |product, action, params: &[(&str, &str)]| call(product, action, params).1["Code"].clone();
        assert_eq!(refused(Product::Ims, "GetUser", &[("UserId", "1")]), "NoPermission");
        assert_eq!(
            refused(Product::Ramward, "ListAccounts", &[("MaxItems", "x")]),
            "InvalidParameter.MaxItems.Format"
        );
        assert_eq!(refused(Product::Ims, "NoSuchAction", &[]), "InvalidAction.NotFound");
    }
}
