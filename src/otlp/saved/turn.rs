//! A line of `upload --dry-run --format json`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{SavedEvent, SavedSpan, SavedStatus, SavedValue};
use crate::transcript::Timestamp;

/// One turn, or one of the spans below it; the report of a dry run writes it.
#[derive(Deserialize)]
pub(super) struct Turn {
    name: String,
    attributes: Map<String, Value>,
    trace_id: Option<String>,
    span_id: Option<String>,
    parent_span_id: Option<String>,
    start: Option<String>,
    end: Option<String>,
    status: Option<String>,
    error: Option<String>,
    #[serde(default)]
    events: Vec<Event>,
    /// Below a turn.
    #[serde(default)]
    spans: Vec<Turn>,
}

#[derive(Deserialize)]
struct Event {
    name: String,
    time: Option<String>,
    #[serde(default)]
    attributes: Map<String, Value>,
}

impl Turn {
    /// The turn's own span, then those below it.
    pub(super) fn into_spans(mut self) -> Vec<SavedSpan> {
        let below = std::mem::take(&mut self.spans);
        let trace_id = self.trace_id.clone();
        let below = below.into_iter().map(|span| Self { trace_id: trace_id.clone(), ..span }.into_span());
        std::iter::once(self.into_span()).chain(below.collect::<Vec<_>>()).collect()
    }

    fn into_span(self) -> SavedSpan {
        let id = |id: Option<String>| id.unwrap_or_default().to_ascii_lowercase();
        SavedSpan {
            trace_id: id(self.trace_id),
            span_id: id(self.span_id),
            parent_id: id(self.parent_span_id),
            name: self.name,
            started_at: time(self.start),
            ended_at: time(self.end),
            status: match self.status.as_deref() {
                Some("OK") => SavedStatus::Ok,
                Some("ERROR") => SavedStatus::Error(self.error.unwrap_or_default()),
                _ => SavedStatus::Unset,
            },
            attributes: attributes(self.attributes),
            events: self.events.into_iter().map(Event::into_event).collect(),
        }
    }
}

impl Event {
    fn into_event(self) -> SavedEvent {
        SavedEvent { name: self.name, at: time(self.time), attributes: attributes(self.attributes) }
    }
}

fn time(text: Option<String>) -> u64 {
    text.and_then(|text| Timestamp::parse(&text)).map_or(0, Timestamp::nanoseconds)
}

fn attributes(attributes: Map<String, Value>) -> Vec<(String, SavedValue)> {
    attributes.into_iter().map(|(key, json)| (key, value(json))).collect()
}

fn value(json: Value) -> SavedValue {
    match (json.as_i64(), json) {
        (Some(number), _) => SavedValue::Int(number),
        (None, Value::String(text)) => SavedValue::Text(text),
        (None, json) => SavedValue::Other(json.to_string()),
    }
}
