//! Accounts and what goes away with them.

use super::Open;
use super::fixtures::*;
use super::{federation, policies};
use crate::identity::domain_name::DefaultDomainName;
use crate::identity::password_policy::PasswordPolicy;
use crate::identity::security_preference::SecurityPreference;
use crate::ids::{AccountId, UserId};
use crate::store::tables::{
    access_keys, accounts, login_profiles, mfa_devices, nonces, password_history, user_tags, users,
};
use crate::store::{StoreError, Tx};

fn other() -> AccountId {
    AccountId::new(2_000_000_000_000_000).unwrap()
}

pub fn an_account_keeps_its_settings(open: Open) {
    let store = with_account(open());
    let mut expected = account(ACCOUNT);
    assert_eq!(read(&store, |tx| accounts::find(tx, ACCOUNT)), Some(expected.clone()));
    assert_eq!(read(&store, |tx| accounts::find(tx, other())), None);

    expected.password_policy = PasswordPolicy { require_numbers: true, ..PasswordPolicy::default() };
    expected.security_preference =
        SecurityPreference { allow_user_to_manage_access_keys: true, ..SecurityPreference::default() };
    expected.default_domain = DefaultDomainName::of_alias("Acme").unwrap();
    expected.last_login_date = Some(noon(7));
    let row = expected.clone();
    write(&store, move |tx| {
        accounts::update_password_policy(tx, ACCOUNT, &row.password_policy)?;
        accounts::update_security_preference(tx, ACCOUNT, &row.security_preference)?;
        accounts::update_default_domain(tx, ACCOUNT, &row.default_domain)?;
        accounts::update_last_login_date(tx, ACCOUNT, row.last_login_date)
    })
    .unwrap();
    assert_eq!(read(&store, |tx| accounts::find(tx, ACCOUNT)), Some(expected.clone()));

    write(&store, |tx| accounts::update_password_policy(tx, ACCOUNT, &PasswordPolicy::default())).unwrap();
    let row = dump(&store).into_iter().find(|row| row.contains("1234567890123456")).unwrap();
    assert!(row.contains("|-|"), "a default policy is not stored: {row}");

    let refusal =
        refused(&store, |tx| accounts::update_password_policy(tx, other(), &PasswordPolicy::default()));
    assert!(matches!(refusal, StoreError::Absent { what: "account" }), "{refusal}");
}

pub fn no_two_accounts_share_an_id_or_a_domain(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        accounts::insert(tx, &account(other()))?;
        accounts::update_default_domain(tx, ACCOUNT, &DefaultDomainName::of_alias("Acme").unwrap())
    })
    .unwrap();
    let refusal = refused(&store, |tx| accounts::insert(tx, &account(ACCOUNT)));
    assert!(matches!(refusal, StoreError::Exists { what: "account" }), "{refusal}");
    // Domain names do not care for case.
    let taken = DefaultDomainName::of_alias("aCME").unwrap();
    let found = read(&store, |tx| accounts::find_by_default_domain(tx, &taken)).unwrap();
    assert_eq!(found.account, ACCOUNT);
    let refusal = refused(&store, |tx| {
        accounts::update_default_domain(tx, other(), &DefaultDomainName::of_alias("acme").unwrap())
    });
    assert!(matches!(refusal, StoreError::Exists { what: "default domain" }), "{refusal}");
    let refusal = refused(&store, |tx| {
        let mut third = account(AccountId::new(3).unwrap());
        third.default_domain = DefaultDomainName::of_alias("ACME").unwrap();
        accounts::insert(tx, &third)
    });
    assert!(matches!(refusal, StoreError::Exists { .. }), "{refusal}");
    // The same domain in another case is still one's own.
    write(&store, move |tx| accounts::update_default_domain(tx, ACCOUNT, &taken)).unwrap();
}

pub fn accounts_are_listed_page_by_page_without_the_operator(open: Open) {
    let store = open();
    let ids: Vec<AccountId> = (1..=25).map(|number| AccountId::new(number * 10).unwrap()).collect();
    let shuffled: Vec<AccountId> = ids.iter().rev().copied().collect();
    write(&store, move |tx| shuffled.iter().try_for_each(|id| accounts::insert(tx, &account(*id)))).unwrap();
    for limit in [1, 7, 25, 100] {
        let mut found = Vec::new();
        loop {
            let page = read(&store, |tx| accounts::list(tx, found.last().copied(), limit));
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            found.extend(page.into_iter().map(|row| row.account));
        }
        assert_eq!(found, ids, "pages of {limit}");
    }
    assert!(read(&store, |tx| accounts::find(tx, AccountId::OPERATOR)).is_some());
}

/// Something of everything, and more users and keys than one part of a deletion takes.
fn fill(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    for number in 1..=2100 {
        users::insert(tx, &user(other(), number))?;
        access_keys::insert(tx, &key(other(), user_id(number), &format!("LTAI{number}"), number % 50))?;
    }
    access_keys::insert(tx, &key(other(), UserId::ROOT, "LTAIroot", 3))?;
    let (tag, value) = (tag_key("team"), tag_value("red"));
    user_tags::update(tx, other(), user_id(1), &tag, &value)?;
    mfa_devices::insert(tx, &device(other(), "phone"))?;
    login_profiles::insert(tx, &profile(other(), user_id(1)))?;
    password_history::insert(tx, other(), user_id(1), &hash(1), 3)?;
    nonces::insert(tx, other(), noon(1), 5)?;
    policies::fill(tx, other())?;
    federation::fill(tx, other())
}

pub fn a_deleted_account_leaves_nothing(open: Open) {
    let store = with_account(open());
    let before = dump(&store);
    write(&store, |tx| {
        accounts::insert(tx, &account(other()))?;
        fill(tx)
    })
    .unwrap();
    assert_verified(&store);
    assert!(
        write(&store, |tx| {
            // A change in the same job must not bring anything of it back.
            access_keys::delete(tx, other(), user_id(1), &key_id("LTAI1"))?;
            users::insert(tx, &user(other(), 5000))?;
            accounts::delete(tx, other())
        })
        .unwrap()
    );
    assert_eq!(dump(&store), before);
    assert!(!write(&store, |tx| accounts::delete(tx, other())).unwrap());
    write(&store, |tx| accounts::insert(tx, &account(other()))).unwrap();
    assert_verified(&store);
}

pub fn an_account_is_deleted_in_parts(open: Open) {
    let store = with_account(open());
    let before = dump(&store);
    write(&store, |tx| {
        accounts::insert(tx, &account(other()))?;
        fill(tx)
    })
    .unwrap();
    let size = || dump(&store).len();
    assert!(write(&store, |tx| accounts::begin_delete(tx, other())).unwrap());
    assert!(!read(&store, |tx| accounts::is_open(tx, other())));
    assert!(read(&store, |tx| accounts::is_open(tx, ACCOUNT)));
    assert_verified(&store);
    let mut left = size();
    let mut parts = 0;
    while write(&store, |tx| accounts::delete_part(tx, other())).unwrap() {
        let now = size();
        assert!((1..=2002).contains(&(left - now)), "a part of {} rows", left - now);
        left = now;
        parts += 1;
    }
    assert!(parts >= 6, "{parts} parts");
    assert!(write(&store, |tx| accounts::delete(tx, other())).unwrap());
    assert_eq!(dump(&store), before);
    assert!(!write(&store, |tx| accounts::begin_delete(tx, other())).unwrap());
}
