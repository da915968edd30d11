//! MFA devices, logon profiles, nonces and what the server keeps for itself.

use std::collections::BTreeSet;

use super::Open;
use super::fixtures::*;
use crate::entropy::SeededEntropy;
use crate::identity::access_key::Status;
use crate::identity::mfa::MFADeviceType;
use crate::ids::{AccountId, UserId};
use crate::store::StoreError;
use crate::store::seal::SecretOf;
use crate::store::tables::mfa_devices::MfaDevice;
use crate::store::tables::{login_profiles, mfa_devices, nonces, password_history, server, users};
use crate::time::Timestamp;

pub fn a_device_is_bound_and_freed(open: Open) {
    let store = with_account(open());
    let mut phone = device(ACCOUNT, "phone");
    let name = phone.device_name.clone();
    phone.sealed_seed =
        Some(seal().seal(SecretOf::MfaDevice(ACCOUNT, &name), b"seed", &SeededEntropy::new(1)));
    let row = phone.clone();
    write(&store, move |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        mfa_devices::insert(tx, &row)
    })
    .unwrap();
    let find = || read(&store, |tx| mfa_devices::find(tx, ACCOUNT, &device_name("phone")));
    assert_eq!(find(), Some(phone.clone()));
    write(&store, |tx| mfa_devices::bind(tx, ACCOUNT, &device_name("phone"), user_id(1), noon(12), Some(99)))
        .unwrap();
    (phone.user_id, phone.activate_date, phone.last_step) = (Some(user_id(1)), Some(noon(12)), Some(99));
    assert_eq!(find(), Some(phone.clone()));
    assert_eq!(read(&store, |tx| mfa_devices::find_by_user(tx, ACCOUNT, user_id(1))), Some(phone.clone()));
    assert_eq!(read(&store, |tx| mfa_devices::find_by_user(tx, ACCOUNT, UserId::ROOT)), None);
    let refusal = refused(&store, |tx| {
        mfa_devices::bind(tx, ACCOUNT, &device_name("phone"), UserId::ROOT, noon(13), None)
    });
    assert!(matches!(refusal, StoreError::Absent { what: "unbound MFA device" }), "{refusal}");
    write(&store, |tx| mfa_devices::update_last_step(tx, ACCOUNT, &device_name("phone"), 100)).unwrap();
    assert!(write(&store, |tx| mfa_devices::unbind(tx, ACCOUNT, &device_name("phone"))).unwrap());
    assert!(!write(&store, |tx| mfa_devices::unbind(tx, ACCOUNT, &device_name("phone"))).unwrap());
    (phone.user_id, phone.activate_date, phone.last_step) = (None, None, Some(100));
    assert_eq!(find(), Some(phone));
    assert_verified(&store);
    let refusal = refused(&store, |tx| mfa_devices::insert(tx, &device(ACCOUNT, "phone")));
    assert!(matches!(refusal, StoreError::Exists { what: "MFA device" }), "{refusal}");
    let refusal = refused(&store, |tx| mfa_devices::update_last_step(tx, ACCOUNT, &device_name("tablet"), 1));
    assert!(matches!(refusal, StoreError::Absent { what: "MFA device" }), "{refusal}");
    assert!(write(&store, |tx| mfa_devices::delete(tx, ACCOUNT, &device_name("phone"))).unwrap());
    assert!(!write(&store, |tx| mfa_devices::delete(tx, ACCOUNT, &device_name("phone"))).unwrap());
    assert_verified(&store);
}

pub fn devices_are_listed_page_by_page(open: Open) {
    let store = with_account(open());
    let rows: Vec<MfaDevice> = (0..30)
        .map(|number| {
            let mut row = device(ACCOUNT, &format!("device-{number:02}"));
            row.device_type = if number % 5 == 0 { MFADeviceType::U2f } else { MFADeviceType::Vmfa };
            row.user_id = (number % 3 == 0).then(|| user_id(number % 2));
            row.activate_date = row.user_id.map(|_| noon(11));
            row
        })
        .collect();
    let inserted: Vec<MfaDevice> = rows.iter().rev().cloned().collect();
    write(&store, move |tx| inserted.iter().try_for_each(|row| mfa_devices::insert(tx, row))).unwrap();
    for limit in [1, 7, 100] {
        for only_virtual in [false, true] {
            let mut found: Vec<MfaDevice> = Vec::new();
            loop {
                let after = found.last().map(|row| row.device_name.clone());
                let list = if only_virtual { mfa_devices::list_virtual } else { mfa_devices::list };
                let page = read(&store, |tx| list(tx, ACCOUNT, after.as_ref(), limit));
                assert!(page.len() <= limit);
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            let fits = |row: &&MfaDevice| !only_virtual || row.device_type == MFADeviceType::Vmfa;
            assert_eq!(found, rows.iter().filter(fits).cloned().collect::<Vec<_>>());
        }
    }
    let of_root: Vec<MfaDevice> =
        rows.iter().filter(|row| row.user_id == Some(UserId::ROOT)).cloned().collect();
    assert_eq!(read(&store, |tx| mfa_devices::list_by_user(tx, ACCOUNT, UserId::ROOT)), of_root);
    assert_verified(&store);
}

pub fn a_profile_keeps_all_its_fields(open: Open) {
    let store = with_account(open());
    let mut expected = profile(ACCOUNT, user_id(1));
    let row = expected.clone();
    write(&store, move |tx| login_profiles::insert(tx, &row)).unwrap();
    assert_eq!(read(&store, |tx| login_profiles::find(tx, ACCOUNT, user_id(1))), Some(expected.clone()));
    expected.status = Status::Inactive;
    expected.password_hash = Some(hash(1));
    expected.password_date = Some(noon(12));
    expected.password_initial = true;
    expected.password_reset_required = true;
    expected.mfa_bind_required = true;
    expected.update_date = noon(13);
    expected.last_login_date = Some(noon(14));
    expected.failed_attempts = 3;
    expected.failed_date = Some(noon(15));
    let row = expected.clone();
    write(&store, move |tx| login_profiles::update(tx, &row)).unwrap();
    assert_eq!(read(&store, |tx| login_profiles::find(tx, ACCOUNT, user_id(1))), Some(expected));
    let refusal = refused(&store, |tx| login_profiles::insert(tx, &profile(ACCOUNT, user_id(1))));
    assert!(matches!(refusal, StoreError::Exists { what: "logon profile" }), "{refusal}");
    let refusal = refused(&store, |tx| login_profiles::update(tx, &profile(ACCOUNT, user_id(2))));
    assert!(matches!(refusal, StoreError::Absent { what: "logon profile" }), "{refusal}");
    write(&store, |tx| password_history::insert(tx, ACCOUNT, user_id(1), &hash(1), 5)).unwrap();
    assert!(write(&store, |tx| login_profiles::delete(tx, ACCOUNT, user_id(1))).unwrap());
    assert!(!write(&store, |tx| login_profiles::delete(tx, ACCOUNT, user_id(1))).unwrap());
    assert_eq!(read(&store, |tx| password_history::list(tx, ACCOUNT, user_id(1), 24)), []);
}

pub fn only_the_newest_passwords_are_kept(open: Open) {
    let store = open();
    write(&store, |tx| {
        (1..=6).try_for_each(|number| password_history::insert(tx, ACCOUNT, user_id(1), &hash(number), 4))?;
        password_history::insert(tx, ACCOUNT, user_id(2), &hash(9), 4)
    })
    .unwrap();
    let list = |limit| read(&store, |tx| password_history::list(tx, ACCOUNT, user_id(1), limit));
    assert_eq!(list(24), [hash(6), hash(5), hash(4), hash(3)]);
    assert_eq!(list(2), [hash(6), hash(5)]);
    write(&store, |tx| password_history::insert(tx, ACCOUNT, user_id(1), &hash(7), 0)).unwrap();
    assert_eq!(list(24), [], "a policy that forbids no reuse needs no memory");
}

pub fn a_nonce_is_burnt_once(open: Open) {
    let store = open();
    let other = AccountId::new(2).unwrap();
    let burn = |account, expires, fingerprint: u64| {
        write(&store, move |tx| nonces::insert(tx, account, expires, fingerprint)).unwrap()
    };
    assert!(burn(ACCOUNT, noon(1), u64::MAX));
    assert!(!burn(ACCOUNT, noon(1), u64::MAX));
    assert!(!burn(ACCOUNT, noon(2), u64::MAX), "whatever time the request bears");
    assert!(burn(other, noon(1), u64::MAX));
    assert!(burn(ACCOUNT, noon(1), 0));
    assert!(burn(ACCOUNT, noon(2), 1 << 63));
    let live = |now| {
        let mut found = BTreeSet::new();
        read(&store, |tx| nonces::each(tx, now, |account, at, print| found.extend([(account, at, print)])));
        found
    };
    let all = [
        (other, noon(1), u64::MAX),
        (ACCOUNT, noon(1), 0),
        (ACCOUNT, noon(1), u64::MAX),
        (ACCOUNT, noon(2), 1 << 63),
    ];
    assert_eq!(live(noon(1)), BTreeSet::from(all));
    assert_eq!(live(noon(1).plus_seconds(1)).len(), 1);
    let count = |now| write(&store, move |tx| nonces::delete_expired(tx, ACCOUNT, now)).unwrap();
    assert_eq!((count(noon(1)), count(noon(1).plus_seconds(1)), live(noon(0)).len()), (0, 2, 2));
    assert_eq!(write(&store, |tx| nonces::delete_all_expired(tx, noon(9))).unwrap(), 2);
}

pub fn nonces_are_burnt_together(open: Open) {
    let store = open();
    let burn = |nonces: Vec<(Timestamp, u64)>| {
        write(&store, move |tx| nonces::insert_all(tx, ACCOUNT, &nonces)).unwrap()
    };
    assert_eq!(burn(Vec::new()), [true; 0]);
    // The same nonce with another end is the same nonce.
    assert_eq!(burn(vec![(noon(1), 5), (noon(1), 5), (noon(2), 5)]), [true, false, false]);
    assert_eq!(burn(vec![(noon(1), 4), (noon(1), 5), (noon(1), u64::MAX)]), [true, false, true]);
    // More than a statement takes, with one that is there at the end of the first.
    let many: Vec<(Timestamp, u64)> = (100..250).map(|number| (noon(3), number)).collect();
    assert!(burn(vec![many[63]])[0]);
    let burnt = burn(many.clone());
    assert_eq!(burnt.iter().filter(|is_new| !**is_new).count(), 1);
    assert!(!burnt[63]);
    assert_eq!(burn(many), [false; 150]);
    let mut held = 0;
    read(&store, |tx| nonces::each(tx, noon(0), |_, _, _| held += 1));
    assert_eq!(held, 153);
}

pub fn the_server_keeps_names_and_values(open: Open) {
    let store = open();
    let find = || read(&store, |tx| server::find(tx, "clean"));
    assert_eq!(find(), None);
    for value in ["yes", "", "no"] {
        write(&store, move |tx| server::update(tx, "clean", value)).unwrap();
        assert_eq!(find().as_deref(), Some(value));
    }
    assert!(write(&store, |tx| server::delete(tx, "clean")).unwrap());
    assert!(!write(&store, |tx| server::delete(tx, "clean")).unwrap());
    assert_eq!(find(), None);
}
