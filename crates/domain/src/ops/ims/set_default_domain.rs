//! SetDefaultDomain: gives the account another domain. Logon names are put together when they are shown, so every user's
//! follows at once; names in the account's first domain keep finding their users.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;

use super::get_default_domain::GetDefaultDomainResponse;
use crate::identity::domain_name::DefaultDomainName;
use crate::ops::{Cx, Operation, account};
use crate::store::tables::accounts;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetDefaultDomain;

shape! {
    /// The new domain.
    pub struct SetDefaultDomainRequest {
        /// The new default domain. No other account may have it.
        DefaultDomainName as default_domain_name: DefaultDomainName = "acme.onaliyun.com";
    }
}

impl Operation for SetDefaultDomain {
    const API: Api = Api {
        product: Product::Ims,
        action: "SetDefaultDomain",
        summary: "Changes the domain that the logon names of the account's RAM users end in.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:SetDefaultDomain",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityAlreadyExists.AccountAlias"],
    };
    const SUMMARY_ZH: &'static str = "修改账号的默认域名，即 RAM 用户登录名称的后缀。";
    type Request = SetDefaultDomainRequest;
    type Response = GetDefaultDomainResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<GetDefaultDomainResponse> {
        let own = cx.caller.account();
        account::must_be_free(cx.tx, own, &request.default_domain_name)?;
        accounts::update_default_domain(cx.tx, own, &request.default_domain_name)?;
        Ok(GetDefaultDomainResponse { default_domain_name: request.default_domain_name.clone() })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn every_users_name_follows() {
        let app = TestApp::new();
        let first_name = app.user("alice");
        let set = app.ok("SetDefaultDomain", &[("DefaultDomainName", "acme.onaliyun.com")]);
        assert_eq!(set, serde_json::json!({ "DefaultDomainName": "acme.onaliyun.com" }));
        assert_eq!(app.ok("GetDefaultDomain", &[]), set);
        let alice = app.ok("GetUser", &[("UserPrincipalName", "alice@acme.onaliyun.com")]);
        assert_eq!(alice["User"]["UserPrincipalName"], "alice@acme.onaliyun.com");
        // The name in the first domain still finds her.
        assert_eq!(app.ok("GetUser", &[("UserPrincipalName", &first_name)]), alice);
        // Back to the beginning.
        app.ok("SetDefaultDomain", &[("DefaultDomainName", "1234567890123456.onaliyun.com")]);
        let code = app.refused("GetUser", &[("UserPrincipalName", "alice@acme.onaliyun.com")]);
        assert_eq!(code, "EntityNotExist.User");
    }

    #[test]
    fn a_domain_belongs_to_one_account() {
        let app = TestApp::new();
        let other = "6543210987654321";
        let create = [("AccountId", other), ("AccountAlias", "taken")];
        assert_eq!(app.call_as(&app.operator, "CreateAccount", &create).0, 200);
        for domain in ["taken.onaliyun.com", "6543210987654321.onaliyun.com", "1111111111111111.onaliyun.com"]
        {
            let code = app.refused("SetDefaultDomain", &[("DefaultDomainName", domain)]);
            assert_eq!(code, "EntityAlreadyExists.AccountAlias", "{domain}");
        }
        // The own one again is no conflict.
        app.ok("SetDefaultDomain", &[("DefaultDomainName", "free.onaliyun.com")]);
        app.ok("SetDefaultDomain", &[("DefaultDomainName", "free.onaliyun.com")]);
    }

    #[test]
    fn what_is_no_default_domain() {
        let app = TestApp::new();
        let longest = format!("{}.onaliyun.com", "a".repeat(51));
        app.ok("SetDefaultDomain", &[("DefaultDomainName", &longest)]);
        let too_long = format!("a{longest}");
        let rows = [
            (too_long.as_str(), "InvalidParameter.DefaultDomainName.Length"),
            ("acme.example.com", "InvalidParameter.DefaultDomainName.Format"),
            ("-acme.onaliyun.com", "InvalidParameter.DefaultDomainName.Format"),
            ("ac--me.onaliyun.com", "InvalidParameter.DefaultDomainName.Format"),
            ("ac me.onaliyun.com", "InvalidParameter.DefaultDomainName.InvalidChars"),
            ("", "MissingDefaultDomainName"),
        ];
        for (domain, expected) in rows {
            assert_eq!(
                app.refused("SetDefaultDomain", &[("DefaultDomainName", domain)]),
                expected,
                "{domain}"
            );
        }
        let alice = app.user_with_key("alice");
        let code = app.refused_as(&alice, "SetDefaultDomain", &[("DefaultDomainName", "acme.onaliyun.com")]);
        assert_eq!(code, "NoPermission");
    }

    #[test]
    fn xml() {
        let xml = TestApp::new().xml("SetDefaultDomain", &[("DefaultDomainName", "acme.onaliyun.com")]);
        assert!(xml.contains("<DefaultDomainName>acme.onaliyun.com</DefaultDomainName>"), "{xml}");
    }
}
