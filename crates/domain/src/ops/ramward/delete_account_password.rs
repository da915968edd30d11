//! DeleteAccountPassword: takes the root identity's password away, so that it signs in with an AccessKey or not at all.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape::Empty;

use crate::ids::UserId;
use crate::ops::{Cx, Operation};
use crate::store::tables::{console_sessions, root_passwords};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteAccountPassword;

impl Operation for DeleteAccountPassword {
    const API: Api = Api {
        product: Product::Ramward,
        action: "DeleteAccountPassword",
        summary: "Takes away the password with which the root identity of the account signs in at the console; where there is none, nothing changes.",
        access: Access::Write,
        audience: Audience::Root,
        self_service: SelfService::No,
        ram_action: "ramward:DeleteAccountPassword",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "删除主账号登录控制台的密码；未设置密码时不做任何更改。";
    type Request = Empty;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<Empty> {
        let account = cx.caller.account();
        root_passwords::delete(cx.tx, account)?;
        // Sessions that an AccessKey began do not stand on the password.
        console_sessions::delete_of_password(cx.tx, account, UserId::ROOT)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use serde_json::json;

    use crate::service::console::{Begun, Shown};
    use crate::testing::{ACCOUNT, TestApp};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn sign_in(app: &TestApp, password: &str) -> Option<Begun> {
        let shown = Shown { name: ACCOUNT, password, remembered: None, peer: HERE };
        app.service.sign_in_with_password(&shown).ok()
    }

    #[test]
    fn root_signs_in_with_its_key_alone_from_then_on() {
        let app = TestApp::new();
        app.ok("SetAccountPassword", &[("Password", "correct horse")]);
        let by_password = sign_in(&app, "correct horse").unwrap();
        let (id, secret) = (app.root.access_key_id.as_str(), &app.root.access_key_secret);
        let by_key = app.service.sign_in_with_key(id, secret, HERE).unwrap();
        let holds = |begun: &Begun| app.service.signed_in(&begun.token).unwrap().is_some();
        assert!(holds(&by_password) && holds(&by_key));
        assert_eq!(app.ok("DeleteAccountPassword", &[]), json!({}));
        assert!(!holds(&by_password), "it stood on the password");
        assert!(holds(&by_key));
        assert!(sign_in(&app, "correct horse").is_none());
        app.ok("SetAccountPassword", &[("Password", "battery staple")]);
        assert!(sign_in(&app, "battery staple").is_some());
    }

    #[test]
    fn where_there_is_none_nothing_changes_and_root_alone_may_ask() {
        let app = TestApp::new();
        assert!(app.xml("DeleteAccountPassword", &[]).contains("<DeleteAccountPasswordResponse>"));
        let bob = app.user_with_key("bob");
        for key in [&bob, &app.operator] {
            assert_eq!(app.refused_as(key, "DeleteAccountPassword", &[]), "NoPermission");
        }
    }
}
