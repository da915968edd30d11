//! The password policy. Setting it replaces all of it, so the form sends every part. While it is filled in, the page shows
//! which level of strength comes out and what that does to the score.

use ramward_rpc::api::Product;
use serde_json::Value;

use super::HOME;
use crate::console::answer::PageAnswer;
use crate::console::calls::part;
use crate::console::change::Change;
use crate::console::field::Field;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// The parts of a policy, as they are. The ranges are those of SetPasswordPolicy.
pub fn fields(visit: &Visit<'_>, now: &Value) -> Vec<Field> {
    let lang = visit.lang;
    let number = |name: &'static str, label: &str, range| {
        Field::number(name, label, range, now.get(name).and_then(Value::as_i64).unwrap_or_default())
    };
    let tick = |name: &'static str, label: &str| {
        Field::tick(name, label, now.get(name).and_then(Value::as_bool).unwrap_or_default())
    };
    let (never, none) = (lang.t("0 is never.", "0 表示永不。"), lang.t("0 is none.", "0 表示不限制。"));
    vec![
        number("MinimumPasswordLength", lang.t("Characters, at least", "密码最小长度"), (8, 32)),
        tick("RequireLowercaseCharacters", lang.t("A lower-case letter must be in it", "必须包含小写字母")),
        tick("RequireUppercaseCharacters", lang.t("An upper-case letter must be in it", "必须包含大写字母")),
        tick("RequireNumbers", lang.t("A digit must be in it", "必须包含数字")),
        tick("RequireSymbols", lang.t("A symbol must be in it", "必须包含符号")),
        number(
            "MinimumPasswordDifferentCharacter",
            lang.t("Different characters, at least", "最少不同字符数"),
            (0, 8),
        )
        .hint(none),
        tick("PasswordNotContainUserName", lang.t("The user's name must not be in it", "不能包含用户名")),
        number("MaxPasswordAge", lang.t("Days until it must be changed", "密码有效期（天）"), (0, 1095))
            .hint(never),
        tick(
            "HardExpire",
            lang.t(
                "When it has expired, only an administrator can reset it",
                "过期后不可登录，须由管理员重置",
            ),
        ),
        number(
            "PasswordReusePrevention",
            lang.t("Earlier passwords that may not come back", "历史密码检查次数"),
            (0, 24),
        )
        .hint(none),
        number(
            "MaxLoginAttemps",
            lang.t("Wrong passwords within an hour that lock the logon", "一小时内密码错误锁定次数"),
            (0, 32),
        )
        .hint(never),
        number(
            "InitialPasswordAge",
            lang.t("Days for which an initial password may be used", "初始密码有效期（天）"),
            (0, 90),
        )
        .hint(lang.t("0 is for ever.", "0 表示永久有效。")),
        tick(
            "InterceptRiskPasswordOnApi",
            lang.t(
                "Refuse leaked passwords (kept, but this server has no list of them)",
                "拦截已泄露密码（仅保存该设置，本服务器没有泄露密码库）",
            ),
        ),
    ]
}

/// Sets the policy.
pub fn set(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let now = visit.call(Product::Ims, "GetPasswordPolicy", &[])?;
    let mut change = Change::new(
        lang.t("Password policy", "密码策略"),
        Product::Ims,
        "SetPasswordPolicy",
        HOME,
    )
    .says(lang.t(
        "It is asked of a password when that is next set. Passwords that are set already stay as they are.",
        "新策略在下次设置密码时生效，已设置的密码不受影响。",
    ))
    .submit(lang.t("Save", "保存"));
    change.fields = fields(visit, &part(&now, "/PasswordPolicy")?);
    change.answer(visit)
}
