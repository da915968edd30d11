//! The CONNECT door: clients with hosts built in reach this server through it, and nobody reaches anything else.

use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use rustls::version::{TLS12, TLS13};

use crate::door::{Place, Reply, Server, signed};
use crate::server;
use crate::tls_client::{BOTH, ask, connect, secure};

const REPORT: &str = "GetAccountSecurityPracticeReport";
const PROXY: [&str; 2] = ["--proxy-listen", "127.0.0.1:0"];

fn address(server: &Server) -> SocketAddr {
    server.said("Proxy").unwrap().strip_prefix("http://").unwrap().parse().unwrap()
}

/// A socket on which a tunnel has begun.
fn tunnel(server: &Server, line: &str) -> TcpStream {
    let mut socket = connect(address(server));
    let host = line.split(' ').nth(1).unwrap();
    socket.write_all(format!("{line}\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
    let head = head(&mut socket);
    assert!(head.starts_with("HTTP/1.1 200 ") || head.starts_with("HTTP/1.0 200 "), "{head}");
    assert!(!head.to_ascii_lowercase().contains("content-length"), "{head}");
    socket
}

fn head(socket: &mut TcpStream) -> String {
    use std::io::Read;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

#[test]
fn a_tunnel_to_a_name_of_the_vendor_ends_here() {
    let place = Place::new();
    let server = place.start(&PROXY);
    let (root, ca_file) = (server.root(), server.said("CaFile").unwrap());
    for (line, host, version) in [
        ("CONNECT ims.aliyuncs.com:443 HTTP/1.1", "ims.aliyuncs.com", &TLS13),
        // As Python's http.client asks before 3.12.
        ("CONNECT ram.aliyuncs.com:443 HTTP/1.0", "ram.aliyuncs.com", &TLS12),
        ("CONNECT STS.cn-beijing.aliyuncs.com:443 HTTP/1.1", "sts.cn-beijing.aliyuncs.com", &TLS13),
    ] {
        let mut stream = secure(tunnel(&server, line), ca_file, host, &[version]).unwrap();
        for _ in 0..2 {
            ask(&mut stream, signed(host, &root, REPORT, &[])).ok();
        }
    }
    // Plain HTTP for such a name, which an old client prefers.
    let mut socket = connect(address(&server));
    for _ in 0..2 {
        let request = String::from_utf8(signed("ram.aliyuncs.com", &root, REPORT, &[])).unwrap();
        let request = request.replacen("POST /", "POST http://ram.aliyuncs.com/", 1);
        ask(&mut socket, request).ok();
    }
}

#[test]
fn our_own_client_goes_through_it() {
    let server = server::Server::start(&PROXY);
    let output = server
        .as_root(&["call", "GetCallerIdentity"])
        .endpoint("https://sts.cn-shanghai.aliyuncs.com")
        .variable("HTTPS_PROXY", server.said("Proxy"))
        .variable("SSL_CERT_FILE", server.said("CaFile"))
        .output();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains(server.said("AccountId")));
}

#[test]
fn nothing_else_is_reached_through_it() {
    let place = Place::new();
    let server = place.start(&PROXY);
    let bystander = TcpListener::bind("127.0.0.1:0").unwrap();
    bystander.set_nonblocking(true).unwrap();
    let port = bystander.local_addr().unwrap().port();
    let own = server.address().port();
    let forbidden = |socket: &mut TcpStream, request: &str| {
        socket.write_all(request.as_bytes()).unwrap();
        let reply = Reply::read(socket);
        assert_eq!(reply.refusal(), (403, "InvalidParameter".to_owned()), "{request}");
    };
    for request in [
        format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"),
        format!("CONNECT localhost:{port} HTTP/1.1\r\nHost: ims.aliyuncs.com:443\r\n\r\n"),
        format!("CONNECT [::1]:{port} HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n"),
        // Nor the server's own other doors, nor another port under a name of the vendor.
        format!("CONNECT 127.0.0.1:{own} HTTP/1.1\r\nHost: h\r\n\r\n"),
        format!("CONNECT ims.aliyuncs.com:{port} HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n"),
        "CONNECT ecs.aliyuncs.com:443 HTTP/1.1\r\nHost: ecs.aliyuncs.com\r\n\r\n".to_owned(),
        "CONNECT ims.aliyuncs.com.evil.example:443 HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n".to_owned(),
        "CONNECT ims.aliyuncs.com:22 HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n".to_owned(),
        format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n"),
        format!("GET http://ims.aliyuncs.com@127.0.0.1:{port}/ HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n"),
        format!("POST http://ims.aliyuncs.com:{port}/ HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"),
        // What is meant for no proxy is at the wrong door.
        "GET /metrics HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n".to_owned(),
    ] {
        forbidden(&mut connect(address(&server)), &request);
    }
    // A good request opens nothing for the next one on its connection.
    let mut socket = connect(address(&server));
    let good = "GET http://ims.aliyuncs.com/healthz HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n";
    assert_eq!(ask(&mut socket, good).status, 200);
    forbidden(
        &mut socket,
        &format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: ims.aliyuncs.com\r\n\r\n"),
    );
    // Inside a tunnel there is the server and no proxy.
    let ca_file = server.said("CaFile").unwrap();
    let inside = || {
        let socket = tunnel(&server, "CONNECT ims.aliyuncs.com:443 HTTP/1.1");
        secure(socket, ca_file, "ims.aliyuncs.com", BOTH).unwrap()
    };
    for request in [
        format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"),
        format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"),
    ] {
        let reply = ask(&mut inside(), &request);
        assert!(reply.status >= 400, "{request}: {}", reply.status);
    }
    let nobody = bystander.accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "somebody was led to the bystander");
}

#[test]
fn tunnels_that_do_nothing_do_not_keep_the_server() {
    let place = Place::new();
    let server = place.start(&PROXY);
    let before_tls = tunnel(&server, "CONNECT ims.aliyuncs.com:443 HTTP/1.1");
    let socket = tunnel(&server, "CONNECT ims.aliyuncs.com:443 HTTP/1.1");
    let idle = secure(socket, server.said("CaFile").unwrap(), "ims.aliyuncs.com", BOTH).unwrap();
    let before_connect = connect(address(&server));
    let stderr = server.stop();
    assert!(!stderr.contains("were cut"), "{stderr}");
    drop((before_tls, idle, before_connect));
}

#[test]
fn it_is_for_loopback_unless_allowed() {
    let place = Place::new();
    let (code, stderr) = place.refused(place.serve(&["--proxy-listen", "0.0.0.0:0"]));
    assert_eq!(code, Some(2));
    assert!(stderr.contains("0.0.0.0:0 is not a loopback address"), "{stderr}");
}
