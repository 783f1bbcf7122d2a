//! What differs, turn by turn: for people as a diff, for programs as JSON lines.

mod comparison;
mod excerpt;
mod json;
mod text;
mod whole;

use std::io::{self, BufWriter, Write};

use anstream::{AutoStream, ColorChoice};

use crate::cli::DiffFormat;
use crate::compare::{Compared, END, START};
use crate::error::Error;

pub use comparison::{Comparison, With};

/// Whether the value of a key is a moment: of the turn, or of a span or event below it.
fn is_time(key: &str) -> bool {
    [START, END].contains(&key.rsplit(' ').next().unwrap_or(key))
}

/// Prints what became of each turn on standard output.
fn print_differences(turns: &[Compared], format: DiffFormat, color: ColorChoice) -> Result<(), Error> {
    let output = io::stdout().lock();
    let printed = match format {
        DiffFormat::Text => {
            let mut output = BufWriter::new(AutoStream::new(output, color));
            text::write(&mut output, turns).and_then(|()| output.flush())
        }
        DiffFormat::Json => {
            let mut output = BufWriter::new(output);
            json::write(&mut output, turns).and_then(|()| output.flush())
        }
    };
    printed.map_err(|error| Error::cannot_print(&error))
}
