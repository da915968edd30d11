//! Enveloped XML signatures (XML-DSig) as SAML prescribes them: one reference to the element the signature stands in, by
//! its ID, exclusive canonicalization, RSA with SHA-256. Whatever else the standard allows is refused, for each of its
//! liberties has been somebody's way around a check. Must not know what is signed.

use data_encoding::BASE64;
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use roxmltree::Node;

use super::{BadSaml, DSIG, canonical, children, is, only, text};

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const DIGEST_SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// A public RSA key as certificates hold it: DER of PKCS #1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(pub Vec<u8>);

/// Whether `element` holds a signature of its own.
pub fn is_signed(element: Node<'_, '_>) -> bool {
    children(element, DSIG, "Signature").next().is_some()
}

/// Checks the signature that `element` holds: that it is over this very element, and that one of `keys` made it.
///
/// # Errors
/// What does not hold.
pub fn verify(element: Node<'_, '_>, keys: &[PublicKey]) -> Result<(), BadSaml> {
    let signature = only(element, DSIG, "Signature")?;
    let info = only(signature, DSIG, "SignedInfo")?;
    let method = only(info, DSIG, "CanonicalizationMethod")?;
    demand(method, canonical::ALGORITHM)?;
    demand(only(info, DSIG, "SignatureMethod")?, RSA_SHA256)?;
    check_reference(element, signature, only(info, DSIG, "Reference")?)?;
    let value = decode(only(signature, DSIG, "SignatureValue")?)?;
    let signed = canonical::write(info, None, &inclusive(method));
    let made = |key: &PublicKey| {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key.0).verify(signed.as_bytes(), &value).is_ok()
    };
    if keys.iter().any(made) {
        Ok(())
    } else {
        Err(BadSaml::new("no key of the provider's metadata made its signature"))
    }
}

/// The reference must be to the element the signature stands in, and its digest that of the element without the signature.
fn check_reference(
    element: Node<'_, '_>,
    signature: Node<'_, '_>,
    reference: Node<'_, '_>,
) -> Result<(), BadSaml> {
    let id = element.attribute("ID").ok_or_else(|| BadSaml::new("what is signed has no ID"))?;
    if reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) != Some(id) {
        return Err(BadSaml::new("the signature is not over the element it stands in"));
    }
    // An ID that stands twice could make two readers take two elements for the signed one.
    let holders = element.document().descendants().filter(|node| node.attribute("ID") == Some(id));
    if holders.count() != 1 {
        return Err(BadSaml::new("the ID of what is signed is not unique"));
    }
    let mut prefixes = Vec::new();
    for transform in only(reference, DSIG, "Transforms")?.children().filter(Node::is_element) {
        match transform.attribute("Algorithm") {
            Some(ENVELOPED) if is(&transform, DSIG, "Transform") => {}
            Some(canonical::ALGORITHM) if is(&transform, DSIG, "Transform") => {
                prefixes = inclusive(transform)
            }
            _ => return Err(BadSaml::new("the signature asks for a transform that is not taken")),
        }
    }
    demand(only(reference, DSIG, "DigestMethod")?, DIGEST_SHA256)?;
    let expected = decode(only(reference, DSIG, "DigestValue")?)?;
    let found = canonical::write(element, Some(signature.id()), &prefixes);
    if digest(&SHA256, found.as_bytes()).as_ref() == expected {
        Ok(())
    } else {
        Err(BadSaml::new("what is signed was changed: its digest is another"))
    }
}

fn demand(node: Node<'_, '_>, algorithm: &'static str) -> Result<(), BadSaml> {
    if node.attribute("Algorithm") == Some(algorithm) {
        Ok(())
    } else {
        Err(BadSaml::new(format!("its {} must be {algorithm}", node.tag_name().name())))
    }
}

/// The prefixes that a canonicalization is told to declare in any case.
fn inclusive<'a>(method: Node<'a, '_>) -> Vec<&'a str> {
    let list = method.children().find(|child| is(child, canonical::ALGORITHM, "InclusiveNamespaces"));
    let prefixes = list.and_then(|list| list.attribute("PrefixList")).unwrap_or_default();
    prefixes.split_ascii_whitespace().collect()
}

fn decode(node: Node<'_, '_>) -> Result<Vec<u8>, BadSaml> {
    let compact: String = text(node).split_ascii_whitespace().collect();
    BASE64
        .decode(compact.as_bytes())
        .map_err(|_| BadSaml::new(format!("its {} is not base64", node.tag_name().name())))
}
