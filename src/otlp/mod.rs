//! How spans travel: encoded, gathered in batches, sent to a server or written to a file, and read
//! back from one.
//!
//! Knows OTLP and HTTP, and nothing of sessions.

mod answer;
mod batch;
mod body;
mod courier;
mod delivery;
mod endpoint;
mod envelope;
mod event;
mod gate;
mod health;
mod http;
mod json;
mod lines;
mod protobuf;
mod queue;
mod reply;
mod retry;
mod saved;
mod sealed;
mod secrets;
mod shorten;
mod sizes;
mod tls;

pub use batch::{Batch, Batcher, Label, Limits};
pub use delivery::Delivery;
pub use endpoint::{Endpoint, is_loopback, shown, traces_url};
pub use event::{Event, Receipt, Request, Watch};
pub use http::{Header, HttpSettings, Proxy};
pub use lines::Writer;
pub use saved::{Saved, SavedEvent, SavedSpan, SavedStatus, SavedValue};
pub use tls::Tls;

/// How OTLP messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `http/protobuf`.
    Protobuf,
    /// `http/json`.
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
}
