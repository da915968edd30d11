//! What explaining costs: as many statements for an account of thousands as for one of a few.

use std::sync::Arc;

use super::checks;
use super::findings::{CheckName, Lens, Query, Sort, page};
use super::repair::Limits;
use super::score::Model;
use super::simulation::{Repair, simulate};
use super::thresholds::Thresholds;
use crate::identity::level::SubUserPwdLevel;
use crate::ids::{AccountId, UserId};
use crate::store::conformance::fixtures::*;
use crate::store::faulty::{Faulty, Plan};
use crate::store::sqlite::Sqlite;
use crate::store::tables::{access_keys, accounts, login_profiles, users};
use crate::store::{Store, StoreError, StoreOptions, StoreUrl, Tx};
use crate::time::Day;

/// Of a page, before anybody is looked for: its transaction, the account, its sums, root's keys, exceptions that are over,
/// what is known of a mirror, policies.
const STATEMENTS: u64 = 9;
const SMALL: i64 = 30;
/// More than a page or a simulation looks at one by one.
const LARGE: i64 = 2_600;

fn limits() -> Limits {
    Limits { today: Day(500), thresholds: Thresholds::default() }
}

/// Two accounts whose users break every check, and a counter of statements.
fn store() -> (Store, Arc<Plan>) {
    let (driver, plan) = Faulty::new(Arc::new(Sqlite::temporary().unwrap()));
    let store =
        Store::with_driver(Arc::new(driver), &StoreOptions::new(StoreUrl::Temporary, seal())).unwrap();
    write(&store, |tx| {
        tx.bulk();
        for size in [SMALL, LARGE] {
            let id = AccountId::new(size).unwrap();
            accounts::insert(tx, &account(id))?;
            access_keys::insert(tx, &key(id, UserId::ROOT, &format!("root{size}"), 10))?;
            for number in 1..=size {
                users::insert(tx, &user(id, number))?;
                login_profiles::insert(tx, &profile(id, user_id(number)))?;
                for place in 0..2 {
                    let name = format!("key{size}-{number}-{place}");
                    access_keys::insert(tx, &key(id, user_id(number), &name, number % 100))?;
                }
            }
        }
        Ok(())
    })
    .unwrap();
    (store, plan)
}

/// How many statements `work` takes on an account of that size.
fn statements(
    (store, plan): &(Store, Arc<Plan>),
    size: i64,
    work: impl Fn(&mut Tx<'_>, AccountId) -> Result<(), StoreError> + Send + 'static,
) -> u64 {
    plan.heal();
    write(store, move |tx| work(tx, AccountId::new(size).unwrap())).unwrap();
    plan.steps()
}

#[test]
fn a_page_of_findings_takes_as_many_statements_for_thousands_as_for_a_few() {
    let store = store();
    for check in CheckName::ALL.iter().copied() {
        for sort in Sort::ALL.iter().copied() {
            for prefix in ["", "user2"] {
                let count = |size| {
                    statements(&store, size, move |tx, id| {
                        let row = accounts::find(tx, id)?.unwrap();
                        let (model, Limits { today, thresholds }) = (Model::default(), limits());
                        let (facts, known) = checks::known(tx, &row, today, thresholds)?;
                        let lens = Lens::of(row, limits(), &model, (facts, known.audit));
                        let query = Query { check, sort, prefix: prefix.to_owned(), after: None, limit: 10 };
                        let found = page(tx, &lens, &query)?;
                        assert!(found.findings.len() <= 10);
                        Ok(())
                    })
                };
                let (small, large) = (count(SMALL), count(LARGE));
                // However many identities are looked at, they are read together: in one statement, after one that tells
                // whether they are few, and beside two about root where a list by name begins with it.
                let most = STATEMENTS + 3;
                assert!(small <= most, "{check} by {sort}, {prefix:?}: {small} statements");
                assert!(large <= most, "{check} by {sort}, {prefix:?}: {large} statements");
            }
        }
    }
}

#[test]
fn a_simulation_takes_as_many_statements_for_thousands_as_for_a_few() {
    let store = store();
    let repairs = |checks: &[CheckName]| checks.iter().map(|check| Repair::All(*check)).collect::<Vec<_>>();
    let count = |size, repairs: Vec<Repair>| {
        statements(&store, size, move |tx, id| {
            let outcome = simulate(tx, id, limits(), &repairs, &[], SubUserPwdLevel::Low)?.unwrap();
            assert!(outcome.facts.old_ak_num >= 0);
            Ok(())
        })
    };
    let one = vec![Repair::One(CheckName::UsersMfa, user_id(7), None)];
    for repairs in [Vec::new(), one, repairs(&[CheckName::UsersMfa, CheckName::RootNoKey])] {
        assert_eq!(count(SMALL, repairs.clone()), count(LARGE, repairs.clone()), "{repairs:?}");
    }
    // Those of a small account are repaired one by one, those of a large one are counted out.
    let everything = repairs(CheckName::ALL);
    let (small, large) = (count(SMALL, everything.clone()), count(LARGE, everything));
    assert!(large < small, "{small} statements, then {large}");
}
