//! A comparison with saved spans: its turns, and what was read for it.

use std::time::Duration;

use super::print_differences;
use crate::cli::DiffFormat;
use crate::compare::{Compared, Counts};
use crate::error::{Error, Exit};
use crate::report::console::Console;
use crate::report::numbers::counted;
use crate::report::printable::printable;
use crate::report::summary::Summary;

/// What was compared, and with what.
#[derive(Debug, Default)]
pub struct Comparison {
    /// What became of each turn.
    pub turns: Vec<Compared>,
    /// What was read of transcripts, and what was wrong with all that was read.
    pub read: Summary,
    /// With what.
    pub with: With,
}

/// What turns are compared with.
#[derive(Debug)]
pub enum With {
    /// Saved spans.
    Baseline {
        /// Files.
        files: u64,
        /// The spans in them.
        spans: u64,
        /// Those of them that are of no turn, and are not compared.
        passed_over: u64,
    },
    /// What the ledger knows of a destination.
    Ledger {
        /// The destination.
        endpoint: String,
    },
}

impl Default for With {
    fn default() -> Self {
        With::Baseline { files: 0, spans: 0, passed_over: 0 }
    }
}

impl With {
    /// `baseline  31 spans in 1 file`, or `ledger    what went to http://localhost:4318/v1/traces`.
    fn line(&self) -> String {
        match self {
            With::Baseline { files, spans, passed_over } => {
                let held = format!("{} in {}", counted(*spans, "span"), counted(*files, "file"));
                let rest = format!(", {passed_over} of them of no turn and not compared");
                format!("baseline  {held}{}", if *passed_over > 0 { rest } else { String::new() })
            }
            With::Ledger { endpoint } if endpoint.is_empty() => {
                "ledger    nothing is known of a destination".to_owned()
            }
            With::Ledger { endpoint } => format!("ledger    what went to {}", printable(endpoint)),
        }
    }
}

impl Comparison {
    /// How the program ends.
    #[must_use]
    pub fn exit(&self, strict: bool) -> Exit {
        let is_damaged = strict && self.read.warned.input_was_damaged();
        if is_damaged || Counts::of(&self.turns).are_differences() { Exit::Partial } else { Exit::Done }
    }

    /// Prints the differences on standard output, then what was read.
    pub fn print(&self, format: DiffFormat, console: &Console, elapsed: Duration) -> Result<(), Error> {
        print_differences(&self.turns, format, console.color())?;
        if !console.is_quiet() {
            console.line(format_args!("read      {}", self.read.read_line(elapsed)));
            console.line(self.with.line());
            console.line(format_args!("warnings  {}", self.read.warnings_line()));
        }
        Ok(())
    }
}
