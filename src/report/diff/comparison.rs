//! A comparison with saved spans: its turns, and what was read for it.

use std::time::Duration;

use super::print_differences;
use crate::cli::DiffFormat;
use crate::compare::{Compared, Counts};
use crate::error::{Error, Exit};
use crate::report::console::Console;
use crate::report::numbers::counted;
use crate::report::summary::Summary;

/// What was compared, and with what.
#[derive(Debug, Default)]
pub struct Comparison {
    /// What became of each turn.
    pub turns: Vec<Compared>,
    /// What was read of transcripts, and what was wrong with all that was read.
    pub read: Summary,
    /// Files of saved spans.
    pub files: u64,
    /// The spans in them.
    pub spans: u64,
    /// Those of them that are of no turn, and are not compared.
    pub passed_over: u64,
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
            console.line(format_args!("baseline  {}", self.baseline()));
            console.line(format_args!("warnings  {}", self.read.warnings_line()));
        }
        Ok(())
    }

    fn baseline(&self) -> String {
        let spans = format!("{} in {}", counted(self.spans, "span"), counted(self.files, "file"));
        match self.passed_over {
            0 => spans,
            some => format!("{spans}, {some} of them of no turn and not compared"),
        }
    }
}
