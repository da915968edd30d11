//! SetAccountAlias: gives the account an alias, and with it another default domain, in which IMS's view then shows every
//! user's logon name.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::domain_name::AccountAlias;
use crate::ops::{Cx, Operation, account};
use crate::store::tables::accounts;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetAccountAlias;

shape! {
    /// The new alias.
    pub struct SetAccountAliasRequest {
        /// The alias. No other account may have it.
        AccountAlias as account_alias: AccountAlias = "myalias";
    }
}

impl Operation for SetAccountAlias {
    const API: Api = Api {
        product: Product::Ram,
        action: "SetAccountAlias",
        summary: "Gives the account an alias, with which its default domain begins from then on.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:SetAccountAlias",
        resource: "acs:ram:*:{account}:*",
        errors: &["EntityAlreadyExists.AccountAlias"],
    };
    const SUMMARY_ZH: &'static str = "设置账号别名；此后默认域名以该别名开头。";
    type Request = SetAccountAliasRequest;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        let own = cx.caller.account();
        let domain = request.account_alias.to_default_domain();
        account::must_be_free(cx.tx, own, &domain)?;
        accounts::update_default_domain(cx.tx, own, &domain)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn the_default_domain_follows() {
        let app = TestApp::new();
        app.user("alice");
        assert_eq!(app.ok("Ram:SetAccountAlias", &[("AccountAlias", "acme")]), json!({}));
        assert_eq!(app.ok("Ram:GetAccountAlias", &[]), json!({ "AccountAlias": "acme" }));
        let alice = app.ok("GetUser", &[("UserPrincipalName", "alice@acme.onaliyun.com")]);
        assert_eq!(alice["User"]["UserPrincipalName"], "alice@acme.onaliyun.com");
        // Its own alias may be set again.
        let xml = app.xml("Ram:SetAccountAlias", &[("AccountAlias", "acme")]);
        assert!(xml.contains("<SetAccountAliasResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let (longest, longer) = ("a".repeat(51), "a".repeat(52));
        let rows = [
            ("", "MissingAccountAlias"),
            ("-acme", "InvalidParameter.AccountAlias.Format"),
            ("a--b", "InvalidParameter.AccountAlias.Format"),
            ("a b", "InvalidParameter.AccountAlias.InvalidChars"),
            (&longer, "InvalidParameter.AccountAlias.Length"),
            // The id of another account is kept for that account.
            ("6543210987654321", "EntityAlreadyExists.AccountAlias"),
        ];
        for (alias, code) in rows {
            assert_eq!(app.refused("Ram:SetAccountAlias", &[("AccountAlias", alias)]), code, "{alias}");
        }
        app.ok("Ram:SetAccountAlias", &[("AccountAlias", &longest)]);
        assert_eq!(app.refused_as(&key, "Ram:SetAccountAlias", &[("AccountAlias", "acme")]), "NoPermission");
    }
}
