//! The recycle bins, the network policies of keys, and the numbers and addresses of users.

use super::Open;
use super::fixtures::*;
use crate::entropy::SeededEntropy;
use crate::identity::access_key::Status;
use crate::identity::access_key_policy::AccessKeyPolicy;
use crate::identity::policy::{PolicyDescription, PolicyName, PolicyType, VersionId};
use crate::identity::verification::VerifyType;
use crate::ids::{AccountId, GroupId, UserId};
use crate::store::seal::SecretOf;
use crate::store::tables::account_settings::{self, Name};
use crate::store::tables::groups::Group;
use crate::store::tables::policies::Policy;
use crate::store::tables::policy_attachments::{Attachment, Principal};
use crate::store::tables::verifications::Verification;
use crate::store::tables::{
    access_key_policies, access_keys, accounts, group_members, groups, login_profiles, mfa_devices,
    password_history, policies, policy_attachments, recycled_keys, recycled_users, user_tags, users,
    verifications,
};
use crate::store::{StoreError, Tx};

fn policy(status: &str) -> AccessKeyPolicy {
    let text = format!(
        r#"{{"Status":"{status}","Statements":[{{"Type":"ClassicWhiteList","IPList":["192.0.2.1"]}}]}}"#
    );
    AccessKeyPolicy::parse(&text).unwrap()
}

fn email(user: i64, address: &str) -> Verification {
    Verification {
        account: ACCOUNT,
        user_id: user_id(user),
        verify_type: VerifyType::Email,
        address: address.to_owned(),
        update_date: noon(11),
    }
}

fn group_id() -> GroupId {
    GroupId::new(7).unwrap()
}

fn attached(policy_type: PolicyType, name: &str) -> Attachment {
    Attachment { policy_type, policy_name: PolicyName::parse(name).unwrap(), attach_date: noon(12) }
}

/// A group and a policy to belong to.
fn surroundings(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    groups::insert(
        tx,
        &Group {
            account: ACCOUNT,
            group_id: group_id(),
            group_name: "team".parse().unwrap(),
            display_name: "".parse().unwrap(),
            comments: "".parse().unwrap(),
            create_date: noon(9),
            update_date: noon(9),
        },
    )?;
    policies::insert(
        tx,
        &Policy {
            account: ACCOUNT,
            policy_name: PolicyName::parse("mine").unwrap(),
            description: PolicyDescription::default(),
            default_version: VersionId::FIRST,
            last_version: VersionId::FIRST,
            full_access: false,
            create_date: noon(9),
            update_date: noon(9),
        },
    )
}

/// A user with something in every table that a user can have something in.
fn populated(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    users::insert(tx, &user(ACCOUNT, 1))?;
    user_tags::update(tx, ACCOUNT, user_id(1), &tag_key("team"), &tag_value("red"))?;
    user_tags::update(tx, ACCOUNT, user_id(1), &tag_key("zone"), &tag_value(""))?;
    for (id, day) in [("LTAIa", 12), ("LTAIb", 14)] {
        let mut row = key(ACCOUNT, user_id(1), id, day);
        let of = SecretOf::AccessKey(ACCOUNT, &row.access_key_id);
        row.sealed_secret = Some(seal().seal(of, b"secret", &SeededEntropy::new(1)));
        access_keys::insert(tx, &row)?;
    }
    access_keys::update_status(tx, ACCOUNT, user_id(1), &key_id("LTAIb"), Status::Inactive, noon(15))?;
    access_keys::mark_used(tx, ACCOUNT, user_id(1), &key_id("LTAIa"), noon(20), "Ims")?;
    access_key_policies::update(tx, ACCOUNT, user_id(1), &key_id("LTAIa"), &policy("Active"))?;
    let mut profile = profile(ACCOUNT, user_id(1));
    (profile.password_hash, profile.failed_date) = (Some(hash(1)), Some(noon(16)));
    login_profiles::insert(tx, &profile)?;
    for number in 1..=3 {
        password_history::insert(tx, ACCOUNT, user_id(1), &hash(number), 3)?;
    }
    let mut phone = device(ACCOUNT, "phone");
    let of = SecretOf::MfaDevice(ACCOUNT, &phone.device_name);
    phone.sealed_seed = Some(seal().seal(of, b"seed", &SeededEntropy::new(2)));
    mfa_devices::insert(tx, &phone)?;
    mfa_devices::bind(tx, ACCOUNT, &phone.device_name, user_id(1), noon(13), Some(99))?;
    group_members::insert(tx, ACCOUNT, group_id(), user_id(1), noon(14))?;
    for one in [attached(PolicyType::Custom, "mine"), attached(PolicyType::System, "AdministratorAccess")] {
        policy_attachments::insert(tx, ACCOUNT, Principal::User(user_id(1)), &one)?;
    }
    verifications::update(tx, &email(1, "alice@example.com"))
}

fn recycle(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let row = users::find(tx, ACCOUNT, user_id(1))?.unwrap();
    recycled_users::insert(tx, &row, noon(30))
}

pub fn a_user_comes_back_as_it_was(open: Open) {
    let store = with_account(open());
    write(&store, surroundings).unwrap();
    let empty = dump(&store);
    write(&store, populated).unwrap();
    assert_verified(&store);
    let before = dump(&store);
    write(&store, recycle).unwrap();
    assert_verified(&store);
    let outside = |row: &String| !row.starts_with("recycled_");
    assert_eq!(dump(&store).into_iter().filter(outside).collect::<Vec<_>>(), empty);
    let found = read(&store, |tx| recycled_users::find(tx, ACCOUNT, user_id(1))).unwrap();
    assert_eq!((found.user_name.as_str(), found.recycle_date), ("user1", noon(30)));
    assert_eq!(found.create_date, user(ACCOUNT, 1).create_date);
    write(&store, |tx| recycled_users::restore(tx, ACCOUNT, user_id(1))).unwrap();
    assert_eq!(dump(&store), before);
    assert_verified(&store);
    let refusal = refused(&store, |tx| recycled_users::restore(tx, ACCOUNT, user_id(1)));
    assert!(matches!(refusal, StoreError::Absent { what: "user in the recycle bin" }), "{refusal}");
}

pub fn groups_and_policies_that_are_gone_stay_gone(open: Open) {
    let store = with_account(open());
    write(&store, populated).unwrap();
    write(&store, recycle).unwrap();
    write(&store, |tx| recycled_users::restore(tx, ACCOUNT, user_id(1))).unwrap();
    assert_verified(&store);
    assert_eq!(read(&store, |tx| group_members::list_groups(tx, ACCOUNT, user_id(1))), []);
    let found = read(&store, |tx| policy_attachments::list(tx, ACCOUNT, Principal::User(user_id(1))));
    assert_eq!(found, [attached(PolicyType::System, "AdministratorAccess")]);
}

pub fn a_user_does_not_come_back_where_another_is(open: Open) {
    let store = with_account(open());
    write(&store, populated).unwrap();
    write(&store, recycle).unwrap();
    let restore = |tx: &mut Tx<'_>| recycled_users::restore(tx, ACCOUNT, user_id(1));
    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1))).unwrap();
    assert!(matches!(refused(&store, restore), StoreError::Exists { what: "user" }));
    let refusal = refused(&store, recycle);
    assert!(matches!(refusal, StoreError::Exists { what: "user in the recycle bin" }), "{refusal}");
    write(&store, |tx| users::delete(tx, ACCOUNT, user_id(1))).unwrap();
    write(&store, |tx| mfa_devices::insert(tx, &device(ACCOUNT, "phone"))).unwrap();
    assert!(matches!(refused(&store, restore), StoreError::Exists { what: "MFA device" }));
    write(&store, |tx| mfa_devices::delete(tx, ACCOUNT, &device_name("phone"))).unwrap();
    write(&store, |tx| access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, "LTAIa", 12))).unwrap();
    assert!(matches!(refused(&store, restore), StoreError::Exists { what: "AccessKey" }));
    write(&store, |tx| recycled_users::delete(tx, ACCOUNT, user_id(1))).unwrap();
    let left = dump(&store).into_iter().filter(|row| row.starts_with("recycled_")).count();
    assert_eq!(left, 0, "its keys go with it");
    assert!(!write(&store, |tx| recycled_users::delete(tx, ACCOUNT, user_id(1))).unwrap());
    assert_verified(&store);
}

pub fn users_in_the_bin_are_listed(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        for number in 1..=6 {
            let mut row = user(ACCOUNT, number);
            if number % 2 == 0 {
                row.user_name = "same".parse().unwrap();
            }
            users::insert(tx, &row)?;
            recycled_users::insert(tx, &row, noon(40 - number))?;
        }
        Ok(())
    })
    .unwrap();
    let ids = |rows: Vec<recycled_users::RecycledUser>| {
        rows.into_iter().map(|row| row.user_id.get()).collect::<Vec<_>>()
    };
    let listed = |after: Option<i64>, limit| {
        ids(read(&store, |tx| recycled_users::list(tx, ACCOUNT, after.map(user_id), limit)))
    };
    assert_eq!(listed(None, 2), [1, 2]);
    assert_eq!(listed(Some(2), 100), [3, 4, 5, 6]);
    let named = |after: Option<i64>, limit| {
        let name = "same".parse().unwrap();
        ids(read(&store, |tx| recycled_users::list_by_name(tx, ACCOUNT, &name, after.map(user_id), limit)))
    };
    assert_eq!((named(None, 2), named(Some(4), 5)), (vec![2, 4], vec![6]));
    let oldest =
        |until, limit| ids(read(&store, |tx| recycled_users::list_oldest(tx, ACCOUNT, until, limit)));
    assert_eq!((oldest(noon(36), 100), oldest(noon(99), 2)), (vec![6, 5, 4], vec![6, 5]));
    assert_eq!(read(&store, |tx| recycled_users::count(tx, ACCOUNT)), 6);
    assert_eq!(read(&store, |tx| recycled_users::count(tx, AccountId::new(9).unwrap())), 0);
}

pub fn a_key_lies_in_the_bin_alone(open: Open) {
    let store = with_account(open());
    write(&store, populated).unwrap();
    let before = dump(&store);
    write(&store, |tx| {
        for (id, day) in [("LTAIb", 31), ("LTAIa", 30)] {
            let row = access_keys::find_by_id(tx, &key_id(id))?.unwrap();
            recycled_keys::insert(tx, &row, noon(day))?;
        }
        Ok(())
    })
    .unwrap();
    assert_verified(&store);
    assert_eq!(read(&store, |tx| access_keys::find_signer(tx, &key_id("LTAIa"))).map(|_| ()), None);
    let ids = |rows: Vec<recycled_keys::RecycledKey>| {
        rows.into_iter().map(|row| row.key.access_key_id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(read(&store, |tx| recycled_keys::list(tx, ACCOUNT, user_id(1)))), ["LTAIa", "LTAIb"]);
    let oldest = |until, limit| ids(read(&store, |tx| recycled_keys::list_oldest(tx, ACCOUNT, until, limit)));
    assert_eq!(
        (oldest(noon(30), 9), oldest(noon(99), 1)),
        (vec!["LTAIa".to_owned()], vec!["LTAIa".to_owned()])
    );
    let found = read(&store, |tx| recycled_keys::find(tx, ACCOUNT, &key_id("LTAIa"))).unwrap();
    assert_eq!((found.policy.as_ref(), found.with_user), (Some(&policy("Active")), false));
    write(&store, |tx| {
        recycled_keys::restore(tx, ACCOUNT, &key_id("LTAIa"), Status::Active)?;
        recycled_keys::restore(tx, ACCOUNT, &key_id("LTAIb"), Status::Inactive)
    })
    .unwrap();
    assert_eq!(dump(&store), before);
    assert_verified(&store);
    let refusal = refused(&store, |tx| recycled_keys::restore(tx, ACCOUNT, &key_id("LTAIa"), Status::Active));
    assert!(matches!(refusal, StoreError::Absent { what: "AccessKey in the recycle bin" }), "{refusal}");
    assert!(!write(&store, |tx| recycled_keys::delete(tx, ACCOUNT, user_id(1), &key_id("LTAIa"))).unwrap());
}

pub fn a_key_signs_from_where_its_policy_lets_it(open: Open) {
    let store = with_account(open());
    write(&store, |tx| access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, "LTAIroot", 10))).unwrap();
    let id = key_id("LTAIroot");
    let found =
        || read(&store, |tx| access_keys::find_signer(tx, &key_id("LTAIroot"))).unwrap().network_policy;
    assert_eq!(found(), None);
    let of_account = AccessKeyPolicy::parse(r#"{"Status":"Active","Statements":[]}"#).unwrap();
    let set = of_account.clone();
    write(&store, move |tx| access_key_policies::update_of_account(tx, ACCOUNT, &set)).unwrap();
    assert_eq!(found(), Some(of_account.clone()));
    let of_key = |policy: AccessKeyPolicy| {
        let id = id.clone();
        write(&store, move |tx| access_key_policies::update(tx, ACCOUNT, UserId::ROOT, &id, &policy))
            .unwrap();
    };
    of_key(policy("Inactive"));
    assert_eq!(found(), Some(of_account.clone()), "one that is off has no say");
    of_key(policy("Active"));
    assert_eq!(found(), Some(policy("Active")));
    of_key(AccessKeyPolicy::default());
    assert_eq!(found(), Some(of_account));
    let own = read(&store, |tx| access_key_policies::find(tx, ACCOUNT, UserId::ROOT, &id));
    assert_eq!(own, None, "the policy that stands for none is not kept");
    write(&store, |tx| access_key_policies::update_of_account(tx, ACCOUNT, &AccessKeyPolicy::default()))
        .unwrap();
    assert_eq!(found(), None);
    assert_eq!(read(&store, |tx| access_key_policies::find_of_account(tx, ACCOUNT)), None);
}

pub fn settings_and_addresses_are_kept(open: Open) {
    let store = with_account(open());
    let empty = dump(&store);
    let name = Name::AccessKeyPolicy;
    let find = || read(&store, |tx| account_settings::find(tx, ACCOUNT, name));
    assert_eq!(find(), None);
    for value in ["{}", "[1]"] {
        write(&store, move |tx| account_settings::update(tx, ACCOUNT, name, value)).unwrap();
        assert_eq!(find().as_deref(), Some(value));
    }
    write(&store, move |tx| account_settings::delete(tx, ACCOUNT, name)).unwrap();
    assert_eq!(find(), None);
    for address in ["a@example.com", "b@example.com"] {
        write(&store, move |tx| verifications::update(tx, &email(1, address))).unwrap();
        let found = read(&store, |tx| verifications::find(tx, ACCOUNT, user_id(1), VerifyType::Email));
        assert_eq!(found, Some(email(1, address)));
    }
    let number = Verification { verify_type: VerifyType::Sms, ..email(1, "86-13900001234") };
    let both = vec![email(1, "b@example.com"), number.clone()];
    write(&store, move |tx| verifications::update(tx, &number)).unwrap();
    write(&store, |tx| verifications::update(tx, &email(2, "c@example.com"))).unwrap();
    assert_eq!(read(&store, |tx| verifications::list(tx, ACCOUNT, user_id(1))), both);
    for (user, kind) in [(1, VerifyType::Sms), (2, VerifyType::Email)] {
        assert!(write(&store, move |tx| verifications::delete(tx, ACCOUNT, user_id(user), kind)).unwrap());
    }
    assert_eq!(read(&store, |tx| verifications::find(tx, ACCOUNT, user_id(1), VerifyType::Sms)), None);
    let delete =
        |kind| write(&store, move |tx| verifications::delete(tx, ACCOUNT, user_id(1), kind)).unwrap();
    assert!(delete(VerifyType::Email) && !delete(VerifyType::Email));
    assert_eq!(dump(&store), empty);
}

pub fn bins_go_with_their_account(open: Open) {
    let store = open();
    let empty = dump(&store);
    write(&store, |tx| {
        accounts::insert(tx, &account(ACCOUNT))?;
        populated(tx)?;
        recycle(tx)?;
        let mut again = user(ACCOUNT, 2);
        again.user_name = "again".parse().unwrap();
        users::insert(tx, &again)?;
        verifications::update(tx, &email(2, "again@example.com"))?;
        access_keys::insert(tx, &key(ACCOUNT, user_id(2), "LTAIc", 12))?;
        access_key_policies::update(tx, ACCOUNT, user_id(2), &key_id("LTAIc"), &policy("Active"))?;
        access_key_policies::update_of_account(tx, ACCOUNT, &policy("Active"))
    })
    .unwrap();
    assert!(write(&store, |tx| accounts::delete(tx, ACCOUNT)).unwrap());
    assert_eq!(dump(&store), empty);
}
