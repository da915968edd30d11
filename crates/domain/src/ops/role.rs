//! RAM roles as operations see them. Knows no wire shape, and not what a trust policy means.

use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};

use crate::identity::domain_name::DefaultDomainName;
use crate::identity::role::{
    MaxSessionDuration, RoleDescription, RoleName, SHORTEST_MAX_SESSION, TrustPolicy,
};
use crate::ids::{AccountId, RoleId};
use crate::ops::{Cx, Target};
use crate::policy::Document;
use crate::store::Tx;
use crate::store::tables::roles::{self, Role};

/// What a request about a role is about.
pub fn target(name: &RoleName) -> Target {
    Target::Named { kind: "role", name: name.to_string() }
}

/// A role by its name.
///
/// # Errors
/// `EntityNotExist.Role`.
pub fn find(tx: &mut Tx<'_>, account: AccountId, name: &RoleName) -> ApiResult<Role> {
    roles::find_by_name(tx, account, name)?.ok_or_else(|| ApiError::new(Code::EntityNotExist("Role")))
}

/// A role by its name, to be changed or deleted.
///
/// # Errors
/// `EntityNotExist.Role`; `InvalidParameter.RoleName.NotAllowed` where it is a service's, which alone may change it.
pub fn find_own(tx: &mut Tx<'_>, account: AccountId, name: &RoleName) -> ApiResult<Role> {
    let role = find(tx, account, name)?;
    let Some(service) = &role.service_name else { return Ok(role) };
    let mut refusal = ApiError::invalid("RoleName", Rule::NotAllowed);
    refusal.message = format!(
        "{} The role {name} belongs to {service}, and nobody else may change it; DeleteServiceLinkedRole deletes it.",
        refusal.message
    );
    Err(refusal)
}

/// Refuses a trust policy that means nothing.
///
/// # Errors
/// `MalformedPolicyDocument`.
pub fn check_trust(trust_policy: &TrustPolicy) -> ApiResult<()> {
    Document::parse_trust(trust_policy.as_str())?;
    Ok(())
}

/// A role to be made.
#[derive(Debug)]
pub struct NewRole<'a> {
    /// Its name.
    pub role_name: &'a RoleName,
    /// Who may assume it.
    pub trust_policy: &'a TrustPolicy,
    /// What it is for.
    pub description: Option<&'a RoleDescription>,
    /// The longest that a session may last; an hour unless said.
    pub max_session_duration: Option<MaxSessionDuration>,
    /// Whether it may be assumed on the console; it may unless said.
    pub allow_console_login: Option<bool>,
}

/// Makes a role.
///
/// # Errors
/// `MalformedPolicyDocument`, `EntityAlreadyExists.Role`, `LimitExceeded.Role`.
pub fn create(cx: &mut Cx<'_, '_>, new: &NewRole<'_>) -> ApiResult<Role> {
    let account = cx.caller.account();
    check_trust(new.trust_policy)?;
    if roles::find_by_name(cx.tx, account, new.role_name)?.is_some() {
        return Err(ApiError::new(Code::EntityAlreadyExists("Role")));
    }
    if roles::count(cx.tx, account)? >= cx.settings.quotas.roles {
        return Err(ApiError::new(Code::LimitExceeded("Role")));
    }
    let role = Role {
        account,
        role_id: RoleId::generate(cx.entropy),
        role_name: new.role_name.clone(),
        description: new.description.cloned().unwrap_or_default(),
        trust_policy: new.trust_policy.clone(),
        max_session_duration: new.max_session_duration.unwrap_or(SHORTEST_MAX_SESSION),
        allow_console_login: new.allow_console_login.unwrap_or(true),
        create_date: cx.now,
        update_date: cx.now,
        service_name: None,
    };
    roles::insert(cx.tx, &role)?;
    Ok(role)
}

/// The ARN of a role.
pub fn arn(account: AccountId, name: &RoleName) -> String {
    format!("acs:ram::{account}:role/{name}")
}

/// The name with which a role shows up where users do: its name, and a domain made of the account's alias (the vendor's
/// sample of GetRole, 2024).
pub fn principal_name(domain: &DefaultDomainName, name: &RoleName) -> String {
    format!("{name}@role.{}.onaliyunservice.com", domain.alias())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_role() {
        let name = RoleName::parse("ECSAdmin").unwrap();
        let account: AccountId = "1234567890123456".parse().unwrap();
        assert_eq!(arn(account, &name), "acs:ram::1234567890123456:role/ECSAdmin");
        let domain = DefaultDomainName::of_alias("acme").unwrap();
        assert_eq!(principal_name(&domain, &name), "ECSAdmin@role.acme.onaliyunservice.com");
    }
}
