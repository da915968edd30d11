//! What checks are called and ask for, in the languages of the console. English stands in the answers themselves; Chinese
//! stands here, by the check's id. Knows no page.

use super::lang::Lang;
use super::repairs::control;
use crate::formats::explained::{Check, Thresholds, Verdict};

/// The words of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckText {
    /// What it asks for, in a few words.
    pub title: String,
    /// The rule, with its days.
    pub rule: String,
    /// What to do, or why there is no answer.
    pub advice: String,
}

struct Row {
    /// The check's id, or the number of a control in both versions of the benchmark.
    id: &'static str,
    title: &'static str,
    /// With `{old}` and `{unused}` for the days.
    rule: &'static str,
    advice: &'static str,
}

const POLICY_IS_REPLACED: &str = "设置密码策略会整体替换原有策略，请同时提交要保留的各项设置。";

/// What is said of keys where only root's are counted.
const ROOT_ONLY: [(&str, &str); 2] = [
    ("account_no_old_key", "主账号没有创建超过 {old} 天的启用状态 AccessKey"),
    (
        "account_no_unused_key",
        "主账号没有闲置 {unused} 天及以上的启用状态 AccessKey（自最近一次使用或创建起算）",
    ),
];

/// Why there is no answer: how the English begins, and the Chinese.
const REASONS: [(&str, &str); 3] = [
    (
        "The values of the report do not tell.",
        "仅凭报告中的数值无法判断。请使用 `ramward collect` 镜像该账号后再查看。",
    ),
    (
        "The mirror of this account could not learn it",
        "该账号的镜像未能获取此信息，请授予更多权限后重新采集。",
    ),
    ("A mirror does not learn the policies", "镜像不采集该账号的权限策略。"),
];

const TEXTS: &[Row] = &[
    Row {
        id: "ram_users_exist",
        title: "使用 RAM 用户进行日常工作",
        rule: "账号至少有一个 RAM 用户，避免使用主账号进行日常工作",
        advice: "为每个人员和每个程序分别创建 RAM 用户，不再使用主账号工作。",
    },
    Row {
        id: "root_mfa",
        title: "主账号已启用多因素认证 MFA",
        rule: "主账号已绑定 MFA 设备",
        advice: "为主账号创建虚拟 MFA 设备，并输入两个连续的验证码完成绑定。",
    },
    Row {
        id: "root_no_key",
        title: "主账号没有 AccessKey",
        rule: "主账号没有任何 AccessKey，无论其状态如何",
        advice: "让使用主账号 AccessKey 的程序改用 RAM 用户的 AccessKey；先禁用主账号的 AccessKey，确认没有业务受影响后再删除。",
    },
    Row {
        id: "users_mfa",
        title: "所有 RAM 用户已绑定 MFA 设备",
        rule: "账号有 RAM 用户，且每个 RAM 用户都已绑定 MFA 设备，无论是否开通控制台登录",
        advice: "为尚未绑定的用户创建虚拟 MFA 设备，并输入两个连续的验证码完成绑定。没有 RAM 用户时，请先创建。",
    },
    Row {
        id: "users_no_old_key",
        title: "RAM 用户的 AccessKey 定期轮转",
        rule: "没有 RAM 用户持有创建超过 {old} 天的启用状态 AccessKey",
        advice: "创建第二个 AccessKey，将程序切换过去，禁用旧的 AccessKey，确认没有业务受影响后再删除。不再需要的 AccessKey 直接禁用并删除。",
    },
    Row {
        id: "users_no_unused_key",
        title: "RAM 用户的 AccessKey 均在使用",
        rule: "没有 RAM 用户持有闲置 {unused} 天及以上的启用状态 AccessKey（自最近一次使用或创建起算）",
        advice: "禁用该 AccessKey，确认没有业务受影响后再删除。",
    },
    Row {
        id: "account_no_old_key",
        title: "账号中没有老旧的 AccessKey",
        rule: "账号中（包括主账号）没有创建超过 {old} 天的启用状态 AccessKey",
        advice: "创建第二个 AccessKey，将程序切换过去，禁用旧的 AccessKey，确认没有业务受影响后再删除。不再需要的 AccessKey 直接禁用并删除。",
    },
    Row {
        id: "account_no_unused_key",
        title: "账号中没有闲置的 AccessKey",
        rule: "账号中（包括主账号）没有闲置 {unused} 天及以上的启用状态 AccessKey（自最近一次使用或创建起算）",
        advice: "禁用该 AccessKey，确认没有业务受影响后再删除。",
    },
    Row {
        id: "password_policy",
        title: "密码策略要求高强度密码",
        rule: "密码策略至少满足以下五项中的四项：小写字母、大写字母、数字、符号、长度不少于 14 位；满足两项或三项为中（mid），更少为低（low）",
        advice: "要求密码包含全部四类字符且长度不少于 14 位。设置密码策略会整体替换原有策略，请同时提交要保留的各项设置；新策略在下次修改密码时生效。",
    },
    Row {
        id: "console_user_mfa",
        title: "所有控制台用户已绑定 MFA 设备",
        rule: "每个可以登录控制台的 RAM 用户都已绑定 MFA 设备；未开通控制台登录的用户不作要求",
        advice: "为这些用户绑定 MFA 设备；不需要控制台登录的用户请关闭其控制台登录。",
    },
    Row {
        id: "console_logon_idle",
        title: "所有控制台用户均有登录",
        rule: "没有可登录控制台的 RAM 用户连续 {unused} 天及以上未登录（自最近一次登录或开通登录起算）",
        advice: "关闭这些用户的控制台登录；已无人认领的用户请删除。",
    },
    Row {
        id: "two_active_keys",
        title: "没有 RAM 用户同时启用两个 AccessKey",
        rule: "没有 RAM 用户持有两个或更多启用状态的 AccessKey；第二个仅用于轮转期间",
        advice: "完成轮转：将程序切换到较新的 AccessKey，禁用较旧的，确认没有业务受影响后再删除。",
    },
    Row {
        id: "key_never_used",
        title: "所有启用的 AccessKey 都使用过",
        rule: "账号中（包括主账号）每个启用状态的 AccessKey 至少使用过一次",
        advice: "删除从未使用的 AccessKey；待程序需要时再创建。",
    },
    Row {
        id: "console_and_keys",
        title: "控制台登录与 AccessKey 分离",
        rule: "没有 RAM 用户既可登录控制台又持有启用状态的 AccessKey：人员与程序应使用不同的用户",
        advice: "为程序单独创建 RAM 用户和 AccessKey，再禁用人员用户的 AccessKey；若没有人使用其控制台登录，则关闭控制台登录。",
    },
    Row {
        id: "root_key_used_recently",
        title: "主账号的 AccessKey 未被使用",
        rule: "最近 {unused} 天内没有使用过主账号的启用状态 AccessKey",
        advice: "找出使用主账号 AccessKey 的程序，改用 RAM 用户的 AccessKey，然后禁用主账号的 AccessKey。",
    },
    Row {
        id: "exception_expired",
        title: "没有已过期的例外",
        rule: "账号中没有超过截止日期的安全例外",
        advice: "修复例外所涉及的问题并删除该例外，或以更晚的截止日期重新设置。",
    },
    Row {
        id: "1_01",
        title: "不使用主账号进行日常工作",
        rule: "最近 90 天内没有主账号登录控制台或使用其 AccessKey 的记录",
        advice: "为人员和程序创建仅具备所需权限的 RAM 用户，主账号只用于必须由其完成的操作。",
    },
    Row {
        id: "1_02",
        title: "主账号没有 AccessKey",
        rule: "主账号没有任何 AccessKey，无论其状态如何",
        advice: "让使用主账号 AccessKey 的程序改用 RAM 用户的 AccessKey，然后禁用并删除主账号的 AccessKey。",
    },
    Row {
        id: "1_03",
        title: "主账号已启用多因素认证 MFA",
        rule: "主账号已绑定 MFA 设备",
        advice: "为主账号绑定 MFA 设备。",
    },
    Row {
        id: "1_04",
        title: "所有控制台用户已绑定 MFA 设备",
        rule: "每个可以登录控制台的 RAM 用户都已绑定 MFA 设备",
        advice: "为这些用户绑定 MFA 设备；不需要控制台登录的用户请关闭其控制台登录。",
    },
    Row {
        id: "1_05",
        title: "没有闲置的控制台登录",
        rule: "没有可登录控制台的 RAM 用户连续 90 天及以上未登录",
        advice: "关闭这些用户的控制台登录。",
    },
    Row {
        id: "1_06",
        title: "AccessKey 每 90 天轮转",
        rule: "账号中（包括主账号）没有创建超过 90 天的启用状态 AccessKey",
        advice: "创建第二个 AccessKey，将程序切换过去，禁用旧的 AccessKey，确认没有业务受影响后再删除。",
    },
    Row {
        id: "1_07",
        title: "密码包含大写字母",
        rule: "密码策略要求包含大写字母",
        advice: "要求密码包含大写字母。",
    },
    Row {
        id: "1_08",
        title: "密码包含小写字母",
        rule: "密码策略要求包含小写字母",
        advice: "要求密码包含小写字母。",
    },
    Row {
        id: "1_09", title: "密码包含符号", rule: "密码策略要求包含符号", advice: "要求密码包含符号。"
    },
    Row {
        id: "1_10", title: "密码包含数字", rule: "密码策略要求包含数字", advice: "要求密码包含数字。"
    },
    Row {
        id: "1_11",
        title: "密码长度不少于 14 位",
        rule: "密码策略要求密码长度不少于 14 位",
        advice: "要求密码长度不少于 14 位。",
    },
    Row {
        id: "1_12",
        title: "不重复使用历史密码",
        rule: "密码策略至少禁止使用最近 5 次的密码",
        advice: "禁止使用最近 5 次的密码。",
    },
    Row {
        id: "cis_v1_0_0_1_13",
        title: "密码在 90 天内过期",
        rule: "密码策略规定密码有效期不超过 90 天",
        advice: "按您所遵循的基准版本设置密码有效期：两个版本的要求相反。",
    },
    Row {
        id: "cis_v2_0_0_1_13",
        title: "密码有效期不短于一年",
        rule: "密码策略规定密码有效期不少于 365 天，或永不过期",
        advice: "按您所遵循的基准版本设置密码有效期：两个版本的要求相反。",
    },
    Row {
        id: "1_14",
        title: "多次输错密码后禁止登录",
        rule: "密码策略规定一小时内最多输错 5 次密码，之后禁止登录一小时",
        advice: "输错 5 次密码后禁止登录。",
    },
    Row {
        id: "1_15",
        title: "没有使用中的全权限策略",
        rule: "没有已授权的自定义权限策略允许对所有资源执行所有操作",
        advice: "为这些权限策略创建只包含所需操作和资源的新版本，或解除授权。",
    },
    Row {
        id: "1_16",
        title: "权限策略仅授予用户组和角色",
        rule: "没有直接授予 RAM 用户的权限策略",
        advice: "将权限策略授予用户所在的用户组，再解除对该用户的直接授权。",
    },
];

fn row(id: &str) -> Option<&'static Row> {
    let find = |id: &str| TEXTS.iter().find(|row| row.id == id);
    find(id).or_else(|| find(control(id)?))
}

/// The words of a check, in English where a newer server knows one that this table does not.
pub fn of(check: &Check, thresholds: &Thresholds, lang: Lang) -> CheckText {
    match row(&check.id) {
        Some(row) if lang == Lang::Zh => {
            let root_only = ROOT_ONLY.iter().find(|(id, _)| *id == check.id);
            let root_only = root_only.filter(|_| thresholds.ak_scope == "root_only");
            let rule = root_only.map_or(row.rule, |(_, rule)| rule);
            let rule = rule
                .replace("{old}", &thresholds.old_days.to_string())
                .replace("{unused}", &thresholds.unused_days.to_string());
            let advice = match check.verdict {
                Verdict::Fail => advice(row),
                Verdict::NotAnswerable => reason(&check.advice),
                Verdict::Pass | Verdict::NotApplicable => String::new(),
            };
            CheckText { title: row.title.to_owned(), rule, advice }
        }
        _ => {
            CheckText { title: check.title.clone(), rule: capital(&check.rule), advice: check.advice.clone() }
        }
    }
}

/// A rule as a sentence begins: answers have it in the middle of one.
fn capital(rule: &str) -> String {
    let mut characters = rule.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// What the check of an id is called; the id itself where it is not known.
pub fn short(id: &str, lang: Lang) -> String {
    let english = ramward_domain::report::checks::find(id).map(|check| check.title);
    let title = match lang {
        Lang::En => english,
        Lang::Zh => row(id).map(|row| row.title).or(english),
    };
    title.unwrap_or(id).to_owned()
}

fn advice(row: &Row) -> String {
    let of_policy = matches!(
        row.id.trim_start_matches("cis_v1_0_0_").trim_start_matches("cis_v2_0_0_"),
        "1_07" | "1_08" | "1_09" | "1_10" | "1_11" | "1_12" | "1_13" | "1_14"
    );
    if of_policy { format!("{}{POLICY_IS_REPLACED}", row.advice) } else { row.advice.to_owned() }
}

fn reason(english: &str) -> String {
    let known = REASONS.iter().find(|(begins, _)| english.starts_with(begins));
    known.map_or(english, |(_, chinese)| chinese).to_owned()
}

#[cfg(test)]
mod tests {
    use ramward_domain::report::checks::{CHECKS, from_ten_values};
    use ramward_domain::report::facts::Facts;

    use super::*;

    #[test]
    fn every_check_has_a_chinese_text_and_no_text_is_left_over() {
        for check in CHECKS {
            assert!(row(check.id).is_some(), "{} has no Chinese text", check.id);
        }
        for row in TEXTS {
            let is_used = CHECKS.iter().any(|check| check.id == row.id || control(check.id) == Some(row.id));
            assert!(is_used, "{} is no check", row.id);
        }
    }

    /// A rule that names days in English names them in Chinese.
    #[test]
    fn rules_name_the_days_in_force() {
        let limits =
            serde_json::from_str(r#"{"old_days":31,"unused_days":47,"ak_scope":"account_total"}"#).unwrap();
        let thresholds = Thresholds { old_days: 31, unused_days: 47, ak_scope: "account_total".into() };
        for check in CHECKS {
            let english = check.rule(limits);
            let wire = serde_json::json!({
                "Check": check.id, "Kind": check.kind.as_str(), "Title": check.title, "Verdict": "Fail", "Rule": english,
            });
            let chinese = of(&serde_json::from_value(wire).unwrap(), &thresholds, Lang::Zh).rule;
            for days in ["31", "47", "90", "365", "14"] {
                assert_eq!(
                    english.contains(days),
                    chinese.contains(days),
                    "{}: {english}: {chinese}",
                    check.id
                );
            }
            assert!(!chinese.contains('{'), "{chinese}");
        }
    }

    #[test]
    fn reasons_are_told_in_chinese_too() {
        let mut told = 0;
        for (check, assessment) in from_ten_values(&Facts::NEW_ACCOUNT, Default::default()) {
            if let (Verdict::NotAnswerable, Some(reason_en)) =
                (verdict(assessment.verdict), assessment.unanswered)
            {
                assert_ne!(reason(reason_en), reason_en, "{}", check.id);
                told += 1;
            }
        }
        assert!(told > 5, "{told}");
        assert_eq!(reason("Something new."), "Something new.");
    }

    fn verdict(domain: ramward_domain::report::checks::Verdict) -> Verdict {
        serde_json::from_value(domain.as_str().into()).unwrap()
    }
}
