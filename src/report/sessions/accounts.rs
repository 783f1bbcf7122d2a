//! The accounts of a run: a row a session, the totals, the warnings.

use std::io::{self, BufWriter, Write};

use anstream::AutoStream;

use super::row::Row;
use super::{json, text};
use crate::cli::SessionsFormat;
use crate::error::{Error, Exit};
use crate::report::console::Console;
use crate::report::found::Found;
use crate::report::warned::Warned;
use crate::session::Session;
use crate::warning::Warnings;

/// What all sessions hold.
#[derive(Debug, Default)]
pub struct Accounts {
    pub(super) rows: Vec<Row>,
    pub(super) totals: Found,
    /// What was wrong with what was read.
    pub warned: Warned,
}

impl Accounts {
    /// Counts a session that has only what it owns. A file in which nobody says anything is none.
    pub fn add(&mut self, session: &Session, warnings: Warnings, console: &Console) {
        let row = Row::of(session, warnings.counts().values().sum());
        self.warned.take(warnings, console);
        if session.facts.said > 0 {
            self.totals += row.found;
            self.rows.push(row);
        }
    }

    /// How the program ends.
    #[must_use]
    pub fn exit(&self, strict: bool) -> Exit {
        if strict && self.warned.input_was_damaged() { Exit::Partial } else { Exit::Done }
    }

    /// Prints them on standard output, the oldest session first. `home` is the user's folder.
    pub fn print(mut self, format: SessionsFormat, home: Option<&str>, console: &Console) -> Result<(), Error> {
        self.rows.sort_by(|one, other| {
            (one.started_at.is_none(), one.started_at, &one.id).cmp(&(
                other.started_at.is_none(),
                other.started_at,
                &other.id,
            ))
        });
        let output = io::stdout().lock();
        let printed = match format {
            SessionsFormat::Text => {
                let mut output = BufWriter::new(AutoStream::new(output, console.color()));
                text::write(&mut output, &self, home).and_then(|()| output.flush())
            }
            SessionsFormat::Json => {
                let mut output = BufWriter::new(output);
                json::write(&mut output, &self).and_then(|()| output.flush())
            }
        };
        printed.map_err(|error| Error::cannot_print(&error))
    }
}
