//! What is kept of a look: texts of content as length and hash only, all of it as a JSON object.

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::counting::attribute;
use super::look::Look;
use super::seen::{STATUS_MESSAGE, Seen, SeenValue};
use crate::span::{Span, keys};

impl Seen {
    /// What [`Seen::of`] and [`Seen::kept`] make of a turn's spans.
    #[must_use]
    pub fn kept_of(spans: &[Span]) -> Self {
        Self::of_tree(spans.iter().map(Look::kept).collect()).kept()
    }

    /// The same without what people, models or servers said.
    #[must_use]
    pub fn kept(mut self) -> Self {
        for (key, value) in self.iter_mut() {
            if let SeenValue::Text(text) = value
                && is_content(key)
            {
                *value = SeenValue::digest(text);
            }
        }
        self
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

/// Whether a key is of what people, models, tools or servers said; that of a span below a turn ends
/// with it.
pub(super) fn is_content(key: &str) -> bool {
    keys::is_content(attribute(key)) || attribute(key) == STATUS_MESSAGE
}

impl Serialize for Seen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
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
pub(super) mod other {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Other {
        json: String,
    }

    pub(in crate::compare) fn serialize<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
        Other { json: json.to_owned() }.serialize(serializer)
    }

    pub(in crate::compare) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        Other::deserialize(deserializer).map(|other| other.json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Attribute, SpanId, SpanKind, Status, TraceId, Value};
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
    fn what_is_kept_of_spans_is_what_is_kept_of_their_look() {
        let attributes = [keys::GEN_AI_PROMPT, keys::LLM_PROMPT_CONTENT, keys::GEN_AI_REQUEST_MODEL];
        let attributes =
            attributes.map(|key| Attribute { key: key.to_owned(), value: Value::Text("żółw".to_owned()) });
        let span = Span {
            trace_id: TraceId::of_turn("t"),
            span_id: SpanId::of("t", "turn", ""),
            parent_id: None,
            name: "turn".into(),
            kind: SpanKind::Client,
            started_at: 1,
            ended_at: 2,
            status: Status::Error("why".to_owned()),
            attributes: attributes.to_vec(),
            events: Vec::new(),
        };
        let kept = Seen::kept_of(std::slice::from_ref(&span));
        assert_eq!(kept, Seen::of(&[span]).kept());
        assert!(!kept.to_json().contains("why") && kept.to_json().matches("żółw").count() == 1, "{}", kept.to_json());
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
