//! What is told of a delivery while it goes on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Label;
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
    pub fn delivered(labels: &[Label]) -> Self {
        Self { delivered: labels.len() as u64, labels: labels.to_vec(), ..Self::default() }
    }

    /// Of a batch that was taken, all but `rejected` spans. Of all the server may warn.
    pub(super) fn taken(labels: &[Label], rejected: u64, message: String, is_whole: bool) -> Self {
        let spans = labels.len() as u64;
        let rejected = rejected.min(spans);
        let mut receipt = Self { delivered: spans - rejected, rejected, labels: labels.to_vec(), ..Self::default() };
        if rejected > 0 {
            receipt.sessions = sessions(labels);
            receipt.reason = Some(if message.is_empty() { "the server gives no reason".to_owned() } else { message });
        } else if !message.is_empty() {
            receipt.warnings.push(Warning::Server { message });
        }
        if !is_whole {
            receipt.warnings.push(Warning::CutAnswer);
        }
        receipt
    }

    pub(super) fn rejected(labels: &[Label], reason: String) -> Self {
        let (rejected, sessions) = (labels.len() as u64, sessions(labels));
        Self { rejected, sessions, labels: labels.to_vec(), reason: Some(reason), ..Self::default() }
    }

    pub(super) fn undelivered(labels: &[Label], reason: String) -> Self {
        Self { undelivered: labels.len() as u64, labels: labels.to_vec(), reason: Some(reason), ..Self::default() }
    }

    /// Warns where texts were cut so that it was taken.
    pub(super) fn shortened(mut self, cut_to: Option<usize>) -> Self {
        let Some(characters) = cut_to else { return self };
        for session in sessions(&self.labels).into_keys() {
            self.warnings.push(Warning::ShortenedSpan { session: session.to_string(), characters });
        }
        self
    }
}

/// How many spans there are of each session.
fn sessions(labels: &[Label]) -> BTreeMap<Arc<str>, u64> {
    let mut sessions = BTreeMap::new();
    for label in labels {
        *sessions.entry(Arc::clone(&label.session)).or_default() += 1;
    }
    sessions
}
