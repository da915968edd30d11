//! CreateUser: makes a RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::user_fields::{self, RequestTag, Tags, user_members, user_shape};
use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, UserPrincipalName};
use crate::ops::user::Notes;
use crate::ops::{Cx, Operation, Target, account, user};
use crate::store::tables::user_tags;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateUser;

shape! {
    /// The parameters.
    pub struct CreateUserRequest {
        /// The logon name: the user's name and the account's default domain (or the one the account began with).
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
        /// The name shown for the user.
        DisplayName as display_name: DisplayName = "Alice";
        /// The mobile phone number.
        MobilePhone as mobile_phone: Option<MobilePhone> = "86-18688888888";
        /// The e-mail address.
        Email as email: Option<Email> = "alice@example.com";
        /// A note.
        Comments as comments: Option<Comments> = "This is a cloud computing engineer.";
        /// Tags, each key once.
        Tag as tag: Vec<RequestTag> = "";
    }
}

shape! {
    /// The answer.
    pub struct CreateUserResponse {
        /// The user as it was made.
        User as user: Nested<CreatedUser> = "";
    }
}

user_shape! {
    /// The user as it was made.
    pub struct CreatedUser {
        /// The tags of the user.
        Tags as tags: Nested<Tags> = "";
    }
}

impl Operation for CreateUser {
    const API: Api = Api {
        product: Product::Ims,
        action: "CreateUser",
        summary: "Makes a RAM user.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:CreateUser",
        resource: "acs:ram:*:{account}:user/*",
        errors: &["EntityAlreadyExists.User", "LimitExceeded.User", "LimitExceeded.User.Tag"],
    };
    const SUMMARY_ZH: &'static str = "创建 RAM 用户。";
    type Request = CreateUserRequest;
    type Response = CreateUserResponse;

    fn target(request: &CreateUserRequest) -> Target {
        Target::User(request.user_principal_name.name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &CreateUserRequest) -> ApiResult<CreateUserResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        account::check_new_name(&account, &request.user_principal_name, "UserPrincipalName")?;
        user_fields::check_tags(&request.tag, cx.settings.quotas.tags_per_user)?;
        let notes = Notes {
            display_name: Some(&request.display_name),
            comments: request.comments.as_ref(),
            email: request.email.as_ref(),
            mobile_phone: request.mobile_phone.as_ref(),
        };
        let user = user::create(cx, &account, &request.user_principal_name.name, &notes)?;
        for tag in &request.tag {
            let value = tag.value.clone().unwrap_or_default();
            user_tags::update(cx.tx, user.account, user.user_id, &tag.key, &value)?;
        }
        // Without tags in the request there are none to read back.
        let tags = match request.tag.as_slice() {
            [] => Nested(Tags { tag: Vec::new() }),
            _ => user_fields::tags_of(cx.tx, &user)?,
        };
        Ok(CreateUserResponse { user: Nested(user_members!(CreatedUser, &account, &user, tags: tags)) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{ACCOUNT, TestApp, masked};

    #[test]
    fn makes_a_user_with_all_that_is_said_of_it() {
        let app = TestApp::new();
        let upn = TestApp::upn("alice");
        let made = app.ok(
            "CreateUser",
            &[
                ("UserPrincipalName", &upn),
                ("DisplayName", "Alice Ärmel"),
                ("MobilePhone", "86-18688888888"),
                ("Email", "alice@example.com"),
                ("Comments", "<a> & \"b\"\n电"),
                ("Tag.1.Key", "team"),
                ("Tag.1.Value", "platform"),
                ("Tag.3.Key", "empty"),
            ],
        );
        insta::assert_json_snapshot!(masked(made.clone(), &["UserId"]), @r#"
        {
          "User": {
            "UpdateDate": "2025-06-15T12:00:00Z",
            "Email": "alice@example.com",
            "Comments": "<a> & \"b\"\n电",
            "UserId": "…",
            "LastLoginDate": "",
            "DisplayName": "Alice Ärmel",
            "UserPrincipalName": "alice@1234567890123456.onaliyun.com",
            "CreateDate": "2025-06-15T12:00:00Z",
            "MobilePhone": "86-18688888888",
            "ProvisionType": "Manual",
            "Tags": {
              "Tag": [
                {
                  "TagKey": "empty",
                  "TagValue": ""
                },
                {
                  "TagKey": "team",
                  "TagValue": "platform"
                }
              ]
            }
          }
        }
        "#);
        assert_eq!(made["User"]["UserId"].as_str().unwrap().len(), 18);
        let mut found = app.ok("GetUser", &[("UserPrincipalName", &upn)]);
        assert_eq!(found["User"].as_object_mut().unwrap().shift_remove("UserName").unwrap(), "alice");
        assert_eq!(found, made);
    }

    #[test]
    fn a_bare_user_in_xml() {
        let app = TestApp::new();
        let upn = TestApp::upn("bob");
        let xml = app.xml("CreateUser", &[("UserPrincipalName", &upn), ("DisplayName", "Bob & Co")]);
        let user = xml.split_once("<User>").unwrap().1;
        assert!(user.contains("<DisplayName>Bob &amp; Co</DisplayName>"), "{xml}");
        assert!(xml.contains("<CreateUserResponse>") && xml.ends_with("</CreateUserResponse>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::with(|settings| settings.quotas.users = 2);
        let upn = app.user("alice");
        let foreign = "alice@6543210987654321.onaliyun.com".to_owned();
        let long_name = format!("{}@{ACCOUNT}.onaliyun.com", "a".repeat(65));
        let bob = TestApp::upn("bob");
        let long = "x".repeat(129);
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[("DisplayName", "x")], "MissingUserPrincipalName"),
            (&[("UserPrincipalName", &bob)], "MissingDisplayName"),
            (
                &[("UserPrincipalName", "bob"), ("DisplayName", "x")],
                "InvalidParameter.UserPrincipalName.Format",
            ),
            (
                &[("UserPrincipalName", &foreign), ("DisplayName", "x")],
                "InvalidParameter.UserPrincipalName.Format",
            ),
            (
                &[("UserPrincipalName", &long_name), ("DisplayName", "x")],
                "InvalidParameter.UserPrincipalName.Length",
            ),
            (
                &[("UserPrincipalName", "b b@x"), ("DisplayName", "x")],
                "InvalidParameter.UserPrincipalName.InvalidChars",
            ),
            (&[("UserPrincipalName", &bob), ("DisplayName", &long)], "InvalidParameter.DisplayName.Length"),
            (
                &[("UserPrincipalName", &bob), ("DisplayName", "x"), ("Comments", &long)],
                "InvalidParameter.Comments.Length",
            ),
            (
                &[("UserPrincipalName", &bob), ("DisplayName", "x"), ("Email", "x")],
                "InvalidParameter.Email.Format",
            ),
            (
                &[("UserPrincipalName", &bob), ("DisplayName", "x"), ("MobilePhone", "1")],
                "InvalidParameter.MobilePhone.Format",
            ),
            (
                &[("UserPrincipalName", &bob), ("DisplayName", "x"), ("Tag.1.Key", "acs:x")],
                "InvalidParameter.Tag.1.Key.Format",
            ),
            (&[("UserPrincipalName", &bob), ("DisplayName", "x"), ("Tag.1.Value", "v")], "MissingTag.1.Key"),
            (
                &[("UserPrincipalName", &bob), ("DisplayName", "x"), ("Tag.1.Key", "k"), ("Tag.2.Key", "k")],
                "InvalidParameter.Tag.Format",
            ),
            (&[("UserPrincipalName", &upn), ("DisplayName", "x")], "EntityAlreadyExists.User"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("CreateUser", params), *code, "{params:?}");
        }
        app.user("bob");
        let carol = TestApp::upn("carol");
        assert_eq!(
            app.refused("CreateUser", &[("UserPrincipalName", &carol), ("DisplayName", "x")]),
            "LimitExceeded.User"
        );
        let alice = app.ok("CreateAccessKey", &[("UserPrincipalName", &upn)]);
        let key = TestApp::key_of(&alice);
        assert_eq!(
            app.refused_as(&key, "CreateUser", &[("UserPrincipalName", &carol), ("DisplayName", "x")]),
            "NoPermission"
        );
    }

    #[test]
    fn as_many_tags_as_the_quota_says() {
        let app = TestApp::new();
        let keys: Vec<String> = (1..=21).map(|number| format!("Tag.{number}.Key")).collect();
        let values: Vec<String> = (1..=21).map(|number| format!("key-{number:02}")).collect();
        let upn = TestApp::upn("alice");
        let mut params = vec![("UserPrincipalName", upn.as_str()), ("DisplayName", "x")];
        params.extend(keys.iter().zip(&values).map(|(key, value)| (key.as_str(), value.as_str())));
        assert_eq!(app.refused("CreateUser", &params), "LimitExceeded.User.Tag");
        params.pop();
        let made = app.ok("CreateUser", &params);
        assert_eq!(made["User"]["Tags"]["Tag"].as_array().unwrap().len(), 20);
    }

    #[test]
    fn a_name_that_answers_could_not_show_is_refused() {
        let app = TestApp::new();
        let account = app.account();
        let domain = crate::identity::domain_name::DefaultDomainName::of_alias(&"d".repeat(51)).unwrap();
        app.write(move |tx| crate::store::tables::accounts::update_default_domain(tx, account, &domain));
        // 64 + 1 + 64 characters.
        let upn = format!("{}@{ACCOUNT}.onaliyun.com", "a".repeat(64));
        let params = [("UserPrincipalName", upn.as_str()), ("DisplayName", "x")];
        assert_eq!(app.refused("CreateUser", &params), "InvalidParameter.UserPrincipalName.Length");
        let upn = format!("{}@{ACCOUNT}.onaliyun.com", "a".repeat(63));
        let made = app.ok("CreateUser", &[("UserPrincipalName", &upn), ("DisplayName", "x")]);
        assert_eq!(made["User"]["UserPrincipalName"].as_str().unwrap().len(), 128);
    }
}
