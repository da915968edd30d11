//! Calls over HTTPS: whom the client trusts, and what it says when it does not.

use std::sync::Arc;

use insta::assert_snapshot;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;

use crate::command::ramward;
use crate::responder::{Responder, json};

/// A server's TLS side with a certificate for 127.0.0.1, and the CA that issued it as PEM.
fn certified() -> (Arc<ServerConfig>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(params, ca_key);

    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["127.0.0.1".into()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .unwrap();
    (Arc::new(config), ca.pem())
}

#[test]
fn a_server_whose_ca_is_named_is_trusted() {
    for variable in ["ALIBABA_CLOUD_CA_BUNDLE", "SSL_CERT_FILE"] {
        let (config, ca) = certified();
        let server = Responder::start_tls(config, vec![json(200, "{}")]);
        let mut command = ramward(&["call", "ListUsers"])
            .endpoint(&server.url())
            .file("ca.pem", &ca)
            .variable(variable, "ca.pem");
        let output = command.output();
        assert_eq!(
            (output.status.code(), output.stdout.as_slice()),
            (Some(0), b"{}".as_slice()),
            "{output:?}"
        );
        let host = server.request().headers["host"].clone();
        assert_eq!(format!("https://{}", host.to_str().unwrap()), server.url());
    }
}

#[test]
fn a_server_with_a_ca_of_its_own_gets_no_request() {
    let (config, _) = certified();
    let server = Responder::start_tls(config, vec![json(200, "{}")]);
    assert_snapshot!(ramward(&["call", "ListUsers"]).endpoint(&server.url()).picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: no TLS connection to https://server: invalid peer certificate: UnknownIssuer; if the server has a CA of its own, name its certificate with ALIBABA_CLOUD_CA_BUNDLE=FILE
    ");
    assert!(server.requests().is_empty());
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let (config, ca) = certified();
    let server = Responder::start_tls(config, vec![json(200, "{}")]);
    let url = server.url().replace("127.0.0.1", "localhost");
    let command = ramward(&["call", "ListUsers"])
        .endpoint(&url)
        .file("ca.pem", &ca)
        .variable("SSL_CERT_FILE", "ca.pem");
    let picture = command.picture();
    assert!(
        picture.starts_with("exit code: 2\n") && picture.contains("no TLS connection to https://server: "),
        "{picture}"
    );
    assert!(server.requests().is_empty());
}

#[test]
fn a_ca_file_that_is_none() {
    let call = || ramward(&["call", "ListUsers"]).variable("ALIBABA_CLOUD_CA_BUNDLE", "ca.pem");
    assert_snapshot!(call().file("ca.pem", "not a certificate").picture(), @"
    exit code: 2
    --- stdout ---

    --- stderr ---
    error: the CA file ca.pem cannot be used: it holds no certificate; it must hold PEM certificates
    ");
    assert!(call().picture().contains("the CA file ca.pem cannot be used: No such file"));
}
