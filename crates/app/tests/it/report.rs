//! `ramward report` beyond the ten values: explained, written for others, held against gates and against itself at another
//! time, of one account and of all, from a server and from a data directory without one.

use insta::assert_snapshot;
use serde_json::Value;

use crate::command::{Ramward, ramward, ramward_without_credentials};
use crate::door::Place;
use crate::responder::{Responder, json};
use crate::server::Server;

const ACCOUNT: &str = "1234567890123456";

/// Two accounts, the second worse than the first; days long ago, so that every key is old.
const TWO: &str = r#"{"Accounts":[
    {"AccountId":"1234567890123456","AccountAlias":"good","CreateDate":"2025-01-01T00:00:00Z",
     "PasswordPolicy":{"MinimumPasswordLength":14},
     "Users":[{"UserName":"alice","CreateDate":"2025-01-01T00:00:00Z"}]},
    {"AccountId":"2234567890123456","AccountAlias":"bad","CreateDate":"2025-01-01T00:00:00Z",
     "RootAccessKeys":[{"AccessKeyId":"LTAIbadRootKey000000001","CreateDate":"2025-01-01T00:00:00Z"}],
     "Users":[{"UserName":"bob","CreateDate":"2025-01-01T00:00:00Z",
               "AccessKeys":[{"AccessKeyId":"LTAIbobsOldKey000000001","CreateDate":"2025-02-01T00:00:00Z"}]}]}]}"#;

fn stdout(command: &mut Ramward) -> String {
    let output = command.output();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A server of which the clock says noon of New Year's Day of 2030, with the account of [`ACCOUNT`].
fn server_in_2030() -> Server {
    let server = Server::start(&["--virtual-clock", "--account-id", ACCOUNT]);
    stdout(&mut server.as_operator(&["clock", "set", "2030-01-01T12:00:00Z"]));
    server
}

fn call(server: &Server, arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(&mut server.as_root(&[&["call"], arguments].concat()))).unwrap()
}

const ALICE: &str = "UserPrincipalName=alice@1234567890123456.onaliyun.com";

/// Masks what is random: keys and ids of calls, and how many seconds the test took since its clock was set to noon.
fn masked(picture: &str) -> String {
    const NOON: &str = "T12:00:";
    let mut parts = picture.split(NOON);
    let first = parts.next().unwrap_or_default().to_owned();
    let picture = parts.fold(first, |text, part| text + NOON + "00" + part.get(2..).unwrap_or_default());
    let words = picture.split_inclusive([' ', '\n']).map(|word| {
        let bare = word.trim();
        let bare = bare.trim_end_matches(',');
        if bare.starts_with("LTAI") { word.replace(bare, "LTAI****") } else { word.to_owned() }
    });
    words.collect()
}

#[test]
fn what_happened_since_a_day_and_between_two() {
    let server = server_in_2030();
    call(&server, &["CreateUser", ALICE, "DisplayName=Alice"]);
    call(&server, &["CreateAccessKey", ALICE]);
    stdout(&mut server.as_operator(&["clock", "advance", "91d"]));
    let since = server.as_root(&["report", "--since", "2030-01-01"]).picture();
    assert_snapshot!(masked(&since));
    let diff = server.as_root(&["report", "--diff", "2030-01-02", "2030-04-03T00:00:00Z"]).picture();
    assert_snapshot!(masked(&diff));
    let entries: Value = serde_json::from_str(&stdout(&mut server.as_root(&[
        "report",
        "--since",
        "2030-01-02",
        "--format",
        "json",
    ])))
    .unwrap();
    assert_eq!(entries["Entry"][0]["Cause"]["Type"], "TimePassed", "{entries}");
    let before = server.as_root(&["report", "--diff", "1999-01-01", "2030-01-02"]).picture();
    assert!(before.contains("the history does not reach back to 1999-01-01T00:00:00Z"), "{before}");
}

#[test]
fn a_gate_says_why_in_two_lines() {
    let server = server_in_2030();
    call(&server, &["CreateUser", ALICE, "DisplayName=Alice"]);
    let gate = |arguments: &[&str]| {
        let output = server.as_root(&[&["report", "--format", "json"], arguments].concat()).output();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(gate(&["--no-regression"]), (0, String::new()), "a first user is no regression");
    assert_eq!(gate(&["--fail-on", "users_no_old_key,ram_users_exist"]), (0, String::new()));
    let (code, why) = gate(&["--fail-on", "root_mfa,users_mfa,ram_users_exist"]);
    assert_eq!((code, why.lines().count()), (1, 2), "{why}");
    assert!(
        why.starts_with("checks that --fail-on does not accept: root_mfa (fail), users_mfa (fail)\n"),
        "{why}"
    );
    assert_eq!(gate(&["--fail-on", "cis_v2_0_0_1_16"]), (0, String::new()));
    let direct = ["AttachPolicyToUser", "UserName=alice", "PolicyType=System", "PolicyName=ReadOnlyAccess"];
    call(&server, &direct);
    let (code, why) = gate(&["--fail-on", "cis_v2_0_0_1_16"]);
    assert!(code == 1 && why.contains("cis_v2_0_0_1_16 (fail)"), "{why}");
    let (code, why) = gate(&["--fail-on", "nonsense"]);
    assert!(code == 2 && why.contains("there is no check nonsense"), "{why}");

    // The key turns old and unused while nobody does anything.
    call(&server, &["CreateAccessKey", ALICE]);
    assert_eq!(gate(&["--no-regression"]).0, 0, "a new key is no regression");
    // Root's key is used in between, so that its own use is no change later.
    stdout(&mut server.as_operator(&["clock", "advance", "60d"]));
    assert_eq!(gate(&["--no-regression"]).0, 0, "nothing happened");
    stdout(&mut server.as_operator(&["clock", "advance", "31d"]));
    let (code, why) = gate(&["--no-regression"]);
    assert_eq!((code, why.lines().count()), (1, 2), "{why}");
    assert!(why.contains("since 2030-04-01T00:00:00Z, which --no-regression does not accept"), "{why}");
    let (code, why) = gate(&["--no-regression=2030-01-02"]);
    assert!(
        code == 1 && why.contains("checks that got worse: users_no_old_key, users_no_unused_key"),
        "{why}"
    );
}

#[test]
fn a_file_of_yesterday_is_a_gate_and_a_comparison() {
    let server = server_in_2030();
    call(&server, &["CreateUser", ALICE, "DisplayName=Alice"]);
    let place = Place::new();
    let file = |name: &str, text: &str| {
        let path = place.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let plain = file("plain.json", &stdout(&mut server.as_root(&["report", "--format", "json"])));
    let whole =
        file("whole.json", &stdout(&mut server.as_root(&["report", "--explain", "--format", "json"])));
    let bob = "UserPrincipalName=bob@1234567890123456.onaliyun.com";
    call(&server, &["CreateUser", bob, "DisplayName=Bob"]);
    call(&server, &["CreateAccessKey", bob]);
    let gate = |against: &str| server.as_root(&["report", &format!("--no-regression={against}")]).output();
    for against in [&plain, &whole] {
        assert_eq!(gate(against).status.code(), Some(0));
    }
    let later =
        file("later.json", &stdout(&mut server.as_root(&["report", "--explain", "--format", "json"])));
    let diff =
        server.as_root(&["report", "--diff", &whole, &later]).hide(place.path().to_str().unwrap(), "~");
    assert_snapshot!(masked(&diff.picture()));

    stdout(&mut server.as_operator(&["clock", "advance", "91d"]));
    for against in [&plain, &whole] {
        let output = gate(against);
        let why = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && why.contains("the score fell from "), "{why}");
    }
    for (text, reason) in [
        ("{", "is not JSON"),
        ("{}", "holds no report"),
        (r#"{"Explanation":{}}"#, "holds no report that this version reads"),
    ] {
        let output = gate(&file("bad.json", text));
        let why = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && why.contains(reason), "{why}");
    }
}

#[test]
fn a_data_directory_is_reported_without_a_server() {
    let place = Place::new();
    let data = place.data();
    let state = place.path().join("two.json");
    std::fs::write(&state, TWO).unwrap();
    let local = |arguments: &[&str]| {
        ramward_without_credentials(&[arguments, &["--data", data.to_str().unwrap()]].concat())
            .hide(place.path().to_str().unwrap(), "~")
    };
    let nothing = local(&["report", "--local", "--all"]).picture();
    assert!(nothing.contains("there is no store in ~/data"), "{nothing}");
    stdout(&mut local(&["import", state.to_str().unwrap()]));
    assert_snapshot!(local(&["report", "--local", "--all"]).picture());
    let rows: Value =
        serde_json::from_str(&stdout(&mut local(&["report", "--local", "--all", "--format", "json"])))
            .unwrap();
    assert_eq!((&rows[0]["AccountAlias"], &rows[1]["AccountAlias"]), (&"bad".into(), &"good".into()));
    let gate = local(&["report", "--local", "--all", "--fail-under", "60"]).picture();
    assert!(gate.contains("1 of 2 accounts score below 60"), "{gate}");

    let one = |arguments: &[&str]| {
        local(&[&["report", "--local", "--account", "2234567890123456"], arguments].concat())
    };
    let explained = stdout(&mut one(&["--explain", "--target", "100"]));
    for line in ["bob LTAI****0001", "To reach 100, the score then being 100:"] {
        assert!(explained.contains(line), "{line}\n{explained}");
    }
    for (format, beginning) in [
        ("json", "{\n  \"Source\""),
        ("csv", "Row,AccountId,"),
        ("md", "# Score "),
        ("html", "<!DOCTYPE html>"),
        ("sarif", "{\n  \"$schema\""),
        ("ocsf", "[\n  {"),
        ("junit", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
    ] {
        let text = stdout(&mut one(&["--format", format]));
        assert!(text.starts_with(beginning) && text.contains("LTAI****0001"), "{format}: {text}");
    }
    let which = local(&["report", "--local"]).picture();
    assert!(which.contains("say which one with --account ID"), "{which}");
    let nobody = local(&["report", "--local", "--account", "9999999999999999"]).picture();
    assert!(nobody.contains("refused: EntityNotExist.Account: "), "{nobody}");
    // A store that was reported is a store as before.
    assert!(stdout(&mut local(&["report", "--verify"])).starts_with("2 accounts: every stored number"));

    let _server = place.start(&[]);
    let in_use = local(&["report", "--local", "--all"]).picture();
    assert!(
        in_use.starts_with("exit code: 2") && in_use.contains("ask that one with --endpoint"),
        "{in_use}"
    );
}

#[test]
fn the_operator_sees_all_accounts_and_each() {
    let server = Server::start(&["--account-id", ACCOUNT]);
    stdout(&mut server.as_operator(&[
        "account",
        "create",
        "--account-id",
        "2234567890123456",
        "--alias",
        "two",
    ]));
    call(&server, &["CreateUser", ALICE, "DisplayName=Alice"]);
    let rows: Value =
        serde_json::from_str(&stdout(&mut server.as_operator(&["report", "--all", "--output", "json"])))
            .unwrap();
    let shown = |row: usize| {
        let row = &rows[row];
        (row["AccountId"].as_str().unwrap(), row["Score"].as_i64().unwrap(), row["Change"].as_i64())
    };
    // A first user has its points, and has no MFA device yet.
    assert_eq!([shown(0), shown(1)], [("2234567890123456", 45, None), (ACCOUNT, 63, Some(18))]);
    let one = server.as_operator(&["report", "--account", ACCOUNT]).picture();
    assert!(one.contains("Score 63 of 100"), "{one}");
    let not_said = server.as_operator(&["report", "--explain"]).picture();
    assert!(not_said.contains("refused: MissingAccountId"), "{not_said}");
    let not_allowed = server.as_root(&["report", "--all"]).picture();
    assert!(not_allowed.contains("refused: NoPermission"), "{not_allowed}");
}

const TEN_VALUES: &str = r#"{"RequestId":"R","AccountSecurityPracticeInfo":{"Score":60,"AccountSecurityPracticeUserInfo":{
    "SubUser":9,"SubUserBindMfa":0,"SubUserWithUnusedAccessKey":0,"RootWithAccessKey":1,"SubUserWithOldAccessKey":0,
    "SubUserPwdLevel":"low","UnusedAkNum":0,"OldAkNum":0,"BindMfa":false}}}"#;
const UNKNOWN: &str =
    r#"{"RequestId":"R","Code":"InvalidAction.NotFound","Message":"Specified api is not found."}"#;

#[test]
fn an_endpoint_with_nothing_but_the_report_is_explained_from_its_ten_values() {
    let server = Responder::start(vec![json(404, UNKNOWN), json(200, TEN_VALUES)]);
    let shown = ramward(&["report", "--explain", "--target", "80"]).endpoint(&server.url()).picture();
    assert!(shown.contains("The server says 60, score model 2026-11 expects 63"), "{shown}");
    assert!(shown.contains("To reach 80, the score then being 81:"), "{shown}");
    assert!(shown.contains("`ramward collect` mirrors the account"), "{shown}");
    let asked: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.headers["x-acs-action"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(asked, ["ExplainAccountSecurityPracticeReport", "GetAccountSecurityPracticeReport"]);

    let server = Responder::start(vec![json(404, UNKNOWN), json(200, TEN_VALUES), json(404, UNKNOWN)]);
    let gate = ramward(&["report", "--format", "junit", "--no-regression"]).endpoint(&server.url()).picture();
    assert!(gate.starts_with("exit code: 2") && gate.contains("keeps no history; name a FILE"), "{gate}");
    let server = Responder::start(vec![json(404, UNKNOWN)]);
    let other = ramward(&["report", "--account", ACCOUNT]).endpoint(&server.url()).picture();
    assert!(other.contains("has no reports of other accounts"), "{other}");
    let server =
        Responder::start(vec![json(403, r#"{"Code":"NoPermission","Message":"m","RequestId":"R"}"#)]);
    let refused = ramward(&["report", "--explain"]).endpoint(&server.url()).picture();
    assert!(refused.starts_with("exit code: 1") && refused.contains("refused: NoPermission: m"), "{refused}");
}

#[test]
fn what_does_not_go_together_is_said() {
    for (arguments, reason) in [
        (vec!["report", "--explain", "--format", "xml"], "choose another --format"),
        (vec!["report", "--all", "--account", ACCOUNT], "cannot be used with"),
        (vec!["report", "--all", "--format", "html"], "--all is shown as a table or as json"),
        (vec!["report", "--since", "yesterday"], "write it like 2026-11-01"),
        (vec!["report", "--diff", "2026-01-01"], "2 values required"),
    ] {
        let picture = ramward(&arguments).picture();
        assert!(picture.starts_with("exit code: 2") && picture.contains(reason), "{arguments:?}: {picture}");
    }
}

#[test]
fn what_an_exception_covers_is_shown_beside_and_fails_no_test_case() {
    let server = server_in_2030();
    call(&server, &["CreateUser", ALICE, "DisplayName=Alice"]);
    let exception =
        ["ExceptionId=robots", "Check=users_mfa", "SubjectPattern=alice", "Owner=ops", "Reason=a robot"];
    let until = ["ExpireDate=2031-01-01", "State=accepted risk"];
    call(&server, &[&["SetSecurityException"], &exception[..], &until].concat());
    let explained = stdout(&mut server.as_root(&["report", "--explain"]));
    assert!(explained.starts_with("Score 54 of 100\n"), "the vendor's score stays\n{explained}");
    for line in ["Score 63 with exceptions taken as done", "0 (pass with exceptions)"] {
        assert!(explained.contains(line), "{line}\n{explained}");
    }
    let junit = stdout(&mut server.as_root(&["report", "--format", "junit"]));
    assert!(junit.contains("<skipped message=\"covered by exceptions\"/>"), "{junit}");
    let page = stdout(&mut server.as_root(&["report", "--format", "html"]));
    assert!(page.contains("(63 with exceptions taken as done)"), "{page}");
}

#[test]
fn an_exception_that_is_over_is_named() {
    let server = server_in_2030();
    let until = "ExpireDate=2030-01-31";
    let set = ["SetSecurityException", "ExceptionId=roots", "Check=root_mfa", "SubjectPattern=*", "Owner=o"];
    call(&server, &[&set[..], &["Reason=r", until, "State=planned"]].concat());
    let explained = || stdout(&mut server.as_root(&["report", "--explain"]));
    assert!(!explained().contains("<exception roots>"));
    stdout(&mut server.as_operator(&["clock", "advance", "31d"]));
    let told = explained();
    assert!(told.contains("  <exception roots>  2030-02-01T00:00:00Z  0 days"), "{told}");
    assert!(told.contains("ramward call ListSecurityExceptions"), "{told}");
}
