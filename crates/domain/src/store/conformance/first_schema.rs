//! A data file as the first schema made it, with everything that later steps count from its rows.

use super::fixtures::*;
use crate::ids::AccountId;
use crate::store::connection::{Driver, Role};
use crate::store::sqlite::{Sqlite, SqliteOptions};
use crate::store::tables::accounts;
use crate::store::{Store, StoreOptions, StoreUrl};

#[test]
fn a_file_of_the_first_schema_is_brought_forward_with_right_numbers() {
    const ROWS: &str = "
        INSERT INTO accounts (account, default_domain, create_date, users, users_mfa, root_keys, counted_users,
            counted_keys, counted_root_keys, mfa_devices, mfa_devices_in_use)
            VALUES (7, '7.onaliyun.com', 0, 3, 1, 2, 2, 4, 1, 1, 1), (8, '8.onaliyun.com', 0, 0, 0, 0, 0, 0, 0, 0, 0);
        UPDATE accounts SET deleting = 1 WHERE account = 8;
        INSERT INTO users SELECT 7, value, 'user' || value, 'a user', '', '', '', 'active', 'Manual', -864000, 0,
            CASE value WHEN 2 THEN 8640001 END FROM (SELECT 1 AS value UNION ALL SELECT 2 UNION ALL SELECT 3);
        INSERT INTO users SELECT 8, user_id, user_name, display_name, '', '', '', status, 'Manual', 0, 0, NULL FROM users;
        INSERT INTO login_profiles SELECT account, user_id, CASE user_id WHEN 3 THEN 'Inactive' ELSE 'Active' END, NULL,
            NULL, 0, 0, 0, -1, 0, CASE user_id WHEN 2 THEN 86400 END, 0, NULL FROM users;
        INSERT INTO mfa_devices VALUES (7, 'phone', 'VMFA', NULL, 0, 2, 0, NULL);
        INSERT INTO access_keys VALUES
            (7, 0, 'r1', NULL, 'Active', 86399, 0, NULL, NULL), (7, 0, 'r2', NULL, 'Inactive', 0, 0, NULL, NULL),
            (7, 1, 'a1', NULL, 'Active', 100000, 0, 900000, NULL), (7, 1, 'a2', NULL, 'Active', 200000, 0, NULL, NULL),
            (7, 2, 'b1', NULL, 'Inactive', 100000, 0, NULL, NULL), (7, 3, 'c1', NULL, 'Active', -1, 0, -5, NULL),
            (8, 1, 'd1', NULL, 'Active', 0, 0, NULL, NULL);
        INSERT INTO access_key_owners SELECT access_key_id, account, user_id FROM access_keys;
        INSERT INTO report_days VALUES
            (7, 0, -1, 1), (7, 0, 1, 1), (7, 1, -1, 1), (7, 1, 2, 1), (7, 2, -1, 1), (7, 2, 0, 1), (7, 2, 1, 1),
            (7, 2, 2, 1), (7, 3, -1, 1), (7, 3, 0, 1), (7, 3, 2, 1), (7, 3, 10, 1), (7, 4, 0, 1), (7, 5, 0, 1);";
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    let driver = Sqlite::open(&path, SqliteOptions::default()).unwrap();
    let mut connection = driver.connect(Role::Writer).unwrap();
    connection.batch(driver.migrations()[0].1).unwrap();
    let check = format!(
        "INSERT INTO server VALUES ('schema_version', '1'), ('seal_check', '{}');",
        seal().check_value()
    );
    connection.batch(&check).unwrap();
    connection.batch(ROWS).unwrap();
    drop((connection, driver));
    let store = Store::open(&StoreOptions::new(StoreUrl::Sqlite(path.clone()), seal())).unwrap();
    assert_verified(&store);
    let of =
        |number| read(&store, |tx| accounts::find(tx, AccountId::new(number).unwrap())).unwrap().totals.0;
    assert_eq!(of(7), [3, 1, 0, 2, 2, 4, 1, 1, 1, 2, 1, 1, 1, 2, 1, 0]);
    assert_eq!(of(8), [0; 16], "its numbers are gone, its rows are going");
}
