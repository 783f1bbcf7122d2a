//! How spans travel: encoded, gathered in batches, sent to a server or written to a file.
//!
//! Knows OTLP and HTTP, and nothing of sessions.

mod answer;
mod batch;
mod endpoint;
mod envelope;
mod http;
mod json;
mod lines;
mod protobuf;

pub use batch::{Batch, Batcher, Limits};
pub use endpoint::{Endpoint, is_loopback, shown, traces_url};
pub use http::{Client, Header, HttpSettings};
pub use lines::Writer;

use crate::error::Error;
use crate::warning::Warnings;

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

/// Takes batches away.
pub trait Transport {
    /// Delivers a batch. What a server refuses is part of the receipt; an error ends the run.
    fn send(&mut self, batch: &Batch) -> Result<Receipt, Error>;

    /// Makes what was sent last, once all batches went well.
    fn finish(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Where the batches go, in words that a person understands, without a secret.
    fn destination(&self) -> String;
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Receipt {
    /// Spans that arrived.
    pub delivered: u64,
    /// Spans that the server will not take, with its reason.
    pub rejected: u64,
    /// Spans that may be sent again later, because the server was busy or broken.
    pub undelivered: u64,
    /// Bytes that went over the wire.
    pub sent_bytes: u64,
    /// What the server said of rejected and undelivered spans.
    pub reason: Option<String>,
    /// What the server said of delivered ones.
    pub warnings: Warnings,
}
