//! The vendor's governance report, answered from the checks of this server: its items are the checks that have findings,
//! its details their findings (decision record 0046). Knows no wire shape.

use std::fmt::Display;

use ramward_rpc::error::{ApiError, ApiResult, Code};

use crate::ops::{Cx, account};
use crate::report::findings::{self, CheckName, Finding, Lens, Page, Place, Query, Scope, Sort};
use crate::report::repair::Limits;
use crate::store::tables::account_settings;

/// How far a report is that was asked for: it is read when it is asked after, and so never under way.
pub const COMPLETED: &str = "Completed";

/// Notes that the account asked for a report.
///
/// # Errors
/// The store's.
pub fn generate(cx: &mut Cx<'_, '_>) -> ApiResult<()> {
    let account = account::find(cx.tx, cx.caller.account())?;
    account_settings::update_governance_report_date(cx.tx, account.account, cx.now)?;
    Ok(())
}

/// The account as it is now, seen through the limits in force.
///
/// # Errors
/// `EntityNotExist.GovernanceReport` if the account never asked for a report.
pub fn read<'a>(cx: &mut Cx<'a, '_>) -> ApiResult<Lens<'a>> {
    let account = account::find(cx.tx, cx.caller.account())?;
    if account_settings::find_governance_report_date(cx.tx, account.account)?.is_none() {
        return Err(ApiError::with_message(
            Code::EntityNotExist("GovernanceReport"),
            "The governance report does not exist. Call GenerateGovernanceReport first.",
        ));
    }
    let limits = Limits { today: cx.now.day(), thresholds: cx.settings.thresholds };
    Ok(Lens::new(cx.tx, account, limits, &cx.settings.model)?)
}

/// How many subjects break a check.
///
/// # Errors
/// The store's.
pub fn metric(cx: &mut Cx<'_, '_>, lens: &Lens<'_>, check: CheckName) -> ApiResult<i64> {
    Ok(findings::total(cx.tx, lens, check)?)
}

/// The findings of a check, the oldest first.
///
/// # Errors
/// The store's.
pub fn page(
    cx: &mut Cx<'_, '_>,
    lens: &Lens<'_>,
    check: CheckName,
    after: Option<Place>,
    limit: usize,
) -> ApiResult<Page> {
    let query = Query { check, sort: Sort::Age, prefix: String::new(), after, limit };
    Ok(findings::page(cx.tx, lens, &query)?)
}

/// What the details of a check tell of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// What breaks the check, where that is the account, root or the password policy.
    SubjectType,
    /// The id of the RAM user; empty for root.
    UserId,
    /// The logon name of the RAM user; `<root>` for root, as in the credential report.
    UserPrincipalName,
    /// The AccessKey, only its first and last characters.
    AccessKeyId,
    /// Since when it breaks the check; empty where that is not known.
    Since,
}

impl Column {
    /// The columns of a check.
    pub fn of(lens: &Lens<'_>, check: CheckName) -> &'static [Self] {
        match check.scope(lens.limits) {
            Scope::Account => &[Self::SubjectType, Self::Since],
            _ if check.is_about_keys() => {
                &[Self::UserId, Self::UserPrincipalName, Self::AccessKeyId, Self::Since]
            }
            _ => &[Self::UserId, Self::UserPrincipalName, Self::Since],
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SubjectType => "SubjectType",
            Self::UserId => "UserId",
            Self::UserPrincipalName => "UserPrincipalName",
            Self::AccessKeyId => "AccessKeyId",
            Self::Since => "Since",
        }
    }

    /// What it tells of a finding.
    pub fn tell(self, lens: &Lens<'_>, finding: &Finding) -> String {
        let user = finding.user.as_ref();
        match self {
            Self::SubjectType => finding.subject.to_string(),
            Self::UserId => told(user.map(|(id, _)| id)),
            Self::UserPrincipalName => match user {
                Some((_, name)) => format!("{name}@{}", lens.account.default_domain),
                None => "<root>".to_owned(),
            },
            Self::AccessKeyId => told(finding.key.as_ref().map(|key| key.masked())),
            Self::Since => told(finding.since),
        }
    }
}

fn told(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
