//! GetDefaultDomain: the domain that the account's logon names end in.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::domain_name::DefaultDomainName;
use crate::ops::{Cx, Operation, account};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetDefaultDomain;

shape! {
    /// The answer.
    pub struct GetDefaultDomainResponse {
        /// The default domain of the account.
        DefaultDomainName as default_domain_name: DefaultDomainName = "1234567890123456.onaliyun.com";
    }
}

impl Operation for GetDefaultDomain {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetDefaultDomain",
        summary: "Queries the domain that the logon names of the account's RAM users end in.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetDefaultDomain",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "查询账号的默认域名，即 RAM 用户登录名称的后缀。";
    type Request = Empty;
    type Response = GetDefaultDomainResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetDefaultDomainResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        Ok(GetDefaultDomainResponse { default_domain_name: account.default_domain })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn it_begins_with_the_account_id() {
        let app = TestApp::new();
        insta::assert_json_snapshot!(app.ok("GetDefaultDomain", &[]), @r#"
        {
          "DefaultDomainName": "1234567890123456.onaliyun.com"
        }
        "#);
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GetDefaultDomain", &[]), "NoPermission");
    }

    #[test]
    fn xml() {
        let xml = TestApp::new().xml("GetDefaultDomain", &[]);
        assert!(
            xml.contains("<DefaultDomainName>1234567890123456.onaliyun.com</DefaultDomainName>"),
            "{xml}"
        );
    }
}
