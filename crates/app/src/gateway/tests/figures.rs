//! Health, metrics, access log.

use std::net::IpAddr;

use super::super::access_log;
use super::*;

fn get(door: &Door, path: &str) -> Reply {
    door.ask(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n"))
}

#[test]
fn health_is_of_the_process_and_readiness_of_the_store() {
    let door = Door::open();
    assert_eq!(get(&door, "/healthz").json()["Status"], "OK");
    assert_eq!(get(&door, "/readyz").status, 200);
    *door.ready.lock().unwrap() = Err("the disk is full".to_owned());
    let reply = get(&door, "/readyz");
    assert_eq!((reply.status, reply.json()["Status"].as_str()), (503, Some("Unavailable")));
    assert_eq!(get(&door, "/healthz").status, 200);
    door.ask("POST /healthz HTTP/1.1\r\nHost: h\r\n\r\n").assert_refusal(403, "UnsupportedHTTPMethod");
}

#[test]
fn metrics_count_by_operation_and_code() {
    let door = Door::open();
    for _ in 0..3 {
        get(&door, "/?q");
    }
    get(&door, "/?full");
    get(&door, "/nowhere");
    door.ask("garbage\r\n\r\n");
    let reply = get(&door, "/metrics");
    assert_eq!(
        reply.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    let page = String::from_utf8(reply.body).unwrap();
    for line in [
        "ramward_requests_total{product=\"Ims\",operation=\"Echo\",code=\"OK\"} 3",
        "ramward_requests_total{product=\"Ims\",operation=\"Overflow\",code=\"ServiceUnavailable\"} 1",
        "ramward_requests_total{product=\"\",operation=\"\",code=\"InvalidAction.NotFound\"} 1",
        "ramward_requests_total{product=\"\",operation=\"\",code=\"InvalidParameter\"} 1",
        "ramward_request_duration_seconds_count{product=\"Ims\",operation=\"Echo\"} 3",
        "ramward_request_duration_seconds_bucket{le=\"+Inf\",product=\"Ims\",operation=\"Echo\"} 3",
        "ramward_connections_accepted_total 7",
        "fake_level -3",
        "fake_count_total 4",
        "# EOF",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n\n{page}");
    }
    door.until_metrics_say("ramward_connections_open 1");
    let families = page.lines().filter(|line| line.starts_with("# TYPE ramward_requests ")).count();
    assert_eq!(families, 1, "{page}");
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_access_log_says_who_and_what_and_no_secret() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let mut answer = Fake::detached().answer("the password is hunter2");
    answer.record.access_key_id = Some("LTAIabcdefghijklmnopqrst".parse().unwrap());
    answer.record.account = Some("1234567890123456".parse().unwrap());
    let peer: IpAddr = "192.0.2.1".parse().unwrap();
    tracing::subscriber::with_default(subscriber, || {
        access_log::write(&answer, ("Ims", "CreateLoginProfile"), peer, Duration::from_micros(1234));
        answer.record.code = Some("NoPermission".to_owned());
        answer.status = 403;
        access_log::write(&answer, ("Ims", "CreateLoginProfile"), peer, Duration::from_micros(5));
    });
    let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected = serde_json::json!({
        "level": "INFO", "target": "access", "request_id": answer.request_id.as_str(), "product": "Ims",
        "operation": "CreateLoginProfile", "code": "OK", "status": 200, "duration_us": 1234,
        "account": "1234567890123456", "access_key_id": answer.record.access_key_id.as_ref().unwrap().masked().to_string(),
        "peer": "192.0.2.1",
    });
    assert_eq!(lines[0], expected);
    assert_eq!((&lines[1]["code"], &lines[1]["status"]), (&"NoPermission".into(), &403.into()));
    assert!(!text.contains("hunter2") && !text.contains("LTAIabcdefghijklmnopqrst"), "{text}");
}

#[test]
fn accounts_are_on_the_page_only_if_asked_for_and_only_so_many() {
    let page = |most: usize| {
        let door = Door::with(|limits| limits.metrics_accounts = most);
        let page = String::from_utf8(get(&door, "/metrics").body).unwrap();
        *door.ready.lock().unwrap() = Err("the disk is full".to_owned());
        let without = String::from_utf8(get(&door, "/metrics").body).unwrap();
        assert!(without.contains("fake_level -3") && without.ends_with("# EOF\n"), "{without}");
        assert!(!without.contains("ramward_account"), "{without}");
        page
    };
    assert!(!page(0).contains("ramward_account"));
    let one = page(1);
    for line in [
        "ramward_account_score{account=\"1234567890123456\"} 63",
        "ramward_account_sub_user{account=\"1234567890123456\"} 9",
        "ramward_account_root_with_access_key{account=\"1234567890123456\"} 1",
        "ramward_account_sub_user_pwd_level{account=\"1234567890123456\"} 1",
        "ramward_account_bind_mfa{account=\"1234567890123456\"} 0",
        "ramward_accounts_left_out 1",
    ] {
        assert!(one.lines().any(|found| found == line), "{line}\n\n{one}");
    }
    assert!(!one.contains("2234567890123456"));
    let two = page(2);
    assert_eq!(two.matches("{account=").count(), 20);
    assert!(two.contains("ramward_accounts_left_out 0"));
}
