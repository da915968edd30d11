//! GetUser in RAM's view: what is known of a RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, UserName};
use crate::ids::UserId;
use crate::ops::occasion::Occasion;
use crate::ops::{Cx, Operation, Target, subject};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetUser;

shape! {
    /// The parameters.
    pub struct GetUserRequest {
        /// The name of the user.
        UserName as user_name: UserName = "zhangqiang";
    }
}

shape! {
    /// The answer.
    pub struct GetUserResponse {
        /// The user.
        User as user: Nested<FoundUser> = "";
    }
}

shape! {
    /// The user; members in the order of the vendor's table (help page of GetUser, 2021).
    pub struct FoundUser {
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
        /// When the user was last changed.
        UpdateDate as update_date: Timestamp = "2015-02-11T03:15:21Z";
        /// When the user last logged on to the console; empty for never.
        LastLoginDate as last_login_date: Occasion = "2015-01-23T12:33:18Z";
    }
}

impl Operation for GetUser {
    const API: Api = Api {
        product: Product::Ram,
        action: "GetUser",
        summary: "Queries a RAM user.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetUser",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "查询 RAM 用户。";
    type Request = GetUserRequest;
    type Response = GetUserResponse;

    fn target(request: &GetUserRequest) -> Target {
        Target::User(request.user_name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &GetUserRequest) -> ApiResult<GetUserResponse> {
        let user = subject::find_named(cx.tx, cx.caller.account(), &request.user_name)?;
        let found = FoundUser {
            user_id: user.user_id,
            user_name: user.user_name,
            display_name: user.display_name,
            mobile_phone: user.mobile_phone,
            email: user.email,
            comments: user.comments,
            create_date: user.create_date,
            update_date: user.update_date,
            last_login_date: Occasion(user.last_login_date),
        };
        Ok(GetUserResponse { user: Nested(found) })
    }
}

#[cfg(test)]
mod tests {
    use crate::store::tables::users;
    use crate::testing::{TestApp, masked};
    use crate::time::Timestamp;

    #[test]
    fn before_and_after_the_first_logon() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let found = app.ok("Ram:GetUser", &[("UserName", "alice")]);
        insta::assert_json_snapshot!(masked(found.clone(), &["UserId"]), @r#"
        {
          "User": {
            "UserId": "…",
            "UserName": "alice",
            "DisplayName": "alice",
            "MobilePhone": "",
            "Email": "",
            "Comments": "",
            "CreateDate": "2025-06-15T12:00:00Z",
            "UpdateDate": "2025-06-15T12:00:00Z",
            "LastLoginDate": ""
          }
        }
        "#);
        assert_eq!(
            found["User"]["UserId"],
            app.ok("GetUser", &[("UserPrincipalName", &upn)])["User"]["UserId"]
        );
        let id = found["User"]["UserId"].as_str().unwrap().parse().unwrap();
        let account = app.account();
        app.write(move |tx| {
            users::update_last_login_date(tx, account, id, Timestamp::from_seconds(1_749_000_000))
        });
        let xml = app.xml("Ram:GetUser", &[("UserName", "alice")]);
        assert!(xml.contains("<LastLoginDate>2025-06-04T01:20:00Z</LastLoginDate></User>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[], "MissingUserName"),
            (&[("UserName", "nobody")], "EntityNotExist.User"),
            // A name is a name, whatever else knows it: case counts and a logon name is none.
            (&[("UserName", "Alice")], "EntityNotExist.User"),
            (&[("UserName", &TestApp::upn("alice"))], "InvalidParameter.UserName.InvalidChars"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("Ram:GetUser", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&key, "Ram:GetUser", &[("UserName", "alice")]), "NoPermission");
    }
}
