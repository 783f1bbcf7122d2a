//! What was sent in a run, and what became of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::console::Console;
use super::numbers::{bytes, counted, duration, grouped};
use super::printable::printable;
use crate::otlp::{Receipt, Request};

/// Reasons that are shown; a server can word each answer in another way.
const SHOWN: usize = 5;
/// Reasons that are kept.
const KEPT: usize = 100;
/// Sessions that are named in one line.
const NAMED: usize = 3;

/// What was sent.
#[derive(Debug, Default)]
pub struct Sent {
    /// Where it went.
    pub destination: String,
    /// Spans that were to be sent.
    pub spans: u64,
    /// For how long the server made all requests wait.
    pub waited: Duration,
    delivered: u64,
    rejected: u64,
    requests: u64,
    retries: u64,
    body_bytes: u64,
    wire_bytes: u64,
    lost: BTreeMap<Reason, Lost>,
}

/// Why spans did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// The server will not take them; its words.
    Rejected(String),
    /// The server was busy or broken; its words.
    Undelivered(String),
}

/// Spans that did not arrive.
#[derive(Debug, Default)]
struct Lost {
    spans: u64,
    sessions: BTreeMap<Arc<str>, u64>,
}

impl Sent {
    /// Counts a request.
    pub(super) fn request(&mut self, request: &Request<'_>) {
        self.requests += 1;
        self.retries += u64::from(request.is_again);
        self.body_bytes += request.size as u64;
        self.wire_bytes += request.sent as u64;
    }

    /// Counts what became of spans.
    pub(super) fn settle(&mut self, receipt: Receipt) {
        self.delivered += receipt.delivered;
        self.rejected += receipt.rejected;
        let Some(words) = receipt.reason else { return };
        let words = if self.lost.len() < KEPT { words } else { "for other reasons".to_owned() };
        let reason = if receipt.rejected > 0 { Reason::Rejected(words) } else { Reason::Undelivered(words) };
        let lost = self.lost.entry(reason).or_default();
        lost.spans += receipt.rejected + receipt.undelivered;
        for (session, spans) in receipt.sessions {
            *lost.sessions.entry(session).or_default() += spans;
        }
    }

    /// Spans that the server will not take.
    pub(super) fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Spans of which nobody knows that they arrived.
    pub(super) fn undelivered(&self) -> u64 {
        self.spans.saturating_sub(self.delivered + self.rejected)
    }

    /// `31 spans in 5 requests (612 kB, 4.1 MB uncompressed; 2 retries, 12s of waiting) to http://...`
    pub(super) fn line(&self) -> String {
        if self.spans == 0 {
            return format!("nothing new to {}", printable(&self.destination));
        }
        let lost = [(self.rejected, "rejected"), (self.undelivered(), "not delivered")];
        let lost = lost.into_iter().filter(|(number, _)| *number > 0);
        let lost = lost.map(|(number, what)| format!(", {} {what}", grouped(number))).collect::<Vec<_>>().concat();
        let (spans, requests) = (counted(self.delivered, "span"), counted(self.requests, "request"));
        let size = match (bytes(self.wire_bytes), bytes(self.body_bytes)) {
            (wire, body) if wire == body => wire,
            (wire, body) => format!("{wire}, {body} uncompressed"),
        };
        format!("{spans}{lost} in {requests} ({size}{}) to {}", self.trouble(), printable(&self.destination))
    }

    fn trouble(&self) -> String {
        match self.retries {
            0 if self.waited < Duration::from_secs(1) => String::new(),
            1 => format!("; 1 retry, {} of waiting", duration(self.waited.as_secs_f64())),
            many => format!("; {} retries, {} of waiting", grouped(many), duration(self.waited.as_secs_f64())),
        }
    }

    /// Says of the spans that did not arrive why, of which sessions they are, and what to do.
    pub(super) fn print_lost(&self, console: &Console) {
        for (reason, lost) in self.lost.iter().take(SHOWN) {
            let (words, hint) = match reason {
                Reason::Rejected(words) => (words, "The server will not take these spans, whenever they are sent."),
                Reason::Undelivered(words) => (words, "Run again later; the spans keep their ids."),
            };
            let of = sessions(&lost.sessions, lost.spans);
            console.problem(&format!("{} did not arrive{of}: {words}", counted(lost.spans, "span")), hint);
        }
        let others: u64 = self.lost.values().skip(SHOWN).map(|lost| lost.spans).sum();
        if others > 0 {
            let hint = "-v shows every request with the server's answer.";
            console.problem(&format!("{} more did not arrive, for other reasons.", counted(others, "span")), hint);
        }
    }
}

/// `, of session a`, `, 3 of session a and 1 of b`, or where nobody knows which ones, `, of those of ...`.
fn sessions(sessions: &BTreeMap<Arc<str>, u64>, spans: u64) -> String {
    let is_exact = sessions.values().sum::<u64>() == spans;
    let name = |(session, spans): (&Arc<str>, &u64)| {
        if is_exact && sessions.len() > 1 { format!("{session} ({})", grouped(*spans)) } else { session.to_string() }
    };
    let mut named: Vec<_> = sessions.iter().take(NAMED).map(name).collect();
    if sessions.len() > NAMED {
        named.push(format!("{} more", grouped((sessions.len() - NAMED) as u64)));
    }
    match (sessions.len(), is_exact) {
        (0, _) => String::new(),
        (1, _) => format!(", of session {}", named.concat()),
        (_, true) => format!(", of sessions {}", named.join(", ")),
        (_, false) => format!(", of those of sessions {}", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sessions_of_lost_spans_are_named() {
        let of = |names: &[(&str, u64)], spans| {
            sessions(&names.iter().map(|(name, spans)| (Arc::from(*name), *spans)).collect(), spans)
        };
        for (names, spans, expected) in [
            (&[][..], 7, ""),
            (&[("a", 7)], 7, ", of session a"),
            (&[("a", 7)], 2, ", of session a"),
            (&[("a", 1), ("b", 2)], 3, ", of sessions a (1), b (2)"),
            (&[("a", 1), ("b", 2)], 1, ", of those of sessions a, b"),
            (&[("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1)], 5, ", of sessions a (1), b (1), c (1), 2 more"),
        ] {
            assert_eq!(of(names, spans), expected);
        }
    }
}
