//! UpdateUser in RAM's view: renames a RAM user and changes what is noted about it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::user_fields::NotedUser;
use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, UserName};
use crate::ops::user::Notes;
use crate::ops::{Cx, Operation, Target, account, subject, user};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UpdateUser;

shape! {
    /// The parameters: whom to change, and what.
    pub struct UpdateUserRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
        /// The new name. The vendor's table asks for it always; its clients leave it out where the name stays.
        NewUserName as new_user_name: Option<UserName> = "xiaoqiang";
        /// The new name to show for the user.
        NewDisplayName as new_display_name: Option<DisplayName> = "xiaoqiang";
        /// The new mobile phone number; an empty one clears it.
        NewMobilePhone as new_mobile_phone: Option<MobilePhone> = "86-18600008888";
        /// The new e-mail address; an empty one clears it.
        NewEmail as new_email: Option<Email> = "xiaoqiang@example.com";
        /// The new note; an empty one clears it.
        NewComments as new_comments: Option<Comments> = "This is a cloud computing engineer.";
    }
}

shape! {
    /// The answer.
    pub struct UpdateUserResponse {
        /// The user as it is now.
        User as user: Nested<NotedUser> = "";
    }
}

impl Operation for UpdateUser {
    const API: Api = Api {
        product: Product::Ram,
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
        Target::User(request.user_name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &UpdateUserRequest) -> ApiResult<UpdateUserResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let before = subject::find_named(cx.tx, account.account, &request.user_name)?;
        let new_name = request.new_user_name.as_ref();
        if let Some(name) = new_name {
            account::check_shown(&account, name, "NewUserName")?;
        }
        let notes = Notes {
            display_name: request.new_display_name.as_ref(),
            comments: request.new_comments.as_ref(),
            email: request.new_email.as_ref(),
            mobile_phone: request.new_mobile_phone.as_ref(),
        };
        let user = user::update(cx, &before, new_name, &notes)?;
        Ok(UpdateUserResponse { user: Nested(user.into()) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn both_views_show_the_change() {
        let app = TestApp::new();
        app.user("alice");
        app.clock.advance(60);
        let changed = app.ok(
            "Ram:UpdateUser",
            &[
                ("UserName", "alice"),
                ("NewUserName", "alicia"),
                ("NewDisplayName", "Alicia"),
                ("NewMobilePhone", "1-2345678"),
                ("NewEmail", "alicia@example.com"),
                ("NewComments", "moved"),
            ],
        );
        insta::assert_json_snapshot!(masked(changed, &["UserId"]), @r#"
        {
          "User": {
            "UserId": "…",
            "UserName": "alicia",
            "DisplayName": "Alicia",
            "MobilePhone": "1-2345678",
            "Email": "alicia@example.com",
            "Comments": "moved",
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:01:00Z"
          }
        }
        "#);
        let other = app.ok("GetUser", &[("UserPrincipalName", &TestApp::upn("alicia"))]);
        assert_eq!(other["User"]["DisplayName"], "Alicia");
        assert_eq!(app.refused("Ram:GetUser", &[("UserName", "alice")]), "EntityNotExist.User");
        let new = TestApp::upn("ally");
        app.ok(
            "UpdateUser",
            &[("UserPrincipalName", &TestApp::upn("alicia")), ("NewUserPrincipalName", &new)],
        );
        assert_eq!(app.ok("Ram:GetUser", &[("UserName", "ally")])["User"]["Comments"], "moved");
        let xml = app.xml("Ram:UpdateUser", &[("UserName", "ally"), ("NewComments", "")]);
        assert!(xml.contains("<Comments></Comments><CreateDate>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        app.user("bob");
        let long = "x".repeat(65);
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("NewUserName", "x")], "MissingUserName"),
            (&[("UserName", "nobody"), ("NewUserName", "x")], "EntityNotExist.User"),
            (&[("UserName", "alice"), ("NewUserName", "bob")], "EntityAlreadyExists.User"),
            (&[("UserName", "alice"), ("NewUserName", "a/b")], "InvalidParameter.NewUserName.InvalidChars"),
            (&[("UserName", "alice"), ("NewUserName", &long)], "InvalidParameter.NewUserName.Length"),
            (&[("UserName", "alice"), ("NewEmail", "x")], "InvalidParameter.NewEmail.Format"),
            (&[("UserName", "alice"), ("NewMobilePhone", "x")], "InvalidParameter.NewMobilePhone.Format"),
            (
                &[("UserName", "alice"), ("NewDisplayName", &"x".repeat(129))],
                "InvalidParameter.NewDisplayName.Length",
            ),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:UpdateUser", params), *code, "{params:?}");
        }
        let longest = "x".repeat(64);
        app.ok("Ram:UpdateUser", &[("UserName", "bob"), ("NewUserName", &longest)]);
        let params = [("UserName", "alice"), ("NewComments", "x")];
        assert_eq!(app.refused_as(&key, "Ram:UpdateUser", &params), "NoPermission");
    }
}
