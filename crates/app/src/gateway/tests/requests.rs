//! Requests as clients send them.

use super::*;

#[test]
fn a_connection_serves_one_request_after_the_other() {
    let door = Door::open();
    let mut client = door.connect();
    for said in ["first", "second"] {
        client.send(format!("POST /?{said} HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"));
        let reply = client.reply();
        assert_eq!(reply.said(), format!("POST {said} body"));
        assert_eq!(reply.header("content-type"), Some("application/json;charset=utf-8"));
        assert!(reply.header("date").is_some());
        let id = reply.json()["RequestId"].as_str().unwrap().to_owned();
        assert_eq!(reply.header("x-acs-request-id"), Some(id.as_str()));
        assert_eq!(reply.header("x-acs-trace-id"), Some(id.replace('-', "").to_lowercase().as_str()));
        assert_eq!(reply.header("connection"), None);
    }
    client.send("GET /?last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_eq!(client.reply().said(), "GET last ");
    client.assert_closed();
}

#[test]
fn http_1_0_is_served_and_closed() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("GET /?old HTTP/1.0\r\n\r\n");
    assert_eq!(client.reply().said(), "GET old ");
    client.assert_closed();
}

#[test]
fn a_client_that_will_send_no_more_is_still_answered() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("GET /?hold HTTP/1.1\r\nHost: h\r\n\r\n");
    client.end();
    let Held(done) = door.held.recv_timeout(PATIENCE).unwrap();
    done(Fake::detached().answer("all the same"));
    assert_eq!(client.reply().said(), "all the same");
    client.assert_closed();
    let mut silent = door.connect();
    silent.end();
    silent.assert_closed();
}

#[test]
fn an_absolute_target_is_the_same_request() {
    let door = Door::open();
    assert_eq!(door.ask("GET http://ims.example/?q HTTP/1.1\r\nHost: ims.example\r\n\r\n").said(), "GET q ");
}

#[test]
fn requests_may_be_sent_ahead_and_are_answered_in_order() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("GET /?one HTTP/1.1\r\nHost: h\r\n\r\nPOST /?two HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nbGET /?three HTTP/1.1\r\nHost: h\r\n\r\n");
    for said in ["GET one ", "POST two b", "GET three "] {
        assert_eq!(client.reply().said(), said);
    }
}

#[test]
fn a_chunked_body_arrives_whole() {
    let door = Door::open();
    let reply = door.ask(
        "POST /?q HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n",
    );
    assert_eq!(reply.said(), "POST q abcde");
}

#[test]
fn a_body_in_many_pieces_arrives_whole() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("POST /?q HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n");
    for piece in ["ab", "cd", "ef"] {
        client.send(piece);
    }
    assert_eq!(client.reply().said(), "POST q abcdef");
}

#[test]
fn a_client_that_asks_before_it_sends_is_told_to() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("POST /?q HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assert!(client.head().starts_with("HTTP/1.1 100 "));
    client.send("ok");
    assert_eq!(client.reply().said(), "POST q ok");
}

#[test]
fn methods_are_the_services_business_on_its_own_path() {
    let door = Door::open();
    for method in ["DELETE", "BREW", "OPTIONS"] {
        let reply = door.ask(format!("{method} /?q HTTP/1.1\r\nHost: h\r\n\r\n"));
        assert_eq!(reply.said(), format!("{method} q "));
    }
}

#[test]
fn the_answer_to_head_has_no_body() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("HEAD /?q HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(client.head().starts_with("HTTP/1.1 200 "));
    client.send("GET /?next HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.reply().said(), "GET next ");
}

#[test]
fn every_other_path_is_refused_with_an_envelope() {
    let door = Door::open();
    let targets = [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//",
        "/index.html",
        "/?/../x",
        "/healthz/",
        "/metrics/..",
        "*",
        "http://h/metrics%00",
    ];
    for target in targets.iter().filter(|target| !target.starts_with("/?")) {
        let reply = door.ask(format!("GET {target} HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n"));
        reply.assert_refusal(404, "InvalidAction.NotFound");
        assert_eq!(reply.json()["HostId"], "ims.aliyuncs.com", "{target}");
    }
    assert_eq!(
        door.ask("GET /?/../x HTTP/1.1\r\nHost: h\r\n\r\n").said(),
        "GET /../x ",
        "a query is no path"
    );
    door.ask("CONNECT ims.aliyuncs.com:443 HTTP/1.1\r\nHost: h\r\n\r\n")
        .assert_refusal(404, "InvalidAction.NotFound");
}

#[test]
fn an_answer_that_comes_from_elsewhere_is_waited_for() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("GET /?hold HTTP/1.1\r\nHost: h\r\n\r\n");
    let Held(done) = door.held.recv_timeout(PATIENCE).unwrap();
    assert_eq!(door.ask("GET /?other HTTP/1.1\r\nHost: h\r\n\r\n").said(), "GET other ", "nobody else waits");
    done(Fake::detached().answer("at last"));
    assert_eq!(client.reply().said(), "at last");
}

#[test]
fn a_full_queue_is_said_cleanly_and_the_connection_lives_on() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("GET /?full HTTP/1.1\r\nHost: h\r\n\r\n");
    let reply = client.reply();
    reply.assert_refusal(503, "ServiceUnavailable");
    assert_eq!(reply.header("x-acs-retry-after"), Some("1500"));
    client.send("GET /?again HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.reply().said(), "GET again ");
}

#[test]
fn an_answer_that_never_comes_is_an_internal_error() {
    let door = Door::open();
    door.ask("GET /?drop HTTP/1.1\r\nHost: h\r\n\r\n").assert_refusal(500, "InternalError");
}

#[test]
fn a_client_that_leaves_early_harms_nobody() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("GET /?hold HTTP/1.1\r\nHost: h\r\n\r\n");
    let Held(done) = door.held.recv_timeout(PATIENCE).unwrap();
    drop(client);
    done(Fake::detached().answer("to nobody"));
    assert_eq!(door.ask("GET /?other HTTP/1.1\r\nHost: h\r\n\r\n").said(), "GET other ");
}

#[test]
fn every_answer_is_noted_also_one_that_the_service_never_hears_of() {
    let door = Door::open();
    door.ask("GET /?q HTTP/1.1\r\nHost: h\r\n\r\n").said();
    door.ask("GET /?full HTTP/1.1\r\nHost: h\r\n\r\n").assert_refusal(503, "ServiceUnavailable");
    door.ask("GET /elsewhere HTTP/1.1\r\nHost: h\r\n\r\n").assert_refusal(404, "InvalidAction.NotFound");
    assert_eq!(door.ask("this is not HTTP\r\n\r\n").status, 400);
    assert_eq!(door.ask("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
    assert_eq!(*door.noted.lock().unwrap(), [200, 503, 404, 400], "a probe is no request of the API");
}
