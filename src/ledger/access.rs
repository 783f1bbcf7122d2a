//! How a run uses the ledger: to record what it sends, to look, or not at all.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::guard::secure;
use super::{Destination, Ledger, Lock, Recorder};
use crate::error::Error;
use crate::transcript::{FileState, Head, Timestamp};
use crate::warning::Warnings;

/// How a run is to use the ledger.
#[derive(Clone, Debug, Default)]
pub struct LedgerSettings {
    /// The ledger's file; none where the run is to do without.
    pub place: Option<PathBuf>,
    /// Where its spans go.
    pub destination: Destination,
    /// Whether it sends anything, and so records it.
    pub records: bool,
}

/// A ledger in use.
#[derive(Debug)]
pub struct Access {
    /// The ledger; an empty one where the run does without.
    pub ledger: Arc<Ledger>,
    destination: Destination,
    /// Held while this run records what it sends.
    lock: Option<Lock>,
    /// What had to be mended before.
    pub warnings: Warnings,
}

impl Access {
    /// Opens the ledger; nothing where another run uploads to the same destination.
    pub fn open(settings: &LedgerSettings) -> Result<Option<Self>, Error> {
        let LedgerSettings { place, destination, records } = settings;
        let mut warnings = Warnings::default();
        let (ledger, lock) = match place {
            None => (Ledger::empty()?, None),
            Some(place) if !records => (Ledger::look(place, destination)?, None),
            Some(place) => {
                warnings = secure(place)?;
                // The lock comes first: what another run is about to record must be seen.
                let Some(lock) = Lock::take(place, destination)? else { return Ok(None) };
                (Ledger::open(place, destination)?, Some(lock))
            }
        };
        Ok(Some(Self { ledger: Arc::new(ledger), destination: destination.clone(), lock, warnings }))
    }

    /// Who records what is sent from here on; nobody where the run does without. Writes what is new
    /// of the files, so that a ledger that cannot be written is found out before anything is sent; a
    /// run without anything to do writes nothing.
    pub fn recorder(
        &self,
        opened: &[(FileState, Head)],
        vanished: &[Vec<u8>],
        will_read: bool,
    ) -> Result<Option<Arc<Recorder>>, Error> {
        if self.lock.is_none() {
            return Ok(None);
        }
        let is_needed = will_read || !opened.is_empty() || !vanished.is_empty();
        let begin = || self.ledger.begin(&self.destination, opened, vanished, Timestamp::from(SystemTime::now()));
        let destination = if is_needed { begin()? } else { 0 };
        Ok(Some(Arc::new(Recorder::new(Arc::clone(&self.ledger), destination))))
    }
}
