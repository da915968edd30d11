//! CreateAccount: a new account with a root AccessKey, whose secret is shown this once.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::domain_name::{AccountAlias, DefaultDomainName};
use crate::ids::AccountId;
use crate::ops::account::must_be_free;
use crate::ops::root_key::RootKeyMaker;
use crate::ops::{Cx, Operation};
use crate::store::tables::accounts::{self, Account};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateAccount;

shape! {
    /// What the account shall be like.
    pub struct CreateAccountRequest {
        /// The id of the account. Default: a random one.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// The alias of the account: the first part of the domain that logon names end in. Default: the account's id.
        AccountAlias as account_alias: Option<AccountAlias> = "acme";
    }
}

shape! {
    /// The answer.
    pub struct CreateAccountResponse {
        /// The new account.
        Account as account: Nested<NewAccount> = "";
        /// The AccessKey of its root identity.
        AccessKey as access_key: Nested<NewRootAccessKey> = "";
    }
}

shape! {
    /// An account that was just made.
    pub struct NewAccount {
        /// Its id.
        AccountId as account_id: AccountId = "1234567890123456";
        /// The domain that its logon names end in.
        DefaultDomainName as default_domain_name: DefaultDomainName = "acme.onaliyun.com";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2025-06-15T12:00:00Z";
    }
}

shape! {
    /// An AccessKey at the only moment when its secret is shown.
    pub struct NewRootAccessKey {
        /// The id of the AccessKey.
        AccessKeyId as access_key_id: String = "LTAI4GFTgcR8m8cZQDTHabcd";
        /// The secret of the AccessKey.
        AccessKeySecret as access_key_secret: String = "PupkTg8jdmau1cXxYacgE736PJabcd";
        /// When the AccessKey was made.
        CreateDate as create_date: Timestamp = "2025-06-15T12:00:00Z";
        /// Its status.
        Status as status: String = "Active";
    }
}

impl Operation for CreateAccount {
    const API: Api = Api {
        product: Product::Ramward,
        action: "CreateAccount",
        summary: "Creates an account with an AccessKey of its root identity.",
        access: Access::Write,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:CreateAccount",
        resource: "*",
        errors: &["EntityAlreadyExists.Account", "EntityAlreadyExists.AccountAlias"],
    };
    const SUMMARY_ZH: &'static str = "创建账号及其主账号的 AccessKey。";
    type Request = CreateAccountRequest;
    type Response = CreateAccountResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<CreateAccountResponse> {
        let account_id = request.account_id.unwrap_or_else(|| AccountId::generate(cx.entropy));
        if accounts::find(cx.tx, account_id)?.is_some() {
            return Err(ApiError::new(Code::EntityAlreadyExists("Account")));
        }
        let mut account = Account::new(account_id, cx.now);
        if let Some(alias) = &request.account_alias {
            account.default_domain = alias.to_default_domain();
        }
        must_be_free(cx.tx, account_id, &account.default_domain)?;
        accounts::insert(cx.tx, &account)?;
        let maker = RootKeyMaker { seal: cx.seal, entropy: cx.entropy, now: cx.now };
        let key = maker.make(cx.tx, account_id, None, None)?;
        Ok(CreateAccountResponse {
            account: Nested(NewAccount {
                account_id,
                default_domain_name: account.default_domain,
                create_date: cx.now,
            }),
            access_key: Nested(NewRootAccessKey {
                access_key_id: key.access_key_id.to_string(),
                access_key_secret: key.access_key_secret.expose().to_owned(),
                create_date: cx.now,
                status: "Active".to_owned(),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn the_new_root_can_call_and_sees_its_own_account_only() {
        let app = TestApp::new();
        app.user("alice");
        let (status, mut answer) = app.call_as(
            &app.operator,
            "CreateAccount",
            &[("AccountId", "6543210987654321"), ("AccountAlias", "acme")],
        );
        assert_eq!(status, 200);
        let key = TestApp::key_of(&answer);
        answer["AccessKey"]["AccessKeyId"] = "…".into();
        answer["AccessKey"]["AccessKeySecret"] = "…".into();
        insta::assert_json_snapshot!(answer, @r#"
        {
          "Account": {
            "AccountId": "6543210987654321",
            "DefaultDomainName": "acme.onaliyun.com",
            "CreateDate": "2025-06-15T12:00:00Z"
          },
          "AccessKey": {
            "AccessKeyId": "…",
            "AccessKeySecret": "…",
            "CreateDate": "2025-06-15T12:00:00Z",
            "Status": "Active"
          }
        }
        "#);
        let (_, identity) = app.call_as(&key, "GetCallerIdentity", &[]);
        assert_eq!(identity["Arn"], "acs:ram::6543210987654321:root");
        let (_, users) = app.call_as(&key, "ListUsers", &[]);
        assert_eq!(users["Users"]["User"], serde_json::json!([]));
        let alice = [("UserPrincipalName", "alice@1234567890123456.onaliyun.com")];
        assert_eq!(app.refused_as(&key, "GetUser", &alice), "EntityNotExist.User");
        let (_, report) = app.call_as(&key, "GetAccountSecurityPracticeReport", &[]);
        let info = &report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"];
        assert_eq!((&info["SubUser"], &info["RootWithAccessKey"]), (&0.into(), &1.into()));
    }

    #[test]
    fn nothing_has_to_be_said() {
        let app = TestApp::new();
        let (status, answer) = app.call_as(&app.operator, "CreateAccount", &[]);
        assert_eq!(status, 200);
        let id = answer["Account"]["AccountId"].as_str().unwrap();
        assert_eq!(id.len(), 16);
        assert_eq!(answer["Account"]["DefaultDomainName"], format!("{id}.onaliyun.com"));
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let refused = |params: &[(&str, &str)]| app.refused_as(&app.operator, "CreateAccount", params);
        assert_eq!(refused(&[("AccountId", "1234567890123456")]), "EntityAlreadyExists.Account");
        for bad in ["123", "0000000000000000", "123456789012345a"] {
            assert_eq!(refused(&[("AccountId", bad)]), "InvalidParameter.AccountId.Format", "{bad}");
        }
        app.call_as(&app.operator, "CreateAccount", &[("AccountAlias", "acme")]);
        for taken in ["acme", "ACME", "1234567890123456", "1111111111111111"] {
            assert_eq!(refused(&[("AccountAlias", taken)]), "EntityAlreadyExists.AccountAlias", "{taken}");
        }
        assert_eq!(refused(&[("AccountAlias", "-x")]), "InvalidParameter.AccountAlias.Format");
        assert_eq!(refused(&[("AccountAlias", "a b")]), "InvalidParameter.AccountAlias.InvalidChars");
        assert_eq!(refused(&[("AccountAlias", &"a".repeat(52))]), "InvalidParameter.AccountAlias.Length");
        assert_eq!(app.refused("CreateAccount", &[]), "NoPermission");
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let answer =
            app.send(&app.sign(&app.operator, &TestApp::request("CreateAccount", &[]).format("XML")));
        let xml = String::from_utf8(answer.body).unwrap();
        assert!(answer.status == 200 && xml.contains("<AccessKeySecret>"), "{xml}");
    }
}
