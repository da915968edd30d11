//! ListRequests: the last requests of this server, each with what was checked and why it was refused.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::endpoint::requests::{Check, Listed, Seen, Wanted};
use crate::identity::label::Label;
use crate::ids::AccountId;
use crate::ops::{Cx, Operation};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListRequests;

shape! {
    /// Which requests.
    pub struct ListRequestsRequest {
        /// Only requests behind this one, oldest first: the `Next` of the answer before. Without it, the latest ones.
        After as after: Option<Bounded<0, { i64::MAX }>> = "41";
        /// How many to answer at most. Default: 100.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
        /// Only requests whose caller was verified as one of this account.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// Only requests that were refused.
        Refused as refused: Option<bool> = "true";
        /// Only the request of this id, as its answer said it.
        OfRequestId as of_request_id: Option<String> = "ABA822EE-85C2-4418-9577-A1831FC8466D";
    }
}

shape! {
    /// The answer.
    pub struct ListRequestsResponse {
        /// The requests, oldest first.
        Requests as requests: Nested<SeenRequests> = "";
        /// Where to go on: the `After` that gives what has come since.
        Next as next: i64 = "42";
        /// How many requests behind `After` are forgotten already.
        Missed as missed: i64 = "0";
    }
}

shape! {
    /// The requests.
    pub struct SeenRequests {
        /// The requests.
        Request as request: Vec<SeenRequest> = "";
    }
}

shape! {
    /// A request and what became of it.
    pub struct SeenRequest {
        /// Its id.
        RequestId as request_id: String = "ABA822EE-85C2-4418-9577-A1831FC8466D";
        /// When it was answered, by the wall clock.
        Time as time: Timestamp = "2026-11-01T00:00:00Z";
        /// The product it was for, where that is known.
        Product as product: Option<String> = "Ims";
        /// The operation; of an unknown one the name that was asked for.
        Operation as operation: Option<String> = "GetUser";
        /// The HTTP status.
        Status as status: i64 = "403";
        /// What was checked and found right, in order.
        Passed as passed: String = "Request,Action,Format,SignatureParameters,Timestamp,AccessKey,Signature,NetworkPolicy,Nonce,SecurityToken,Fault,Parameters";
        /// The check that refused it.
        RefusedAt as refused_at: Option<String> = "Permission";
        /// The code of the refusal.
        Code as code: Option<String> = "NoPermission";
        /// The text of the refusal, without what repeats the request.
        Message as message: Option<String> = "You are not authorized to do this action. Resource: acs:ram:*:1234567890123456:user/bob Action: ram:GetUser";
        /// The caller's account, once its signature was verified; sixteen zeros are the operator.
        AccountId as account_id: Option<String> = "1234567890123456";
        /// The first and the last characters of the AccessKey.
        AccessKeyId as access_key_id: Option<String> = "LTAI****abcd";
        /// The fault that it met.
        FaultName as fault_name: Option<Label> = "slow";
        /// Where it came from.
        SourceIp as source_ip: String = "127.0.0.1";
        /// How long the answer took, in microseconds.
        Microseconds as microseconds: i64 = "180";
    }
}

impl Operation for ListRequests {
    const API: Api = Api {
        product: Product::Ramward,
        action: "ListRequests",
        summary: "Lists the last requests of this server with what was checked and why they were refused; successful calls of this operation are not among them.",
        access: Access::Read,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:ListRequests",
        resource: "*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str =
        "列出本服务器最近的请求、检查过的内容和被拒绝的原因；本操作自身的成功调用不在其中。";
    type Request = ListRequestsRequest;
    type Response = ListRequestsResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<ListRequestsResponse> {
        let most = request.max_items.map_or(100, |items| usize::try_from(items.get()).unwrap_or(100));
        let wanted = Wanted {
            after: request.after.map(|after| after.get().unsigned_abs()),
            account: request.account_id,
            refused: request.refused.unwrap_or_default(),
            request_id: request.of_request_id.as_deref(),
        };
        let Listed { requests, next, missed } = cx.endpoint.requests.list(&wanted, most);
        Ok(ListRequestsResponse {
            requests: Nested(SeenRequests { request: requests.into_iter().map(shown).collect() }),
            next: signed(next),
            missed: signed(missed),
        })
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A request as it is told.
pub(super) fn shown(seen: Seen) -> SeenRequest {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    SeenRequest {
        request_id: seen.request_id.to_string(),
        time: seen.at,
        product: some(seen.product),
        operation: some(&seen.action),
        status: seen.status.into(),
        passed: seen.reached.passed(),
        refused_at: (seen.reached != Check::Answered).then(|| seen.reached.name().to_owned()),
        code: seen.code,
        message: seen.message,
        account_id: seen.account.map(|account| account.to_string()),
        access_key_id: seen.access_key_id.map(|id| id.masked().to_string()),
        fault_name: seen.fault,
        source_ip: seen.peer.to_string(),
        microseconds: i64::try_from(seen.took.as_micros()).unwrap_or(i64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use ramward_rpc::sign::Secret;
    use serde_json::Value;

    use crate::testing::{NewKey, TestApp};

    fn listed(app: &TestApp, params: &[(&str, &str)]) -> Value {
        let (status, body) = app.call_as(&app.operator, "ListRequests", params);
        assert_eq!(status, 200, "{body}");
        body
    }

    fn requests(body: &Value) -> Vec<Value> {
        body["Requests"]["Request"].as_array().unwrap().clone()
    }

    #[test]
    fn a_request_with_all_that_was_checked() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let from = listed(&app, &[])["Next"].to_string();
        assert_eq!(
            app.refused_as(&alice, "GetUser", &[("UserPrincipalName", &TestApp::upn("bob"))]),
            "NoPermission"
        );
        app.ok("ListUsers", &[]);
        let body = listed(&app, &[("After", &from)]);
        let seen = requests(&body);
        let [refused, done] = seen.as_slice() else { panic!("two: {body}") };
        let id = refused["RequestId"].as_str().unwrap();
        insta::assert_json_snapshot!(crate::testing::masked(refused.clone(), &["RequestId", "AccessKeyId"]), @r#"
        {
          "RequestId": "…",
          "Time": "2025-06-15T12:00:00Z",
          "Product": "Ims",
          "Operation": "GetUser",
          "Status": 403,
          "Passed": "Request,Action,Format,SignatureParameters,Timestamp,AccessKey,Signature,NetworkPolicy,Nonce,SecurityToken,Fault,Parameters",
          "RefusedAt": "Permission",
          "Code": "NoPermission",
          "Message": "You are not authorized to do this action. Resource: acs:ram:*:1234567890123456:user/bob Action: ram:GetUser",
          "AccountId": "1234567890123456",
          "AccessKeyId": "…",
          "SourceIp": "127.0.0.1",
          "Microseconds": 0
        }
        "#);
        assert_eq!(
            (&done["Operation"], &done["Status"], &done["RefusedAt"]),
            (&"ListUsers".into(), &200.into(), &Value::Null)
        );
        assert!(done["Passed"].as_str().unwrap().ends_with(",Permission,Operation"), "{done}");
        let only = listed(&app, &[("OfRequestId", id)]);
        assert_eq!(requests(&only), std::slice::from_ref(refused));
        let again = listed(&app, &[("After", &body["Next"].to_string())]);
        assert_eq!(requests(&again), [] as [Value; 0], "reading on is not among them");
    }

    #[test]
    fn a_page_an_account_and_the_refused() {
        let app = TestApp::new();
        for _ in 0..3 {
            app.ok("ListUsers", &[]);
        }
        assert_eq!(app.refused("GetNothing", &[]), "InvalidAction.NotFound");
        app.call_as(&app.operator, "ListAccounts", &[]);
        let first = listed(&app, &[("After", "0"), ("MaxItems", "2")]);
        assert_eq!((requests(&first).len(), &first["Next"]), (2, &2.into()));
        let refused = requests(&listed(&app, &[("Refused", "true")]));
        assert_eq!(refused.len(), 1);
        assert_eq!(
            (&refused[0]["RefusedAt"], &refused[0]["Operation"]),
            (&"Action".into(), &"GetNothing".into())
        );
        let account = app.account().to_string();
        assert_eq!(requests(&listed(&app, &[("AccountId", &account)])).len(), 3);
        let operator = requests(&listed(&app, &[("MaxItems", "1")]));
        assert_eq!(operator[0]["AccountId"], "0000000000000000");
    }

    #[test]
    fn no_secret_of_a_request_is_kept() {
        let app = TestApp::new();
        let wrong = NewKey { access_key_secret: Secret::from("wrong"), ..app.root.clone() };
        let params = [
            ("UserPrincipalName", &*TestApp::upn("alice")),
            ("Password", "hunter2hunter2"),
            ("DisplayName", "a"),
        ];
        let (_, answer) = app.call_as(&wrong, "CreateLoginProfile", &params);
        assert!(answer["Message"].as_str().unwrap().contains("hunter2"), "the caller may see what it sent");
        let seen = requests(&listed(&app, &[]));
        let last = seen.last().unwrap();
        assert_eq!(
            (&last["RefusedAt"], &last["Code"]),
            (&"Signature".into(), &"SignatureDoesNotMatch".into())
        );
        assert_eq!(last["Message"], "Specified signature is not matched with our calculation.");
        assert!(!Value::from(seen.clone()).to_string().contains("hunter2"));
        let xml = app.xml("GetUser", &[]);
        assert!(xml.contains("<Code>MissingUser"), "{xml}");
    }

    #[test]
    fn as_many_as_the_server_was_told_to_keep() {
        let app = TestApp::with(|settings| settings.kept_requests = 2);
        for _ in 0..4 {
            app.ok("ListUsers", &[]);
        }
        let body = listed(&app, &[("After", "1")]);
        assert_eq!((requests(&body).len(), &body["Missed"], &body["Next"]), (2, &1.into(), &4.into()));
        let app = TestApp::with(|settings| settings.kept_requests = 0);
        app.ok("ListUsers", &[]);
        assert_eq!(requests(&listed(&app, &[])).len(), 0);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let refused = |params: &[(&str, &str)]| app.refused_as(&app.operator, "ListRequests", params);
        assert_eq!(refused(&[("After", "-1")]), "InvalidParameter.After.Range");
        assert_eq!(refused(&[("MaxItems", "1001")]), "InvalidParameter.MaxItems.Range");
        assert_eq!(refused(&[("AccountId", "1")]), "InvalidParameter.AccountId.Format");
        assert_eq!(app.refused("ListRequests", &[]), "NoPermission");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "ListRequests", &[]), "NoPermission");
    }
}
