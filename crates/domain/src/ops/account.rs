//! The account a call belongs to, as operations need it: its row and its domains.
//! Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code, Plain, Rule};

use crate::authn::Caller;
use crate::identity::domain_name::{DefaultDomainName, DomainName};
use crate::identity::user::{UserName, UserPrincipalName};
use crate::ids::AccountId;
use crate::ops::account_is_gone;
use crate::store::Tx;
use crate::store::tables::accounts::{self, Account};

/// The account of that id.
///
/// # Errors
/// As [`account_is_gone`].
pub fn find(tx: &mut Tx<'_>, account: AccountId) -> ApiResult<Account> {
    accounts::find(tx, account)?.ok_or_else(account_is_gone)
}

/// The account a call is about where the operator may name any ([`ramward_rpc::api::Audience::AccountOrOperator`]):
/// the one named, else the caller's.
///
/// # Errors
/// `MissingAccountId` for an operator that names none, `NoPermission` for anybody else that names another than its own,
/// `EntityNotExist.Account` if there is none of that id.
pub fn named(tx: &mut Tx<'_>, caller: &Caller, named: Option<AccountId>) -> ApiResult<Account> {
    if caller.is_operator() {
        let account = named.ok_or_else(|| ApiError::missing("AccountId"))?;
        let row = accounts::find(tx, account)?.filter(|row| !row.deleting);
        return row.ok_or_else(no_such_account);
    }
    if named.is_some_and(|named| named != caller.account()) {
        let message = "You are not authorized to do this action. AccountId names another account than the AccessKey's; only the operator may.";
        return Err(ApiError::with_message(Plain::NoPermission, message));
    }
    find(tx, caller.account())
}

/// The operator named an account that there is not.
pub fn no_such_account() -> Box<ApiError> {
    ApiError::new(Code::EntityNotExist("Account"))
}

/// Whether logon names of the account may end in `domain`: its default domain, and the one it began with, which keeps
/// working so that a change of the default domain breaks no script.
pub fn has_domain(account: &Account, domain: &DomainName) -> bool {
    domain.is(&account.default_domain) || domain.is(&DefaultDomainName::of_account(account.account))
}

/// The logon name of a user as answers show it.
pub fn principal_name(account: &Account, user_name: &UserName) -> String {
    format!("{user_name}@{}", account.default_domain)
}

/// Refuses a logon name that a user of the account cannot get; `parameter` is where it was given.
///
/// # Errors
/// `InvalidParameter.<parameter>.Format` for another domain than the account's, `.Length` where the name and the default
/// domain, with which answers show it, are too long together.
pub fn check_new_name(account: &Account, name: &UserPrincipalName, parameter: &'static str) -> ApiResult<()> {
    if !has_domain(account, &name.domain) {
        let message = format!(
            "The format of the parameter - \"{parameter}\" is incorrect. The name must end in @{}.",
            account.default_domain
        );
        return Err(ApiError::with_message(Code::InvalidParameter(parameter.into(), Rule::Format), message));
    }
    check_shown(account, &name.name, parameter)
}

/// Refuses the name of a user that answers could not show with the account's default domain.
///
/// # Errors
/// `InvalidParameter.<parameter>.Length`.
pub fn check_shown(account: &Account, name: &UserName, parameter: &'static str) -> ApiResult<()> {
    let shown = name.as_str().len() + 1 + account.default_domain.as_str().len();
    if shown > UserPrincipalName::MAX_LEN { Err(ApiError::invalid(parameter, Rule::Length)) } else { Ok(()) }
}

/// A domain may be had by one account; one that is named like an account's id is kept for that account.
///
/// # Errors
/// `EntityAlreadyExists.AccountAlias`: the domain's first part is the account's alias, and so the vendor's code for a
/// taken alias (RAM error table) is the nearest there is.
pub fn must_be_free(tx: &mut Tx<'_>, account: AccountId, domain: &DefaultDomainName) -> ApiResult<()> {
    let kept_for_another = domain.alias().parse::<AccountId>().is_ok_and(|id| id != account);
    let owner = accounts::find_by_default_domain(tx, domain)?;
    if kept_for_another || owner.is_some_and(|owner| owner.account != account) {
        return Err(ApiError::new(Code::EntityAlreadyExists("AccountAlias")));
    }
    Ok(())
}
