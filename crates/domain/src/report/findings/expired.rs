//! Security exceptions that are over, as findings: an account has few, so all of them are read for a page. Must not know
//! what an exception covers.

use super::{Finding, Page, Place, Sort, SubjectType};
use crate::ids::{AccountId, UserId};
use crate::report::exceptions::MAX_EXCEPTIONS;
use crate::report::ledger::Points;
use crate::store::tables::security_exceptions;
use crate::store::{StoreError, Tx};
use crate::time::Day;

/// A page of them, of at most `limit` behind `after`, and only of those whose subjects begin with `prefix`. Since the
/// midnight after its last day an exception is over. Its repair, deleting or renewing it, gives no points.
///
/// # Errors
/// A failure of the store.
pub fn expired(
    tx: &mut Tx<'_>,
    account: AccountId,
    today: Day,
    (sort, prefix): (Sort, &str),
    after: Option<&Place>,
    limit: usize,
) -> Result<Page, StoreError> {
    let all = security_exceptions::list(tx, account, None, MAX_EXCEPTIONS)?;
    let over = all.into_iter().filter(|row| row.expire_date.is_over(today));
    let mut findings: Vec<_> = over
        .filter(|row| row.subject_pattern.to_string().starts_with(prefix))
        .map(|row| {
            let (day, id) = (row.expire_date.0.plus(1), row.exception_id.to_string());
            Finding {
                subject: SubjectType::Exception,
                user: None,
                key: None,
                exception: Some(row.exception_id),
                since: Some(day.start()),
                points: Points::default(),
                place: match sort {
                    Sort::Age => Place::Age(day, UserId::ROOT, id),
                    Sort::Subject => Place::Subject(String::new(), id),
                },
            }
        })
        .collect();
    findings.sort_by(|one, other| one.place.cmp(&other.place));
    let total = prefix.is_empty().then(|| i64::try_from(findings.len()).unwrap_or(i64::MAX));
    findings.retain(|finding| after.is_none_or(|after| finding.place > *after));
    let more = findings.len() > limit;
    findings.truncate(limit);
    let next = findings.last().filter(|_| more).map(|last| last.place.clone());
    Ok(Page { findings, next, total })
}
