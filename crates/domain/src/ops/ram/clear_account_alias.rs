//! ClearAccountAlias: takes the account's alias away; its default domain begins with the account's id again.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape::Empty;

use crate::identity::domain_name::DefaultDomainName;
use crate::ops::{Cx, Operation};
use crate::store::tables::accounts;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ClearAccountAlias;

impl Operation for ClearAccountAlias {
    const API: Api = Api {
        product: Product::Ram,
        action: "ClearAccountAlias",
        summary: "Takes the alias of the account away; its default domain begins with the account's id again.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ClearAccountAlias",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "清除账号别名；默认域名恢复为以账号 ID 开头。";
    type Request = Empty;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<Empty> {
        let own = cx.caller.account();
        accounts::update_default_domain(cx.tx, own, &DefaultDomainName::of_account(own))?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{ACCOUNT, TestApp};

    #[test]
    fn back_to_the_id_whether_there_was_one_or_not() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        assert_eq!(app.ok("Ram:ClearAccountAlias", &[]), json!({}));
        app.ok("Ram:SetAccountAlias", &[("AccountAlias", "acme")]);
        assert_eq!(app.refused_as(&key, "Ram:ClearAccountAlias", &[]), "NoPermission");
        let xml = app.xml("Ram:ClearAccountAlias", &[]);
        assert!(xml.contains("<ClearAccountAliasResponse><RequestId>"), "{xml}");
        assert_eq!(app.ok("Ram:GetAccountAlias", &[]), json!({ "AccountAlias": ACCOUNT }));
        let domain = format!("{ACCOUNT}.onaliyun.com");
        assert_eq!(app.ok("GetDefaultDomain", &[]), json!({ "DefaultDomainName": domain }));
    }
}
