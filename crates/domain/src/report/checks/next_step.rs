//! The next step of a check that fails, ready to be pasted: words in capitals (`USER`, `KEY_ID`, `CODE`) stand for what
//! only the reader knows. Knows no check.

use std::fmt::{Display, Write};

use super::inputs::Inputs;
use crate::identity::password_policy::PasswordPolicy;

/// The same step in three languages; what a language cannot say is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NextStep {
    /// A line for this program.
    pub ramward_call: Option<String>,
    /// A line for the vendor's command line.
    pub vendor_cli: Option<String>,
    /// A snippet for Terraform's provider `aliyun/alicloud`.
    pub terraform: Option<String>,
}

impl NextStep {
    /// An operation of IMS, which both command lines know.
    pub(super) fn call(action: &str, params: &[(&str, &dyn Display)]) -> Self {
        let vendor_cli = line("aliyun ims ", action, " --", ' ', params);
        Self { vendor_cli: Some(vendor_cli), ..Self::own_call(action, params) }
    }

    /// An operation of RAM, which both command lines know.
    pub(super) fn ram_call(action: &str, params: &[(&str, &dyn Display)]) -> Self {
        let vendor_cli = line("aliyun ram ", action, " --", ' ', params);
        Self { vendor_cli: Some(vendor_cli), ..Self::own_call(action, params) }
    }

    /// An operation that only this program knows.
    pub(super) fn own_call(action: &str, params: &[(&str, &dyn Display)]) -> Self {
        let ramward_call = line("ramward call ", action, " ", '=', params);
        Self { ramward_call: Some(ramward_call), ..Self::default() }
    }

    pub(super) fn terraform(self, snippet: impl Into<String>) -> Self {
        Self { terraform: Some(snippet.into()), ..self }
    }

    /// Switching a key of a user off: what every repair of a key begins or ends with.
    pub(super) fn disable_key(inputs: &Inputs<'_>) -> Self {
        let params: [(&str, &dyn Display); 3] = [
            ("UserPrincipalName", &inputs.logon_name()),
            ("UserAccessKeyId", &"KEY_ID"),
            ("Status", &"Inactive"),
        ];
        Self::call("UpdateAccessKey", &params).terraform(
            "resource \"alicloud_ram_access_key\" \"this\" {\n  user_name = \"USER\"\n  status    = \"Inactive\"\n}",
        )
    }

    /// What begins the repair of a key of root: a second one where it is to be replaced, else switching it off.
    pub(in crate::report) fn roots_key(replaced: bool) -> Self {
        if replaced {
            Self::call("CreateAccessKey", &[])
        } else {
            Self::call("UpdateAccessKey", &[("UserAccessKeyId", &"KEY_ID"), ("Status", &"Inactive")])
        }
    }

    /// Taking the console away from a user.
    pub(super) fn disable_console(inputs: &Inputs<'_>) -> Self {
        Self::call(
            "UpdateLoginProfile",
            &[("UserPrincipalName", &inputs.logon_name()), ("Status", &"Inactive")],
        )
    }

    /// Binding a device to a user.
    pub(super) fn bind_device(inputs: &Inputs<'_>) -> Self {
        let serial = format!("acs:ram::{}:mfa/USER", inputs.account_id());
        let params: [(&str, &dyn Display); 4] = [
            ("UserPrincipalName", &inputs.logon_name()),
            ("SerialNumber", &serial),
            ("AuthenticationCode1", &"CODE"),
            ("AuthenticationCode2", &"NEXT_CODE"),
        ];
        Self::call("BindMFADevice", &params).terraform(
            "# Makes every user bind a device at the next console logon.\nresource \"alicloud_ram_security_preference\" \
             \"this\" {\n  mfa_operation_for_login = \"mandatory\"\n}",
        )
    }

    /// Changing the password policy: setting it replaces all of it, so what is set already is said again.
    pub(super) fn password_policy(inputs: &Inputs<'_>, change: impl FnOnce(&mut PasswordPolicy)) -> Self {
        let mut policy = inputs.known.map(|known| known.password_policy.clone()).unwrap_or_default();
        change(&mut policy);
        let settings: [(&str, &str, &dyn Display); 11] = [
            ("MinimumPasswordLength", "minimum_password_length", &policy.minimum_password_length.get()),
            (
                "RequireLowercaseCharacters",
                "require_lowercase_characters",
                &policy.require_lowercase_characters,
            ),
            (
                "RequireUppercaseCharacters",
                "require_uppercase_characters",
                &policy.require_uppercase_characters,
            ),
            ("RequireNumbers", "require_numbers", &policy.require_numbers),
            ("RequireSymbols", "require_symbols", &policy.require_symbols),
            ("HardExpire", "hard_expiry", &policy.hard_expire),
            ("MaxLoginAttemps", "max_login_attemps", &policy.max_login_attemps.get()),
            ("PasswordReusePrevention", "password_reuse_prevention", &policy.password_reuse_prevention.get()),
            ("MaxPasswordAge", "max_password_age", &policy.max_password_age.get()),
            (
                "MinimumPasswordDifferentCharacter",
                "minimum_password_different_character",
                &policy.minimum_password_different_character.get(),
            ),
            (
                "PasswordNotContainUserName",
                "password_not_contain_user_name",
                &policy.password_not_contain_user_name,
            ),
        ];
        // Terraform has no word for these two.
        let others: [(&str, &dyn Display); 2] = [
            ("InitialPasswordAge", &policy.initial_password_age.get()),
            ("InterceptRiskPasswordOnApi", &policy.intercept_risk_password_on_api),
        ];
        let mut snippet = String::from("resource \"alicloud_ram_password_policy\" \"this\" {\n");
        for (_, argument, value) in &settings {
            let _infallible = writeln!(snippet, "  {argument:<36} = {value}");
        }
        snippet.push('}');
        let params: Vec<_> = settings.iter().map(|(name, _, value)| (*name, *value)).chain(others).collect();
        Self::call("SetPasswordPolicy", &params).terraform(snippet)
    }
}

/// A command line: its beginning, the operation, and each parameter between two separators.
fn line(begin: &str, action: &str, before: &str, between: char, params: &[(&str, &dyn Display)]) -> String {
    let mut line = format!("{begin}{action}");
    for (name, value) in params {
        let _infallible = write!(line, "{before}{name}{between}{value}");
    }
    line
}
