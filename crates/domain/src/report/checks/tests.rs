//! The list as a whole, and each verdict at its edge.

use std::collections::BTreeSet;

use super::*;
use crate::identity::level::SubUserPwdLevel;
use crate::identity::password_policy::PasswordPolicy;
use crate::identity::security_preference::SecurityPreference;
use crate::report::audit::AuditFacts;
use crate::report::thresholds::AkScope;
use crate::state::mirror::Unknown;
use crate::time::{Day, Timestamp};

const NOBODY: AuditFacts = AuditFacts {
    console_users: 0,
    console_users_without_mfa: 0,
    console_users_idle: 0,
    console_users_with_keys: 0,
    users_with_two_keys: 0,
    never_used_keys: 0,
    never_used_root_keys: 0,
};

const TODAY: Day = Day(20_000);

fn nothing_known() -> Known {
    Known {
        expired_exceptions: 0,
        account: "1234567890123456".parse().unwrap(),
        default_domain: "acme.onaliyun.com".parse().unwrap(),
        today: TODAY,
        audit: NOBODY,
        cis_idle_users: 0,
        cis_old_keys: 0,
        active_keys: 0,
        unknown: Unknown::NOTHING,
        password_policy: PasswordPolicy::default(),
        security_preference: SecurityPreference::default(),
        root_last_login: None,
        root_keys: Vec::new(),
        keys: KeyCounts::default(),
        policies: Some(PolicyCounts::default()),
    }
}

fn policy(json: &str) -> Known {
    Known { password_policy: serde_json::from_str(json).unwrap(), ..nothing_known() }
}

fn assessed(id: &str, facts: &Facts, known: Option<&Known>) -> Assessment {
    find(id).unwrap().assess(&Inputs { facts, thresholds: Thresholds::default(), known })
}

fn verdict(id: &str, facts: &Facts, known: Option<&Known>) -> (Verdict, Option<i64>) {
    let assessment = assessed(id, facts, known);
    (assessment.verdict, assessment.findings)
}

use Verdict::{Fail, NotAnswerable, NotApplicable, Pass};

const NEW: Facts = Facts::NEW_ACCOUNT;

#[test]
fn ids_are_unique_and_texts_are_whole() {
    let ids: BTreeSet<_> = CHECKS.iter().map(|check| check.id).collect();
    assert_eq!((ids.len(), CHECKS.len()), (48, 48));
    let scored_ones = CHECKS.iter().filter(|check| matches!(check.kind, Kind::Scored(_))).count();
    assert_eq!(scored_ones, scored().count(), "those of the score stand first");
    for check in CHECKS {
        let rule = check.rule(Thresholds::default());
        assert!(!rule.ends_with('.') && rule.chars().next().unwrap().is_lowercase(), "{}", check.id);
        assert!(check.advice.ends_with('.') && !check.title.ends_with('.'), "{}", check.id);
        for text in [rule.as_str(), check.advice, check.title] {
            assert!(!text.contains("  "), "{}: {text}", check.id);
        }
        match check.kind {
            Kind::Cis { benchmark, control } => {
                let version = if benchmark == Benchmark::V1 { "1" } else { "2" };
                let number: u32 = control.strip_prefix("1.").unwrap().parse().unwrap();
                assert_eq!(check.id, format!("cis_v{version}_0_0_1_{number:02}"));
            }
            Kind::Scored(_) | Kind::Audit => assert!(!check.id.starts_with("cis"), "{}", check.id),
        }
    }
}

#[test]
fn both_versions_have_the_sixteen_controls_and_differ_in_one() {
    let of = |wanted: Benchmark| {
        CHECKS.iter().filter_map(move |check| match check.kind {
            Kind::Cis { benchmark, control } if benchmark == wanted => Some((control, check)),
            _ => None,
        })
    };
    let mut different = Vec::new();
    for ((first, v1), (second, v2)) in of(Benchmark::V1).zip(of(Benchmark::V2)) {
        assert_eq!(first, second);
        if v1.rule(Thresholds::default()) != v2.rule(Thresholds::default()) {
            different.push(first);
        }
    }
    assert_eq!(of(Benchmark::V1).count(), 16);
    assert_eq!(of(Benchmark::V2).count(), 16);
    assert_eq!(different, ["1.13"]);
}

/// What a rule says and what the score gives never part: a check passes if and only if it gave all it can.
#[test]
fn a_scored_check_passes_exactly_where_it_gives_all() {
    let good = Facts {
        sub_user: 2,
        sub_user_bind_mfa: 2,
        bind_mfa: true,
        sub_user_pwd_level: SubUserPwdLevel::High,
        ..NEW
    };
    let worlds = [
        NEW,
        good,
        Facts { sub_user_pwd_level: SubUserPwdLevel::Mid, ..good },
        Facts { sub_user_bind_mfa: 1, root_with_access_key: 1, ..good },
        Facts { old_ak_num: 1, unused_ak_num: 2, sub_user_with_unused_access_key: 1, ..good },
        Facts { old_ak_num: 1, sub_user_with_old_access_key: 1, bind_mfa: false, ..good },
    ];
    for facts in &worlds {
        for entry in crate::report::score::Model::default().ledger(facts) {
            let assessment = assessed(entry.check.id, facts, None);
            assert_eq!(assessment.verdict == Pass, entry.gave == entry.can, "{} {facts:?}", entry.check.id);
            let field = entry.check.field.unwrap();
            assert!(
                assessment.facts.iter().any(|(name, value)| *name == field && *value == assessment.value)
            );
        }
    }
}

#[test]
fn findings_are_counted() {
    let facts = Facts {
        sub_user: 9,
        sub_user_bind_mfa: 4,
        sub_user_with_unused_access_key: 2,
        root_with_access_key: 2,
        sub_user_with_old_access_key: 3,
        unused_ak_num: 5,
        old_ak_num: 6,
        ..NEW
    };
    let rows = [
        ("ram_users_exist", Pass, 0),
        ("root_mfa", Fail, 1),
        ("root_no_key", Fail, 2),
        ("users_mfa", Fail, 5),
        ("users_no_old_key", Fail, 3),
        ("users_no_unused_key", Fail, 2),
        ("account_no_old_key", Fail, 6),
        ("account_no_unused_key", Fail, 5),
        ("password_policy", Fail, 1),
    ];
    for (id, expected, findings) in rows {
        assert_eq!(verdict(id, &facts, None), (expected, Some(findings)), "{id}");
    }
    assert_eq!(verdict("ram_users_exist", &NEW, None), (Fail, Some(1)));
    assert_eq!(
        verdict("users_mfa", &NEW, None),
        (Fail, Some(0)),
        "nobody is without a device, nobody has one"
    );
}

#[test]
fn rules_name_the_days_in_force() {
    let thresholds = Thresholds::new(30, 45, AkScope::RootOnly).unwrap();
    let rule = |id| find(id).unwrap().rule(thresholds);
    assert_eq!(rule("users_no_old_key"), "no RAM user has an Active AccessKey that is older than 30 days");
    assert!(
        rule("account_no_unused_key").starts_with("no Active AccessKey of root has been idle for 45 days")
    );
    assert!(rule("console_logon_idle").contains("45 days"));
    assert!(rule("root_key_used_recently").contains("45 days"));
    assert!(rule("cis_v1_0_0_1_06").contains("90 days"), "the benchmark has its own limit");
}

#[test]
fn audit_checks_at_their_edges() {
    let users = Facts { sub_user: 3, root_with_access_key: 1, ..NEW };
    let audit = AuditFacts { console_users: 2, ..NOBODY };
    let with = |audit: AuditFacts| Known { audit, active_keys: 4, ..nothing_known() };
    let rows = [
        ("console_user_mfa", audit, (Pass, Some(0))),
        ("console_user_mfa", AuditFacts { console_users_without_mfa: 1, ..audit }, (Fail, Some(1))),
        ("console_user_mfa", NOBODY, (NotApplicable, Some(0))),
        ("console_logon_idle", audit, (Pass, Some(0))),
        ("console_logon_idle", AuditFacts { console_users_idle: 2, ..audit }, (Fail, Some(2))),
        ("console_logon_idle", NOBODY, (NotApplicable, Some(0))),
        ("two_active_keys", NOBODY, (Pass, Some(0))),
        ("two_active_keys", AuditFacts { users_with_two_keys: 3, ..NOBODY }, (Fail, Some(3))),
        ("key_never_used", NOBODY, (Pass, Some(0))),
        (
            "key_never_used",
            AuditFacts { never_used_keys: 4, never_used_root_keys: 1, ..NOBODY },
            (Fail, Some(4)),
        ),
        ("console_and_keys", audit, (Pass, Some(0))),
        ("console_and_keys", AuditFacts { console_users_with_keys: 1, ..audit }, (Fail, Some(1))),
    ];
    for (id, audit, expected) in rows {
        assert_eq!(verdict(id, &users, Some(&with(audit))), expected, "{id} {audit:?}");
        assert_eq!(verdict(id, &users, None), (NotAnswerable, None), "{id}");
    }
    for id in ["two_active_keys", "console_and_keys", "key_never_used"] {
        assert_eq!(verdict(id, &NEW, Some(&nothing_known())), (NotApplicable, Some(0)), "{id}");
    }
}

#[test]
fn a_key_of_root_is_in_use_until_it_counts_as_unused() {
    let at = |day: i64| Some(Timestamp::from_seconds(day * crate::time::SECONDS_PER_DAY + 86_399));
    let key = |active, last_used_date| RootKey { active, last_used_date, old: false, unused: false };
    let rows = [
        (vec![], NotApplicable),
        (vec![key(true, None)], Pass),
        (vec![key(true, at(TODAY.0 - 90))], Pass),
        (vec![key(true, at(TODAY.0 - 89))], Fail),
        (vec![key(false, at(TODAY.0))], Pass),
        (vec![key(true, None), key(true, at(TODAY.0))], Fail),
    ];
    for (root_keys, expected) in rows {
        let known = Known { root_keys, ..nothing_known() };
        assert_eq!(assessed("root_key_used_recently", &NEW, Some(&known)).verdict, expected, "{known:?}");
    }
}

#[test]
fn controls_on_root() {
    let at = |day: i64| Some(Timestamp::from_seconds(day * crate::time::SECONDS_PER_DAY));
    let key = |active, last_used_date| RootKey { active, last_used_date, old: false, unused: false };
    let rows = [
        (None, vec![], Pass),
        (at(TODAY.0 - 90), vec![key(true, at(TODAY.0 - 90))], Pass),
        (at(TODAY.0 - 89), vec![], Fail),
        (None, vec![key(false, at(TODAY.0 - 1))], Fail),
    ];
    for (root_last_login, root_keys, expected) in rows {
        let known = Known { root_last_login, root_keys, ..nothing_known() };
        assert_eq!(assessed("cis_v2_0_0_1_01", &NEW, Some(&known)).verdict, expected, "{known:?}");
    }
    assert_eq!(verdict("cis_v1_0_0_1_02", &NEW, None), (Pass, Some(0)));
    assert_eq!(verdict("cis_v1_0_0_1_02", &Facts { root_with_access_key: 2, ..NEW }, None), (Fail, Some(2)));
    assert_eq!(verdict("cis_v1_0_0_1_03", &NEW, None), (Fail, Some(1)));
    assert_eq!(verdict("cis_v1_0_0_1_03", &Facts { bind_mfa: true, ..NEW }, None), (Pass, Some(0)));
}

#[test]
fn controls_on_the_password_policy_at_their_edges() {
    let rows = [
        ("07", "RequireUppercaseCharacters", "false", "true"),
        ("08", "RequireLowercaseCharacters", "false", "true"),
        ("09", "RequireSymbols", "false", "true"),
        ("10", "RequireNumbers", "false", "true"),
        ("11", "MinimumPasswordLength", "13", "14"),
        ("12", "PasswordReusePrevention", "4", "5"),
        ("14", "MaxLoginAttemps", "6", "5"),
        ("14", "MaxLoginAttemps", "0", "1"),
    ];
    for (number, setting, fails, passes) in rows {
        for version in ["v1", "v2"] {
            let id = format!("cis_{version}_0_0_1_{number}");
            for (value, expected) in [(fails, Fail), (passes, Pass)] {
                let known = policy(&format!(r#"{{"{setting}":{value}}}"#));
                let assessment = assessed(&id, &NEW, Some(&known));
                assert_eq!(assessment.verdict, expected, "{id} {value}");
                assert_eq!(assessment.facts, [(setting, value.to_owned())]);
            }
            assert_eq!(verdict(&id, &NEW, None), (NotAnswerable, None), "{id}");
        }
    }
}

#[test]
fn the_age_of_passwords_turns_round_between_the_versions() {
    for (days, first, second) in [
        (0, Fail, Pass),
        (1, Pass, Fail),
        (90, Pass, Fail),
        (91, Fail, Fail),
        (364, Fail, Fail),
        (365, Fail, Pass),
    ] {
        let known = policy(&format!(r#"{{"MaxPasswordAge":{days}}}"#));
        assert_eq!(assessed("cis_v1_0_0_1_13", &NEW, Some(&known)).verdict, first, "{days}");
        assert_eq!(assessed("cis_v2_0_0_1_13", &NEW, Some(&known)).verdict, second, "{days}");
    }
}

#[test]
fn controls_on_policies() {
    let users = Facts { sub_user: 3, ..NEW };
    let with =
        |users, full_access| Known { policies: Some(PolicyCounts { users, full_access }), ..nothing_known() };
    for version in ["v1", "v2"] {
        let (full, direct) = (format!("cis_{version}_0_0_1_15"), format!("cis_{version}_0_0_1_16"));
        assert_eq!(verdict(&full, &users, Some(&with(0, 0))), (Pass, Some(0)));
        assert_eq!(verdict(&full, &NEW, Some(&with(0, 2))), (Fail, Some(2)));
        assert_eq!(verdict(&direct, &users, Some(&with(0, 9))), (Pass, Some(0)));
        assert_eq!(verdict(&direct, &users, Some(&with(2, 0))), (Fail, Some(2)));
        assert_eq!(verdict(&direct, &NEW, Some(&with(0, 0))), (NotApplicable, Some(0)));
        for id in [&full, &direct] {
            assert_eq!(verdict(id, &users, None), (NotAnswerable, None));
            let mirror = Known { policies: None, ..nothing_known() };
            let assessment = assessed(id, &users, Some(&mirror));
            assert_eq!(assessment.verdict, NotAnswerable, "{id}");
            assert!(find(id).unwrap().advice(&assessment).unwrap().contains("mirror"), "{id}");
        }
    }
}

#[test]
fn controls_on_users_and_keys() {
    let audit = AuditFacts { console_users: 2, console_users_without_mfa: 1, ..NOBODY };
    let known = Known { audit, cis_idle_users: 2, active_keys: 5, cis_old_keys: 3, ..nothing_known() };
    for (number, findings) in [("04", 1), ("05", 2), ("06", 3)] {
        let id = format!("cis_v2_0_0_1_{number}");
        assert_eq!(verdict(&id, &NEW, Some(&known)), (Fail, Some(findings)), "{id}");
        assert_eq!(verdict(&id, &NEW, Some(&nothing_known())), (NotApplicable, Some(0)), "{id}");
    }
}

/// Three controls follow from the nine values in some accounts.
#[test]
fn what_the_nine_values_tell_of_the_benchmark() {
    let users = Facts { sub_user: 3, sub_user_bind_mfa: 2, ..NEW };
    assert_eq!(verdict("cis_v1_0_0_1_04", &users, None), (NotAnswerable, None));
    assert_eq!(verdict("cis_v1_0_0_1_04", &Facts { sub_user_bind_mfa: 3, ..users }, None), (Pass, Some(0)));
    assert_eq!(verdict("cis_v1_0_0_1_04", &NEW, None), (NotApplicable, Some(0)));

    let old = Facts { sub_user: 3, sub_user_with_old_access_key: 1, old_ak_num: 2, ..NEW };
    let rows = [
        (30, &NEW, Pass),
        (30, &old, NotAnswerable),
        (90, &NEW, Pass),
        (90, &old, Fail),
        (365, &NEW, NotAnswerable),
        (365, &old, Fail),
    ];
    for (days, facts, expected) in rows {
        let thresholds = Thresholds::new(days, 90, AkScope::AccountTotal).unwrap();
        let all = from_ten_values(facts, thresholds);
        let (_, assessment) = all.iter().find(|(check, _)| check.id == "cis_v1_0_0_1_06").unwrap();
        assert_eq!(assessment.verdict, expected, "{days}");
    }
}

#[test]
fn a_next_step_that_sets_the_policy_keeps_what_is_set_already() {
    let known = policy(r#"{"MinimumPasswordLength":20,"MaxPasswordAge":60,"RequireNumbers":true}"#);
    let inputs = Inputs { facts: &NEW, thresholds: Thresholds::default(), known: Some(&known) };
    let step = find("cis_v1_0_0_1_09").unwrap().next_step(&inputs);
    let line = step.ramward_call.unwrap();
    for setting in
        ["MinimumPasswordLength=20", "MaxPasswordAge=60", "RequireNumbers=true", "RequireSymbols=true"]
    {
        assert!(line.contains(setting), "{line}");
    }
    assert!(step.vendor_cli.unwrap().contains("--MaxPasswordAge 60"));
    assert!(step.terraform.unwrap().contains("max_password_age                     = 60\n"));
    let step = find("password_policy").unwrap().next_step(&inputs);
    assert!(step.ramward_call.unwrap().contains("MinimumPasswordLength=20"), "never shorter than it was");
}

/// What a mirror could not learn has a value in the store all the same; no verdict stands on it.
#[test]
fn what_a_mirror_could_not_learn_is_not_answered() {
    let known = Known { unknown: Unknown::PASSWORD_POLICY.and(Unknown::ROOT_LOGIN), ..nothing_known() };
    for number in ["01", "07", "08", "09", "10", "11", "12", "13", "14"] {
        for version in ["v1", "v2"] {
            let id = format!("cis_{version}_0_0_1_{number}");
            let assessment = assessed(&id, &NEW, Some(&known));
            assert_eq!((assessment.verdict, assessment.findings), (NotAnswerable, None), "{id}");
            assert!(assessment.unanswered.unwrap().contains("mirror"), "{id}");
        }
    }
    let used = Some(TODAY.start());
    let key = RootKey { active: true, last_used_date: used, old: false, unused: false };
    let known = Known { root_keys: vec![key], ..known };
    assert_eq!(
        verdict("cis_v2_0_0_1_01", &NEW, Some(&known)),
        (Fail, Some(1)),
        "a use that is known is enough"
    );
    assert_eq!(
        verdict("password_policy", &NEW, Some(&known)),
        (Fail, Some(1)),
        "the score has its own value"
    );
}
