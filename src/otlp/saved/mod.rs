//! Spans that somebody saved: what a server or a Collector wrote into files, or this program.
//!
//! What a file holds is seen by its content, never by its name: OTLP in protobuf, one message or
//! several with their lengths before them; OTLP/JSON, one object or many; the lines of a dry run.

mod content;
mod document;
mod protobuf;
mod redact;
mod request;
mod text;
mod turn;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, plain};
use crate::warning::{Warning, Warnings};

/// What to do about a baseline that cannot be used.
const HINT: &str = "It can be OTLP in protobuf or JSON, as the OpenTelemetry Collector and --endpoint file:PATH write it, the output of upload --dry-run --format json, or a folder of such files.";

/// A span as it was saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SavedSpan {
    /// In small hexadecimal digits; empty where it has none.
    pub trace_id: String,
    /// In small hexadecimal digits; empty where it has none.
    pub span_id: String,
    /// That of the span above it; empty where there is none.
    pub parent_id: String,
    /// What it is called.
    pub name: String,
    /// Nanoseconds since 1970; zero where it is not said.
    pub started_at: u64,
    /// Nanoseconds since 1970; zero where it is not said.
    pub ended_at: u64,
    /// How it ended.
    pub status: SavedStatus,
    /// In the order of the file.
    pub attributes: Vec<(String, SavedValue)>,
    /// Likewise.
    pub events: Vec<SavedEvent>,
}

/// Something that happened while a saved span went on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SavedEvent {
    /// What it is called.
    pub name: String,
    /// Nanoseconds since 1970; zero where it is not said.
    pub at: u64,
    /// In the order of the file.
    pub attributes: Vec<(String, SavedValue)>,
}

/// How a saved span ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SavedStatus {
    /// Nobody said.
    #[default]
    Unset,
    /// As it should.
    Ok,
    /// With this error.
    Error(String),
}

/// An attribute's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedValue {
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Anything else, as JSON.
    Other(String),
}

/// What was read.
#[derive(Debug, Default)]
pub struct Saved {
    /// The files that hold spans.
    pub files: u64,
    /// Their spans, in their order.
    pub spans: Vec<SavedSpan>,
    /// What was wrong with them.
    pub warnings: Warnings,
}

impl Saved {
    /// Reads a file, or all plain files of a folder in the order of their names.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let unreadable = |error| Error::usage(format!("Cannot read {}: {}.", path.display(), plain(&error)), HINT);
        let mut saved = Self::default();
        if path.is_dir() {
            files(path).map_err(unreadable)?.iter().for_each(|file| saved.pass(file));
        } else {
            saved.add(path).map_err(unreadable)?;
        }
        if saved.spans.is_empty() {
            return Err(Error::usage(format!("{} holds no spans that moda-agent can read.", path.display()), HINT));
        }
        Ok(saved)
    }

    /// Takes a file of a folder; one that is of no use is warned of.
    fn pass(&mut self, path: &Path) {
        match self.add(path) {
            Ok(0) => self.warnings.push(Warning::NoSpans { path: path.to_owned() }),
            Ok(_) => {}
            Err(error) => self.warnings.push(Warning::unreadable(path, &error)),
        }
    }

    /// Takes a file, and says how many spans it holds. Of one without any nothing is damaged.
    fn add(&mut self, path: &Path) -> io::Result<usize> {
        let (bytes, cut) = content::read(path)?;
        let (spans, warnings) = document::read(path, &bytes);
        let count = spans.len();
        if count > 0 {
            self.files += 1;
            self.spans.extend(spans);
            if let Some(error) = cut {
                self.warnings.push(Warning::unreadable(path, &error));
            }
            self.warnings.append(warnings);
        }
        Ok(count)
    }
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    let mut files: Vec<_> = entries.iter().map(fs::DirEntry::path).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}
