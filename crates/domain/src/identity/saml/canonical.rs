//! Exclusive XML Canonicalization 1.0 without comments (W3C, 2002): the one spelling of an element that signatures are
//! made over. Must not know what is signed.

use std::collections::BTreeMap;

use roxmltree::{Attribute, Node, NodeId};

/// Its name in signatures.
pub const ALGORITHM: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Namespaces by prefix that the output has declared and that still hold; the empty prefix is the default namespace.
type Declared<'a> = BTreeMap<&'a str, &'a str>;

/// Writes `node` with all it holds, but for the element `without`. `inclusive`: prefixes to declare where they hold, used
/// or not.
pub fn write(node: Node<'_, '_>, without: Option<NodeId>, inclusive: &[&str]) -> String {
    let mut out = String::new();
    element(&mut out, node, without, inclusive, &Declared::new());
    out
}

/// The prefix of a name as it stands in the source: two prefixes can mean one namespace, and the signer saw this one.
fn prefix(qualified: &str) -> &str {
    qualified.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// An element's name as it stands in the source.
fn qualified_name<'a>(node: Node<'a, '_>) -> &'a str {
    let source = node.document().input_text().get(node.range()).unwrap_or_default();
    let name = source.strip_prefix('<').unwrap_or(source);
    let end = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(name.len());
    name.get(..end).unwrap_or_default()
}

fn element<'a>(
    out: &mut String,
    node: Node<'a, '_>,
    without: Option<NodeId>,
    inclusive: &[&str],
    declared: &Declared<'a>,
) {
    let name = qualified_name(node);
    let source = node.document().input_text();
    let attribute_name =
        |attribute: &Attribute<'a, '_>| source.get(attribute.range_qname()).unwrap_or_default();
    let mut attributes: Vec<Attribute<'a, '_>> = node.attributes().collect();
    attributes.sort_by(|one, other| {
        (one.namespace().unwrap_or_default(), one.name())
            .cmp(&(other.namespace().unwrap_or_default(), other.name()))
    });
    // What the element itself uses, and what is wanted in any case.
    let mut used: Vec<&str> = attributes.iter().map(|one| prefix(attribute_name(one))).collect();
    used.retain(|prefix| !prefix.is_empty());
    used.push(prefix(name));
    used.extend(inclusive.iter().map(|prefix| if *prefix == "#default" { "" } else { *prefix }));
    used.retain(|prefix| *prefix != "xml");
    used.sort_unstable();
    used.dedup();
    let mut declared = declared.clone();
    out.push('<');
    out.push_str(name);
    for prefix in used {
        let key = (!prefix.is_empty()).then_some(prefix);
        let uri = node.lookup_namespace_uri(key).unwrap_or_default();
        // The empty default namespace needs a word only where another was in force.
        let known = declared.get(prefix).copied().unwrap_or_default();
        if known == uri && (declared.contains_key(prefix) || uri.is_empty()) {
            continue;
        }
        out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
        out.push_str(prefix);
        out.push_str("=\"");
        escape_attribute(out, uri);
        out.push('"');
        let kept = node.namespaces().find(|one| one.name() == key).map_or("", |one| one.uri());
        let kept_prefix = node.namespaces().find(|one| one.name() == key).and_then(|one| one.name());
        declared.insert(kept_prefix.unwrap_or_default(), kept);
    }
    for attribute in &attributes {
        out.push(' ');
        out.push_str(attribute_name(attribute));
        out.push_str("=\"");
        escape_attribute(out, attribute.value());
        out.push('"');
    }
    out.push('>');
    for child in node.children() {
        if Some(child.id()) == without {
            continue;
        }
        if child.is_element() {
            element(out, child, without, inclusive, &declared);
        } else if child.is_text() {
            escape_text(out, child.text().unwrap_or_default());
        } else if let Some(instruction) = child.pi() {
            out.push_str("<?");
            out.push_str(instruction.target);
            if let Some(value) = instruction.value {
                out.push(' ');
                out.push_str(value);
            }
            out.push_str("?>");
        }
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn escape_text(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

fn escape_attribute(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;

    fn of_root(text: &str) -> String {
        let document = Document::parse(text).unwrap();
        write(document.root_element(), None, &[])
    }

    #[test]
    fn there_is_one_spelling() {
        for (text, expected) in [
            ("<a/>", "<a></a>"),
            ("<a  z='1'\n b='2'/>", r#"<a b="2" z="1"></a>"#),
            ("<a>x<!-- y -->z<![CDATA[<&]]></a>", "<a>xz&lt;&amp;</a>"),
            (
                "<a b='&#9;&#10;&quot;&lt;>'>&#13;&gt;'\"</a>",
                "<a b=\"&#x9;&#xA;&quot;&lt;>\">&#xD;&gt;'\"</a>",
            ),
            ("<?before x?><a><?in  y z?></a>", "<a><?in y z?></a>"),
            // A namespace is declared where it is used, once, and again where it is another.
            (
                "<a xmlns:x='u' xmlns:y='v'><x:b><x:c y:d='1'/></x:b><x:b/></a>",
                r#"<a><x:b xmlns:x="u"><x:c xmlns:y="v" y:d="1"></x:c></x:b><x:b xmlns:x="u"></x:b></a>"#,
            ),
            (
                "<a xmlns='u'><b xmlns=''><c/></b><d xmlns='v'/></a>",
                r#"<a xmlns="u"><b xmlns=""><c></c></b><d xmlns="v"></d></a>"#,
            ),
            (
                "<x:a xmlns:x='u'><x:b xmlns:x='v'/></x:a>",
                r#"<x:a xmlns:x="u"><x:b xmlns:x="v"></x:b></x:a>"#,
            ),
            // Two prefixes of one namespace stay two.
            (
                "<x:a xmlns:x='u' xmlns:y='u'><y:b/></x:a>",
                r#"<x:a xmlns:x="u"><y:b xmlns:y="u"></y:b></x:a>"#,
            ),
            (
                "<a xmlns:x='v' xmlns:y='u' x:c='1' y:b='2' d='3' xml:lang='en'/>",
                r#"<a xmlns:x="v" xmlns:y="u" d="3" xml:lang="en" y:b="2" x:c="1"></a>"#,
            ),
        ] {
            assert_eq!(of_root(text), expected, "{text}");
        }
    }

    #[test]
    fn a_part_stands_alone_and_may_lack_one_element() {
        let text = "<a xmlns='u' xmlns:x='v' xmlns:z='w'><x:b>1<x:s>2</x:s>3</x:b></a>";
        let document = Document::parse(text).unwrap();
        let part = document.root_element().first_child().unwrap();
        let signature = part.children().find(Node::is_element).unwrap();
        assert_eq!(write(part, Some(signature.id()), &[]), r#"<x:b xmlns:x="v">13</x:b>"#);
        assert_eq!(
            write(part, Some(signature.id()), &["z", "#default", "unknown"]),
            r#"<x:b xmlns="u" xmlns:x="v" xmlns:z="w">13</x:b>"#
        );
    }
}
