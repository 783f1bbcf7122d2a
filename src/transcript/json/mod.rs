//! Fast reading of JSON: one record from the bytes of a line.
//!
//! Nearly all bytes of a transcript are inside of long strings that nobody reads. So the end of a
//! string is found sixty-four bytes at a time, a string is unescaped when somebody asks for it, and
//! what has no meaning is stepped over without being looked into.
//!
//! This reader takes a part of what `serde_json` takes, and what it takes it reads alike; a property
//! test and a fuzz target hold both together. What it gives up (damage, broken characters, numbers
//! that are no plain integers where a count is read) `serde_json` reads in its place.

mod block;
mod escaped;
mod raw;
mod reader;
mod skip;
mod string;
mod unescape;
mod utf8;

pub use escaped::Escaped;
pub(super) use escaped::read_escaped;
pub use raw::RawText;

use reader::Reader;

use super::lenient::{Any, Lenient};

/// The value that `json` is, read by this reader or by `serde_json`; nothing where it is none.
pub(super) fn value<'a, T: Lenient<'a>>(json: &'a str) -> Option<T> {
    let mut reader = Reader::new(json.as_bytes());
    let value = T::read(&mut reader).ok().filter(|_| reader.next_sign().is_none());
    value.or_else(|| serde_json::from_str::<Any<T>>(json).map(|Any(value)| value).ok())
}

/// The value at the start of `bytes`, and how many of them it took with the white space before it.
/// `None` where it is no object, or nothing that this reader can read.
pub(super) fn object_at_start<'a, T: Lenient<'a>>(bytes: &'a [u8]) -> Option<(T, usize)> {
    let mut reader = Reader::new(bytes);
    let is_object = reader.next_sign() == Some(b'{');
    let value = is_object.then(|| T::read(&mut reader).ok()).flatten()?;
    Some((value, reader.position()))
}
