//! The report's numbers as they are stored: small examples counted by hand. (Random ones: `report::model`.)

use super::Open;
use super::fixtures::*;
use crate::identity::access_key::Status;
use crate::ids::{AccountId, UserId};
use crate::store::DayKind::{self, ConsoleIdle, KeyOld, KeyUnused, RootOld, RootUnused, UserOld, UserUnused};
use crate::store::tables::access_keys::AccessKey;
use crate::store::tables::login_profiles::LoginProfile;
use crate::store::tables::mfa_devices::MfaDevice;
use crate::store::tables::users::User;
use crate::store::tables::{access_keys, accounts, login_profiles, mfa_devices, report_days, users};
use crate::store::verify::verify;
use crate::store::{Store, StoreError, Total};
use crate::time::Day;

/// All totals but the last, which counts users with policies, and here nobody has one.
fn assert_numbers(store: &Store, totals: [i64; 15], days: &[(DayKind, i64, i64)]) {
    let found = read(store, |tx| accounts::find(tx, ACCOUNT)).unwrap();
    assert_eq!(found.totals.0[..15], totals, "of {:?}", Total::ALL);
    assert_eq!(found.totals.0[15..], [0]);
    let days: Vec<_> = days.iter().map(|(kind, day, n)| (*kind, Day(*day), *n)).collect();
    assert_eq!(read(store, |tx| report_days::list(tx, ACCOUNT)), days);
    assert_verified(store);
}

pub fn keys_are_counted_by_their_base_days(open: Open) {
    let store = with_account(open());
    let (one, two) = (user_id(1), user_id(2));
    write(&store, move |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        users::insert(tx, &user(ACCOUNT, 2))?;
        access_keys::insert(tx, &AccessKey { last_used_date: Some(noon(40)), ..key(ACCOUNT, one, "a", 10) })?;
        access_keys::insert(tx, &key(ACCOUNT, one, "b", 30))?;
        // Used, it says, before it was made: counts from its creation.
        access_keys::insert(tx, &AccessKey { last_used_date: Some(noon(5)), ..key(ACCOUNT, two, "c", 10) })?;
        access_keys::insert(tx, &AccessKey { status: Status::Inactive, ..key(ACCOUNT, two, "d", 1) })?;
        access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, "e", 10))?;
        access_keys::insert(tx, &AccessKey { status: Status::Inactive, ..key(ACCOUNT, UserId::ROOT, "f", 2) })
    })
    .unwrap();
    let of_the_others =
        [(KeyOld, 10, 3), (KeyOld, 30, 1), (KeyUnused, 10, 2), (KeyUnused, 30, 1), (KeyUnused, 40, 1)];
    let of_root = [(RootOld, 10, 1), (RootUnused, 10, 1)];
    let of_users = [(UserOld, 10, 2), (UserUnused, 10, 1), (UserUnused, 30, 1)];
    let days = [of_users.as_slice(), &of_the_others, &of_root].concat();
    assert_numbers(&store, [2, 0, 0, 2, 2, 4, 1, 0, 0, 0, 0, 0, 1, 2, 1], &days);

    // The younger key is switched off, the older one is used: one job, both of one user.
    write(&store, move |tx| {
        access_keys::update_status(tx, ACCOUNT, one, &key_id("b"), Status::Inactive, noon(41))?;
        access_keys::mark_used(tx, ACCOUNT, one, &key_id("a"), noon(50), "Ims")?;
        access_keys::update_status(tx, ACCOUNT, two, &key_id("c"), Status::Inactive, noon(41))?;
        access_keys::delete(tx, ACCOUNT, UserId::ROOT, &key_id("e")).map(drop)
    })
    .unwrap();
    let days = [(UserOld, 10, 1), (UserUnused, 50, 1), (KeyOld, 10, 1), (KeyUnused, 50, 1)];
    assert_numbers(&store, [2, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], &days);

    write(&store, move |tx| users::delete(tx, ACCOUNT, one)).unwrap();
    assert_numbers(&store, [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[]);
}

pub fn devices_are_counted(open: Open) {
    let store = with_account(open());
    let bind = |name: &'static str, user| {
        write(&store, move |tx| {
            mfa_devices::insert(tx, &device(ACCOUNT, name))?;
            mfa_devices::bind(tx, ACCOUNT, &device_name(name), user, noon(1), None)
        })
        .unwrap();
    };
    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1))).unwrap();
    bind("a", user_id(1));
    bind("b", user_id(1));
    bind("c", UserId::ROOT);
    write(&store, |tx| mfa_devices::insert(tx, &device(ACCOUNT, "d"))).unwrap();
    assert_numbers(&store, [1, 1, 1, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, 0, 0], &[]);
    write(&store, |tx| mfa_devices::unbind(tx, ACCOUNT, &device_name("a"))).unwrap();
    assert_numbers(&store, [1, 1, 1, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 0, 0], &[]);
    write(&store, |tx| {
        mfa_devices::delete(tx, ACCOUNT, &device_name("b"))?;
        mfa_devices::delete(tx, ACCOUNT, &device_name("c"))
    })
    .unwrap();
    assert_numbers(&store, [1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], &[]);
}

pub fn consoles_are_counted(open: Open) {
    let store = with_account(open());
    let (one, two) = (user_id(1), user_id(2));
    write(&store, move |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        users::insert(tx, &User { last_login_date: Some(noon(30)), ..user(ACCOUNT, 2) })?;
        // Logged on, it says, before it was made: counts from its creation.
        login_profiles::insert(
            tx,
            &LoginProfile { last_login_date: Some(noon(9)), ..profile(ACCOUNT, one) },
        )?;
        login_profiles::insert(
            tx,
            &LoginProfile { last_login_date: Some(noon(20)), ..profile(ACCOUNT, two) },
        )?;
        access_keys::insert(tx, &AccessKey { last_used_date: Some(noon(40)), ..key(ACCOUNT, one, "a", 10) })?;
        mfa_devices::insert(tx, &device(ACCOUNT, "phone"))?;
        mfa_devices::bind(tx, ACCOUNT, &device_name("phone"), two, noon(1), None)
    })
    .unwrap();
    let of_the_key = [(UserOld, 10, 1), (UserUnused, 40, 1), (KeyOld, 10, 1), (KeyUnused, 40, 1)];
    let days = [of_the_key.as_slice(), &[(ConsoleIdle, 10, 1), (ConsoleIdle, 30, 1)]].concat();
    assert_numbers(&store, [2, 1, 0, 0, 1, 1, 0, 1, 1, 2, 1, 1, 0, 0, 0], &days);

    // An Inactive key beside the profile is none, and neither is an Inactive profile.
    write(&store, move |tx| {
        access_keys::update_status(tx, ACCOUNT, one, &key_id("a"), Status::Inactive, noon(41))?;
        mfa_devices::unbind(tx, ACCOUNT, &device_name("phone"))?;
        users::update_last_login_date(tx, ACCOUNT, one, noon(50))?;
        login_profiles::update(tx, &LoginProfile { status: Status::Inactive, ..profile(ACCOUNT, two) })
    })
    .unwrap();
    assert_numbers(&store, [2, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0], &[(ConsoleIdle, 50, 1)]);
    write(&store, move |tx| login_profiles::delete(tx, ACCOUNT, one)).unwrap();
    assert_numbers(&store, [2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], &[]);
}

pub fn a_change_sees_its_own_numbers(open: Open) {
    let store = with_account(open());
    let found = write(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        access_keys::insert(tx, &key(ACCOUNT, user_id(1), "a", 10))?;
        let first = accounts::find(tx, ACCOUNT)?.map(|row| row.totals.0);
        access_keys::insert(tx, &key(ACCOUNT, user_id(1), "b", 20))?;
        let days = report_days::sum_after(tx, ACCOUNT, KeyOld, Day(9))?;
        access_keys::delete(tx, ACCOUNT, user_id(1), &key_id("a"))?;
        let asked = [(KeyOld, Day(9)), (UserOld, Day(19)), (KeyUnused, Day(30)), (UserUnused, Day(19))];
        Ok((first, days, report_days::sums_after(tx, ACCOUNT, asked)?))
    })
    .unwrap();
    assert_eq!(found, (Some([1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]), 2, [1, 1, 0, 1]));
    // More than four that differ, and one asked for again.
    let (young, old, none) = ((KeyOld, Day(19)), (KeyOld, Day(20)), (ConsoleIdle, Day(0)));
    let asked =
        [none, old, young, (UserOld, Day(-1)), young, (KeyUnused, Day(5)), (UserUnused, Day(20)), old];
    let sums = read(&store, |tx| report_days::sums_after(tx, ACCOUNT, asked));
    assert_eq!(sums, [0, 0, 1, 1, 1, 1, 0, 0]);
    let days = [(UserOld, 20, 1), (UserUnused, 20, 1), (KeyOld, 20, 1), (KeyUnused, 20, 1)];
    assert_numbers(&store, [1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0], &days);
}

/// A bulk and the same rows one by one give the same store, in whatever order they come.
pub fn a_bulk_equals_the_same_rows_one_by_one(open: Open) {
    let fill = |bulk: bool| {
        let store = open();
        write(&store, move |tx| {
            if bulk {
                tx.bulk();
            }
            for number in 1..=3 {
                let id = AccountId::new(number).unwrap();
                accounts::insert(tx, &account(id))?;
                access_keys::insert(tx, &key(id, UserId::ROOT, &format!("root{number}"), number))?;
                let mut phone = device(id, "root");
                phone.user_id = Some(UserId::ROOT);
                mfa_devices::insert(tx, &phone)?;
                for each in 1..=20 {
                    let row = user(id, each);
                    users::insert(tx, &row)?;
                    if each % 3 == 0 {
                        let mut phone = device(id, &format!("phone{each}"));
                        phone.user_id = Some(row.user_id);
                        mfa_devices::insert(tx, &phone)?;
                    }
                    if each % 2 == 0 {
                        let mut row = profile(id, row.user_id);
                        row.status = if each % 8 == 0 { Status::Inactive } else { Status::Active };
                        login_profiles::insert(tx, &row)?;
                    }
                    for place in 0..each % 4 {
                        let mut row =
                            key(id, row.user_id, &format!("key{number}-{each}-{place}"), each * place);
                        row.last_used_date = (each % 2 == 0).then(|| noon(each * 7));
                        row.status = if place == 2 { Status::Inactive } else { Status::Active };
                        access_keys::insert(tx, &row)?;
                    }
                }
                // Out of order, and changed again: exact all the same.
                access_keys::insert(tx, &key(id, user_id(5), &format!("late{number}"), 3))?;
                access_keys::insert(tx, &key(id, UserId::ROOT, &format!("lateroot{number}"), 4))?;
                login_profiles::insert(tx, &profile(id, user_id(9)))?;
                mfa_devices::unbind(tx, id, &device_name("phone3"))?;
                access_keys::delete(tx, id, user_id(7), &key_id(&format!("key{number}-7-0")))?;
                users::delete(tx, id, user_id(20))?;
                assert_eq!(accounts::find(tx, id)?.unwrap().totals.get(Total::Users), 19);
            }
            accounts::delete(tx, AccountId::new(2).unwrap()).map(drop)
        })
        .unwrap();
        assert_verified(&store);
        dump(&store)
    };
    let (bulk, single) = (fill(true), fill(false));
    assert!(bulk.len() > 100);
    assert_eq!(bulk, single);
}

/// A bulk that met a row which exists cannot be kept, even if its caller goes on.
pub fn a_bulk_with_a_row_that_exists_is_taken_back(open: Open) {
    let store = with_account(open());
    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1))).unwrap();
    let refusal = refused(&store, |tx| {
        tx.bulk();
        users::insert(tx, &user(ACCOUNT, 2))?;
        assert!(users::insert(tx, &user(ACCOUNT, 1)).is_err());
        Ok(())
    });
    assert!(matches!(refusal, StoreError::Exists { what: "user" }), "{refusal}");
    assert_verified(&store);
}

/// A bulk writes the owners of keys late, and knows at once all the same whether there is such a key.
pub fn a_bulk_knows_its_keys(open: Open) {
    let store = with_account(open());
    let new = |id: &str| key(ACCOUNT, user_id(1), id, 10);
    write(&store, move |tx| {
        tx.bulk();
        users::insert(tx, &user(ACCOUNT, 1))?;
        access_keys::insert(tx, &new("a"))?;
        // Seen by its id before it is written.
        assert_eq!(access_keys::find_by_id(tx, &key_id("a"))?, Some(new("a")));
        access_keys::insert(tx, &new("b"))?;
        assert!(access_keys::delete(tx, ACCOUNT, user_id(1), &key_id("b"))?);
        access_keys::insert(tx, &new("b"))?;
        access_keys::insert(tx, &new("c"))?;
        let refused = tx.nested(|tx| {
            access_keys::insert(tx, &new("d"))?;
            access_keys::delete(tx, ACCOUNT, user_id(1), &key_id("c"))?;
            access_keys::insert(tx, &new("e"))?;
            Err::<(), _>(StoreError::Busy)
        });
        assert!(matches!(refused, Err(StoreError::Busy)));
        access_keys::insert(tx, &new("d"))
    })
    .unwrap();
    assert_verified(&store);
    for known in ["a", "b", "c", "d"] {
        assert!(read(&store, |tx| access_keys::find_by_id(tx, &key_id(known))).is_some(), "{known}");
        // Known from before, and known from this bulk: written already, or not yet.
        let refusals = [
            refused(&store, move |tx| {
                tx.bulk();
                access_keys::insert(tx, &new(known))
            }),
            refused(&store, move |tx| {
                tx.bulk();
                access_keys::insert(tx, &new("x"))?;
                access_keys::insert(tx, &new("x"))
            }),
            refused(&store, move |tx| {
                tx.bulk();
                access_keys::insert(tx, &new("x"))?;
                access_keys::find_owner(tx, &key_id("x"))?;
                access_keys::insert(tx, &new("x"))
            }),
        ];
        for refusal in refusals {
            assert!(matches!(refusal, StoreError::Exists { what: "AccessKey" }), "{refusal}");
        }
    }
    let empty = with_account(open());
    let refusal = refused(&empty, move |tx| {
        tx.bulk();
        access_keys::insert(tx, &new("x"))?;
        access_keys::find_owner(tx, &key_id("x"))?;
        access_keys::insert(tx, &new("x"))
    });
    assert!(matches!(refusal, StoreError::Exists { what: "AccessKey" }), "{refusal}");
}

/// The check that all the others lean on finds what is wrong.
pub fn a_wrong_number_is_found(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        access_keys::insert(tx, &key(ACCOUNT, user_id(1), "a", 10))?;
        access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, "b", 10))?;
        login_profiles::insert(tx, &profile(ACCOUNT, user_id(1)))?;
        mfa_devices::insert(tx, &MfaDevice { user_id: Some(user_id(1)), ..device(ACCOUNT, "phone") })
    })
    .unwrap();
    let wrongs = [
        ("UPDATE accounts SET users = users + 1", "Users: stored 2, counted 1"),
        ("UPDATE accounts SET root_mfa = 1", "RootMfa: stored 1, counted 0"),
        ("UPDATE report_days SET n = 7 WHERE kind = 3", "KeyUnused of 1970-01-11: stored 7, counted 2"),
        ("UPDATE report_days SET day = 11 WHERE kind = 0", "UserOld of 1970-01-11: stored 0, counted 1"),
        (
            "INSERT INTO report_days SELECT account, 1, 99, 0 FROM accounts",
            "UserUnused of 1970-04-10: stored 0, counted 0",
        ),
        (
            "UPDATE access_keys SET create_date = 0 WHERE user_id = 0",
            "RootOld of 1970-01-01: stored 0, counted 1",
        ),
        ("DELETE FROM access_keys WHERE user_id = 0", "RootKeys: stored 1, counted 0"),
        ("DELETE FROM report_subjects WHERE kind = 0", "subjects of KeyOld: stored 0, counted 2"),
        ("UPDATE report_subjects SET day = 11 WHERE kind = 1", "subjects of KeyUnused: stored 0, counted 2"),
        (
            "INSERT INTO report_subjects SELECT account, 5, 1, 1 FROM accounts",
            "subjects of TwoKeys: stored 1, counted 0",
        ),
        ("UPDATE mfa_devices SET user_id = NULL", "subjects of WithoutMfa: stored 0, counted 1"),
        ("DELETE FROM users", "Users: stored 1, counted 0"),
        ("DELETE FROM mfa_devices", "ConsoleUsersWithoutMfa: stored 0, counted 1"),
        ("UPDATE login_profiles SET status = 'Inactive'", "ConsoleUsers: stored 1, counted 0"),
        (
            "UPDATE login_profiles SET last_login_date = 8640000",
            "ConsoleIdle of 1970-04-11: stored 0, counted 1",
        ),
        ("UPDATE access_keys SET status = 'Inactive'", "ConsoleUsersWithKeys: stored 1, counted 0"),
        (
            "UPDATE access_keys SET last_used_date = 0 WHERE user_id = 0",
            "NeverUsedRootKeys: stored 1, counted 0",
        ),
        ("UPDATE mfa_devices SET user_id = 0", "UsersMfa: stored 1, counted 0"),
        ("DELETE FROM mfa_devices", "MfaDevices: stored 1, counted 0"),
        (
            "DELETE FROM access_key_owners WHERE access_key_id = 'a'",
            "AccessKeys known by id: stored 1, counted 2",
        ),
    ];
    for (sql, expected) in wrongs {
        let found = write(&store, move |tx| {
            tx.execute(sql, &[])?;
            let found = verify(tx, ACCOUNT)?;
            // Taken back: the next one starts from a right store.
            Err::<(), _>(StoreError::BadUrl(found.iter().map(|one| format!("{one}; ")).collect()))
        });
        let StoreError::BadUrl(found) = found.unwrap_err() else { panic!("{sql}") };
        assert!(found.contains(expected), "{sql}: {found}");
        assert_verified(&store);
    }
}
