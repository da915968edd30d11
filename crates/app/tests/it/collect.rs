//! `collect` against a second Ramward as the vendor's endpoint, behind a door that misbehaves.

use std::fmt::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use data_encoding::BASE64;
use serde_json::Value;

use crate::door::{Place, Server};
use crate::faulty_door::{Fault, FaultyDoor};

const ACCOUNT: &str = "1234567890123456";

const ROOT: &str = r#"{"Kind":"Account","AccountId":"1234567890123456","AccountAlias":"acme","CreateDate":"2020-01-01T00:00:00Z","RootMFA":true,"RootAccessKeys":[{"AccessKeyId":"rootkey","AccessKeySecret":"rootsecret","CreateDate":"2024-01-01T00:00:00Z"}],"PasswordPolicy":{"MinimumPasswordLength":14,"RequireNumbers":true},"SecurityPreference":{"LoginSessionDuration":8}}"#;
const ALICE: &str = r#"{"Kind":"User","AccountId":"1234567890123456","UserName":"alice","CreateDate":"2024-01-01T00:00:00Z","MFADevice":{"SerialNumber":"phone"},"LoginProfile":{"MFABindRequired":true},"AccessKeys":[{"AccessKeyId":"LTAI0000alice1","CreateDate":"2024-02-01T00:00:00Z","LastUsedDate":"2024-05-01T00:00:00Z"}]}"#;
const BOB: &str = r#"{"Kind":"User","AccountId":"1234567890123456","UserName":"bob","CreateDate":"2024-01-01T00:00:00Z","MFADevice":{"Type":"U2F","SerialNumber":"key1"}}"#;
const CAROL: &str = r#"{"Kind":"User","AccountId":"1234567890123456","UserName":"carol","Status":"freeze","CreateDate":"2024-01-01T00:00:00Z","AccessKeys":[{"AccessKeyId":"LTAI0000carol1","Status":"Inactive","CreateDate":"2024-02-01T00:00:00Z","UpdateDate":"2024-03-01T00:00:00Z"},{"AccessKeyId":"LTAI0000carol2","CreateDate":"2024-02-01T00:00:00Z"}]}"#;

/// The most that 20,000 users take of the memory that three take, in percent: what a page holds, and caches that are full.
const MEMORY: u64 = 142;

/// A server with an account, and a place for mirrors of it.
struct Vendor {
    server: Server,
    place: Place,
}

impl Vendor {
    fn new(records: &str) -> Self {
        let place = Place::new();
        let file = place.path().join("state.jsonl");
        std::fs::write(&file, records).unwrap();
        let server = place.start(&["--import", file.to_str().unwrap(), "--log", "warn"]);
        Self { server, place }
    }

    fn small() -> Self {
        Self::new(&[ROOT, ALICE, BOB, CAROL].join("\n"))
    }

    fn door(&self, judge: impl FnMut(&str, usize) -> Option<Fault> + Send + 'static) -> FaultyDoor {
        FaultyDoor::before(self.server.address(), judge)
    }

    /// Collects through `door` with the keys of root; the mirror is in the directory `mirror`.
    fn collect(&self, door: &FaultyDoor, flags: &[&str]) -> Output {
        self.mirror(&[&["collect", "--endpoint", &door.url(), "--rate", "10000"], flags].concat())
    }

    fn mirror(&self, arguments: &[&str]) -> Output {
        self.mirroring(arguments).output().unwrap()
    }

    fn mirroring(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.ramward(arguments);
        command.env("RAMWARD_DATA", self.place.path().join("mirror"));
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "rootkey");
        command.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "rootsecret");
        command
    }

    /// The one outcome of a collect that succeeded.
    fn outcome(&self, door: &FaultyDoor, flags: &[&str]) -> Value {
        let output = self.collect(door, &[&["--output", "json"], flags].concat());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let all: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(all.as_array().unwrap().len(), 1);
        all[0].clone()
    }

    /// The outcome of a walk, and the peak of its memory in KiB, as far as its calls have seen it.
    fn walked(&self) -> ((Value, FaultyDoor), u64) {
        let (process, peak) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU64::new(0)));
        let (seen, most) = (process.clone(), peak.clone());
        let door = self.door(move |_, _| {
            let status = std::fs::read_to_string(format!("/proc/{}/status", seen.load(Ordering::SeqCst)));
            let line =
                status.iter().flat_map(|text| text.lines()).find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
            most.fetch_max(kib.unwrap_or(0), Ordering::SeqCst);
            None
        });
        let url = door.url();
        let flags = ["collect", "--endpoint", &url, "--rate", "10000", "--plan", "walk", "--output", "json"];
        let mut command = self.mirroring(&flags);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        process.store(child.id(), Ordering::SeqCst);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let all: Value = serde_json::from_slice(&output.stdout).unwrap();
        let peak = peak.load(Ordering::SeqCst);
        assert!(peak > 0, "the process was seen");
        ((all[0].clone(), door), peak)
    }

    /// The records of the mirror, without those of the account.
    fn records(&self) -> Vec<Value> {
        let output = self.mirror(&["export", "--with-secrets"]);
        assert!(output.status.success(), "{}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        let verified = self.mirror(&["report", "--verify"]);
        assert!(verified.status.success(), "{}", said(&verified));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// All ten values are equal.
fn assert_equal(outcome: &Value) {
    let comparison = outcome["Comparison"].as_array().unwrap();
    assert_eq!(comparison.len(), 10);
    for one in comparison {
        assert_eq!(one["Verdict"], "equal", "{one}");
    }
}

fn never(_: &str, _: usize) -> Option<Fault> {
    None
}

#[test]
fn a_walk_mirrors_everything_and_makes_the_calls_it_named() {
    let vendor = Vendor::small();
    let door = vendor.door(never);
    let outcome = vendor.outcome(&door, &[]);
    assert_equal(&outcome);
    assert_eq!((&outcome["Plan"], &outcome["Unknown"]), (&"walk".into(), &serde_json::json!([])));
    assert_eq!(outcome["CallsMade"], outcome["CallsPlanned"]);
    assert_eq!(outcome["CallsMade"], door.passed());
    // Who has no keys, no console or a listed device is not asked for them; a key whose use the report tells neither.
    let calls = ["ListAccessKeys", "GetAccessKeyLastUsed", "GetLoginProfile", "GetUserMFAInfo"];
    let made = calls.map(|action| door.passed_of(action));
    // Root's own, alice's and carol's keys; the use of root's one key; alice's console; bob's security key, after which all
    // that the vendor counts are found and carol is not asked.
    assert_eq!(made, [3, 1, 1, 1]);

    let records = vendor.records();
    let alice = &records[1];
    assert_eq!(alice["MFADevice"]["SerialNumber"], "acs:ram::1234567890123456:mfa/phone");
    assert_eq!(alice["LoginProfile"]["MFABindRequired"], true);
    assert_eq!(alice["AccessKeys"][0]["LastUsedDate"], "2024-05-01T00:00:00Z");
    assert_eq!(alice["AccessKeys"][0]["AccessKeySecret"], Value::Null);
    assert_eq!(records[2]["MFADevice"]["Type"], "U2F");
    assert_eq!(records[3]["Status"], "freeze");
    assert_eq!(records[0]["SecurityPreference"]["LoginSessionDuration"], 8);
    assert_eq!(records[0]["CreateDate"], "2020-01-01T00:00:00Z");
    assert!(!records.iter().any(|record| record.to_string().contains("Secret")), "no secret is mirrored");
}

#[test]
fn nobody_signs_in_with_a_mirror() {
    let vendor = Vendor::small();
    vendor.outcome(&vendor.door(never), &[]);
    let mirror = vendor.place.path().join("mirror");
    let mut serve = vendor.place.serve(&["--log", "warn"]);
    serve.env("RAMWARD_DATA", &mirror);
    let served = Server::started(serve);
    assert_eq!(served.said("AccessKeyId"), None, "no key is made for the mirrored account");
    assert!(served.said("OperatorAccessKeySecret").is_some());
    let root = crate::door::Key { id: "rootkey".into(), secret: "rootsecret".into() };
    let refused = served.call(&root, "GetAccountSecurityPracticeReport", &[]);
    assert_ne!(refused.status, 200);
    served.stop();
}

#[test]
fn what_goes_wrong_on_the_way_is_tried_again() {
    let vendor = Vendor::small();
    let faults = [
        Fault::Throttle(20),
        Fault::Unavailable,
        Fault::Half,
        Fault::CutJson,
        Fault::BadGateway,
        Fault::Silence,
        Fault::Throttle(0),
    ];
    let mut number = 0;
    // The first try of every operation but the first fails, each in another way.
    let door = vendor.door(move |action, before| {
        if before > 0 || action == "GetCallerIdentity" {
            return None;
        }
        number += 1;
        Some(faults[number % faults.len()].clone())
    });
    let outcome = vendor.outcome(&door, &["--timeout", "1", "--verify"]);
    assert_equal(&outcome);
    assert_eq!(outcome["CallsMade"], outcome["CallsPlanned"]);
    assert_eq!(outcome["CallsMade"], door.passed());
    assert!(outcome["TriedAgain"].as_u64().unwrap() >= 11, "{outcome}");
    assert!(outcome["Throttled"].as_u64().unwrap() >= 2, "{outcome}");
    assert_eq!(vendor.records().len(), 4);
}

#[test]
fn a_run_that_was_cut_off_goes_on_where_it_stopped() {
    let vendor = Vendor::small();
    let door = vendor
        .door(|action, before| (action == "GetLoginProfile" && before < 6).then_some(Fault::Unavailable));
    let broken = vendor.collect(&door, &[]);
    assert_eq!(broken.status.code(), Some(2), "{}", said(&broken));
    assert!(said(&broken).contains("GetLoginProfile got no answer in 6 tries"), "{}", said(&broken));
    let listed = door.passed_of("ListUsers");
    let outcome = vendor.outcome(&door, &[]);
    assert_equal(&outcome);
    assert_eq!(outcome["Run"], 1, "the same run");
    assert_eq!(door.passed_of("ListUsers"), listed, "users are not listed again");
    assert_eq!(outcome["CallsMade"], outcome["CallsPlanned"]);
    assert_eq!(vendor.records().len(), 4);
}

#[test]
fn the_credential_report_alone_marks_what_it_does_not_say() {
    let vendor = Vendor::small();
    let door = vendor.door(never);
    let outcome = vendor.outcome(&door, &["--plan", "credential-report"]);
    // Who it is, and four calls.
    assert_eq!((door.passed(), &outcome["CallsPlanned"]), (5, &5.into()));
    let values = |outcome: &Value| -> Vec<String> {
        let all = outcome["Comparison"].as_array().unwrap().iter();
        all.filter(|one| one["Verdict"] != "equal").map(ToString::to_string).collect()
    };
    let differing = values(&outcome);
    assert!(differing.len() == 1 && differing[0].contains("SubUserBindMfa"), "{differing:?}");
    assert!(differing[0].contains("explained"), "{differing:?}");
    let unknown = outcome["Unknown"].to_string();
    for words in ["the user's id", "whether an MFA device is bound", "the ids of AccessKeys"] {
        assert!(unknown.contains(words), "{words}: {unknown}");
    }
    let report = |more: &[&str]| {
        let output =
            vendor.mirror(&[&["report", "--local", "--account", ACCOUNT, "--explain"], more].concat());
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let line = "SubUserBindMfa is at least 1 and at most 3: not known of 2 users whether a device is bound";
    for format in ["table", "md", "html", "csv", "sarif", "ocsf", "junit"] {
        let text = report(&["--format", format]);
        assert!(text.contains(line), "{format}: {text}");
    }
    // A walk over it knows all, and takes nothing for gone.
    let outcome = vendor.outcome(&door, &["--plan", "walk"]);
    assert_equal(&outcome);
    assert_eq!((&outcome["Disappeared"], &outcome["Unknown"]), (&0.into(), &serde_json::json!([])));
    let explained: Value = serde_json::from_str(&report(&["--format", "json"])).unwrap();
    let mirror = &explained["Explanation"]["Mirror"];
    assert_eq!((&mirror["Plan"], &mirror["Unknowns"]["Unknown"]), (&"walk".into(), &serde_json::json!([])));
}

#[test]
fn a_changed_credential_report_is_read_as_far_as_it_goes() {
    let vendor = Vendor::small();
    // Another order of columns, one more, and a word in place of alice's `password_active` that nobody documents.
    let door = vendor.door(|action, _| {
        (action == "GetCredentialReport").then_some(Fault::Change(|body| {
            let mut answer: Value = serde_json::from_str(&body).unwrap();
            let csv = BASE64.decode(answer["Content"].as_str().unwrap().as_bytes()).unwrap();
            let csv = String::from_utf8(csv).unwrap();
            let turned = csv.lines().fold(String::new(), |mut text, line| {
                let mut cells: Vec<&str> = line.split(',').collect();
                if cells[0].starts_with("alice") {
                    cells[4] = "LOGIN_DISABLED";
                }
                cells.reverse();
                writeln!(text, "{},new", cells.join(",")).unwrap();
                text
            });
            answer["Content"] = BASE64.encode(turned.as_bytes()).into();
            answer.to_string()
        }))
    });
    let outcome = vendor.outcome(&door, &["--plan", "credential-report"]);
    assert!(
        outcome["Unknown"].to_string().contains("whether the user may log on to the console"),
        "{outcome}"
    );
    assert!(!outcome["Comparison"].to_string().contains("\"differs\""), "{outcome}");
}

#[test]
fn what_the_key_may_not_ask_is_marked_and_the_rest_is_mirrored() {
    let vendor = Vendor::small();
    let door = vendor.door(|action, _| {
        ["GetLoginProfile", "GenerateCredentialReport", "GetSecurityPreference"]
            .contains(&action)
            .then_some(Fault::Refuse("NoPermission"))
    });
    let outcome = vendor.outcome(&door, &[]);
    assert_equal(&outcome);
    let unknown = outcome["Unknown"].to_string();
    assert!(
        unknown.contains("whether the user may log on") && unknown.contains("security preference"),
        "{unknown}"
    );
    assert_eq!(door.arrived_of("GetLoginProfile"), 1, "asked once, not for every user");
    assert_eq!(door.passed_of("GetAccessKeyLastUsed"), 4, "no report spares calls");
    assert_eq!(outcome["CallsMade"], outcome["CallsPlanned"]);
}

#[test]
fn a_second_collect_remembers_what_disappeared_and_flags_what_differs() {
    let vendor = Vendor::small();
    let door = vendor.door(never);
    vendor.outcome(&door, &[]);
    let root = crate::door::Key { id: "rootkey".into(), secret: "rootsecret".into() };
    let named = [("UserPrincipalName", "alice@acme.onaliyun.com"), ("UserAccessKeyId", "LTAI0000alice1")];
    vendor.server.call(&root, "DeleteAccessKey", &named).ok();
    let outcome = vendor.outcome(&door, &[]);
    assert_eq!((&outcome["Run"], &outcome["Disappeared"]), (&2.into(), &1.into()));
    assert_equal(&outcome);
    // A third run misses carol, with both her keys; the store alone says what each run missed.
    vendor.server.call(&root, "DeleteUser", &[("UserPrincipalName", "carol@acme.onaliyun.com")]).ok();
    let output = vendor.collect(&door, &[]);
    assert!(
        said(&output).contains("disappeared since the last run: 3; --disappeared lists them"),
        "{}",
        said(&output)
    );
    let passed = door.passed();
    let listed = vendor.mirror(&["collect", "--disappeared", "--output", "json"]);
    assert!(listed.status.success(), "{}", said(&listed));
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let listed: Vec<[&Value; 4]> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|gone| ["Run", "Kind", "Subject", "UserName"].map(|name| &gone[name]))
        .collect();
    let row = |run: i64, kind: &str, subject: &str, of: Option<&str>| {
        [Value::from(run), kind.into(), subject.into(), of.map_or(Value::Null, Value::from)]
    };
    let expected = [
        row(2, "AccessKey", "LTAI****ice1", Some("alice")),
        row(3, "AccessKey", "LTAI****rol1", Some("carol")),
        row(3, "AccessKey", "LTAI****rol2", Some("carol")),
        row(3, "User", "carol", None),
    ];
    assert_eq!(listed, expected.each_ref().map(|row| row.each_ref()));
    let table = vendor.mirror(&["collect", "--disappeared"]);
    let table = String::from_utf8(table.stdout).unwrap();
    let row: Vec<&str> = table.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(
        (row[0], row[1], &row[3..]),
        (ACCOUNT, "2", &["AccessKey", "LTAI****ice1", "alice"][..]),
        "{table}"
    );
    assert_eq!(door.passed(), passed, "nobody is called");
    // A vendor who counts otherwise is not believed and not hidden.
    let lying = vendor.door(|action, _| {
        (action == "GetAccountSecurityPracticeReport")
            .then_some(Fault::Change(|body| body.replace("\"SubUser\":2", "\"SubUser\":7")))
    });
    let output = vendor.collect(&lying, &["--verify"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let text = said(&output);
    assert!(text.lines().any(|line| line.starts_with("SubUser  ") && line.contains("DIFFERS")), "{text}");
    assert_eq!(lying.passed_of("GetAccountSecurityPracticeReport"), 2, "asked again before it is flagged");
}

#[test]
fn nothing_disappeared_where_nothing_was_missed() {
    let vendor = Vendor::small();
    let none = vendor.mirror(&["collect", "--disappeared"]);
    assert_eq!(none.status.code(), Some(2), "{}", said(&none));
    assert!(said(&none).contains("there is no store in"), "{}", said(&none));
    vendor.outcome(&vendor.door(never), &[]);
    let none = vendor.mirror(&["collect", "--disappeared"]);
    assert_eq!(String::from_utf8(none.stdout).unwrap(), "no run has missed anything so far\n");
}

#[test]
fn a_fleet_is_mirrored_profile_by_profile() {
    let vendor = Vendor::small();
    let door = vendor.door(never);
    let directory = vendor.place.path().join(".aliyun");
    std::fs::create_dir_all(&directory).unwrap();
    let profiles = r#"{"current":"one","profiles":[
        {"name":"one","mode":"AK","access_key_id":"rootkey","access_key_secret":"rootsecret"},
        {"name":"two","mode":"AK","access_key_id":"rootkey","access_key_secret":"wrong"}]}"#;
    std::fs::write(directory.join("config.json"), profiles).unwrap();
    let collect = |flags: &[&str]| {
        let url = door.url();
        let arguments = [&["collect", "--endpoint", &url, "--rate", "1000"], flags].concat();
        let mut command = vendor.place.ramward(&arguments);
        command.env("RAMWARD_DATA", vendor.place.path().join("mirror"));
        command.output().unwrap()
    };
    let both = collect(&["--all-profiles"]);
    let text = said(&both);
    assert_eq!(both.status.code(), Some(1), "{text}");
    assert!(text.contains(&format!("profile one: account {ACCOUNT} mirrored: 3 users")), "{text}");
    assert!(text.contains("profile two: GetCallerIdentity was refused: SignatureDoesNotMatch"), "{text}");
    let twice = collect(&["--profile", "one", "--profile", "one"]);
    assert_eq!(twice.status.code(), Some(0), "{}", said(&twice));
    let several = vendor.place.ramward(&["report", "--profile", "a", "--profile", "b"]).output().unwrap();
    assert!(said(&several).contains("this command takes one --profile"), "{}", said(&several));
}

#[test]
fn an_account_that_lives_in_the_store_is_left_alone() {
    let vendor = Vendor::small();
    let file = vendor.place.path().join("state.jsonl");
    assert!(vendor.mirror(&["import", file.to_str().unwrap()]).status.success());
    let refused = vendor.collect(&vendor.door(never), &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("is in this store already and no mirror"), "{}", said(&refused));
}

#[test]
fn a_dry_run_calls_nobody() {
    let place = Place::new();
    let output = place.ramward(&["collect", "--dry-run"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    let actions = policy["Statement"][0]["Action"].as_array().unwrap();
    assert!(actions.contains(&"ram:ListUsers".into()) && !place.data().exists());
}

/// 20,000 users, of whom some have what there is to have.
fn many() -> String {
    let mut text = format!("{ROOT}\n");
    for number in 0..20_000 {
        // Long enough that what is kept of all of them would be seen in the memory of the run.
        let words = "w".repeat(120);
        let mut more = format!(r#","DisplayName":"{words}","Comments":"{words}""#);
        if number % 10 == 0 {
            more.push_str(&format!(r#","MFADevice":{{"SerialNumber":"d{number}"}}"#));
        }
        if number % 40 == 0 {
            more.push_str(r#","LoginProfile":{}"#);
        }
        if number % 25 == 0 {
            let day = 1 + number % 28;
            more.push_str(&format!(
                r#","AccessKeys":[{{"AccessKeyId":"LTAI{number}","CreateDate":"2025-01-{day:02}T00:00:00Z","LastUsedDate":"2025-06-01T00:00:00Z"}}]"#
            ));
        }
        writeln!(text, r#"{{"Kind":"User","AccountId":"{ACCOUNT}","UserName":"u{number}","CreateDate":"2024-01-01T00:00:00Z"{more}}}"#)
            .unwrap();
    }
    text
}

#[test]
fn twenty_thousand_users_take_the_calls_that_were_named() {
    let (_, few) = Vendor::small().walked();
    let vendor = Vendor::new(&many());
    let ((outcome, door), most) = vendor.walked();
    assert!(most * 100 < few * MEMORY, "{most} KiB for 20,000 users, {few} KiB for three");
    assert_equal(&outcome);
    assert_eq!(outcome["Mirror"]["SubUser"], 20_000);
    // 20 pages of users, 20 of devices and of what they are bound to, 6 of the report; then 800 users with keys and 500 with
    // a console.
    let by_page =
        ["ListUsers", "ListVirtualMFADevices", "GetCredentialReport"].map(|action| door.passed_of(action));
    assert_eq!(by_page, [20, 21, 6]);
    assert_eq!((door.passed_of("ListAccessKeys"), door.passed_of("GetLoginProfile")), (801, 500));
    assert_eq!((door.passed_of("GetAccessKeyLastUsed"), door.passed_of("GetUserMFAInfo")), (1, 0));
    assert_eq!(outcome["CallsMade"], outcome["CallsPlanned"]);
    assert_eq!(outcome["CallsMade"], door.passed());
    // And by itself such an account is read from the credential report, which is there whatever its size.
    let outcome = vendor.outcome(&door, &[]);
    assert_eq!((&outcome["Plan"], &outcome["CallsMade"]), (&"credential-report".into(), &11.into()));
}
