//! What was sent and is not recorded yet, turn by turn. Thousands of turns can be under way: memory holds
//! of each what tells when it is settled, and a spool what is to be written then.

use std::collections::HashMap;
use std::sync::Arc;
use std::{io, mem};

use super::receipts::Fate;
use super::recorder::{SessionEntry, TurnEntry};
use crate::otlp;
use crate::session::Name;
use crate::span::TraceId;
use crate::spool::{Slip, Spool};
use crate::transcript::Timestamp;

/// Sessions and turns that are under way, and those that are ready to be written.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    turns: HashMap<TraceId, Pending>,
    sessions: HashMap<Arc<str>, Open>,
    done: Vec<Done>,
    notes: Spool,
}

#[derive(Debug)]
struct Pending {
    turn: Settled,
    session: Arc<str>,
    /// The spans of which nothing is known.
    left: usize,
    is_lost: bool,
}

/// A turn of which all spans are settled.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) trace: TraceId,
    pub(super) fate: Fate,
    pub(super) reason: Option<String>,
    pub(super) requests: u64,
    pub(super) started_at: Timestamp,
    /// Its key, names and looks.
    note: Slip<3>,
}

/// What of a turn is only written.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) key: String,
    pub(super) names: Vec<Name>,
    pub(super) looks: String,
}

#[derive(Debug)]
struct Open {
    entry: Arc<SessionEntry>,
    /// Its turns that are under way or yet to come.
    left: usize,
    is_lost: bool,
}

/// What is ready to be written.
#[derive(Debug)]
pub(super) enum Done {
    Turn(Arc<SessionEntry>, Settled),
    Session(Arc<SessionEntry>),
}

impl UnderWay {
    pub(super) fn begin(&mut self, entry: SessionEntry, turns: usize) {
        let entry = Arc::new(entry);
        if turns == 0 {
            self.done.extend(entry.progress.is_some().then_some(Done::Session(entry)));
            return;
        }
        self.sessions.insert(Arc::clone(&entry.id), Open { entry, left: turns, is_lost: false });
    }

    pub(super) fn expect(&mut self, session: &str, turn: &TurnEntry<'_>) {
        let TurnEntry { trace, requests, started_at, spans: left, .. } = *turn;
        let note = self.notes.put([turn.key.as_bytes(), turn.names.as_flattened(), turn.looks.as_bytes()]);
        let turn = Settled { trace, fate: Fate::Delivered, reason: None, requests, started_at, note };
        let session = self.sessions.get(session).map_or_else(|| session.into(), |open| Arc::clone(&open.entry.id));
        self.turns.insert(trace, Pending { turn, session, left, is_lost: false });
    }

    pub(super) fn settle(&mut self, trace: TraceId, receipt: &otlp::Receipt) {
        if self.turns.get_mut(&trace).is_some_and(|turn| turn.settle(receipt))
            && let Some(turn) = self.turns.remove(&trace)
        {
            self.close(turn);
        }
    }

    /// What is ready to be written, once it is so much.
    pub(super) fn done_of(&mut self, count: usize) -> Vec<Done> {
        if self.done.len() < count { Vec::new() } else { mem::take(&mut self.done) }
    }

    /// What is to be written of a turn; an error where the disk does not give it back.
    pub(super) fn note(&mut self, turn: &Settled) -> io::Result<Note> {
        let [key, names, looks] = self.notes.take(&turn.note)?;
        let text = |bytes| String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error));
        Ok(Note { key: text(key)?, names: names.as_chunks().0.to_vec(), looks: text(looks)? })
    }

    /// All spans of a turn are settled; its session is done with the last of its turns.
    fn close(&mut self, pending: Pending) {
        let Pending { turn, session: id, is_lost, .. } = pending;
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.left = session.left.saturating_sub(1);
        session.is_lost |= is_lost;
        if is_lost {
            self.notes.forget(&turn.note);
        } else {
            self.done.push(Done::Turn(Arc::clone(&session.entry), turn));
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
        if fate > self.turn.fate {
            (self.turn.fate, self.turn.reason) = (fate, reason);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::{Label, Receipt};

    fn trace(turn: u8) -> TraceId {
        TraceId([turn; 16])
    }

    /// A session of so many turns, each of which has two spans.
    fn sent(turns: u8) -> UnderWay {
        let mut under_way = UnderWay::default();
        under_way.begin(SessionEntry { id: "s".into(), project: None, place: None, progress: None }, turns.into());
        for turn in 1..=turns {
            let (names, looks) = ([[turn; 16], [0; 16]], format!("{{\"looks\":{turn}}}"));
            let (key, started_at) = (format!("key {turn}"), Timestamp::from(u64::from(turn)));
            let (trace, requests) = (trace(turn), 7);
            under_way.expect("s", &TurnEntry { trace, key, spans: 2, names: &names, requests, started_at, looks });
        }
        under_way
    }

    fn receipt(delivered: u64, rejected: u64, undelivered: u64) -> Receipt {
        Receipt { delivered, rejected, undelivered, reason: Some("no".to_owned()), ..Receipt::default() }
    }

    /// The turns that are ready to be written, and whether the session is.
    fn done(under_way: &mut UnderWay) -> (Vec<Settled>, bool) {
        let (mut turns, mut is_session_done) = (Vec::new(), false);
        for done in under_way.done_of(0) {
            match done {
                Done::Turn(_, turn) => turns.push(turn),
                Done::Session(_) => is_session_done = true,
            }
        }
        (turns, is_session_done)
    }

    #[test]
    fn a_turn_is_done_with_its_last_span_and_a_session_with_its_last_turn() {
        let mut under_way = sent(2);
        for (turn, expected) in [(1, (0, false)), (2, (0, false)), (2, (1, false)), (1, (1, true))] {
            under_way.settle(trace(turn), &Receipt::delivered(&[Label { session: "s".into(), trace: trace(turn) }]));
            let (turns, is_session_done) = done(&mut under_way);
            assert_eq!((turns.len(), is_session_done), expected);
            for turn in &turns {
                let number = turn.trace.0[0];
                let note = under_way.note(turn).unwrap();
                assert_eq!(
                    (turn.requests, turn.started_at, turn.fate),
                    (7, Timestamp::from(u64::from(number)), Fate::Delivered)
                );
                assert_eq!((note.key, note.names), (format!("key {number}"), vec![[number; 16], [0; 16]]));
                assert_eq!(note.looks, format!("{{\"looks\":{number}}}"));
            }
        }
    }

    #[test]
    fn what_did_not_arrive_is_not_done_and_the_worst_counts() {
        for (receipts, expected) in [
            ([receipt(1, 0, 0), receipt(0, 0, 1)], None),
            ([receipt(1, 0, 0), receipt(0, 2, 0)], Some((Fate::Rejected, "no"))),
            ([receipt(0, 1, 0), receipt(2, 0, 0)], Some((Fate::Rejected, "no"))),
            (
                [receipt(3, 1, 0), receipt(1, 0, 0)],
                Some((Fate::Unsure, "the server rejected 1 of the 4 spans of its request: no")),
            ),
        ] {
            let mut under_way = sent(1);
            for receipt in &receipts {
                under_way.settle(trace(1), receipt);
            }
            let (turns, is_session_done) = done(&mut under_way);
            let fates: Vec<_> =
                turns.iter().map(|turn| (turn.fate, turn.reason.as_deref().unwrap_or_default())).collect();
            assert_eq!((fates.as_slice(), is_session_done), (expected.as_slice(), expected.is_some()));
        }
    }
}
