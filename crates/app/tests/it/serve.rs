//! `serve` from its first start to its end.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::door::{Place, Reply, Server, signed};

const REPORT: &str = "GetAccountSecurityPracticeReport";

#[test]
fn the_first_start_shows_secrets_once() {
    let place = Place::new();
    let server = place.start(&[]);
    let (account, root) = (server.said("AccountId").unwrap().to_owned(), server.root());
    let operator = server.said("OperatorAccessKeyId").unwrap().to_owned();
    assert_eq!((account.len(), root.secret.len()), (16, 30));
    assert!(server.said("OperatorAccessKeySecret").is_some());
    assert_eq!(server.said("Console"), Some(format!("http://{}/console", server.address()).as_str()));
    let report = server.call(&root, REPORT, &[]).ok();
    assert_eq!(
        report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["RootWithAccessKey"],
        1
    );
    let stderr = server.stop();
    assert!(!stderr.contains(&root.secret), "{stderr}");
    assert_eq!(std::fs::metadata(place.data()).unwrap().permissions().mode() & 0o777, 0o700);

    let server = place.start(&[]);
    assert_eq!(server.said("AccountId"), Some(account.as_str()));
    assert_eq!(server.said("AccessKeyId"), Some(root.id.as_str()));
    assert_eq!(server.said("OperatorAccessKeyId"), Some(operator.as_str()));
    assert_eq!((server.said("AccessKeySecret"), server.said("OperatorAccessKeySecret")), (None, None));
    server.call(&root, REPORT, &[]).ok();
}

#[test]
fn the_environment_fixes_the_first_account() {
    let place = Place::new();
    let mut serve = place.serve(&[]);
    serve
        .env("RAMWARD_ACCOUNT_ID", "0000000000000042")
        .env("RAMWARD_ROOT_ACCESS_KEY_ID", "testid")
        .env("RAMWARD_ROOT_ACCESS_KEY_SECRET", "testsecret");
    let server = Server::started(serve);
    assert_eq!(server.said("AccountId"), Some("0000000000000042"));
    let root = server.root();
    assert_eq!((root.id.as_str(), root.secret.as_str()), ("testid", "testsecret"));
    server.call(&root, REPORT, &[]).ok();
}

#[test]
fn root_signs_in_at_the_console_with_the_password_of_the_environment() {
    let place = Place::new();
    let mut serve = place.serve(&[]);
    serve.env("RAMWARD_ACCOUNT_ID", "0000000000000042").env("RAMWARD_ROOT_PASSWORD", "correct horse");
    let server = Server::started(serve);
    let address = server.address();
    let sign_in = |password: &str| {
        let form = format!("UserName=0000000000000042&Password={password}");
        let head = format!(
            "POST /console/sign-in/password HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
            form.len()
        );
        server.send(head + &form).status
    };
    assert_eq!((sign_in("wrong"), sign_in("correct+horse")), (403, 303));
    let stderr = server.stop();
    assert!(!stderr.contains("correct"), "{stderr}");

    // The password of an account that has one is not set again.
    let mut serve = place.serve(&[]);
    serve.env("RAMWARD_ROOT_PASSWORD", "battery staple");
    let server = Server::started(serve);
    let address = server.address();
    let form = "UserName=0000000000000042&Password=battery+staple";
    let head = format!(
        "POST /console/sign-in/password HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n",
        form.len()
    );
    assert_eq!(server.send(head + form).status, 403);
}

#[test]
fn a_state_file_comes_before_the_first_request_and_only_once() {
    let place = Place::new();
    let file = place.path().join("state.jsonl");
    let account = "{\"Kind\":\"Account\",\"AccountId\":\"1234567890123456\"}";
    let alice =
        "{\"Kind\":\"User\",\"AccountId\":\"1234567890123456\",\"UserName\":\"alice\",\"Colour\":\"red\"}";
    std::fs::write(&file, format!("{account}\n{alice}\n")).unwrap();
    let flags = ["--import", file.to_str().unwrap()];
    let (code, said) = place.refused(place.serve(&[&flags[..], &["--log", "off"]].concat()));
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: ~/state.jsonl: line 2, field Colour: "), "{said}");

    std::fs::write(&file, format!("{account}\n{}\n", alice.replace(",\"Colour\":\"red\"", ""))).unwrap();
    let server = place.start(&flags);
    assert_eq!(
        server.said("AccountId"),
        Some("1234567890123456"),
        "the account of the file is the first account"
    );
    let root = server.root();
    let subusers = |server: &Server| {
        let report = server.call(&root, REPORT, &[]).ok();
        report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["SubUser"].clone()
    };
    assert_eq!(subusers(&server), 1);
    server.call(&root, "DeleteUser", &[("UserPrincipalName", "alice@1234567890123456.onaliyun.com")]).ok();
    server.stop();
    let server = place.start(&flags);
    assert_eq!(server.said("AccessKeySecret"), None);
    assert_eq!(subusers(&server), 0, "the same command line starts it again as it was");
}

#[test]
fn a_person_is_told_what_to_paste() {
    let place = Place::new();
    let mut child = place.ramward(&["serve", "--listen", "127.0.0.1:0"]).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let call =
        lines.find_map(|line| line.ok().filter(|line| line.contains("ramward report --endpoint"))).unwrap();
    let paste =
        call.replace("ramward report", &format!("{} report --output json", env!("CARGO_BIN_EXE_ramward")));
    let pasted = Command::new("sh").args(["-c", &paste]).env_clear().env("HOME", place.path()).output();
    child.kill().unwrap();
    child.wait().unwrap();
    let pasted = pasted.unwrap();
    assert!(pasted.status.success(), "{pasted:?}");
    assert!(String::from_utf8(pasted.stdout).unwrap().contains("\"Score\""));
}

#[test]
fn sigterm_finishes_the_call_that_is_on_its_way() {
    let place = Place::new();
    let server = place.start(&[]);
    let (address, root) = (server.address(), server.root());
    let account = server.said("AccountId").unwrap().to_owned();
    let name = format!("last@{account}.onaliyun.com");
    let create =
        signed(address, &root, "CreateUser", &[("UserPrincipalName", &name), ("DisplayName", "Last")]);
    let half = create.len() - 5;
    let mut socket = server.connect();
    socket.write_all(&create[..half]).unwrap();
    // A request on another connection, sent later and answered, shows that the server has seen the first.
    let mut idle = server.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    assert_eq!(Reply::read(&mut idle).status, 200);
    server.terminate();
    while TcpStream::connect(address).is_ok() {
        std::thread::yield_now();
    }
    socket.write_all(&create[half..]).unwrap();
    assert_eq!(Reply::read(&mut socket).ok()["User"]["UserPrincipalName"], name.as_str());
    let (code, stderr) = server.ended();
    assert_eq!(code, Some(0), "{stderr}");

    let server = place.start(&[]);
    assert_eq!(
        server.call(&root, "GetUser", &[("UserPrincipalName", &name)]).ok()["User"]["DisplayName"],
        "Last"
    );
    // The same bytes again, within their window: the clean stop has kept the nonce.
    assert_eq!(server.send(&create).refusal(), (400, "SignatureNonceUsed".to_owned()));
}

#[test]
fn a_port_in_use_leaves_nothing_behind() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, said) = place.refused(place.ramward(&["serve", "--listen", &address]));
    assert_eq!(code, Some(2));
    assert_eq!(
        said.replace(&address, "ADDRESS"),
        "error: ADDRESS is in use by another program; stop that one, or choose another port with --listen, such as --listen 127.0.0.1:0 for a free one\n"
    );
    assert!(!place.data().exists(), "a start that fails makes no account");
}

#[test]
fn plain_http_where_others_read_it_needs_a_word() {
    let place = Place::new();
    let (code, said) = place.refused(place.ramward(&["serve", "--listen", "192.0.2.1:80"]));
    assert_eq!(code, Some(2));
    assert_eq!(
        said,
        "error: 192.0.2.1:80 is not a loopback address, and plain HTTP there shows every request to the network; listen there with --tls-listen, or allow it with --insecure-http\n"
    );
}

#[test]
fn data_that_cannot_be_used_says_what_to_do() {
    let place = Place::new();
    std::fs::write(place.path().join("file"), "").unwrap();
    let mut serve = place.serve(&[]);
    serve.env("RAMWARD_STORE", "postgres://nowhere");
    let (code, said) = place.refused(serve);
    assert_eq!(
        (code, said.as_str()),
        (
            Some(2),
            "error: environment variable RAMWARD_STORE: `store` names no usable database: it names no user; write postgres://USER@HOST/DATABASE\n"
        )
    );

    let store = format!("sqlite:{}", place.path().join("file/ramward.db").display());
    let (code, said) = place.refused(place.serve(&["--store", &store]));
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: no access to ~/file/ramward.db"), "{said}");
    assert!(said.contains("the directory must exist and belong to the user that runs the server"), "{said}");

    let other = place.path().join("other.db");
    std::fs::write(&other, "this is a letter to a friend, and no database".repeat(100)).unwrap();
    let (code, said) = place.refused(place.serve(&["--store", &format!("sqlite:{}", other.display())]));
    assert_eq!(code, Some(2));
    assert_eq!(
        said,
        "error: ~/other.db is not a ramward data file; name another one, or move this one away\n"
    );
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let place = Place::new();
    std::fs::write(place.data(), "in the way").unwrap();
    let (code, said) = place.refused(place.serve(&[]));
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: cannot make the data directory ~/data: "), "{said}");
    assert!(said.ends_with("; give this user the right to, or name another with --data\n"), "{said}");
}

#[test]
fn one_data_directory_is_for_one_server() {
    let place = Place::new();
    let server = place.start(&[]);
    let (code, said) = place.refused(place.serve(&[]));
    assert_eq!(code, Some(2));
    assert_eq!(
        said,
        "error: ~/data/ramward.db is in use by another process; stop that one, or name another data directory\n"
    );
    server.call(&server.root(), REPORT, &[]).ok();
}

#[test]
fn another_seal_key_opens_nothing() {
    let place = Place::new();
    place.start(&[]).stop();
    let mut serve = place.serve(&[]);
    serve.env("RAMWARD_SEAL_KEY", "00".repeat(32));
    let (code, said) = place.refused(serve);
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: the seal key is not the one this store was made with"), "{said}");
    std::fs::remove_file(place.data().join("seal.key")).unwrap();
    let (code, said) = place.refused(place.serve(&[]));
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: ~/data/seal.key is missing"), "{said}");
}

#[test]
fn a_score_model_is_read_or_refused() {
    let place = Place::new();
    let model = place.path().join("model.toml");
    std::fs::write(&model, "version = \"own\"\n\n[half_units]\nNoSuchCheck = 3\n").unwrap();
    let flags = ["--score-model", model.to_str().unwrap()];
    let (code, said) = place.refused(place.serve(&flags));
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: the score model ~/model.toml is not usable: "), "{said}");
    assert!(said.contains("no check is called NoSuchCheck"), "{said}");
    assert!(!place.data().exists(), "a start that fails makes no account");
}

#[test]
fn the_access_log_has_a_line_per_request_and_no_secret() {
    let place = Place::new();
    let server = place.start(&["--access-log", "--log-format", "json", "--log", "warn"]);
    let root = server.root();
    let id = server.call(&root, REPORT, &[]).ok()["RequestId"].clone();
    let account = server.said("AccountId").unwrap().to_owned();
    let stderr = server.stop();
    let lines: Vec<serde_json::Value> =
        stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = lines.iter().find(|line| line["target"] == "access").expect("an access line");
    assert_eq!((&line["request_id"], &line["operation"], &line["code"]), (&id, &REPORT.into(), &"OK".into()));
    assert_eq!((&line["account"], &line["status"]), (&account.into(), &200.into()));
    assert!(!stderr.contains(&root.secret) && !stderr.contains(&root.id), "{stderr}");
}

#[test]
fn odd_bytes_get_envelopes_from_the_real_door() {
    let server = Place::new().start(&[]);
    let huge =
        [b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10485760\r\n\r\n".as_slice(), &vec![b'a'; 10 << 20]]
            .concat();
    assert_eq!(server.send(huge).refusal(), (413, "InvalidParameter".to_owned()));
    assert_eq!(server.send("\x16\x03\x01 not HTTP\r\n\r\n").refusal(), (400, "InvalidParameter".to_owned()));
    assert_eq!(
        server.send(format!("GET /?{} HTTP/1.1\r\nHost: h\r\n\r\n", "a=b&".repeat(10_000))).refusal(),
        (431, "InvalidParameter".to_owned())
    );
    assert_eq!(
        server.send("BREW / HTTP/1.1\r\nHost: h\r\n\r\n").refusal(),
        (403, "UnsupportedHTTPMethod".to_owned())
    );
    assert_eq!(
        server.send("GET /etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n").refusal(),
        (404, "InvalidAction.NotFound".to_owned())
    );
    let reply = server.send("GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!((reply.status, reply.json()["Status"].as_str()), (200, Some("OK")));
    let page = String::from_utf8(server.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n").body).unwrap();
    assert!(page.contains("\nramward_store_commits_total "), "{page}");
    assert!(!page.contains("ramward_account"), "{page}");
}

#[test]
fn accounts_are_on_the_metrics_of_who_asks_for_them() {
    let place = Place::new();
    let server = place.start(&["--metrics-accounts", "10", "--account-id", "1234567890123456"]);
    let page = String::from_utf8(server.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n").body).unwrap();
    assert!(page.contains("\nramward_account_score{account=\"1234567890123456\"} 45\n"), "{page}");
    assert!(
        page.contains("\nramward_account_root_with_access_key{account=\"1234567890123456\"} 1\n"),
        "{page}"
    );
}
