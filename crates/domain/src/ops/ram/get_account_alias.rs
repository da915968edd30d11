//! GetAccountAlias: the alias that the account's default domain begins with.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::ops::{Cx, Operation, account};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetAccountAlias;

shape! {
    /// The answer.
    pub struct GetAccountAliasResponse {
        /// The alias of the account; its id where none was set.
        AccountAlias as account_alias: String = "myalias";
    }
}

impl Operation for GetAccountAlias {
    const API: Api = Api {
        product: Product::Ram,
        action: "GetAccountAlias",
        summary: "Queries the alias of the account.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetAccountAlias",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "查询账号别名。";
    type Request = Empty;
    type Response = GetAccountAliasResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetAccountAliasResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        Ok(GetAccountAliasResponse { account_alias: account.default_domain.alias().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{ACCOUNT, TestApp};

    #[test]
    fn the_first_part_of_the_default_domain() {
        let app = TestApp::new();
        assert_eq!(app.ok("Ram:GetAccountAlias", &[]), json!({ "AccountAlias": ACCOUNT }));
        app.ok("SetDefaultDomain", &[("DefaultDomainName", "acme.onaliyun.com")]);
        let xml = app.xml("Ram:GetAccountAlias", &[]);
        assert!(xml.contains("<AccountAlias>acme</AccountAlias></GetAccountAliasResponse>"), "{xml}");
        let key = TestApp::key_of(&{
            app.ok("Ram:CreateUser", &[("UserName", "alice")]);
            app.ok("Ram:CreateAccessKey", &[("UserName", "alice")])
        });
        assert_eq!(app.refused_as(&key, "Ram:GetAccountAlias", &[]), "NoPermission");
    }
}
