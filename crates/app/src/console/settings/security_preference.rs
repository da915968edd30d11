//! The security preference: what the account lets its users do, and what it asks of their logons.

use ramward_rpc::api::Product;
use serde_json::Value;

use super::HOME;
use crate::console::answer::PageAnswer;
use crate::console::calls::part;
use crate::console::change::Change;
use crate::console::field::{Field, Kind};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// The parts of a preference, as they are.
pub fn fields(visit: &Visit<'_>, now: &Value) -> Vec<Field> {
    let lang = visit.lang;
    let found = |group: &str, name: &str| now.pointer(&format!("/{group}/{name}"));
    let text = |group: &str, name: &str| match found(group, name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let tick = |group, name: &'static str, label: &str| {
        Field::tick(name, label, found(group, name).and_then(Value::as_bool).unwrap_or_default())
    };
    let choice = |group, name: &'static str, label: &str, choices: &[(&str, &str)]| {
        let choices = choices.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned()));
        Field::new(name, Kind::Choice(choices.collect()), label).of(text(group, name))
    };
    let (logon, keys, idle) = ("LoginProfilePreference", "AccessKeyPreference", "MaxIdleDays");
    let days = [
        ("90", lang.t("90 days", "90 天")),
        ("180", lang.t("180 days", "180 天")),
        ("365", lang.t("365 days", "365 天")),
        ("730", lang.t("730 days", "730 天")),
    ];
    vec![
        choice(
            logon,
            "MFAOperationForLogin",
            lang.t("MFA at console logon", "登录时使用 MFA"),
            &[
                ("mandatory", lang.t("everybody", "强制要求所有用户")),
                ("independent", lang.t("as each logon profile says", "依赖每个用户的独立配置")),
                ("adaptive", lang.t("everybody at an unusual logon", "仅异常登录时要求")),
            ],
        ),
        choice(
            logon,
            "OperationForRiskLogin",
            lang.t("At a suspicious logon the second proof", "可疑登录时的二次验证"),
            &[
                ("autonomous", lang.t("may be skipped", "可跳过")),
                ("enforceVerify", lang.t("must be given", "必须验证")),
            ],
        ),
        tick(
            logon,
            "EnableSaveMFATicket",
            lang.t("A device is remembered for 7 days", "允许记住 MFA 验证状态 7 天"),
        ),
        Field::number(
            "LoginSessionDuration",
            lang.t("Hours that a logon lasts", "登录会话过期时间（小时）"),
            (1, 24),
            found(logon, "LoginSessionDuration").and_then(Value::as_i64).unwrap_or_default(),
        ),
        Field::text(
            "LoginNetworkMasks",
            lang.t("Networks from which users may log on", "允许登录的网络掩码"),
        )
        .of(text(logon, "LoginNetworkMasks"))
        .hint(lang.t(
            "Joined by semicolons, such as 10.0.0.0/8;192.168.0.0/16. Empty is anywhere.",
            "以英文分号分隔，例如 10.0.0.0/8;192.168.0.0/16。留空表示不限制。",
        ))
        .may_be_empty(),
        tick(
            logon,
            "AllowUserToChangePassword",
            lang.t("Users may change their own password", "允许用户自主修改密码"),
        ),
        tick(
            logon,
            "AllowUserToLoginWithPasskey",
            lang.t("Users may log on with a passkey", "允许用户使用通行密钥登录"),
        ),
        tick(
            keys,
            "AllowUserToManageAccessKeys",
            lang.t("Users may manage their own AccessKeys", "允许用户自主管理访问密钥"),
        ),
        tick(
            keys,
            "AllowUserToManageServiceCredentials",
            lang.t("Users may manage their own service credentials", "允许用户自主管理服务凭证"),
        ),
        tick(
            "MFAPreference",
            "AllowUserToManageMFADevices",
            lang.t("Users may manage their own MFA device", "允许用户自主管理 MFA 设备"),
        ),
        tick(
            "PersonalInfoPreference",
            "AllowUserToManagePersonalDingTalk",
            lang.t("Users may bind a DingTalk account", "允许用户自主绑定钉钉"),
        ),
        choice(
            "VerificationPreference",
            "VerificationTypes",
            lang.t("Other ways to prove oneself", "其他验证方式"),
            &[
                ("[]", lang.t("none", "无")),
                ("[\"sms\"]", lang.t("text message", "短信")),
                ("[\"email\"]", lang.t("e-mail", "邮件")),
                ("[\"sms\",\"email\"]", lang.t("text message and e-mail", "短信和邮件")),
            ],
        ),
        choice(
            idle,
            "MaxIdleDaysForUsers",
            lang.t("Console logon is disabled when unused for", "控制台登录最大闲置时长"),
            &days,
        ),
        choice(
            idle,
            "MaxIdleDaysForAccessKeys",
            lang.t("AccessKeys are disabled when unused for", "访问密钥最大闲置时长"),
            &days,
        ),
    ]
}

/// Sets the preference.
pub fn set(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let now = visit.call(Product::Ims, "GetSecurityPreference", &[])?;
    let title = lang.t("Security preference", "安全偏好设置");
    let mut change =
        Change::new(title, Product::Ims, "SetSecurityPreference", HOME).submit(lang.t("Save", "保存"));
    change.fields = fields(visit, &part(&now, "/SecurityPreference")?);
    change.answer(visit)
}
