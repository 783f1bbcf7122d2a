//! JSON values from bytes, as `serde` wants them.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;

use super::escaped::{self, Unread};
use super::parts::Parts;
use super::raw;
use super::string::{Scanned, scan};
use super::unescape::unescape;

/// Digits that every `u64` can hold.
const DIGITS: usize = 19;

/// What cannot be read here is to be read by `serde_json`, which also says what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GaveUp;

impl fmt::Display for GaveUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not read")
    }
}

impl std::error::Error for GaveUp {}

impl Error for GaveUp {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A place in some bytes.
pub(super) struct Reader<'de> {
    bytes: &'de [u8],
    at: usize,
}

impl<'de> Reader<'de> {
    pub(super) fn new(bytes: &'de [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next byte that is no white space; it stays the next one.
    #[inline]
    pub(super) fn next_sign(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn rest(&self) -> &'de [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Goes one byte on.
    #[inline]
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Takes the next byte if it is such a one.
    #[inline]
    pub(super) fn take_if(&mut self, is_wanted: impl Fn(u8) -> bool) -> bool {
        let is_there = self.peek().is_some_and(is_wanted);
        self.at += usize::from(is_there);
        is_there
    }

    /// Takes this sign, and white space before it.
    #[inline]
    pub(super) fn take_sign(&mut self, sign: u8) -> Result<(), GaveUp> {
        self.next_sign();
        if self.take_if(|byte| byte == sign) { Ok(()) } else { Err(GaveUp) }
    }

    pub(super) fn take_word(&mut self, word: &[u8]) -> Result<(), GaveUp> {
        self.rest().starts_with(word).then(|| self.at += word.len()).ok_or(GaveUp)
    }

    /// Takes digits, and says how many there were.
    pub(super) fn take_digits(&mut self) -> usize {
        let before = self.at;
        while self.take_if(|byte| byte.is_ascii_digit()) {}
        self.at - before
    }

    /// Takes a string: what is between its quotes, as it stands there.
    #[inline]
    pub(super) fn take_string<const IS_READ: bool>(&mut self) -> Result<(&'de [u8], Scanned), GaveUp> {
        let bytes = self.rest().strip_prefix(b"\"").ok_or(GaveUp)?;
        let scanned = scan::<IS_READ>(bytes).ok_or(GaveUp)?;
        self.at += scanned.length + 2;
        Ok((bytes.get(..scanned.length).unwrap_or_default(), scanned))
    }

    fn visit_string<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, GaveUp> {
        let (inside, scanned) = self.take_string::<true>()?;
        if scanned.escapes > 0 {
            return visitor.visit_string(unescape(inside, inside.len()).ok_or(GaveUp)?);
        }
        visitor.visit_borrowed_str(std::str::from_utf8(inside).map_err(|_| GaveUp)?)
    }

    /// A plain integer. Zero with a sign is a fraction to `serde_json`.
    fn visit_number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, GaveUp> {
        let is_negative = self.take_if(|byte| byte == b'-');
        let digits = self.rest();
        let length = self.take_digits();
        let digits = digits.get(..length).unwrap_or_default();
        let is_odd = length == 0 || length > DIGITS || (digits.starts_with(b"0") && (length > 1 || is_negative));
        if is_odd || matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Err(GaveUp);
        }
        let number = digits.iter().fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        match i64::try_from(number) {
            Ok(number) if is_negative => visitor.visit_i64(-number),
            Err(_) if is_negative => Err(GaveUp),
            _ => visitor.visit_u64(number),
        }
    }

    /// A value as it stands there.
    fn take_raw(&mut self) -> Result<&'de [u8], GaveUp> {
        self.next_sign();
        let start = self.at;
        self.skip::<true>()?;
        Ok(self.bytes.get(start..self.at).unwrap_or_default())
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = GaveUp;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        match self.next_sign() {
            Some(b'"') => self.visit_string(visitor),
            Some(b'{') => visitor.visit_map(Parts::of(self)),
            Some(b'[') => visitor.visit_seq(Parts::of(self)),
            Some(b't') => self.take_word(b"true").and_then(|()| visitor.visit_bool(true)),
            Some(b'f') => self.take_word(b"false").and_then(|()| visitor.visit_bool(false)),
            Some(b'n') => self.take_word(b"null").and_then(|()| visitor.visit_unit()),
            Some(b'-' | b'0'..=b'9') => self.visit_number(visitor),
            _ => Err(GaveUp),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        self.skip::<false>()?;
        visitor.visit_unit()
    }

    /// Who asks for a newtype by these names takes a value as it stands in the line.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, GaveUp> {
        match (name, self.next_sign()) {
            (raw::NAME, _) => visitor.visit_borrowed_bytes(self.take_raw()?),
            (escaped::NAME, Some(b'"')) => {
                let (inside, scanned) = self.take_string::<true>()?;
                visitor.visit_seq(Unread::of(inside, scanned)?)
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct enum identifier
    }
}
