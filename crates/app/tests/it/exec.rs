//! `ramward exec`: which server a command reaches, what it is given, how it ends, and what it sees in a network of its own.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Output};

use serde_json::Value;

use crate::door::{Key, Place};

const RAMWARD: &str = env!("CARGO_BIN_EXE_ramward");
const STATE: &str = "\
{\"Kind\":\"Account\",\"AccountId\":\"1234567890123456\",\"RootAccessKeys\":[{\"AccessKeyId\":\"root-key\",\"AccessKeySecret\":\"root-secret\",\"Status\":\"Active\",\"CreateDate\":\"2024-01-01T00:00:00Z\"}]}
{\"Kind\":\"User\",\"AccountId\":\"1234567890123456\",\"UserName\":\"alice\",\"AccessKeys\":[{\"AccessKeyId\":\"alice-key\",\"AccessKeySecret\":\"alice-secret\",\"Status\":\"Active\"}]}
";

/// `ramward exec` with a PATH, so that commands of the system are found.
fn exec(place: &Place, flags: &[&str], command: &[&str]) -> Command {
    let mut exec = place.ramward(&[&["exec"], flags, &["--"], command].concat());
    exec.env("PATH", std::env::var_os("PATH").unwrap());
    exec
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), b"".as_slice()), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The caller that the vendor's STS, as the command sees it, takes it for.
fn identity(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap()
}

const ASK: [&str; 5] =
    [RAMWARD, "call", "GetCallerIdentity", "--endpoint", "https://sts.cn-beijing.aliyuncs.com"];

#[test]
fn a_server_of_its_own_holds_a_state_file_and_ends_with_the_command() {
    let place = Place::new();
    std::fs::write(place.path().join("state.jsonl"), STATE).unwrap();
    let temporary = place.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let ask = |flags: &[&str]| {
        let flags = [&["--import", "state.jsonl"], flags].concat();
        identity(&exec(&place, &flags, &ASK).env("TMPDIR", &temporary).output().unwrap())
    };
    let root = ask(&[]);
    assert_eq!(
        (root["AccountId"].as_str(), root["IdentityType"].as_str()),
        (Some("1234567890123456"), Some("Account"))
    );
    let alice = ask(&["--access-key-id", "alice-key"]);
    assert_eq!(alice["Arn"], "acs:ram::1234567890123456:user/alice");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "the store is thrown away");
    assert!(!place.data().exists(), "the data directory is not touched");
    let stderr = refused(exec(&place, &["--import", "state.jsonl", "--access-key-id", "nobody"], &["true"]));
    assert!(stderr.contains("no AccessKey nobody is in the state file"), "{stderr}");
}

#[test]
fn the_server_of_the_data_directory_is_found() {
    let place = Place::new();
    let server = place.start(&["--proxy-listen", "127.0.0.1:0"]);
    let Key { id, secret } = server.root();
    let with_key = |mut command: Command| {
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", &id).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &secret);
        command
    };
    let found = identity(&with_key(exec(&place, &[], &ASK)).output().unwrap());
    assert_eq!(found["AccountId"].as_str(), server.said("AccountId"));
    // The same one, described by options from elsewhere.
    let elsewhere = Place::new();
    let flags = [
        "--endpoint",
        server.said("Endpoint").unwrap(),
        "--proxy",
        server.said("Proxy").unwrap(),
        "--ca-file",
        server.said("CaFile").unwrap(),
    ];
    let found = identity(&with_key(exec(&elsewhere, &flags, &ASK)).output().unwrap());
    assert_eq!(found["AccountId"].as_str(), server.said("AccountId"));
    let stderr = refused(with_key(exec(&elsewhere, &flags[..2], &["true"])));
    assert!(stderr.contains("no CONNECT door of"), "{stderr}");
    assert!(
        refused(exec(&place, &[], &["true"])).contains("ALIBABA_CLOUD_ACCESS_KEY_ID"),
        "no key is taken from the store"
    );
}

#[test]
fn without_a_server_it_says_what_to_start() {
    let place = Place::new();
    let told = |place: &Place| refused(exec(place, &[], &["true"]));
    let nobody = told(&place);
    assert!(nobody.contains("no server runs on the data directory") && nobody.contains("--own"), "{nobody}");
    let mut server = place.start(&["--proxy-listen", "127.0.0.1:0"]);
    server.kill();
    assert!(place.data().join("running.json").exists(), "a server that was killed leaves its note");
    assert_eq!(told(&place), nobody);
    let server = place.start(&[]);
    let without_door = told(&place);
    assert!(without_door.contains("start the server with --proxy-listen 127.0.0.1:8688"), "{without_door}");
    server.stop();
    assert!(!place.data().join("running.json").exists());
}

#[test]
fn the_command_is_given_all_that_the_vendors_clients_read() {
    let place = Place::new();
    let output = exec(&place, &["--own"], &["env"])
        .env("NO_PROXY", "*")
        .env("ALIBABA_CLOUD_SECURITY_TOKEN", "old")
        .output();
    let text = stdout(&output.unwrap());
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    for name in [
        "HTTPS_PROXY",
        "SSL_CERT_FILE",
        "ALIBABA_CLOUD_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_ENDPOINT_IMS",
    ] {
        assert!(value(name).is_some_and(|value| !value.is_empty()), "{name}");
    }
    assert_eq!(value("ALIBABA_CLOUD_ECS_METADATA_DISABLED"), Some("true"));
    assert_eq!(
        (value("ALIBABA_CLOUD_SECURITY_TOKEN"), value("NO_PROXY")),
        (None, Some("localhost,127.0.0.1,::1"))
    );
}

#[test]
fn it_ends_as_the_command_does() {
    let place = Place::new();
    let code = |command: &[&str]| exec(&place, &["--own"], command).output().unwrap().status.code();
    assert_eq!(code(&["sh", "-c", "exit 7"]), Some(7));
    assert_eq!(code(&["sh", "-c", "kill -KILL $$"]), Some(137));
    let stderr = refused(exec(&place, &["--own"], &["no-such-program"]));
    assert!(stderr.contains("cannot run no-such-program"), "{stderr}");
}

#[test]
fn sigterm_reaches_the_command_and_its_last_word_counts() {
    let place = Place::new();
    let script = "trap 'kill $!; exit 9' TERM; sleep 1000 & echo ready; wait";
    let mut running = exec(&place, &["--own"], &["sh", "-c", script]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    let killed = Command::new("sh").args(["-c", &format!("kill -TERM {}", running.id())]).status().unwrap();
    assert!(killed.success());
    assert_eq!(running.wait().unwrap().code(), Some(9));
}

/// Runs a command in a network of its own. Where the system allows none, the refusal is checked, and there is no output.
fn isolated(place: &Place, command: &[&str]) -> Option<Output> {
    let output = exec(place, &["--own", "--isolated"], command).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    if Command::new("unshare").args(["-Urnm", "true"]).output().is_ok_and(|able| able.status.success()) {
        return Some(output);
    }
    if stderr.contains("--isolated is not possible here") {
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains("does not let this user") && stderr.contains("without --isolated"),
            "{stderr}"
        );
        return None;
    }
    Some(output)
}

#[test]
fn inside_the_names_of_the_vendor_are_the_server() {
    let place = Place::new();
    for endpoint in
        ["https://ims.aliyuncs.com", "https://sts.cn-beijing.aliyuncs.com", "http://ram.aliyuncs.com"]
    {
        let ask = [RAMWARD, "call", "GetCallerIdentity", "--endpoint", endpoint];
        let Some(output) = isolated(&place, &ask) else { return };
        assert_eq!(identity(&output)["IdentityType"], "Account", "{endpoint}");
    }
}

#[test]
fn inside_nothing_else_answers() {
    let place = Place::new();
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    outside.set_nonblocking(true).unwrap();
    let script = format!(
        "tail -n +3 /proc/net/dev | cut -d: -f1; tail -n +2 /proc/net/route; \
         grep -v ' lo$' /proc/net/ipv6_route; id -u; grep -c aliyuncs /etc/hosts; \
         {RAMWARD} call ListUsers --endpoint http://{} 2>&1",
        outside.local_addr().unwrap()
    );
    let Some(output) = isolated(&place, &["sh", "-c", &script]) else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let user = Command::new("id").arg("-u").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap();
    // One interface, no route, the same user, many names; and a server outside is not there.
    assert_eq!(lines[..2], ["lo", user.trim()], "{text}");
    assert!(lines[2].parse::<usize>().unwrap() > 200, "{text}");
    assert!(lines[3].contains("connection refused"), "{text}");
    assert!(outside.accept().is_err());
    // And outside, nothing has changed.
    assert!(!std::fs::read_to_string("/etc/hosts").unwrap().contains("aliyuncs"));
}

#[test]
fn inside_files_of_cas_hold_the_servers_too() {
    let place = Place::new();
    let bundle = place.path().join("bundle.pem");
    std::fs::write(&bundle, "others").unwrap();
    let bundle = bundle.to_str().unwrap();
    let script = format!("cat {bundle}; cat $SSL_CERT_FILE");
    let output = exec(&place, &["--own", "--isolated", "--also-trust-in", bundle], &["sh", "-c", &script])
        .output()
        .unwrap();
    if String::from_utf8_lossy(&output.stderr).contains("--isolated is not possible here") {
        return;
    }
    let text = stdout(&output);
    let (inside, ca) = text.strip_prefix("others\n").unwrap().split_at((text.len() - "others\n".len()) / 2);
    assert!(inside.starts_with("-----BEGIN CERTIFICATE-----"), "{text}");
    assert_eq!(inside, ca);
    assert_eq!(std::fs::read_to_string(bundle).unwrap(), "others");
}
