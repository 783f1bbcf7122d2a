//! OTLP in protobuf: one message, or several, each behind its length, as the Collector's file
//! exporter writes them.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message;
use serde_json::Value;

use super::{SavedEvent, SavedSpan, SavedStatus, SavedValue};
use crate::span::{SpanId, TraceId};

/// The spans of bytes that are one message.
pub(super) fn message(bytes: &[u8]) -> Option<Vec<SavedSpan>> {
    let request = ExportTraceServiceRequest::decode(bytes).ok()?;
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    Some(scopes.flat_map(|scope| scope.spans).map(span).collect())
}

/// The spans of bytes that are messages, each behind its length in four bytes, the highest first;
/// and what is wrong with the others. The first must be whole.
pub(super) fn messages(bytes: &[u8]) -> Option<(Vec<SavedSpan>, Vec<String>)> {
    let (first, mut rest) = framed(bytes)?;
    let (mut spans, mut damages, mut number) = (message(first)?, Vec::new(), 1_u64);
    while !rest.is_empty() {
        number += 1;
        let Some((next, behind)) = framed(rest) else {
            damages.push(format!("message {number} is cut"));
            break;
        };
        match message(next) {
            Some(more) => spans.extend(more),
            None => damages.push(format!("message {number} is no OTLP")),
        }
        rest = behind;
    }
    Some((spans, damages))
}

/// A message and what stands behind it.
fn framed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

fn span(span: proto::Span) -> SavedSpan {
    let event = |event: proto::span::Event| SavedEvent {
        name: event.name,
        at: event.time_unix_nano,
        attributes: attributes(event.attributes),
    };
    SavedSpan {
        trace_id: span.trace_id.try_into().map(|id| TraceId(id).to_string()).unwrap_or_default(),
        span_id: span.span_id.try_into().map(|id| SpanId(id).to_string()).unwrap_or_default(),
        parent_id: span.parent_span_id.try_into().map(|id| SpanId(id).to_string()).unwrap_or_default(),
        name: span.name,
        started_at: span.start_time_unix_nano,
        ended_at: span.end_time_unix_nano,
        status: span.status.map(status).unwrap_or_default(),
        attributes: attributes(span.attributes),
        events: span.events.into_iter().map(event).collect(),
    }
}

fn attributes(attributes: Vec<KeyValue>) -> Vec<(String, SavedValue)> {
    let attribute = |attribute: KeyValue| (attribute.key, attribute.value.map_or_else(nothing, value));
    attributes.into_iter().map(attribute).collect()
}

fn status(status: proto::Status) -> SavedStatus {
    match status.code() {
        proto::status::StatusCode::Unset => SavedStatus::Unset,
        proto::status::StatusCode::Ok => SavedStatus::Ok,
        proto::status::StatusCode::Error => SavedStatus::Error(status.message),
    }
}

fn nothing() -> SavedValue {
    SavedValue::Other(Value::Null.to_string())
}

fn value(value: AnyValue) -> SavedValue {
    match value.value {
        Some(any_value::Value::StringValue(text)) => SavedValue::Text(text),
        Some(any_value::Value::IntValue(number)) => SavedValue::Int(number),
        _ => SavedValue::Other(json(value).to_string()),
    }
}

/// The decoder limits how deep values stand in each other.
fn json(value: AnyValue) -> Value {
    match value.value {
        None | Some(any_value::Value::StringValueStrindex(_)) => Value::Null,
        Some(any_value::Value::StringValue(text)) => text.into(),
        Some(any_value::Value::BoolValue(is_true)) => is_true.into(),
        Some(any_value::Value::IntValue(number)) => number.into(),
        Some(any_value::Value::DoubleValue(number)) => number.into(),
        Some(any_value::Value::ArrayValue(list)) => list.values.into_iter().map(json).collect(),
        Some(any_value::Value::KvlistValue(list)) => {
            list.values.into_iter().map(|pair| (pair.key, pair.value.map_or(Value::Null, json))).collect()
        }
        Some(any_value::Value::BytesValue(bytes)) => bytes.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::common::v1::ArrayValue;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};

    fn request(name: &str) -> Vec<u8> {
        let spans = vec![proto::Span { name: name.to_owned(), ..proto::Span::default() }];
        let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
        let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
        ExportTraceServiceRequest { resource_spans }.encode_to_vec()
    }

    fn frame(message: &[u8]) -> Vec<u8> {
        [&u32::try_from(message.len()).unwrap().to_be_bytes(), message].concat()
    }

    #[test]
    fn damage_costs_its_message() {
        let whole = [frame(&request("a")), frame(b"damage"), frame(&request("b")), frame(&request("c"))].concat();
        let (spans, damages) = messages(&whole[..whole.len() - 1]).unwrap();
        assert_eq!(spans.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(damages, ["message 2 is no OTLP", "message 4 is cut"]);
        assert!(messages(b"").is_none() && messages(b"\0\0\0\x06damage").is_none());
    }

    #[test]
    fn other_values_become_plain_json() {
        let any = |value| AnyValue { value: Some(value) };
        let list = vec![any(any_value::Value::DoubleValue(1.0)), AnyValue::default()];
        for (value, expected) in [
            (any_value::Value::ArrayValue(ArrayValue { values: list }), "[1.0,null]"),
            (any_value::Value::BoolValue(true), "true"),
            (any_value::Value::DoubleValue(f64::NAN), "null"),
        ] {
            assert_eq!(super::value(any(value)), SavedValue::Other(expected.to_owned()));
        }
    }
}
