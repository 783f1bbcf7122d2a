//! What is done with each turn of a session, in the light of what was done before.

use std::collections::HashSet;

use super::decision::{Decision, Question, Resend, decide};
use super::progress::Progress;
use super::receipts::Known;
use super::store::Ledger;
use crate::error::Error;
use crate::session::{Patience, Selection, Session, Turn, Waits, Window};
use crate::span::{TraceId, turn_keys};
use crate::transcript::SessionFiles;

/// What a run is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Which sessions and turns.
    pub selection: Selection,
    /// Whether turns that called no model count.
    pub with_commands: bool,
    /// How long a turn waits that may still grow.
    pub patience: Patience,
    /// What is sent again.
    pub resend: Resend,
}

impl Wanted {
    /// Whether what did not change is read, too.
    pub(super) fn reads_all(&self) -> bool {
        self.resend != Resend::Nothing
    }

    fn takes(&self, session: &Session) -> bool {
        self.selection.takes_session(&session.id) && self.selection.takes_projects_of(session)
    }
}

/// The requests of the turns that a run does not send yet, although they are new.
#[derive(Debug, Default)]
pub struct KeptBack(HashSet<String>);

impl KeptBack {
    fn note(&mut self, decision: Decision, turn: &Turn) {
        if matches!(decision, Decision::Wait | Decision::LeftOut) {
            self.0.extend(turn.all_requests().map(|request| request.id.clone()));
        }
    }

    fn of<'a>(&self, session: &'a Session) -> impl Iterator<Item = &'a String> {
        session.copied_requests.iter().filter(|request| self.0.contains(*request))
    }
}

/// A turn, and what is done with it.
#[derive(Debug)]
pub struct Judged<'a> {
    /// The turn.
    pub turn: &'a Turn,
    /// What its ids are made of: those that it was sent with, if it was.
    pub key: String,
    /// What is done with it.
    pub decision: Decision,
    /// What became of it before.
    pub known: Option<Known>,
}

impl Judged<'_> {
    /// Its trace.
    #[must_use]
    pub fn trace(&self) -> TraceId {
        TraceId::of_turn(&self.key)
    }

    /// Whether requests came to it after it was sent.
    #[must_use]
    pub fn has_grown(&self) -> bool {
        let requests = self.turn.all_requests().count() as u64;
        self.known.as_ref().is_some_and(|known| known.requests < requests)
    }
}

/// The turns of a session that have a span, and how far the session is once they are delivered;
/// that is nobody's business where the session was not asked for.
pub struct Verdict<'a> {
    /// The turns.
    pub turns: Vec<Judged<'a>>,
    /// Whether some of them are not sent because their project is kept out.
    pub is_kept_out: bool,
    /// How far the session is then.
    pub progress: Option<Progress>,
}

/// Judges a session's turns, after the sessions that own what it copied. `looks` says what the span
/// of a turn looks like.
pub fn judge<'a>(
    session: &'a Session,
    files: &SessionFiles,
    ledger: &Ledger,
    wanted: &Wanted,
    kept_back: &mut KeptBack,
    looks: &dyn Fn(&Turn, &str) -> String,
) -> Result<Verdict<'a>, Error> {
    let mut progress = Progress::begin(files, session.shown_project().as_deref(), wanted);
    progress.holds_copies(kept_back.of(session));
    let takes_session = wanted.takes(session);
    let keeps_out = wanted.selection.takes_session(&session.id) && wanted.selection.keeps_out(session);
    let waiting = wanted.patience.with(session, files.touched());
    let (mut turns, mut is_kept_out) = (Vec::new(), false);
    for (turn, key) in session.turns.iter().zip(turn_keys(session)) {
        if !turn.is_sent(wanted.with_commands) {
            continue;
        }
        let known = ledger.receipt(&session.id, TraceId::of_turn(&key), &turn.names)?;
        let key = known.as_ref().map_or(key, |known| known.turn_key.clone());
        let waits = waiting.turn(turn);
        let window = wanted.selection.window(turn.started_at.or(session.facts.started_at));
        let has_changed = |known: &Known| wanted.resend == Resend::Changed && known.span != looks(turn, &key);
        let question = Question {
            fate: known.as_ref().map(|known| known.fate),
            has_changed: known.as_ref().is_some_and(has_changed),
            is_wanted: window == Window::Within && takes_session,
            is_settled: waits.is_none(),
        };
        let decision = decide(question, wanted.resend);
        note(&mut progress, decision, waits, window, turn);
        kept_back.note(decision, turn);
        is_kept_out |= keeps_out && decision == Decision::LeftOut && window == Window::Within;
        turns.push(Judged { turn, key, decision, known });
    }
    let leaves_out = turns.iter().any(|judged| judged.decision == Decision::LeftOut);
    if leaves_out && !wanted.selection.takes_projects_of(session) {
        progress.all_left_out();
    }
    let progress = wanted.selection.takes_session(&session.id).then_some(progress);
    Ok(Verdict { turns, is_kept_out, progress })
}

/// What is not sent now is remembered, so that it is known when it must be looked at again.
fn note(progress: &mut Progress, decision: Decision, waits: Option<Waits>, window: Window, turn: &Turn) {
    match (decision, waits) {
        (Decision::Wait, Some(waits)) => progress.waits(waits, turn),
        (Decision::LeftOut, _) => progress.left_out(window),
        _ => {}
    }
}
