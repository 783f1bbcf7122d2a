//! What of a session is sent: the turns that were not delivered before and are settled, projected
//! one after the other, so that no more than one turn's spans are there at a time.

use std::sync::Arc;

use super::reading::Read;
use crate::config::Settings;
use crate::error::Error;
use crate::ledger::{Decision, KeptBack, Ledger, Recorder, SessionEntry, TurnEntry, judge, looks};
use crate::report::{Place, UploadReport};
use crate::sink::Sink;
use crate::warning::Warning;

/// Sends what of each session is to be sent.
pub(super) struct Sender<'a> {
    pub(super) settings: &'a Settings,
    pub(super) ledger: &'a Ledger,
    pub(super) recorder: Option<Arc<Recorder>>,
    pub(super) report: &'a UploadReport,
    pub(super) kept_back: KeptBack,
}

impl Sender<'_> {
    /// Chooses the turns of a session that are sent, and gives them to the sink.
    pub(super) fn send(&mut self, read: Read, sink: &mut Sink) -> Result<(), Error> {
        let Read { session, files, mut warnings } = read;
        let projection = &self.settings.projection;
        let looks_of = |turn: &_, key: &str| looks(&projection.spans(&session, turn, key));
        let mut verdict = judge(&session, &files, self.ledger, &self.settings.wanted, &mut self.kept_back, &looks_of)?;
        let delivered = verdict.turns.iter().filter(|judged| judged.decision == Decision::Delivered);
        for _ in delivered.filter(|judged| judged.has_grown()) {
            warnings.push(Warning::GrownTurn { session: session.id.clone() });
        }
        let sent: Vec<_> = verdict.turns.iter().filter(|judged| judged.decision == Decision::Send).collect();
        let entry = SessionEntry {
            id: session.id.as_str().into(),
            project: session.shown_project(),
            place: files.place(),
            progress: verdict.progress.take().filter(|_| !warnings.may_be_read_later()),
        };
        self.report.judge(&verdict);
        self.report.warn(warnings);
        self.report.read(&session, &files, sent.len());
        if let Some(recorder) = &self.recorder {
            recorder.begin(entry, sent.len())?;
        }
        for (judged, number) in sent.iter().zip(1..) {
            let spans = projection.spans(&session, judged.turn, &judged.key);
            if let Some(recorder) = &self.recorder {
                recorder.expect(&session.id, &TurnEntry::of(judged, &spans));
            }
            sink.take(&session, Place { number, of: sent.len() as u64 }, &spans)?;
        }
        Ok(())
    }
}
