//! What of a session is sent: the turns that were not delivered before and are settled, projected.

use super::reading::Read;
use crate::compare::Seen;
use crate::config::Settings;
use crate::error::Error;
use crate::ledger::{Decision, Judged, KeptBack, Ledger, SessionEntry, TurnEntry, judge};
use crate::report::UploadReport;
use crate::session::Session;
use crate::span::{Span, moda};
use crate::transcript::Timestamp;
use crate::warning::Warning;

/// What of a session is sent.
pub(super) struct Chosen {
    pub(super) session: Session,
    pub(super) spans: Vec<Span>,
    /// What the ledger is to know of the session.
    pub(super) entry: SessionEntry,
    /// What it is to know of these turns.
    pub(super) turns: Vec<TurnEntry>,
}

/// Chooses the turns of a session that are sent, and projects them.
pub(super) fn choose(
    read: Read,
    ledger: &Ledger,
    settings: &Settings,
    kept_back: &mut KeptBack,
    report: &UploadReport,
) -> Result<Chosen, Error> {
    let Read { session, files, mut warnings } = read;
    let identity = &settings.identity;
    let looks = |turn: &_, key: &str| looks(&moda::span(&session, turn, key, identity));
    let verdict = judge(&session, &files, ledger, &settings.wanted, kept_back, &looks)?;
    for _ in verdict.turns.iter().filter(|judged| judged.decision == Decision::Delivered && judged.has_grown()) {
        warnings.push(Warning::GrownTurn { session: session.id.clone() });
    }
    let sent = || verdict.turns.iter().filter(|judged| judged.decision == Decision::Send);
    let project = |judged: &Judged<'_>| moda::span(&session, judged.turn, &judged.key, identity);
    let spans: Vec<_> = sent().map(project).collect();
    let turns = sent().zip(&spans).map(|(judged, span)| entry(judged, span)).collect();
    let entry = SessionEntry {
        id: session.id.as_str().into(),
        project: session.facts.project.clone(),
        place: files.place().map(Into::into),
        progress: verdict.progress.filter(|_| !warnings.may_be_read_later()),
    };
    report.judge(&verdict.turns);
    report.warn(warnings);
    report.read(&session, &files, spans.len());
    Ok(Chosen { session, spans, entry, turns })
}

/// What the ledger is to know of a turn that is sent.
fn entry(judged: &Judged<'_>, span: &Span) -> TurnEntry {
    TurnEntry {
        trace: span.trace_id,
        key: judged.key.clone(),
        spans: 1,
        names: judged.turn.names.clone(),
        requests: judged.turn.all_requests().count() as u64,
        started_at: Timestamp::from(span.started_at),
        looks: looks(span),
    }
}

/// What a span looks like, as the ledger keeps it: of texts no more than their lengths and digests.
fn looks(span: &Span) -> String {
    Seen::of(span).kept().to_json()
}
