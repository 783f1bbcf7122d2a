//! Spans as OTLP messages, in protobuf or JSON.

use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource as ProtoResource;
use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message;
use serde::Serialize;

use crate::span::{Attribute, Resource, SCOPE_NAME, SCOPE_VERSION, Span, SpanKind, Status, Value};

/// How OTLP messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `http/protobuf`.
    Protobuf,
    /// `http/json`: hexadecimal ids, integer enums, 64-bit integers as strings.
    Json,
}

impl Protocol {
    /// The `Content-Type` of a request.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Protocol::Protobuf => "application/x-protobuf",
            Protocol::Json => "application/json",
        }
    }

    /// Encodes one message.
    pub(super) fn encode<M: Message + Serialize>(self, message: &M) -> Vec<u8> {
        match self {
            Protocol::Protobuf => message.encode_to_vec(),
            // Only maps with odd keys and failing `Serialize` impls can fail; these have neither.
            Protocol::Json => serde_json::to_vec(message).unwrap_or_default(),
        }
    }
}

/// A span as OTLP has it.
pub(super) fn span(span: &Span) -> proto::Span {
    proto::Span {
        trace_id: span.trace_id.0.to_vec(),
        span_id: span.span_id.0.to_vec(),
        name: span.name.to_owned(),
        kind: match span.kind {
            SpanKind::Client => proto::span::SpanKind::Client.into(),
        },
        start_time_unix_nano: span.started_at,
        end_time_unix_nano: span.ended_at,
        attributes: attributes(&span.attributes),
        status: Some(status(&span.status)),
        ..proto::Span::default()
    }
}

/// The resource of all spans.
pub(super) fn resource(resource: &Resource) -> ProtoResource {
    ProtoResource { attributes: attributes(&resource.attributes()), ..ProtoResource::default() }
}

/// The scope of all spans.
pub(super) fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: SCOPE_NAME.to_owned(),
        version: SCOPE_VERSION.to_owned(),
        ..InstrumentationScope::default()
    }
}

fn attributes(attributes: &[Attribute]) -> Vec<KeyValue> {
    let value = |value: &Value| match value {
        Value::Text(text) => any_value::Value::StringValue(text.clone()),
        Value::Int(number) => any_value::Value::IntValue(*number),
    };
    let attribute = |attribute: &Attribute| KeyValue {
        key: attribute.key.clone(),
        value: Some(AnyValue { value: Some(value(&attribute.value)) }),
        ..KeyValue::default()
    };
    attributes.iter().map(attribute).collect()
}

fn status(status: &Status) -> proto::Status {
    match status {
        Status::Ok => proto::Status { code: proto::status::StatusCode::Ok.into(), message: String::new() },
        Status::Error(message) => {
            proto::Status { code: proto::status::StatusCode::Error.into(), message: message.clone() }
        }
    }
}
