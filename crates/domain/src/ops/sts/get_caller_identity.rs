//! GetCallerIdentity: who the caller is. Every verified caller may ask.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

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
        /// What the caller is: `Account` for the root identity, `RAMUser` for a RAM user, `Operator` for the operator of this server.
        IdentityType as identity_type: String = "RAMUser";
        /// The id by which the caller counts as one principal: the account's id for the root identity, else the user's.
        PrincipalId as principal_id: String = "216959339000654321";
        /// The id of the calling user; the account's id for the root identity.
        UserId as user_id: String = "216959339000654321";
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
    type Request = Empty;
    type Response = GetCallerIdentityResponse;

    fn target(_: &Empty) -> Target {
        Target::Own
    }

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetCallerIdentityResponse> {
        let account_id = cx.caller.account().to_string();
        let (identity_type, id) = if cx.caller.is_operator() {
            ("Operator", account_id.clone())
        } else if cx.caller.is_root() {
            ("Account", account_id.clone())
        } else {
            ("RAMUser", cx.caller.user().to_string())
        };
        Ok(GetCallerIdentityResponse {
            account_id,
            identity_type: identity_type.to_owned(),
            principal_id: id.clone(),
            user_id: id,
            arn: principal(cx.caller).to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use ramward_rpc::sign::Scheme;

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
