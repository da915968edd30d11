//! What every driver must pass. A suite is a list of functions that get a way to open a fresh store. It runs on the database
//! that the tests use: SQLite, or the one that `RAMWARD_TEST_POSTGRES` names.

mod accounts;
mod bins;
mod commits;
mod failures;
mod federation;
mod first_schema;
pub mod fixtures;
mod history;
mod keys;
mod mirrors;
mod numbers;
mod others;
mod plans;
mod policies;
mod sign_ins;
mod snapshots;
mod subjects;
mod users;

use crate::store::Store;

/// Opens a store with nothing in it.
pub type Open = fn() -> Store;

/// Turns each function into a test on a driver.
macro_rules! suite {
    ($open:expr; $($module:ident: $($case:ident),+ $(,)?);+ $(;)?) => {
        $(mod $module {
            $(#[test]
            fn $case() {
                crate::store::conformance::$module::$case($open);
            })+
        })+
    };
}

/// The whole suite on one driver: a way to open a store, a way to get a driver that nobody uses yet and that may have its
/// tables already, and one that has none.
macro_rules! conformance {
    ($open:expr, $driver:expr, $empty:expr) => {
        mod conformance {
            suite! { $open;
                accounts:
                    an_account_keeps_its_settings,
                    no_two_accounts_share_an_id_or_a_domain,
                    accounts_are_listed_page_by_page_without_the_operator,
                    a_deleted_account_leaves_nothing,
                    an_account_is_deleted_in_parts;
                users:
                    a_user_keeps_all_its_fields,
                    ids_and_names_are_unique_inside_an_account,
                    users_are_listed_page_by_page,
                    users_are_listed_by_name,
                    users_are_listed_by_their_tags,
                    a_tag_has_one_value,
                    a_deleted_user_leaves_only_its_device;
                keys:
                    a_key_is_found_by_its_id_alone,
                    a_key_id_is_unique_among_all_accounts,
                    the_operator_owns_keys_like_an_account,
                    keys_are_listed_by_owner,
                    a_key_is_switched_and_deleted,
                    the_last_use_moves_forward_only;
                others:
                    a_device_is_bound_and_freed,
                    devices_are_listed_page_by_page,
                    a_profile_keeps_all_its_fields,
                    only_the_newest_passwords_are_kept,
                    a_nonce_is_burnt_once,
                    nonces_are_burnt_together,
                    the_server_keeps_names_and_values;
                sign_ins:
                    a_session_holds_as_long_as_its_user_may_log_on,
                    sessions_that_are_over_are_forgotten_a_few_at_a_time,
                    root_has_one_password_that_goes_with_the_account,
                    failures_are_counted_without_touching_the_rest;
                history:
                    an_entry_keeps_all_its_fields,
                    entries_are_listed_in_order,
                    a_history_goes_with_its_account,
                    exceptions_are_kept_by_name;
                policies:
                    a_group_keeps_its_fields_and_its_members,
                    a_policy_keeps_its_fields_and_its_versions,
                    attachments_are_counted,
                    a_wrong_count_of_attachments_is_found,
                    a_role_keeps_its_fields,
                    policies_and_roles_have_tags,
                    copies_hear_of_every_change_of_policies;
                federation:
                    an_oidc_provider_keeps_its_fields,
                    a_saml_provider_keeps_its_fields,
                    an_assertion_is_taken_once;
                bins:
                    a_user_comes_back_as_it_was,
                    groups_and_policies_that_are_gone_stay_gone,
                    a_user_does_not_come_back_where_another_is,
                    users_in_the_bin_are_listed,
                    a_key_lies_in_the_bin_alone,
                    a_key_signs_from_where_its_policy_lets_it,
                    settings_and_addresses_are_kept,
                    bins_go_with_their_account;
                mirrors:
                    a_run_keeps_its_fields,
                    what_is_known_of_users_and_devices_is_kept,
                    what_disappeared_is_remembered_once;
                numbers:
                    keys_are_counted_by_their_base_days,
                    devices_are_counted,
                    consoles_are_counted,
                    a_change_sees_its_own_numbers,
                    a_bulk_equals_the_same_rows_one_by_one,
                    a_bulk_with_a_row_that_exists_is_taken_back,
                    a_bulk_knows_its_keys,
                    a_wrong_number_is_found;
                subjects:
                    an_identity_stands_where_its_rows_say,
                    subjects_are_listed_by_day_and_id,
                    identities_are_listed_with_what_they_have,
                    subjects_of_a_deleted_account_go_in_parts;
                commits:
                    writes_that_wait_share_a_commit,
                    a_group_knows_what_is_stored,
                    many_threads_write_at_once,
                    each_job_of_a_group_stands_alone,
                    a_write_may_end_with_an_error_of_its_own,
                    a_change_inside_a_change_is_taken_back_alone,
                    a_read_sees_one_instant,
                    copies_hear_of_a_commit_before_its_answer,
                    a_full_queue_refuses_at_once,
                    what_waits_is_written_before_the_store_closes,
                    the_writer_never_waits_for_itself,
                    a_key_id_is_not_shown_whole;
            }
            suite! { $driver;
                failures:
                    a_write_that_fails_anywhere_changes_nothing,
                    a_group_that_fails_anywhere_keeps_what_it_answered;
            }
            mod schemas {
                suite! { $empty;
                    failures:
                        a_schema_that_fails_anywhere_is_made_at_the_next_start;
                }
            }
        }
    };
}

/// The part of it that is about whole stores, for a driver with data files.
macro_rules! whole_stores {
    ($open:expr, $driver:expr) => {
        mod whole_stores {
            suite! { $open;
                snapshots:
                    a_snapshot_is_the_store_of_its_moment,
                    what_belongs_to_the_server_stays,
                    a_reader_sees_the_old_store_or_the_new,
                    a_store_that_was_filled_beside_takes_the_place;
            }
            mod replacements {
                suite! { $driver;
                    snapshots:
                        what_cannot_be_loaded_leaves_the_store_as_it_is,
                        a_replacement_that_fails_anywhere_changes_nothing;
                }
            }
        }
    };
}

// After the macros, which they use.
mod on_either;
mod on_postgres;
mod on_sqlite;
mod told_later;
pub mod versions;
