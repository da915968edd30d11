//! The credentials chain as the binary walks it, in a home directory of its own. Every place of it is a unit test beside
//! the code; here is what only the whole program can show.

use insta::assert_snapshot;

use crate::command::{Ramward, ramward, ramward_without_credentials};
use crate::responder::{Responder, json};

const CONFIG: &str = r#"{"current":"one","profiles":[
    {"name":"one","mode":"AK","access_key_id":"id-1","access_key_secret":"secret-1"},
    {"name":"two","mode":"StsToken","access_key_id":"id-2","access_key_secret":"secret-2","sts_token":"token-2"},
    {"name":"role","mode":"RamRoleArn","access_key_id":"id-3","access_key_secret":"secret-3"}]}"#;

/// The AccessKey that a call is signed with, and its token.
fn signed_by(command: Ramward) -> (String, Option<String>) {
    let server = Responder::start(vec![json(200, "{}")]);
    let output = command.endpoint(&server.url()).output();
    assert!(output.status.success(), "{output:?}");
    let headers = server.request().headers;
    let authorization = headers["authorization"].to_str().unwrap();
    let id = authorization.split_once("Credential=").unwrap().1.split_once(',').unwrap().0;
    (id.into(), headers.get("x-acs-security-token").map(|token| token.to_str().unwrap().into()))
}

#[test]
fn nothing_found() {
    assert_snapshot!(ramward_without_credentials(&["call", "ListUsers"]).picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: no credentials found: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (the first start of `ramward serve` prints a pair), or name a profile with --profile; looked at the environment, ~/.aliyun/config.json (absent), ~/.alibabacloud/credentials.ini (absent), ~/.alibabacloud/credentials (absent)
    ");
}

#[test]
fn a_role_is_assumed_first_and_its_token_goes_along() {
    const ASSUMED: &str = r#"{"RequestId":"R","Credentials":{"AccessKeyId":"STS.x","AccessKeySecret":"s","SecurityToken":"t","Expiration":"2099-01-01T00:00:00Z"}}"#;
    let config = CONFIG.replace("secret-3\"", "secret-3\",\"ram_role_arn\":\"acs:ram::1:role/x\"");
    let server = Responder::start(vec![json(200, ASSUMED), json(200, "{}")]);
    let command = ramward_without_credentials(&["call", "ListUsers", "--profile", "role"]);
    let output = command.file(".aliyun/config.json", &config).endpoint(&server.url()).output();
    assert!(output.status.success(), "{output:?}");
    let [assume, call] = &server.requests()[..] else { panic!("two calls") };
    assert_eq!(
        (&assume.headers["x-acs-action"], &assume.headers["x-acs-version"]),
        (&"AssumeRole".parse().unwrap(), &"2015-04-01".parse().unwrap())
    );
    assert!(assume.query.contains("RoleArn=acs%3Aram%3A%3A1%3Arole%2Fx"), "{}", assume.query);
    assert!(assume.headers["authorization"].to_str().unwrap().contains("Credential=id-3,"));
    assert_eq!(call.headers["x-acs-security-token"], "t");
    assert!(call.headers["authorization"].to_str().unwrap().contains("Credential=STS.x,"));
    // The option does the same with any key; a refusal says why.
    let refused = r#"{"RequestId":"R","Code":"NoPermission","Message":"no"}"#;
    let server = Responder::start(vec![json(403, refused)]);
    let command = ramward(&["call", "ListUsers", "--role-arn", "acs:ram::1:role/x"]);
    assert_snapshot!(command.endpoint(&server.url()).picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: role acs:ram::1:role/x was not assumed: NoPermission: no (status 403, RequestId R); check the role, its trust policy and --sts-endpoint
    ");
}

#[test]
fn an_unknown_profile() {
    let command = ramward(&["report", "--profile", "three"]).file(".aliyun/config.json", CONFIG);
    assert_snapshot!(command.picture(), @r#"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: no profile "three" found, name one that is there; looked at ~/.aliyun/config.json (has one two role), ~/.alibabacloud/credentials.ini (absent), ~/.alibabacloud/credentials (absent)
    "#);
}

#[test]
fn a_secret_is_no_option() {
    let picture = ramward(&["call", "ListUsers", "--access-key-secret", "x"]).picture();
    assert!(picture.starts_with("exit code: 2\n"), "{picture}");
    assert_snapshot!(ramward_without_credentials(&["call", "ListUsers", "--access-key-id", "me"]).picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: no secret for --access-key-id me: set ALIBABA_CLOUD_ACCESS_KEY_SECRET to it (a secret is never an option, because other processes can see options)
    ");
}

#[test]
fn environment_then_profile_then_ini_file() {
    let call = &["call", "ListUsers"];
    assert_eq!(signed_by(ramward(call).file(".aliyun/config.json", CONFIG)), ("test-key".into(), None));
    assert_eq!(
        signed_by(ramward_without_credentials(call).file(".aliyun/config.json", CONFIG)),
        ("id-1".into(), None)
    );
    let ini = "[default]\ntype = access_key\naccess_key_id = ini\naccess_key_secret = x\n";
    assert_eq!(
        signed_by(ramward_without_credentials(call).file(".alibabacloud/credentials", ini)),
        ("ini".into(), None)
    );
    let named = ramward(&["call", "ListUsers", "--profile", "two"]).file(".aliyun/config.json", CONFIG);
    assert_eq!(signed_by(named), ("id-2".into(), Some("token-2".into())));
    let named = ramward(call).variable("RAMWARD_PROFILE", "two").file(".aliyun/config.json", CONFIG);
    assert_eq!(signed_by(named), ("id-2".into(), Some("token-2".into())));
}

#[test]
fn the_address_of_the_environment_is_asked_once_and_without_a_signature() {
    let key = r#"{"Code":"Success","AccessKeyId":"uri-id","AccessKeySecret":"s","SecurityToken":"uri-token","Expiration":"2030-01-01T00:00:00Z"}"#;
    let keys = Responder::start(vec![json(200, key)]);
    let address = format!("{}/a/key?for=me", keys.url());
    let command = ramward_without_credentials(&["call", "ListUsers"])
        .variable("ALIBABA_CLOUD_CREDENTIALS_URI", &address);
    assert_eq!(signed_by(command), ("uri-id".into(), Some("uri-token".into())));
    let request = keys.request();
    assert_eq!(
        (request.method.as_str(), request.path.as_str(), request.query.as_str()),
        ("GET", "/a/key", "for=me")
    );
    assert!(!request.headers.contains_key("authorization"));
}

#[test]
fn an_address_that_gives_no_key_is_not_shown_beyond_its_host() {
    let keys = Responder::start(vec![json(404, "secret-body")]);
    let address = format!("{}/secret-path", keys.url());
    let command = ramward_without_credentials(&["call", "ListUsers"])
        .variable("ALIBABA_CLOUD_CREDENTIALS_URI", &address);
    assert_snapshot!(command.picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: ALIBABA_CLOUD_CREDENTIALS_URI gave no credentials: it answered with status 404 instead of 200; correct the variable or unset it
    ");
    let nobody = ramward_without_credentials(&["call", "ListUsers"])
        .variable("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:1/secret-path")
        .picture();
    assert!(
        nobody.contains("cannot connect to http://127.0.0.1:1: ") && !nobody.contains("secret-path"),
        "{nobody}"
    );
}

#[test]
fn verbose_tells_where_the_key_is_from() {
    let server = Responder::start(vec![json(200, "{}")]);
    let command =
        ramward_without_credentials(&["-v", "call", "ListUsers"]).file(".aliyun/config.json", CONFIG);
    assert_snapshot!(command.endpoint(&server.url()).picture(), @r#"
    exit code: 0
    --- stdout ---
    {}
    --- stderr ---
    endpoint http://server, AccessKey id-1 from profile "one" in ~/.aliyun/config.json
    "#);
}
