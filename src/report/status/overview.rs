//! What there is to tell.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anstream::AutoStream;

use super::{json, text};
use crate::cli::SessionsFormat;
use crate::error::Error;
use crate::ledger::Standing;
use crate::report::console::Console;
use crate::report::warned::Warned;
use crate::transcript::{SessionFiles, Timestamp};
use crate::warning::Warnings;

/// How things stand.
#[derive(Debug, Default)]
pub struct Overview {
    /// The ledger's file.
    pub ledger: Option<PathBuf>,
    /// Every destination; one without a standing where nothing was ever sent.
    pub destinations: Vec<DestinationStatus>,
    /// The sessions on disk.
    pub sessions: Vec<SessionFiles>,
    /// Transcripts that the client deletes soon.
    pub soon: Vec<Doomed>,
    warned: Warned,
}

/// How things stand with a destination.
#[derive(Debug)]
pub struct DestinationStatus {
    /// What was delivered and rejected.
    pub standing: Option<Standing>,
    /// What was not sent yet.
    pub undelivered: Undelivered,
}

/// What was not sent yet.
#[derive(Debug, Default)]
pub struct Undelivered {
    /// Turns that wait until they are settled.
    pub waiting: u64,
    /// Turns that the next upload sends, by session.
    pub turns: BTreeMap<String, u64>,
    /// The bytes of these sessions' transcripts.
    pub bytes: u64,
}

impl Undelivered {
    /// Counts the turns of a session.
    pub fn add(&mut self, files: &SessionFiles, turns: u64, waiting: u64) {
        self.waiting += waiting;
        if turns > 0 {
            self.turns.insert(files.id.clone(), turns);
            self.bytes = self.bytes.saturating_add(files.bytes());
        }
    }

    /// All turns that the next upload sends.
    pub(super) fn count(&self) -> u64 {
        self.turns.values().sum()
    }
}

/// A transcript that the client deletes soon.
#[derive(Debug)]
pub struct Doomed {
    /// The file.
    pub path: PathBuf,
    /// Its session.
    pub session: String,
    /// When the client may delete it.
    pub deleted_at: Timestamp,
    /// Turns of the session that were delivered nowhere.
    pub turns: u64,
}

impl Overview {
    /// Of a ledger.
    #[must_use]
    pub fn new(ledger: Option<PathBuf>) -> Self {
        Self { ledger, ..Self::default() }
    }

    /// Shows warnings.
    pub fn warn(&mut self, warnings: Warnings, console: &Console) {
        self.warned.take(warnings, console);
    }

    /// The turns of a session that no destination has.
    #[must_use]
    pub fn delivered_nowhere(&self, session: &str) -> u64 {
        let turns = |status: &DestinationStatus| status.undelivered.turns.get(session).copied().unwrap_or_default();
        self.destinations.iter().map(turns).min().unwrap_or_default()
    }

    /// Prints it on standard output. `home` is the user's folder.
    pub fn print(&self, format: SessionsFormat, home: Option<&str>, console: &Console) -> Result<(), Error> {
        let output = io::stdout().lock();
        let printed = match format {
            SessionsFormat::Text => {
                let mut output = BufWriter::new(AutoStream::new(output, console.color()));
                text::write(&mut output, self, home).and_then(|()| output.flush())
            }
            SessionsFormat::Json => {
                let mut output = BufWriter::new(output);
                json::write(&mut output, self).and_then(|()| output.flush())
            }
        };
        printed.map_err(|error| Error::cannot_print(&error))
    }
}
