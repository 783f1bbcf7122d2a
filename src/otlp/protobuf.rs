//! Spans as OTLP messages in protobuf.

use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource as ProtoResource;
use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message;

use crate::span::{Attribute, Resource, SCOPE_NAME, SCOPE_VERSION, Span, SpanEvent, SpanKind, Status, Value};

/// Writes a span.
pub(super) fn span(span: &Span, output: &mut Vec<u8>) {
    let message = proto::Span {
        trace_id: span.trace_id.0.to_vec(),
        span_id: span.span_id.0.to_vec(),
        parent_span_id: span.parent_id.map(|id| id.0.to_vec()).unwrap_or_default(),
        name: span.name.clone().into_owned(),
        kind: match span.kind {
            SpanKind::Internal => proto::span::SpanKind::Internal.into(),
            SpanKind::Client => proto::span::SpanKind::Client.into(),
        },
        start_time_unix_nano: span.started_at,
        end_time_unix_nano: span.ended_at,
        attributes: attributes(&span.attributes),
        events: span.events.iter().map(event).collect(),
        status: Some(status(&span.status)),
        ..proto::Span::default()
    };
    // The memory is there.
    output.reserve(message.encoded_len());
    let _ = message.encode(output);
}

fn event(event: &SpanEvent) -> proto::span::Event {
    proto::span::Event {
        time_unix_nano: event.at,
        name: event.name.to_owned(),
        attributes: attributes(&event.attributes),
        ..proto::span::Event::default()
    }
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
        Value::Flag(flag) => any_value::Value::BoolValue(*flag),
        Value::Texts(texts) => {
            let text = |text: &String| AnyValue { value: Some(any_value::Value::StringValue(text.clone())) };
            any_value::Value::ArrayValue(ArrayValue { values: texts.iter().map(text).collect() })
        }
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
        Status::Unset => proto::Status::default(),
        Status::Ok => proto::Status { code: proto::status::StatusCode::Ok.into(), message: String::new() },
        Status::Error(message) => {
            proto::Status { code: proto::status::StatusCode::Error.into(), message: message.clone() }
        }
    }
}
