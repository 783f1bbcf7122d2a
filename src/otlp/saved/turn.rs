//! A line of `upload --dry-run --format json`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{SavedSpan, SavedStatus, SavedValue};
use crate::transcript::Timestamp;

/// One turn; the report of a dry run writes it.
#[derive(Deserialize)]
pub(super) struct Turn {
    name: String,
    attributes: Map<String, Value>,
    trace_id: Option<String>,
    span_id: Option<String>,
    start: Option<String>,
    end: Option<String>,
    status: Option<String>,
    error: Option<String>,
}

impl Turn {
    pub(super) fn into_span(self) -> SavedSpan {
        let time = |text: Option<String>| text.and_then(|text| Timestamp::parse(&text));
        SavedSpan {
            trace_id: self.trace_id.unwrap_or_default().to_ascii_lowercase(),
            span_id: self.span_id.unwrap_or_default().to_ascii_lowercase(),
            name: self.name,
            started_at: time(self.start).map_or(0, Timestamp::nanoseconds),
            ended_at: time(self.end).map_or(0, Timestamp::nanoseconds),
            status: match self.status.as_deref() {
                Some("OK") => SavedStatus::Ok,
                Some("ERROR") => SavedStatus::Error(self.error.unwrap_or_default()),
                _ => SavedStatus::Unset,
            },
            attributes: self.attributes.into_iter().map(|(key, json)| (key, value(json))).collect(),
        }
    }
}

fn value(json: Value) -> SavedValue {
    match (json.as_i64(), json) {
        (Some(number), _) => SavedValue::Int(number),
        (None, Value::String(text)) => SavedValue::Text(text),
        (None, json) => SavedValue::Other(json.to_string()),
    }
}
