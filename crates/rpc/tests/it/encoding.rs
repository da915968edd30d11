//! Properties of the percent-encoder.

use proptest::prelude::*;
use ramward_rpc::percent::{DecodeError, decode, encode, encode_into, encode_twice_into};

proptest! {
    #[test]
    fn what_was_encoded_decodes_to_itself(text: String) {
        let encoded = encode(text.as_bytes());
        prop_assert_eq!(decode(encoded.as_bytes()).map(|decoded| decoded.into_owned()), Ok(text));
    }

    #[test]
    fn encoding_twice_in_one_pass_is_encoding_the_encoded(bytes: Vec<u8>) {
        let mut twice = b"before".to_vec();
        encode_twice_into(&mut twice, &bytes);
        let mut stepwise = b"before".to_vec();
        encode_into(&mut stepwise, encode(&bytes).as_bytes());
        prop_assert_eq!(twice, stepwise);
    }

    #[test]
    fn only_unreserved_bytes_and_upper_case_escapes_are_written(bytes: Vec<u8>) {
        let encoded = encode(&bytes);
        let mut rest = encoded.as_bytes();
        let mut count = 0;
        while let Some((first, tail)) = rest.split_first() {
            rest = tail;
            if *first == b'%' {
                let (digits, tail) = rest.split_at(2);
                prop_assert!(digits.iter().all(|digit| b"0123456789ABCDEF".contains(digit)));
                rest = tail;
            } else {
                prop_assert!(first.is_ascii_alphanumeric() || b"-_.~".contains(first));
            }
            count += 1;
        }
        prop_assert_eq!(count, bytes.len());
    }

    /// Against the obvious way, on texts full of escapes and half escapes.
    #[test]
    fn decoding_agrees_with_the_obvious_way(
        text in proptest::collection::vec(
            prop_oneof![Just(b'%'), Just(b'+'), Just(b'a'), Just(b'C'), Just(b'3'), any::<u8>()], 0..24)
    ) {
        let expected = obvious_decode(&text);
        prop_assert_eq!(decode(&text).map(|text| text.into_owned()), expected);
    }
}

fn obvious_decode(text: &[u8]) -> Result<String, DecodeError> {
    std::str::from_utf8(text).map_err(|_| DecodeError::NotUtf8)?;
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'%' {
            let digits = text.get(at + 1..at + 3).ok_or(DecodeError::Escape)?;
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                return Err(DecodeError::Escape);
            }
            let digits = std::str::from_utf8(digits).expect("hexadecimal digits are ASCII");
            out.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
            at += 3;
        } else {
            out.push(if text[at] == b'+' { b' ' } else { text[at] });
            at += 1;
        }
    }
    String::from_utf8(out).map_err(|_| DecodeError::NotUtf8)
}
