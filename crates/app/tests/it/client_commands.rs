//! `call`, `report`, `clock`, `completions` and `man` against a server that gives prepared answers. That a real server
//! accepts what they send is shown by the tests of `serve`.

use insta::assert_snapshot;
use ramward_rpc::params::{self, Params};
use ramward_rpc::sign::{self, Detected, Incoming, Scheme, Secret};

use crate::command::ramward;
use crate::responder::{Request, Responder, json, reply};

const REPORT_JSON: &str = r#"{"RequestId":"R","AccountSecurityPracticeInfo":{"Score":63,"AccountSecurityPracticeUserInfo":{"SubUser":9,"SubUserBindMfa":0,"SubUserWithUnusedAccessKey":0,"RootWithAccessKey":1,"SubUserWithOldAccessKey":0,"SubUserPwdLevel":"low","UnusedAkNum":0,"OldAkNum":0,"BindMfa":false}}}"#;
const REPORT_XML: &str = "<?xml version='1.0' encoding='UTF-8'?><GetAccountSecurityPracticeReportResponse><RequestId>R</RequestId><AccountSecurityPracticeInfo><Score>63</Score><AccountSecurityPracticeUserInfo><SubUser>9</SubUser><SubUserBindMfa>0</SubUserBindMfa><SubUserWithUnusedAccessKey>0</SubUserWithUnusedAccessKey><RootWithAccessKey>1</RootWithAccessKey><SubUserWithOldAccessKey>0</SubUserWithOldAccessKey><SubUserPwdLevel>low</SubUserPwdLevel><UnusedAkNum>0</UnusedAkNum><OldAkNum>0</OldAkNum><BindMfa>false</BindMfa></AccountSecurityPracticeUserInfo></AccountSecurityPracticeInfo></GetAccountSecurityPracticeReportResponse>";

/// What arrives when `arguments` are run: the request, whose signature must hold, and its parameters.
fn arrives(arguments: &[&str], scheme: Scheme) -> (Request, Vec<(String, String)>) {
    let server = Responder::start(vec![json(200, "{}")]);
    let output = ramward(arguments).endpoint(&server.url()).output();
    assert!(output.status.success(), "{output:?}");
    let request = server.request();
    let pairs = {
        let form = params::is_form(&request.headers).then_some(request.body.as_slice());
        let params = Params::parse(request.query.as_bytes(), form).unwrap();
        let incoming = Incoming {
            method: &request.method,
            path: &request.path,
            headers: &request.headers,
            params: &params,
            body: &request.body,
        };
        let Detected::Claim(claim) = sign::detect(&incoming) else { panic!("no claim in {request:?}") };
        assert_eq!((claim.scheme, claim.access_key_id), (scheme, "test-key"));
        sign::verify(&incoming, &claim, &Secret::from("test-secret")).unwrap();
        params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    (request, pairs)
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.into(), value.into())
}

#[test]
fn the_signature_holds_for_what_arrives() {
    let (request, params) =
        arrives(&["call", "CreateUser", "UserName=a b", "Comments=", "DisplayName=é=+&*~'中😀"], Scheme::V3);
    assert_eq!(params, [pair("Comments", ""), pair("DisplayName", "é=+&*~'中😀"), pair("UserName", "a b")]);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/"));
    assert_eq!(request.headers["x-acs-version"], "2019-08-15");
    assert_eq!(request.headers["x-acs-action"], "CreateUser");
    assert_eq!(request.headers["content-length"], "0");
    assert!(!request.headers.contains_key("accept-encoding"), "an answer is shown as it was sent");

    let (request, params) =
        arrives(&["call", "ListPolicies", "--method", "get", "--format", "xml"], Scheme::V3);
    assert_eq!((request.method.as_str(), params), ("GET", vec![pair("Format", "XML")]));
    assert_eq!(request.headers["x-acs-version"], "2015-05-01", "an operation of RAM alone");

    let (_, params) = arrives(&["call", "GetCallerIdentity", "--signature", "v1", "A=b=c"], Scheme::RpcV1);
    for expected in [pair("Action", "GetCallerIdentity"), pair("Version", "2015-04-01"), pair("A", "b=c")] {
        assert!(params.contains(&expected), "{params:?}");
    }
    let (request, _) = arrives(&["call", "GetUser", "--signature", "v1", "--method", "GET"], Scheme::RpcV1);
    assert_eq!((request.method.as_str(), request.body.len()), ("GET", 0));
    let (request, _) = arrives(&["call", "Anything", "--version", "2030-01-01"], Scheme::V3);
    assert_eq!(request.headers["x-acs-version"], "2030-01-01");
}

#[test]
fn long_parameters_travel_in_the_body() {
    let value = "中".repeat(2000);
    for (signature, scheme) in [("v3", Scheme::V3), ("v1", Scheme::RpcV1)] {
        let parameter = format!("PolicyDocument={value}");
        let (request, params) =
            arrives(&["call", "CreatePolicy", "--signature", signature, &parameter], scheme);
        assert!(request.query.len() < 1000 && request.body.len() > 6000);
        assert!(params.contains(&pair("PolicyDocument", &value)));
    }
}

#[test]
fn two_calls_have_two_nonces() {
    let nonce = |request: Request| request.headers["x-acs-signature-nonce"].to_str().unwrap().to_owned();
    let call = || nonce(arrives(&["call", "ListUsers"], Scheme::V3).0);
    assert_ne!(call(), call());
}

#[test]
fn a_dry_run_sends_nothing_and_shows_no_secret() {
    let server = Responder::start(vec![json(200, "{}")]);
    let arguments = ["call", "CreateUser", "UserName=alice", "--dry-run", "--output", "json"];
    let output = ramward(&arguments).endpoint(&server.url()).output();
    assert!(output.status.success() && server.requests().is_empty());
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(!shown.contains("test-secret"));
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let member = |name: &str| shown[name].as_str().unwrap();
    assert!(member("CanonicalRequest").starts_with("POST\n/\nUserName=alice\nhost:127.0.0.1:"));
    assert!(member("StringToSign").starts_with("ACS3-HMAC-SHA256\n"));
    assert!(member("Curl").starts_with("curl -X POST ") && member("Curl").contains(member("Signature")));
    assert!(member("Curl").ends_with(&format!("'{}/?UserName=alice'", server.url())));
}

#[test]
fn a_dry_run_for_people() {
    let command = ramward(&["call", "GetUser", "UserName=a b", "--signature", "v1", "--dry-run"]);
    let picture = command.endpoint("http://127.0.0.1:8686").picture();
    // Time, nonce and signature differ from run to run.
    let lines: Vec<&str> = picture
        .lines()
        .map(|line| match line {
            _ if line.starts_with("AccessKeyId=") => "[the canonicalized query]",
            _ if line.starts_with("POST&") => "[the string to sign]",
            _ if line.starts_with("curl ") => "[the curl line]",
            _ if line.ends_with('=') => "[the signature]",
            _ => line,
        })
        .collect();
    assert_snapshot!(lines.join("\n"), @"
    exit code: 0
    --- stdout ---
    # canonical request
    [the canonicalized query]

    # string to sign
    [the string to sign]

    # signature
    [the signature]

    # as a command line
    [the curl line]
    --- stderr ---
    nothing was sent; signed with test-key from environment (ALIBABA_CLOUD_ACCESS_KEY_ID), good for one use within 15 minutes
    ");
}

#[test]
fn what_call_cannot_read() {
    for (arguments, reason) in [
        (vec!["ListUsers", "MaxItems"], "a parameter is written Name=Value, like DisplayName=Alice"),
        (vec!["ListUsers", "=5"], "the name before = is missing"),
        (vec!["CreateUsr"], "no operation \"CreateUsr\" is known, but CreateUser is"),
        (vec!["Qqqq"], "no operation \"Qqqq\" is known; give its --version, like --version 2019-08-15"),
        (
            vec!["SetClock", "--signature", "v1", "Timestamp=x"],
            "the parameter Timestamp belongs to the protocol: use --signature v3",
        ),
        (vec!["GetUser", "--signature", "v1", "Action=x"], "it is the first word after `call`"),
        (vec!["GetUser", "--method", "put"], "possible values: GET, POST"),
        (vec!["GetUser", "--access-key-id", "a", "--profile", "b"], "cannot be used with"),
        (vec!["GetUser", "--timeout", "0"], "0 is not in 1..=3600"),
        (vec![], "<OPERATION>"),
    ] {
        let picture = ramward(&[vec!["call"], arguments.clone()].concat()).picture();
        assert!(
            picture.starts_with("exit code: 2\n") && picture.contains(reason),
            "{arguments:?}: {picture}"
        );
    }
}

#[test]
fn the_report_for_people() {
    let server = Responder::start(vec![json(200, REPORT_JSON)]);
    assert_snapshot!(ramward(&["report"]).endpoint(&server.url()).picture(), @"
    exit code: 0
    --- stdout ---
    Score 63 of 100

    RAM users                           9    SubUser
    RAM users with an MFA device        0    SubUserBindMfa
    RAM users with an unused AccessKey  0    SubUserWithUnusedAccessKey
    AccessKeys of the root identity     1    RootWithAccessKey
    RAM users with an old AccessKey     0    SubUserWithOldAccessKey
    Strength of the password policy     low  SubUserPwdLevel
    Unused AccessKeys in the account    0    UnusedAkNum
    Old AccessKeys in the account       0    OldAkNum
    Root identity has an MFA device     no   BindMfa
    --- stderr ---
    ");
    let request = server.request();
    assert_eq!(request.headers["x-acs-action"], "GetAccountSecurityPracticeReport");
    assert_eq!(request.headers["x-acs-version"], "2019-08-15");
}

#[test]
fn the_report_for_machines_is_the_answer_byte_for_byte() {
    for (arguments, query, body) in [
        (["report", "--format", "json"], "", REPORT_JSON),
        (["report", "--output", "json"], "", REPORT_JSON),
        (["report", "--format", "xml"], "Format=XML", REPORT_XML),
    ] {
        let server = Responder::start(vec![reply(200, &[], body)]);
        let output = ramward(&arguments).endpoint(&server.url()).output();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), body.as_bytes()));
        assert_eq!(server.request().query, query);
    }
}

#[test]
fn a_score_below_the_threshold() {
    let server = Responder::start(vec![json(200, REPORT_JSON)]);
    assert_snapshot!(ramward(&["report", "--fail-under", "64"]).endpoint(&server.url()).picture(), @"
    exit code: 1
    --- stdout ---
    Score 63 of 100

    RAM users                           9    SubUser
    RAM users with an MFA device        0    SubUserBindMfa
    RAM users with an unused AccessKey  0    SubUserWithUnusedAccessKey
    AccessKeys of the root identity     1    RootWithAccessKey
    RAM users with an old AccessKey     0    SubUserWithOldAccessKey
    Strength of the password policy     low  SubUserPwdLevel
    Unused AccessKeys in the account    0    UnusedAkNum
    Old AccessKeys in the account       0    OldAkNum
    Root identity has an MFA device     no   BindMfa
    --- stderr ---
    score 63 is below 64, the least that --fail-under accepts
    to raise it: bind an MFA device to the root identity; delete the root identity's AccessKeys (1); bind MFA devices to the RAM users without one (9); strengthen the password policy (low)
    ");
    for (format, body) in [("json", REPORT_JSON), ("xml", REPORT_XML)] {
        for (threshold, code) in [("63", 0), ("0", 0), ("64", 1), ("100", 1)] {
            let server = Responder::start(vec![reply(200, &[], body)]);
            let output = ramward(&["report", "--format", format, "--fail-under", threshold])
                .endpoint(&server.url())
                .output();
            assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(code), body.as_bytes()));
            assert_eq!(output.stderr.is_empty(), code == 0);
        }
    }
    assert!(ramward(&["report", "--fail-under", "101"]).picture().contains("101 is not in 0..=100"));
}

#[test]
fn a_refused_report_and_one_that_is_none() {
    let refusal = r#"{"RequestId":"R","Code":"InvalidAccessKeyId.NotFound","Message":"Specified access key is not found."}"#;
    let server = Responder::start(vec![json(404, refusal)]);
    assert_snapshot!(ramward(&["report", "--fail-under", "1"]).endpoint(&server.url()).picture(), @"
    exit code: 1
    --- stdout ---

    --- stderr ---
    refused: InvalidAccessKeyId.NotFound: Specified access key is not found. (status 404, RequestId R)
    ");
    let server = Responder::start(vec![json(200, r#"{"RequestId":"R"}"#)]);
    assert_snapshot!(ramward(&["report"]).endpoint(&server.url()).picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: http://server did not answer with a report; check that it is an IMS endpoint: AccountSecurityPracticeInfo is missing
    ");
}

#[test]
fn the_clock_is_set_moved_and_reset() {
    for (arguments, query) in [
        (vec!["set", "2027-01-01T00:00:00Z"], "Time=2027-01-01T00%3A00%3A00Z"),
        (vec!["advance", "91d"], "Advance=7862400"),
        (vec!["reset"], ""),
    ] {
        let server =
            Responder::start(vec![json(200, r#"{"RequestId":"R","Timestamp":"2027-01-01T00:00:00Z"}"#)]);
        let picture = ramward(&[vec!["clock"], arguments].concat()).endpoint(&server.url()).picture();
        assert_eq!(picture, "exit code: 0\n--- stdout ---\n2027-01-01T00:00:00Z\n--- stderr ---\n");
        let request = server.request();
        assert_eq!(
            (request.headers["x-acs-version"].to_str().unwrap(), request.query.as_str()),
            ("2026-11-01", query)
        );
    }
    for wrong in ["2027-02-30T00:00:00Z", "2027-01-01", "now"] {
        assert!(
            ramward(&["clock", "set", wrong])
                .picture()
                .contains("an instant is written like 2027-01-01T00:00:00Z")
        );
    }
}

#[test]
fn completions_for_every_shell_name_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = ramward(&["completions", shell]).output();
        let script = String::from_utf8(output.stdout).unwrap();
        for word in ["report", "completions", "dry-run", "fail-under"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn manual_pages_on_stdout_and_in_a_directory() {
    let page = |arguments: &[&str]| String::from_utf8(ramward(arguments).output().stdout).unwrap();
    assert!(page(&["man"]).contains(".TH ramward 1"));
    assert!(page(&["man", "clock", "set"]).contains(".TH ramward-clock-set 1"));
    assert!(
        ramward(&["man", "clocks"])
            .picture()
            .contains("there is no command \"clocks\"; `ramward --help` lists them")
    );
    let mut command = ramward(&["man", "--dir", "pages/man1"]);
    assert!(command.output().status.success());
    for name in ["ramward.1", "ramward-call.1", "ramward-clock-set.1"] {
        assert!(command.home().join("pages/man1").join(name).is_file(), "{name}");
    }
}

#[test]
fn an_account_is_created_and_its_secret_shown_once() {
    let body = r#"{"RequestId":"R","Account":{"AccountId":"1234567890123456","DefaultDomainName":"acme.onaliyun.com"},"AccessKey":{"AccessKeyId":"LTAI","AccessKeySecret":"s"}}"#;
    let server = Responder::start(vec![json(200, body)]);
    assert_snapshot!(ramward(&["account", "create", "--alias", "acme"]).endpoint(&server.url()).picture(), @"
    exit code: 0
    --- stdout ---
    Account.AccountId          1234567890123456
    Account.DefaultDomainName  acme.onaliyun.com
    AccessKey.AccessKeyId      LTAI
    AccessKey.AccessKeySecret  s
    --- stderr ---
    keep the AccessKeySecret: it is shown only this once
    ");
    let request = server.request();
    assert_eq!(
        (request.headers["x-acs-action"].to_str().unwrap(), request.query.as_str()),
        ("CreateAccount", "AccountAlias=acme")
    );
}

#[test]
fn accounts_are_listed_page_by_page() {
    let pages = || {
        let first = r#"{"RequestId":"R","IsTruncated":true,"Marker":"m/1","Accounts":{"Account":[{"AccountId":"1","AccountAlias":"acme"}]}}"#;
        let last = r#"{"RequestId":"R","IsTruncated":false,"Accounts":{"Account":[{"AccountId":"2","AccountAlias":"中文"}]}}"#;
        Responder::start(vec![json(200, first), json(200, last)])
    };
    let server = pages();
    assert_snapshot!(ramward(&["account", "list"]).endpoint(&server.url()).picture(), @"
    exit code: 0
    --- stdout ---
    AccountId  AccountAlias
    1          acme
    2          中文
    --- stderr ---
    ");
    let queries: Vec<String> = server.requests().into_iter().map(|request| request.query).collect();
    assert_eq!(queries, ["MaxItems=100", "MaxItems=100&Marker=m%2F1"]);
    let output = ramward(&["account", "list", "--output", "json"]).endpoint(&pages().url()).output();
    let listed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
}

#[test]
fn an_account_is_deleted_only_on_purpose() {
    let server = Responder::start(vec![json(200, r#"{"RequestId":"R"}"#)]);
    assert_snapshot!(ramward(&["account", "delete", "1"]).endpoint(&server.url()).picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: deleting account 1 cannot be undone: add --yes to do it
    ");
    assert!(server.requests().is_empty());
    assert_snapshot!(ramward(&["account", "delete", "1", "--yes"]).endpoint(&server.url()).picture(), @"
    exit code: 0
    --- stdout ---

    --- stderr ---
    deleted account 1
    ");
    assert_eq!(server.request().query, "AccountId=1");
}
