//! What would be sent, on standard output: for people or for programs.

use std::io::{self, BufWriter, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};

use super::summary::Summary;
use super::{json, text};
use crate::error::Error;
use crate::session::Session;
use crate::span::Span;

/// Prints sessions and their spans.
pub struct DryRun {
    output: BufWriter<AutoStream<StdoutLock<'static>>>,
    is_json: bool,
}

impl DryRun {
    /// For people.
    #[must_use]
    pub fn text(color: ColorChoice) -> Self {
        Self { output: BufWriter::new(AutoStream::new(io::stdout().lock(), color)), is_json: false }
    }

    /// JSON lines, one object a turn.
    #[must_use]
    pub fn json() -> Self {
        Self { is_json: true, ..Self::text(ColorChoice::Never) }
    }

    /// Prints a session's spans.
    pub fn session(&mut self, session: &Session, spans: &[Span]) -> Result<(), Error> {
        let written = if self.is_json {
            json::session(&mut self.output, session, spans)
        } else {
            text::session(&mut self.output, session, spans)
        };
        written.map_err(|error| Error::cannot_write("standard output", &error))
    }

    /// Prints the totals, for people.
    pub fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        let totals = if self.is_json { Ok(()) } else { text::totals(&mut self.output, &summary.found) };
        totals.and_then(|()| self.output.flush()).map_err(|error| Error::cannot_write("standard output", &error))
    }
}
