//! Spans as OTLP messages in protobuf.

use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource as ProtoResource;
use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message;

use crate::span::{Attribute, Resource, SCOPE_NAME, SCOPE_VERSION, Span, SpanKind, Status, Value};

/// A span.
pub(super) fn span(span: &Span) -> Vec<u8> {
    let message = proto::Span {
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
    };
    message.encode_to_vec()
}

/// The resource of all spans.
pub(super) fn resource(resource: &Resource) -> Vec<u8> {
    ProtoResource { attributes: attributes(&resource.attributes()), ..ProtoResource::default() }.encode_to_vec()
}

/// The scope of all spans.
pub(super) fn scope() -> Vec<u8> {
    let (name, version) = (SCOPE_NAME.to_owned(), SCOPE_VERSION.to_owned());
    InstrumentationScope { name, version, ..InstrumentationScope::default() }.encode_to_vec()
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
