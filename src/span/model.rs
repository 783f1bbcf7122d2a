//! A span, as OpenTelemetry means it.

use std::borrow::Cow;

use super::harmless::harmless;
use super::ids::{SpanId, TraceId};

/// One span.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its own id.
    pub span_id: SpanId,
    /// The span that it is a part of; a trace has one without.
    pub parent_id: Option<SpanId>,
    /// What it is called.
    pub name: Cow<'static, str>,
    /// Whose side of a call it is.
    pub kind: SpanKind,
    /// Nanoseconds since 1970.
    pub started_at: u64,
    /// Nanoseconds since 1970, never before the start.
    pub ended_at: u64,
    /// How it ended.
    pub status: Status,
    /// In a fixed order, no key twice.
    pub attributes: Vec<Attribute>,
    /// What happened meanwhile.
    pub events: Vec<SpanEvent>,
}

/// A named value.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name; constants stand in [`keys`](super::keys).
    pub key: String,
    /// The value.
    pub value: Value,
}

/// An attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Flag(bool),
    /// Several texts.
    Texts(Vec<String>),
}

/// Something that happened at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanEvent {
    /// What it is called.
    pub name: &'static str,
    /// Nanoseconds since 1970.
    pub at: u64,
    /// In a fixed order, no key twice.
    pub attributes: Vec<Attribute>,
}

/// Whose side of a call a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Neither: it went on within the program.
    Internal,
    /// The caller's side.
    Client,
}

/// How a span ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing is said of it.
    Unset,
    /// As it should.
    Ok,
    /// With this error.
    Error(String),
}

/// Attributes in the making. A text without a character is left out, as the live instrumentor does.
#[derive(Debug, Default)]
pub(crate) struct Attributes(Vec<Attribute>);

impl Attributes {
    pub(crate) fn text(&mut self, key: impl Into<String>, text: &str) {
        if !text.is_empty() {
            self.add(key, Value::Text(text.to_owned()));
        }
    }

    /// A text of content: one that some backends cannot store is marked.
    pub(crate) fn content(&mut self, key: impl Into<String>, text: &str) {
        self.text(key, &harmless(text));
    }

    pub(crate) fn text_if(&mut self, key: impl Into<String>, text: Option<&str>) {
        self.text(key, text.unwrap_or_default());
    }

    /// A count; one that OTLP cannot hold becomes the largest that it can.
    pub(crate) fn count(&mut self, key: impl Into<String>, count: impl TryInto<i64>) {
        self.add(key, Value::Int(count.try_into().unwrap_or(i64::MAX)));
    }

    pub(crate) fn count_if(&mut self, key: impl Into<String>, count: Option<u64>) {
        if let Some(count) = count {
            self.count(key, count);
        }
    }

    pub(crate) fn flag(&mut self, key: impl Into<String>, flag: bool) {
        self.add(key, Value::Flag(flag));
    }

    /// A list, left out where it is empty.
    pub(crate) fn texts(&mut self, key: impl Into<String>, texts: &[&str]) {
        if !texts.is_empty() {
            self.add(key, Value::Texts(texts.iter().map(|text| (*text).to_owned()).collect()));
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Attribute> {
        self.0
    }

    fn add(&mut self, key: impl Into<String>, value: Value) {
        self.0.push(Attribute { key: key.into(), value });
    }
}
