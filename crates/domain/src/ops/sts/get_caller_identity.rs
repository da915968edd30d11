//! GetCallerIdentity: who the caller is. Every verified caller may ask.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::authn::Identity;
use crate::authz::principal;
use crate::ops::{Cx, Operation, Target};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetCallerIdentity;

shape! {
    /// Who the caller is.
    pub struct GetCallerIdentityResponse {
        /// The account of the caller.
        AccountId as account_id: String = "1234567890123456";
        /// What the caller is: `Account` for the root identity, `RAMUser` for a RAM user, `AssumedRoleUser` for the session of a role, `Operator` for the operator of this server.
        IdentityType as identity_type: String = "RAMUser";
        /// The id by which the caller counts as one principal: the account's id for the root identity, the user's for a user, `<RoleId>:<RoleSessionName>` for the session of a role.
        PrincipalId as principal_id: String = "216959339000654321";
        /// The id of the calling user; the account's id for the root identity. Absent for the session of a role.
        UserId as user_id: Option<String> = "216959339000654321";
        /// The id of the calling role; only for the session of one.
        RoleId as role_id: Option<String> = "335376200829920001";
        /// The caller's ARN.
        Arn as arn: String = "acs:ram::1234567890123456:user/alice";
    }
}

impl Operation for GetCallerIdentity {
    const API: Api = Api {
        product: Product::Sts,
        action: "GetCallerIdentity",
        summary: "Says who the caller is.",
        access: Access::Read,
        audience: Audience::Anyone,
        self_service: SelfService::Always,
        ram_action: "sts:GetCallerIdentity",
        resource: "*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "查询调用者的身份。";
    type Request = Empty;
    type Response = GetCallerIdentityResponse;

    fn target(_: &Empty) -> Target {
        Target::Own
    }

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetCallerIdentityResponse> {
        let account_id = cx.caller.account().to_string();
        let (identity_type, user_id, role) = match cx.caller.identity() {
            Identity::Operator => ("Operator", Some(account_id.clone()), None),
            Identity::Root => ("Account", Some(account_id.clone()), None),
            Identity::User { id, .. } => ("RAMUser", Some(id.to_string()), None),
            Identity::AssumedRole(session) => ("AssumedRoleUser", None, Some(session)),
            Identity::Anonymous => return Err(ApiError::internal("a signed call without a caller")),
        };
        let principal_id = match (role, &user_id) {
            (Some(session), _) => format!("{}:{}", session.role_id, session.session_name),
            (None, user_id) => user_id.clone().unwrap_or_default(),
        };
        Ok(GetCallerIdentityResponse {
            account_id,
            identity_type: identity_type.to_owned(),
            principal_id,
            user_id,
            role_id: role.map(|session| session.role_id.to_string()),
            arn: principal(cx.caller).to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use ramward_rpc::sign::Scheme;

    use crate::authn::session::RoleSession;
    use crate::identity::role::RoleName;
    use crate::identity::role_session::RoleSessionName;
    use crate::testing::TestApp;

    #[test]
    fn root_user_and_operator_know_themselves() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        insta::assert_json_snapshot!(app.ok("GetCallerIdentity", &[]), @r#"
        {
          "AccountId": "1234567890123456",
          "IdentityType": "Account",
          "PrincipalId": "1234567890123456",
          "UserId": "1234567890123456",
          "Arn": "acs:ram::1234567890123456:root"
        }
        "#);
        let (status, as_user) = app.call_as(&alice, "GetCallerIdentity", &[]);
        assert_eq!((status, as_user["IdentityType"].as_str()), (200, Some("RAMUser")));
        assert_eq!(as_user["Arn"], "acs:ram::1234567890123456:user/alice");
        assert_eq!(as_user["PrincipalId"], as_user["UserId"]);
        let (status, as_operator) = app.call_as(&app.operator, "GetCallerIdentity", &[]);
        assert_eq!((status, as_operator["IdentityType"].as_str()), (200, Some("Operator")));
        assert_eq!(as_operator["Arn"], "acs:ram::0000000000000000:root");
    }

    #[test]
    fn a_session_knows_its_role() {
        let app = TestApp::new();
        let role_id = app.role("Auditor", &serde_json::json!([]));
        let session = app.session(&RoleSession {
            role_id,
            role_name: RoleName::parse("Auditor").unwrap(),
            session_name: RoleSessionName::parse("alice").unwrap(),
            policy: None,
            source_identity: None,
            expires: app.wall().plus_seconds(900),
        });
        for scheme in [Scheme::RpcV1, Scheme::V3] {
            let request = TestApp::request("GetCallerIdentity", &[]).scheme(scheme);
            let answer = app.send(&app.sign(&session, &request));
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!((answer.status, &body["IdentityType"]), (200, &"AssumedRoleUser".into()), "{body}");
            assert_eq!(body["PrincipalId"], format!("{role_id}:alice"));
            assert_eq!(body["RoleId"], role_id.to_string());
            assert_eq!(body["Arn"], "acs:ram::1234567890123456:assumed-role/Auditor/alice");
            assert!(body.get("UserId").is_none(), "{body}");
        }
        assert_eq!(app.refused_as(&session, "ListUsers", &[]), "NoPermission");
        app.clock.advance(900);
        assert_eq!(app.refused_as(&session, "GetCallerIdentity", &[]), "InvalidSecurityToken.Expired");
    }

    #[test]
    fn a_new_name_is_known_to_the_next_call() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let arn = |app: &TestApp| app.call_as(&alice, "GetCallerIdentity", &[]).1["Arn"].clone();
        assert_eq!(arn(&app), "acs:ram::1234567890123456:user/alice");
        let rename =
            [("UserPrincipalName", TestApp::upn("alice")), ("NewUserPrincipalName", TestApp::upn("alicia"))];
        let rename: Vec<(&str, &str)> = rename.iter().map(|(name, value)| (*name, value.as_str())).collect();
        app.ok("UpdateUser", &rename);
        assert_eq!(arn(&app), "acs:ram::1234567890123456:user/alicia");
    }

    #[test]
    fn xml_and_the_newer_signature() {
        let app = TestApp::new();
        let request = TestApp::request("GetCallerIdentity", &[]).format("XML").scheme(Scheme::V3);
        let answer = app.send(&app.sign(&app.root, &request));
        let xml = String::from_utf8(answer.body).unwrap();
        let rest = xml.split_once("</RequestId>").unwrap().1;
        let expected = "<AccountId>1234567890123456</AccountId><IdentityType>Account</IdentityType>\
                        <PrincipalId>1234567890123456</PrincipalId><UserId>1234567890123456</UserId>\
                        <Arn>acs:ram::1234567890123456:root</Arn></GetCallerIdentityResponse>";
        assert_eq!((answer.status, rest), (200, expected), "{xml}");
    }
}
