//! DeleteUser: deletes a RAM user that has nothing left (decision record 0013).

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::UserPrincipalName;
use crate::ids::UserId;
use crate::ops::{Cx, Operation, Target, account, subject, user};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteUser;

shape! {
    /// The parameters: `UserPrincipalName` or `UserId` names the user.
    pub struct DeleteUserRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the user.
        UserId as user_id: Option<UserId> = "207329002493921234";
    }
}

impl Operation for DeleteUser {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteUser",
        summary: "Deletes a RAM user that has no AccessKey, no logon profile, no MFA device, no group and no policy.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &[
            "EntityNotExist.User",
            "DeleteConflict.User.AccessKey",
            "DeleteConflict.User.LoginProfile",
            "DeleteConflict.User.MFADevice",
            "DeleteConflict.User.Group",
            "DeleteConflict.User.Policy",
        ],
    };
    type Request = DeleteUserRequest;
    type Response = Empty;

    fn target(request: &DeleteUserRequest) -> Target {
        subject::target(request.user_principal_name.as_ref(), request.user_id)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteUserRequest) -> ApiResult<Empty> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find(cx.tx, &account, request.user_principal_name.as_ref(), request.user_id)?;
        user::delete(cx, &user)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::identity::mfa::{MFADeviceType, VirtualMFADeviceName};
    use crate::store::tables::mfa_devices::{self, MfaDevice};
    use crate::testing::TestApp;

    #[test]
    fn only_a_user_with_nothing_left_is_deleted() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        app.ok("CreateLoginProfile", &[("UserPrincipalName", &upn), ("Password", "correct horse")]);
        assert_eq!(app.refused("DeleteUser", &named), "DeleteConflict.User.AccessKey");
        assert_eq!(app.refused_as(&key, "DeleteUser", &named), "NoPermission");
        let id = key.access_key_id.to_string();
        app.ok("DeleteAccessKey", &[("UserPrincipalName", &upn), ("UserAccessKeyId", &id)]);
        assert_eq!(app.refused("DeleteUser", &named), "DeleteConflict.User.LoginProfile");
        app.ok("DeleteLoginProfile", &named);
        let user = made_id(&app, &upn).parse().unwrap();
        let device = MfaDevice {
            account: app.account(),
            device_name: VirtualMFADeviceName::parse("phone").unwrap(),
            device_type: MFADeviceType::Vmfa,
            sealed_seed: None,
            create_date: app.service.now(),
            user_id: Some(user),
            activate_date: Some(app.service.now()),
            last_step: None,
        };
        let (account, name) = (device.account, device.device_name.clone());
        app.write(move |tx| mfa_devices::insert(tx, &device));
        assert_eq!(app.refused("DeleteUser", &named), "DeleteConflict.User.MFADevice");
        app.write(move |tx| mfa_devices::unbind(tx, account, &name).map(drop));
        assert_eq!(app.ok("DeleteUser", &named), json!({}));
        assert_eq!(app.refused("DeleteUser", &named), "EntityNotExist.User");
        assert_eq!(app.ok("ListUsers", &[])["Users"], json!({"User": []}));
        let xml = app.xml("DeleteUser", &[("UserId", &made_id(&app, &app.user("bob")))]);
        assert!(xml.contains("<DeleteUserResponse><RequestId>"), "{xml}");
        assert_eq!(app.refused("DeleteUser", &[]), "MissingUserPrincipalName");
    }

    fn made_id(app: &TestApp, upn: &str) -> String {
        app.ok("GetUser", &[("UserPrincipalName", upn)])["User"]["UserId"].as_str().unwrap().to_owned()
    }

    #[test]
    fn groups_and_policies_must_go_first() {
        let app = TestApp::new();
        let alice = app.user("alice");
        let named = [("UserPrincipalName", alice.as_str())];
        app.ok("CreateGroup", &[("GroupName", "dev-team")]);
        let member = [named[0], ("GroupName", "dev-team")];
        app.ok("AddUserToGroup", &member);
        assert_eq!(app.refused("DeleteUser", &named), "DeleteConflict.User.Group");
        app.ok("RemoveUserFromGroup", &member);
        app.attach("alice", "reading", &crate::testing::policies::allow("ram:Get*", "*"));
        assert_eq!(app.refused("DeleteUser", &named), "DeleteConflict.User.Policy");
        app.detach("alice", "reading");
        app.ok("DeleteUser", &named);
    }
}
