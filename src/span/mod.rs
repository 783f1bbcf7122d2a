//! What a session looks like: spans, their ids and attributes.
//!
//! A convention decides names and attributes; each has a file of its own. Sees sessions and no
//! JSON, and knows nothing of how spans travel.

mod identity;
mod ids;
pub mod keys;
pub mod moda;
mod resource;

pub use identity::Identity;
pub use ids::{SpanId, TraceId, turn_keys};
pub use resource::{Resource, SCOPE_NAME, SCOPE_VERSION};

/// One span, as OpenTelemetry means it.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its own id.
    pub span_id: SpanId,
    /// What it is called.
    pub name: &'static str,
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
}

/// A named value.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name; constants stand in [`keys`].
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
}

/// Whose side of a call a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// The caller's side.
    Client,
}

/// How a span ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
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
            self.0.push(Attribute { key: key.into(), value: Value::Text(text.to_owned()) });
        }
    }

    pub(crate) fn text_if(&mut self, key: &str, text: Option<&str>) {
        self.text(key, text.unwrap_or_default());
    }

    /// A count; one that OTLP cannot hold becomes the largest that it can.
    pub(crate) fn count(&mut self, key: &str, count: impl TryInto<i64>) {
        let count = count.try_into().unwrap_or(i64::MAX);
        self.0.push(Attribute { key: key.to_owned(), value: Value::Int(count) });
    }

    pub(crate) fn into_vec(self) -> Vec<Attribute> {
        self.0
    }
}
