//! What a span looked like: its attributes, and what else is told of it, by key.
//!
//! Where it is kept, texts of content are kept as length and hash only.

use std::collections::HashSet;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::otlp::{SavedSpan, SavedStatus, SavedValue};
use crate::span::{Span, Status, Value, keys};

use super::digest::sha256;

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

    /// The same without what people, models or servers said.
    #[must_use]
    pub fn kept(&self) -> Self {
        let kept = |(key, value): (&str, &SeenValue)| match value {
            SeenValue::Text(text) if keys::is_content(key) || key == STATUS_MESSAGE => {
                let characters = text.chars().count() as u64;
                (key.to_owned(), SeenValue::Digest { characters, sha256: sha256(text) })
            }
            _ => (key.to_owned(), value.clone()),
        };
        self.iter().map(kept).collect()
    }

    /// A compact JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Keys are texts and no value fails.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What [`Seen::to_json`] wrote.
    #[must_use]
    pub fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
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

impl Serialize for Seen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        self.iter().try_for_each(|(key, value)| object.serialize_entry(key, value))?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

/// Reads an object and keeps its order.
struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Seen;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Seen, A::Error> {
        std::iter::from_fn(|| object.next_entry().transpose()).collect()
    }
}

/// JSON that is no text of its own: `{"json":"[true]"}`.
mod other {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Other {
        json: String,
    }

    pub(super) fn serialize<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
        Other { json: json.to_owned() }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        Other::deserialize(deserializer).map(|other| other.json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> SeenValue {
        SeenValue::Text(text.to_owned())
    }

    fn values() -> impl Strategy<Value = SeenValue> {
        let digest = (any::<u64>(), ".*").prop_map(|(characters, sha256)| SeenValue::Digest { characters, sha256 });
        prop_oneof![
            any::<i64>().prop_map(SeenValue::Int),
            any::<String>().prop_map(SeenValue::Text),
            digest,
            any::<String>().prop_map(SeenValue::Other)
        ]
    }

    proptest! {
        #[test]
        fn what_is_kept_is_read_again(values in proptest::collection::vec((any::<String>(), values()), 0..10)) {
            let seen: Seen = values.into_iter().collect();
            prop_assert_eq!(Seen::from_json(&seen.to_json()), Some(seen.clone()));
            let kept = seen.kept();
            prop_assert_eq!(Seen::from_json(&kept.to_json()), Some(kept));
        }

        #[test]
        fn a_text_is_like_what_is_kept_of_it_alone(one in any::<String>(), other in any::<String>()) {
            let kept: Seen = [(keys::GEN_AI_PROMPT.to_owned(), text(&one))].into_iter().collect::<Seen>().kept();
            let digest = kept.get(keys::GEN_AI_PROMPT).unwrap();
            prop_assert!(digest.is_like(&text(&one)) && text(&one).is_like(digest));
            prop_assert_eq!(digest.is_like(&text(&other)), one == other);
        }
    }

    #[test]
    fn nothing_of_what_was_said_is_kept() {
        let said = [keys::GEN_AI_PROMPT, keys::LLM_PROMPT_CONTENT, "llm.completions.3.content", STATUS_MESSAGE];
        let seen: Seen = said.iter().map(|key| ((*key).to_owned(), text("secret"))).collect();
        let mut json = seen.kept().to_json();
        assert!(!json.contains("secret"), "{json}");
        let digest = r#"{"characters":6,"sha256":"2bb80d537b1da3e3"}"#;
        for key in said {
            json = json.replace(&format!("\"{key}\":{digest}"), "");
        }
        assert_eq!(json, "{,,,}");
    }

    #[test]
    fn a_kept_look_is_plain_json() {
        let other = |json: &str| SeenValue::Other(json.to_owned());
        let values = [("b", SeenValue::Int(-1)), ("a", text("x")), ("c", other("1.5")), ("b", text("late"))];
        let seen: Seen = values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        assert_eq!(seen.to_json(), r#"{"b":-1,"a":"x","c":{"json":"1.5"}}"#);
        for damaged in ["", "[]", "{\"a\":null}", "{\"a\":1.5}", "{\"a\":18446744073709551615}"] {
            assert_eq!(Seen::from_json(damaged), None, "{damaged}");
        }
    }
}
