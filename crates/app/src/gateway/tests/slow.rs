//! Clients that take their time: each holds its own connection, for a bounded time, and nothing else.

use super::*;

/// Long enough for a busy machine to send what is not slow on purpose.
const SHORT: Duration = Duration::from_millis(500);

#[test]
fn a_connection_without_a_request_is_closed() {
    let door = Door::with(|limits| limits.idle_timeout = SHORT);
    door.connect().assert_closed();
    let mut client = door.connect();
    client.send("GET /?q HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.reply().said(), "GET q ");
    client.assert_closed();
}

#[test]
fn a_head_that_does_not_end_is_closed() {
    let door = Door::with(|limits| limits.header_timeout = SHORT);
    let mut client = door.connect();
    client.send("GET /?q HTTP/1.1\r\nHost: h\r\nX-Slow: ");
    client.assert_closed();
    // Also after a request that was in time.
    let mut client = door.connect();
    client.send("GET /?q HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.reply().said(), "GET q ");
    client.send("GET ");
    client.assert_closed();
}

#[test]
fn a_body_that_does_not_end_is_refused() {
    let door = Door::with(|limits| limits.body_timeout = SHORT);
    let mut client = door.connect();
    client.send("POST /?q HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    client.reply().assert_refusal(408, "InvalidParameter");
    client.assert_closed();
}

#[test]
fn an_answer_that_nobody_reads_is_given_up() {
    let door = Door::with(|limits| limits.write_timeout = SHORT);
    let mut client = door.connect();
    // More than the system's buffers between the two can hold.
    let requests = 64;
    for _ in 0..requests {
        client.send_as_far_as_read("GET /?big HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    // The first answer is on its way; the rest of them find no room.
    assert!(client.head().starts_with("HTTP/1.1 200 "));
    door.until_metrics_say("ramward_connections_open 1");
    while client.more() > 0 {}
    assert!(client.unread.len() < requests << 20, "{}", client.unread.len());
}

#[test]
fn a_request_that_waits_for_the_service_has_no_such_limit() {
    let door = Door::with(|limits| {
        limits.idle_timeout = SHORT;
        limits.header_timeout = SHORT;
        limits.write_timeout = SHORT;
    });
    let mut client = door.connect();
    client.send("GET /?hold HTTP/1.1\r\nHost: h\r\n\r\n");
    let Held(done) = door.held.recv_timeout(PATIENCE).unwrap();
    // By the time this one is closed for idling, the limits have passed for the other as well.
    door.connect().assert_closed();
    done(Fake::detached().answer("late"));
    assert_eq!(client.reply().said(), "late");
}

#[test]
fn slow_clients_hold_up_nobody_else() {
    let door = Door::open();
    let mut slow: Vec<Client> = (0..20).map(|_| door.connect()).collect();
    for (number, client) in slow.iter_mut().enumerate() {
        let begun = ["", "GET", "POST /?q HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab"];
        client.send(begun[number % begun.len()]);
    }
    assert_eq!(door.ask("GET /?quick HTTP/1.1\r\nHost: h\r\n\r\n").said(), "GET quick ");
    slow[2].send("cd");
    assert_eq!(slow[2].reply().said(), "POST q abcd");
}

#[test]
fn with_no_room_left_a_connection_waits_for_its_turn() {
    let door = Door::with(|limits| limits.max_connections = 1);
    let mut first = door.connect();
    first.send("GET /?hold HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    let Held(done) = door.held.recv_timeout(PATIENCE).unwrap();
    let mut second = door.connect();
    second.send("GET /?hold HTTP/1.1\r\nHost: h\r\n\r\n");
    let fake = Fake::detached();
    assert!(door.held.try_recv().is_err(), "the second request was begun beside the first");
    done(fake.answer("one"));
    assert_eq!(first.reply().said(), "one");
    let Held(done) = door.held.recv_timeout(PATIENCE).unwrap();
    done(fake.answer("two"));
    assert_eq!(second.reply().said(), "two");
}
