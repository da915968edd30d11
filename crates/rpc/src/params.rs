//! The parameters of a call: query and form, decoded, merged and in canonical order. Knows nothing of signatures or of
//! what any parameter means.
//!
//! A request is parsed once; every pair remembers whether it came from the query, because V3 signs the query alone and
//! RPC 1.0 signs both together.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::percent::{self, DecodeError, Reserved};

/// The most parameters a request may carry. The widest call of the vendor's own catalogues stays far below.
pub const MAX_PARAMS: usize = 1000;

/// The parameters of one request, sorted by name and then value in byte order.
#[derive(Clone, Default)]
pub struct Params<'a> {
    pairs: Vec<Pair<'a>>,
    /// Length of the text they were read from: a good guess for the length of what is written from them.
    source_len: usize,
}

/// Why a request has no readable parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamsError {
    /// Query or form is not percent-encoded UTF-8.
    Encoding(DecodeError),
    /// More than [`MAX_PARAMS`] pairs.
    TooMany,
    /// One name with two different values: which one was meant cannot be known, so neither is taken.
    Repeated(String),
}

impl fmt::Display for ParamsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(error) => error.fmt(f),
            Self::TooMany => write!(f, "a request carries at most {MAX_PARAMS} parameters; send fewer"),
            Self::Repeated(name) => {
                write!(f, "the parameter {name:?} was given twice with different values; give it once")
            }
        }
    }
}

impl std::error::Error for ParamsError {}

impl From<DecodeError> for ParamsError {
    fn from(error: DecodeError) -> Self {
        Self::Encoding(error)
    }
}

/// Where a pair stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Query,
    Form,
}

/// Which pairs a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Covered {
    /// Those of the query: V3.
    Query,
    /// All but `Signature`: RPC 1.0.
    AllButSignature,
}

impl Covered {
    #[inline]
    fn covers(self, pair: &Pair<'_>) -> bool {
        match self {
            Self::Query => pair.source == Source::Query,
            Self::AllButSignature => pair.name != "Signature",
        }
    }
}

#[derive(Clone)]
struct Pair<'a> {
    /// The first eight bytes of the name, so that most comparisons are one of integers.
    prefix: u64,
    name: Cow<'a, str>,
    value: Cow<'a, str>,
    /// Known to need no encoding: what most names and values of a signed request are.
    plain_name: bool,
    plain_value: bool,
    source: Source,
}

impl<'a> Pair<'a> {
    fn new(name: &'a str, value: &'a str, source: Source) -> Self {
        Self {
            prefix: prefix(name),
            name: Cow::Borrowed(name),
            value: Cow::Borrowed(value),
            plain_name: false,
            plain_value: false,
            source,
        }
    }

    /// Writes the pair with `encode`, its halves joined by `equals`.
    #[inline]
    fn write(&self, out: &mut Vec<u8>, equals: &[u8], encode: impl Fn(&mut Vec<u8>, &[u8])) {
        let write = |out: &mut Vec<u8>, text: &str, plain| {
            if plain { out.extend_from_slice(text.as_bytes()) } else { encode(out, text.as_bytes()) }
        };
        write(out, &self.name, self.plain_name);
        out.extend_from_slice(equals);
        write(out, &self.value, self.plain_value);
    }

    #[inline]
    fn cmp_name(&self, prefix: u64, name: &str) -> Ordering {
        self.prefix.cmp(&prefix).then_with(|| self.name.as_bytes().cmp(name.as_bytes()))
    }
}

/// The first eight bytes as a big-endian number, padded with zeros: orders as the bytes do, except that equal numbers
/// still need the bytes compared.
#[inline]
fn prefix(name: &str) -> u64 {
    let bytes = name.as_bytes();
    match bytes.first_chunk::<8>() {
        Some(chunk) => u64::from_be_bytes(*chunk),
        None => {
            let mut padded = [0; 8];
            for (to, from) in padded.iter_mut().zip(bytes) {
                *to = *from;
            }
            u64::from_be_bytes(padded)
        }
    }
}

impl<'a> Params<'a> {
    /// Reads the query and, when the body is a form (see [`is_form`]), the form. An identical pair given twice is kept
    /// twice, as it was signed; empty pieces between `&` are skipped; a piece without `=` has an empty value.
    ///
    /// # Errors
    /// More than [`MAX_PARAMS`] pairs (counted before anything is allocated), a text that is not percent-encoded UTF-8,
    /// or one name with two different values.
    pub fn parse(query: &'a [u8], form: Option<&'a [u8]>) -> Result<Params<'a>, ParamsError> {
        let form = form.unwrap_or_default();
        let most = count_pieces(query) + count_pieces(form);
        if most > MAX_PARAMS {
            return Err(ParamsError::TooMany);
        }
        let mut params = Params { pairs: Vec::with_capacity(most), source_len: query.len() + form.len() };
        params.read(query, Source::Query)?;
        params.read(form, Source::Form)?;
        params.sort();
        for (one, next) in params.pairs.iter().zip(params.pairs.iter().skip(1)) {
            if one.prefix == next.prefix && one.name == next.name && one.value != next.value {
                return Err(ParamsError::Repeated(one.name.clone().into_owned()));
            }
        }
        Ok(params)
    }

    /// Decoded pairs that a caller made, all of them as if from the query or all as if from the form.
    pub(crate) fn from_pairs(
        query: impl IntoIterator<Item = (&'a str, &'a str)>,
        form: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Params<'a> {
        let pair = |source| move |(name, value)| Pair::new(name, value, source);
        let query = query.into_iter().map(pair(Source::Query));
        let pairs: Vec<_> = query.chain(form.into_iter().map(pair(Source::Form))).collect();
        let source_len = pairs.iter().map(|pair| pair.name.len() + pair.value.len() + 2).sum();
        let mut params = Params { pairs, source_len };
        params.sort();
        params
    }

    fn sort(&mut self) {
        // The standard sort inserts while there are few, which is the common case.
        self.pairs.sort_unstable_by(|one, other| {
            one.cmp_name(other.prefix, &other.name)
                .then_with(|| one.value.as_bytes().cmp(other.value.as_bytes()))
        });
    }

    /// Splits and decodes in one walk over the bytes that are not unreserved.
    fn read(&mut self, text: &'a [u8], source: Source) -> Result<(), ParamsError> {
        let text = std::str::from_utf8(text).map_err(|_| DecodeError::NotUtf8)?;
        let mut piece = Piece::default();
        for (at, byte) in Reserved::of(text.as_bytes()) {
            match byte {
                b'&' => {
                    self.take(text, &piece, at, source)?;
                    piece = Piece { start: at + 1, ..Piece::default() };
                }
                b'=' if piece.equals.is_none() => piece.equals = Some(at),
                _ => {
                    let half = if piece.equals.is_none() { &mut piece.name } else { &mut piece.value };
                    half.plain = false;
                    half.escaped |= matches!(byte, b'%' | b'+');
                }
            }
        }
        self.take(text, &piece, text.len(), source)
    }

    /// Keeps the piece that ends before `end`.
    #[inline]
    fn take(&mut self, text: &'a str, piece: &Piece, end: usize, source: Source) -> Result<(), ParamsError> {
        if piece.start == end {
            return Ok(());
        }
        let name_end = piece.equals.unwrap_or(end);
        let value_start = piece.equals.map_or(end, |at| at + 1);
        let name = text.get(piece.start..name_end).unwrap_or_default();
        let value = text.get(value_start..end).unwrap_or_default();
        let mut pair = Pair::new(name, value, source);
        pair.plain_name = piece.name.plain;
        pair.plain_value = piece.value.plain;
        self.pairs.push(pair);
        // Decoding in place keeps the common case, nothing to decode, a plain copy.
        if (piece.name.escaped || piece.value.escaped)
            && let Some(pair) = self.pairs.last_mut()
        {
            if piece.name.escaped {
                let name = percent::decode_escaped(name)?;
                pair.prefix = prefix(&name);
                pair.name = Cow::Owned(name);
            }
            if piece.value.escaped {
                pair.value = Cow::Owned(percent::decode_escaped(value)?);
            }
        }
        Ok(())
    }

    /// The value of a parameter, if it was given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let prefix = prefix(name);
        let at = self.pairs.binary_search_by(|pair| pair.cmp_name(prefix, name)).ok()?;
        self.pairs.get(at).map(|pair| &*pair.value)
    }

    /// Every pair in canonical order, those of query and form together.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|pair| (&*pair.name, &*pair.value))
    }

    /// The pairs of the query alone, in canonical order: what V3 signs.
    pub fn iter_query(&self) -> impl Iterator<Item = (&str, &str)> {
        let of_query = self.pairs.iter().filter(|pair| pair.source == Source::Query);
        of_query.map(|pair| (&*pair.name, &*pair.value))
    }

    /// How many pairs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether the request carries no parameter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Length of the text the parameters were read from.
    pub(crate) fn source_len(&self) -> usize {
        self.source_len
    }

    /// Writes `name=value` for every pair that `signed` picks, in canonical order, strictly encoded, joined by `&`.
    pub(crate) fn write_canonical(&self, out: &mut Vec<u8>, signed: Covered) {
        self.write_pairs(out, signed, (b"=", b"&"), percent::encode_into);
    }

    /// Writes the strict encoding of the above, without making it first: each decoded byte goes straight to its doubly
    /// encoded form.
    pub(crate) fn write_canonical_encoded(&self, out: &mut Vec<u8>, signed: Covered) {
        self.write_pairs(out, signed, (b"%3D", b"%26"), percent::encode_twice_into);
    }

    #[inline]
    fn write_pairs(
        &self,
        out: &mut Vec<u8>,
        covered: Covered,
        (equals, and): (&[u8], &[u8]),
        encode: impl Fn(&mut Vec<u8>, &[u8]) + Copy,
    ) {
        let mut separator: &[u8] = b"";
        for pair in self.pairs.iter().filter(|pair| covered.covers(pair)) {
            out.extend_from_slice(separator);
            pair.write(out, equals, encode);
            separator = and;
        }
    }

    /// A flat list: `Name.N` and `Name.N.Field`, as the vendor's newer SDKs write lists, in numeric order of N.
    ///
    /// Numbers start at 1 and may have gaps (SDKs skip null elements but count them). A number written in another way
    /// than the SDKs do (`01`, `+1`, `0`, beyond 32 bits) makes no element. Costs nothing per number skipped.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<ListItem<'_>> {
        let first = self.pairs.partition_point(|pair| pair.name.as_ref() < name);
        let mut found: Vec<(u32, &str, &str)> = Vec::new();
        for pair in self.pairs.iter().skip(first) {
            let Some(rest) = pair.name.strip_prefix(name) else { break };
            // A longer name in between (`Tag-x`, `TagFilter.1`) does not end the list.
            let Some(rest) = rest.strip_prefix('.') else { continue };
            let (number, field) = match rest.split_once('.') {
                None => (rest, ""),
                Some((_, "")) => continue,
                Some(parts) => parts,
            };
            if let Some(number) = list_number(number) {
                found.push((number, field, &pair.value));
            }
        }
        found.sort_by_key(|(number, ..)| *number);
        found
            .chunk_by(|one, next| one.0 == next.0)
            .filter_map(|group| {
                let number = group.first()?.0;
                let members = group.iter().map(|(_, field, value)| (*field, *value)).collect();
                Some(ListItem { number, members })
            })
            .collect()
    }
}

impl fmt::Debug for Params<'_> {
    /// Names only: a value may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pairs.iter().map(|pair| &pair.name)).finish()
    }
}

/// One element of a flat list.
#[derive(Clone, PartialEq, Eq)]
pub struct ListItem<'a> {
    number: u32,
    /// Field name (empty for the element itself) and value, in byte order of the field.
    members: Vec<(&'a str, &'a str)>,
}

impl<'a> ListItem<'a> {
    /// The N of `Name.N`.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The value of `Name.N` itself: an element of a list of texts.
    #[must_use]
    pub fn value(&self) -> Option<&'a str> {
        self.field("")
    }

    /// The value of `Name.N.Field`: a member of an element that is an object.
    #[must_use]
    pub fn field(&self, field: &str) -> Option<&'a str> {
        self.members.iter().find(|(name, _)| *name == field).map(|(_, value)| *value)
    }
}

impl fmt::Debug for ListItem<'_> {
    /// Names only, as for [`Params`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        f.debug_set().entries(self.members.iter().map(|(field, _)| field)).finish()
    }
}

/// Whether the body is a form by its content type, charset and other media parameters aside.
#[must_use]
pub fn is_form(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return false };
    let media = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    media.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}

/// Where a `name=value` piece starts and what the walk has seen of it.
#[derive(Default)]
struct Piece {
    start: usize,
    equals: Option<usize>,
    name: Half,
    value: Half,
}

/// One side of a piece.
struct Half {
    /// Nothing but unreserved bytes.
    plain: bool,
    /// Something to decode.
    escaped: bool,
}

impl Default for Half {
    fn default() -> Self {
        Self { plain: true, escaped: false }
    }
}

/// At most this many pairs are in the text.
fn count_pieces(text: &[u8]) -> usize {
    // Counted in blocks whose count fits a byte, so that a whole register of bytes is counted at once.
    let in_block = |block: &[u8]| block.iter().map(|byte| u8::from(*byte == b'&')).sum::<u8>();
    let separators: usize = text.chunks(128).map(|block| usize::from(in_block(block))).sum();
    separators + usize::from(!text.is_empty())
}

/// A list number as the SDKs write it.
fn list_number(digits: &str) -> Option<u32> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if plain { digits.parse().ok() } else { None }
}
