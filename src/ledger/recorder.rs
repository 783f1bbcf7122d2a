//! Writes receipts as the answers come: all that one answer settles in one transaction.
//!
//! A turn is recorded when its last span is settled, a session's progress when its last turn is.
//! What did not arrive is not recorded, and goes with the next run.

use std::collections::HashMap;
use std::mem;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rusqlite::Transaction;

use super::fault::When;
use super::judge::Judged;
use super::progress::Progress;
use super::receipts::{self, Fate, Known, Receipt};
use super::rows;
use super::store::Ledger;
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
pub struct TurnEntry {
    /// Its trace.
    pub trace: TraceId,
    /// What its ids are made of.
    pub key: String,
    /// Its spans.
    pub spans: usize,
    /// Its requests and its prompt.
    pub names: Vec<Name>,
    /// The number of its requests.
    pub requests: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// What its spans look like, in no more memory than that takes: thousands of turns are under way.
    pub looks: Box<str>,
}

impl TurnEntry {
    /// Of a turn that becomes these spans, its own first.
    #[must_use]
    pub fn of(judged: &Judged<'_>, spans: &[Span]) -> Self {
        Self {
            trace: judged.trace(),
            key: judged.key.clone(),
            spans: spans.len(),
            names: judged.turn.names.clone(),
            requests: judged.turn.all_requests().count() as u64,
            started_at: Timestamp::from(spans.first().map(|span| span.started_at).unwrap_or_default()),
            looks: looks(spans).into(),
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

#[derive(Debug, Default)]
struct UnderWay {
    turns: HashMap<TraceId, Pending>,
    sessions: HashMap<Arc<str>, Open>,
    done: Vec<Done>,
}

#[derive(Debug)]
struct Pending {
    session: Arc<str>,
    entry: TurnEntry,
    left: usize,
    is_lost: bool,
    fate: Fate,
    reason: Option<String>,
}

#[derive(Debug)]
struct Open {
    entry: SessionEntry,
    left: usize,
    is_lost: bool,
}

/// What is ready to be written.
#[derive(Debug)]
enum Done {
    Turn(SessionEntry, Box<Pending>),
    Session(SessionEntry),
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
            if under_way.done.len() < TOGETHER { Vec::new() } else { mem::take(&mut under_way.done) }
        };
        self.write(&done)
    }

    /// A turn of a session that has begun.
    pub fn expect(&self, session: &str, turn: TurnEntry) {
        self.lock().expect(session, turn);
    }

    /// It is known what became of some spans.
    pub fn settle(&self, receipt: &otlp::Receipt) -> Result<(), Error> {
        let done = {
            let mut under_way = self.lock();
            receipt.labels.iter().for_each(|label| under_way.settle(label.trace, receipt));
            mem::take(&mut under_way.done)
        };
        self.write(&done)
    }

    /// Writes what is left to write.
    pub fn finish(&self) -> Result<(), Error> {
        let done = mem::take(&mut self.lock().done);
        self.write(&done)
    }

    fn write(&self, done: &[Done]) -> Result<(), Error> {
        if done.is_empty() {
            return Ok(());
        }
        let now = Timestamp::from(SystemTime::now());
        self.ledger.write(When::During, |transaction| {
            let mut sessions = HashMap::new();
            done.iter().try_for_each(|done| done.write(transaction, self.destination, now, &mut sessions))
        })
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnderWay {
    fn begin(&mut self, entry: SessionEntry, turns: usize) {
        if turns == 0 {
            self.done.extend(entry.progress.is_some().then_some(Done::Session(entry)));
            return;
        }
        self.sessions.insert(Arc::clone(&entry.id), Open { entry, left: turns, is_lost: false });
    }

    fn expect(&mut self, session: &str, turn: TurnEntry) {
        let (trace, left, session) = (turn.trace, turn.spans, Arc::from(session));
        let pending = Pending { session, entry: turn, left, is_lost: false, fate: Fate::Delivered, reason: None };
        self.turns.insert(trace, pending);
    }

    fn settle(&mut self, trace: TraceId, receipt: &otlp::Receipt) {
        if self.turns.get_mut(&trace).is_some_and(|turn| turn.settle(receipt))
            && let Some(turn) = self.turns.remove(&trace)
        {
            self.close(turn);
        }
    }

    /// All spans of a turn are settled; its session is done with the last of its turns.
    fn close(&mut self, turn: Pending) {
        let id = Arc::clone(&turn.session);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.left = session.left.saturating_sub(1);
        session.is_lost |= turn.is_lost;
        if !turn.is_lost {
            self.done.push(Done::Turn(session.entry.clone(), Box::new(turn)));
        }
        if session.left == 0
            && let Some(session) = self.sessions.remove(&id)
            && !session.is_lost
        {
            self.done.push(Done::Session(session.entry));
        }
    }
}

impl Pending {
    /// One of its spans is settled; the worst counts. Says whether it was the last.
    fn settle(&mut self, receipt: &otlp::Receipt) -> bool {
        self.left = self.left.saturating_sub(1);
        self.is_lost |= receipt.undelivered > 0;
        let (fate, reason) = fate(receipt);
        if fate > self.fate {
            (self.fate, self.reason) = (fate, reason);
        }
        self.left == 0
    }
}

/// What became of the spans of a request.
fn fate(receipt: &otlp::Receipt) -> (Fate, Option<String>) {
    let reason = receipt.reason.clone();
    match (receipt.delivered, receipt.rejected) {
        (_, 0) => (Fate::Delivered, None),
        (0, _) => (Fate::Rejected, reason),
        (delivered, rejected) => {
            let of = delivered + rejected;
            let words = reason.unwrap_or_default();
            (Fate::Unsure, Some(format!("the server rejected {rejected} of the {of} spans of its request: {words}")))
        }
    }
}

impl Done {
    fn write(
        &self,
        transaction: &Transaction<'_>,
        destination: i64,
        now: Timestamp,
        sessions: &mut HashMap<Arc<str>, i64>,
    ) -> rusqlite::Result<()> {
        let (Done::Turn(entry, _) | Done::Session(entry)) = self;
        let session = match sessions.get(&entry.id) {
            Some(session) => *session,
            None => rows::session(transaction, &entry.id, entry.project.as_deref(), entry.place.as_deref())?,
        };
        sessions.insert(Arc::clone(&entry.id), session);
        match self {
            Done::Turn(_, turn) => turn.write(transaction, destination, session, now),
            Done::Session(SessionEntry { progress: Some(progress), .. }) => {
                rows::save_progress(transaction, destination, &entry.id, progress)
            }
            Done::Session(_) => Ok(()),
        }
    }
}

impl Pending {
    fn write(
        &self,
        transaction: &Transaction<'_>,
        destination: i64,
        session: i64,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        let entry = &self.entry;
        let known = Known {
            fate: self.fate,
            reason: self.reason.clone(),
            turn_key: entry.key.clone(),
            requests: entry.requests,
            started_at: entry.started_at,
            recorded_at: now,
            span: entry.looks.to_string(),
        };
        let receipt = Receipt { trace: entry.trace, known: &known, names: &entry.names };
        receipts::save(transaction, destination, session, &receipt)
    }
}
