//! The one percent-encoder. Knows bytes and the strict rule of the vendor's signatures; knows nothing of parameters.
//!
//! Clients write the wire in their own ways (`+` or `%20`, a bare `*` or `%2A`), so a signature is never checked against
//! the text as it arrived: it is decoded here and encoded again here.

use std::borrow::Cow;
use std::fmt;

/// Upper-case hexadecimal digits, as the strict rule wants them.
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// How many bytes are looked at together.
const STRIDE: usize = 16;

/// The text is not percent-encoded UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// A `%` that two hexadecimal digits do not follow.
    Escape,
    /// The bytes, or what they decode to, are not UTF-8.
    NotUtf8,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Escape => "a % is not followed by two hexadecimal digits; write a bare % as %25",
            Self::NotUtf8 => "the text is not UTF-8; encode it as UTF-8 before percent-encoding",
        })
    }
}

impl std::error::Error for DecodeError {}

/// Whether the strict rule leaves a byte as it is: letters, digits, `-`, `_`, `.` and `~`. Written without branches, so
/// that the compiler can ask it of a whole stride at once.
#[inline]
const fn is_unreserved(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let digit = byte.wrapping_sub(b'0') < 10;
    letter | digit | (byte == b'-') | (byte == b'_') | (byte == b'.') | (byte == b'~')
}

/// Every byte that is not unreserved, with its place, in order. Encoding, and splitting a query, are walks over these
/// with everything between them copied or skipped at once.
pub(crate) struct Reserved<'a> {
    bytes: &'a [u8],
    /// Where the stride in hand starts.
    start: usize,
    /// Where the next one starts.
    next: usize,
    /// One bit per byte of the stride in hand, the lowest of eight, set for those still to be given out.
    marks: u128,
}

impl<'a> Reserved<'a> {
    #[inline]
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, start: 0, next: 0, marks: 0 }
    }

    #[inline]
    fn marks(stride: &[u8; STRIDE]) -> u128 {
        let mut marks = [0; STRIDE];
        for (mark, &byte) in marks.iter_mut().zip(stride) {
            *mark = u8::from(!is_unreserved(byte));
        }
        u128::from_le_bytes(marks)
    }
}

impl Iterator for Reserved<'_> {
    type Item = (usize, u8);

    #[inline]
    fn next(&mut self) -> Option<(usize, u8)> {
        while self.marks == 0 {
            let rest = self.bytes.get(self.next..).filter(|rest| !rest.is_empty())?;
            self.start = self.next;
            self.next += STRIDE;
            self.marks = match rest.first_chunk() {
                Some(stride) => Self::marks(stride),
                None => {
                    let mut padded = [b'a'; STRIDE];
                    for (to, from) in padded.iter_mut().zip(rest) {
                        *to = *from;
                    }
                    Self::marks(&padded)
                }
            };
        }
        let at = self.start + self.marks.trailing_zeros() as usize / 8;
        self.marks &= self.marks - 1;
        self.bytes.get(at).map(|byte| (at, *byte))
    }
}

/// Encodes strictly: unreserved bytes stay, every other byte becomes `%XY` in upper-case hexadecimal.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 2);
    encode_into(&mut out, bytes);
    String::from_utf8(out).expect("the encoder writes ASCII only")
}

/// Appends the strict encoding of `bytes`.
pub fn encode_into(out: &mut Vec<u8>, bytes: &[u8]) {
    each_run(bytes, out, |out, byte| {
        let [high, low] = hex_pair(byte);
        out.extend_from_slice(&[b'%', high, low]);
    });
}

/// Appends the strict encoding of the strict encoding of `bytes`, in one pass: what RPC 1.0 signs.
pub fn encode_twice_into(out: &mut Vec<u8>, bytes: &[u8]) {
    each_run(bytes, out, |out, byte| {
        let [high, low] = hex_pair(byte);
        out.extend_from_slice(&[b'%', b'2', b'5', high, low]);
    });
}

/// Decodes percent-encoding and `+` as space; borrows when nothing is encoded.
///
/// # Errors
/// A `%` without two hexadecimal digits, or a text that is not UTF-8 before or after decoding.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let text = std::str::from_utf8(bytes).map_err(|_| DecodeError::NotUtf8)?;
    if bytes.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        decode_escaped(text).map(Cow::Owned)
    } else {
        Ok(Cow::Borrowed(text))
    }
}

/// Decodes a text that is known to hold a `%` or a `+`.
pub(crate) fn decode_escaped(text: &str) -> Result<String, DecodeError> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = rest.next().copied().and_then(hex_value).ok_or(DecodeError::Escape)?;
                let low = rest.next().copied().and_then(hex_value).ok_or(DecodeError::Escape)?;
                high << 4 | low
            }
            plain => plain,
        });
    }
    String::from_utf8(out).map_err(|_| DecodeError::NotUtf8)
}

/// Copies runs of unreserved bytes at once and hands every other byte to `escape`.
#[inline]
fn each_run(bytes: &[u8], out: &mut Vec<u8>, escape: impl Fn(&mut Vec<u8>, u8)) {
    let mut copied = 0;
    for (at, byte) in Reserved::of(bytes) {
        out.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
        escape(out, byte);
        copied = at + 1;
    }
    out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
}

#[inline]
fn hex_pair(byte: u8) -> [u8; 2] {
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
    [digit(byte >> 4), digit(byte & 15)]
}

#[inline]
const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_alone_is_kept_or_escaped_in_upper_case() {
        for byte in 0..=u8::MAX {
            let kept = byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
            let once = if kept { char::from(byte).to_string() } else { format!("%{byte:02X}") };
            assert_eq!(encode(&[byte]), once);
            let mut twice = Vec::new();
            encode_twice_into(&mut twice, &[byte]);
            assert_eq!(twice, encode(once.as_bytes()).into_bytes());
        }
    }

    #[test]
    fn a_reserved_byte_is_found_at_every_place_of_a_stride() {
        for length in 0..40 {
            for at in 0..length {
                let mut bytes = vec![b'a'; length];
                bytes[at] = b'/';
                let expected = format!("{}%2F{}", "a".repeat(at), "a".repeat(length - at - 1));
                assert_eq!(encode(&bytes), expected);
            }
        }
    }

    #[test]
    fn decoding_reads_every_client_s_way_of_writing() {
        for written in ["a b*c", "a+b*c", "a%20b%2Ac", "a%20b%2ac", "%61+b*%63"] {
            assert_eq!(decode(written.as_bytes()).as_deref(), Ok("a b*c"), "{written}");
        }
        assert_eq!(decode("中%E4%B8%AD".as_bytes()).as_deref(), Ok("中中"));
    }

    #[test]
    fn a_plain_text_is_borrowed() {
        assert!(matches!(decode(b"plain-text_.~"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn what_is_not_encoded_utf8_is_refused() {
        for broken in ["%", "%4", "%4g", "%g4", "a%", "%%41", "%+1", "%\u{e9}1"] {
            assert_eq!(decode(broken.as_bytes()), Err(DecodeError::Escape), "{broken}");
        }
        for broken in [&b"%FF"[..], b"%C3", b"\xFF", b"\xC3%A9", b"%E4%B8", b"%ED%A0%80"] {
            assert_eq!(decode(broken), Err(DecodeError::NotUtf8), "{broken:?}");
        }
    }
}
