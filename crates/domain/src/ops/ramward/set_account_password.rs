//! SetAccountPassword: sets the password with which the root identity signs in at the console. The vendor does this on its
//! account pages and has no operation for it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::login_profile::{Password, PasswordHash};
use crate::identity::user::UserName;
use crate::ids::UserId;
use crate::ops::prepared::Prepared;
use crate::ops::{Cx, Operation, Prepare, account};
use crate::store::tables::console_sessions;
use crate::store::tables::root_passwords::{self, RootPassword};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetAccountPassword;

shape! {
    /// The password.
    pub struct SetAccountPasswordRequest {
        /// The password; it must satisfy the account's password policy, as that of a user named root would have to. All console sessions of the root identity end.
        Password as password: Password = "mypassword";
    }
}

impl Operation for SetAccountPassword {
    const API: Api = Api {
        product: Product::Ramward,
        action: "SetAccountPassword",
        summary: "Sets the password with which the root identity of the account signs in at the console.",
        access: Access::Write,
        audience: Audience::Root,
        self_service: SelfService::No,
        ram_action: "ramward:SetAccountPassword",
        resource: "acs:ram:*:{account}:*",
        errors: &["InvalidParameter.Password.TooWeak"],
    };
    const SUMMARY_ZH: &'static str = "设置主账号登录控制台的密码。";
    const SLOW: bool = true;
    type Request = Prepared<SetAccountPasswordRequest, PasswordHash>;
    type Response = Empty;

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let row = cx.store.read(|tx| account::find(tx, cx.caller.account()))?;
        let root = UserName::parse("root").expect("the name has the form of one");
        let password = &request.request.password;
        row.password_policy.check(password, &root).map_err(|weakness| {
            let message = format!("The parameter - \"Password\" is too weak: {weakness}.");
            ApiError::with_message(Code::InvalidParameter("Password".into(), Rule::TooWeak), message)
        })?;
        request.prepared = Some(password.hash(cx.settings.hash_cost, cx.entropy));
        Ok(())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let account = cx.caller.account();
        let password_hash = request.prepared.clone();
        let password_hash =
            password_hash.ok_or_else(|| ApiError::internal("the password was not prepared"))?;
        root_passwords::update(cx.tx, &RootPassword { account, password_hash, password_date: cx.now })?;
        console_sessions::delete_of_user(cx.tx, account, UserId::ROOT)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use serde_json::json;

    use crate::service::console::{Begun, ConsoleStage, Shown};
    use crate::testing::{ACCOUNT, TestApp};

    fn sign_in(app: &TestApp, name: &str, password: &str) -> Option<Begun> {
        let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
        app.service.sign_in_with_password(&Shown { name, password, remembered: None, peer }).ok()
    }

    #[test]
    fn root_signs_in_with_it_and_its_device() {
        let app = TestApp::new();
        assert!(sign_in(&app, ACCOUNT, "correct horse").is_none(), "none was set");
        assert_eq!(app.ok("SetAccountPassword", &[("Password", "correct horse")]), json!({}));
        app.ok("Ram:SetAccountAlias", &[("AccountAlias", "acme")]);
        for name in [ACCOUNT, "acme", "acme.onaliyun.com"] {
            assert_eq!(sign_in(&app, name, "correct horse").unwrap().stage, ConsoleStage::Done, "{name}");
        }
        assert!(sign_in(&app, "root@acme", "correct horse").is_none(), "that would be a RAM user");
        let phone = app.device("roots");
        app.bind_root(&phone);
        app.clock.advance(300);
        let begun = sign_in(&app, "acme", "correct horse").unwrap();
        assert_eq!(begun.stage, ConsoleStage::Code);
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let begun = app.service.prove_code(&begun.token, &phone.code(app.wall()), false, here).unwrap();
        assert!(app.service.signed_in(&begun.token).unwrap().unwrap().caller.is_root());
        let report = app.ok("GetCredentialReport", &[]);
        assert!(report["Content"].is_string());
        app.ok("SetAccountPassword", &[("Password", "battery staple")]);
        assert!(app.service.signed_in(&begun.token).unwrap().is_none(), "its sessions end");
        assert!(sign_in(&app, "acme", "correct horse").is_none());
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let set = [("Password", "correct horse")];
        assert!(app.xml("SetAccountPassword", &set).contains("<SetAccountPasswordResponse>"));
        assert_eq!(app.refused("SetAccountPassword", &[]), "MissingPassword");
        app.password_policy(r#"{"RequireNumbers":true,"PasswordNotContainUserName":true}"#);
        for weak in ["correct horse", "short 1", "the root of it 1"] {
            let code = app.refused("SetAccountPassword", &[("Password", weak)]);
            assert_eq!(code, "InvalidParameter.Password.TooWeak", "{weak}");
        }
        let bob = app.user_with_key("bob");
        for key in [&bob, &app.operator] {
            assert_eq!(app.refused_as(key, "SetAccountPassword", &set), "NoPermission");
        }
    }
}
