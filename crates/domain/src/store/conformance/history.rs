//! The history of an account's report.

use super::Open;
use super::fixtures::*;
use crate::identity::level::SubUserPwdLevel;
use crate::ids::AccountId;
use crate::store::tables::accounts;
use crate::store::tables::report_history::{self, Position, ReportState};
use crate::time::{Day, Timestamp};

fn state(account: AccountId, at: Timestamp, place: i64) -> ReportState {
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
