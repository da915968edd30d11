//! GetUser: what is known of a RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::user_fields::{self, Tags, user_members, user_shape};
use crate::identity::user::{UserName, UserPrincipalName};
use crate::ids::{AccessKeyId, UserId};
use crate::ops::{Cx, Operation, Target, account, subject};
use crate::store::Tx;
use crate::store::tables::accounts::Account;
use crate::store::tables::users::User;
use crate::store::tables::{access_keys, users};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetUser;

shape! {
    /// The parameters: one of the three names the user.
    pub struct GetUserRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the user.
        UserId as user_id: Option<UserId> = "207329002493921234";
        /// An AccessKey of the user.
        UserAccessKeyId as user_access_key_id: Option<AccessKeyId> = "LTAI4GFTgcR8m8cZQDTHabcd";
    }
}

shape! {
    /// The answer.
    pub struct GetUserResponse {
        /// The user.
        User as user: Nested<FoundUser> = "";
    }
}

user_shape! {
    /// The user.
    pub struct FoundUser {
        /// The name of the user inside the account.
        UserName as user_name: UserName = "alice";
        /// The tags of the user.
        Tags as tags: Nested<Tags> = "";
    }
}

impl Operation for GetUser {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetUser",
        summary: "Queries a RAM user.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "查询 RAM 用户。";
    type Request = GetUserRequest;
    type Response = GetUserResponse;

    fn target(request: &GetUserRequest) -> Target {
        subject::target(request.user_principal_name.as_ref(), request.user_id)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &GetUserRequest) -> ApiResult<GetUserResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = find(cx.tx, &account, request)?;
        let tags = user_fields::tags_of(cx.tx, &user)?;
        let user_name = user.user_name.clone();
        let found = user_members!(FoundUser, &account, &user, user_name: user_name, tags: tags);
        Ok(GetUserResponse { user: Nested(found) })
    }
}

/// The user; by an AccessKey if nothing else names it.
fn find(tx: &mut Tx<'_>, account: &Account, request: &GetUserRequest) -> ApiResult<User> {
    let (name, id) = (request.user_principal_name.as_ref(), request.user_id);
    let Some(key) = &request.user_access_key_id else { return subject::find(tx, account, name, id) };
    // Only the account's own keys exist for it; a key of its root identity belongs to no RAM user.
    let owner = access_keys::find_owner(tx, key)?
        .filter(|(owner, user)| *owner == account.account && !user.is_root())
        .map(|(_, user)| user)
        .ok_or_else(|| ApiError::new(Code::EntityNotExist("User.AccessKey")))?;
    if name.is_some() || id.is_some() {
        let user = subject::find(tx, account, name, id)?;
        return if user.user_id == owner { Ok(user) } else { Err(subject::contradiction("UserAccessKeyId")) };
    }
    users::find(tx, account.account, owner)?.ok_or_else(|| ApiError::new(Code::EntityNotExist("User")))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn by_name_by_id_and_by_access_key() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (upn, key) = (TestApp::upn("alice"), key.access_key_id.to_string());
        let by_name = app.ok("GetUser", &[("UserPrincipalName", &upn)]);
        insta::assert_json_snapshot!(masked(by_name.clone(), &["UserId"]), @r#"
        {
          "User": {
            "UpdateDate": "2025-06-15T12:00:00Z",
            "Email": "",
            "Comments": "",
            "UserId": "…",
            "LastLoginDate": "",
            "DisplayName": "alice",
            "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
            "CreateDate": "2025-06-15T12:00:00Z",
            "MobilePhone": "",
            "ProvisionType": "Manual",
            "UserName": "alice",
            "Tags": {
              "Tag": []
            }
          }
        }
        "#);
        let id = by_name["User"]["UserId"].as_str().unwrap();
        assert_eq!(app.ok("GetUser", &[("UserId", id)]), by_name);
        assert_eq!(app.ok("GetUser", &[("UserAccessKeyId", &key)]), by_name);
        let all = [("UserPrincipalName", upn.as_str()), ("UserId", id), ("UserAccessKeyId", &key)];
        assert_eq!(app.ok("GetUser", &all), by_name);
        let xml = app.xml("GetUser", &[("UserId", id)]);
        assert!(xml.contains("<UserName>alice</UserName>") && xml.contains("<Email></Email>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (alice, bob) = (TestApp::upn("alice"), app.user("bob"));
        let id = app.ok("GetUser", &[("UserPrincipalName", &alice)])["User"]["UserId"]
            .as_str()
            .unwrap()
            .to_owned();
        let alices_key = key.access_key_id.to_string();
        let nobody = TestApp::upn("nobody");
        let operators_key = app.operator.access_key_id.to_string();
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingUserPrincipalName"),
            (&[("UserPrincipalName", &nobody)], "EntityNotExist.User"),
            (&[("UserPrincipalName", "alice@6543210987654321.onaliyun.com")], "EntityNotExist.User"),
            (&[("UserId", "123456789012345678")], "EntityNotExist.User"),
            (&[("UserId", "0")], "InvalidParameter.UserId.Format"),
            (&[("UserId", "x")], "InvalidParameter.UserId.Format"),
            (&[("UserPrincipalName", &bob), ("UserId", &id)], "InvalidParameter.UserId.Format"),
            (&[("UserAccessKeyId", "LTAIunknown")], "EntityNotExist.User.AccessKey"),
            (&[("UserAccessKeyId", "testid")], "EntityNotExist.User.AccessKey"),
            (&[("UserAccessKeyId", &operators_key)], "EntityNotExist.User.AccessKey"),
            (&[("UserAccessKeyId", "a b")], "InvalidParameter.UserAccessKeyId.Format"),
            (
                &[("UserPrincipalName", &bob), ("UserAccessKeyId", &alices_key)],
                "InvalidParameter.UserAccessKeyId.Format",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("GetUser", params), *code, "{params:?}");
        }
        // Nobody may look, not even at itself, until a policy allows it.
        assert_eq!(app.refused_as(&key, "GetUser", &[("UserPrincipalName", &alice)]), "NoPermission");
        assert_eq!(app.refused_as(&key, "GetUser", &[]), "NoPermission");
    }
}
