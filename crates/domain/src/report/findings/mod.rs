//! Findings: the subjects behind a check that fails, page by page, by age or by subject. A page costs what it shows, not
//! what the account holds: it is a range of a list of subjects or of the users' names, and where too few of those it looks
//! at are findings it ends early and says where to go on. Never writes. Must not know wire shapes.

mod check;
mod expired;
mod identity;
mod pages;
mod place;

pub use self::check::{CheckName, Hit, Scope};
pub use self::expired::expired;
pub use self::identity::{Identity, Mend, Parts};
#[cfg(test)]
pub(in crate::report) use self::pages::page_within;
pub use self::pages::{page, total};
pub use self::place::Place;
use super::audit::{AuditFacts, audit_from, day_of_audit};
use super::counts::{days_of_facts, facts_from};
use super::facts::{Facts, SubUserPwdLevel};
use super::ledger::Points;
use super::repair::{self, Limits};
use super::score::Model;
use crate::identity::security_exception::ExceptionId;
use crate::identity::text::word;
use crate::ids::{AccessKeyId, UserId};
use crate::store::tables::accounts::Account;
use crate::store::tables::report_days;
use crate::store::{StoreError, Tx};
use crate::time::Timestamp;

word! {
    /// In which order findings come.
    Sort {
        /// What has lasted longest first; within a day by user id, root first, then by key.
        Age = "Age",
        /// By user name, root first, then by key.
        Subject = "Subject",
    }
}

word! {
    /// What a finding is about.
    SubjectType {
        /// The account as a whole.
        Account = "Account",
        /// The root identity.
        Root = "Root",
        /// A RAM user.
        User = "User",
        /// An AccessKey of a RAM user or of root.
        AccessKey = "AccessKey",
        /// The password policy.
        PasswordPolicy = "PasswordPolicy",
        /// A security exception that is over.
        Exception = "Exception",
    }
}

/// An account on a day, as findings are looked for in it.
#[derive(Debug, Clone)]
pub struct Lens<'a> {
    /// The account.
    pub account: Account,
    /// The day and its limits.
    pub limits: Limits,
    /// The weights in force.
    pub model: &'a Model,
    /// The facts of the report.
    pub facts: Facts,
    /// What the audit checks count.
    pub audit: AuditFacts,
    /// The half units that the facts earn.
    earned: u32,
}

impl<'a> Lens<'a> {
    /// Looks at an account whose row was just read.
    ///
    /// # Errors
    /// A failure of the store.
    pub fn new(
        tx: &mut Tx<'_>,
        account: Account,
        limits: Limits,
        model: &'a Model,
    ) -> Result<Self, StoreError> {
        let Limits { today, thresholds } = limits;
        let [one, two, three, four] = days_of_facts(today, thresholds);
        let asked = [one, two, three, four, day_of_audit(today, thresholds)];
        let [one, two, three, four, not_idle] = report_days::sums_after(tx, account.account, asked)?;
        let facts = facts_from(&account, thresholds, [one, two, three, four]);
        let audit = audit_from(&account, not_idle);
        Ok(Self::of(account, limits, model, (facts, audit)))
    }

    /// Looks at an account of which this was counted already.
    pub fn of(
        account: Account,
        limits: Limits,
        model: &'a Model,
        (facts, audit): (Facts, AuditFacts),
    ) -> Self {
        Self { account, limits, model, facts, audit, earned: repair::earned(model, &facts) }
    }

    fn gained(&self, after: &Facts) -> Points {
        if *after == self.facts { Points::default() } else { repair::gained(self.model, self.earned, after) }
    }

    /// How many findings a check has, where the numbers of the account say it.
    fn total(&self, check: CheckName) -> Option<i64> {
        let (facts, audit) = (&self.facts, &self.audit);
        Some(match check {
            CheckName::RamUsersExist => i64::from(facts.sub_user == 0),
            CheckName::RootMfa => i64::from(!facts.bind_mfa),
            CheckName::RootNoKey => facts.root_with_access_key,
            CheckName::UsersMfa => facts.sub_user - facts.sub_user_bind_mfa,
            CheckName::UsersNoOldKey => facts.sub_user_with_old_access_key,
            CheckName::UsersNoUnusedKey => facts.sub_user_with_unused_access_key,
            CheckName::AccountNoOldKey => facts.old_ak_num,
            CheckName::AccountNoUnusedKey => facts.unused_ak_num,
            CheckName::PasswordPolicy => i64::from(facts.sub_user_pwd_level != SubUserPwdLevel::High),
            CheckName::ConsoleUserMfa => audit.console_users_without_mfa,
            CheckName::ConsoleLogonIdle => audit.console_users_idle,
            CheckName::TwoActiveKeys => audit.users_with_two_keys,
            CheckName::KeyNeverUsed => audit.never_used_keys,
            CheckName::ConsoleAndKeys => audit.console_users_with_keys,
            CheckName::RootKeyUsedRecently => return None,
        })
    }

    /// The one finding of a check that is about the account as a whole, if it has it.
    fn of_account(&self, check: CheckName, sort: Sort) -> Option<Finding> {
        let (subject, since, repaired) = match check {
            CheckName::RamUsersExist if self.facts.sub_user == 0 => {
                (SubjectType::Account, Some(self.account.create_date), Facts { sub_user: 1, ..self.facts })
            }
            CheckName::RootMfa if !self.facts.bind_mfa => {
                (SubjectType::Root, Some(self.account.create_date), Facts { bind_mfa: true, ..self.facts })
            }
            CheckName::PasswordPolicy if self.facts.sub_user_pwd_level != SubUserPwdLevel::High => {
                let high = SubUserPwdLevel::High;
                (SubjectType::PasswordPolicy, None, Facts { sub_user_pwd_level: high, ..self.facts })
            }
            _ => return None,
        };
        let place = match sort {
            Sort::Age => Place::Age(self.account.create_date.day(), UserId::ROOT, String::new()),
            Sort::Subject => Place::Subject(String::new(), String::new()),
        };
        let points = self.gained(&repaired);
        Some(Finding { subject, user: None, key: None, exception: None, since, points, place })
    }

    /// The findings about an identity, in no order.
    fn of_identity(&self, check: CheckName, sort: Sort, identity: &Identity) -> Vec<Finding> {
        let named = (!identity.user.is_root()).then(|| (identity.user, identity.name.clone()));
        let finding = |hit: Hit| {
            let key = hit.key.and_then(|place| identity.key_ids.get(place)).cloned();
            let listed = key.as_ref().map(ToString::to_string).unwrap_or_default();
            let after = identity.after(&check.mend(self.limits, identity, hit.key));
            let facts = repair::after(self.facts, self.limits, identity.user, &identity.subject, &after);
            Finding {
                subject: if key.is_some() { SubjectType::AccessKey } else { SubjectType::User },
                user: named.clone(),
                key,
                exception: None,
                since: Some(hit.since),
                points: self.gained(&facts),
                place: match sort {
                    Sort::Age => Place::Age(hit.day, identity.user, listed),
                    Sort::Subject => Place::Subject(identity.name.clone(), listed),
                },
            }
        };
        check.hits(self.limits, identity).into_iter().map(finding).collect()
    }
}

/// A subject that breaks a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub subject: SubjectType,
    /// The RAM user it is, or whose key it is.
    pub user: Option<(UserId, String)>,
    /// The key it is.
    pub key: Option<AccessKeyId>,
    /// The exception it is.
    pub exception: Option<ExceptionId>,
    /// Since when it breaks the check, where that is known.
    pub since: Option<Timestamp>,
    /// What repairing it alone gives back: nothing, unless it is the last that holds a check down.
    pub points: Points,
    /// Where it stands.
    pub place: Place,
}

/// Which findings.
#[derive(Debug, Clone)]
pub struct Query {
    /// Of which check.
    pub check: CheckName,
    /// In which order.
    pub sort: Sort,
    /// Only about users whose name begins so, and their keys.
    pub prefix: String,
    /// Only those behind this place.
    pub after: Option<Place>,
    /// How many at most.
    pub limit: usize,
}

/// A part of the findings of a check.
#[derive(Debug, Clone)]
pub struct Page {
    /// The findings, in their order.
    pub findings: Vec<Finding>,
    /// Where they go on, if more may follow. A page that had to look too far may be short, even empty, and not the last.
    pub next: Option<Place>,
    /// How many there are in all; absent where only those of some users were asked for.
    pub total: Option<i64>,
}
