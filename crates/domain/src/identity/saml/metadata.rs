//! The metadata of an identity provider (SAML 2.0 metadata): who it is and which keys sign for it. Must not know who
//! registered it.

use data_encoding::BASE64;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey as Parsed;

use super::signature::PublicKey;
use super::{BadSaml, DSIG, METADATA, children, is, only, read, text};

/// The longest metadata document, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What is known of a provider from its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Who it is: the issuer of its assertions.
    pub entity_id: String,
    /// The keys that sign for it.
    pub keys: Vec<PublicKey>,
}

impl Metadata {
    /// Reads a metadata document: one entity that is an identity provider, with the certificate of at least one RSA key.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(document: &str) -> Result<Self, BadSaml> {
        if document.len() > MAX_BYTES {
            return Err(BadSaml::new(format!("it has more than {MAX_BYTES} bytes")));
        }
        let xml = read(document)?;
        let entity = xml.root_element();
        if !is(&entity, METADATA, "EntityDescriptor") {
            return Err(BadSaml::new("it is no EntityDescriptor of SAML 2.0 metadata"));
        }
        let entity_id = entity.attribute("entityID").filter(|id| !id.is_empty());
        let entity_id = entity_id.ok_or_else(|| BadSaml::new("it has no entityID"))?.to_owned();
        let role = only(entity, METADATA, "IDPSSODescriptor")?;
        let mut keys = Vec::new();
        for descriptor in children(role, METADATA, "KeyDescriptor") {
            if !matches!(descriptor.attribute("use"), None | Some("signing")) {
                continue;
            }
            for certificate in descriptor.descendants().filter(|node| is(node, DSIG, "X509Certificate")) {
                keys.push(public_key(&text(certificate))?);
            }
        }
        if keys.is_empty() {
            return Err(BadSaml::new("it has no signing certificate"));
        }
        Ok(Self { entity_id, keys })
    }
}

/// The key of a certificate. Its validity and who signed it do not count: the metadata was registered by who trusts it.
fn public_key(base64: &str) -> Result<PublicKey, BadSaml> {
    let compact: String = base64.split_ascii_whitespace().collect();
    let der = BASE64.decode(compact.as_bytes()).map_err(|_| BadSaml::new("a certificate is not base64"))?;
    let (_, certificate) =
        X509Certificate::from_der(&der).map_err(|_| BadSaml::new("a certificate is no X.509 certificate"))?;
    let info = certificate.public_key();
    match info.parsed() {
        Ok(Parsed::RSA(key)) if key.key_size() >= 2048 => {
            Ok(PublicKey(info.subject_public_key.data.to_vec()))
        }
        _ => Err(BadSaml::new("a certificate's key is no RSA key of 2048 bits or more")),
    }
}
