//! What would be sent, on standard output: for people or for programs.

use std::io::{self, BufWriter, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};

use super::summary::Summary;
use super::{json, text};
use crate::error::Error;
use crate::session::Session;
use crate::span::Span;

/// Which turn of its session is sent, and how many are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub number: u64,
    /// All of them.
    pub of: u64,
}

/// Prints sessions and their spans.
pub enum DryRun {
    /// For people; where colours are not wanted, their codes are taken out.
    Text(BufWriter<AutoStream<StdoutLock<'static>>>),
    /// JSON lines, one object a turn.
    Json(BufWriter<StdoutLock<'static>>),
}

impl DryRun {
    /// For people.
    #[must_use]
    pub fn text(color: ColorChoice) -> Self {
        DryRun::Text(BufWriter::new(AutoStream::new(io::stdout().lock(), color)))
    }

    /// For programs.
    #[must_use]
    pub fn json() -> Self {
        DryRun::Json(BufWriter::new(io::stdout().lock()))
    }

    /// Prints a turn: its spans, its own first.
    pub fn turn(&mut self, session: &Session, place: Place, spans: &[Span]) -> Result<(), Error> {
        let printed = match self {
            DryRun::Text(output) => text::turn(output, session, place, spans),
            DryRun::Json(output) => json::turn(output, session, spans),
        };
        printed.map_err(|error| Error::cannot_print(&error))
    }

    /// Prints the totals, for people.
    pub fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        let printed = match self {
            DryRun::Text(output) => text::totals(output, &summary.found).and_then(|()| output.flush()),
            DryRun::Json(output) => output.flush(),
        };
        printed.map_err(|error| Error::cannot_print(&error))
    }
}
