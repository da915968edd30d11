//! What the service does for those who develop against it: notes each answer among the last requests, and lets a call
//! meet the fault that is its chance.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use super::{Answer, Core, Frame, Service};
use crate::endpoint::requests::Seen;
use crate::ops::{self, AnyOperation};
use crate::time::Clock;

impl Service {
    /// Notes an answer that is about to be sent among the last requests.
    pub fn note(&self, answer: &Answer, peer: IpAddr, took: Duration) {
        let (core, record) = (&self.core, &answer.record);
        let requests = &core.endpoint.requests;
        let api = record.operation.and_then(|place| ops::OPERATIONS.get(place)).map(|one| one.api());
        // Who reads on and on would else see nothing but that.
        let reads = ["ListRequests", "GetRequest"];
        let is_reading = api.is_some_and(|api| reads.contains(&api.action)) && record.code.is_none();
        if !requests.is_kept() || is_reading {
            return;
        }
        let refused = record.refused.as_ref();
        let asked = || refused.and_then(|refused| refused.asked.clone()).unwrap_or_default();
        requests.note(Seen {
            request_id: answer.request_id,
            at: core.wall.now(),
            product: api.map_or("", |api| api.product.name()),
            action: api.map_or_else(|| Cow::Owned(asked()), |api| Cow::Borrowed(api.action)),
            status: answer.status,
            reached: record.reached,
            code: record.code.clone(),
            message: refused.map(|refused| refused.message.clone()),
            account: record.account,
            access_key_id: record.access_key_id.clone(),
            owner: record.owner,
            signed_text: record.signed_text.clone(),
            fault: record.fault.as_ref().map(|fault| fault.name.clone()),
            peer,
            took,
        });
    }
}

impl Core {
    /// Decides once which fault a call meets.
    pub(super) fn draw_fault(&self, frame: &mut Frame, operation: &dyn AnyOperation) {
        if !std::mem::replace(&mut frame.is_drawn, true) {
            let api = operation.api();
            frame.fault = self.endpoint.faults.draw(api.product, api.action, &*self.entropy).map(Box::new);
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use ramward_rpc::request::SignedRequest;
    use ramward_rpc::sign::Secret;

    use crate::endpoint::requests::Check;
    use crate::testing::{NewKey, TestApp};

    #[test]
    fn every_check_is_named_by_what_it_refuses() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let fault = [("FaultName", "f"), ("Kind", "InternalError"), ("Operation", "GetAccountMFAInfo")];
        assert_eq!(app.call_as(&app.operator, "SetFault", &fault).0, 200);
        let carol = app.user_with_key("carol");
        let policy = r#"{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["203.0.113.0/24"]}]}"#;
        let of_carol = [
            ("UserPrincipalName", &*TestApp::upn("carol")),
            ("UserAccessKeyId", carol.access_key_id.as_str()),
            ("AccessKeyPolicy", policy),
        ];
        app.ok("SetAccessKeyPolicy", &of_carol);
        let nobody = NewKey { access_key_id: "LTAInobody".parse().unwrap(), ..app.root.clone() };
        let wrong = NewKey { access_key_secret: Secret::from("wrong"), ..app.root.clone() };
        let request = |action, params: &[(&str, &str)]| TestApp::request(action, params);
        let at = |seconds| {
            let (time, key) = (app.wall().plus_seconds(seconds).to_string(), &app.root);
            request("ListUsers", &[]).sign(key.access_key_id.as_str(), &key.access_key_secret, &time, "once")
        };
        let unsigned = {
            let mut signed = app.sign(&app.root, &request("ListUsers", &[]));
            signed.path_and_query = signed.path_and_query.replace("Signature=", "Other=");
            signed
        };
        let bob = [("UserPrincipalName", &*TestApp::upn("bob"))];
        let rows: Vec<(Check, SignedRequest)> = vec![
            (Check::Request, app.sign(&app.root, &request("ListUsers", &[]).method(Method::PUT))),
            (Check::Action, app.sign(&app.root, &request("GetNothing", &[]))),
            (Check::Format, app.sign(&app.root, &request("ListUsers", &[]).format("YAML"))),
            (Check::SignatureParameters, unsigned),
            (Check::Timestamp, at(-901)),
            (Check::AccessKey, app.sign(&nobody, &request("ListUsers", &[]))),
            (Check::Signature, app.sign(&wrong, &request("ListUsers", &[]))),
            (Check::NetworkPolicy, app.sign(&carol, &request("GetCallerIdentity", &[]))),
            (Check::Answered, at(0)),
            (Check::Nonce, at(0)),
            (Check::SecurityToken, app.sign(&app.root, &request("ListUsers", &[]).security_token("CAIS"))),
            (Check::Fault, app.sign(&app.root, &request("GetAccountMFAInfo", &[]))),
            (Check::Parameters, app.sign(&app.root, &request("ListUsers", &[("MaxItems", "x")]))),
            (Check::Permission, app.sign(&alice, &request("GetUser", &bob))),
            (Check::Operation, app.sign(&app.root, &request("GetUser", &bob))),
            (Check::Answered, app.sign(&app.root, &request("GetAccountSecurityPracticeReport", &[]))),
            (Check::Answered, app.sign(&app.root, &request("GetAccountSecurityPracticeReport", &[]))),
        ];
        for (check, signed) in &rows {
            let answer = app.send(signed);
            let body = String::from_utf8_lossy(&answer.body);
            assert_eq!(answer.record.reached, *check, "{body}");
        }
        let named: std::collections::HashSet<Check> = rows.iter().map(|(check, _)| *check).collect();
        assert_eq!(named.len(), Check::ALL.len(), "each at least once");
    }
}
