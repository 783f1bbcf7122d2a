//! What is printed of accounts, piece by piece.

use std::io::{self, Write};

use serde::Serialize;

use crate::error::Error;
use crate::report::escaping;

/// Standard output.
pub(super) struct Lines<W>(pub(super) W);

impl<W: Write> Lines<W> {
    /// Prints a text, and a line feed.
    pub(super) fn line(&mut self, text: &str) -> Result<(), Error> {
        printed(writeln!(self.0, "{text}"))
    }

    /// Prints a text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Error> {
        printed(self.0.write_all(text.as_bytes()))
    }

    /// Prints a value as JSON.
    pub(super) fn json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        printed(escaping::write(&mut self.0, value))
    }

    /// Nothing more is printed.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        printed(self.0.flush())
    }
}

fn printed(result: io::Result<()>) -> Result<(), Error> {
    result.map_err(|error| Error::cannot_print(&error))
}
