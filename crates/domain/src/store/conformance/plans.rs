//! No statement of the store walks through a table or sorts one: what it costs does not grow with the account. And none
//! touches two accounts, so that they can lie on different machines. Runs the
//! suite on SQLite with a driver that notes each statement, then asks SQLite how it would go about it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::fixtures::seal;
use super::{
    accounts, bins, commits, federation, history, keys, mirrors, numbers, others, policies, sign_ins,
    subjects, users,
};
use crate::ids::AccountId;
use crate::store::connection::{Access, Arg, Connection, Contents, Driver, EachRow, Ear, Migration, Role};
use crate::store::sqlite::Sqlite;
use crate::store::{Store, StoreError, StoreOptions, StoreUrl};

static SEEN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

struct Watched(Sqlite);

impl Driver for Watched {
    fn connect(&self, role: Role) -> Result<Box<dyn Connection>, StoreError> {
        Ok(Box::new(WatchedConnection(self.0.connect(role)?)))
    }

    fn migrations(&self) -> &'static [Migration] {
        self.0.migrations()
    }

    fn place(&self) -> PathBuf {
        self.0.place()
    }

    fn data_file(&self) -> Result<PathBuf, StoreError> {
        self.0.data_file()
    }

    fn has_log(&self) -> bool {
        self.0.has_log()
    }

    fn has_others(&self) -> bool {
        self.0.has_others()
    }

    fn ear(&self, patience: Duration) -> Result<Option<Box<dyn Ear>>, StoreError> {
        self.0.ear(patience)
    }

    fn at(&self, path: &Path) -> Result<Box<dyn Driver>, StoreError> {
        self.0.at(path)
    }
}

struct WatchedConnection(Box<dyn Connection>);

impl Connection for WatchedConnection {
    fn is_far(&self) -> bool {
        self.0.is_far()
    }

    fn execute(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<usize, StoreError> {
        SEEN.lock().unwrap().insert(sql);
        self.0.execute(sql, args)
    }

    fn query(&mut self, sql: &'static str, args: &[Arg<'_>], each: EachRow<'_>) -> Result<(), StoreError> {
        SEEN.lock().unwrap().insert(sql);
        self.0.query(sql, args, each)
    }

    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.0.batch(sql)
    }

    fn begin(&mut self, access: Access) -> Result<(), StoreError> {
        self.0.begin(access)
    }

    fn hold(&mut self, accounts: Option<&[AccountId]>) -> Result<(), StoreError> {
        self.0.hold(accounts)
    }

    fn begin_bulk(&mut self) -> Result<(), StoreError> {
        self.0.begin_bulk()
    }

    fn announce(&mut self, text: &str) -> Result<(), StoreError> {
        self.0.announce(text)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.0.commit()
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        self.0.rollback()
    }

    fn savepoint(&mut self) -> Result<(), StoreError> {
        self.0.savepoint()
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.0.release()
    }

    fn rollback_to(&mut self) -> Result<(), StoreError> {
        self.0.rollback_to()
    }

    fn in_transaction(&self) -> bool {
        self.0.in_transaction()
    }

    fn contents(&mut self) -> Result<Contents, StoreError> {
        self.0.contents()
    }

    fn hold_schema(&mut self, held: bool) -> Result<(), StoreError> {
        self.0.hold_schema(held)
    }

    fn join(&mut self, alone: bool) -> Result<bool, StoreError> {
        self.0.join(alone)
    }

    fn checkpoint(&mut self, restart: bool) -> Result<u64, StoreError> {
        self.0.checkpoint(restart)
    }

    fn save(&mut self, path: &Path) -> Result<(), StoreError> {
        self.0.save(path)
    }

    fn replace(&mut self, path: &Path) -> Result<(), StoreError> {
        self.0.replace(path)
    }

    fn log_pages(&self) -> u64 {
        self.0.log_pages()
    }
}

fn open() -> Store {
    let driver = Arc::new(Watched(Sqlite::temporary().unwrap()));
    Store::with_driver(driver, &StoreOptions::new(StoreUrl::Temporary, seal())).unwrap()
}

/// Statements that may walk: the nonces that live are few and read at a start; the keys of one identity are sorted.
/// And a walk of one step is none. A recount walks on purpose.
const MAY_WALK: &[&str] = &[
    "FROM nonces WHERE expires",
    "ORDER BY create_date, access_key_id",
    "SELECT 1 FROM access_key_owners LIMIT 1",
    "SELECT DISTINCT principal_id",
];

/// Statements that would search the wrong way if an index were not used.
const NEEDS: &[(&str, &str)] = &[
    ("status = 'freeze'", "users_frozen"),
    ("tag_value = ?5", "user_tags_by_value"),
    ("WHERE account = ?1 AND tag_key = ?2 AND user_id > ?3", "user_tags_by_key"),
    ("FROM mfa_devices WHERE account = ?1 AND user_id = ?2", "mfa_devices_by_user"),
    ("FROM group_members WHERE account = ?1 AND user_id = ?2", "group_members_by_user"),
    ("AND full_access = 1", "policies_full_access"),
    ("FROM groups WHERE account = ?1 AND group_name = ?2", "groups_by_name"),
    ("AND issuer_url = ?2", "oidc_providers_by_issuer"),
    ("FROM saml_assertions WHERE account = ?1 AND ends <= ?2", "saml_assertions_by_end"),
    ("FROM roles WHERE account = ?1 AND role_name = ?2", "roles_by_name"),
    ("FROM roles WHERE account = ?1 AND role_name > ?2", "roles_by_name"),
    ("policy_name = ?3 AND (principal_type, principal_id) > (?4, ?5)", "policy_attachments_by_policy"),
    ("AND tag_value = ?6", "tags_by_value"),
    ("resource_type = ?2 AND tag_key = ?3 AND resource_id > ?4", "tags_by_key"),
    ("FROM recycled_users WHERE account = ?1 AND user_name = ?2", "recycled_users_by_name"),
    ("FROM recycled_users WHERE account = ?1 AND recycle_date <= ?2", "recycled_users_by_date"),
    ("FROM recycled_keys WHERE account = ?1 AND access_key_id = ?2", "recycled_keys_by_id"),
    ("FROM recycled_keys WHERE account = ?1 AND recycle_date <= ?2", "recycled_keys_by_date"),
    ("AND kept = 0", "report_history_to_thin"),
    ("lower(default_domain) = lower(?1)", "accounts_by_default_domain"),
    ("FROM users WHERE account = ?1 AND user_name = ?2", "users_by_name"),
    ("FROM users WHERE account = ?1 AND user_name >= ?2", "users_by_name"),
    ("FROM mfa_devices AS d", "mfa_devices_by_user"),
    ("FROM disappeared WHERE account = ?1 AND (run,", "(run,kind,user_id,subject)>(?,?,?,?)"),
    ("AND day <= ?5 ORDER BY day, user_id", "(account=? AND kind=? AND (day,user_id)>(?,?) AND day<?)"),
    (
        "WHERE account = ?1 AND kind = ?2 AND (day, user_id) > (?3, ?4)",
        "(account=? AND kind=? AND (day,user_id)>(?,?)",
    ),
];

/// Statements that are of no one account: the map of AccessKeys, by its own key; the server's own facts; who has a domain;
/// the list of accounts; nonces at a start.
const OF_NO_ACCOUNT: &[&str] = &[
    "access_key_owners",
    " server ",
    "lower(default_domain) = lower(?1)",
    "FROM accounts WHERE account > ?1 ORDER BY account LIMIT ?2",
    "FROM nonces WHERE expires",
];

/// Whether a statement reads and changes rows of one account alone, whose id is its first value.
fn is_of_one_account(sql: &str) -> bool {
    let inserted =
        sql.split_once(" (").filter(|_| sql.starts_with("INSERT INTO ")).map(|(_, columns)| columns);
    match inserted {
        Some(columns) => columns.starts_with("account, ") && columns.contains("VALUES (?1, "),
        None => sql.contains("account = ?1"),
    }
}

#[test]
fn no_statement_walks_through_a_table() {
    accounts::an_account_keeps_its_settings(open);
    accounts::no_two_accounts_share_an_id_or_a_domain(open);
    accounts::accounts_are_listed_page_by_page_without_the_operator(open);
    accounts::a_deleted_account_leaves_nothing(open);
    accounts::an_account_is_deleted_in_parts(open);
    users::a_user_keeps_all_its_fields(open);
    users::users_are_listed_page_by_page(open);
    users::users_are_listed_by_name(open);
    users::users_are_listed_by_their_tags(open);
    users::a_tag_has_one_value(open);
    users::a_deleted_user_leaves_only_its_device(open);
    keys::a_key_is_found_by_its_id_alone(open);
    keys::keys_are_listed_by_owner(open);
    keys::a_key_is_switched_and_deleted(open);
    keys::the_last_use_moves_forward_only(open);
    others::a_device_is_bound_and_freed(open);
    others::devices_are_listed_page_by_page(open);
    others::a_profile_keeps_all_its_fields(open);
    others::only_the_newest_passwords_are_kept(open);
    others::a_nonce_is_burnt_once(open);
    others::nonces_are_burnt_together(open);
    others::the_server_keeps_names_and_values(open);
    history::an_entry_keeps_all_its_fields(open);
    history::entries_are_listed_in_order(open);
    history::a_history_goes_with_its_account(open);
    history::exceptions_are_kept_by_name(open);
    federation::an_oidc_provider_keeps_its_fields(open);
    federation::a_saml_provider_keeps_its_fields(open);
    federation::an_assertion_is_taken_once(open);
    bins::a_user_comes_back_as_it_was(open);
    bins::users_in_the_bin_are_listed(open);
    bins::a_key_lies_in_the_bin_alone(open);
    bins::a_key_signs_from_where_its_policy_lets_it(open);
    bins::settings_and_addresses_are_kept(open);
    bins::bins_go_with_their_account(open);
    mirrors::a_run_keeps_its_fields(open);
    mirrors::what_is_known_of_users_and_devices_is_kept(open);
    mirrors::what_disappeared_is_remembered_once(open);
    policies::a_group_keeps_its_fields_and_its_members(open);
    policies::a_policy_keeps_its_fields_and_its_versions(open);
    policies::attachments_are_counted(open);
    policies::a_role_keeps_its_fields(open);
    policies::policies_and_roles_have_tags(open);
    sign_ins::a_session_holds_as_long_as_its_user_may_log_on(open);
    sign_ins::sessions_that_are_over_are_forgotten_a_few_at_a_time(open);
    sign_ins::root_has_one_password_that_goes_with_the_account(open);
    sign_ins::failures_are_counted_without_touching_the_rest(open);
    numbers::keys_are_counted_by_their_base_days(open);
    numbers::a_change_sees_its_own_numbers(open);
    numbers::devices_are_counted(open);
    numbers::consoles_are_counted(open);
    subjects::an_identity_stands_where_its_rows_say(open);
    subjects::subjects_are_listed_by_day_and_id(open);
    subjects::identities_are_listed_with_what_they_have(open);
    commits::copies_hear_of_a_commit_before_its_answer(open);

    let driver = Sqlite::temporary().unwrap();
    let mut connection = driver.connect(Role::Writer).unwrap();
    driver.migrations().iter().for_each(|(_, sql)| connection.batch(sql).unwrap());
    let asked = rusqlite::Connection::open(driver.place()).unwrap();
    let (mut walks, mut met) = (Vec::new(), BTreeSet::new());
    let seen = SEEN.lock().unwrap();
    // The dumps of the tests read everything, on purpose.
    let statements = seen.iter().filter(|sql| !sql.starts_with("SELECT *"));
    for sql in statements.clone().filter(|sql| !MAY_WALK.iter().any(|may| sql.contains(may))) {
        let mut plan = asked.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        for (text, index) in NEEDS.iter().filter(|(text, _)| sql.contains(text)) {
            assert!(steps.iter().any(|step| step.contains(index)), "{text}: {steps:?}");
            met.insert(*text);
        }
        for step in &steps {
            // The rows of a part of the statement that has a plan of its own, and a limit.
            let of_a_part = |name: &str| {
                steps.iter().any(|step| step.strip_prefix("CO-ROUTINE ") == Some(name))
                    && sql.contains(" LIMIT ")
            };
            let walks_rows = step.strip_prefix("SCAN ").is_some_and(|name| {
                name != "CONSTANT ROW" && !step.ends_with("VALUES CLAUSE") && !of_a_part(name)
            });
            if walks_rows || step.contains("TEMP B-TREE") {
                walks.push(format!("{step}: {sql}"));
            }
        }
    }
    let across: Vec<_> = statements
        .clone()
        .filter(|sql| !is_of_one_account(sql) && !OF_NO_ACCOUNT.iter().any(|known| sql.contains(known)))
        .collect();
    assert_eq!(across, [&""; 0], "these touch several accounts");
    assert!(statements.count() > 60, "only {} statements were seen", seen.len());
    assert_eq!(met.len(), NEEDS.len(), "only {met:?} were seen");
    assert!(walks.is_empty(), "{}", walks.join("\n"));
}
