//! GetRequest: one of the last requests with what was checked, and where its signature was refused, what should have been
//! signed. For whoever made it: its own identity, the root of its account, the operator.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::list_requests::{SeenRequest, shown};
use crate::authn::Caller;
use crate::endpoint::requests::Seen;
use crate::endpoint::signed_text::SignedText;
use crate::ids::{AccountId, UserId};
use crate::ops::{Cx, Operation};
use crate::store::tables::access_keys;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetRequest;

shape! {
    /// Which request.
    pub struct GetRequestRequest {
        /// The id of the request, as its answer said it.
        OfRequestId as of_request_id: String = "ABA822EE-85C2-4418-9577-A1831FC8466D";
    }
}

shape! {
    /// The request.
    pub struct GetRequestResponse {
        /// The request.
        Request as request: Nested<SeenRequest> = "";
        /// What should have been signed, where the signature was refused and the text is not too long to be kept.
        SignedText as signed_text: Option<Nested<ShownText>> = "";
    }
}

shape! {
    /// What should have been signed, as this server reads the request.
    pub struct ShownText {
        /// The signature's algorithm: `HMAC-SHA1` of RPC 1.0, or `ACS3-HMAC-SHA256` of V3.
        SignatureMethod as signature_method: String = "ACS3-HMAC-SHA256";
        /// The HTTP method of the request.
        HttpMethod as http_method: String = "POST";
        /// V3's canonical request; for RPC 1.0 the canonicalized query string. `HIDDEN` stands for secret values.
        CanonicalRequest as canonical_request: String = "POST\n/\n\nhost:ims.aliyuncs.com\n\nhost\n";
        /// The string to sign; of V3 only where nothing was hidden.
        StringToSign as string_to_sign: Option<String> = "ACS3-HMAC-SHA256\nabc";
        /// The names of the parameters and headers whose values are hidden, separated by commas.
        Hidden as hidden: Option<String> = "Password";
    }
}

impl Operation for GetRequest {
    const API: Api = Api {
        product: Product::Ramward,
        action: "GetRequest",
        summary: "Gets one of the last requests of this server, of the caller's own or, for root, of its account, with what was checked, why it was refused, and what should have been signed.",
        access: Access::Read,
        audience: Audience::Anyone,
        self_service: SelfService::Always,
        ram_action: "ramward:GetRequest",
        resource: "*",
        errors: &["EntityNotExist.Request"],
    };
    const SUMMARY_ZH: &'static str = "查询本服务器最近的一个请求（自己的；主账号可查询本账号的）：检查过哪些内容、为何被拒绝、应当如何签名。";
    type Request = GetRequestRequest;
    type Response = GetRequestResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<GetRequestResponse> {
        // Somebody else's is as unknown as one that never was.
        let unknown = || {
            ApiError::with_message(
                Code::EntityNotExist("Request"),
                "The Request does not exist. It is not one of yours, or this server has forgotten it.",
            )
        };
        let mut seen = cx.endpoint.requests.find(request.of_request_id.trim()).ok_or_else(unknown)?;
        if !cx.caller.is_operator() {
            let owner = match (seen.owner, &seen.access_key_id) {
                (None, Some(key)) => access_keys::find_owner(cx.tx, key)?,
                (owner, _) => owner,
            };
            if !is_for(cx.caller, owner, &seen) {
                return Err(unknown());
            }
        }
        let text = seen.signed_text.take().map(|text| told(*text));
        Ok(GetRequestResponse { request: Nested(shown(seen)), signed_text: text.map(Nested) })
    }
}

/// Whether a request may be told to a caller.
fn is_for(caller: &Caller, owner: Option<(AccountId, UserId)>, seen: &Seen) -> bool {
    let Some((account, user)) = owner else { return false };
    if account != caller.account() {
        return false;
    }
    // The session of a role is no user; its key is its own.
    let is_own = if caller.role_session().is_some() {
        seen.access_key_id.as_ref() == Some(&caller.key.access_key_id)
    } else {
        user == caller.user()
    };
    caller.is_root() || is_own
}

fn told(text: SignedText) -> ShownText {
    ShownText {
        signature_method: text.scheme.algorithm().to_owned(),
        http_method: text.method,
        canonical_request: text.canonical_request,
        string_to_sign: text.string_to_sign,
        hidden: (!text.hidden.is_empty()).then(|| text.hidden.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use ramward_rpc::request::RequestBuilder;
    use ramward_rpc::sign::{Scheme, Secret};
    use serde_json::{Value, json};

    use crate::testing::{NewKey, TestApp};

    /// Sends and gives the id of the request.
    fn sent(app: &TestApp, key: &NewKey, request: &RequestBuilder) -> String {
        app.send(&app.sign(key, request)).request_id.to_string()
    }

    fn with_wrong_secret(key: &NewKey) -> NewKey {
        NewKey { access_key_secret: Secret::from("wrong"), ..key.clone() }
    }

    fn list_users() -> RequestBuilder {
        TestApp::request("ListUsers", &[("MaxItems", "5")])
    }

    #[test]
    fn a_refused_signature_with_what_should_have_been_signed() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let id = sent(&app, &with_wrong_secret(&alice), &list_users());
        let (status, body) = app.call_as(&alice, "GetRequest", &[("OfRequestId", &id.to_lowercase())]);
        assert_eq!((status, &body["Request"]["RefusedAt"]), (200, &"Signature".into()), "{body}");
        let text = &body["SignedText"];
        assert_eq!((&text["SignatureMethod"], &text["HttpMethod"]), (&"HMAC-SHA1".into(), &"POST".into()));
        assert!(text["CanonicalRequest"].as_str().unwrap().contains("&MaxItems=5&"), "{text}");
        assert!(text["StringToSign"].as_str().unwrap().starts_with("POST&%2F&AccessKeyId%3D"), "{text}");
        assert_eq!(body["Request"]["AccountId"], Value::Null, "nobody was verified");
        let id = sent(&app, &with_wrong_secret(&alice), &list_users().scheme(Scheme::V3));
        let (_, body) = app.call_as(&alice, "GetRequest", &[("OfRequestId", &id)]);
        let text = &body["SignedText"];
        assert!(text["CanonicalRequest"].as_str().unwrap().starts_with("POST\n/\nMaxItems=5\n"), "{text}");
        assert!(
            app.xml("GetRequest", &[("OfRequestId", &id)]).contains("<SignatureMethod>ACS3-HMAC-SHA256<")
        );
    }

    #[test]
    fn who_may_see_it() {
        let app = TestApp::new();
        let (alice, bob) = (app.user_with_key("alice"), app.user_with_key("bob"));
        let (_, other) = app.call_as(&app.operator, "CreateAccount", &[("AccountId", "2000000000000000")]);
        let stranger = NewKey {
            access_key_id: other["AccessKey"]["AccessKeyId"].as_str().unwrap().parse().unwrap(),
            access_key_secret: Secret::from(other["AccessKey"]["AccessKeySecret"].as_str().unwrap()),
        };
        let good = sent(&app, &alice, &list_users());
        let bad = sent(&app, &with_wrong_secret(&alice), &list_users());
        let late = {
            let time = app.wall().plus_seconds(-5000).to_string();
            let signed =
                list_users().sign(alice.access_key_id.as_str(), &alice.access_key_secret, &time, "late");
            app.send(&signed).request_id.to_string()
        };
        for id in [&good, &bad, &late] {
            let status = |key: &NewKey| app.call_as(key, "GetRequest", &[("OfRequestId", id)]).0;
            let statuses = [&alice, &app.root, &app.operator, &bob, &stranger].map(status);
            assert_eq!(statuses, [200, 200, 200, 404, 404], "{id}");
        }
        let refused = |id: &str| app.refused_as(&bob, "GetRequest", &[("OfRequestId", id)]);
        assert_eq!(refused(&good), "EntityNotExist.Request");
        assert_eq!(refused("ABA822EE-85C2-4418-9577-A1831FC8466D"), "EntityNotExist.Request");
        let nobody = NewKey { access_key_id: "LTAInobody".parse().unwrap(), ..app.root.clone() };
        let unknown = sent(&app, &nobody, &list_users());
        assert_eq!(app.refused("GetRequest", &[("OfRequestId", &unknown)]), "EntityNotExist.Request");
        let (_, seen) = app.call_as(&app.operator, "GetRequest", &[("OfRequestId", &unknown)]);
        assert_eq!(seen["Request"]["Code"], "InvalidAccessKeyId.NotFound");
    }

    #[test]
    fn the_session_of_a_role_sees_its_own() {
        let app = TestApp::new();
        let role = app.role("reader", &json!([]));
        let (one, other) =
            (app.role_session(("reader", role), None), app.role_session(("reader", role), None));
        let id = sent(&app, &one, &list_users());
        assert_eq!(app.call_as(&one, "GetRequest", &[("OfRequestId", &id)]).0, 200);
        assert_eq!(app.call_as(&other, "GetRequest", &[("OfRequestId", &id)]).0, 404);
        assert_eq!(app.call("GetRequest", &[("OfRequestId", &id)]).0, 200);
    }

    #[test]
    fn no_secret_is_told() {
        let app = TestApp::new();
        let params = [
            ("UserPrincipalName", &*TestApp::upn("alice")),
            ("Password", "hunter2hunter2"),
            ("Status", "Active"),
        ];
        let wrong = with_wrong_secret(&app.root);
        for scheme in [Scheme::RpcV1, Scheme::V3] {
            let request = TestApp::request("CreateLoginProfile", &params).scheme(scheme);
            let id = sent(&app, &wrong, &request);
            let (_, body) = app.call("GetRequest", &[("OfRequestId", &id)]);
            let text = &body["SignedText"];
            assert_eq!(text["Hidden"], "Password", "{body}");
            assert!(text["CanonicalRequest"].as_str().unwrap().contains("Password=HIDDEN"), "{text}");
            assert!(!body.to_string().contains("hunter2"), "{body}");
        }
    }

    #[test]
    fn reading_one_is_not_among_the_last_requests_and_meets_no_fault() {
        let app = TestApp::new();
        let fault = [("FaultName", "f"), ("Kind", "InternalError"), ("Operation", "GetRequest")];
        app.call_as(&app.operator, "SetFault", &fault);
        let id = sent(&app, &app.root, &list_users());
        app.ok("GetRequest", &[("OfRequestId", &id)]);
        let (_, listed) = app.call_as(&app.operator, "ListRequests", &[("MaxItems", "1")]);
        assert_eq!(listed["Requests"]["Request"][0]["RequestId"], Value::from(id));
    }
}
