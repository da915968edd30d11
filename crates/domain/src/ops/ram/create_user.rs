//! CreateUser in RAM's view: makes a RAM user, named without a domain.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, UserName};
use crate::ids::UserId;
use crate::ops::user::Notes;
use crate::ops::{Cx, Operation, Target, account, user};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateUser;

shape! {
    /// The parameters.
    pub struct CreateUserRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
        /// The name shown for the user; its name unless said.
        DisplayName as display_name: Option<DisplayName> = "zhangqiang";
        /// The mobile phone number.
        MobilePhone as mobile_phone: Option<MobilePhone> = "86-18600008888";
        /// The e-mail address.
        Email as email: Option<Email> = "zhangqiang@example.com";
        /// A note.
        Comments as comments: Option<Comments> = "This is a cloud computing engineer.";
    }
}

shape! {
    /// The answer.
    pub struct CreateUserResponse {
        /// The user as it was made.
        User as user: Nested<CreatedUser> = "";
    }
}

shape! {
    /// The user as it was made; members in the order of the vendor's table (help page of CreateUser, 2021).
    pub struct CreatedUser {
        /// The user's id.
        UserId as user_id: UserId = "122748924538072100";
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "zhangqiang";
        /// The mobile phone number; empty if there is none.
        MobilePhone as mobile_phone: MobilePhone = "86-18600008888";
        /// The e-mail address; empty if there is none.
        Email as email: Email = "zhangqiang@example.com";
        /// The note; empty if there is none.
        Comments as comments: Comments = "This is a cloud computing engineer.";
        /// When the user was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
    }
}

impl Operation for CreateUser {
    const API: Api = Api {
        product: Product::Ram,
        action: "CreateUser",
        summary: "Makes a RAM user.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreateUser",
        resource: "acs:ram:*:{account}:user/*",
        errors: &["EntityAlreadyExists.User", "LimitExceeded.User"],
    };
    const SUMMARY_ZH: &'static str = "创建 RAM 用户。";
    type Request = CreateUserRequest;
    type Response = CreateUserResponse;

    fn target(request: &CreateUserRequest) -> Target {
        Target::User(request.user_name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &CreateUserRequest) -> ApiResult<CreateUserResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        account::check_shown(&account, &request.user_name, "UserName")?;
        let notes = Notes {
            display_name: request.display_name.as_ref(),
            comments: request.comments.as_ref(),
            email: request.email.as_ref(),
            mobile_phone: request.mobile_phone.as_ref(),
        };
        let user = user::create(cx, &account, &request.user_name, &notes)?;
        let created = CreatedUser {
            user_id: user.user_id,
            user_name: user.user_name,
            display_name: user.display_name,
            mobile_phone: user.mobile_phone,
            email: user.email,
            comments: user.comments,
            create_date: user.create_date,
        };
        Ok(CreateUserResponse { user: Nested(created) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestApp, masked};

    #[test]
    fn made_in_one_view_it_is_there_in_the_other() {
        let app = TestApp::new();
        let made = app.ok(
            "Ram:CreateUser",
            &[
                ("UserName", "alice"),
                ("DisplayName", "Alice Ärmel"),
                ("MobilePhone", "86-18688888888"),
                ("Email", "alice@example.com"),
                ("Comments", "<a> & \"b\""),
            ],
        );
        insta::assert_json_snapshot!(masked(made.clone(), &["UserId"]), @r#"
        {
          "User": {
            "UserId": "…",
            "UserName": "alice",
            "DisplayName": "Alice Ärmel",
            "MobilePhone": "86-18688888888",
            "Email": "alice@example.com",
            "Comments": "<a> & \"b\"",
            "CreateDate": "2025-06-15T12:00:00Z"
          }
        }
        "#);
        let other = app.ok("GetUser", &[("UserPrincipalName", &TestApp::upn("alice"))])["User"].clone();
        for name in ["UserId", "UserName", "DisplayName", "MobilePhone", "Email", "Comments", "CreateDate"] {
            assert_eq!(other[name], made["User"][name], "{name}");
        }
        app.user("bob");
        let bob = app.ok("Ram:GetUser", &[("UserName", "bob")]);
        assert_eq!(bob["User"]["DisplayName"], "bob");
        let report = app.ok("GetAccountSecurityPracticeReport", &[]);
        assert_eq!(report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["SubUser"], 2);
    }

    #[test]
    fn without_a_display_name_it_is_shown_under_its_name() {
        let app = TestApp::new();
        let xml = app.xml("Ram:CreateUser", &[("UserName", "a.b-c_d")]);
        let shown =
            "<UserName>a.b-c_d</UserName><DisplayName>a.b-c_d</DisplayName><MobilePhone></MobilePhone>";
        assert!(xml.contains(shown) && xml.ends_with("</CreateUserResponse>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| settings.quotas.users = 2);
        let key = app.user_with_key("alice");
        let (longest, longer) = ("a".repeat(64), "a".repeat(65));
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingUserName"),
            (&[("UserName", "a b")], "InvalidParameter.UserName.InvalidChars"),
            (
                &[("UserName", "alice@1234567890123456.onaliyun.com")],
                "InvalidParameter.UserName.InvalidChars",
            ),
            (&[("UserName", &longer)], "InvalidParameter.UserName.Length"),
            (&[("UserName", "bob"), ("Email", "x")], "InvalidParameter.Email.Format"),
            (&[("UserName", "bob"), ("MobilePhone", "x")], "InvalidParameter.MobilePhone.Format"),
            (&[("UserName", "bob"), ("Comments", &"x".repeat(129))], "InvalidParameter.Comments.Length"),
            (
                &[("UserName", "bob"), ("DisplayName", &"x".repeat(129))],
                "InvalidParameter.DisplayName.Length",
            ),
            (&[("UserName", "alice")], "EntityAlreadyExists.User"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:CreateUser", params), *code, "{params:?}");
        }
        app.ok("Ram:CreateUser", &[("UserName", &longest)]);
        assert_eq!(app.refused("Ram:CreateUser", &[("UserName", "bob")]), "LimitExceeded.User");
        assert_eq!(app.refused_as(&key, "Ram:CreateUser", &[("UserName", "bob")]), "NoPermission");
    }
}
