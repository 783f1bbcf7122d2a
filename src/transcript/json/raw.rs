//! A value as it stands in the line: long texts of which little is wanted are not unescaped.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;

use crate::transcript::lenient::Lenient;

/// By this name a value is asked for as it stands in the line.
pub(super) const NAME: &str = "a value as it stands in the line";

/// A value as it stands in the line; empty where there is none.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct RawText<'a>(&'a [u8]);

impl<'a> RawText<'a> {
    /// The value that this is the JSON of.
    #[must_use]
    pub fn of(json: &'a str) -> Self {
        Self(json.as_bytes())
    }

    /// Its JSON. What is read is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        std::str::from_utf8(self.0).unwrap_or_default()
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for RawText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(formatter)
    }
}

impl<'de> Lenient<'de> for RawText<'de> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, RawVisitor).map(Self)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = &'de [u8];

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }
    fn visit_borrowed_bytes<E: Error>(self, json: &'de [u8]) -> Result<&'de [u8], E> {
        Ok(json)
    }
    /// `serde_json` does not know the name, and has one of its own.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'de [u8], D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| raw.get().as_bytes())
    }
}
