//! The ledger, as one run sees it: what it says of one destination.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::fault::{When, fault};
use super::files::{self, KnownFiles};
use super::progress::AllProgress;
use super::receipts::{self, Known};
use super::{Destination, open, rows, schema};
use crate::error::Error;
use crate::session::Name;
use crate::span::TraceId;
use crate::transcript::{FileState, Head, Timestamp};

/// What was delivered to one destination.
#[derive(Debug)]
pub struct Ledger {
    place: PathBuf,
    connection: Mutex<Connection>,
    /// Its row; none where nothing ever went there.
    destination: Option<i64>,
    /// Whether anything was delivered before this run.
    has_receipts: bool,
}

impl Ledger {
    /// Opens the ledger to record what goes to a destination; makes a new one where there is none.
    pub fn open(place: &Path, destination: &Destination) -> Result<Self, Error> {
        let connection = open::to_write(place)?;
        Self::at(place, connection, destination)
    }

    /// Opens it to look at; an empty one where there is none.
    pub fn look(place: &Path, destination: &Destination) -> Result<Self, Error> {
        match open::to_read(place)? {
            Some(connection) => Self::at(place, connection, destination),
            None => Self::empty(),
        }
    }

    /// One that says nothing, and that nobody will see.
    pub fn empty() -> Result<Self, Error> {
        let place = Path::new("in memory");
        let told = |error: rusqlite::Error| fault(place, &error, When::Before);
        let mut connection = Connection::open_in_memory().map_err(told)?;
        schema::migrate(&mut connection).map_err(told)?;
        Self::at(place, connection, &Destination::default())
    }

    fn at(place: &Path, connection: Connection, destination: &Destination) -> Result<Self, Error> {
        let told = |error: rusqlite::Error| fault(place, &error, When::Before);
        let found = rows::destination(&connection, destination).map_err(told)?;
        let any = "SELECT EXISTS (SELECT 1 FROM name WHERE destination = ?)";
        let has_receipts = connection.query_row(any, [found], |row| row.get(0)).map_err(told)?;
        Ok(Self { place: place.to_owned(), connection: Mutex::new(connection), destination: found, has_receipts })
    }

    /// The files that are known.
    pub fn known_files(&self) -> Result<KnownFiles, Error> {
        self.look_up(When::Before, KnownFiles::load)
    }

    /// The files that are known, and how far each session is.
    pub fn remembered(&self) -> Result<(KnownFiles, AllProgress), Error> {
        Ok((self.known_files()?, self.progress()?))
    }

    /// How far each session is.
    pub fn progress(&self) -> Result<AllProgress, Error> {
        let Some(destination) = self.destination else { return Ok(AllProgress::new()) };
        self.look_up(When::Before, |connection| rows::progress(connection, destination))
    }

    /// Whether anything was sent to the destination before this run.
    #[must_use]
    pub fn has_receipts(&self) -> bool {
        self.has_receipts
    }

    /// The receipt of a session's turn.
    pub fn receipt(&self, session: &str, trace: TraceId, names: &[Name]) -> Result<Option<Known>, Error> {
        let Some(destination) = self.destination.filter(|_| self.has_receipts) else { return Ok(None) };
        self.look_up(When::During, |connection| receipts::find(connection, destination, session, trace, names))
    }

    /// All receipts of a session.
    pub fn receipts(&self, session: &str) -> Result<Vec<Known>, Error> {
        let Some(destination) = self.destination.filter(|_| self.has_receipts) else { return Ok(Vec::new()) };
        self.look_up(When::During, |connection| receipts::of_session(connection, destination, session))
    }

    /// The sessions that have receipts and stood below these folders, with their projects.
    pub fn sessions_below(&self, folders: &[PathBuf]) -> Result<Vec<(String, Option<String>)>, Error> {
        let Some(destination) = self.destination.filter(|_| self.has_receipts) else { return Ok(Vec::new()) };
        self.look_up(When::Before, |connection| rows::sessions_below(connection, destination, folders))
    }

    /// Whether a request or prompt was delivered with another session.
    pub fn is_elsewhere(&self, name: &Name, session: &str) -> Result<bool, Error> {
        let Some(destination) = self.destination.filter(|_| self.has_receipts) else { return Ok(false) };
        self.look_up(When::During, |connection| receipts::is_elsewhere(connection, destination, name, session))
    }

    /// A run begins that may send something: remembers the destination and the files that were opened,
    /// forgets those that vanished. Where this fails, nothing was sent. Gives the destination's row.
    pub(super) fn begin(
        &self,
        destination: &Destination,
        opened: &[(FileState, Head)],
        vanished: &[Vec<u8>],
        now: Timestamp,
    ) -> Result<i64, Error> {
        self.write(When::Before, |transaction| {
            files::save(transaction, opened)?;
            vanished.iter().try_for_each(|place| files::forget(transaction, place))?;
            rows::use_destination(transaction, destination, now)
        })
    }

    /// Writes in one transaction.
    pub(super) fn write<T>(
        &self,
        when: When,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let mut connection = self.lock();
        let written = connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        });
        written.map_err(|error| fault(&self.place, &error, when))
    }

    fn look_up<T>(&self, when: When, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        work(&self.lock()).map_err(|error| fault(&self.place, &error, when))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
