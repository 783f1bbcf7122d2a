//! Spans as OTLP/JSON: hexadecimal ids, integer enums, 64-bit integers as strings.
//!
//! Only fields with a value are written, so that readers of every OTLP version take them.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::span::{Attribute, Resource, SCOPE_NAME, SCOPE_VERSION, Span, SpanEvent, SpanKind, Status, Value};

/// Writes a span. Maps with odd keys and failing `Serialize` impls are all that can fail, and here is
/// neither.
pub(super) fn span(span: &Span, output: &mut Vec<u8>) {
    let _ = serde_json::to_writer(output, &Json(span));
}

/// The resource of all spans.
pub(super) fn resource(resource: &Resource) -> Vec<u8> {
    to_vec(&JsonResource { attributes: resource.attributes().iter().map(Json).collect() })
}

/// The scope of all spans.
pub(super) fn scope() -> Vec<u8> {
    to_vec(&JsonScope { name: SCOPE_NAME, version: SCOPE_VERSION })
}

/// As a span, this cannot fail.
fn to_vec(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

#[derive(serde::Serialize)]
struct JsonResource<'a> {
    attributes: Vec<Json<'a, Attribute>>,
}

#[derive(serde::Serialize)]
struct JsonScope {
    name: &'static str,
    version: &'static str,
}

struct Json<'a, T>(&'a T);

struct Values<'a> {
    values: &'a [String],
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values: Vec<_> = self.values.iter().map(|text| JsonText { string_value: text }).collect();
        let mut object = serializer.serialize_struct("ArrayValue", 1)?;
        object.serialize_field("values", &values)?;
        object.end()
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonText<'a> {
    string_value: &'a str,
}

impl Serialize for Json<'_, Span> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let span = self.0;
        let kind = match span.kind {
            SpanKind::Internal => 1,
            SpanKind::Client => 3,
        };
        let attributes: Vec<_> = span.attributes.iter().map(Json).collect();
        let mut object = serializer.serialize_struct("Span", 10)?;
        object.serialize_field("traceId", &span.trace_id.to_string())?;
        object.serialize_field("spanId", &span.span_id.to_string())?;
        if let Some(parent) = span.parent_id {
            object.serialize_field("parentSpanId", &parent.to_string())?;
        }
        object.serialize_field("name", &span.name)?;
        object.serialize_field("kind", &kind)?;
        object.serialize_field("startTimeUnixNano", &span.started_at.to_string())?;
        object.serialize_field("endTimeUnixNano", &span.ended_at.to_string())?;
        object.serialize_field("attributes", &attributes)?;
        if !span.events.is_empty() {
            object.serialize_field("events", &span.events.iter().map(Json).collect::<Vec<_>>())?;
        }
        object.serialize_field("status", &Json(&span.status))?;
        object.end()
    }
}

impl Serialize for Json<'_, SpanEvent> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let attributes: Vec<_> = self.0.attributes.iter().map(Json).collect();
        let mut object = serializer.serialize_struct("Event", 3)?;
        object.serialize_field("timeUnixNano", &self.0.at.to_string())?;
        object.serialize_field("name", self.0.name)?;
        object.serialize_field("attributes", &attributes)?;
        object.end()
    }
}

impl Serialize for Json<'_, Attribute> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("KeyValue", 2)?;
        object.serialize_field("key", &self.0.key)?;
        object.serialize_field("value", &Json(&self.0.value))?;
        object.end()
    }
}

impl Serialize for Json<'_, Value> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("AnyValue", 1)?;
        match self.0 {
            Value::Text(text) => object.serialize_field("stringValue", text)?,
            Value::Int(number) => object.serialize_field("intValue", &number.to_string())?,
            Value::Flag(flag) => object.serialize_field("boolValue", flag)?,
            Value::Texts(texts) => object.serialize_field("arrayValue", &Values { values: texts })?,
        }
        object.end()
    }
}

impl Serialize for Json<'_, Status> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Status::Unset => serializer.serialize_struct("Status", 0)?.end(),
            Status::Ok => {
                let mut object = serializer.serialize_struct("Status", 1)?;
                object.serialize_field("code", &1)?;
                object.end()
            }
            Status::Error(message) => {
                let mut object = serializer.serialize_struct("Status", 2)?;
                object.serialize_field("message", message)?;
                object.serialize_field("code", &2)?;
                object.end()
            }
        }
    }
}
