//! State files in and out.

use std::sync::Arc;

use proptest::prelude::*;

use super::export::{Exported, Wanted, export};
use super::import::{Form, ImportError, Imported, import};
use crate::entropy::SeededEntropy;
use crate::identity::user::UserStatusFilter;
use crate::ids::AccountId;
use crate::report::counts::facts;
use crate::report::history::{self, CauseType, Measures, Present, Range};
use crate::report::score::Model;
use crate::report::thresholds::Thresholds;
use crate::store::Store;
use crate::store::seal::SealKey;
use crate::store::tables::{accounts, oidc_providers, saml_providers, users};
use crate::store::verify::verify;
use crate::testing::named::{DOCUMENT, FULL_ACCESS, TRUST};
use crate::testing::oidc::PUBLIC_KEYS;
use crate::testing::saml::metadata;
use crate::time::Timestamp;

const FULL: &str = include_str!("full.jsonl");
const ACME: &str = include_str!("../../../../examples/acme.json");
const EXCEPTION: &str = r#""ExceptionId":"e","Check":"password_policy","SubjectPattern":"*","Owner":"o","Reason":"r","ExpireDate":"2026-01-01","State":"planned""#;
const POLICIES: &str = include_str!("../../../../examples/policies.json");

struct Fixture {
    store: Store,
    seal: SealKey,
    entropy: Arc<SeededEntropy>,
    now: Timestamp,
}

impl Fixture {
    fn new() -> Self {
        let entropy = Arc::new(SeededEntropy::new(3));
        let seal = SealKey::generate(&*entropy);
        let store = Store::temporary(seal.clone()).unwrap();
        Self { store, seal, entropy, now: Timestamp::parse("2025-06-15T12:00:00Z").unwrap() }
    }

    fn import(&self, text: &[u8], form: Form) -> Result<Imported, ImportError> {
        let model = Model::default();
        let measures = Measures { thresholds: Thresholds::default(), model: &model };
        let present = Present { now: self.now, measures };
        import(&self.store, &self.seal, &*self.entropy, present, &mut &*text, form, &mut |_| {})
    }

    fn export(&self, secrets: bool) -> (Exported, String) {
        let mut out = Vec::new();
        let wanted = Wanted { account: None, secrets: secrets.then_some(&self.seal) };
        let exported = export(&self.store, wanted, &mut out, &mut |_| {}).unwrap();
        (exported, String::from_utf8(out).unwrap())
    }

    fn is_empty(&self) -> bool {
        self.store.read(|tx| accounts::list(tx, None, 1)).unwrap().is_empty()
    }
}

fn acme() -> AccountId {
    "1234567890123456".parse().unwrap()
}

#[test]
fn what_goes_out_with_secrets_comes_in_as_it_was() {
    let one = Fixture::new();
    let imported = one.import(FULL.as_bytes(), Form::Lines).unwrap();
    assert_eq!((imported.accounts, imported.users, imported.access_keys, imported.mfa_devices), (2, 3, 4, 3));
    assert_eq!((imported.policies, imported.groups, imported.roles), (1, 1, 1));
    assert_eq!(imported.bytes, FULL.len() as u64);
    let (exported, text) = one.export(true);
    assert_eq!((exported.accounts, exported.users), (2, 3));
    assert_eq!(text, FULL, "the fixture is written as export writes");
    let other = Fixture::new();
    other.import(text.as_bytes(), Form::Lines).unwrap();
    assert_eq!(other.export(true).1, text);
    for account in [acme(), "2222222222222222".parse().unwrap()] {
        assert_eq!(other.store.read(|tx| verify(tx, account)).unwrap(), Vec::new());
    }
}

#[test]
fn without_secrets_nothing_secret_goes_out() {
    let fixture = Fixture::new();
    fixture.import(FULL.as_bytes(), Form::Lines).unwrap();
    let (_, text) = fixture.export(false);
    for secret in ["rootsecret", "alicesecret", "ABCDEFGH", "argon2id"] {
        assert!(FULL.contains(secret), "the fixture has {secret}");
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn the_example_account_scores_as_the_vendor_page_says() {
    let fixture = Fixture::new();
    let imported = fixture.import(ACME.as_bytes(), Form::Document).unwrap();
    assert_eq!((imported.accounts, imported.users, imported.access_keys), (1, 9, 1));
    let found = fixture
        .store
        .read(|tx| facts(tx, acme(), fixture.now.day(), Thresholds::default()))
        .unwrap()
        .unwrap();
    assert_eq!((found.sub_user, found.root_with_access_key), (9, 1));
    assert_eq!(Model::default().score(&found), 63);
    assert_eq!(fixture.store.read(|tx| verify(tx, acme())).unwrap(), Vec::new());
}

#[test]
fn a_bad_record_is_named_and_leaves_nothing_behind() {
    let account = r#"{"Kind":"Account","AccountId":"1234567890123456"}"#;
    let user = |rest: &str| {
        format!("{account}\n\n{{\"Kind\":\"User\",\"AccountId\":\"1234567890123456\",{rest}}}\n")
    };
    let record = |kind: &str, rest: &str| {
        format!("{account}\n{{\"Kind\":\"{kind}\",\"AccountId\":\"1234567890123456\",{rest}}}\n")
    };
    let alice = r#"{"Kind":"User","AccountId":"1234567890123456","UserName":"alice"}"#;
    let rows = [
        (user(r#""UserName":"a b""#), "line 3, field UserName: "),
        (user(r#""UserName":"a","Nmae":1"#), "line 3, field Nmae: unknown field `Nmae`"),
        (
            user(r#""UserName":"a","AccessKeys":[{"Status":"Asleep"}]"#),
            "line 3, field AccessKeys[0].Status: ",
        ),
        (user(r#""UserName":"a","CreateDate":"2024-01-01""#), "line 3, field CreateDate: "),
        (user(r#""UserName":"a","Groups":["dev"]"#), "line 3, field Groups: there is no group dev; its line"),
        (
            user(r#""UserName":"a","Groups":[7]"#),
            "line 3, field Groups[0]: the name of a group, or an object with GroupName and JoinDate",
        ),
        (
            user(r#""UserName":"a","Policies":[{"PolicyName":"p","PolicyType":"Custom"}]"#),
            "line 3, field Policies: there is no custom policy p; its line must come first",
        ),
        (
            user(r#""UserName":"a","Policies":[{"PolicyName":"p","PolicyType":"System"}]"#),
            "line 3, field Policies: there is no system policy p here",
        ),
        (record("Policy", r#""PolicyName":"p""#), "line 2, field PolicyDocument: missing"),
        (
            record("Policy", r#""PolicyName":"p","PolicyDocument":"{}""#),
            "line 2, field Versions.PolicyDocument: ",
        ),
        (
            record("Policy", &format!(r#""PolicyName":"p","PolicyDocument":{DOCUMENT},"LastVersion":"v0""#)),
            "line 2, field LastVersion: ",
        ),
        (
            record(
                "Policy",
                &format!(
                    r#""PolicyName":"p","Versions":[{{"VersionId":"v2","PolicyDocument":{DOCUMENT}}}],"DefaultVersion":"v1""#
                ),
            ),
            "line 2, field DefaultVersion: v1 is none of its versions",
        ),
        (record("Group", r#""GroupName":"a b""#), "line 2, field GroupName: "),
        (
            record("Role", r#""RoleName":"r","AssumeRolePolicyDocument":"x""#),
            "line 2, field AssumeRolePolicyDocument: ",
        ),
        (
            record("Role", &format!(r#""RoleName":"r","AssumeRolePolicyDocument":{DOCUMENT}"#)),
            "line 2, field AssumeRolePolicyDocument: ",
        ),
        (
            record(
                "Role",
                &format!(r#""RoleName":"r","AssumeRolePolicyDocument":{TRUST},"MaxSessionDuration":1"#),
            ),
            "line 2, field MaxSessionDuration: not between 3600 and 43200",
        ),
        (
            user(r#""UserName":"a","Verifications":[{"VerifyType":"email","Address":"x"}]"#),
            "line 3, field Verifications: email takes an e-mail address",
        ),
        (
            user(r#""UserName":"a","Verifications":[{"VerifyType":"sms","Address":""}]"#),
            "line 3, field Verifications: sms takes ",
        ),
        (
            user(r#""UserName":"a","AccessKeys":[{"AccessKeyPolicy":{"Status":"Active"}}]"#),
            "line 3, field AccessKeys[0].AccessKeyPolicy: not a network policy (Format)",
        ),
        (
            record("SecurityException", &EXCEPTION.replace("password_policy", "nothing")),
            "line 2, field Check: there is no check nothing",
        ),
        (
            record("SecurityException", &EXCEPTION.replace("\"*\"", "\"svc-*\"")),
            "line 2, field SubjectPattern: the check password_policy is about nobody by name",
        ),
        (record("SecurityException", &EXCEPTION.replace("2026-01-01", "soon")), "line 2, field ExpireDate: "),
        (record("SecurityException", &EXCEPTION.replace("planned", "ignored")), "line 2, field State: "),
        (
            user(r#""UserName":"a","MFADevice":{"SerialNumber":"acs:ram::9999999999999999:mfa/x"}"#),
            "line 3, field SerialNumber: this device belongs to another account",
        ),
        (format!("{account}\n{alice}\n{alice}\n"), "line 3, this user is already there"),
        (format!("{account}\n{account}\n"), "line 2, this account is already there"),
        (format!("{alice}\n"), "line 1, field AccountId: there is no account 1234567890123456"),
        (format!("{account}\n{{\"Kind\":\"Grop\"}}\n"), "line 2, field Kind: unknown variant `Grop`"),
        (format!("{account}\n{{\"UserName\":\"a\"}}\n"), "line 2, missing field `Kind`"),
        (format!("{account}\n{}", &alice[..40]), "line 2, EOF while parsing"),
        (format!("{account}\nnonsense\n"), "line 2, expected "),
    ];
    for (text, expected) in rows {
        let fixture = Fixture::new();
        let error = fixture.import(text.as_bytes(), Form::Lines).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}\nwanted {expected}");
        assert!(error.ends_with("nothing was imported"), "{error}");
        assert!(fixture.is_empty(), "{text}");
        fixture.import(FULL.as_bytes(), Form::Lines).unwrap();
    }
}

#[test]
fn users_without_an_id_get_ascending_ones() {
    let fixture = Fixture::new();
    let mut text = "{\"Kind\":\"Account\",\"AccountId\":\"1234567890123456\"}\n".to_owned();
    for number in 0..2_000 {
        let (account, secret) = ("1234567890123456", "s".repeat(30));
        text += &format!(
            "{{\"Kind\":\"User\",\"AccountId\":\"{account}\",\"UserName\":\"user{number}\",\
             \"AccessKeys\":[{{\"AccessKeyId\":\"LTAI{number}\",\"AccessKeySecret\":\"{secret}\"}}]}}\n"
        );
    }
    fixture.import(text.as_bytes(), Form::Lines).unwrap();
    let found =
        fixture.store.read(|tx| users::list(tx, acme(), None, 3_000, UserStatusFilter::BOTH)).unwrap();
    let names: Vec<String> = found.iter().map(|user| user.user_name.to_string()).collect();
    let expected: Vec<String> = (0..2_000).map(|number| format!("user{number}")).collect();
    assert_eq!(names, expected, "their order by id is the order of the file");
    assert!(found.iter().all(|user| user.user_id.to_string().len() == 18));
    assert_eq!(fixture.store.read(|tx| verify(tx, acme())).unwrap(), Vec::new());
}

#[test]
fn a_file_cut_anywhere_is_refused_or_whole() {
    let whole = FULL.as_bytes();
    let starts: Vec<usize> = (0..whole.len()).filter(|at| *at == 0 || whole[at - 1] == b'\n').collect();
    for cut in (1..whole.len()).step_by(37) {
        let fixture = Fixture::new();
        let taken = fixture.import(&whole[..cut], Form::Lines);
        let ends_with_a_record = starts.contains(&cut) || starts.contains(&(cut + 1));
        assert_eq!(taken.is_ok(), ends_with_a_record, "cut at {cut}");
        assert_eq!(fixture.is_empty(), !ends_with_a_record, "cut at {cut}");
    }
}

#[test]
fn an_endless_line_is_refused() {
    let fixture = Fixture::new();
    let error = fixture.import(&vec![b'x'; 2 << 20], Form::Lines).unwrap_err().to_string();
    assert_eq!(error, "line 1, the line is longer than 1048576 bytes; nothing was imported");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let fixture = Fixture::new();
        let _outcome = fixture.import(&bytes, Form::Lines);
        let _outcome = fixture.import(&bytes, Form::Document);
    }
}

#[test]
fn an_import_is_the_first_entry_of_a_history_and_the_next_of_one_that_is_there() {
    let fixture = Fixture::new();
    fixture.import(ACME.as_bytes(), Form::Document).unwrap();
    let told = |fixture: &Fixture| {
        let all = Range { from: Timestamp::MIN, to: Timestamp::MAX };
        let model = Model::default();
        let measures = Measures { thresholds: Thresholds::default(), model: &model };
        let found =
            fixture.store.read(|tx| history::list(tx, acme(), all, None, 99, fixture.now, measures)).unwrap();
        let line = |entry: history::Entry| (entry.at, entry.cause.kind, entry.facts.sub_user, entry.score);
        found.into_iter().map(line).collect::<Vec<_>>()
    };
    let first = (fixture.now, CauseType::Import, 9, 63);
    assert_eq!(told(&fixture), [first]);
    let later = Fixture { now: fixture.now.plus_seconds(60), ..fixture };
    let user = r#"{"Kind":"User","AccountId":"1234567890123456","UserName":"late"}"#;
    later.import(user.as_bytes(), Form::Lines).unwrap();
    assert_eq!(told(&later), [first, (later.now, CauseType::Import, 10, 63)]);
}

/// By hand a document is written as what it is, and a group by its name alone.
#[test]
fn policies_groups_and_roles_kept_by_hand() {
    let fixture = Fixture::new();
    let text = format!(
        r#"{{"Accounts":[{{"AccountId":"1234567890123456",
            "Policies":[{{"PolicyName":"p","PolicyDocument":{FULL_ACCESS}}}],
            "Groups":[{{"GroupName":"dev","Policies":[{{"PolicyName":"ReadOnlyAccess","PolicyType":"System"}}]}}],
            "Roles":[{{"RoleName":"ops","AssumeRolePolicyDocument":{TRUST}}}],
            "Users":[{{"UserName":"alice","Groups":["dev"],
                "Policies":[{{"PolicyName":"p","PolicyType":"Custom"}}]}}]}}]}}"#
    );
    fixture.import(text.as_bytes(), Form::Document).unwrap();
    let (_, told) = fixture.export(false);
    let now = r#""2025-06-15T12:00:00Z""#;
    for expected in [
        format!(r#""Versions":[{{"VersionId":"v1","PolicyDocument":{FULL_ACCESS:?},"CreateDate":{now}}}]"#),
        format!(r#""Groups":[{{"GroupName":"dev","JoinDate":{now}}}]"#),
        format!(r#""Policies":[{{"PolicyName":"p","PolicyType":"Custom","AttachDate":{now}}}]"#),
        r#""MaxSessionDuration":3600,"AllowConsoleLogin":true"#.to_owned(),
    ] {
        assert!(told.contains(&expected), "{expected} in {told}");
    }
    let (full, users) = fixture
        .store
        .read(|tx| {
            let row = accounts::find(tx, acme())?.unwrap();
            let full = crate::store::tables::policies::count_full_access(tx, acme())?;
            Ok::<_, crate::store::StoreError>((full, row.totals.get(crate::store::Total::UsersWithPolicies)))
        })
        .unwrap();
    assert_eq!((full, users), (1, 1));
    assert_eq!(fixture.store.read(|tx| verify(tx, acme())).unwrap(), Vec::new());
}

/// By hand a network policy is written as what it is.
#[test]
fn network_policies_kept_by_hand() {
    let fixture = Fixture::new();
    let policy =
        r#"{"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["192.0.2.0/24"]}]}"#;
    let text = format!(
        r#"{{"Accounts":[{{"AccountId":"1234567890123456","AccessKeyPolicy":{policy},"RootAccessKeys":[
            {{"AccessKeyId":"LTAIroot","AccessKeyPolicy":{policy}}}]}}]}}"#
    );
    fixture.import(text.as_bytes(), Form::Document).unwrap();
    let whole = policy.replacen('{', r#"{"Version":1,"#, 1);
    let (_, told) = fixture.export(false);
    assert_eq!(told.matches(&format!(r#""AccessKeyPolicy":{whole:?}"#)).count(), 2, "{told}");
}

#[test]
fn the_example_with_policies_comes_in() {
    let fixture = Fixture::new();
    let imported = fixture.import(POLICIES.as_bytes(), Form::Document).unwrap();
    assert_eq!((imported.users, imported.policies, imported.groups, imported.roles), (2, 1, 1, 1));
    assert_eq!(fixture.store.read(|tx| verify(tx, acme())).unwrap(), Vec::new());
    let (_, told) = fixture.export(true);
    let other = Fixture::new();
    other.import(told.as_bytes(), Form::Lines).unwrap();
    assert_eq!(other.export(true).1, told);
}

#[test]
fn identity_providers_come_in_as_they_went_out() {
    let account = r#"{"Kind":"Account","AccountId":"1234567890123456","CreateDate":"2025-01-01T00:00:00Z"}"#;
    let keys = serde_json::Value::from(PUBLIC_KEYS);
    let metadata = serde_json::Value::from(metadata());
    let text = format!(
        "{account}\n\
         {{\"Kind\":\"OIDCProvider\",\"AccountId\":\"1234567890123456\",\"OIDCProviderName\":\"ci\",\
         \"IssuerUrl\":\"https://ci.example.com\",\"ClientIds\":\"one,two\",\"JsonWebKeySet\":{keys}}}\n\
         {{\"Kind\":\"SAMLProvider\",\"AccountId\":\"1234567890123456\",\"SAMLProviderName\":\"corp\",\
         \"Description\":\"the directory\",\"SAMLMetadataDocument\":{metadata}}}\n"
    );
    let one = Fixture::new();
    one.import(text.as_bytes(), Form::Lines).unwrap();
    let exported = one.export(false).1;
    let other = Fixture::new();
    other.import(exported.as_bytes(), Form::Lines).unwrap();
    assert_eq!(other.export(false).1, exported);
    let found = other.store.read(|tx| oidc_providers::list(tx, acme(), None, 9)).unwrap();
    assert_eq!((found.len(), found[0].client_ids.to_string().as_str()), (1, "one,two"));
    assert_eq!((found[0].key_set.as_deref(), found[0].create_date), (Some(PUBLIC_KEYS), one.now));
    let found = other.store.read(|tx| saml_providers::list(tx, acme(), None, 9)).unwrap();
    assert_eq!((found.len(), found[0].description.as_str()), (1, "the directory"));
    for (from, to, field) in [
        (keys.to_string(), "\"{}\"".to_owned(), "JsonWebKeySet"),
        (metadata.to_string(), "\"<x/>\"".to_owned(), "SAMLMetadataDocument"),
    ] {
        let bad = Fixture::new();
        let refused = bad.import(text.replace(&from, &to).as_bytes(), Form::Lines).unwrap_err();
        assert!(refused.to_string().contains(field), "{refused}");
        assert!(bad.is_empty());
    }
}
