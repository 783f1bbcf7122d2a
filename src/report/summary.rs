//! What a run did, in three lines.

use std::time::Duration;

use super::console::Console;
use super::found::Found;
use super::numbers::{bytes, counted};
use super::redacted::Redacted;
use super::sent::Sent;
use super::skipped::Skipped;
use super::warned::Warned;
use crate::error::Exit;
use crate::session::Session;
use crate::transcript::SessionFiles;

/// Counts of a run.
#[derive(Debug, Default)]
pub struct Summary {
    /// Sessions that were found.
    pub to_read: u64,
    /// Sessions that were read.
    pub read: u64,
    /// Transcripts that were read.
    pub transcripts: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What was in them.
    pub found: Found,
    /// What of it is not sent now.
    pub skipped: Skipped,
    /// Whether it is known what is to be read.
    pub has_begun: bool,
    /// What became of it.
    pub sent: Sent,
    /// What was replaced in it.
    pub redacted: Redacted,
    /// Whether nothing is to be sent.
    pub is_dry_run: bool,
    /// What was wrong with it.
    pub warned: Warned,
}

impl Summary {
    /// Counts a session, of which `spans` turns have a span.
    pub fn count(&mut self, session: &Session, files: &SessionFiles, spans: usize) {
        self.read += 1;
        self.transcripts += files.states.len() as u64;
        self.bytes = self.bytes.saturating_add(files.bytes());
        let found = Found::of(session, spans as u64);
        // Of a session without a span there is nothing to see.
        self.found += Found { sessions: u64::from(spans > 0), ..found };
    }

    /// How the program ends if nothing ended it before.
    #[must_use]
    pub fn exit(&self, strict: bool) -> Exit {
        match (self.sent.undelivered(), self.sent.rejected()) {
            (0, 0) if strict && self.warned.input_was_damaged() => Exit::Partial,
            (0, 0) => Exit::Done,
            (0, _) => Exit::Partial,
            _ => Exit::Unreachable,
        }
    }

    /// Three lines for a person, a fourth where secrets were replaced, and a problem where spans did not arrive.
    pub fn print(&self, console: &Console, elapsed: Duration) {
        if !console.is_quiet() {
            let sent = if self.is_dry_run { "nothing, this is a dry run".to_owned() } else { self.sent.line() };
            console.line(format_args!("read      {}", self.read_line(elapsed)));
            console.line(format_args!("sent      {sent}"));
            self.redacted.line().into_iter().for_each(|line| console.line(format_args!("redacted  {line}")));
            console.line(format_args!("warnings  {}", self.warnings_line()));
        }
        self.sent.print_lost(console);
    }

    /// Whether an interrupted run leaves anything undone.
    #[must_use]
    pub fn is_anything_left(&self) -> bool {
        self.read < self.to_read || self.sent.undelivered() > 0
    }

    /// What that is, in words.
    #[must_use]
    pub fn remains(&self) -> String {
        let sessions = counted(self.to_read.saturating_sub(self.read), "session");
        let spans = counted(self.sent.undelivered(), "span");
        format!("Interrupted: {sessions} not read, {spans} not delivered.")
    }

    pub(super) fn read_line(&self, elapsed: Duration) -> String {
        let Found { sessions, turns, .. } = self.found;
        let (sessions, turns) = (counted(sessions, "session"), counted(turns, "turn"));
        let transcripts = counted(self.transcripts, "transcript");
        let size = bytes(self.bytes);
        let skipped = self.skipped.phrase();
        if self.transcripts == 0 {
            return format!("nothing in {:.1} s{skipped}", elapsed.as_secs_f64());
        }
        format!("{sessions}, {turns} from {transcripts} ({size}) in {:.1} s{skipped}", elapsed.as_secs_f64())
    }

    pub(super) fn warnings_line(&self) -> String {
        let kinds = self.warned.counts().iter();
        let shown: Vec<_> = kinds.map(|(kind, count)| counted(*count, &kind.replace('_', " "))).collect();
        if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
    }
}
