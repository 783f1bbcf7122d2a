//! What a run did, in three lines.

use std::collections::BTreeMap;
use std::time::Duration;

use super::console::Console;
use super::found::Found;
use super::numbers::{bytes, counted, grouped};
use super::printable::printable;
use super::warned::Warned;
use crate::error::Exit;
use crate::otlp::{Batch, Receipt};
use crate::session::Session;
use crate::transcript::SessionFiles;

/// Counts of a run.
#[derive(Debug, Default)]
pub struct Summary {
    /// Transcripts that were read.
    pub transcripts: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What was in them.
    pub found: Found,
    /// What became of it.
    pub sent: Sent,
    /// Whether nothing is to be sent.
    pub is_dry_run: bool,
    /// What was wrong with it.
    pub warned: Warned,
}

/// What was sent.
#[derive(Debug, Default)]
pub struct Sent {
    /// Where it went.
    pub destination: String,
    /// Spans that arrived.
    pub delivered: u64,
    /// Spans that the server will not take.
    pub rejected: u64,
    /// Spans that the server could not take now.
    pub undelivered: u64,
    /// Requests to the server.
    pub requests: u64,
    /// Their bytes before compression.
    pub body_bytes: u64,
    /// Their bytes on the wire.
    pub wire_bytes: u64,
    /// Why spans did not arrive, and how many.
    pub reasons: BTreeMap<Reason, u64>,
}

/// Why spans did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The server will not take them; its words.
    Rejected(String),
    /// The server was busy or broken; its words.
    Undelivered(String),
}

impl Reason {
    /// Why, and what to do about it.
    fn told(&self) -> (&str, &'static str) {
        match self {
            Reason::Rejected(words) => (words, "The server will not take these spans, whenever they are sent."),
            Reason::Undelivered(words) => (words, "Run again later; the spans keep their ids."),
        }
    }
}

impl Summary {
    /// Counts a session, of which `spans` turns have a span.
    pub fn count(&mut self, session: &Session, files: &SessionFiles, spans: usize) {
        self.transcripts += (files.main.len() + files.subagents.len()) as u64;
        self.bytes += files.bytes;
        let found = Found::of(session, spans as u64);
        // Of a session without a span there is nothing to see.
        self.found += Found { sessions: u64::from(spans > 0), ..found };
    }

    /// Counts what became of a batch.
    pub fn deliver(&mut self, batch: &Batch, receipt: Receipt, console: &Console) {
        self.warned.take(receipt.warnings, console);
        let sent = &mut self.sent;
        sent.delivered += receipt.delivered;
        sent.rejected += receipt.rejected;
        sent.undelivered += receipt.undelivered;
        sent.requests += 1;
        sent.body_bytes += batch.body.len() as u64;
        sent.wire_bytes += receipt.sent_bytes;
        if let Some(words) = receipt.reason {
            let reason = if receipt.rejected > 0 { Reason::Rejected(words) } else { Reason::Undelivered(words) };
            *sent.reasons.entry(reason).or_default() += receipt.rejected + receipt.undelivered;
        }
    }

    /// Counts a request that did not arrive and ended the run.
    pub fn fail(&mut self, batch: &Batch) {
        self.sent.requests += 1;
        self.sent.body_bytes += batch.body.len() as u64;
        self.leave(batch);
    }

    /// Counts a batch that was not sent any more.
    pub fn leave(&mut self, batch: &Batch) {
        self.sent.undelivered += batch.spans as u64;
    }

    /// Whether anything was read.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.transcripts > 0
    }

    /// How the program ends if nothing ended it before.
    #[must_use]
    pub fn exit(&self, strict: bool) -> Exit {
        match (self.sent.undelivered, self.sent.rejected) {
            (0, 0) if strict && self.warned.input_was_damaged() => Exit::Partial,
            (0, 0) => Exit::Done,
            (0, _) => Exit::Partial,
            _ => Exit::Unreachable,
        }
    }

    /// Three lines for a person, and a problem where spans did not arrive.
    pub fn print(&self, console: &Console, elapsed: Duration) {
        if !console.is_quiet() {
            let sent = if self.is_dry_run { "nothing, this is a dry run".to_owned() } else { self.sent_line() };
            console.line(format_args!("read      {}", self.read_line(elapsed)));
            console.line(format_args!("sent      {sent}"));
            console.line(format_args!("warnings  {}", self.warnings_line()));
        }
        for (reason, spans) in &self.sent.reasons {
            let (words, hint) = reason.told();
            console.problem(&format!("{} did not arrive: {words}", counted(*spans, "span")), hint);
        }
    }

    fn read_line(&self, elapsed: Duration) -> String {
        let Found { sessions, turns, .. } = self.found;
        let (sessions, turns) = (counted(sessions, "session"), counted(turns, "turn"));
        let transcripts = counted(self.transcripts, "transcript");
        let size = bytes(self.bytes);
        format!("{sessions}, {turns} from {transcripts} ({size}) in {:.1} s", elapsed.as_secs_f64())
    }

    fn sent_line(&self) -> String {
        let Sent { delivered, rejected, undelivered, requests, body_bytes, wire_bytes, .. } = self.sent;
        let lost = [(rejected, "rejected"), (undelivered, "not delivered")];
        let lost = lost.into_iter().filter(|(number, _)| *number > 0);
        let lost: Vec<_> = lost.map(|(number, what)| format!(", {} {what}", grouped(number))).collect();
        let lost = lost.concat();
        let (spans, requests) = (counted(delivered, "span"), counted(requests, "request"));
        let size = match (bytes(wire_bytes), bytes(body_bytes)) {
            (wire, body) if wire == body => wire,
            (wire, body) => format!("{wire}, {body} uncompressed"),
        };
        let destination = printable(&self.sent.destination);
        format!("{spans}{lost} in {requests} ({size}) to {destination}")
    }

    fn warnings_line(&self) -> String {
        let kinds = self.warned.counts().iter();
        let shown: Vec<_> = kinds.map(|(kind, count)| counted(*count, &kind.replace('_', " "))).collect();
        if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
    }
}
