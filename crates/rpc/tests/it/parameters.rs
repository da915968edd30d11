//! Parameters: splitting, decoding, order, repeats, limits, flat lists.

use http::{HeaderMap, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use ramward_rpc::params::{ListItem, MAX_PARAMS, Params, ParamsError, is_form};
use ramward_rpc::percent::{self, DecodeError};

fn pairs<'a>(params: &'a Params<'_>) -> Vec<(&'a str, &'a str)> {
    params.iter().collect()
}

fn query(text: &str) -> Params<'_> {
    Params::parse(text.as_bytes(), None).expect("readable parameters")
}

fn error(query: &[u8], form: &[u8]) -> ParamsError {
    Params::parse(query, Some(form)).expect_err("unreadable parameters")
}

#[test]
fn pairs_are_decoded_and_sorted_by_bytes() {
    let params = query("b=2&B=1&a%20b=%2B+%25&=empty&only&b.1=x&b=2&&%E4%B8%AD=%e4%b8%ad&eq=a=b");
    let expected = [
        ("", "empty"),
        ("B", "1"),
        ("a b", "+ %"),
        ("b", "2"),
        ("b", "2"),
        ("b.1", "x"),
        ("eq", "a=b"),
        ("only", ""),
        ("中", "中"),
    ];
    assert_eq!(pairs(&params), expected);
    assert_eq!((params.len(), params.is_empty()), (9, false));
    assert_eq!(params.get("a b"), Some("+ %"));
    assert_eq!(params.get("only"), Some(""));
    assert_eq!(params.get("A B"), None);
    assert!(query("").is_empty());
    assert!(query("&&&").is_empty());
}

#[test]
fn query_and_form_are_one_but_the_query_is_remembered() {
    let params = Params::parse(b"z=1&b=2", Some(b"a=3&z=1")).unwrap();
    assert_eq!(pairs(&params), [("a", "3"), ("b", "2"), ("z", "1"), ("z", "1")]);
    assert_eq!(params.iter_query().collect::<Vec<_>>(), [("b", "2"), ("z", "1")]);
}

#[test]
fn names_that_begin_alike_are_told_apart() {
    let text = "Signature=a&SignatureMethod=b&SignatureNonce=c&Signatur=d&SignaturE=e&Signatur%00=f";
    let params = query(text);
    for (name, value) in [
        ("Signature", "a"),
        ("SignatureMethod", "b"),
        ("SignatureNonce", "c"),
        ("Signatur", "d"),
        ("SignaturE", "e"),
        ("Signatur\0", "f"),
    ] {
        assert_eq!(params.get(name), Some(value), "{name}");
    }
    assert_eq!(params.get("SignatureM"), None);
}

#[test]
fn a_name_with_two_values_is_refused() {
    let repeated = |name: &str| ParamsError::Repeated(name.into());
    assert_eq!(error(b"UserName=a&x=1&UserName=b", b""), repeated("UserName"));
    assert_eq!(error(b"UserName=a", b"UserName=b"), repeated("UserName"));
    assert_eq!(error(b"UserName=a&User%4eame=", b""), repeated("UserName"));
    let text = repeated("User\nName").to_string();
    assert_eq!(text, r#"the parameter "User\nName" was given twice with different values; give it once"#);
}

#[test]
fn too_many_parameters_are_refused_and_the_most_allowed_are_read() {
    let most: Vec<String> = (0..MAX_PARAMS).map(|n| format!("{n}=")).collect();
    assert_eq!(query(&most.join("&")).len(), MAX_PARAMS);
    assert_eq!(error(most.join("&").as_bytes(), b"more="), ParamsError::TooMany);
    let million = "a=1&".repeat(1_000_000);
    assert_eq!(error(million.as_bytes(), b""), ParamsError::TooMany);
    assert_eq!(error(b"", million.as_bytes()), ParamsError::TooMany);
    assert_eq!(error(&b"&".repeat(1_000_000), b""), ParamsError::TooMany);
}

#[test]
fn what_is_not_encoded_utf8_is_refused() {
    let (escape, utf8) =
        (ParamsError::Encoding(DecodeError::Escape), ParamsError::Encoding(DecodeError::NotUtf8));
    for (query, expected) in [
        (&b"a=%"[..], &escape),
        (b"a=%4", &escape),
        (b"%zz=1", &escape),
        (b"ok=1&a=%F", &escape),
        (b"a=%FF", &utf8),
        (b"a=\xFF", &utf8),
        (b"%C3=%A9", &utf8),
    ] {
        assert_eq!(&error(query, b""), expected, "{query:?}");
        assert_eq!(&error(b"", query), expected, "{query:?}");
    }
}

#[test]
fn debug_shows_names_only() {
    let params = query("NewPassword=hunter2&Tag.1.Value=hunter3");
    assert_eq!(format!("{params:?}"), r#"{"NewPassword", "Tag.1.Value"}"#);
    assert_eq!(format!("{:?}", params.list("Tag")), r#"[1{"Value"}]"#);
}

#[test]
fn a_form_is_told_by_its_media_type() {
    for (content_type, expected) in [
        (Some("application/x-www-form-urlencoded"), true),
        (Some("Application/X-WWW-Form-URLEncoded; charset=UTF-8"), true),
        (Some(" application/x-www-form-urlencoded ;x"), true),
        (Some("application/x-www-form-urlencoded2"), false),
        (Some("application/json; a=application/x-www-form-urlencoded"), false),
        (Some("application/octet-stream"), false),
        (Some(""), false),
        (None, false),
    ] {
        let mut headers = HeaderMap::new();
        headers.extend(
            content_type.map(|text| (http::header::CONTENT_TYPE, HeaderValue::from_str(text).unwrap())),
        );
        assert_eq!(is_form(&headers), expected, "{content_type:?}");
    }
}

fn texts<'a>(list: &[ListItem<'a>]) -> Vec<(u32, Option<&'a str>)> {
    list.iter().map(|item| (item.number(), item.value())).collect()
}

#[test]
fn a_list_of_texts_is_read_in_numeric_order_with_gaps() {
    let params = query(
        "ResourceId.10=j&ResourceId.2=b&ResourceId.11=k&ResourceId.1=a&ResourceId.2=b&ResourceType=user",
    );
    let list = params.list("ResourceId");
    assert_eq!(texts(&list), [(1, Some("a")), (2, Some("b")), (10, Some("j")), (11, Some("k"))]);
    assert_eq!(params.list("Resource"), []);
    assert_eq!(params.list("ResourceType"), []);
    assert_eq!(params.list("Absent"), []);
}

#[test]
fn a_list_of_objects_is_read_by_field() {
    let params = query(
        "Tag.2.Value=v2&Tag.1.Key=k1&Tag.1.Value=&TagFilter.1.Key=x&Tag-a=1&Tag.2.Key=k2&Tag=t&Tag.3.Key.Sub=s",
    );
    let list = params.list("Tag");
    let keys: Vec<_> = list.iter().map(|item| (item.field("Key"), item.field("Value"))).collect();
    assert_eq!(keys, [(Some("k1"), Some("")), (Some("k2"), Some("v2")), (None, None)]);
    assert_eq!(list[2].field("Key.Sub"), Some("s"));
    assert_eq!(list[0].value(), None);
}

#[test]
fn hostile_list_numbers_make_no_elements_and_cost_nothing() {
    let params = query(
        "A.4294967295=max&A.4294967296=over&A.99999999999999999999999=far&A.0=zero&A.01=padded&A.+1=sign&A.-1=minus\
         &A.=none&A.1.=nofield&A.x=word&A..1=dots&A.1%00=nul&A.%EF%BC%91=wide&A=bare",
    );
    assert_eq!(texts(&params.list("A")), [(4_294_967_295, Some("max"))]);
}

fn piece() -> impl Strategy<Value = u8> {
    prop_oneof![
        4 => proptest::sample::select(b"&=%+a.1B".to_vec()),
        1 => any::<u8>(),
    ]
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(query in vec(any::<u8>(), 0..200), form in vec(piece(), 0..200)) {
        for params in [Params::parse(&query, Some(&form)), Params::parse(&form, Some(&query))].iter().flatten() {
            for name in ["", "a", "a.1", "B"] {
                let _ = params.get(name);
                let _ = params.list(name);
            }
        }
    }

    /// Against the obvious way: split at `&`, split at the first `=`, decode, sort, look for repeats.
    #[test]
    fn reading_agrees_with_the_obvious_way(query in vec(piece(), 0..80), form in vec(piece(), 0..40)) {
        let obvious = obvious_parse(&query, &form);
        let params = Params::parse(&query, Some(&form));
        match (params, obvious) {
            (Ok(params), Some(expected)) => {
                let found: Vec<(String, String)> =
                    params.iter().map(|(name, value)| (name.into(), value.into())).collect();
                prop_assert_eq!(&found, &expected);
                for (name, value) in &expected {
                    prop_assert_eq!(params.get(name), Some(&**value));
                }
            }
            (Err(_), None) => {}
            (found, expected) => prop_assert!(false, "{:?} but expected {:?}", found, expected),
        }
    }

    #[test]
    fn pairs_survive_the_wire(given in proptest::collection::btree_map(any::<String>(), any::<String>(), 0..20)) {
        let wire: Vec<String> = given
            .iter()
            .rev()
            .map(|(name, value)| {
                format!("{}={}", percent::encode(name.as_bytes()), percent::encode(value.as_bytes()))
            })
            .collect();
        let wire = wire.join("&");
        let params = query(&wire);
        let expected: Vec<(&str, &str)> = given.iter().map(|(name, value)| (&**name, &**value)).collect();
        prop_assert_eq!(pairs(&params), expected);
    }

    #[test]
    fn flat_lists_survive_the_wire(given in proptest::collection::btree_map(1..u32::MAX, any::<String>(), 0..20)) {
        let wire: Vec<String> = given
            .iter()
            .map(|(number, value)| format!("L.{number}={}", percent::encode(value.as_bytes())))
            .collect();
        let wire = wire.join("&");
        let params = query(&wire);
        let expected: Vec<_> = given.iter().map(|(number, value)| (*number, Some(&**value))).collect();
        prop_assert_eq!(texts(&params.list("L")), expected);
    }
}

fn obvious_parse(query: &[u8], form: &[u8]) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for text in [query, form] {
        for piece in text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
            let mut halves = piece.splitn(2, |byte| *byte == b'=');
            let mut half = || percent::decode(halves.next().unwrap_or_default()).ok();
            pairs.push((half()?.into_owned(), half()?.into_owned()));
        }
    }
    pairs.sort();
    let clash = pairs.windows(2).any(|two| two[0].0 == two[1].0 && two[0].1 != two[1].1);
    (!clash).then_some(pairs)
}
