//! The chain, place by place, in a home directory of its own.

use std::cell::RefCell;
use std::collections::HashMap;

use tempfile::TempDir;

use super::*;

/// A home, an environment and an address book that only these tests know.
struct World {
    home: TempDir,
    variables: HashMap<String, String>,
    documents: HashMap<String, (u16, String)>,
    fetched: RefCell<Vec<String>>,
}

impl World {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            variables: HashMap::new(),
            documents: HashMap::new(),
            fetched: RefCell::default(),
        }
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.replace("~", self.home.path().to_str().unwrap()));
        self
    }

    fn file(self, path: &str, text: &str) -> Self {
        let path = self.home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn document(mut self, url: &str, status: u16, text: &str) -> Self {
        self.documents.insert(url.into(), (status, text.into()));
        self
    }

    /// What is found, as `id secret token source`, or the error; the home directory is shown as `~`.
    fn find(&self, wanted: Wanted<'_>) -> String {
        let variable = |name: &str| self.variables.get(name).cloned();
        let fetch = |url: &str| {
            self.fetched.borrow_mut().push(url.into());
            match self.documents.get(url) {
                Some((status, text)) => Ok((*status, Zeroizing::new(text.clone().into_bytes()))),
                None => Err(FetchError::Address("nobody there".into())),
            }
        };
        let assume = |base: &Credentials, role: &Role| {
            let asked: Vec<String> =
                role.parameters().iter().map(|(name, value)| format!("{name}={value}")).collect();
            self.fetched.borrow_mut().push(format!("{} {}", base.access_key_id, asked.join(" ")));
            let answer = self.documents.get(&role.arn).ok_or("nobody there")?;
            assume_role::read(answer.1.as_bytes(), role, base).ok_or_else(|| "no key".to_owned())
        };
        let around = Surroundings {
            variable: &variable,
            home: Some(self.home.path()),
            fetch: &fetch,
            assume: &assume,
        };
        let shown = match find(wanted, &around) {
            Ok(found) => {
                assert!(!format!("{found:?}").contains(found.secret.expose()), "a secret in Debug");
                let token = found.security_token.as_ref().map_or("-", |token| token.expose());
                format!("{} {} {token} | {}", found.access_key_id, found.secret.expose(), found.source)
            }
            Err(error) => format!("error: {error}"),
        };
        shown.replace(self.home.path().to_str().unwrap(), "~")
    }

    fn find_default(&self) -> String {
        self.find(Wanted::default())
    }

    fn find_profile(&self, name: &str) -> String {
        self.find(Wanted { profile: Some(name), ..Wanted::default() })
    }
}

const CONFIG: &str = r#"{"current":"two","meta_path":"","profiles":[
    {"name":"one","mode":"AK","access_key_id":"id-1","access_key_secret":"secret-1","region_id":"cn-hangzhou"},
    {"name":"two","mode":"StsToken","access_key_id":"id-2","access_key_secret":"secret-2","sts_token":"token-2"},
    {"name":"role","mode":"RamRoleArn","access_key_id":"id-3","access_key_secret":"secret-3","ram_role_arn":"acs:ram::1:role/x"},
    {"name":"ecs","mode":"EcsRamRole","ram_role_name":"x"},
    {"name":"odd","mode":"Telepathy"},
    {"name":"half","mode":"AK","access_key_id":"id-4"}]}"#;

const INI: &str = "# keys\n[default]\ntype = access_key # stored\naccess_key_id = ini-1\naccess_key_secret=ini;secret=1 # mine\n\n\
                   [Other]\ntype=access_key\naccess_key_id=ini-2\naccess_key_secret=ini-secret-2\n\
                   [role]\ntype=ram_role_arn\nrole_arn=acs:ram::1:role/x\n[half]\ntype=access_key\naccess_key_id=x\n[typeless]\naccess_key_id=x\n";

fn environment() -> World {
    World::new().set(ACCESS_KEY_ID, "env-id").set(ACCESS_KEY_SECRET, "env-secret")
}

#[test]
fn the_environment_comes_first() {
    let world = environment()
        .file(".aliyun/config.json", CONFIG)
        .file(".alibabacloud/credentials.ini", INI)
        .set("ALIBABA_CLOUD_CREDENTIALS_URI", "http://u/");
    assert_eq!(world.find_default(), "env-id env-secret - | environment (ALIBABA_CLOUD_ACCESS_KEY_ID)");
    let world = world.set(SECURITY_TOKEN, "env-token");
    assert_eq!(
        world.find_default(),
        "env-id env-secret env-token | environment (ALIBABA_CLOUD_ACCESS_KEY_ID)"
    );
    assert!(world.fetched.borrow().is_empty(), "nobody is asked when the key is at hand");
}

#[test]
fn half_a_pair_is_no_reason_to_sign_as_somebody_else() {
    let world =
        World::new().set(ACCESS_KEY_ID, "id").set(ACCESS_KEY_SECRET, "").file(".aliyun/config.json", CONFIG);
    assert_eq!(
        world.find_default(),
        "error: ALIBABA_CLOUD_ACCESS_KEY_ID is set without ALIBABA_CLOUD_ACCESS_KEY_SECRET: set both, or neither to use a profile"
    );
    let shown = World::new().set(ACCESS_KEY_SECRET, "hunter2").find_default();
    assert!(shown.starts_with("error: ALIBABA_CLOUD_ACCESS_KEY_SECRET is set without"), "{shown}");
    assert!(!shown.contains("hunter2"));
}

#[test]
fn the_option_takes_its_secret_from_the_environment_alone() {
    let wanted = Wanted { access_key_id: Some("env-id"), profile: None };
    assert_eq!(
        environment().find(wanted),
        "env-id env-secret - | --access-key-id and ALIBABA_CLOUD_ACCESS_KEY_SECRET"
    );
    let only_secret = World::new().set(ACCESS_KEY_SECRET, "lone-secret").set(SECURITY_TOKEN, "lone-token");
    assert_eq!(
        only_secret.find(wanted),
        "env-id lone-secret lone-token | --access-key-id and ALIBABA_CLOUD_ACCESS_KEY_SECRET"
    );
    let other = environment().find(Wanted { access_key_id: Some("mine"), profile: None });
    assert!(
        other.starts_with("error: --access-key-id mine is not the key whose secret the environment holds"),
        "{other}"
    );
    assert!(!other.contains("env-secret"));
    let none = World::new().file(".aliyun/config.json", CONFIG).find(wanted);
    assert!(
        none.starts_with("error: no secret for --access-key-id env-id: set ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        "{none}"
    );
}

#[test]
fn oidc_is_refused_and_not_passed_over() {
    let mut world = World::new().file(".aliyun/config.json", CONFIG);
    for name in OIDC {
        assert!(world.find_default().starts_with("id-2 "), "two of three variables ask for nothing");
        world = world.set(name, "x");
    }
    assert!(world.find_default().starts_with("error: the environment asks to exchange an OIDC token"));
    assert!(world.find_profile("one").starts_with("id-1 "), "a named profile is an answer");
}

#[test]
fn the_command_line_profile_is_the_current_or_the_named_one() {
    let world = World::new().file(".aliyun/config.json", CONFIG).file(".alibabacloud/credentials.ini", INI);
    assert_eq!(world.find_default(), r#"id-2 secret-2 token-2 | profile "two" in ~/.aliyun/config.json"#);
    assert_eq!(world.find_profile("one"), r#"id-1 secret-1 - | profile "one" in ~/.aliyun/config.json"#);
    assert!(world.set(PROFILE, "one").find_default().starts_with("id-1 "));
}

#[test]
fn a_named_profile_wins_over_the_environment_and_a_profile_of_the_environment_does_not() {
    let world = environment().file(".aliyun/config.json", CONFIG);
    assert!(world.find_profile("one").starts_with("id-1 "));
    assert!(world.set(PROFILE, "one").find_default().starts_with("env-id "));
}

#[test]
fn modes_without_a_stored_key_say_what_to_do() {
    let world = World::new().file(".aliyun/config.json", CONFIG);
    assert_eq!(
        world.find_profile("ecs"),
        "error: profile \"ecs\" in ~/.aliyun/config.json is of mode \"EcsRamRole\", which asks the metadata service, and \
         ramward never does: choose a profile with a stored AccessKey using --profile, or set ALIBABA_CLOUD_ACCESS_KEY_ID, \
         ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for a temporary key, ALIBABA_CLOUD_SECURITY_TOKEN"
    );
    assert!(world.find_profile("odd").contains("which is not known"));
    assert_eq!(
        world.find_profile("half"),
        "error: profile \"half\" in ~/.aliyun/config.json has no access_key_secret: add it, or choose another profile with --profile"
    );
}

const ASSUMED: &str = r#"{"RequestId":"R","AssumedRoleUser":{},"Credentials":{"AccessKeyId":"STS.x","AccessKeySecret":"sts-secret",
    "SecurityToken":"t","Expiration":"2026-01-01T00:00:00Z"}}"#;

#[test]
fn a_role_is_assumed_with_the_key_of_the_profile() {
    let world = World::new()
        .file(
            ".aliyun/config.json",
            r#"{"current":"role","profiles":[
            {"name":"base","mode":"AK","access_key_id":"id-1","access_key_secret":"secret-1"},
            {"name":"role","mode":"RamRoleArn","access_key_id":"id-3","access_key_secret":"secret-3",
             "ram_role_arn":"acs:ram::1:role/x","ram_session_name":"me","expired_seconds":900,"external_id":"e","policy":""},
            {"name":"chained","mode":"ChainableRamRoleArn","source_profile":"role","ram_role_arn":"acs:ram::2:role/y"},
            {"name":"lost","mode":"ChainableRamRoleArn","source_profile":"nobody","ram_role_arn":"acs:ram::2:role/y"},
            {"name":"circle","mode":"ChainableRamRoleArn","source_profile":"circle","ram_role_arn":"acs:ram::2:role/y"},
            {"name":"denied","mode":"ChainableRamRoleArn","source_profile":"base","ram_role_arn":"acs:ram::3:role/z"}]}"#,
        )
        .file(
            ".alibabacloud/credentials.ini",
            "[ini]\ntype=ram_role_arn\naccess_key_id=id-9\naccess_key_secret=ini-secret\nrole_arn=acs:ram::1:role/x\nrole_session_name=i\n",
        )
        .document("acs:ram::1:role/x", 200, ASSUMED)
        .document("acs:ram::2:role/y", 200, &ASSUMED.replace("STS.x", "STS.y"));
    assert_eq!(
        world.find_default(),
        r#"STS.x sts-secret t | role acs:ram::1:role/x assumed with profile "role" in ~/.aliyun/config.json"#
    );
    assert!(
        world
            .find_profile("chained")
            .starts_with("STS.y sts-secret t | role acs:ram::2:role/y assumed with role acs:ram::1")
    );
    assert!(world.find_profile("ini").starts_with("STS.x sts-secret t | "));
    assert_eq!(
        *world.fetched.borrow(),
        [
            "id-3 RoleArn=acs:ram::1:role/x RoleSessionName=me DurationSeconds=900 ExternalId=e",
            "id-3 RoleArn=acs:ram::1:role/x RoleSessionName=me DurationSeconds=900 ExternalId=e",
            "STS.x RoleArn=acs:ram::2:role/y RoleSessionName=ramward",
            "id-9 RoleArn=acs:ram::1:role/x RoleSessionName=i",
        ]
    );
    assert!(world.find_profile("lost").contains("its source profile \"nobody\" is not there"));
    assert!(world.find_profile("circle").contains("lead in a circle"));
    assert!(world.find_profile("denied").contains("role acs:ram::3:role/z was not assumed: nobody there"));
    let base = Credentials {
        access_key_id: "a".into(),
        secret: "b".into(),
        security_token: None,
        source: "c".into(),
        expires: None,
    };
    let found = assume_role::read(ASSUMED.as_bytes(), &Role::new("r"), &base).unwrap();
    assert_eq!(found.expires.unwrap().to_string(), "2026-01-01T00:00:00Z");
    for body in ["", "{}", &ASSUMED.replace("STS.x", "")] {
        assert!(assume_role::read(body.as_bytes(), &Role::new("r"), &base).is_none(), "{body}");
    }
}

#[test]
fn all_profiles_are_named_once() {
    let world = World::new()
        .file(".aliyun/config.json", CONFIG)
        .file(".alibabacloud/credentials.ini", "[one]\ntype=access_key\n[more]\ntype=access_key\n");
    let variable = |name: &str| world.variables.get(name).cloned();
    let around = Surroundings {
        variable: &variable,
        home: Some(world.home.path()),
        fetch: &|_| Err(FetchError::Address("nobody".into())),
        assume: &|_, _| Err("nobody".into()),
    };
    assert_eq!(profiles(&around).unwrap(), ["one", "two", "role", "ecs", "odd", "half", "more"]);
}

#[test]
fn the_profile_file_can_be_switched_off_or_be_broken() {
    let world = World::new().file(".aliyun/config.json", CONFIG).file(".alibabacloud/credentials.ini", INI);
    let world = world.set("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true");
    assert!(world.find_default().starts_with("ini-1 "));
    let broken = World::new()
        .file(".aliyun/config.json", r#"{"profiles":[{"name":"x","access_key_secret":12345678}]}"#);
    let shown = broken.find_default();
    assert!(
        shown.starts_with(
            "error: ~/.aliyun/config.json cannot be used: it is not a list of profiles, see line 1"
        ),
        "{shown}"
    );
    assert!(!shown.contains("12345678"));
}

#[test]
fn the_ini_file_of_either_library_is_read() {
    let shown = r#"ini-1 ini;secret=1 - | section "default" in ~/.alibabacloud/credentials"#;
    assert_eq!(
        World::new().file(".alibabacloud/credentials.ini", INI).find_default(),
        format!("{shown}.ini")
    );
    assert_eq!(World::new().file(".alibabacloud/credentials", INI).find_default(), shown);
    let world = World::new().file(".alibabacloud/credentials", INI);
    assert!(world.find_profile("Other").starts_with("ini-2 ini-secret-2 - | "));
    assert!(world.find_profile("role").contains("has no access_key_id"));
    assert!(world.find_profile("half").contains("has no access_key_secret"));
    assert!(world.find_profile("typeless").contains("has no type"));
}

#[test]
fn the_ini_file_of_the_environment_must_exist() {
    let world = World::new().file("mine.ini", INI).set("ALIBABA_CLOUD_CREDENTIALS_FILE", "~/mine.ini");
    assert!(world.find_default().starts_with("ini-1 "));
    let world = World::new()
        .file(".alibabacloud/credentials", INI)
        .set("ALIBABA_CLOUD_CREDENTIALS_FILE", "~/gone.ini");
    assert_eq!(
        world.find_default(),
        "error: ~/gone.ini cannot be used: ALIBABA_CLOUD_CREDENTIALS_FILE names it, and it is not there"
    );
}

#[test]
fn a_broken_ini_file_names_the_line_and_quotes_nothing() {
    let world = World::new()
        .file(".alibabacloud/credentials", "[default\ntype=access_key\naccess_key_secret=hunter2\n");
    let shown = world.find_default();
    assert!(shown.starts_with("error: ~/.alibabacloud/credentials cannot be used: line 1"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    let path = world.home.path().join(".alibabacloud/credentials");
    std::fs::write(path, [b'[', 0xff, b']']).unwrap();
    assert!(world.find_default().contains("it is not UTF-8 text"));
}

#[test]
fn an_unknown_profile_lists_those_there_are() {
    let world = World::new().file(".aliyun/config.json", CONFIG);
    assert_eq!(
        world.find_profile("three"),
        "error: no profile \"three\" found, name one that is there; looked at ~/.aliyun/config.json (has one two role ecs odd half), \
         ~/.alibabacloud/credentials.ini (absent), ~/.alibabacloud/credentials (absent)"
    );
    assert!(
        world
            .set("ALIBABA_CLOUD_CREDENTIALS_URI", "http://u/")
            .find_profile("three")
            .starts_with("error: no profile")
    );
}

#[test]
fn the_address_comes_last() {
    let key = r#"{"Code":"Success","AccessKeyId":"uri-id","AccessKeySecret":"uri-secret","SecurityToken":"uri-token","Expiration":"2030-01-01T00:00:00Z"}"#;
    let world = || World::new().set("ALIBABA_CLOUD_CREDENTIALS_URI", "http://u/k?a=b");
    assert_eq!(
        world().document("http://u/k?a=b", 200, key).find_default(),
        "uri-id uri-secret uri-token | ALIBABA_CLOUD_CREDENTIALS_URI"
    );
    let stored = world().document("http://u/k?a=b", 200, key).file(".aliyun/config.json", CONFIG);
    assert!(stored.find_default().starts_with("id-2 "));
    assert!(stored.fetched.borrow().is_empty());
    for (status, text, reason) in [
        (404, key, "it answered with status 404 instead of 200"),
        (200, "hunter2", "its answer is not the JSON object of a key"),
        (
            200,
            r#"{"Code":"Failed","AccessKeySecret":"hunter2"}"#,
            "its answer does not say \"Code\": \"Success\"",
        ),
        (
            200,
            r#"{"Code":"Success","AccessKeySecret":"hunter2"}"#,
            "its answer lacks AccessKeyId or AccessKeySecret",
        ),
    ] {
        assert_eq!(
            world().document("http://u/k?a=b", status, text).find_default(),
            format!(
                "error: ALIBABA_CLOUD_CREDENTIALS_URI gave no credentials: {reason}; correct the variable or unset it"
            )
        );
    }
    assert!(world().find_default().contains("nobody there"));
}

#[test]
fn nothing_anywhere_says_where_was_looked() {
    assert_eq!(
        World::new().find_default(),
        "error: no credentials found: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (the first start of \
         `ramward serve` prints a pair), or name a profile with --profile; looked at the environment, ~/.aliyun/config.json \
         (absent), ~/.alibabacloud/credentials.ini (absent), ~/.alibabacloud/credentials (absent)"
    );
}
