//! The dry run for programs: one object a turn.
//!
//! `{"session_id","project","trace_id","span_id","name","kind","start","end","status","error","attributes","events","spans"}`;
//! times in RFC 3339, `error` only where the status is `ERROR`, `project` only where it is known.
//! `events` are `{"name","time","attributes"}`; `spans`, what stands below the turn, have the same
//! keys from `span_id` to `events`, and a `parent_span_id`, which stands before them. Lists without
//! anything are left out.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::SerializeMap;

use super::escaping;
use crate::session::Session;
use crate::span::{Attribute, Span, SpanEvent, SpanKind, Status, Value};
use crate::transcript::Timestamp;

/// Writes a line: a turn's spans, its own first.
pub(super) fn turn(output: &mut impl Write, session: &Session, spans: &[Span]) -> io::Result<()> {
    let Some((root, below)) = spans.split_first() else { return Ok(()) };
    let turn = Turn {
        session_id: &session.id,
        project: session.shown_project(),
        trace_id: root.trace_id.to_string(),
        root: One::of(root),
        spans: below.iter().map(One::of).collect(),
    };
    escaping::write(output, &turn)?;
    output.write_all(b"\n")
}

#[derive(Serialize)]
struct Turn<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    trace_id: String,
    #[serde(flatten)]
    root: One<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    spans: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<String>,
    name: &'a str,
    kind: &'static str,
    start: String,
    end: String,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(serialize_with = "attributes")]
    attributes: &'a [Attribute],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event<'a>>,
}

#[derive(Serialize)]
struct Event<'a> {
    name: &'a str,
    time: String,
    #[serde(serialize_with = "attributes")]
    attributes: &'a [Attribute],
}

impl<'a> One<'a> {
    fn of(span: &'a Span) -> Self {
        let (status, error) = match &span.status {
            Status::Unset => ("UNSET", None),
            Status::Ok => ("OK", None),
            Status::Error(message) => ("ERROR", Some(message.as_str())),
        };
        Self {
            span_id: span.span_id.to_string(),
            parent_span_id: span.parent_id.map(|id| id.to_string()),
            name: &span.name,
            kind: match span.kind {
                SpanKind::Internal => "INTERNAL",
                SpanKind::Client => "CLIENT",
            },
            start: Timestamp::from(span.started_at).to_string(),
            end: Timestamp::from(span.ended_at).to_string(),
            status,
            error,
            attributes: &span.attributes,
            events: span.events.iter().map(Event::of).collect(),
        }
    }
}

impl<'a> Event<'a> {
    fn of(event: &'a SpanEvent) -> Self {
        Self { name: event.name, time: Timestamp::from(event.at).to_string(), attributes: &event.attributes }
    }
}

fn attributes<S: serde::Serializer>(attributes: &[Attribute], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(attributes.len()))?;
    for attribute in attributes {
        match &attribute.value {
            Value::Text(text) => map.serialize_entry(&attribute.key, text)?,
            Value::Int(number) => map.serialize_entry(&attribute.key, number)?,
            Value::Flag(flag) => map.serialize_entry(&attribute.key, flag)?,
            Value::Texts(texts) => map.serialize_entry(&attribute.key, texts)?,
        }
    }
    map.end()
}
