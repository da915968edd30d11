//! Whatever comes back, or does not: what `call` prints, and how it ends.

use std::io::{Read, Write};
use std::net::TcpListener;

use insta::assert_snapshot;

use crate::command::ramward;
use crate::responder::{Reply, Responder, json, reply};

fn call(replies: Vec<Reply>) -> String {
    let server = Responder::start(replies);
    ramward(&["call", "ListUsers", "--timeout", "1"]).endpoint(&server.url()).picture()
}

#[test]
fn a_success_is_printed_byte_for_byte() {
    let server = Responder::start(vec![json(200, "{\"RequestId\":\"R\",  \"Users\":{}}")]);
    let output = ramward(&["call", "ListUsers"]).endpoint(&server.url()).output();
    assert_eq!(output.stdout, b"{\"RequestId\":\"R\",  \"Users\":{}}");
    assert!(output.stderr.is_empty() && output.status.success());
}

#[test]
fn a_refusal_in_json() {
    let body = r#"{"RequestId":"R-1","HostId":"h","Code":"NoPermission","Message":"You are not authorized to do this action.","Recommend":""}"#;
    assert_snapshot!(call(vec![json(403, body)]), @r#"
    exit code: 1
    --- stdout ---
    {"RequestId":"R-1","HostId":"h","Code":"NoPermission","Message":"You are not authorized to do this action.","Recommend":""}
    --- stderr ---
    refused: NoPermission: You are not authorized to do this action. (status 403, RequestId R-1)
    "#);
}

#[test]
fn a_refusal_in_xml() {
    let body = "<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>R-1</RequestId><HostId>h</HostId>\
                <Code>EntityNotExist.User</Code><Message>The User does not exist.</Message></Error>";
    let reply = reply(404, &["Content-Type: text/xml;charset=utf-8"], body);
    assert_snapshot!(call(vec![reply]), @"
    exit code: 1
    --- stdout ---
    <?xml version='1.0' encoding='UTF-8'?><Error><RequestId>R-1</RequestId><HostId>h</HostId><Code>EntityNotExist.User</Code><Message>The User does not exist.</Message></Error>
    --- stderr ---
    refused: EntityNotExist.User: The User does not exist. (status 404, RequestId R-1)
    ");
}

#[test]
fn an_answer_of_something_else() {
    let reply = reply(502, &["Content-Type: text/html"], "<html>\n<h1>Bad Gateway</h1>\n</html>");
    assert_snapshot!(call(vec![reply]), @"
    exit code: 2
    --- stdout ---
    <html>
    <h1>Bad Gateway</h1>
    </html>
    --- stderr ---
    error: no answer of an API: status 502, with a body that is not an API error: <html>…
    ");
}

#[test]
fn an_error_without_a_body_still_has_the_id_of_the_header() {
    let server = Responder::start(vec![reply(500, &["x-acs-request-id: R-9"], "")]);
    assert_snapshot!(ramward(&["call", "ListUsers"]).endpoint(&server.url()).picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: no answer of an API: status 500, RequestId R-9, with an empty body, which is not an API error
    ");
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Responder::start(vec![json(200, "{}")]);
    let server = Responder::start(vec![reply(307, &[&format!("Location: {}/x", elsewhere.url())], "")]);
    let picture = ramward(&["call", "ListUsers"])
        .endpoint(&server.url())
        .hide(&elsewhere.url(), "http://elsewhere")
        .picture();
    assert_snapshot!(picture, @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: no answer of an API: status 307, with a redirect to http://elsewhere/x, which a signed call never follows; name the right --endpoint
    ");
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_connection_that_closes_without_an_answer() {
    assert_snapshot!(call(vec![Reply::Bytes(vec![])]), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: http://server broke off its answer: the connection was closed; check that the endpoint is a Ramward or an Alibaba Cloud server
    ");
}

#[test]
fn an_answer_that_stops_in_the_middle() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"RequestId\":".to_vec();
    assert_snapshot!(call(vec![Reply::Bytes(cut)]), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: http://server broke off its answer: the connection was closed; check that the endpoint is a Ramward or an Alibaba Cloud server
    ");
}

#[test]
fn an_answer_that_is_not_http() {
    assert_snapshot!(call(vec![Reply::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())]), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: http://server broke off its answer: protocol: http parse fail: invalid HTTP version; check that the endpoint is a Ramward or an Alibaba Cloud server
    ");
}

#[test]
fn a_server_that_never_answers() {
    assert_snapshot!(call(vec![Reply::Silence]), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: no answer from http://server within 1 s; try again, or wait longer with --timeout SECONDS
    ");
}

#[test]
fn nobody_listens() {
    // A port that only root may take, so that no other test has it by chance.
    let url = "http://127.0.0.1:1";
    assert_snapshot!(ramward(&["call", "ListUsers"]).endpoint(url).picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: cannot connect to http://server: connection refused; start a server with `ramward serve`, or name another one with --endpoint
    ");
}

#[test]
fn plain_http_behind_an_https_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let picture = ramward(&["call", "ListUsers"]).endpoint(&url).picture();
    assert!(picture.starts_with("exit code: 2\n"), "{picture}");
    assert!(picture.contains("error: no TLS connection to https://server: "), "{picture}");
    server.join().unwrap();
}

#[test]
fn a_terminal_is_safe_from_the_server() {
    let body = r#"{"Code":"Bad\u001b[31m","Message":"two\nlines","RequestId":"R"}"#;
    let picture = call(vec![json(400, body)]);
    assert!(
        !picture.contains('\u{1b}')
            && picture.ends_with("refused: Bad [31m: two lines (status 400, RequestId R)")
    );
}

#[test]
fn a_proxy_of_the_environment_is_not_asked_for_this_machine() {
    let server = Responder::start(vec![json(200, "{}")]);
    let output = ramward(&["call", "ListUsers"])
        .endpoint(&server.url())
        .variable("HTTP_PROXY", "http://127.0.0.1:1")
        .variable("ALL_PROXY", "http://127.0.0.1:1")
        .output();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn an_endpoint_that_is_none() {
    for (url, reason) in [
        ("127.0.0.1:8686", "the scheme is missing"),
        ("ims.aliyuncs.com", "the scheme is missing"),
        ("ftp://127.0.0.1", "only http and https are spoken"),
        ("http://127.0.0.1/path", "an endpoint has no path and no query"),
        ("http://127.0.0.1/?a=b", "an endpoint has no path and no query"),
        ("http://me:secret@127.0.0.1", "a user name in the URL means nothing here"),
        ("http://", "this is not a URL"),
    ] {
        let picture = ramward(&["call", "ListUsers", "--endpoint", url]).picture();
        assert!(picture.starts_with("exit code: 2\n") && picture.contains(reason), "{url}: {picture}");
        assert!(!picture.contains("secret"), "{picture}");
        assert!(
            picture.ends_with("write it as http://HOST:PORT or https://HOST, like http://127.0.0.1:8686"),
            "{picture}"
        );
    }
}
