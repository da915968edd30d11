//! AssumeRole: a RAM user or the session of a role takes on a role, of its own account or another. Two must permit it: the
//! policies of who asks, which are asked before this, and the trust document of the role.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Plain};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::authn::{Caller, Identity};
use crate::authz;
use crate::identity::role_session::{ExternalId, RoleArn, RoleSessionName, SessionSeconds, SourceIdentity};
use crate::ops::role_session::{self, AssumedRoleUser, Credentials, Wishes};
use crate::ops::{Cx, Operation, Target};
use crate::policy::{Fact, Principal};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct AssumeRole;

shape! {
    /// Which role, and what for.
    pub struct AssumeRoleRequest {
        /// The role.
        RoleArn as role_arn: RoleArn = "acs:ram::1234567890123456:role/adminrole";
        /// What the session is called, for those who read its calls.
        RoleSessionName as role_session_name: RoleSessionName = "alice";
        /// For how many seconds the session lasts; 3600 unless said.
        DurationSeconds as duration_seconds: Option<SessionSeconds> = "3600";
        /// A policy document of up to 2048 characters: what of the role's permissions the session keeps. An empty object is none: the session keeps them all.
        Policy as policy: Option<String> = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;
        /// What the role's trust document may ask for as `sts:ExternalId`, so that a third party that takes on roles of many does not take on the wrong one.
        ExternalId as external_id: Option<ExternalId> = "abcd1234";
        /// Who is behind the session.
        SourceIdentity as source_identity: Option<SourceIdentity> = "alice@example.com";
    }
}

shape! {
    /// The session.
    pub struct AssumeRoleResponse {
        /// As whom its key calls.
        AssumedRoleUser as assumed_role_user: Nested<AssumedRoleUser> = "";
        /// Its key.
        Credentials as credentials: Nested<Credentials> = "";
        /// Who is behind the session; only if that was said.
        SourceIdentity as source_identity: Option<SourceIdentity> = "alice@example.com";
    }
}

impl Operation for AssumeRole {
    const API: Api = Api {
        product: Product::Sts,
        action: "AssumeRole",
        summary: "Begins the session of a role: a temporary AccessKey that calls as the role.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: role_session::ACTION,
        resource: "acs:ram:*:{account}:role/{name}",
        errors: &["EntityNotExist.Role"],
    };
    const SUMMARY_ZH: &'static str = "扮演 RAM 角色：获取以该角色身份调用的临时 AccessKey。";
    type Request = AssumeRoleRequest;
    type Response = AssumeRoleResponse;

    fn target(request: &Self::Request) -> Target {
        Target::Role(request.role_arn.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<AssumeRoleResponse> {
        let arn = match cx.caller.identity() {
            Identity::Root => {
                let message = "Roles may not be assumed by root accounts.";
                return Err(ApiError::with_message(Plain::NoPermission, message));
            }
            identity => principal_arn(cx.caller, identity)?,
        };
        let policy = role_session::session_policy(request.policy.as_deref())?;
        let role = role_session::find_role(cx.tx, &request.role_arn)?;
        let account = cx.caller.account().to_string();
        let mut context = cx.context();
        if let Some(id) = &request.external_id {
            context = context.with("sts:ExternalId", Fact::Text(id.as_str()));
        }
        // Who takes on one role after another stays who it was.
        let source = cx.caller.role_session().and_then(|session| session.source_identity.as_deref());
        let source = source.or(request.source_identity.as_ref().map(SourceIdentity::as_str));
        if let Some(source) = source {
            context = context.with("sts:SourceIdentity", Fact::Text(source));
        }
        let principal = Principal::Ram { account: &account, arn: &arn };
        if let Err(untrusted) = role_session::is_trusted(&role, principal, &context)? {
            return Err(authz::untrusted(cx.caller, untrusted.0));
        }
        let wishes = Wishes {
            session_name: &request.role_session_name,
            seconds: request.duration_seconds,
            policy,
            source_identity: source,
        };
        let begun = role_session::begin(cx, &role, &wishes)?;
        Ok(AssumeRoleResponse {
            assumed_role_user: begun.assumed_role_user,
            credentials: begun.credentials,
            source_identity: source.and_then(|source| SourceIdentity::parse(source).ok()),
        })
    }
}

/// As whom a trust document knows the caller: a session counts as its role.
fn principal_arn(caller: &Caller, identity: Identity<'_>) -> ApiResult<String> {
    match identity {
        Identity::AssumedRole(session) => {
            Ok(RoleArn { account: caller.account(), name: session.role_name.clone() }.to_string())
        }
        Identity::User { .. } => Ok(authz::principal(caller).to_string()),
        Identity::Root | Identity::Operator | Identity::Anonymous => {
            Err(ApiError::internal("neither a user nor a role asks for a role"))
        }
    }
}

#[cfg(test)]
mod tests {
    use ramward_rpc::sign::Scheme;
    use serde_json::{Value, json};

    use crate::store::tables::roles;
    use crate::testing::{ACCOUNT, NewKey, TestApp};

    const ROLE: &str = "acs:ram::1234567890123456:role/auditor";
    const OTHER: &str = "6543210987654321";

    fn trust(principal: &str) -> Value {
        json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [principal]}}])
    }

    fn may_assume() -> Value {
        json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}])
    }

    /// Alice, who may take on roles; a role that trusts the account and may read users.
    fn app() -> (TestApp, NewKey) {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        app.permit_user("alice", &may_assume());
        let role = app.role("auditor", &trust("acs:ram::1234567890123456:root"));
        app.permit_role(
            role,
            &json!([{"Effect": "Allow", "Action": ["ram:GetUser", "ram:ListUsers"], "Resource": "*"}]),
        );
        (app, alice)
    }

    fn params<'a>(more: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
        let base = [("RoleArn", ROLE), ("RoleSessionName", "night-shift")];
        let kept = base.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        kept.chain(more).copied().collect()
    }

    fn assume(app: &TestApp, key: &NewKey, more: &[(&'static str, &str)]) -> NewKey {
        let (status, body) = app.call_as(key, "AssumeRole", &params(more));
        assert_eq!(status, 200, "{body}");
        app.session_of(&body)
    }

    #[test]
    fn a_session_calls_as_its_role_under_both_signatures_until_it_ends() {
        let (app, alice) = app();
        let (status, body) = app.call_as(&alice, "AssumeRole", &params(&[("DurationSeconds", "900")]));
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["AssumedRoleUser"]["Arn"], format!("{ROLE}/night-shift"));
        assert_eq!(body["Credentials"]["Expiration"], "2025-06-15T12:15:00Z");
        assert!(body.get("SourceIdentity").is_none(), "{body}");
        let session = app.session_of(&body);
        for scheme in [Scheme::RpcV1, Scheme::V3] {
            let request = TestApp::request("ListUsers", &[]).scheme(scheme);
            assert_eq!(app.send(&app.sign(&session, &request)).status, 200, "{scheme:?}");
        }
        let (_, identity) = app.call_as(&session, "GetCallerIdentity", &[]);
        assert_eq!(identity["PrincipalId"], body["AssumedRoleUser"]["AssumedRoleId"]);
        let delete = [("UserPrincipalName", &*TestApp::upn("alice"))];
        assert_eq!(app.refused_as(&session, "DeleteUser", &delete), "NoPermission");
        app.clock.advance(899);
        assert_eq!(app.call_as(&session, "ListUsers", &[]).0, 200);
        app.clock.advance(1);
        assert_eq!(app.refused_as(&session, "ListUsers", &[]), "InvalidSecurityToken.Expired");
    }

    #[test]
    fn a_session_policy_only_takes_away() {
        let (app, alice) = app();
        let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:ListUsers","ram:DeleteUser"],"Resource":"*"}]}"#;
        let session = assume(&app, &alice, &[("Policy", policy)]);
        let name = TestApp::upn("alice");
        let about = [("UserPrincipalName", name.as_str())];
        assert_eq!(app.call_as(&session, "ListUsers", &[]).0, 200);
        assert_eq!(app.refused_as(&session, "GetUser", &about), "NoPermission");
        assert_eq!(app.refused_as(&session, "DeleteUser", &about), "NoPermission");
    }

    /// What the vendor's Ansible modules send where they are told no policy.
    #[test]
    fn an_empty_object_is_no_session_policy() {
        let (app, alice) = app();
        let upn = TestApp::upn("alice");
        for policy in ["{}", " {\n} "] {
            let session = assume(&app, &alice, &[("Policy", policy)]);
            assert_eq!(app.call_as(&session, "ListUsers", &[]).0, 200, "all that the role may");
            let about = [("UserPrincipalName", upn.as_str())];
            assert_eq!(app.call_as(&session, "GetUser", &about).0, 200);
            assert_eq!(app.refused_as(&session, "DeleteUser", &about), "NoPermission", "and no more");
        }
        let refused = |policy: &str| app.refused_as(&alice, "AssumeRole", &params(&[("Policy", policy)]));
        for none in ["[]", "null", "{{}}", "{\"Version\":\"1\"}", r#"{"Version":"1","Statement":{}}"#] {
            assert_eq!(refused(none), "InvalidParameter.PolicyGrammar", "{none}");
        }
    }

    #[test]
    fn a_deleted_role_has_no_sessions() {
        let (app, alice) = app();
        let session = assume(&app, &alice, &[]);
        let account = app.account();
        app.write(move |tx| {
            let role = roles::list(tx, account, "", 1)?.remove(0);
            roles::delete(tx, account, role.role_id).map(drop)
        });
        assert_eq!(app.refused_as(&session, "ListUsers", &[]), "NoPermission");
        assert_eq!(app.refused_as(&session, "GetCallerIdentity", &[]), "NoPermission");
        // A role of the same name that is made later is another.
        let role = app.role("auditor", &trust("acs:ram::1234567890123456:root"));
        app.permit_role(role, &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
        assert_eq!(app.refused_as(&session, "ListUsers", &[]), "NoPermission");
    }

    #[test]
    fn two_must_permit_it() {
        let (app, alice) = app();
        let bob = app.user_with_key("bob");
        let (_, body) = app.call_as(&bob, "AssumeRole", &params(&[]));
        assert_eq!(body["Code"], "NoPermission", "bob's policies: none");
        let resource = &body["AccessDeniedDetail"]["AuthResource"];
        assert_eq!(resource, "acs:ram:*:1234567890123456:role/auditor", "{body}");
        app.role("carols", &trust("acs:ram::1234567890123456:user/carol"));
        let carols = "acs:ram::1234567890123456:role/carols";
        let (_, body) = app.call_as(&alice, "AssumeRole", &params(&[("RoleArn", carols)]));
        assert_eq!(
            (&body["Code"], &body["AccessDeniedDetail"]["PolicyType"]),
            (&"NoPermission".into(), &"AssumeRolePolicy".into())
        );
        let (_, body) = app.call("AssumeRole", &params(&[]));
        assert_eq!(
            (&body["Code"], &body["Message"]),
            (&"NoPermission".into(), &"Roles may not be assumed by root accounts.".into())
        );
    }

    #[test]
    fn a_role_of_another_account_and_one_role_after_another() {
        let (app, alice) = app();
        let (_, made) = app.call_as(&app.operator, "CreateAccount", &[("AccountId", OTHER)]);
        let other: crate::ids::AccountId = OTHER.parse().unwrap();
        assert_eq!(app.call_as(&TestApp::key_of(&made), "ListUsers", &[]).0, 200);
        app.role_of(other, "guest", &trust(ROLE));
        app.role_of(other, "everybody", &trust(&format!("acs:ram::{ACCOUNT}:root")));
        let everybody = format!("acs:ram::{OTHER}:role/everybody");
        let session =
            assume(&app, &alice, &[("RoleArn", &everybody), ("SourceIdentity", "alice@example.com")]);
        assert_eq!(app.call_as(&session, "GetCallerIdentity", &[]).1["AccountId"], OTHER);
        let guest = format!("acs:ram::{OTHER}:role/guest");
        assert_eq!(app.refused_as(&alice, "AssumeRole", &params(&[("RoleArn", &guest)])), "NoPermission");
        let auditor = app.role("first", &trust(&format!("acs:ram::{ACCOUNT}:root")));
        app.permit_role(auditor, &may_assume());
        let first = assume(
            &app,
            &alice,
            &[("RoleArn", "acs:ram::1234567890123456:role/first"), ("SourceIdentity", "alice@example.com")],
        );
        let (status, body) = app.call_as(
            &first,
            "AssumeRole",
            &params(&[("RoleArn", &everybody), ("SourceIdentity", "mallory")]),
        );
        assert_eq!((status, &body["SourceIdentity"]), (200, &"alice@example.com".into()), "{body}");
    }

    #[test]
    fn trust_may_ask_for_more() {
        let (app, alice) = app();
        app.role(
            "partner",
            &json!([{
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"RAM": ["acs:ram::1234567890123456:root"]},
                "Condition": {"StringEquals": {"sts:ExternalId": "abcd1234"}, "IpAddress": {"acs:SourceIp": "127.0.0.0/8"}},
            }]),
        );
        let partner = ("RoleArn", "acs:ram::1234567890123456:role/partner");
        for (id, expected) in [("abcd1234", 200), ("abcd12345", 403)] {
            assert_eq!(
                app.call_as(&alice, "AssumeRole", &params(&[partner, ("ExternalId", id)])).0,
                expected
            );
        }
        assert_eq!(app.call_as(&alice, "AssumeRole", &params(&[partner])).0, 403);
    }

    #[test]
    fn refusals_and_xml() {
        let (app, alice) = app();
        let refused = |more: &[(&'static str, &str)]| app.refused_as(&alice, "AssumeRole", &params(more));
        assert_eq!(refused(&[("RoleArn", "acs:ram::1234567890123456:role/nobodys")]), "EntityNotExist.Role");
        assert_eq!(refused(&[("RoleArn", "acs:ram::1111111111111111:role/nobodys")]), "EntityNotExist.Role");
        assert_eq!(refused(&[("RoleArn", "auditor")]), "InvalidParameter.RoleArn");
        assert_eq!(refused(&[("RoleArn", "")]), "MissingRoleArn");
        assert_eq!(refused(&[("RoleSessionName", "a b")]), "InvalidParameter.RoleSessionName");
        assert_eq!(refused(&[("DurationSeconds", "899")]), "InvalidParameter.DurationSeconds");
        assert_eq!(refused(&[("DurationSeconds", "3601")]), "InvalidParameter.DurationSeconds");
        assert_eq!(refused(&[("Policy", "{")]), "InvalidParameter.PolicyGrammar");
        assert_eq!(refused(&[("Policy", &"x".repeat(2049))]), "InvalidParameter.PolicySize");
        assert_eq!(refused(&[("ExternalId", "x")]), "InvalidParameter.ExternalId");
        assert_eq!(app.refused_as(&app.operator, "AssumeRole", &params(&[])), "NoPermission");
        let answer = app.send(&app.sign(&alice, &TestApp::request("AssumeRole", &params(&[])).format("XML")));
        let xml = String::from_utf8(answer.body).unwrap();
        assert!(xml.contains("<Arn>acs:ram::1234567890123456:role/auditor/night-shift</Arn>"), "{xml}");
        assert!(xml.contains("<Expiration>2025-06-15T13:00:00Z</Expiration>"), "{xml}");
    }

    #[test]
    fn a_session_has_nothing_of_its_own() {
        let (app, alice) = app();
        let role = app.role("full", &trust("acs:ram::1234567890123456:root"));
        app.permit_role(role, &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
        let session = assume(&app, &alice, &[("RoleArn", "acs:ram::1234567890123456:role/full")]);
        for action in ["CreateAccessKey", "ListAccessKeys", "GetUserMFAInfo"] {
            assert_eq!(app.refused_as(&session, action, &[]), "MissingUserPrincipalName", "{action}");
        }
        let passwords = [("OldPassword", "x1"), ("NewPassword", "correct horse 1")];
        assert_eq!(app.refused_as(&session, "ChangePassword", &passwords), "NoPermission");
        // No report counts its key, and nobody finds it.
        let key = session.access_key_id.as_str();
        let used = app.call_as(
            &session,
            "GetAccessKeyLastUsed",
            &[("UserPrincipalName", &TestApp::upn("alice")), ("UserAccessKeyId", key)],
        );
        assert_eq!(used.1["Code"], "EntityNotExist.User.AccessKey");
    }
}
