//! Which page repairs what a check found. Knows no page's content.

use super::lang::Lang;

/// A page that repairs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// Its path.
    pub path: &'static str,
    /// Where it leads, in English.
    en: &'static str,
    /// The same in Chinese.
    zh: &'static str,
}

impl Repair {
    /// Where it leads, in words.
    pub const fn words(self, lang: &Lang) -> &'static str {
        lang.t(self.en, self.zh)
    }
}

const NEW_USER: Repair =
    Repair { path: "/console/users/new", en: "Fix: create a RAM user", zh: "去修复：创建 RAM 用户" };
const ROOT: Repair =
    Repair { path: "/console/root", en: "Fix: root's page", zh: "去修复：主账号安全" };
const SETTINGS: Repair =
    Repair { path: "/console/settings", en: "Fix: settings", zh: "去修复：安全设置" };
const POLICIES: Repair =
    Repair { path: "/console/policies", en: "Fix: policies", zh: "去修复：权限策略" };
const USERS: Repair = Repair { path: "/console/users", en: "Fix: users", zh: "去修复：用户" };
const EXCEPTIONS: Repair = Repair {
    path: "/console/explorer/Ramward/SetSecurityException",
    en: "Fix: set the exception again",
    zh: "去修复：重新设置例外",
};

/// The page that repairs a check at once; `None` where its findings have to be repaired one by one.
pub fn at_once(check: &str) -> Option<Repair> {
    Some(match check {
        "ram_users_exist" => NEW_USER,
        "root_mfa" | "root_no_key" | "root_key_used_recently" => ROOT,
        "password_policy" => SETTINGS,
        "exception_expired" => EXCEPTIONS,
        _ => match control(check)? {
            "1_01" | "1_02" | "1_03" => ROOT,
            "1_15" => POLICIES,
            "1_16" => USERS,
            "1_04" | "1_05" | "1_06" => return None,
            _ => SETTINGS,
        },
    })
}

/// The check whose list names who breaks this one, where there is a list.
pub fn listed(check: &str) -> Option<&str> {
    match control(check) {
        None => Some(check),
        Some("1_02") => Some("root_no_key"),
        Some("1_04") => Some("console_user_mfa"),
        Some("1_05") => Some("console_logon_idle"),
        Some("1_06") => Some("account_no_old_key"),
        Some(_) => None,
    }
}

/// The number of a control of the benchmark, as its id spells it.
pub fn control(check: &str) -> Option<&str> {
    check.strip_prefix("cis_v1_0_0_").or_else(|| check.strip_prefix("cis_v2_0_0_"))
}

#[cfg(test)]
mod tests {
    use ramward_domain::report::checks::CHECKS;

    use super::*;

    #[test]
    fn every_check_leads_somewhere() {
        for check in CHECKS {
            assert!(at_once(check.id).is_some() || listed(check.id).is_some(), "{}", check.id);
        }
    }
}
