//! Runs of a mirror against a store of their own; after each the stored report equals the recount.

use std::sync::Arc;

use super::*;
use crate::entropy::SeededEntropy;
use crate::identity::access_key::Status;
use crate::identity::mfa::{MFADeviceType, VirtualMFADeviceName};
use crate::identity::user::{Comments, DisplayName, Email, MobilePhone, ProvisionType, UserStatus};
use crate::report::thresholds::Thresholds;
use crate::store::conformance::fixtures::{self, ACCOUNT, assert_verified, noon, seal, user_id};
use crate::store::tables::access_keys::{self, AccessKey};
use crate::store::tables::disappeared;
use crate::store::tables::users::User;

const TODAY: i64 = 20_000;

fn store() -> Store {
    Store::temporary(seal()).unwrap()
}

fn wish(endpoint: &str, plan: Plan, anew: bool) -> Wish {
    Wish {
        account: ACCOUNT,
        endpoint: endpoint.into(),
        plan,
        anew,
        thresholds: Thresholds::default(),
        model: Model::default(),
    }
}

/// The causes of the history's entries.
fn history(store: &Store) -> Vec<String> {
    use crate::store::tables::report_history;
    let rows = store.read::<_, StoreError>(|tx| {
        report_history::list(tx, ACCOUNT, (Timestamp::MIN, 0), Timestamp::MAX, 100)
    });
    rows.unwrap().iter().map(|row| row.cause.clone()).collect()
}

fn begin(store: &Store, plan: Plan) -> Mirror {
    let wish = wish("https://cloud", plan, false);
    Mirror::begin(store, Arc::new(SeededEntropy::new(1)), &wish, noon(TODAY)).unwrap()
}

fn write(mirror: &mut Mirror, batch: Vec<Learned>) {
    mirror.write(noon(TODAY), "somewhere", 1, batch).unwrap();
}

fn end(mirror: &mut Mirror, store: &Store) -> i64 {
    mirror.sweep(noon(TODAY)).unwrap();
    let gone = mirror.finish(noon(TODAY), "{}".into()).unwrap();
    assert_verified(store);
    gone
}

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

fn user(id: i64, text: &str, todo: Todo) -> Learned {
    let user = User {
        account: ACCOUNT,
        user_id: user_id(id),
        user_name: name(text),
        display_name: DisplayName::parse(text).unwrap(),
        comments: Comments::parse("").unwrap(),
        email: Email::parse("").unwrap(),
        mobile_phone: MobilePhone::parse("").unwrap(),
        status: UserStatus::Active,
        provision_type: ProvisionType::Manual,
        create_date: noon(10),
        update_date: noon(10),
        last_login_date: None,
    };
    Learned::User(Box::new(user), todo)
}

fn key(id: Option<&str>, made: Option<i64>, switched: i64, used: Option<Option<i64>>) -> LearnedKey {
    LearnedKey {
        access_key_id: id.map(fixtures::key_id),
        status: Status::Active,
        create_date: made.map(noon),
        update_date: noon(switched),
        last_used_date: used.map(|used| used.map(noon)),
        last_used_service: None,
    }
}

fn used(day: i64, used: Option<i64>) -> KeyUse {
    KeyUse { date: noon(day), used: used.map(noon), known: true }
}

fn device(text: &str, owner: Option<i64>) -> Learned {
    Learned::Device(LearnedDevice {
        name: VirtualMFADeviceName::parse(text).unwrap(),
        device_type: MFADeviceType::Vmfa,
        user_id: owner.map(user_id),
        activate_date: owner.map(|_| noon(20)),
    })
}

fn row(text: &str, bound: Option<bool>, keys: Vec<LearnedKey>) -> Learned {
    Learned::Row(Box::new(LearnedRow {
        user_name: Some(name(text)),
        create_date: noon(10),
        last_login_date: Some(None),
        console: Some(bound.map(|_| Status::Active)),
        bound,
        keys: Some(keys),
    }))
}

fn keys_of(store: &Store, user: i64) -> Vec<AccessKey> {
    store.read::<_, StoreError>(|tx| access_keys::list(tx, ACCOUNT, user_id(user))).unwrap()
}

fn measured(mirror: &Mirror) -> Measured {
    mirror.measure(noon(TODAY).day(), Thresholds::default()).unwrap().unwrap()
}

#[test]
fn a_second_run_updates_and_remembers_what_is_gone() {
    let store = store();
    let mut first = begin(&store, Plan::Walk);
    let known = LearnedAccount { last_login_date: Some(None), ..LearnedAccount::default() };
    write(&mut first, vec![Learned::Account(known.clone())]);
    write(
        &mut first,
        vec![
            user(1, "alice", Todo::default()),
            user(2, "bob", Todo::default()),
            user(3, "carol", Todo::default()),
            device("phone", Some(1)),
            device("drawer", None),
            device("of-nobody-known", Some(99)),
            Learned::Bound(UserId::ROOT, Some(true)),
            Learned::Keys(
                user_id(1),
                Some(vec![
                    key(Some("LTAIone"), Some(19_000), 19_000, Some(Some(19_999))),
                    key(Some("LTAItwo"), Some(19_990), 19_990, Some(None)),
                ]),
            ),
            Learned::Keys(user_id(2), Some(vec![key(Some("LTAIbob"), Some(19_000), 19_000, Some(None))])),
            Learned::LoginProfile(user_id(2), Some(None)),
            Learned::LoginProfile(
                user_id(1),
                Some(Some(LearnedProfile {
                    status: Status::Active,
                    password_reset_required: true,
                    mfa_bind_required: true,
                    update_date: noon(11),
                    last_login_date: None,
                })),
            ),
            Learned::RootKeyCount(1),
        ],
    );
    assert_eq!(first.users_with_seen_device().unwrap(), 1);
    assert_eq!(end(&mut first, &store), 0);
    let found = measured(&first);
    let facts = found.facts;
    assert_eq!((facts.sub_user, facts.sub_user_bind_mfa, facts.bind_mfa), (3, 1, true));
    assert_eq!((facts.root_with_access_key, facts.old_ak_num, facts.unused_ak_num), (1, 2, 1));
    // What root's one key is like nobody told: it may be old and unused.
    assert_eq!((found.slack.old_ak_num, found.slack.unused_ak_num), ((0, 1), (0, 1)));
    assert_eq!(found.slack.sub_user_with_old_access_key, (0, 0));

    // alice's id has another name, bob is gone, one key is switched off and one is gone; carol has bob's name.
    let mut second = begin(&store, Plan::Walk);
    assert!(!second.resumed());
    let off = LearnedKey {
        status: Status::Inactive,
        ..key(Some("LTAIone"), Some(19_000), 19_999, Some(Some(19_999)))
    };
    write(
        &mut second,
        vec![
            Learned::Account(known),
            user(3, "bob", Todo::default()),
            user(1, "alina", Todo::default()),
            Learned::Keys(user_id(1), Some(vec![off])),
            Learned::LoginProfile(user_id(1), Some(None)),
            Learned::Bound(user_id(1), Some(false)),
            Learned::Bound(UserId::ROOT, Some(false)),
            Learned::RootKeyCount(0),
        ],
    );
    // bob, his key, one key and the profile of alice, three devices and root's.
    assert_eq!(end(&mut second, &store), 8);
    let gone = store.read::<_, StoreError>(|tx| disappeared::list(tx, ACCOUNT, None, 100)).unwrap();
    assert!(gone.iter().all(|row| row.run == 2), "{gone:?}");
    let gone: Vec<String> =
        gone.iter().map(|row| format!("{} {} {}", row.kind, row.user_id, row.subject)).collect();
    assert_eq!(
        gone,
        [
            "AccessKey 1 LTAItwo",
            "AccessKey 2 LTAIbob",
            "LoginProfile 1 alina",
            "MFADevice 0 drawer",
            "MFADevice 0 of-nobody-known",
            "MFADevice 0 root-account-mfa-device",
            "MFADevice 1 phone",
            "User 2 bob"
        ]
    );
    let facts = measured(&second).facts;
    assert_eq!((facts.sub_user, facts.sub_user_bind_mfa, facts.bind_mfa, facts.old_ak_num), (2, 0, false, 0));
    assert_eq!(keys_of(&store, 1)[0].status, Status::Inactive);
    assert_eq!(history(&store), ["Collect", "Collect"], "one entry a run");
}

#[test]
fn what_a_row_of_the_report_does_not_say_is_marked() {
    let store = store();
    let mut run = begin(&store, Plan::CredentialReport);
    write(
        &mut run,
        vec![
            // Switched 10 days ago: made then or long before; never used.
            row("alice", None, vec![key(None, None, 19_990, Some(None))]),
            // Surely old; used yesterday.
            row("bob", Some(true), vec![key(None, None, 19_000, Some(Some(19_999)))]),
            row("carol", Some(false), Vec::new()),
        ],
    );
    end(&mut run, &store);
    let found = measured(&run);
    assert_eq!((found.facts.old_ak_num, found.facts.unused_ak_num), (1, 0));
    assert_eq!((found.slack.old_ak_num, found.slack.unused_ak_num), ((0, 1), (0, 1)));
    assert_eq!(
        (found.slack.sub_user_with_old_access_key, found.slack.sub_user_with_unused_access_key),
        ((0, 1), (0, 1))
    );
    assert_eq!((found.facts.sub_user_bind_mfa, found.slack.sub_user_bind_mfa), (1, (0, 1)));
    for words in [
        "the user's id",
        "whether an MFA device is bound",
        "which MFA device is bound",
        "the ids of AccessKeys",
    ] {
        assert!(found.unknown.iter().any(|(one, _)| *one == words), "{words}: {:?}", found.unknown);
    }

    // A walk then knows the ids and dates: nothing has disappeared, nothing is unknown.
    let mut walk = begin(&store, Plan::Walk);
    write(
        &mut walk,
        vec![
            user(1, "alice", Todo::default()),
            user(2, "bob", Todo::default()),
            user(3, "carol", Todo::default()),
            device("phone", Some(2)),
            Learned::Keys(user_id(1), Some(vec![key(Some("LTAIa"), Some(19_500), 19_990, Some(None))])),
            Learned::Keys(
                user_id(2),
                Some(vec![key(Some("LTAIb"), Some(18_000), 19_000, Some(Some(19_999)))]),
            ),
            Learned::Keys(user_id(3), Some(Vec::new())),
        ],
    );
    assert_eq!(end(&mut walk, &store), 0);
    let found = measured(&walk);
    assert_eq!((found.facts.old_ak_num, found.facts.unused_ak_num, found.facts.sub_user), (2, 1, 3));
    assert_eq!((found.slack, found.unknown), (Slack::default(), Vec::new()));

    // And the next row finds the known key again by its date.
    let mut again = begin(&store, Plan::CredentialReport);
    write(&mut again, vec![row("alice", None, vec![key(None, None, 19_990, Some(Some(19_995)))])]);
    end(&mut again, &store);
    let keys = keys_of(&store, 1);
    assert_eq!((keys[0].access_key_id.as_str(), keys[0].create_date), ("LTAIa", noon(19_500)));
    assert_eq!(keys[0].last_used_date, Some(noon(19_995)));
}

#[test]
fn a_run_that_was_cut_off_goes_on() {
    let store = store();
    let todo = Todo {
        keys: true,
        login_profile: true,
        mfa: false,
        uses: vec![used(1, None), used(2, Some(3)), used(2, Some(4))],
    };
    let mut run = begin(&store, Plan::Walk);
    write(&mut run, vec![user(1, "alice", todo.clone()), user(2, "bob", todo.clone())]);
    let counts = TodoCounts { keys: 2, login_profiles: 2, mfa: 0, uses: 4, not_indexed: 0 };
    assert_eq!(run.todo_counts().unwrap(), counts);
    write(&mut run, vec![Learned::Todo(user_id(1), Todo::default())]);
    drop(run);
    let mut run = begin(&store, Plan::Walk);
    assert!(run.resumed());
    assert_eq!((run.run().position.as_str(), run.run().calls), ("somewhere", 1));
    let pending = run.pending(None, 10).unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!((pending[0].user_name.as_str(), &pending[0].todo), ("bob", &todo));
    write(&mut run, vec![Learned::Vanished(user_id(2))]);
    assert_eq!(end(&mut run, &store), 1, "bob was listed and is gone");
    // Another way, another place, or a wish to begin anew is another run.
    for (endpoint, plan, anew) in [
        ("https://cloud", Plan::Walk, false),
        ("https://other", Plan::Walk, false),
        ("https://other", Plan::CredentialReport, false),
        ("https://other", Plan::CredentialReport, true),
    ] {
        let wish = wish(endpoint, plan, anew);
        let run = Mirror::begin(&store, Arc::new(SeededEntropy::new(1)), &wish, noon(TODAY)).unwrap();
        assert!(!run.resumed(), "{endpoint} {plan} {anew}");
    }
}

#[test]
fn an_account_of_the_store_itself_is_left_alone() {
    let store = fixtures::with_account(store());
    let wish = wish("x", Plan::Walk, true);
    let refused = Mirror::begin(&store, Arc::new(SeededEntropy::new(1)), &wish, noon(1)).unwrap_err();
    assert!(matches!(refused, MirrorError::NotAMirror(ACCOUNT)), "{refused}");
}

#[test]
fn a_deleted_mirror_leaves_nothing() {
    let store = store();
    let before = fixtures::dump(&store);
    let mut run = begin(&store, Plan::Walk);
    write(
        &mut run,
        vec![user(1, "alice", Todo::default()), device("phone", Some(1)), Learned::RootKeyCount(2)],
    );
    end(&mut run, &store);
    let mut run = begin(&store, Plan::Walk);
    end(&mut run, &store);
    assert!(fixtures::dump(&store).len() > before.len());
    store.write(|tx| accounts::delete(tx, ACCOUNT)).unwrap();
    assert_eq!(fixtures::dump(&store), before);
}
