//! Each table function on its own.

use super::Open;
use super::fixtures::*;
use crate::ids::UserId;
use crate::store::tables::{access_keys, accounts, mfa_devices, users};

pub fn what_is_inserted_is_found(open: Open) {
    let store = with_account(open());
    let alice = user(ACCOUNT, 1);
    let mut hers = key(ACCOUNT, alice.user_id, "LTAIa", 20);
    hers.last_used_date = Some(noon(25));
    let mut device = device(ACCOUNT, "phone");
    device.user_id = Some(alice.user_id);
    let rows = (alice.clone(), hers.clone(), key(ACCOUNT, UserId::ROOT, "LTAIroot", 20), device.clone());
    write(&store, move |tx| {
        users::insert(tx, &rows.0)?;
        access_keys::insert(tx, &rows.1)?;
        access_keys::insert(tx, &rows.2)?;
        mfa_devices::insert(tx, &rows.3)
    })
    .unwrap();
    read(&store, |tx| {
        assert_eq!(users::find(tx, ACCOUNT, alice.user_id)?, Some(alice.clone()));
        assert_eq!(access_keys::find_by_id(tx, &hers.access_key_id)?, Some(hers.clone()));
        assert_eq!(mfa_devices::find(tx, ACCOUNT, &device.device_name)?, Some(device.clone()));
        Ok(())
    });
    let totals = read(&store, |tx| accounts::find(tx, ACCOUNT)).unwrap().totals;
    assert_eq!(totals.0, [1, 1, 0, 1, 1, 2, 1, 1, 1]);
    assert_verified(&store);
}
