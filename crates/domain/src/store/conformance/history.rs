//! The history of an account's report, and what the account lives with.

use super::Open;
use super::fixtures::*;
use crate::identity::level::SubUserPwdLevel;
use crate::identity::security_exception::{
    ExceptionId, ExceptionOwner, ExceptionReason, ExceptionState, ExpireDate, SubjectPattern,
};
use crate::ids::AccountId;
use crate::store::tables::accounts;
use crate::store::tables::report_history::{self, Position, ReportState};
use crate::store::tables::security_exceptions::{self, SecurityException};
use crate::time::{Day, Timestamp};

/// An entry of an account's history.
pub fn state(account: AccountId, at: Timestamp, place: i64) -> ReportState {
    ReportState {
        account,
        at,
        place,
        score: 63,
        model_version: "2026-11".to_owned(),
        old_days: 90,
        unused_days: 91,
        ak_scope: "account_total".to_owned(),
        counts: [1, 2, 3, 4, 5, 6, 7],
        level: SubUserPwdLevel::Mid,
        bind_mfa: true,
        cause: "TimePassed".to_owned(),
        operation: None,
        caller: None,
        request_id: None,
        subjects: None,
        more_subjects: 0,
        told_until: at,
    }
}

pub fn an_entry_keeps_all_its_fields(open: Open) {
    let store = with_account(open());
    let plain = state(ACCOUNT, noon(1), 0);
    let full = ReportState {
        cause: "Operation".to_owned(),
        operation: Some("CreateUser".to_owned()),
        caller: Some("acs:ram::1234567890123456:root".to_owned()),
        request_id: Some("R".to_owned()),
        subjects: Some("[]".to_owned()),
        more_subjects: 8,
        ..state(ACCOUNT, noon(1), 1)
    };
    let rows = [plain.clone(), full.clone()];
    write(&store, move |tx| rows.iter().try_for_each(|row| report_history::insert(tx, row))).unwrap();
    let last = |until| read(&store, |tx| report_history::find_last(tx, ACCOUNT, until));
    assert_eq!(last(Timestamp::MAX), Some(full.clone()));
    assert_eq!(last(noon(1)), Some(full.clone()));
    assert_eq!(last(noon(1).plus_seconds(-1)), None);
    let all = read(&store, |tx| report_history::list(tx, ACCOUNT, (noon(0), 0), Timestamp::MAX, 9));
    assert_eq!(all, [plain.clone(), full]);
    write(&store, |tx| report_history::update_told_until(tx, ACCOUNT, (noon(1), 1), noon(5))).unwrap();
    assert_eq!(last(noon(1)).map(|row| row.told_until), Some(noon(5)));
    // A place is taken once.
    let error = refused(&store, move |tx| report_history::insert(tx, &plain));
    assert!(!error.to_string().is_empty());
}

pub fn entries_are_listed_in_order(open: Open) {
    let store = with_account(open());
    let positions: Vec<Position> =
        (0..40).map(|number| (Day(number / 3).start().plus_seconds(number % 2), number % 3)).collect();
    let mut sorted = positions.clone();
    sorted.sort();
    sorted.dedup();
    let rows: Vec<ReportState> = sorted.iter().map(|(at, place)| state(ACCOUNT, *at, *place)).collect();
    write(&store, move |tx| rows.iter().rev().try_for_each(|row| report_history::insert(tx, row))).unwrap();
    let until = Day(9).start();
    let inside: Vec<Position> = sorted.iter().copied().filter(|(at, _)| *at <= until).collect();
    for limit in [1, 4, 100] {
        let mut found: Vec<Position> = Vec::new();
        loop {
            let after = found.last().copied().unwrap_or((Timestamp::MIN, -1));
            let page = read(&store, |tx| report_history::list(tx, ACCOUNT, after, until, limit));
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            found.extend(page.iter().map(ReportState::position));
        }
        assert_eq!(found, inside);
    }
    let to_thin = |limit| read(&store, |tx| report_history::list_to_thin(tx, ACCOUNT, Day(2).start(), limit));
    assert_eq!(to_thin(3), sorted[..3]);
    let first = sorted[0];
    write(&store, move |tx| report_history::update_kept(tx, ACCOUNT, first)).unwrap();
    assert_eq!(to_thin(1), sorted[1..2]);
    assert!(write(&store, move |tx| report_history::delete(tx, ACCOUNT, first)).unwrap());
    assert!(!write(&store, move |tx| report_history::delete(tx, ACCOUNT, first)).unwrap());
    let deleted = write(&store, move |tx| report_history::delete_after(tx, ACCOUNT, until)).unwrap();
    assert_eq!(deleted, sorted.len() - inside.len());
    let last = read(&store, |tx| report_history::find_last(tx, ACCOUNT, Timestamp::MAX));
    assert_eq!(last.map(|row| row.position()), inside.last().copied());
}

pub fn a_history_goes_with_its_account(open: Open) {
    let store = with_account(open());
    let before = dump(&store);
    let other = AccountId::new(2).unwrap();
    write(&store, move |tx| {
        accounts::insert(tx, &account(other))?;
        (0..2500).try_for_each(|day| report_history::insert(tx, &state(other, noon(day), 0)))
    })
    .unwrap();
    assert!(write(&store, move |tx| accounts::begin_delete(tx, other)).unwrap());
    let mut parts = 0;
    while write(&store, move |tx| accounts::delete_part(tx, other)).unwrap() {
        parts += 1;
    }
    assert_eq!(parts, 3);
    assert!(write(&store, move |tx| accounts::delete(tx, other)).unwrap());
    assert_eq!(dump(&store), before);
}

pub fn exceptions_are_kept_by_name(open: Open) {
    let store = with_account(open());
    let before = dump(&store);
    let id = |name: &str| ExceptionId::parse(name).unwrap();
    let row = |name: &str, day: i64| SecurityException {
        account: ACCOUNT,
        exception_id: id(name),
        check_id: "users_mfa".to_owned(),
        subject_pattern: SubjectPattern::parse("svc-*").unwrap(),
        owner: ExceptionOwner::parse("somebody").unwrap(),
        reason: ExceptionReason::parse("one line\nand another").unwrap(),
        expire_date: ExpireDate(Day(day)),
        state: ExceptionState::ThirdParty,
        create_date: noon(1),
        update_date: noon(2),
    };
    let rows = [row("b", 10), row("a", 20), row("c", 30)];
    let set = rows.clone();
    write(&store, move |tx| set.iter().try_for_each(|row| security_exceptions::update(tx, row))).unwrap();
    let find = |name: &str| read(&store, |tx| security_exceptions::find(tx, ACCOUNT, &id(name)));
    assert_eq!((find("a"), find("d")), (Some(rows[1].clone()), None));
    let names = |after: Option<&str>, limit| -> Vec<String> {
        let after = after.map(id);
        let listed = read(&store, |tx| security_exceptions::list(tx, ACCOUNT, after.as_ref(), limit));
        listed.iter().map(|row| row.exception_id.to_string()).collect()
    };
    assert_eq!((names(None, 2), names(Some("b"), 2)), (vec!["a".into(), "b".into()], vec!["c".into()]));
    let over = |day| read(&store, |tx| security_exceptions::count_expired(tx, ACCOUNT, Day(day)));
    assert_eq!([10, 11, 31].map(over), [0, 1, 3]);
    // Set again, all but the day it was made is new.
    let again = SecurityException { create_date: noon(8), update_date: noon(9), ..row("a", 5) };
    let set = again.clone();
    write(&store, move |tx| security_exceptions::update(tx, &set)).unwrap();
    assert_eq!(find("a"), Some(SecurityException { create_date: noon(1), ..again }));
    assert!(write(&store, move |tx| security_exceptions::delete(tx, ACCOUNT, &id("a"))).unwrap());
    assert!(!write(&store, move |tx| security_exceptions::delete(tx, ACCOUNT, &id("a"))).unwrap());
    for name in ["b", "c"] {
        write(&store, move |tx| security_exceptions::delete(tx, ACCOUNT, &id(name))).unwrap();
    }
    assert_eq!(dump(&store), before);
}
