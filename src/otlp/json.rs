//! Spans as OTLP/JSON: hexadecimal ids, integer enums, 64-bit integers as strings.
//!
//! Only fields with a value are written, so that readers of every OTLP version take them.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::span::{Attribute, Resource, SCOPE_NAME, SCOPE_VERSION, Span, SpanKind, Status, Value};

/// A span.
pub(super) fn span(span: &Span) -> Vec<u8> {
    to_vec(&Json(span))
}

/// The resource of all spans.
pub(super) fn resource(resource: &Resource) -> Vec<u8> {
    to_vec(&JsonResource { attributes: resource.attributes().iter().map(Json).collect() })
}

/// The scope of all spans.
pub(super) fn scope() -> Vec<u8> {
    to_vec(&JsonScope { name: SCOPE_NAME, version: SCOPE_VERSION })
}

/// Maps with odd keys and failing `Serialize` impls are all that can fail, and here is neither.
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

impl Serialize for Json<'_, Span> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let span = self.0;
        let kind = match span.kind {
            SpanKind::Client => 3,
        };
        let attributes: Vec<_> = span.attributes.iter().map(Json).collect();
        let mut object = serializer.serialize_struct("Span", 8)?;
        object.serialize_field("traceId", &span.trace_id.to_string())?;
        object.serialize_field("spanId", &span.span_id.to_string())?;
        object.serialize_field("name", span.name)?;
        object.serialize_field("kind", &kind)?;
        object.serialize_field("startTimeUnixNano", &span.started_at.to_string())?;
        object.serialize_field("endTimeUnixNano", &span.ended_at.to_string())?;
        object.serialize_field("attributes", &attributes)?;
        object.serialize_field("status", &Json(&span.status))?;
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
        }
        object.end()
    }
}

impl Serialize for Json<'_, Status> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
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
