//! The dry run for programs: one object a turn.
//!
//! `{"session_id","project","trace_id","span_id","name","kind","start","end","status","error","attributes"}`;
//! times in RFC 3339, `error` only where the status is `ERROR`, `project` only where it is known.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::SerializeMap;

use crate::session::Session;
use crate::span::{Attribute, Span, SpanKind, Status, Value};
use crate::transcript::Timestamp;

/// Writes a line a span.
pub(super) fn session(output: &mut impl Write, session: &Session, spans: &[Span]) -> io::Result<()> {
    for span in spans {
        serde_json::to_writer(&mut *output, &Turn::new(session, span))?;
        output.write_all(b"\n")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Turn<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<&'a str>,
    trace_id: String,
    span_id: String,
    name: &'a str,
    kind: &'static str,
    start: String,
    end: String,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(serialize_with = "attributes")]
    attributes: &'a [Attribute],
}

impl<'a> Turn<'a> {
    fn new(session: &'a Session, span: &'a Span) -> Self {
        let (status, error) = match &span.status {
            Status::Ok => ("OK", None),
            Status::Error(message) => ("ERROR", Some(message.as_str())),
        };
        Self {
            session_id: &session.id,
            project: session.facts.project.as_deref(),
            trace_id: span.trace_id.to_string(),
            span_id: span.span_id.to_string(),
            name: span.name,
            kind: match span.kind {
                SpanKind::Client => "CLIENT",
            },
            start: Timestamp::from(span.started_at).to_string(),
            end: Timestamp::from(span.ended_at).to_string(),
            status,
            error,
            attributes: &span.attributes,
        }
    }
}

fn attributes<S: serde::Serializer>(attributes: &[Attribute], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(attributes.len()))?;
    for attribute in attributes {
        match &attribute.value {
            Value::Text(text) => map.serialize_entry(&attribute.key, text)?,
            Value::Int(number) => map.serialize_entry(&attribute.key, number)?,
        }
    }
    map.end()
}
