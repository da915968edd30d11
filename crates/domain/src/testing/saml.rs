//! A SAML identity provider for tests: its metadata, and responses signed at will. Two responses that another
//! implementation signed lie beside its keys, so that what is checked here is not only what is made here.

use data_encoding::BASE64;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use roxmltree::Document;

use super::TestApp;
use super::oidc::{RSA, der};
use crate::identity::saml::canonical;

/// A response whose assertion signxml signed, good until 12:05 on the day of the tests.
pub const ASSERTION_SIGNED: &str =
    include_str!("../../tests/data/identity-provider/response-assertion-signed.xml");
/// A response that signxml signed as a whole.
pub const RESPONSE_SIGNED: &str = include_str!("../../tests/data/identity-provider/response-signed.xml");

/// The provider's metadata.
pub fn metadata() -> String {
    include_str!("../../tests/data/identity-provider/metadata.xml").to_owned()
}

/// What a request carries.
pub fn encoded(response: &str) -> String {
    BASE64.encode(response.as_bytes())
}

/// What a test changes about a good response before it is signed.
pub struct Change<'a> {
    /// The assertion's id; no two of a test may have the same.
    pub id: &'a str,
    /// A text of the template and what stands in its place.
    pub replace: (&'a str, &'a str),
}

/// A response with its assertion signed.
pub fn response(change: &Change<'_>) -> String {
    let (from, to) = change.replace;
    let start = ASSERTION_SIGNED.find("<ds:Signature").unwrap();
    let end = ASSERTION_SIGNED.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let unsigned = format!("{}{}", &ASSERTION_SIGNED[..start], &ASSERTION_SIGNED[end..]);
    assert!(unsigned.contains(from), "the template has no {from}");
    let unsigned = unsigned.replace(from, to).replace("_assertion-1", change.id);
    sign(&unsigned, change.id)
}

/// Signs the element of that id.
pub fn sign(xml: &str, id: &str) -> String {
    let document = Document::parse(xml).unwrap();
    let element = document.descendants().find(|node| node.attribute("ID") == Some(id)).unwrap();
    let value = BASE64.encode(digest(&SHA256, canonical::write(element, None, &[]).as_bytes()).as_ref());
    let c14n = canonical::ALGORITHM;
    let info = format!(
        "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:CanonicalizationMethod Algorithm=\"{c14n}\"/>\
         <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
         <ds:Transform Algorithm=\"{c14n}\"/></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
         <ds:DigestValue>{value}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    );
    let canonical_info = canonical::write(Document::parse(&info).unwrap().root_element(), None, &[]);
    let key = RsaKeyPair::from_pkcs8(&der(RSA)).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), canonical_info.as_bytes(), &mut signature).unwrap();
    let signature = format!(
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{info}<ds:SignatureValue>{}</ds:SignatureValue></ds:Signature>",
        BASE64.encode(&signature)
    );
    let close = xml[element.range()].rfind("</").unwrap() + element.range().start;
    format!("{}{signature}{}", &xml[..close], &xml[close..])
}

impl TestApp {
    /// A SAML identity provider of that name.
    pub fn saml_provider(&self, name: &str) {
        let document = encoded(&metadata());
        let params = [("SAMLProviderName", name), ("EncodedSAMLMetadataDocument", &document)];
        self.ok("CreateSAMLProvider", &params);
    }
}
