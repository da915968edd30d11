//! The published vectors, and what holds for all facts.

use proptest::prelude::*;

use super::SubUserPwdLevel::{High, Low, Mid};
use super::*;

/// In the order of the vectors' table: SubUser, MFA users, users with unused keys, root keys, users with old keys,
/// password level, UnusedAkNum, OldAkNum, BindMfa.
type Row = (i64, i64, i64, i64, i64, SubUserPwdLevel, i64, i64, bool);

fn facts(row: Row) -> Facts {
    Facts {
        sub_user: row.0,
        sub_user_bind_mfa: row.1,
        sub_user_with_unused_access_key: row.2,
        root_with_access_key: row.3,
        sub_user_with_old_access_key: row.4,
        sub_user_pwd_level: row.5,
        unused_ak_num: row.6,
        old_ak_num: row.7,
        bind_mfa: row.8,
    }
}

/// The first is the sample of the vendor's page, the second a captured answer of an empty account.
const VECTORS: &[(Row, u8)] = &[
    ((9, 0, 0, 1, 0, Low, 0, 0, false), 63),
    ((0, 0, 0, 0, 0, Low, 0, 0, false), 54),
    ((9, 0, 0, 1, 0, Low, 0, 0, true), 72),
    ((9, 0, 0, 0, 0, Low, 0, 0, false), 72),
    ((9, 9, 0, 1, 0, Low, 0, 0, false), 72),
    ((9, 0, 0, 1, 0, Mid, 0, 0, false), 68),
    ((9, 0, 0, 1, 0, High, 0, 0, false), 72),
    ((9, 0, 1, 1, 0, Low, 1, 0, false), 45),
    ((9, 0, 0, 1, 1, Low, 0, 1, false), 45),
    ((9, 0, 0, 1, 0, Low, 0, 1, false), 54),
    ((5, 0, 1, 1, 1, Low, 2, 2, false), 27),
    ((0, 0, 0, 1, 0, Low, 1, 1, false), 27),
    ((5, 5, 0, 0, 0, Mid, 0, 0, true), 95),
    ((5, 5, 0, 0, 0, High, 0, 0, true), 100),
];

#[test]
fn the_vectors() {
    for (row, score) in VECTORS {
        assert_eq!(Model::default().score(&facts(*row)), *score, "{row:?}");
        assert_eq!(facts(*row).contradiction(), None, "{row:?}");
    }
}

#[test]
fn the_ledger_of_the_vendors_sample() {
    let ledger = Model::default().ledger(&facts(VECTORS[0].0));
    let lines: Vec<_> = ledger.iter().map(|entry| (entry.check.id, entry.gave, entry.can)).collect();
    let expected = [
        ("ram_users_exist", 4, 4),
        ("root_mfa", 0, 2),
        ("root_no_key", 0, 2),
        ("users_mfa", 0, 2),
        ("users_no_old_key", 2, 2),
        ("users_no_unused_key", 2, 2),
        ("account_no_old_key", 2, 2),
        ("account_no_unused_key", 2, 2),
        ("password_policy", 2, 4),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn the_table_is_whole() {
    assert_eq!((scored().count(), Model::default().full()), (9, 22));
    for (check, scored) in scored() {
        let given = scored.units.gives((scored.mark)(&Facts::NEW_ACCOUNT));
        assert!(given.is_some(), "{}: units of its mark's kind", check.id);
    }
}

/// No check reads a field that another model could not explain by it: changing only that field changes only its check,
/// but for `users_mfa`, which compares with `SubUser`.
#[test]
fn each_check_reads_the_field_it_names() {
    let good = facts((5, 5, 0, 0, 0, High, 0, 0, true));
    let changes: [(&str, Facts); 9] = [
        ("SubUser", Facts { sub_user: 0, ..good }),
        ("BindMfa", Facts { bind_mfa: false, ..good }),
        ("RootWithAccessKey", Facts { root_with_access_key: 1, ..good }),
        ("SubUserBindMfa", Facts { sub_user_bind_mfa: 4, ..good }),
        ("SubUserWithOldAccessKey", Facts { sub_user_with_old_access_key: 1, ..good }),
        ("SubUserWithUnusedAccessKey", Facts { sub_user_with_unused_access_key: 1, ..good }),
        ("OldAkNum", Facts { old_ak_num: 1, ..good }),
        ("UnusedAkNum", Facts { unused_ak_num: 1, ..good }),
        ("SubUserPwdLevel", Facts { sub_user_pwd_level: Mid, ..good }),
    ];
    for ((check, _), (field, changed)) in scored().zip(changes) {
        assert_eq!(check.field, Some(field));
        for entry in Model::default().ledger(&changed) {
            let touched = entry.check.id == check.id || (field == "SubUser" && entry.check.id == "users_mfa");
            assert_eq!(entry.gave < entry.can, touched, "{field} and {}", entry.check.id);
        }
    }
}

#[test]
fn weights_can_be_replaced_and_a_full_mark_is_still_100() {
    let json = r#"{"version":"strict-1","half_units":{"root_mfa":10,"ram_users_exist":0,
        "password_policy":{"low":0,"mid":1,"high":7}}}"#;
    let model: Model = serde_json::from_str(json).unwrap();
    assert_eq!((model.version(), model.full()), ("strict-1", 10 + 6 * 2 + 7));
    assert_eq!(model.score(&facts((5, 5, 0, 0, 0, High, 0, 0, true))), 100);
    assert_eq!(model.score(&facts((5, 5, 0, 0, 0, Mid, 0, 0, true))), 79);
    assert_eq!(model.score(&facts((5, 0, 1, 1, 1, Low, 1, 1, false))), 0);
    let built_in: Model = serde_json::from_str(r#"{"version":"2026-11"}"#).unwrap();
    assert_eq!(built_in, Model::default());
}

#[test]
fn what_is_no_model_is_refused() {
    let all_zero = scored().map(|(check, scored)| match scored.units {
        Units::Flat(_) => (check.id.to_owned(), Units::Flat(0)),
        Units::Levels { .. } => (check.id.to_owned(), Units::Levels { low: 0, mid: 0, high: 0 }),
    });
    assert_eq!(Model::new("zero".to_owned(), all_zero.collect()), Err(BadModel::Nothing));
    let rows = [
        (("mine", "root_mfa", Units::Flat(1000)), Ok(())),
        (("mine", "root_mfa", Units::Flat(1001)), Err(BadModel::TooMuch("root_mfa"))),
        (("mine", "no_such", Units::Flat(1)), Err(BadModel::UnknownCheck("no_such".to_owned()))),
        (("mine", "password_policy", Units::Flat(1)), Err(BadModel::WrongKind("password_policy"))),
        (
            ("mine", "root_mfa", Units::Levels { low: 1, mid: 1, high: 1 }),
            Err(BadModel::WrongKind("root_mfa")),
        ),
        (
            ("mine", "password_policy", Units::Levels { low: 2, mid: 1, high: 3 }),
            Err(BadModel::Falling("password_policy")),
        ),
        (
            ("mine", "password_policy", Units::Levels { low: 1, mid: 3, high: 2 }),
            Err(BadModel::Falling("password_policy")),
        ),
        ((MODEL_VERSION, "root_mfa", Units::Flat(3)), Err(BadModel::Version)),
        ((MODEL_VERSION, "root_mfa", Units::Flat(2)), Ok(())),
        (("", "root_mfa", Units::Flat(3)), Err(BadModel::Version)),
    ];
    for ((version, id, units), expected) in rows {
        let made = Model::new(version.to_owned(), [(id.to_owned(), units)].into());
        assert_eq!(made.map(|_| ()), expected, "{version} {id} {units:?}");
    }
    for json in [
        r#"{"half_units":{}}"#,
        r#"{"version":"x","weights":{}}"#,
        r#"{"version":"x","half_units":{"root_mfa":-1}}"#,
    ] {
        assert!(serde_json::from_str::<Model>(json).is_err(), "{json}");
    }
}

/// Facts as an account can have them, keys counted over the whole account.
pub(in crate::report) fn any_facts() -> impl Strategy<Value = Facts> {
    let level = prop_oneof![Just(Low), Just(Mid), Just(High)];
    (0_i64..6, 0_i64..3, level, any::<bool>()).prop_flat_map(|(users, root, level, mfa)| {
        (0..=users, 0..=users, 0..=users, 0_i64..4, 0_i64..4).prop_map(
            move |(bound, unused, old, more_unused, more_old)| {
                facts((users, bound, unused, root, old, level, unused + more_unused, old + more_old, mfa))
            },
        )
    })
}

pub(in crate::report) fn any_model() -> impl Strategy<Value = Model> {
    (proptest::collection::vec(0_u32..20, 8), 0_u32..5, 0_u32..5, 0_u32..5).prop_map(
        |(flat, low, more, most)| {
            let mut flat = flat.into_iter();
            let units = scored().map(|(check, scored)| match scored.units {
                Units::Flat(_) => (check.id.to_owned(), Units::Flat(flat.next().unwrap())),
                Units::Levels { .. } => {
                    (check.id.to_owned(), Units::Levels { low, mid: low + more, high: low + more + most + 1 })
                }
            });
            Model::new("any".to_owned(), units.collect()).unwrap()
        },
    )
}

/// Everything an owner can do to the present identities and keys to make them safer, one thing at a time.
fn repairs(facts: Facts) -> Vec<Facts> {
    let users = facts.sub_user;
    let fewer = |count: i64| 0..=count;
    let mut after = vec![Facts { bind_mfa: true, ..facts }];
    after.extend(
        SubUserPwdLevel::ALL
            .iter()
            .filter(|level| **level >= facts.sub_user_pwd_level)
            .map(|level| Facts { sub_user_pwd_level: *level, ..facts }),
    );
    after.extend(
        fewer(facts.root_with_access_key).map(|root_with_access_key| Facts { root_with_access_key, ..facts }),
    );
    after.extend(
        (facts.sub_user_bind_mfa..=users).map(|sub_user_bind_mfa| Facts { sub_user_bind_mfa, ..facts }),
    );
    after.extend(fewer(facts.old_ak_num).map(|old_ak_num| Facts {
        old_ak_num,
        sub_user_with_old_access_key: facts.sub_user_with_old_access_key.min(old_ak_num),
        ..facts
    }));
    after.extend(fewer(facts.unused_ak_num).map(|unused_ak_num| Facts {
        unused_ak_num,
        sub_user_with_unused_access_key: facts.sub_user_with_unused_access_key.min(unused_ak_num),
        ..facts
    }));
    after
}

/// The score is not monotone in the number of users: what follows are its three exceptions, all meant.
#[test]
fn deleting_the_last_user_or_adding_one_without_mfa_may_lower_the_score() {
    let score = |row| Model::default().score(&facts(row));
    let (one, none) = (score((1, 1, 0, 0, 0, Low, 0, 0, true)), score((0, 0, 0, 0, 0, Low, 0, 0, true)));
    assert!(none < one, "users count for something, even at the price of an account that has fewer ways in");
    let second_without_mfa = score((2, 1, 0, 0, 0, Low, 0, 0, true));
    assert!(second_without_mfa < one, "each user must have a device");
    let first_without_mfa = score((1, 0, 0, 0, 0, Low, 0, 0, true));
    assert!(first_without_mfa > none, "a first user is better than none, also without a device");
}

proptest! {
    #[test]
    fn the_facts_of_these_tests_hold_together(facts in any_facts()) {
        prop_assert_eq!(facts.contradiction(), None);
        prop_assert!(facts.sub_user > 0 || (facts.sub_user_bind_mfa, facts.sub_user_with_old_access_key, facts.sub_user_with_unused_access_key) == (0, 0, 0));
    }

    #[test]
    fn the_ledger_always_sums_to_the_score_and_the_score_is_at_most_100(facts in any_facts(), model in any_model()) {
        for model in [Model::default(), model] {
            let ledger = model.ledger(&facts);
            prop_assert_eq!(sum(&ledger), model.score(&facts));
            prop_assert!(model.score(&facts) <= 100);
            prop_assert!(ledger.iter().all(|entry| entry.gave <= entry.can));
            let (gave, can) = ledger.iter().fold((0, 0), |(gave, can), entry| (gave + entry.gave, can + entry.can));
            prop_assert_eq!(model.score(&facts) == 100, gave == can);
        }
    }

    #[test]
    fn repairing_never_lowers_the_score_while_the_users_stay(facts in any_facts(), model in any_model()) {
        for model in [Model::default(), model] {
            for after in repairs(facts) {
                prop_assert!(model.score(&after) >= model.score(&facts), "{:?}", after);
            }
        }
    }

    #[test]
    fn a_first_user_never_lowers_the_built_in_score(facts in any_facts()) {
        let nobody = Facts { sub_user: 0, sub_user_bind_mfa: 0, sub_user_with_old_access_key: 0, sub_user_with_unused_access_key: 0, ..facts };
        let somebody = Facts { sub_user: 1, ..nobody };
        prop_assert!(Model::default().score(&somebody) > Model::default().score(&nobody));
    }
}
