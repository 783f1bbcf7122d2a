//! What a span looked like: its attributes, and what else is told of it, by key.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::digest::sha256;
use super::kept::other;
use crate::otlp::{SavedSpan, SavedStatus, SavedValue};
use crate::span::{Span, Status, Value, keys};

/// The key of a span's name.
pub const NAME: &str = "name";
/// The key of `OK`, `ERROR` or `UNSET`.
pub const STATUS: &str = "status";
/// The key of an error's message.
pub const STATUS_MESSAGE: &str = "status_message";
/// The key of the start, in nanoseconds since 1970.
pub const START: &str = "start";
/// The key of the end, in nanoseconds since 1970.
pub const END: &str = "end";

/// What a span looked like: values in a fixed order, no key twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(Vec<(String, SeenValue)>);

/// A value, or what is kept of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SeenValue {
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// What is kept of a text of content.
    Digest {
        /// Its length.
        characters: u64,
        /// The first 16 hexadecimal digits of its hash.
        sha256: String,
    },
    /// What `moda-agent` never sends (doubles, booleans, lists), as JSON.
    Other(#[serde(with = "other")] String),
}

impl Seen {
    /// What a span looks like.
    #[must_use]
    pub fn of(span: &Span) -> Self {
        let (status, message) = match &span.status {
            Status::Ok => ("OK", ""),
            Status::Error(message) => ("ERROR", message.as_str()),
        };
        let value = |value: &Value| match value {
            Value::Text(text) => SeenValue::Text(text.clone()),
            Value::Int(number) => SeenValue::Int(*number),
        };
        let attributes = span.attributes.iter().map(|attribute| (attribute.key.clone(), value(&attribute.value)));
        about(span.name, status, message, [span.started_at, span.ended_at]).chain(attributes).collect()
    }

    /// What a span looked like that was saved.
    #[must_use]
    pub fn of_saved(span: SavedSpan) -> Self {
        let (status, message) = match span.status {
            SavedStatus::Unset => ("UNSET", String::new()),
            SavedStatus::Ok => ("OK", String::new()),
            SavedStatus::Error(message) => ("ERROR", message),
        };
        let value = |value: SavedValue| match value {
            SavedValue::Text(text) => SeenValue::Text(text),
            SavedValue::Int(number) => SeenValue::Int(number),
            SavedValue::Other(json) => SeenValue::Other(json),
        };
        let attributes = span.attributes.into_iter().map(|(key, saved)| (key, value(saved)));
        about(&span.name, status, &message, [span.started_at, span.ended_at]).chain(attributes).collect()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&SeenValue> {
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The text of a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        if let Some(SeenValue::Text(text)) = self.get(key) { Some(text) } else { None }
    }

    /// The prompt, as far as it is known.
    #[must_use]
    pub fn prompt(&self) -> Option<&str> {
        self.text(keys::LLM_PROMPT_CONTENT).or_else(|| self.text(keys::GEN_AI_PROMPT))
    }

    /// Nanoseconds since 1970, of [`START`] or [`END`]; zero where it is not known.
    #[must_use]
    pub fn time(&self, key: &str) -> u64 {
        if let Some(SeenValue::Int(time)) = self.get(key) { u64::try_from(*time).unwrap_or(0) } else { 0 }
    }

    /// All keys and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SeenValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl SeenValue {
    /// Whether both are the same value, as far as is known.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (SeenValue::Text(text), SeenValue::Digest { characters, sha256: hash })
            | (SeenValue::Digest { characters, sha256: hash }, SeenValue::Text(text)) => {
                text.chars().count() as u64 == *characters && sha256(text) == *hash
            }
            _ => self == other,
        }
    }
}

/// What is told of a span besides its attributes.
fn about(name: &str, status: &str, message: &str, times: [u64; 2]) -> impl Iterator<Item = (String, SeenValue)> {
    let text = |key: &str, text: &str| Some((key.to_owned(), SeenValue::Text(text.to_owned())));
    let message = if message.is_empty() { None } else { text(STATUS_MESSAGE, message) };
    let [start, end] = times.map(|time| SeenValue::Int(i64::try_from(time).unwrap_or(i64::MAX)));
    let times = [Some((START.to_owned(), start)), Some((END.to_owned(), end))];
    [text(NAME, name), text(STATUS, status), message].into_iter().chain(times).flatten()
}

/// Of two values of a key the first counts.
impl FromIterator<(String, SeenValue)> for Seen {
    fn from_iter<I: IntoIterator<Item = (String, SeenValue)>>(values: I) -> Self {
        let mut known = HashSet::new();
        Self(values.into_iter().filter(|(key, _)| known.insert(key.clone())).collect())
    }
}
