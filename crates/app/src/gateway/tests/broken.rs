//! Requests that are too large, malformed or ambiguous: each is refused with an envelope, and only its own connection ends.

use super::*;

fn assert_refused(bytes: impl AsRef<[u8]>, status: u16) {
    let bytes = bytes.as_ref();
    let door = Door::open();
    let mut client = door.connect();
    client.send_as_far_as_read(bytes);
    client.end();
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).into_owned();
    let reply = client.reply();
    assert_eq!(reply.status, status, "{shown}");
    reply.assert_refusal(status, "InvalidParameter");
    assert_eq!(reply.header("connection"), Some("close"), "{shown}");
    client.assert_closed();
    assert_eq!(door.ask("GET /?alive HTTP/1.1\r\nHost: h\r\n\r\n").said(), "GET alive ");
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    [format!("POST /?q HTTP/1.1\r\nHost: h\r\n{headers}\r\n\r\n").as_bytes(), body].concat()
}

#[test]
fn a_body_at_the_limit_is_taken_and_one_byte_more_is_not() {
    let door = Door::open();
    let body = vec![b'b'; 1000];
    assert!(door.ask(post("Content-Length: 1000", &body)).said().ends_with("bbb"));
    assert_refused(post("Content-Length: 1001", &[&body[..], b"b"].concat()), 413);
    let chunked = [b"3e8\r\n", &body[..], b"\r\n1\r\nb\r\n0\r\n\r\n"].concat();
    assert_refused(post("Transfer-Encoding: chunked", &chunked), 413);
}

#[test]
fn a_huge_body_is_refused_at_once() {
    let door = Door::open();
    let mut client = door.connect();
    client.send(post("Content-Length: 1000000000000", b"the beginning"));
    client.reply().assert_refusal(413, "InvalidParameter");
    client.assert_closed();
    // Asked first, the client is spared the sending.
    let mut client = door.connect();
    client.send(post("Expect: 100-continue\r\nContent-Length: 2000", b""));
    client.reply().assert_refusal(413, "InvalidParameter");
    client.assert_closed();
}

#[test]
fn an_endless_chunked_body_is_refused() {
    let door = Door::open();
    let mut client = door.connect();
    client.send(post("Transfer-Encoding: chunked", b""));
    let chunk = [b"400\r\n", &[b'x'; 1024][..], b"\r\n"].concat();
    for _ in 0..64 {
        client.send_as_far_as_read(&chunk);
    }
    client.reply().assert_refusal(413, "InvalidParameter");
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    assert_refused(format!("GET /?{} HTTP/1.1\r\nHost: h\r\n\r\n", "q".repeat(16 * 1024)), 431);
    assert_refused(format!("GET / HTTP/1.1\r\nHost: h\r\nX-Long: {}\r\n\r\n", "v".repeat(16 * 1024)), 431);
    let many: String = (0..101).map(|number| format!("X-{number}: v\r\n")).collect();
    assert_refused(format!("GET / HTTP/1.1\r\n{many}\r\n"), 431);
}

#[test]
fn a_query_of_four_kibibytes_fits() {
    let door = Door::open();
    let query = "q".repeat(4096);
    assert_eq!(
        door.ask(format!("GET /?{query} HTTP/1.1\r\nHost: h\r\n\r\n")).said(),
        format!("GET {query} ")
    );
}

#[test]
fn two_lengths_that_differ_are_refused() {
    assert_refused(post("Content-Length: 2\r\nContent-Length: 3", b"abc"), 400);
    assert_refused(post("Content-Length: 2, 3", b"abc"), 400);
    // The same length twice is one length (RFC 9110, 8.6).
    let door = Door::open();
    assert_eq!(door.ask(post("Content-Length: 3\r\nContent-Length: 3", b"abc")).said(), "POST q abc");
}

#[test]
fn a_length_that_is_no_number_is_refused() {
    for length in ["x", "-1", "+1", "1e3", "18446744073709551616", "0x10"] {
        assert_refused(post(&format!("Content-Length: {length}"), b"abc"), 400);
    }
}

#[test]
fn chunks_win_over_a_length_and_nothing_hides_between_them() {
    let door = Door::open();
    for headers in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 40",
    ] {
        let mut client = door.connect();
        client.send(post(headers, b"3\r\nabc\r\n0\r\n\r\nGET /?next HTTP/1.1\r\nHost: h\r\n\r\n"));
        assert_eq!(client.reply().said(), "POST q abc");
        // What follows could be part of another reading of the same bytes, so it is not read at all (RFC 9112, 6.1).
        client.assert_closed();
    }
}

#[test]
fn malformed_chunks_are_refused() {
    for body in ["zz\r\nabc\r\n0\r\n\r\n", "3\r\nabcdef\r\n0\r\n\r\n", "fffffffffffffffff\r\nabc", "3\r\nab"]
    {
        assert_refused(post("Transfer-Encoding: chunked", body.as_bytes()), 400);
    }
}

#[test]
fn a_body_that_ends_early_is_refused() {
    assert_refused(post("Content-Length: 10", b"abc"), 400);
}

#[test]
fn what_is_not_http_is_refused() {
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello over TLS\r\n\r\n"[..],
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n continued: line\r\n\r\n",
        b"GET /\xff\x00 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n",
    ] {
        assert_refused(bytes, 400);
    }
}

#[test]
fn garbage_after_a_request_ends_the_connection_with_an_envelope() {
    let door = Door::open();
    let mut client = door.connect();
    client.send("GET /?good HTTP/1.1\r\nHost: h\r\n\r\n\x01\x02\x03 garbage\r\n\r\n");
    assert_eq!(client.reply().said(), "GET good ");
    client.reply().assert_refusal(400, "InvalidParameter");
    client.assert_closed();
}
