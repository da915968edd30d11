//! GetUserInRecycleBin: a deleted RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::recycled_fields::{self, UserInRecycleBin};
use crate::ids::{AccessKeyId, UserId};
use crate::ops::{Cx, Operation, account, recycle_bin};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetUserInRecycleBin;

shape! {
    /// The parameters: exactly one of them.
    pub struct GetUserInRecycleBinRequest {
        /// The id of the user.
        UserId as user_id: Option<UserId> = "207329002493921234";
        /// The id of an AccessKey pair of the user, which lies in the bin as well.
        UserAccessKeyId as user_access_key_id: Option<AccessKeyId> = "LTAI4G3HaMmeHpay2gcqabcd";
    }
}

shape! {
    /// The answer.
    pub struct GetUserInRecycleBinResponse {
        /// The user.
        User as user: Nested<UserInRecycleBin> = "";
    }
}

impl Operation for GetUserInRecycleBin {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetUserInRecycleBin",
        summary: "Answers a RAM user in the recycle bin, by its id or by that of one of its AccessKeys.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetUserInRecycleBin",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityNotExist.User", "EntityNotExist.User.AccessKey"],
    };
    const SUMMARY_ZH: &'static str = "按用户 ID 或其某个 AccessKey 的 ID，查询回收站中的 RAM 用户。";
    type Request = GetUserInRecycleBinRequest;
    type Response = GetUserInRecycleBinResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<GetUserInRecycleBinResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = match (request.user_id, &request.user_access_key_id) {
            (Some(user), None) => user,
            (None, Some(key)) => {
                recycle_bin::find_key(cx.tx, account.account, None, key, cx.now)?.key.user_id
            }
            (None, None) => {
                let message = "UserId is mandatory for this action. UserAccessKeyId may be given instead.";
                return Err(ApiError::with_message(Code::Missing("UserId".into()), message));
            }
            (Some(_), Some(_)) => {
                let message =
                    "The parameter - \"UserAccessKeyId\" stands beside UserId. Give one of them alone.";
                let code = Code::InvalidParameter("UserAccessKeyId".into(), Rule::Format);
                return Err(ApiError::with_message(code, message));
            }
        };
        let found = recycle_bin::find_user(cx.tx, account.account, user, cx.now)?;
        Ok(GetUserInRecycleBinResponse { user: Nested(recycled_fields::user(&account, found)) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn by_its_id_or_by_one_of_its_keys() {
        let app = TestApp::new();
        let key = app.user_with_key("alice").access_key_id.to_string();
        let id = app.shown_id("alice");
        let upn = TestApp::upn("alice");
        assert_eq!(app.refused("GetUserInRecycleBin", &[("UserId", &id)]), "EntityNotExist.User");
        app.clock.advance(60);
        app.ok("DeleteUser", &[("UserPrincipalName", &upn)]);
        let expected = json!({"User": {
            "UserId": id,
            "UserPrincipalName": upn,
            "DisplayName": "alice",
            "CreateDate": "2025-06-15T12:00:00Z",
            "RecycleDate": "2025-06-15T12:01:00Z",
            "DeleteDate": "2025-07-15T12:01:00Z",
        }});
        assert_eq!(app.ok("GetUserInRecycleBin", &[("UserId", &id)]), expected);
        assert_eq!(app.ok("GetUserInRecycleBin", &[("UserAccessKeyId", &key)]), expected);
        let xml = app.xml("GetUserInRecycleBin", &[("UserId", &id)]);
        assert!(xml.contains(&format!("<User><UserId>{id}</UserId>")), "{xml}");
    }

    /// It is gone on the second, not at the next clean-up.
    #[test]
    fn for_thirty_days_and_not_a_second_longer() {
        let app = TestApp::new();
        app.user("alice");
        let id = app.shown_id("alice");
        app.ok("DeleteUser", &[("UserId", &id)]);
        app.clock.advance(30 * 86_400 - 1);
        app.ok("GetUserInRecycleBin", &[("UserId", &id)]);
        app.clock.advance(1);
        assert_eq!(app.refused("GetUserInRecycleBin", &[("UserId", &id)]), "EntityNotExist.User");
        assert_eq!(app.refused("RestoreUserFromRecycleBin", &[("UserId", &id)]), "EntityNotExist.User");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let (key, id) = (alice.access_key_id.to_string(), app.shown_id("alice"));
        assert_eq!(app.refused("GetUserInRecycleBin", &[]), "MissingUserId");
        let both = [("UserId", id.as_str()), ("UserAccessKeyId", key.as_str())];
        assert_eq!(app.refused("GetUserInRecycleBin", &both), "InvalidParameter.UserAccessKeyId.Format");
        assert_eq!(app.refused("GetUserInRecycleBin", &both[1..]), "EntityNotExist.User.AccessKey");
        assert_eq!(app.refused_as(&alice, "GetUserInRecycleBin", &both[..1]), "NoPermission");
    }
}
