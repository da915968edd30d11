//! The vendor's answers as what is learned from them. A text that this program's types refuse is left out or, where nothing
//! goes without it, named in the error.

use anyhow::{Context as _, anyhow};
use ramward_domain::identity::access_key::Status;
use ramward_domain::identity::domain_name::DefaultDomainName;
use ramward_domain::identity::level::SubUserPwdLevel;
use ramward_domain::identity::mfa::{MFADeviceType, SerialNumber, VirtualMFADeviceName};
use ramward_domain::identity::password_policy::PasswordPolicy;
use ramward_domain::identity::security_preference::SecurityPreference;
use ramward_domain::identity::user::{
    Comments, DisplayName, Email, MobilePhone, ProvisionType, UserPrincipalName, UserStatus,
};
use ramward_domain::ids::{AccountId, UserId};
use ramward_domain::report::facts::Facts;
use ramward_domain::state::mirror::{LearnedDevice, LearnedKey, LearnedProfile};
use ramward_domain::store::tables::users::User;
use ramward_domain::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The ten values of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenValues {
    /// The score.
    pub score: u8,
    /// The nine others.
    pub facts: Facts,
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// Its elements.
    pub items: Vec<T>,
    /// Where the list goes on.
    pub next: Option<String>,
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn number(value: &Value, name: &str) -> Option<i64> {
    let member = value.get(name)?;
    member.as_i64().or_else(|| member.as_str()?.parse().ok())
}

/// `true`, `"true"`, `"True"`.
fn flag(value: &Value, name: &str) -> Option<bool> {
    let member = value.get(name)?;
    member.as_bool().or_else(|| match member.as_str()?.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    })
}

/// A date; what is empty or absent is none.
fn date(value: &Value, name: &str) -> Option<Timestamp> {
    Timestamp::parse(text(value, name)?).ok()
}

fn needed_date(value: &Value, name: &str) -> anyhow::Result<Timestamp> {
    date(value, name).with_context(|| format!("{name} is missing or no date"))
}

fn status(value: &Value) -> anyhow::Result<Status> {
    let word = text(value, "Status").context("Status is missing")?;
    Status::parse(word).map_err(|_| anyhow!("Status {word:?} is not known"))
}

/// `AccountId` of GetCallerIdentity, and whether root calls.
pub fn caller(answer: &Value) -> anyhow::Result<(AccountId, bool)> {
    let account = text(answer, "AccountId").context("GetCallerIdentity names no account")?;
    let is_root = text(answer, "IdentityType").is_some_and(|kind| kind == "Account");
    Ok((account.parse().context("GetCallerIdentity names no account")?, is_root))
}

/// GetAccountSecurityPracticeReport.
pub fn report(answer: &Value) -> anyhow::Result<TenValues> {
    let info = answer.get("AccountSecurityPracticeInfo").context("the report is empty")?;
    let nine = info.get("AccountSecurityPracticeUserInfo").context("the report has no values")?;
    let count = |name: &str| number(nine, name).with_context(|| format!("the report lacks {name}"));
    let level = text(nine, "SubUserPwdLevel").context("the report lacks SubUserPwdLevel")?;
    let facts = Facts {
        sub_user: count("SubUser")?,
        sub_user_bind_mfa: count("SubUserBindMfa")?,
        sub_user_with_unused_access_key: count("SubUserWithUnusedAccessKey")?,
        root_with_access_key: count("RootWithAccessKey")?,
        sub_user_with_old_access_key: count("SubUserWithOldAccessKey")?,
        sub_user_pwd_level: SubUserPwdLevel::parse(level)
            .map_err(|_| anyhow!("SubUserPwdLevel {level:?} is not known"))?,
        unused_ak_num: count("UnusedAkNum")?,
        old_ak_num: count("OldAkNum")?,
        bind_mfa: flag(nine, "BindMfa").context("the report lacks BindMfa")?,
    };
    let score = number(info, "Score").and_then(|score| u8::try_from(score).ok());
    Ok(TenValues { score: score.context("the report lacks Score")?, facts })
}

/// What GetAccountSummary counts: users and MFA devices.
pub fn summary(answer: &Value) -> anyhow::Result<(u64, u64)> {
    let map = answer.get("SummaryMap").context("the summary is empty")?;
    let count = |name: &str| {
        let count = number(map, name).and_then(|count| u64::try_from(count).ok());
        count.with_context(|| format!("the summary lacks {name}"))
    };
    Ok((count("Users")?, count("MFADevices")?))
}

/// Settings out of groups of members, of which those with a name that is not known are left out, one by one.
fn settings<T: DeserializeOwned + Default>(members: Map<String, Value>) -> T {
    let mut kept = Map::new();
    for (name, value) in members {
        let mut with = kept.clone();
        with.insert(name, value);
        if serde_json::from_value::<T>(Value::Object(with.clone())).is_ok() {
            kept = with;
        }
    }
    serde_json::from_value(Value::Object(kept)).unwrap_or_default()
}

/// GetPasswordPolicy.
pub fn password_policy(answer: &Value) -> Option<PasswordPolicy> {
    answer.get("PasswordPolicy")?.as_object().cloned().map(settings)
}

/// GetSecurityPreference, whose members come in groups.
pub fn security_preference(answer: &Value) -> Option<SecurityPreference> {
    let groups = answer.get("SecurityPreference")?.as_object()?;
    let members = groups.values().filter_map(Value::as_object).flat_map(|group| group.clone());
    Some(settings(members.collect()))
}

fn page<T>(
    answer: &Value,
    path: &str,
    read: impl Fn(&Value) -> anyhow::Result<T>,
) -> anyhow::Result<Page<T>> {
    let list = answer.pointer(path).and_then(Value::as_array);
    let list = list.with_context(|| format!("the answer has no list {path}"))?;
    let items = list.iter().map(read).collect::<anyhow::Result<_>>()?;
    let more = flag(answer, "IsTruncated").unwrap_or(false);
    let marker = text(answer, "Marker").filter(|marker| more && !marker.is_empty()).map(str::to_owned);
    if more && marker.is_none() {
        return Err(anyhow!("the list {path} goes on, and the answer does not say where"));
    }
    Ok(Page { items, next: marker })
}

/// ListUsers, and the domain that the users' names end with.
pub fn users(answer: &Value, account: AccountId) -> anyhow::Result<(Page<User>, Option<DefaultDomainName>)> {
    let first = answer.pointer("/Users/User/0").and_then(|user| text(user, "UserPrincipalName"));
    let domain = first
        .and_then(|name| UserPrincipalName::parse(name).ok())
        .and_then(|name| default_domain(&name.domain.to_string()));
    Ok((page(answer, "/Users/User", |value| user(value, account))?, domain))
}

/// A domain as the account's default one.
pub fn default_domain(text: &str) -> Option<DefaultDomainName> {
    DefaultDomainName::parse(text).ok()
}

fn user(value: &Value, account: AccountId) -> anyhow::Result<User> {
    let name = text(value, "UserPrincipalName").context("a user has no UserPrincipalName")?;
    let read = || {
        let parsed = UserPrincipalName::parse(name).map_err(|_| anyhow!("no logon name"))?;
        let user_id: UserId = text(value, "UserId").context("UserId is missing")?.parse()?;
        let create_date = needed_date(value, "CreateDate")?;
        // Of these the vendor's own pages name different limits; one that does not fit is left out.
        let words = |name: &str| text(value, name).unwrap_or_default();
        let empty = "an empty text is one";
        let own_name = || DisplayName::parse(parsed.name.as_str()).expect("a name is a display name");
        Ok(User {
            account,
            display_name: DisplayName::parse(words("DisplayName")).unwrap_or_else(|_| own_name()),
            comments: Comments::parse(words("Comments"))
                .unwrap_or_else(|_| Comments::parse("").expect(empty)),
            email: Email::parse(words("Email")).unwrap_or_else(|_| Email::parse("").expect(empty)),
            mobile_phone: MobilePhone::parse(words("MobilePhone"))
                .unwrap_or_else(|_| MobilePhone::parse("").expect(empty)),
            status: UserStatus::parse(words("Status")).unwrap_or(UserStatus::Active),
            provision_type: ProvisionType::parse(words("ProvisionType")).unwrap_or(ProvisionType::Manual),
            update_date: date(value, "UpdateDate").unwrap_or(create_date),
            last_login_date: date(value, "LastLoginDate"),
            create_date,
            user_id,
            user_name: parsed.name,
        })
    };
    read().map_err(|error: anyhow::Error| error.context(format!("user {name:?}")))
}

/// ListVirtualMFADevices. What is bound to the account's id is root's.
pub fn devices(answer: &Value, account: AccountId) -> anyhow::Result<Page<LearnedDevice>> {
    page(answer, "/VirtualMFADevices/VirtualMFADevice", |value| {
        let serial = text(value, "SerialNumber").context("a device has no SerialNumber")?;
        let name = SerialNumber::parse(serial).map_err(|_| anyhow!("{serial:?} is no serial number"))?.name;
        let owner = value.get("User").and_then(|user| text(user, "UserId")).filter(|id| !id.is_empty());
        let user_id = match owner {
            None => None,
            Some(id) if id == account.to_string() => Some(UserId::ROOT),
            Some(id) => Some(id.parse().with_context(|| format!("device {serial}"))?),
        };
        let activate_date = date(value, "ActivateDate");
        Ok(LearnedDevice { name, device_type: MFADeviceType::Vmfa, user_id, activate_date })
    })
}

/// GetUserMFAInfo: the device of a user, if one is bound.
pub fn bound_device(answer: &Value, user: UserId) -> anyhow::Result<Option<LearnedDevice>> {
    let device = answer.get("MFADevice").filter(|device| device.is_object());
    let enabled = flag(answer, "IsMFAEnable").unwrap_or(device.is_some());
    if !enabled {
        return Ok(None);
    }
    let kind = device.and_then(|device| text(device, "Type")).unwrap_or_default();
    let device_type = MFADeviceType::parse(kind).unwrap_or(MFADeviceType::U2f);
    let serial = device.and_then(|device| text(device, "SerialNumber")).unwrap_or_default();
    // A security key's serial number has no published form.
    let made_up = || VirtualMFADeviceName::parse(&format!("{}-{user}", device_type.as_str().to_lowercase()));
    let name = match SerialNumber::parse(serial) {
        Ok(serial) => serial.name,
        Err(_) => made_up().map_err(|_| anyhow!("{serial:?} is no serial number"))?,
    };
    Ok(Some(LearnedDevice { name, device_type, user_id: Some(user), activate_date: None }))
}

/// ListAccessKeys, without the last uses.
pub fn keys(answer: &Value) -> anyhow::Result<Vec<LearnedKey>> {
    let list = page(answer, "/AccessKeys/AccessKey", |value| {
        let id = text(value, "AccessKeyId").context("a key has no AccessKeyId")?;
        let create_date = needed_date(value, "CreateDate")?;
        Ok(LearnedKey {
            access_key_id: Some(id.parse()?),
            status: status(value)?,
            create_date: Some(create_date),
            update_date: date(value, "UpdateDate").unwrap_or(create_date),
            last_used_date: None,
            last_used_service: None,
        })
    });
    Ok(list?.items)
}

/// GetAccessKeyLastUsed: when, and for which service. What the vendor answers for a key that was never used is not
/// published: an empty date, none at all and `-` all mean never.
pub fn last_used(answer: &Value) -> anyhow::Result<(Option<Timestamp>, Option<String>)> {
    let used = answer.get("AccessKeyLastUsed").context("the answer has no AccessKeyLastUsed")?;
    let at = match text(used, "LastUsedDate") {
        None | Some("" | "-" | "N/A") => None,
        Some(at) => Some(Timestamp::parse(at).map_err(|_| anyhow!("LastUsedDate {at:?} is no date"))?),
    };
    let service = text(used, "ServiceName").filter(|name| !matches!(*name, "" | "-" | "N/A"));
    Ok((at, service.filter(|_| at.is_some()).map(str::to_owned)))
}

/// GetLoginProfile.
pub fn login_profile(answer: &Value) -> anyhow::Result<LearnedProfile> {
    let profile = answer.get("LoginProfile").context("the answer has no LoginProfile")?;
    Ok(LearnedProfile {
        status: status(profile).unwrap_or(Status::Active),
        password_reset_required: flag(profile, "PasswordResetRequired").unwrap_or(false),
        mfa_bind_required: flag(profile, "MFABindRequired").unwrap_or(false),
        update_date: needed_date(profile, "UpdateDate")?,
        last_login_date: date(profile, "LastLoginTime"),
    })
}

/// A page of the credential report.
#[derive(Debug)]
pub struct ReportPage {
    /// The CSV, encoded.
    pub content: String,
    /// When the report was made.
    pub generated: Timestamp,
    /// Where it goes on.
    pub next: Option<String>,
}

/// GetCredentialReport.
pub fn report_page(answer: &Value) -> anyhow::Result<ReportPage> {
    let content = text(answer, "Content").context("the credential report has no Content")?.to_owned();
    let generated = needed_date(answer, "GeneratedTime")?;
    let more = flag(answer, "IsTruncated").unwrap_or(false);
    let next = text(answer, "NextToken").filter(|token| more && !token.is_empty()).map(str::to_owned);
    Ok(ReportPage { content, generated, next })
}

/// Whether GenerateCredentialReport says that the report is there.
pub fn is_ready(answer: &Value) -> bool {
    text(answer, "State").is_some_and(|state| state.eq_ignore_ascii_case("COMPLETED"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_that_are_not_known_do_no_harm() {
        let policy = password_policy(&json!({"PasswordPolicy": {
            "MinimumPasswordLength": 14, "RequireNumbers": true, "NewRule": 3, "MaxPasswordAge": 999_999}}));
        let policy = policy.unwrap();
        assert_eq!((policy.minimum_password_length.get(), policy.require_numbers), (14, true));
        assert_eq!(policy.max_password_age.get(), 0, "out of every range that is published");
        let preference = security_preference(&json!({"SecurityPreference": {
            "LoginProfilePreference": {"LoginSessionDuration": 8, "Odd": "x", "AllowUserToChangePassword": false},
            "AccessKeyPreference": {"AllowUserToManageAccessKeys": true}}}));
        let preference = preference.unwrap();
        assert_eq!(preference.login_session_duration.get(), 8);
        assert!(preference.allow_user_to_manage_access_keys && !preference.allow_user_to_change_password);
        assert!(password_policy(&json!({})).is_none());
        let listed = json!({"IsTruncated": "false", "Users": {"User": [
            {"UserPrincipalName": "a@acme.onaliyun.com", "UserId": "7", "CreateDate": "2020-01-01T00:00:00Z",
             "DisplayName": "", "Email": "not an address", "Status": "odd"}]}});
        let (page, domain) = users(&listed, AccountId::OPERATOR).unwrap();
        let user = &page.items[0];
        assert_eq!(
            (user.display_name.as_str(), user.email.as_str(), user.status),
            ("a", "", UserStatus::Active)
        );
        assert_eq!(domain.unwrap().to_string(), "acme.onaliyun.com");
    }

    #[test]
    fn never_is_told_in_many_ways() {
        for used in [json!({}), json!({"LastUsedDate": ""}), json!({"LastUsedDate": "-", "ServiceName": "-"})]
        {
            assert_eq!(last_used(&json!({"AccessKeyLastUsed": used})).unwrap(), (None, None));
        }
        let used =
            json!({"AccessKeyLastUsed": {"LastUsedDate": "2020-01-01T00:00:00Z", "ServiceName": "Ims"}});
        assert_eq!(last_used(&used).unwrap().1.as_deref(), Some("Ims"));
        assert!(last_used(&json!({"AccessKeyLastUsed": {"LastUsedDate": "soon"}})).is_err());
        assert!(last_used(&json!({})).is_err());
    }

    #[test]
    fn devices_of_users_of_root_and_of_nobody() {
        let account: AccountId = "1234567890123456".parse().unwrap();
        let list = |devices: Value| {
            devices_of(
                &json!({"VirtualMFADevices": {"VirtualMFADevice": devices}, "IsTruncated": false}),
                account,
            )
        };
        let found = list(json!([
            {"SerialNumber": "acs:ram::1234567890123456:mfa/a", "User": {"UserId": "7"}, "ActivateDate": "2020-01-01T00:00:00Z"},
            {"SerialNumber": "acs:ram::1234567890123456:mfa/b", "User": {"UserId": "1234567890123456"}},
            {"SerialNumber": "acs:ram::1234567890123456:mfa/c", "User": {}}]));
        let owners: Vec<Option<i64>> =
            found.items.iter().map(|device| device.user_id.map(UserId::get)).collect();
        assert_eq!(owners, [Some(7), Some(0), None]);
        let user = UserId::new(7).unwrap();
        let key = json!({"IsMFAEnable": true, "MFADevice": {"Type": "U2F", "SerialNumber": "xyz"}});
        assert_eq!(bound_device(&key, user).unwrap().unwrap().name.as_str(), "u2f-7");
        assert!(bound_device(&json!({"IsMFAEnable": false}), user).unwrap().is_none());
    }

    fn devices_of(answer: &Value, account: AccountId) -> Page<LearnedDevice> {
        devices(answer, account).unwrap()
    }

    #[test]
    fn a_list_that_ends_nowhere_is_an_error() {
        let cut = json!({"Users": {"User": []}, "IsTruncated": true});
        let users = |answer: &Value| users(answer, AccountId::OPERATOR);
        assert!(users(&cut).unwrap_err().to_string().contains("goes on"));
        assert!(users(&json!({})).is_err());
    }
}
