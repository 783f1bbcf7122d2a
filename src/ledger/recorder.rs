//! Writes receipts as the answers come: all that one answer settles in one transaction.
//!
//! A turn is recorded when its last span is settled, a session's progress when its last turn is.
//! What did not arrive is not recorded, and goes with the next run.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rusqlite::Transaction;

use super::fault::{When, lost};
use super::judge::Judged;
use super::progress::Progress;
use super::receipts::{self, Known, Receipt};
use super::rows;
use super::store::Ledger;
use super::under_way::{Done, Settled, UnderWay};
use crate::compare::Seen;
use crate::error::Error;
use crate::otlp;
use crate::session::Name;
use crate::span::{Span, TraceId};
use crate::transcript::Timestamp;

/// Sessions without anything to send that are recorded together.
const TOGETHER: usize = 1_000;

/// A session that is about to be sent.
#[derive(Clone, Debug)]
pub struct SessionEntry {
    /// Its id.
    pub id: Arc<str>,
    /// The folder that it ran in.
    pub project: Option<String>,
    /// Its transcript.
    pub place: Option<PathBuf>,
    /// How far it is once all is delivered.
    pub progress: Option<Progress>,
}

/// A turn that is about to be sent.
#[derive(Clone, Debug)]
pub struct TurnEntry<'a> {
    /// Its trace.
    pub trace: TraceId,
    /// What its ids are made of.
    pub key: String,
    /// Its spans.
    pub spans: usize,
    /// Its requests and its prompt.
    pub names: &'a [Name],
    /// The number of its requests.
    pub requests: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// What its spans look like.
    pub looks: String,
}

impl<'a> TurnEntry<'a> {
    /// Of a turn that becomes these spans, its own first.
    #[must_use]
    pub fn of(judged: &Judged<'a>, spans: &[Span]) -> Self {
        Self {
            trace: judged.trace(),
            key: judged.key.clone(),
            spans: spans.len(),
            names: &judged.turn.names,
            requests: judged.turn.all_requests().count() as u64,
            started_at: Timestamp::from(spans.first().map(|span| span.started_at).unwrap_or_default()),
            looks: looks(spans),
        }
    }
}

/// What a turn looks like, as the ledger keeps it: of texts no more than their lengths and digests.
#[must_use]
pub fn looks(spans: &[Span]) -> String {
    Seen::kept_of(spans).to_json()
}

/// Knows what is under way.
#[derive(Debug)]
pub struct Recorder {
    ledger: Arc<Ledger>,
    destination: i64,
    under_way: Mutex<UnderWay>,
}

impl Recorder {
    /// Writes to a ledger what goes to the destination of that row.
    pub(super) fn new(ledger: Arc<Ledger>, destination: i64) -> Self {
        Self { ledger, destination, under_way: Mutex::default() }
    }

    /// A session of which so many turns are about to be sent.
    pub fn begin(&self, session: SessionEntry, turns: usize) -> Result<(), Error> {
        let done = {
            let mut under_way = self.lock();
            under_way.begin(session, turns);
            under_way.done_of(TOGETHER)
        };
        self.write(done)
    }

    /// A turn of a session that has begun.
    pub fn expect(&self, session: &str, turn: &TurnEntry<'_>) {
        self.lock().expect(session, turn);
    }

    /// It is known what became of some spans.
    pub fn settle(&self, receipt: &otlp::Receipt) -> Result<(), Error> {
        let done = {
            let mut under_way = self.lock();
            receipt.labels.iter().for_each(|label| under_way.settle(label.trace, receipt));
            under_way.done_of(0)
        };
        self.write(done)
    }

    /// Writes what is left to write.
    pub fn finish(&self) -> Result<(), Error> {
        let done = self.lock().done_of(0);
        self.write(done)
    }

    fn write(&self, done: Vec<Done>) -> Result<(), Error> {
        if done.is_empty() {
            return Ok(());
        }
        let now = Timestamp::from(SystemTime::now());
        self.ledger.write(When::During, |transaction| {
            let mut writing = Writing { recorder: self, transaction, now, sessions: HashMap::new() };
            done.into_iter().try_for_each(|done| writing.write(&done))
        })
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A transaction, and what it knows of the ledger.
struct Writing<'a> {
    recorder: &'a Recorder,
    transaction: &'a Transaction<'a>,
    now: Timestamp,
    /// The rows of sessions.
    sessions: HashMap<Arc<str>, i64>,
}

impl Writing<'_> {
    fn write(&mut self, done: &Done) -> rusqlite::Result<()> {
        match done {
            Done::Turn(entry, turn) => {
                let session = self.session(entry)?;
                self.turn(session, turn)
            }
            Done::Session(entry) => {
                self.session(entry)?;
                let progress = entry.progress.as_ref();
                let save =
                    |progress| rows::save_progress(self.transaction, self.recorder.destination, &entry.id, progress);
                progress.map_or(Ok(()), save)
            }
        }
    }

    fn session(&mut self, entry: &SessionEntry) -> rusqlite::Result<i64> {
        if let Some(row) = self.sessions.get(&entry.id) {
            return Ok(*row);
        }
        let row = rows::session(self.transaction, &entry.id, entry.project.as_deref(), entry.place.as_deref())?;
        self.sessions.insert(Arc::clone(&entry.id), row);
        Ok(row)
    }

    fn turn(&self, session: i64, turn: &Settled) -> rusqlite::Result<()> {
        let note = self.recorder.lock().note(turn).map_err(lost)?;
        let known = Known {
            fate: turn.fate,
            reason: turn.reason.clone(),
            turn_key: note.key,
            requests: turn.requests,
            started_at: turn.started_at,
            recorded_at: self.now,
            span: note.looks,
        };
        let receipt = Receipt { trace: turn.trace, known: &known, names: &note.names };
        receipts::save(self.transaction, self.recorder.destination, session, &receipt)
    }
}
