//! Responses that were tampered with at random: none proves anything but what its provider signed, and reading ends.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::metadata::Metadata;
use super::response::{self, Proven};
use crate::testing::saml::{ASSERTION_SIGNED, RESPONSE_SIGNED, metadata};

/// A change: so many characters from a place on are taken out, others come in.
#[derive(Debug, Clone)]
struct Edit {
    at: Index,
    taken: usize,
    put: Put,
}

#[derive(Debug, Clone)]
enum Put {
    Text(String),
    /// Characters from elsewhere in the same document.
    Copy(Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let markup = [
        "<",
        ">",
        "/>",
        "<!-- x -->",
        "]]>",
        "&amp;",
        "&#0;",
        "&#x41;",
        "\"",
        "'",
        " ",
        "\n",
        "<![CDATA[a]]>",
        "ID=\"_assertion-1\"",
        " xmlns=\"\"",
        " xmlns:ds=\"x\"",
        "<saml2:Assertion>",
        "</saml2:Assertion>",
        "<ds:Signature>",
        "<?x?>",
        "root",
        "2099-01-01T00:00:00Z",
    ];
    let put = prop_oneof![
        4 => select(markup.to_vec()).prop_map(|text| Put::Text(text.to_owned())),
        1 => any::<String>().prop_map(Put::Text),
        2 => (any::<Index>(), 0..2000_usize).prop_map(|(from, count)| Put::Copy(from, count)),
        2 => Just(Put::Text(String::new())),
    ];
    let taken = prop_oneof![3 => Just(0_usize), 3 => 1..6_usize, 1 => 6..1500_usize];
    (any::<Index>(), taken, put).prop_map(|(at, taken, put)| Edit { at, taken, put })
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for Edit { at, taken, put } in edits {
        let put: Vec<char> = match put {
            Put::Text(put) => put.chars().collect(),
            Put::Copy(from, count) => {
                let from = from.index(text.len());
                text[from..text.len().min(from + count)].to_vec()
            }
        };
        let at = at.index(text.len());
        let end = text.len().min(at + taken);
        text.splice(at..end, put);
        if text.is_empty() {
            return String::new();
        }
    }
    text.into_iter().collect()
}

fn proven(document: &str) -> Option<Proven> {
    response::verify(document, &Metadata::parse(&metadata()).unwrap()).ok()
}

proptest! {
    #[test]
    fn what_is_proven_is_what_was_signed(edits in proptest::collection::vec(edit(), 1..5), whole: bool) {
        let original = if whole { RESPONSE_SIGNED } else { ASSERTION_SIGNED };
        if let Some(found) = proven(&edited(original, &edits)) {
            prop_assert_eq!(Some(found), proven(original));
        }
    }

    #[test]
    fn metadata_is_read_or_refused(edits in proptest::collection::vec(edit(), 1..5)) {
        let document = edited(&metadata(), &edits);
        if let Err(bad) = Metadata::parse(&document) {
            prop_assert!(!bad.to_string().is_empty());
        }
    }
}

/// As large as a response may be, and hostile in one way each.
#[test]
fn the_largest_are_refused() {
    assert!(proven(ASSERTION_SIGNED).is_some() && proven(RESPONSE_SIGNED).is_some());
    for piece in ["<a>", "<a b='", "<a/>", "&amp;", "<!--", "<a xmlns:b='c'>", "<?a ?>", "]]>", "<![CDATA["] {
        let text = piece.repeat(response::MAX_BYTES / piece.len());
        assert_eq!(proven(&text), None, "{piece}");
        let inside = ASSERTION_SIGNED.replacen("<saml2:Subject>", &format!("<saml2:Subject>{text}"), 1);
        assert_eq!(proven(&inside), None, "{piece} inside");
    }
    let closed = |times: usize| format!("{}{}", "<a>".repeat(times), "</a>".repeat(times));
    for times in [60, 5000] {
        let deep = closed(times);
        let inside = ASSERTION_SIGNED.replacen("<saml2:Subject>", &format!("{deep}<saml2:Subject>"), 1);
        assert_eq!(proven(&inside), None, "{times} deep");
    }
}
