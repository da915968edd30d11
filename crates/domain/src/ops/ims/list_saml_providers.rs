//! ListSAMLProviders: the SAML identity providers of the account, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use crate::identity::oidc_provider::{ProviderDescription, ProviderName};
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Operation, saml_provider};
use crate::store::tables::saml_providers;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListSAMLProviders;

shape! {
    /// Which part of the list.
    pub struct ListSAMLProvidersRequest {
        /// Where the list goes on: the `Marker` of the answer before.
        Marker as marker: Option<Marker> = "MTphbGljZQ";
        /// How many providers to answer at most. Default: 100.
        MaxItems as max_items: Option<Bounded<1, 100>> = "100";
    }
}

shape! {
    /// The answer.
    pub struct ListSAMLProvidersResponse {
        /// The providers, by name.
        SAMLProviders as saml_providers: Nested<SAMLProviders> = "";
        /// Whether there are more.
        IsTruncated as is_truncated: bool = "true";
        /// Where the list goes on; only if there are more.
        Marker as marker: Option<Marker> = "MTphbGljZQ";
    }
}

shape! {
    /// The providers.
    pub struct SAMLProviders {
        /// The providers.
        SAMLProvider as saml_provider: Vec<ListedSAMLProvider> = "";
    }
}

shape! {
    /// A provider in a list.
    pub struct ListedSAMLProvider {
        /// Its name.
        SAMLProviderName as saml_provider_name: ProviderName = "test-provider";
        /// Its ARN.
        Arn as arn: String = "acs:ram::1234567890123456:saml-provider/test-provider";
        /// What it is for.
        Description as description: ProviderDescription = "the company's directory";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2025-06-15T12:00:00Z";
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2025-06-15T12:00:00Z";
    }
}

impl Operation for ListSAMLProviders {
    const API: Api = Api {
        product: Product::Ims,
        action: "ListSAMLProviders",
        summary: "Lists the SAML identity providers of the account.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListSAMLProviders",
        resource: "acs:ram:*:{account}:saml-provider/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出账号中的 SAML 身份提供商。";
    type Request = ListSAMLProvidersRequest;
    type Response = ListSAMLProvidersResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<ListSAMLProvidersResponse> {
        let most = request.max_items.map_or(100, |items| usize::try_from(items.get()).unwrap_or(100));
        let after = request.marker.as_ref().map(Marker::key::<ProviderName>).transpose()?;
        let rows = saml_providers::list(cx.tx, cx.caller.account(), after.as_ref(), most + 1)?;
        let (rows, marker) = marker::page(rows, most, |row| row.provider_name.clone());
        let listed = rows.into_iter().map(|row| ListedSAMLProvider {
            arn: saml_provider::arn(row.account, &row.provider_name).to_string(),
            saml_provider_name: row.provider_name,
            description: row.description,
            create_date: row.create_date,
            update_date: row.update_date,
        });
        Ok(ListSAMLProvidersResponse {
            saml_providers: Nested(SAMLProviders { saml_provider: listed.collect() }),
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
            app.ok("ListSAMLProviders", &[])["SAMLProviders"],
            serde_json::json!({"SAMLProvider": []})
        );
        for name in ["c", "a", "b"] {
            app.saml_provider(name);
        }
        let names = |page: &serde_json::Value| {
            let items = page["SAMLProviders"]["SAMLProvider"].as_array().unwrap();
            items.iter().map(|one| one["SAMLProviderName"].as_str().unwrap().to_owned()).collect::<String>()
        };
        let first = app.ok("ListSAMLProviders", &[("MaxItems", "2")]);
        assert_eq!((names(&first).as_str(), &first["IsTruncated"]), ("ab", &true.into()));
        let marker = first["Marker"].as_str().unwrap();
        let second = app.ok("ListSAMLProviders", &[("MaxItems", "2"), ("Marker", marker)]);
        assert_eq!((names(&second).as_str(), &second["IsTruncated"]), ("c", &false.into()));
        assert!(
            app.xml("ListSAMLProviders", &[]).contains("<SAMLProviders><SAMLProvider><SAMLProviderName>a<")
        );
        assert_eq!(app.refused("ListSAMLProviders", &[("MaxItems", "0")]), "InvalidParameter.MaxItems.Range");
        assert_eq!(app.refused("ListSAMLProviders", &[("Marker", "x")]), "InvalidParameter.Marker.Format");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "ListSAMLProviders", &[]), "NoPermission");
    }
}
