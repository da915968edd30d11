//! What an account lets its users do and asks of their logons. Ranges and defaults: the vendor's SetSecurityPreference
//! page and model comments (2020 to 2026), in our words. Must not know where a preference is kept.

use std::fmt;
use std::net::IpAddr;

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Bounded, Kind, Scalar};
use ramward_rpc::value::Value;
use serde::{Deserialize, Serialize};

use super::bounded;
use super::network::Network;
use super::text::{serde_by_scalar, word};

/// Hours a logon lasts; it was 6 to 24 in 2020 and is 1 to 24 now.
pub type LoginSessionDuration = Bounded<1, 24>;

/// The security preference of an account. The wire answers it in groups; settings and state files keep it flat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct SecurityPreference {
    /// Whether a device may be remembered for seven days after an MFA code.
    #[serde(rename = "EnableSaveMFATicket")]
    pub enable_save_mfa_ticket: bool,
    /// Whether users may change their own password.
    pub allow_user_to_change_password: bool,
    /// Whether users may log on with a passkey.
    pub allow_user_to_login_with_passkey: bool,
    /// Hours a logon lasts.
    #[serde(with = "bounded")]
    pub login_session_duration: LoginSessionDuration,
    /// Where users may log on from. Calls with AccessKeys are never affected.
    pub login_network_masks: LoginNetworkMasks,
    /// Who must give an MFA code at logon.
    #[serde(rename = "MFAOperationForLogin")]
    pub mfa_operation_for_login: MFAOperationForLogin,
    /// What happens at a suspicious logon. Deprecated by the vendor, still answered.
    pub operation_for_risk_login: OperationForRiskLogin,
    /// Whether users may manage their own AccessKeys.
    pub allow_user_to_manage_access_keys: bool,
    /// Whether users may manage their own service credentials.
    pub allow_user_to_manage_service_credentials: bool,
    /// Whether users may manage their own public keys. Only RAM's older view has it, and nothing else knows such keys.
    pub allow_user_to_manage_public_keys: bool,
    /// Whether users may manage their own MFA devices.
    #[serde(rename = "AllowUserToManageMFADevices")]
    pub allow_user_to_manage_mfa_devices: bool,
    /// Whether users may bind a DingTalk account of their own.
    pub allow_user_to_manage_personal_ding_talk: bool,
    /// Second ways to prove oneself beside MFA devices.
    pub verification_types: VerificationTypes,
    /// Days without a password logon after which a user's console logon is disabled.
    pub max_idle_days_for_users: MaxIdleDays,
    /// Days without use after which an AccessKey of a RAM user is disabled.
    pub max_idle_days_for_access_keys: MaxIdleDays,
}

impl Default for SecurityPreference {
    fn default() -> Self {
        Self {
            enable_save_mfa_ticket: false,
            allow_user_to_change_password: true,
            allow_user_to_login_with_passkey: true,
            login_session_duration: Bounded::new(6).expect("6 lies between 1 and 24"),
            login_network_masks: LoginNetworkMasks::default(),
            mfa_operation_for_login: MFAOperationForLogin::Independent,
            operation_for_risk_login: OperationForRiskLogin::Autonomous,
            allow_user_to_manage_access_keys: false,
            allow_user_to_manage_service_credentials: false,
            allow_user_to_manage_public_keys: false,
            allow_user_to_manage_mfa_devices: true,
            allow_user_to_manage_personal_ding_talk: true,
            verification_types: VerificationTypes::default(),
            max_idle_days_for_users: MaxIdleDays::default(),
            max_idle_days_for_access_keys: MaxIdleDays::default(),
        }
    }
}

word! {
    /// Who must give an MFA code at logon.
    MFAOperationForLogin {
        /// Every user.
        Mandatory = "mandatory",
        /// As each user's logon profile says.
        Independent = "independent",
        /// Every user when the logon looks unusual.
        Adaptive = "adaptive",
    }
}

impl MFAOperationForLogin {
    /// What the older parameter `EnforceMFAForLogin` meant.
    pub const fn from_enforced(enforced: bool) -> Self {
        if enforced { Self::Mandatory } else { Self::Independent }
    }

    /// What the older field `EnforceMFAForLogin` answers.
    pub const fn is_enforced(self) -> bool {
        matches!(self, Self::Mandatory)
    }
}

word! {
    /// What happens at a suspicious logon.
    OperationForRiskLogin {
        /// The user may go on without a second proof.
        Autonomous = "autonomous",
        /// A second proof is asked for.
        EnforceVerify = "enforceVerify",
    }
}

/// Where users may log on from: networks joined by `;`. None means anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoginNetworkMasks {
    /// As it was set, and as it is answered.
    text: Box<str>,
    networks: Vec<Network>,
}

impl LoginNetworkMasks {
    /// The most networks (25 in 2020).
    pub const MAX_MASKS: usize = 40;
    /// The longest text.
    pub const MAX_CHARACTERS: usize = 512;

    /// Reads networks joined by `;`; an empty text is none.
    ///
    /// # Errors
    /// `Length` for more than 40 networks or 512 characters, `Format` for what is no network.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        super::text::length(text, 0, Self::MAX_CHARACTERS)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        if text.split(';').count() > Self::MAX_MASKS {
            return Err(Rule::Length);
        }
        let networks = text.split(';').map(str::parse).collect::<Result<_, _>>().map_err(|_| Rule::Format)?;
        Ok(Self { text: text.into(), networks })
    }

    /// The text as it was set.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a logon from `address` is let in.
    pub fn allows(&self, address: IpAddr) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(address))
    }
}

impl fmt::Display for LoginNetworkMasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Scalar for LoginNetworkMasks {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str =
        "up to 40 IPv4 or IPv6 networks joined by ';', up to 512 characters; empty is anywhere";
    const EMPTY_IS_ABSENT: bool = false;

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::parse(text)
    }

    fn value(&self) -> Value {
        Value::text(self.text.to_string())
    }
}

serde_by_scalar!(LoginNetworkMasks);

word! {
    /// A second way to prove oneself. The vendor names no list; these two fit its answers and its clients.
    VerificationType {
        /// A message to the phone.
        Sms = "sms",
        /// A message to the mailbox.
        Email = "email",
    }
}

/// Which second ways are open; travels as one JSON text, `["sms","email"]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VerificationTypes(Vec<VerificationType>);

impl VerificationTypes {
    /// Those that are open, in the order they were given.
    pub fn types(&self) -> &[VerificationType] {
        &self.0
    }
}

impl Default for VerificationTypes {
    /// Both, as in a captured answer of a fresh account.
    fn default() -> Self {
        Self(VerificationType::ALL.to_vec())
    }
}

impl Scalar for VerificationTypes {
    const KIND: Kind = Kind::JsonList;
    const LIMITS: &'static str = "a JSON list of `sms` and `email`, each once at most";

    fn parse(text: &str) -> Result<Self, Rule> {
        let words: Vec<String> = serde_json::from_str(text).map_err(|_| Rule::Format)?;
        let mut types = Vec::new();
        for word in words {
            let kind = VerificationType::parse(&word)?;
            if types.contains(&kind) {
                return Err(Rule::Format);
            }
            types.push(kind);
        }
        Ok(Self(types))
    }

    /// In an answer it is a list, not a text.
    fn value(&self) -> Value {
        Value::List(self.0.iter().map(Scalar::value).collect())
    }
}

/// Days without use after which a logon or a key is disabled: 90, 180, 365 or 730.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct MaxIdleDays(u16);

impl MaxIdleDays {
    /// The choices.
    pub const ALL: [u16; 4] = [90, 180, 365, 730];

    /// One of the choices; `None` for any other number.
    pub fn new(days: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| i64::from(*choice) == days).map(Self)
    }

    /// The days.
    pub const fn get(self) -> i64 {
        self.0 as i64
    }
}

impl Default for MaxIdleDays {
    fn default() -> Self {
        Self(730)
    }
}

impl TryFrom<i64> for MaxIdleDays {
    type Error = &'static str;

    fn try_from(days: i64) -> Result<Self, &'static str> {
        Self::new(days).ok_or("idle days must be 90, 180, 365 or 730")
    }
}

impl From<MaxIdleDays> for i64 {
    fn from(days: MaxIdleDays) -> Self {
        days.get()
    }
}

impl Scalar for MaxIdleDays {
    const KIND: Kind = Kind::Integer;
    const LIMITS: &'static str = "90, 180, 365 or 730";

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::new(i64::parse(text)?).ok_or(Rule::Range)
    }

    fn value(&self) -> Value {
        Value::Integer(self.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_to_log_on_from() {
        let full = ["10.0.0.0/8"; 40].join(";");
        let one_more = ["10.0.0.0/8"; 41].join(";");
        let long = ["2001:db8:85a3:8d3:1319:8a2e:370:7344/128"; 13].join(";");
        assert!((full.len(), one_more.len(), long.len()) == (439, 450, 532));
        let rows = [
            ("", Ok(())),
            ("10.0.0.0/8", Ok(())),
            ("10.0.0.0/8;2001:db8::/32;192.0.2.1", Ok(())),
            (full.as_str(), Ok(())),
            (one_more.as_str(), Err(Rule::Length)),
            (long.as_str(), Err(Rule::Length)),
            ("10.0.0.0/8;", Err(Rule::Format)),
            (";", Err(Rule::Format)),
            ("10.0.0.0/8; 11.0.0.0/8", Err(Rule::Format)),
            ("10.0.0.0/8,11.0.0.0/8", Err(Rule::Format)),
            ("10.0.0.0/33", Err(Rule::Format)),
        ];
        for (text, expected) in rows {
            let read = <LoginNetworkMasks as Scalar>::parse(text);
            if let Ok(masks) = &read {
                assert_eq!(masks.value(), Value::text(text.to_owned()), "answered as it was set");
            }
            assert_eq!(read.map(|_| ()), expected, "{text}");
        }
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let masks = LoginNetworkMasks::parse("10.0.0.0/8;2001:db8::/32").unwrap();
        assert!(masks.allows(address("10.1.1.1")) && masks.allows(address("2001:db8::1")));
        assert!(!masks.allows(address("11.0.0.0")) && !masks.allows(address("2001:db9::1")));
        assert!(LoginNetworkMasks::default().allows(address("8.8.8.8")), "none is anywhere");
    }

    #[test]
    fn the_longest_text_that_is_read() {
        // Twelve long addresses, and a last one that makes the text exactly as long as allowed.
        let mut text = ["2001:db8:85a3:8d3:1319:8a2e:370:7344/128"; 12].join(";");
        text.push_str(";100.100.100.100/32");
        assert_eq!(text.len(), 510);
        text.push(';');
        assert_eq!(
            LoginNetworkMasks::parse(&format!("{text}:")),
            Err(Rule::Format),
            "512 characters are read"
        );
        assert_eq!(
            LoginNetworkMasks::parse(&format!("{text}::")).map(|_| ()),
            Err(Rule::Length),
            "513 are not"
        );
    }

    #[test]
    fn verification_types() {
        let rows = [
            (r#"["sms","email"]"#, Ok(2)),
            (r#" [ "email" ] "#, Ok(1)),
            ("[]", Ok(0)),
            (r#"["sms","sms"]"#, Err(Rule::Format)),
            (r#"["phone"]"#, Err(Rule::Range)),
            (r#"["SMS"]"#, Err(Rule::Range)),
            ("sms,email", Err(Rule::Format)),
            ("sms", Err(Rule::Format)),
            (r#""sms""#, Err(Rule::Format)),
            ("[1]", Err(Rule::Format)),
            (r#"["sms""#, Err(Rule::Format)),
        ];
        for (text, expected) in rows {
            assert_eq!(VerificationTypes::parse(text).map(|types| types.types().len()), expected, "{text}");
        }
        let order = VerificationTypes::parse(r#"["email","sms"]"#).unwrap();
        assert_eq!(order.value(), Value::List(vec![Value::from("email"), Value::from("sms")]));
    }

    #[test]
    fn idle_days_are_one_of_four() {
        for (text, expected) in [
            ("90", Ok(90)),
            ("180", Ok(180)),
            ("365", Ok(365)),
            ("730", Ok(730)),
            ("0", Err(Rule::Range)),
            ("91", Err(Rule::Range)),
            ("-90", Err(Rule::Range)),
            ("ninety", Err(Rule::Format)),
        ] {
            assert_eq!(MaxIdleDays::parse(text).map(MaxIdleDays::get), expected, "{text}");
        }
    }

    #[test]
    fn sessions_last_1_to_24_hours() {
        for (text, expected) in [
            ("0", Err(Rule::Range)),
            ("1", Ok(1)),
            ("24", Ok(24)),
            ("25", Err(Rule::Range)),
            ("6h", Err(Rule::Format)),
        ] {
            assert_eq!(LoginSessionDuration::parse(text).map(LoginSessionDuration::get), expected, "{text}");
        }
    }

    #[test]
    fn settings_are_spelled_as_the_wire_spells_them() {
        let expected = serde_json::json!({
            "EnableSaveMFATicket": false,
            "AllowUserToChangePassword": true,
            "AllowUserToLoginWithPasskey": true,
            "LoginSessionDuration": 6,
            "LoginNetworkMasks": "",
            "MFAOperationForLogin": "independent",
            "OperationForRiskLogin": "autonomous",
            "AllowUserToManageAccessKeys": false,
            "AllowUserToManageServiceCredentials": false,
            "AllowUserToManagePublicKeys": false,
            "AllowUserToManageMFADevices": true,
            "AllowUserToManagePersonalDingTalk": true,
            "VerificationTypes": ["sms", "email"],
            "MaxIdleDaysForUsers": 730,
            "MaxIdleDaysForAccessKeys": 730,
        });
        assert_eq!(serde_json::to_value(SecurityPreference::default()).unwrap(), expected);
        assert_eq!(
            serde_json::from_value::<SecurityPreference>(expected).unwrap(),
            SecurityPreference::default()
        );
        assert_eq!(serde_json::from_str::<SecurityPreference>("{}").unwrap(), SecurityPreference::default());
        for json in [
            r#"{"MaxIdleDaysForUsers":91}"#,
            r#"{"LoginSessionDuration":0}"#,
            r#"{"LoginNetworkMasks":"x"}"#,
            r#"{"EnforceMFAForLogin":true}"#,
        ] {
            assert!(serde_json::from_str::<SecurityPreference>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn the_older_flag_is_one_of_the_three_words() {
        assert!(MFAOperationForLogin::from_enforced(true).is_enforced());
        assert!(!MFAOperationForLogin::from_enforced(false).is_enforced());
        assert!(!MFAOperationForLogin::Adaptive.is_enforced());
    }
}
