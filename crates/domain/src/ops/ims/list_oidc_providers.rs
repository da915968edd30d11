//! ListOIDCProviders: the identity providers of the account, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::identity::oidc_provider::ProviderName;
use crate::ops::marker::{self, Marker};
use crate::ops::oidc_provider::OIDCProvider;
use crate::ops::{Cx, Operation};
use crate::store::tables::oidc_providers;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListOIDCProviders;

shape! {
    /// Which part of the list.
    pub struct ListOIDCProvidersRequest {
        /// Where the list goes on: the `Marker` of the answer before.
        Marker as marker: Option<Marker> = "MTphbGljZQ";
        /// How many providers to answer at most. Default: 100.
        MaxItems as max_items: Option<Bounded<1, 100>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListOIDCProvidersResponse {
        /// The providers, by name.
        OIDCProviders as oidc_providers: Nested<OIDCProviders> = "";
        /// Whether there are more.
        IsTruncated as is_truncated: bool = "true";
        /// Where the list goes on; only if there are more.
        Marker as marker: Option<Marker> = "MTphbGljZQ";
    }
}

shape! {
    /// The providers.
    pub struct OIDCProviders {
        /// The providers.
        OIDCProvider as oidc_provider: Vec<OIDCProvider> = "";
    }
}

impl Operation for ListOIDCProviders {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListOIDCProviders",
        summary: "Lists the OIDC identity providers of the account.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListOIDCProviders",
        resource: "acs:ram:*:{account}:oidc-provider/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出账号中的 OIDC 身份提供商。";
    type Request = ListOIDCProvidersRequest;
    type Response = ListOIDCProvidersResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<ListOIDCProvidersResponse> {
        let most = request.max_items.map_or(100, |items| usize::try_from(items.get()).unwrap_or(100));
        let after = request.marker.as_ref().map(Marker::key::<ProviderName>).transpose()?;
        let rows = oidc_providers::list(cx.tx, cx.caller.account(), after.as_ref(), most + 1)?;
        let (rows, marker) = marker::page(rows, most, |row| row.provider_name.clone());
        let oidc_provider = rows.into_iter().map(OIDCProvider::from).collect();
        Ok(ListOIDCProvidersResponse {
            oidc_providers: Nested(OIDCProviders { oidc_provider }),
            is_truncated: marker.is_some(),
            marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn page_by_page() {
        let app = TestApp::new();
        assert_eq!(
            app.ok("ListOIDCProviders", &[])["OIDCProviders"],
            serde_json::json!({"OIDCProvider": []})
        );
        for name in ["c", "a", "b"] {
            app.oidc_provider(name, "");
        }
        let names = |page: &serde_json::Value| {
            let items = page["OIDCProviders"]["OIDCProvider"].as_array().unwrap();
            items.iter().map(|one| one["OIDCProviderName"].as_str().unwrap().to_owned()).collect::<String>()
        };
        let first = app.ok("ListOIDCProviders", &[("MaxItems", "2")]);
        assert_eq!((names(&first).as_str(), &first["IsTruncated"]), ("ab", &true.into()));
        let marker = first["Marker"].as_str().unwrap();
        let second = app.ok("ListOIDCProviders", &[("MaxItems", "2"), ("Marker", marker)]);
        assert_eq!((names(&second).as_str(), &second["IsTruncated"]), ("c", &false.into()));
        assert!(
            app.xml("ListOIDCProviders", &[]).contains("<OIDCProviders><OIDCProvider><OIDCProviderName>a<")
        );
        assert_eq!(
            app.refused("ListOIDCProviders", &[("MaxItems", "101")]),
            "InvalidParameter.MaxItems.Range"
        );
        assert_eq!(app.refused("ListOIDCProviders", &[("Marker", "x")]), "InvalidParameter.Marker.Format");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "ListOIDCProviders", &[]), "NoPermission");
    }
}
