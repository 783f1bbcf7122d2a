//! What is told of a delivery while it goes on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Batch, Label};
use crate::error::Error;
use crate::warning::{Warning, Warnings};

/// Is told of everything, on the thread that it happens on. An error ends the run.
pub type Watch = Arc<dyn Fn(Event<'_>) -> Result<(), Error> + Send + Sync>;

/// One thing that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request was made.
    Request(Request<'a>),
    /// Nothing is sent for a while.
    Wait {
        /// For how long from now.
        wait: Duration,
        /// Why: the server's answer, or what broke.
        reason: &'a str,
    },
    /// It is known what became of some spans.
    Settled(Receipt),
}

/// One request.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// The spans in it.
    pub spans: usize,
    /// Its bytes before compression.
    pub size: usize,
    /// Its bytes on the wire.
    pub sent: usize,
    /// How long it took, the answer included.
    pub took: Duration,
    /// Whether it was made before.
    pub is_again: bool,
    /// What came of it, in a phrase.
    pub said: &'a str,
}

/// What became of some spans.
#[derive(Debug, Default)]
pub struct Receipt {
    /// Spans that arrived.
    pub delivered: u64,
    /// Spans that the server will not take, with its reason.
    pub rejected: u64,
    /// Spans that may be sent again later, because the server was busy or broken.
    pub undelivered: u64,
    /// What the server said of rejected and undelivered spans.
    pub reason: Option<String>,
    /// The sessions of rejected spans, and how many there are of each; where the server does not say
    /// which it rejected, of all that it was sent.
    pub sessions: BTreeMap<Arc<str>, u64>,
    /// What all the spans are parts of.
    pub labels: Vec<Label>,
    /// What the server said of delivered ones.
    pub warnings: Warnings,
}

impl Receipt {
    /// Of a batch that arrived whole.
    #[must_use]
    pub fn delivered(batch: &Batch) -> Self {
        Self { delivered: batch.spans() as u64, labels: batch.labels(), ..Self::default() }
    }

    /// Of a batch that was taken, all but `rejected` spans. Of all the server may warn.
    pub(super) fn taken(batch: &Batch, rejected: u64, message: String, is_whole: bool) -> Self {
        let spans = batch.spans() as u64;
        let rejected = rejected.min(spans);
        let mut receipt = Self { delivered: spans - rejected, rejected, labels: batch.labels(), ..Self::default() };
        if rejected > 0 {
            receipt.sessions = batch.sessions();
            receipt.reason = Some(if message.is_empty() { "the server gives no reason".to_owned() } else { message });
        } else if !message.is_empty() {
            receipt.warnings.push(Warning::Server { message });
        }
        if !is_whole {
            receipt.warnings.push(Warning::CutAnswer);
        }
        receipt
    }

    pub(super) fn rejected(batch: &Batch, reason: String) -> Self {
        let (rejected, sessions) = (batch.spans() as u64, batch.sessions());
        Self { rejected, sessions, labels: batch.labels(), reason: Some(reason), ..Self::default() }
    }

    pub(super) fn undelivered(batch: &Batch, reason: String) -> Self {
        Self { undelivered: batch.spans() as u64, labels: batch.labels(), reason: Some(reason), ..Self::default() }
    }

    /// Warns where texts were cut so that it was taken.
    pub(super) fn shortened(mut self, batch: &Batch, cut_to: Option<usize>) -> Self {
        let Some(characters) = cut_to else { return self };
        for session in batch.sessions().into_keys() {
            self.warnings.push(Warning::ShortenedSpan { session: session.to_string(), characters });
        }
        self
    }
}
