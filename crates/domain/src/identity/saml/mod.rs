//! SAML 2.0 as role-based single sign-on uses it: the metadata of an identity provider, its signed response, and the XML
//! signatures on it. One file per noun. Must not know which providers there are, who may what, or what time it is.

pub mod canonical;
#[cfg(test)]
mod hostile;
pub mod metadata;
pub mod response;
pub mod signature;

use roxmltree::{Document, Node, ParsingOptions};

/// SAML assertions.
pub const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// SAML requests and responses.
pub const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// SAML metadata.
pub const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// XML signatures.
pub const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// More elements than any metadata or response has that is taken.
const MAX_NODES: u32 = 20_000;
/// Deeper than any of them nests.
const MAX_DEPTH: usize = 64;

/// Why a document is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSaml(pub String);

impl BadSaml {
    fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Reads XML: without a document type, whose entities could make much of little, and within bounds.
fn read(text: &str) -> Result<Document<'_>, BadSaml> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| BadSaml::new(format!("it is no XML that is read here: {error}")))?;
    if document.descendants().any(|node| node.ancestors().nth(MAX_DEPTH).is_some()) {
        return Err(BadSaml::new("it nests too deeply"));
    }
    Ok(document)
}

/// The only child of that name.
fn only<'a, 'i>(parent: Node<'a, 'i>, namespace: &str, name: &str) -> Result<Node<'a, 'i>, BadSaml> {
    let mut found = children(parent, namespace, name);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(BadSaml::new(format!("it has no {name}"))),
        (Some(_), Some(_)) => Err(BadSaml::new(format!("it has more than one {name}"))),
    }
}

/// The children of that name.
fn children<'a, 'i>(parent: Node<'a, 'i>, namespace: &str, name: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    parent.children().filter(move |child| is(child, namespace, name))
}

fn is(node: &Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name && node.tag_name().namespace() == Some(namespace)
}

/// The whole text of an element. Pieces on both sides of a comment count: who signs does not sign comments, so a text that
/// ended at one could be cut by anybody.
fn text(node: Node<'_, '_>) -> String {
    let pieces = node.children().filter(Node::is_text).filter_map(|piece| piece.text());
    pieces.collect::<String>().trim().to_owned()
}
