//! RAM users and their tags.

use super::Open;
use super::fixtures::*;
use crate::identity::user::{
    Comments, DisplayName, Email, MobilePhone, ProvisionType, TagKey, TagValue, UserName, UserStatus,
    UserStatusFilter,
};
use crate::ids::{AccountId, UserId};
use crate::store::StoreError;
use crate::store::tables::users::TagFilter;
use crate::store::tables::{access_keys, accounts, login_profiles, mfa_devices, password_history};
use crate::store::tables::{user_tags, users};

pub fn a_user_keeps_all_its_fields(open: Open) {
    let store = with_account(open());
    let mut alice = user(ACCOUNT, 7);
    let row = alice.clone();
    write(&store, move |tx| users::insert(tx, &row)).unwrap();
    assert_eq!(read(&store, |tx| users::find(tx, ACCOUNT, alice.user_id)), Some(alice.clone()));
    alice.user_name = UserName::parse("alice.b").unwrap();
    alice.display_name = DisplayName::parse("爱丽丝 \"A\" & <B>").unwrap();
    alice.comments = Comments::parse("a\nb'; DROP TABLE users; --").unwrap();
    alice.email = Email::parse("alice@example.com").unwrap();
    alice.mobile_phone = MobilePhone::parse("86-18688888888").unwrap();
    alice.status = UserStatus::Freeze;
    alice.provision_type = ProvisionType::CloudSso;
    alice.create_date = noon(-40_000);
    alice.update_date = noon(40_000);
    alice.last_login_date = Some(noon(30));
    let row = alice.clone();
    write(&store, move |tx| users::update(tx, &row)).unwrap();
    assert_eq!(read(&store, |tx| users::find(tx, ACCOUNT, alice.user_id)), Some(alice.clone()));
    assert_eq!(read(&store, |tx| users::find_by_name(tx, ACCOUNT, &alice.user_name)), Some(alice.clone()));
    let old_name = UserName::parse("user7").unwrap();
    assert_eq!(read(&store, |tx| users::find_by_name(tx, ACCOUNT, &old_name)), None);
    write(&store, |tx| users::update_last_login_date(tx, ACCOUNT, user_id(7), noon(31))).unwrap();
    let found = read(&store, |tx| users::find(tx, ACCOUNT, alice.user_id)).unwrap();
    assert_eq!(found.last_login_date, Some(noon(31)));
    for refusal in [
        refused(&store, |tx| users::update(tx, &user(ACCOUNT, 8))),
        refused(&store, |tx| users::update_last_login_date(tx, ACCOUNT, user_id(8), noon(1))),
    ] {
        assert!(matches!(refusal, StoreError::Absent { what: "user" }), "{refusal}");
    }
}

pub fn ids_and_names_are_unique_inside_an_account(open: Open) {
    let store = with_account(open());
    let other = AccountId::new(2).unwrap();
    write(&store, move |tx| {
        accounts::insert(tx, &account(other))?;
        users::insert(tx, &user(ACCOUNT, 1))?;
        users::insert(tx, &user(ACCOUNT, 2))?;
        // The same id and name in another account is another user.
        users::insert(tx, &user(other, 1))
    })
    .unwrap();
    let (mut same_name, mut same_id) = (user(ACCOUNT, 3), user(ACCOUNT, 1));
    same_name.user_name = user(ACCOUNT, 1).user_name;
    same_id.user_name = UserName::parse("new").unwrap();
    let mut renamed = user(ACCOUNT, 2);
    renamed.user_name = user(ACCOUNT, 1).user_name;
    for refusal in [
        refused(&store, move |tx| users::insert(tx, &same_name)),
        refused(&store, move |tx| users::insert(tx, &same_id)),
        refused(&store, move |tx| users::update(tx, &renamed)),
    ] {
        assert!(matches!(refusal, StoreError::Exists { what: "user" }), "{refusal}");
    }
    let mut root = user(ACCOUNT, 1);
    root.user_id = UserId::ROOT;
    let refusal = refused(&store, move |tx| users::insert(tx, &root));
    assert!(matches!(refusal, StoreError::Misuse(_)), "{refusal}");
}

pub fn users_are_listed_page_by_page(open: Open) {
    let store = with_account(open());
    let other = AccountId::new(2).unwrap();
    write(&store, move |tx| {
        accounts::insert(tx, &account(other))?;
        for number in (1..=60).rev() {
            let mut row = user(ACCOUNT, number * 3);
            row.status = if number % 4 == 0 { UserStatus::Freeze } else { UserStatus::Active };
            users::insert(tx, &row)?;
            users::insert(tx, &user(other, number))?;
        }
        Ok(())
    })
    .unwrap();
    let filters = [(true, true), (true, false), (false, true), (false, false)];
    for (active, freeze) in filters {
        let filter = UserStatusFilter { active, freeze };
        let expected: Vec<UserId> = (1..=60)
            .filter(|number| if number % 4 == 0 { freeze } else { active })
            .map(|number| user_id(number * 3))
            .collect();
        for limit in [1, 7, 60, 100] {
            assert_eq!(
                pages(limit, |after| { read(&store, |tx| users::list(tx, ACCOUNT, after, limit, filter)) }),
                expected,
                "{filter:?}, pages of {limit}"
            );
        }
    }
}

fn pages(limit: usize, page: impl Fn(Option<UserId>) -> Vec<users::User>) -> Vec<UserId> {
    let mut found: Vec<UserId> = Vec::new();
    loop {
        let page = page(found.last().copied());
        assert!(page.len() <= limit);
        if page.is_empty() {
            return found;
        }
        found.extend(page.into_iter().map(|row| row.user_id));
    }
}

pub fn users_are_listed_by_their_tags(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        for number in 1..=40 {
            let mut row = user(ACCOUNT, number);
            row.status = if number % 5 == 0 { UserStatus::Freeze } else { UserStatus::Active };
            users::insert(tx, &row)?;
            let team = if number % 2 == 0 { "red" } else { "blue" };
            user_tags::update(tx, ACCOUNT, row.user_id, &tag_key("team"), &tag_value(team))?;
            if number % 3 == 0 {
                user_tags::update(tx, ACCOUNT, row.user_id, &tag_key("floor"), &tag_value(""))?;
            }
        }
        Ok(())
    })
    .unwrap();
    let (team, floor, room) = (tag_key("team"), tag_key("floor"), tag_key("room"));
    let (red, none) = (tag_value("red"), tag_value(""));
    let any = |key| TagFilter { tag_key: key, tag_value: None };
    let with = |key, value| TagFilter { tag_key: key, tag_value: Some(value) };
    type Expected = fn(i64) -> bool;
    let rows: [(Vec<TagFilter<'_>>, Expected); 7] = [
        (vec![], |_| true),
        (vec![any(&team)], |_| true),
        (vec![with(&team, &red)], |number| number % 2 == 0),
        (vec![any(&floor)], |number| number % 3 == 0),
        (vec![with(&team, &red), with(&floor, &none)], |number| number % 6 == 0),
        (vec![any(&floor), with(&team, &red)], |number| number % 6 == 0),
        (vec![any(&team), any(&room)], |_| false),
    ];
    for (filters, expected) in &rows {
        for status in [UserStatusFilter::default(), UserStatusFilter::BOTH] {
            let expected: Vec<UserId> = (1..=40)
                .filter(|number| expected(*number) && (status.freeze || number % 5 != 0))
                .map(user_id)
                .collect();
            for limit in [1, 3, 100] {
                let found = pages(limit, |after| {
                    read(&store, |tx| users::list_by_tags(tx, ACCOUNT, after, limit, status, filters))
                });
                assert_eq!(found, expected, "{filters:?} {status:?}, pages of {limit}");
            }
        }
    }
    // Whoever has a tag at all is listed once, however many it has.
    for user in 1..=38 {
        write(&store, move |tx| user_tags::delete(tx, ACCOUNT, user_id(user), &tag_key("team"))).unwrap();
    }
    let tagged = |after, limit| read(&store, |tx| user_tags::list_tagged(tx, ACCOUNT, user_id(after), limit));
    assert_eq!(tagged(33, 9), [user_id(36), user_id(39), user_id(40)]);
    assert_eq!(tagged(33, 2), [user_id(36), user_id(39)]);
}

pub fn a_tag_has_one_value(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        user_tags::update(tx, ACCOUNT, user_id(1), &tag_key("b"), &tag_value("1"))?;
        user_tags::update(tx, ACCOUNT, user_id(1), &tag_key("a"), &tag_value("2"))?;
        user_tags::update(tx, ACCOUNT, user_id(1), &tag_key("b"), &tag_value("3"))
    })
    .unwrap();
    let tags = |expected: &[(&str, &str)]| {
        let expected: Vec<(TagKey, TagValue)> =
            expected.iter().map(|(key, value)| (tag_key(key), tag_value(value))).collect();
        assert_eq!(read(&store, |tx| user_tags::list(tx, ACCOUNT, user_id(1))), expected);
    };
    tags(&[("a", "2"), ("b", "3")]);
    assert!(write(&store, |tx| user_tags::delete(tx, ACCOUNT, user_id(1), &tag_key("a"))).unwrap());
    assert!(!write(&store, |tx| user_tags::delete(tx, ACCOUNT, user_id(1), &tag_key("a"))).unwrap());
    tags(&[("b", "3")]);
}

pub fn a_deleted_user_leaves_only_its_device(open: Open) {
    let store = with_account(open());
    write(&store, |tx| mfa_devices::insert(tx, &device(ACCOUNT, "phone"))).unwrap();
    let before = dump(&store);
    write(&store, |tx| {
        let user = user(ACCOUNT, 1);
        users::insert(tx, &user)?;
        access_keys::insert(tx, &key(ACCOUNT, user.user_id, "LTAIa", 20))?;
        access_keys::insert(tx, &key(ACCOUNT, user.user_id, "LTAIb", 30))?;
        mfa_devices::bind(tx, ACCOUNT, &device_name("phone"), user.user_id, noon(11), None)?;
        login_profiles::insert(tx, &profile(ACCOUNT, user.user_id))?;
        password_history::insert(tx, ACCOUNT, user.user_id, &hash(1), 3)?;
        user_tags::update(tx, ACCOUNT, user.user_id, &tag_key("team"), &tag_value("red"))
    })
    .unwrap();
    assert_verified(&store);
    assert!(write(&store, |tx| users::delete(tx, ACCOUNT, user_id(1))).unwrap());
    assert_eq!(dump(&store), before);
    assert!(!write(&store, |tx| users::delete(tx, ACCOUNT, user_id(1))).unwrap());
}

pub fn users_are_listed_by_name(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        [10, 9, 2, 1].into_iter().try_for_each(|number| users::insert(tx, &user(ACCOUNT, number)))
    })
    .unwrap();
    let list = |from: &str, limit| {
        let names = read(&store, |tx| users::list_names(tx, ACCOUNT, from, limit));
        names.into_iter().map(|(name, id)| (name.to_string(), id.get())).collect::<Vec<_>>()
    };
    let all =
        [("user1", 1), ("user10", 10), ("user2", 2), ("user9", 9)].map(|(name, id)| (name.to_owned(), id));
    assert_eq!(list("", 9), all);
    assert_eq!(list("user10", 2), all[1..3]);
    assert_eq!(list("user1 ", 9), all[1..], "behind user1");
    assert_eq!(list("v", 9), []);
    let (name, dates) = read(&store, |tx| users::find_dates(tx, ACCOUNT, user_id(9))).unwrap();
    assert_eq!((name.as_str(), dates.create_date, dates.last_login_date), ("user9", noon(10), None));
    assert_eq!(read(&store, |tx| users::find_dates(tx, ACCOUNT, user_id(3))), None);
}
