//! AccessKeys and the map of their owners.

use super::Open;
use super::fixtures::*;
use crate::entropy::SeededEntropy;
use crate::identity::access_key::Status;
use crate::ids::{AccessKeyId, AccountId, UserId};
use crate::store::StoreError;
use crate::store::seal::SecretOf;
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::{accounts, users};

pub fn a_key_is_found_by_its_id_alone(open: Open) {
    let store = with_account(open());
    let mut hers = key(ACCOUNT, user_id(1), "LTAIa", 20);
    let of = hers.access_key_id.clone();
    let secret = seal().seal(SecretOf::AccessKey(ACCOUNT, &of), b"secret", &SeededEntropy::new(1));
    hers.sealed_secret = Some(secret);
    hers.last_used_date = Some(noon(25));
    hers.last_used_service = Some("Ims".to_owned());
    let row = hers.clone();
    write(&store, move |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        access_keys::insert(tx, &row)
    })
    .unwrap();
    let found = read(&store, |tx| access_keys::find_by_id(tx, &key_id("LTAIa")));
    assert_eq!(found.as_ref(), Some(&hers));
    let opened = seal().open(SecretOf::AccessKey(ACCOUNT, &of), &found.unwrap().sealed_secret.unwrap());
    assert_eq!(*opened.unwrap(), b"secret");
    assert_eq!(read(&store, |tx| access_keys::find_owner(tx, &of)), Some((ACCOUNT, user_id(1))));
    assert_eq!(read(&store, |tx| access_keys::find_by_id(tx, &key_id("LTAIA"))), None, "ids care for case");
    assert_eq!(read(&store, |tx| access_keys::find(tx, ACCOUNT, UserId::ROOT, &of)), None);
}

pub fn a_key_id_is_unique_among_all_accounts(open: Open) {
    let store = with_account(open());
    let other = AccountId::new(2).unwrap();
    write(&store, move |tx| {
        accounts::insert(tx, &account(other))?;
        access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, "LTAIa", 1))
    })
    .unwrap();
    for (account, user) in [(other, UserId::ROOT), (ACCOUNT, user_id(1)), (ACCOUNT, UserId::ROOT)] {
        let refusal = refused(&store, move |tx| access_keys::insert(tx, &key(account, user, "LTAIa", 2)));
        assert!(matches!(refusal, StoreError::Exists { what: "AccessKey" }), "{refusal}");
    }
    let refusal = refused(&store, |tx| {
        access_keys::insert(tx, &key(AccountId::new(3).unwrap(), UserId::ROOT, "LTAIb", 2))
    });
    assert!(matches!(refusal, StoreError::Absent { what: "account" }), "{refusal}");
}

pub fn the_operator_owns_keys_like_an_account(open: Open) {
    let store = open();
    let row = key(AccountId::OPERATOR, UserId::ROOT, "LTAIoperator", 1);
    let expected = row.clone();
    write(&store, move |tx| access_keys::insert(tx, &row)).unwrap();
    assert_eq!(read(&store, |tx| access_keys::find_by_id(tx, &key_id("LTAIoperator"))), Some(expected));
    assert_verified(&store);
}

pub fn keys_are_listed_by_owner(open: Open) {
    let store = with_account(open());
    let mut rows: Vec<AccessKey> = Vec::new();
    for number in 0..30 {
        let owner = user_id(number % 4);
        rows.push(key(ACCOUNT, owner, &format!("LTAI{:02}", 30 - number), number % 7));
    }
    let inserted = rows.clone();
    write(&store, move |tx| inserted.iter().try_for_each(|row| access_keys::insert(tx, row))).unwrap();
    let of = |user: i64| {
        let mut keys: Vec<AccessKey> =
            rows.iter().filter(|row| row.user_id == user_id(user)).cloned().collect();
        keys.sort_by(|a, b| (a.create_date, &a.access_key_id).cmp(&(b.create_date, &b.access_key_id)));
        keys
    };
    for user in 0..5 {
        assert_eq!(read(&store, |tx| access_keys::list(tx, ACCOUNT, user_id(user))), of(user));
    }
    let mut expected = rows.clone();
    expected.sort_by(|a, b| (a.user_id, &a.access_key_id).cmp(&(b.user_id, &b.access_key_id)));
    for limit in [1, 4, 30, 100] {
        let mut found: Vec<AccessKey> = Vec::new();
        loop {
            let after = found.last().map(|row| (row.user_id, row.access_key_id.clone()));
            let page = read(&store, |tx| {
                let after: Option<(UserId, &AccessKeyId)> = after.as_ref().map(|(user, key)| (*user, key));
                access_keys::list_by_account(tx, ACCOUNT, after, limit)
            });
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        assert_eq!(found, expected, "pages of {limit}");
    }
}

pub fn a_key_is_switched_and_deleted(open: Open) {
    let store = with_account(open());
    let before = dump(&store);
    let mut expected = key(ACCOUNT, UserId::ROOT, "LTAIa", 1);
    let row = expected.clone();
    write(&store, move |tx| access_keys::insert(tx, &row)).unwrap();
    for (status, day) in [(Status::Inactive, 5), (Status::Inactive, 6), (Status::Active, 7)] {
        write(&store, move |tx| {
            access_keys::update_status(tx, ACCOUNT, UserId::ROOT, &key_id("LTAIa"), status, noon(day))
        })
        .unwrap();
        (expected.status, expected.update_date) = (status, noon(day));
        let found = read(&store, |tx| access_keys::find_by_id(tx, &key_id("LTAIa")));
        assert_eq!(found.as_ref(), Some(&expected));
        assert_verified(&store);
    }
    let refusal = refused(&store, |tx| {
        access_keys::update_status(tx, ACCOUNT, user_id(1), &key_id("LTAIa"), Status::Active, noon(8))
    });
    assert!(matches!(refusal, StoreError::Absent { what: "AccessKey" }), "{refusal}");
    assert!(!write(&store, |tx| access_keys::delete(tx, ACCOUNT, user_id(1), &key_id("LTAIa"))).unwrap());
    assert!(write(&store, |tx| access_keys::delete(tx, ACCOUNT, UserId::ROOT, &key_id("LTAIa"))).unwrap());
    assert_eq!(dump(&store), before);
}

pub fn the_last_use_moves_forward_only(open: Open) {
    let store = with_account(open());
    write(&store, |tx| access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, "LTAIa", 10))).unwrap();
    let uses = [
        (noon(12), "Ims", noon(12), "Ims"),
        (noon(12).plus_seconds(5), "Ram", noon(12).plus_seconds(5), "Ram"),
        (noon(12).plus_seconds(4), "Sts", noon(12).plus_seconds(5), "Ram"),
        (noon(11), "Sts", noon(12).plus_seconds(5), "Ram"),
        (noon(12).plus_seconds(5), "Sts", noon(12).plus_seconds(5), "Ram"),
        (noon(14), "Sts", noon(14), "Sts"),
    ];
    for (at, service, last, last_service) in uses {
        write(&store, move |tx| {
            access_keys::mark_used(tx, ACCOUNT, UserId::ROOT, &key_id("LTAIa"), at, service)
        })
        .unwrap();
        let found = read(&store, |tx| access_keys::find_by_id(tx, &key_id("LTAIa"))).unwrap();
        assert_eq!(
            (found.last_used_date, found.last_used_service.as_deref()),
            (Some(last), Some(last_service))
        );
        assert_verified(&store);
    }
    let refusal = refused(&store, |tx| {
        access_keys::mark_used(tx, ACCOUNT, UserId::ROOT, &key_id("LTAIb"), noon(20), "Ims")
    });
    assert!(matches!(refusal, StoreError::Absent { what: "AccessKey" }), "{refusal}");
}
