//! UpdateUser: renames a RAM user and changes what is noted about it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::user_fields::{user_members, user_shape};
use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, UserPrincipalName};
use crate::ids::UserId;
use crate::ops::user::Notes;
use crate::ops::{Cx, Operation, Target, account, subject, user};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateUser;

shape! {
    /// The parameters: `UserPrincipalName` or `UserId` names the user, the rest is what changes.
    pub struct UpdateUserRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
        /// The id of the user.
        UserId as user_id: Option<UserId> = "207329002493921234";
        /// The new logon name.
        NewUserPrincipalName as new_user_principal_name: Option<UserPrincipalName> = "new@example.onaliyun.com";
        /// The new name to show for the user.
        NewDisplayName as new_display_name: Option<DisplayName> = "new";
        /// The new mobile phone number; an empty one clears it.
        NewMobilePhone as new_mobile_phone: Option<MobilePhone> = "86-18688888888";
        /// The new e-mail address; an empty one clears it.
        NewEmail as new_email: Option<Email> = "alice@example.com";
        /// The new note; an empty one clears it.
        NewComments as new_comments: Option<Comments> = "This is a cloud computing engineer.";
    }
}

shape! {
    /// The answer.
    pub struct UpdateUserResponse {
        /// The user as it is now.
        User as user: Nested<UpdatedUser> = "";
    }
}

user_shape! {
    /// The user as it is now.
    pub struct UpdatedUser {}
}

impl Operation for UpdateUser {
    const API: Api = Api {
        product: Product::Ims,
        action: "UpdateUser",
        summary: "Renames a RAM user and changes what is noted about it.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UpdateUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityAlreadyExists.User"],
    };
    const SUMMARY_ZH: &'static str = "修改 RAM 用户的名称和备注等信息。";
    type Request = UpdateUserRequest;
    type Response = UpdateUserResponse;

    fn target(request: &UpdateUserRequest) -> Target {
        subject::target(request.user_principal_name.as_ref(), request.user_id)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &UpdateUserRequest) -> ApiResult<UpdateUserResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let before = subject::find(cx.tx, &account, request.user_principal_name.as_ref(), request.user_id)?;
        let new_name = request.new_user_principal_name.as_ref();
        if let Some(name) = new_name {
            account::check_new_name(&account, name, "NewUserPrincipalName")?;
        }
        let notes = Notes {
            display_name: request.new_display_name.as_ref(),
            comments: request.new_comments.as_ref(),
            email: request.new_email.as_ref(),
            mobile_phone: request.new_mobile_phone.as_ref(),
        };
        let user = user::update(cx, &before, new_name.map(|name| &name.name), &notes)?;
        Ok(UpdateUserResponse { user: Nested(user_members!(UpdatedUser, &account, &user)) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn changes_what_is_said_and_nothing_else() {
        let app = TestApp::new();
        let upn = app.user("alice");
        app.clock.advance(60);
        let changed = app.ok(
            "UpdateUser",
            &[
                ("UserPrincipalName", &upn),
                ("NewDisplayName", "Alicia"),
                ("NewMobilePhone", "1-2345678"),
                ("NewEmail", "alicia@example.com"),
                ("NewComments", "moved"),
            ],
        );
        insta::assert_json_snapshot!(masked(changed, &["UserId"]), @r#"
        {
          "User": {
            "UpdateDate": "2025-06-15T12:01:00Z",
            "Email": "alicia@example.com",
            "Comments": "moved",
            "UserId": "…",
            "LastLoginDate": "",
            "DisplayName": "Alicia",
            "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
            "CreateDate": "2025-06-15T12:00:00Z",
            "MobilePhone": "1-2345678",
            "ProvisionType": "Manual"
          }
        }
        "#);
        app.clock.advance(60);
        let id =
            app.ok("GetUser", &[("UserPrincipalName", &upn)])["User"]["UserId"].as_str().unwrap().to_owned();
        let unchanged = app.ok("UpdateUser", &[("UserId", &id), ("NewComments", "moved")]);
        assert_eq!(unchanged["User"]["UpdateDate"], "2025-06-15T12:01:00Z", "nothing changed");
        let cleared = app.ok(
            "UpdateUser",
            &[("UserId", &id), ("NewComments", ""), ("NewEmail", ""), ("NewMobilePhone", "")],
        );
        for name in ["Comments", "Email", "MobilePhone"] {
            assert_eq!(cleared["User"][name], "", "{name}");
        }
        assert_eq!(cleared["User"]["UpdateDate"], "2025-06-15T12:02:00Z");
        let xml = app.xml("UpdateUser", &[("UserId", &id), ("NewDisplayName", "a<b")]);
        assert!(xml.contains("<DisplayName>a&lt;b</DisplayName>"), "{xml}");
    }

    #[test]
    fn a_renamed_user_keeps_its_key_and_loses_its_old_name() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (old, new) = (TestApp::upn("alice"), TestApp::upn("alicia"));
        assert_eq!(
            app.call_as(&key, "GetCallerIdentity", &[]).1["Arn"],
            "acs:ram::1234567890123456:user/alice"
        );
        let changed = app.ok("UpdateUser", &[("UserPrincipalName", &old), ("NewUserPrincipalName", &new)]);
        assert_eq!(changed["User"]["UserPrincipalName"], new.as_str());
        assert_eq!(app.refused("GetUser", &[("UserPrincipalName", &old)]), "EntityNotExist.User");
        assert_eq!(app.ok("GetUser", &[("UserPrincipalName", &new)])["User"]["UserName"], "alicia");
        assert_eq!(
            app.call_as(&key, "GetCallerIdentity", &[]).1["Arn"],
            "acs:ram::1234567890123456:user/alicia"
        );
        app.user("alice");
        // A name may be given again to the one that has it.
        app.ok("UpdateUser", &[("UserPrincipalName", &new), ("NewUserPrincipalName", &new)]);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (alice, bob, nobody) = (TestApp::upn("alice"), app.user("bob"), TestApp::upn("nobody"));
        let long = "x".repeat(129);
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("NewComments", "x")], "MissingUserPrincipalName"),
            (&[("UserPrincipalName", &nobody)], "EntityNotExist.User"),
            (&[("UserPrincipalName", &alice), ("NewUserPrincipalName", &bob)], "EntityAlreadyExists.User"),
            (
                &[("UserPrincipalName", &alice), ("NewUserPrincipalName", "a@6543210987654321.onaliyun.com")],
                "InvalidParameter.NewUserPrincipalName.Format",
            ),
            (
                &[("UserPrincipalName", &alice), ("NewUserPrincipalName", "a!@x")],
                "InvalidParameter.NewUserPrincipalName.InvalidChars",
            ),
            (
                &[("UserPrincipalName", &alice), ("NewDisplayName", &long)],
                "InvalidParameter.NewDisplayName.Length",
            ),
            (&[("UserPrincipalName", &alice), ("NewComments", &long)], "InvalidParameter.NewComments.Length"),
            (&[("UserPrincipalName", &alice), ("NewEmail", "a")], "InvalidParameter.NewEmail.Format"),
            (
                &[("UserPrincipalName", &alice), ("NewMobilePhone", "a")],
                "InvalidParameter.NewMobilePhone.Format",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("UpdateUser", params), *code, "{params:?}");
        }
        let itself = [("UserPrincipalName", alice.as_str()), ("NewComments", "me")];
        assert_eq!(app.refused_as(&key, "UpdateUser", &itself), "NoPermission");
    }
}
