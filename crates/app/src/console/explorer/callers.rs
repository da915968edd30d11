//! Who may call an operation, in words. Knows no page.

use ramward_rpc::api::{Api, Audience, SelfService};

use crate::console::lang::Lang;

/// Who may call it at all.
pub fn callers(lang: Lang, api: &Api) -> &'static str {
    match (api.audience, api.self_service) {
        (Audience::Unsigned, _) => lang.t("everybody, without an AccessKey", "任何人，无需访问密钥"),
        (Audience::Anyone, _) => lang.t("everybody with a valid signature", "任何签名有效的调用者"),
        (Audience::Operator, _) => lang.t("the operator", "运维者"),
        (Audience::Root, _) => lang.t("root alone, whatever policies permit", "仅主账号，不受权限策略影响"),
        (Audience::AccountOrOperator, _) => lang.t(
            "root; whom a policy permits it; the operator, naming an account",
            "主账号；获得权限策略授权者；运维者（需指定账号）",
        ),
        (Audience::Account, SelfService::No) => {
            lang.t("root; whom a policy permits it", "主账号；获得权限策略授权者")
        }
        (Audience::Account, SelfService::AccessKeys) => lang.t(
            "root; whom a policy permits it; a RAM user for itself where AllowUserToManageAccessKeys is on",
            "主账号；获得权限策略授权者；AllowUserToManageAccessKeys 开启时，RAM 用户可对自身调用",
        ),
        (Audience::Account, SelfService::MfaDevice) => lang.t(
            "root; whom a policy permits it; a RAM user for itself where AllowUserToManageMFADevices is on",
            "主账号；获得权限策略授权者；AllowUserToManageMFADevices 开启时，RAM 用户可对自身调用",
        ),
        (Audience::Account, SelfService::Password) => lang.t(
            "RAM users for themselves, where a policy permits it or AllowUserToChangePassword is on",
            "获得权限策略授权或 AllowUserToChangePassword 开启时，RAM 用户可对自身调用",
        ),
        (Audience::Account, SelfService::Always) => lang.t(
            "root; whom a policy permits it; every RAM user for itself",
            "主账号；获得权限策略授权者；任何 RAM 用户可对自身调用",
        ),
    }
}
