//! The HTTPS door: whom its certificate names, in both versions of TLS, with the generated CA and with one of the
//! operator's own; and `ramward ca`.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

use rcgen::{CertificateParams, KeyPair};
use rustls::ProtocolVersion;
use rustls::version::{TLS12, TLS13};

use crate::door::{Place, Server, signed};
use crate::server;
use crate::tls_client::{BOTH, ask, connect, secure};

const REPORT: &str = "GetAccountSecurityPracticeReport";
const TLS: [&str; 2] = ["--tls-listen", "127.0.0.1:0"];

fn address(server: &Server) -> SocketAddr {
    server.said("TlsEndpoint").unwrap().strip_prefix("https://").unwrap().parse().unwrap()
}

#[test]
fn both_versions_of_tls_lead_to_the_same_answers() {
    let place = Place::new();
    let server = place.start(&TLS);
    let (root, ca_file) = (server.root(), server.said("CaFile").unwrap());
    for (offered, spoken) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let mut stream = secure(connect(address(&server)), ca_file, "localhost", &[offered]).unwrap();
        assert_eq!(stream.conn.protocol_version(), Some(spoken));
        for _ in 0..2 {
            ask(&mut stream, signed("localhost", &root, REPORT, &[])).ok();
        }
        let health = ask(&mut stream, "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
        assert_eq!(health.status, 200);
    }
    server.call(&root, REPORT, &[]).ok();
}

#[test]
fn the_certificate_is_for_this_machine_and_the_vendors_names() {
    let place = Place::new();
    let server = place.start(&[TLS.as_slice(), &["--tls-san", "ramward.example, 192.0.2.9"]].concat());
    let (root, ca_file) = (server.root(), server.said("CaFile").unwrap());
    for name in [
        "localhost",
        "127.0.0.1",
        "::1",
        "ims.aliyuncs.com",
        "ram.aliyuncs.com",
        "sts.aliyuncs.com",
        "sts.cn-hangzhou.aliyuncs.com",
        "sts.ap-southeast-1.aliyuncs.com",
        "sts-vpc.cn-beijing.aliyuncs.com",
        "ramward.example",
        "192.0.2.9",
    ] {
        let mut stream = secure(connect(address(&server)), ca_file, name, BOTH)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        ask(&mut stream, signed(name, &root, REPORT, &[])).ok();
    }
    for name in ["example.com", "aliyuncs.com", "a.b.cn-beijing.aliyuncs.com", "127.0.0.2"] {
        let refused = secure(connect(address(&server)), ca_file, name, BOTH).unwrap_err().to_string();
        assert!(refused.contains("certificate"), "{name}: {refused}");
    }
}

#[test]
fn the_ca_outlives_its_server() {
    let place = Place::new();
    let server = place.start(&TLS);
    let ca_file = server.said("CaFile").unwrap().to_owned();
    let ca = std::fs::read(&ca_file).unwrap();
    let root = server.root();
    server.stop();
    let server = place.start(&TLS);
    assert_eq!(std::fs::read(&ca_file).unwrap(), ca);
    let mut stream = secure(connect(address(&server)), &ca_file, "localhost", BOTH).unwrap();
    ask(&mut stream, signed("localhost", &root, REPORT, &[])).ok();
}

#[test]
fn what_is_no_tls_gets_no_answer_and_holds_nobody_up() {
    let place = Place::new();
    let server = place.start(&[TLS.as_slice(), &["--header-timeout", "300ms"]].concat());
    let mut silent = connect(address(&server));
    let mut plain = connect(address(&server));
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // It may be told so in an alert of TLS, or cut.
    let _end = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    // One who says nothing is sent away.
    assert_eq!(silent.read(&mut [0; 1]).unwrap_or(0), 0);
    let waiting = connect(address(&server));
    let stderr = server.stop();
    drop(waiting);
    assert!(!stderr.contains("ERROR"), "{stderr}");
}

#[test]
fn a_certificate_of_the_operators_own() {
    let place = Place::new();
    let pair = KeyPair::generate().unwrap();
    let made = CertificateParams::new(vec!["own.example".into()]).unwrap().self_signed(&pair).unwrap();
    let [certificate, key] =
        ["cert.pem", "key.pem"].map(|name| place.path().join(name).to_str().unwrap().to_owned());
    std::fs::write(&certificate, made.pem()).unwrap();
    std::fs::write(&key, pair.serialize_pem()).unwrap();
    let server = place.start(&[TLS.as_slice(), &["--tls-cert", &certificate, "--tls-key", &key]].concat());
    assert_eq!(server.said("CaFile"), None);
    assert!(!place.data().join("ca.key").exists(), "nothing is made that nobody needs");
    let mut stream = secure(connect(address(&server)), &certificate, "own.example", BOTH).unwrap();
    ask(&mut stream, signed("own.example", &server.root(), REPORT, &[])).ok();
    drop(server);

    let refused = |flags: &[&str]| place.refused(place.serve(&[TLS.as_slice(), flags].concat()));
    assert_eq!(
        refused(&["--tls-cert", &certificate]),
        (
            Some(2),
            "error: a certificate has two files: give --tls-cert and --tls-key together, or neither to use the generated one\n"
                .to_owned()
        )
    );
    let (code, stderr) = refused(&["--tls-cert", &key, "--tls-key", &key]);
    assert_eq!(code, Some(2));
    assert!(stderr.starts_with("error: ~/key.pem holds no certificate"), "{stderr}");
    let (code, stderr) = refused(&["--tls-san", "no name"]);
    assert_eq!(
        (code, stderr.contains("\"no name\" is neither a host name nor an address")),
        (Some(2), true),
        "{stderr}"
    );
}

#[test]
fn a_port_in_use_is_named_with_its_own_flag() {
    let place = Place::new();
    let server = place.start(&TLS);
    let taken = address(&server).to_string();
    let other = Place::new();
    let (code, stderr) = other.refused(other.serve(&["--tls-listen", &taken]));
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("choose another port with --tls-listen, such as --tls-listen 127.0.0.1:0"),
        "{stderr}"
    );
    assert!(!other.data().exists(), "a port in use leaves nothing behind");
}

#[test]
fn our_own_client_trusts_it_through_the_usual_variables() {
    let server = server::Server::start(&TLS);
    let url = server.said("TlsEndpoint").to_owned();
    let picture = server.as_root(&["call", "GetCallerIdentity"]).endpoint(&url).picture();
    assert!(picture.contains("UnknownIssuer"), "{picture}");
    let output = server
        .as_root(&["call", "GetCallerIdentity"])
        .endpoint(&url)
        .variable("ALIBABA_CLOUD_CA_BUNDLE", server.said("CaFile"))
        .output();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains(server.said("AccountId")));
}

#[test]
fn the_ca_is_printed_and_made_once() {
    let place = Place::new();
    let run = |arguments: &[&str]| {
        let output = place.ramward(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (pem, note) = run(&["ca"]);
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----") && !pem.contains("KEY"), "{pem}");
    let path = place.data().join("ca.pem");
    assert_eq!(run(&["ca", "--path"]).0, format!("{}\n", path.display()));
    let told: serde_json::Value = serde_json::from_str(&run(&["ca", "--output", "json"]).0).unwrap();
    assert_eq!(told["Certificate"], pem.as_str());
    assert!(note.contains(told["Sha256"].as_str().unwrap()), "{note}");
    assert_eq!(std::fs::metadata(place.data()).unwrap().permissions().mode() & 0o777, 0o700);
    let server = place.start(&TLS);
    assert_eq!(server.said("CaFile"), path.to_str());
    assert_eq!(std::fs::read_to_string(path).unwrap(), pem);
}
