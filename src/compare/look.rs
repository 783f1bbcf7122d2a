//! What one span of a tree looked like, whoever made it.

use super::kept::is_content;
use super::seen::SeenValue;
use crate::otlp::{SavedSpan, SavedStatus, SavedValue};
use crate::span::{Attribute, Span, Status, Value, keys};

/// What tells spans of one name apart, whatever convention they are in: the first that is there.
const SOURCES: [&str; 7] = [
    keys::GEN_AI_TOOL_CALL_ID,
    keys::claude_code::TOOL_USE_ID,
    keys::openinference::TOOL_ID,
    keys::GEN_AI_AGENT_ID,
    keys::GEN_AI_RESPONSE_ID,
    keys::claude_code::REQUEST_ID,
    keys::openinference::LLM_RESPONSE_ID,
];

/// One span.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) id: String,
    pub(super) parent: String,
    pub(super) name: String,
    /// `OK`, `ERROR` or `UNSET`.
    pub(super) status: &'static str,
    pub(super) message: String,
    pub(super) started_at: u64,
    pub(super) ended_at: u64,
    pub(super) attributes: Vec<(String, SeenValue)>,
    pub(super) events: Vec<LookedEvent>,
}

/// An event of it.
#[derive(Debug)]
pub(super) struct LookedEvent {
    pub(super) name: String,
    pub(super) at: u64,
    pub(super) attributes: Vec<(String, SeenValue)>,
}

impl Look {
    /// What it stands for: the id of a request, a call or a subagent.
    pub(super) fn source(&self) -> Option<&str> {
        let text = |key: &&str| self.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value);
        if let Some(SeenValue::Text(source)) = SOURCES.iter().find_map(text) { Some(source) } else { None }
    }

    /// Of a span, without what people, models or servers said in its attributes: no copy is made of that.
    pub(super) fn kept(span: &Span) -> Self {
        let kept = |attribute: &Attribute| match &attribute.value {
            Value::Text(text) if is_content(&attribute.key) => (attribute.key.clone(), SeenValue::digest(text)),
            _ => self::attribute(attribute),
        };
        Self { attributes: span.attributes.iter().map(kept).collect(), ..Self::bare(span) }
    }

    /// Without attributes.
    fn bare(span: &Span) -> Self {
        let (status, message) = match &span.status {
            Status::Unset => ("UNSET", ""),
            Status::Ok => ("OK", ""),
            Status::Error(message) => ("ERROR", message.as_str()),
        };
        Self {
            id: span.span_id.to_string(),
            parent: span.parent_id.map(|id| id.to_string()).unwrap_or_default(),
            name: span.name.clone().into_owned(),
            status,
            message: message.to_owned(),
            started_at: span.started_at,
            ended_at: span.ended_at,
            attributes: Vec::new(),
            events: span.events.iter().map(event).collect(),
        }
    }
}

impl From<&Span> for Look {
    fn from(span: &Span) -> Self {
        Self { attributes: span.attributes.iter().map(attribute).collect(), ..Self::bare(span) }
    }
}

fn event(event: &crate::span::SpanEvent) -> LookedEvent {
    let attributes = event.attributes.iter().map(attribute).collect();
    LookedEvent { name: event.name.to_owned(), at: event.at, attributes }
}

fn attribute(attribute: &Attribute) -> (String, SeenValue) {
    let value = match &attribute.value {
        Value::Text(text) => SeenValue::Text(text.clone()),
        Value::Int(number) => SeenValue::Int(*number),
        Value::Flag(flag) => SeenValue::Other(flag.to_string()),
        Value::Texts(texts) => SeenValue::Other(serde_json::to_string(texts).unwrap_or_default()),
    };
    (attribute.key.clone(), value)
}

impl From<SavedSpan> for Look {
    fn from(span: SavedSpan) -> Self {
        let (status, message) = match span.status {
            SavedStatus::Unset => ("UNSET", String::new()),
            SavedStatus::Ok => ("OK", String::new()),
            SavedStatus::Error(message) => ("ERROR", message),
        };
        let events = span.events.into_iter().map(|event| LookedEvent {
            name: event.name,
            at: event.at,
            attributes: event.attributes.into_iter().map(saved).collect(),
        });
        Self {
            id: span.span_id,
            parent: span.parent_id,
            name: span.name,
            status,
            message,
            started_at: span.started_at,
            ended_at: span.ended_at,
            attributes: span.attributes.into_iter().map(saved).collect(),
            events: events.collect(),
        }
    }
}

fn saved((key, value): (String, SavedValue)) -> (String, SeenValue) {
    let value = match value {
        SavedValue::Text(text) => SeenValue::Text(text),
        SavedValue::Int(number) => SeenValue::Int(number),
        SavedValue::Other(json) => SeenValue::Other(json),
    };
    (key, value)
}
