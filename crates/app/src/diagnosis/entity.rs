//! The things that composed codes are about, in words, with the operations that show and remove them. Rows only.

use super::Both;

/// A thing that a composed code names.
pub(super) struct Entity {
    /// As codes spell it.
    pub(super) path: &'static str,
    en: &'static str,
    zh: &'static str,
    /// The operation that shows which there are.
    pub(super) shown_by: &'static str,
    /// The operation that removes one; empty where none does.
    pub(super) removed_by: &'static str,
}

impl Entity {
    /// It in words.
    pub(super) fn words(&self) -> Both {
        Both { en: self.en.to_owned(), zh: self.zh.to_owned() }
    }
}

const fn row(
    path: &'static str,
    (en, zh): (&'static str, &'static str),
    shown_by: &'static str,
    removed_by: &'static str,
) -> Entity {
    Entity { path, en, zh, shown_by, removed_by }
}

static ENTITIES: &[Entity] = &[
    row("Account", ("account", "账号"), "ListAccounts", "DeleteAccount"),
    row(
        "AccountAlias",
        ("account alias (default domain)", "账号别名（默认域名）"),
        "GetDefaultDomain",
        "ClearAccountAlias",
    ),
    row("Fault", ("fault on demand", "注入的故障"), "ListFaults", "DeleteFaults"),
    row(
        "GovernanceReport",
        (
            "governance report of the account, before it was first asked for with GenerateGovernanceReport",
            "账号的治理报告（尚未用 GenerateGovernanceReport 生成）",
        ),
        "GetGovernanceReportStatus",
        "",
    ),
    row("Group", ("user group", "用户组"), "ListGroups", "DeleteGroup"),
    row(
        "Group.Policy",
        ("policy attached to the group", "用户组的权限策略"),
        "ListPoliciesForGroup",
        "DetachPolicyFromGroup",
    ),
    row("Group.User", ("member of the group", "用户组成员"), "ListUsersForGroup", "RemoveUserFromGroup"),
    row(
        "OIDCProvider",
        ("OIDC identity provider", "OIDC 身份提供商"),
        "ListOIDCProviders",
        "DeleteOIDCProvider",
    ),
    row(
        "OIDCProvider.ClientId",
        ("client ID of the OIDC identity provider", "OIDC 身份提供商的客户端 ID"),
        "GetOIDCProvider",
        "RemoveClientIdFromOIDCProvider",
    ),
    row(
        "OIDCProvider.Fingerprint",
        ("fingerprint of the OIDC identity provider", "OIDC 身份提供商的证书指纹"),
        "GetOIDCProvider",
        "RemoveFingerprintFromOIDCProvider",
    ),
    row("Policy", ("policy", "权限策略"), "ListPolicies", "DeletePolicy"),
    row(
        "Policy.Group",
        ("attachment to a group", "用户组授权"),
        "ListEntitiesForPolicy",
        "DetachPolicyFromGroup",
    ),
    row("Policy.Role", ("attachment to a role", "角色授权"), "ListEntitiesForPolicy", "DetachPolicyFromRole"),
    row("Policy.Tag", ("tag of the policy", "权限策略的标签"), "ListTagResources", "UntagResources"),
    row(
        "Policy.User",
        ("attachment to a RAM user", "RAM 用户授权"),
        "ListEntitiesForPolicy",
        "DetachPolicyFromUser",
    ),
    row(
        "Policy.Version",
        ("version of the policy", "权限策略版本"),
        "ListPolicyVersions",
        "DeletePolicyVersion",
    ),
    row(
        "Policy.Version.Default",
        ("default version, which is in force", "正在生效的默认版本"),
        "ListPolicyVersions",
        "SetDefaultPolicyVersion",
    ),
    row("Request", ("request that this server remembers", "服务器记录的请求"), "ListRequests", ""),
    row("Role", ("role", "RAM 角色"), "ListRoles", "DeleteRole"),
    row(
        "Role.Policy",
        ("policy attached to the role", "角色的权限策略"),
        "ListPoliciesForRole",
        "DetachPolicyFromRole",
    ),
    row("Role.Tag", ("tag of the role", "角色的标签"), "ListTagResources", "UntagResources"),
    row(
        "SAMLProvider",
        ("SAML identity provider", "SAML 身份提供商"),
        "ListSAMLProviders",
        "DeleteSAMLProvider",
    ),
    row(
        "SecurityException",
        ("exception of the report", "报告的例外项"),
        "ListSecurityExceptions",
        "DeleteSecurityException",
    ),
    row(
        "Service",
        ("service that has a service-linked role", "支持服务关联角色的云服务"),
        "GetServiceLinkedRoleTemplate",
        "",
    ),
    row("ServiceLinkedRole", ("service-linked role", "服务关联角色"), "GetRole", "DeleteServiceLinkedRole"),
    row("Snapshot", ("snapshot of the server", "服务器快照"), "ListSnapshots", "DeleteSnapshot"),
    row("User", ("RAM user", "RAM 用户"), "ListUsers", "DeleteUser"),
    row(
        "User.AccessKey",
        ("AccessKey of the user", "用户的访问密钥（AccessKey）"),
        "ListAccessKeys",
        "DeleteAccessKey",
    ),
    row(
        "User.Group",
        ("membership of the user in the group", "用户的用户组成员关系"),
        "ListGroupsForUser",
        "RemoveUserFromGroup",
    ),
    row(
        "User.LoginProfile",
        ("console logon of the user", "用户的控制台登录设置"),
        "GetLoginProfile",
        "DeleteLoginProfile",
    ),
    row(
        "User.MFADevice",
        ("MFA device bound to the user", "用户绑定的 MFA 设备"),
        "GetUserMFAInfo",
        "UnbindMFADevice",
    ),
    row(
        "User.Policy",
        ("policy attached to the user", "用户的权限策略"),
        "ListPoliciesForUser",
        "DetachPolicyFromUser",
    ),
    row("User.Tag", ("tag of the user", "用户的标签"), "ListTagResources", "UntagResources"),
    row(
        "User.Verification",
        ("verified phone or mailbox of the user", "用户已验证的手机或邮箱"),
        "GetVerificationInfo",
        "UnbindVerification",
    ),
    row(
        "VirtualMFADevice",
        ("virtual MFA device", "虚拟 MFA 设备"),
        "ListVirtualMFADevices",
        "DeleteVirtualMFADevice",
    ),
    row(
        "VirtualMFADevice.User",
        ("user to whom the device is bound", "绑定该设备的用户"),
        "ListVirtualMFADevices",
        "UnbindMFADevice",
    ),
];

/// The thing of that path, whatever its letters.
pub(super) fn find(path: &str) -> Option<&'static Entity> {
    ENTITIES.iter().find(|entity| entity.path.eq_ignore_ascii_case(path))
}

#[cfg(test)]
mod tests {
    use ramward_domain::ops::OPERATIONS;

    use super::*;

    #[test]
    fn every_row_is_found_and_leads_to_operations_that_there_are() {
        for entity in ENTITIES {
            assert_eq!(find(entity.path).unwrap().path, entity.path, "two rows of one path");
            let removed_by = (!entity.removed_by.is_empty()).then_some(entity.removed_by);
            for action in [entity.shown_by].into_iter().chain(removed_by) {
                assert!(
                    OPERATIONS.iter().any(|operation| operation.api().action == action),
                    "{}: there is no {action}",
                    entity.path
                );
            }
        }
    }

    #[test]
    fn every_thing_that_a_code_of_an_operation_is_about_has_a_row() {
        let classes = ["EntityNotExist.", "EntityAlreadyExists.", "DeleteConflict.", "LimitExceeded."];
        for code in super::super::operations::codes() {
            for class in classes {
                if let Some(path) = code.strip_prefix(class) {
                    assert!(find(path).is_some(), "{code}: give {path} a row");
                }
            }
        }
    }
}
