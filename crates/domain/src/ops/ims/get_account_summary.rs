//! GetAccountSummary: how much of everything the account has, and how much it may have. The counts are the account's
//! totals, so the answer costs the same whatever the account's size.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Empty, Nested};

use crate::identity::policy::MAX_DOCUMENT_BYTES;
use crate::ops::{Cx, Operation, account};
use crate::store::Total;
use crate::store::tables::{groups, policies, roles};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetAccountSummary;

shape! {
    /// The answer.
    pub struct GetAccountSummaryResponse {
        /// Counts and quotas.
        SummaryMap as summary_map: Nested<SummaryMap> = "";
    }
}

shape! {
    /// Counts and quotas.
    pub struct SummaryMap {
        /// Custom policies of the account.
        Policies as policies: i64 = "13";
        /// In how many groups a RAM user may be.
        GroupsPerUserQuota as groups_per_user_quota: i64 = "10";
        /// How many custom policies may be attached to a RAM user.
        AttachedPoliciesPerUserQuota as attached_policies_per_user_quota: i64 = "10";
        /// RAM roles of the account.
        Roles as roles: i64 = "19";
        /// RAM users of the account.
        Users as users: i64 = "9";
        /// How many RAM roles the account may have.
        RolesQuota as roles_quota: i64 = "1000";
        /// How many custom policies the account may have.
        PoliciesQuota as policies_quota: i64 = "1500";
        /// How many virtual MFA devices the account may have.
        VirtualMFADevicesQuota as virtual_mfa_devices_quota: i64 = "5000";
        /// How many system policies may be attached to a group.
        AttachedSystemPoliciesPerGroupQuota as attached_system_policies_per_group_quota: i64 = "20";
        /// MFA devices that are bound to somebody.
        MFADevicesInUse as mfa_devices_in_use: i64 = "2";
        /// How many AccessKeys a RAM user may have.
        AccessKeysPerUserQuota as access_keys_per_user_quota: i64 = "2";
        /// How many versions a policy may have.
        VersionsPerPolicyQuota as versions_per_policy_quota: i64 = "5";
        /// How many characters a policy document may have.
        PolicySizeQuota as policy_size_quota: i64 = "6144";
        /// How many custom policies may be attached to a group.
        AttachedPoliciesPerGroupQuota as attached_policies_per_group_quota: i64 = "10";
        /// How many system policies may be attached to a RAM user.
        AttachedSystemPoliciesPerUserQuota as attached_system_policies_per_user_quota: i64 = "20";
        /// Groups of the account.
        Groups as groups: i64 = "7";
        /// How many custom policies may be attached to a RAM role.
        AttachedPoliciesPerRoleQuota as attached_policies_per_role_quota: i64 = "10";
        /// How many RAM users the account may have.
        UsersQuota as users_quota: i64 = "5000";
        /// How many system policies may be attached to a RAM role.
        AttachedSystemPoliciesPerRoleQuota as attached_system_policies_per_role_quota: i64 = "20";
        /// MFA devices of the account, bound or not.
        MFADevices as mfa_devices: i64 = "13";
        /// How many groups the account may have.
        GroupsQuota as groups_quota: i64 = "300";
        /// How many AccessKeys the root identity may have.
        AccountAccessKeysPerAccountQuota as account_access_keys_per_account_quota: i64 = "2";
        /// How many conditions a network policy of an AccessKey may have.
        ConditionsPerAKPolicyQuota as conditions_per_ak_policy_quota: i64 = "8";
        /// How many addresses a network policy of an AccessKey may name.
        IPItemsPerAKPolicyQuota as ip_items_per_ak_policy_quota: i64 = "50";
        /// How many clients a RAM user may have authorised. The vendor publishes no value.
        AuthorizedClientPerUserQuota as authorized_client_per_user_quota: i64 = "0";
        /// How many credentials of one service a RAM user may have.
        ServiceCredentialsPerUserPerServiceQuota as service_credentials_per_user_per_service_quota: i64 = "2";
    }
}

impl Operation for GetAccountSummary {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetAccountSummary",
        summary: "Counts what the account has and says how much it may have.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetAccountSummary",
        resource: "acs:ram:*:{account}:*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "统计账号中各类资源的数量及其配额。";
    const ACCOUNT_WIDE: bool = true;
    type Request = Empty;
    type Response = GetAccountSummaryResponse;

    /// Quotas of what this server does not have are those of a real account in 2025 (CloudRec's test data, vendor model
    /// comments of 2026). Groups, roles and policies are counted by a walk over as many as their quotas allow.
    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetAccountSummaryResponse> {
        let account = cx.caller.account();
        let totals = account::find(cx.tx, account)?.totals;
        let quotas = &cx.settings.quotas;
        let summary = SummaryMap {
            policies: policies::count(cx.tx, account)?,
            groups_per_user_quota: quotas.groups_per_user,
            attached_policies_per_user_quota: quotas.attached_policies,
            roles: roles::count(cx.tx, account)?,
            users: totals.get(Total::Users),
            roles_quota: quotas.roles,
            policies_quota: quotas.policies,
            virtual_mfa_devices_quota: quotas.virtual_mfa_devices,
            attached_system_policies_per_group_quota: quotas.attached_system_policies,
            mfa_devices_in_use: totals.get(Total::MfaDevicesInUse),
            access_keys_per_user_quota: quotas.access_keys_per_user,
            versions_per_policy_quota: quotas.versions_per_policy,
            policy_size_quota: MAX_DOCUMENT_BYTES as i64,
            attached_policies_per_group_quota: quotas.attached_policies,
            attached_system_policies_per_user_quota: quotas.attached_system_policies,
            groups: groups::count(cx.tx, account)?,
            attached_policies_per_role_quota: quotas.attached_policies,
            users_quota: quotas.users,
            attached_system_policies_per_role_quota: quotas.attached_system_policies,
            mfa_devices: totals.get(Total::MfaDevices),
            groups_quota: quotas.groups,
            account_access_keys_per_account_quota: quotas.access_keys_per_account,
            conditions_per_ak_policy_quota: 8,
            ip_items_per_ak_policy_quota: 50,
            // No value is published, and no client can be authorised here.
            authorized_client_per_user_quota: 0,
            service_credentials_per_user_per_service_quota: 2,
        };
        Ok(GetAccountSummaryResponse { summary_map: Nested(summary) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn counts_and_quotas() {
        let app = TestApp::new();
        let alice = app.user("alice");
        app.user("bob");
        app.device("unbound");
        app.bind(&alice, &app.device("phone"));
        app.bind_root(&app.device("roots"));
        insta::assert_json_snapshot!(app.ok("GetAccountSummary", &[]), @r#"
        {
          "SummaryMap": {
            "Policies": 0,
            "GroupsPerUserQuota": 10,
            "AttachedPoliciesPerUserQuota": 10,
            "Roles": 0,
            "Users": 2,
            "RolesQuota": 1000,
            "PoliciesQuota": 1500,
            "VirtualMFADevicesQuota": 5000,
            "AttachedSystemPoliciesPerGroupQuota": 20,
            "MFADevicesInUse": 2,
            "AccessKeysPerUserQuota": 2,
            "VersionsPerPolicyQuota": 5,
            "PolicySizeQuota": 6144,
            "AttachedPoliciesPerGroupQuota": 10,
            "AttachedSystemPoliciesPerUserQuota": 20,
            "Groups": 0,
            "AttachedPoliciesPerRoleQuota": 10,
            "UsersQuota": 5000,
            "AttachedSystemPoliciesPerRoleQuota": 20,
            "MFADevices": 3,
            "GroupsQuota": 300,
            "AccountAccessKeysPerAccountQuota": 2,
            "ConditionsPerAKPolicyQuota": 8,
            "IPItemsPerAKPolicyQuota": 50,
            "AuthorizedClientPerUserQuota": 0,
            "ServiceCredentialsPerUserPerServiceQuota": 2
          }
        }
        "#);
        app.policy("p");
        app.plain_role("r");
        app.empty_group("g");
        app.empty_group("h");
        let summary = app.ok("GetAccountSummary", &[]);
        let map = &summary["SummaryMap"];
        assert_eq!((&map["Policies"], &map["Roles"], &map["Groups"]), (&1.into(), &1.into(), &2.into()));
        app.ok("UnbindMFADevice", &[("UserPrincipalName", &alice)]);
        app.ok("DeleteUser", &[("UserPrincipalName", &alice)]);
        let summary = app.ok("GetAccountSummary", &[]);
        assert_eq!(summary["SummaryMap"]["Users"], 1);
        assert_eq!(summary["SummaryMap"]["MFADevicesInUse"], 1);
        assert_eq!(summary["SummaryMap"]["MFADevices"], 3);
    }

    #[test]
    fn quotas_are_those_that_hold() {
        let app = TestApp::with(|settings| {
            settings.quotas.users = 7;
            settings.quotas.virtual_mfa_devices = 8;
            settings.quotas.access_keys_per_user = 3;
            settings.quotas.access_keys_per_account = 4;
            settings.quotas.groups = 5;
            settings.quotas.groups_per_user = 6;
            settings.quotas.policies = 9;
            settings.quotas.versions_per_policy = 11;
            settings.quotas.roles = 12;
            settings.quotas.attached_policies = 13;
            settings.quotas.attached_system_policies = 14;
        });
        let summary = app.ok("GetAccountSummary", &[]);
        let map = &summary["SummaryMap"];
        assert_eq!((&map["UsersQuota"], &map["VirtualMFADevicesQuota"]), (&7.into(), &8.into()));
        assert_eq!(map["AccessKeysPerUserQuota"], 3);
        assert_eq!(map["AccountAccessKeysPerAccountQuota"], 4);
        for (quota, expected) in [
            ("GroupsQuota", 5),
            ("GroupsPerUserQuota", 6),
            ("PoliciesQuota", 9),
            ("VersionsPerPolicyQuota", 11),
            ("RolesQuota", 12),
            ("AttachedPoliciesPerUserQuota", 13),
            ("AttachedPoliciesPerGroupQuota", 13),
            ("AttachedPoliciesPerRoleQuota", 13),
            ("AttachedSystemPoliciesPerUserQuota", 14),
            ("AttachedSystemPoliciesPerGroupQuota", 14),
            ("AttachedSystemPoliciesPerRoleQuota", 14),
        ] {
            assert_eq!(map[quota], expected, "{quota}");
        }
        let xml = app.xml("GetAccountSummary", &[]);
        assert!(xml.contains("<SummaryMap><Policies>0</Policies>"), "{xml}");
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "GetAccountSummary", &[]), "NoPermission");
    }
}
