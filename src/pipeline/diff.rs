//! The same line with another end: spans are compared with saved ones, not sent.

use super::delivered::is_asked;
use super::reading::{Read, hear, look, read};
use crate::compare::Matching;
use crate::config::DiffSettings;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::otlp::Saved;
use crate::report::{Comparison, Console, With};
use crate::span::turn_keys;
use crate::transcript::Shared;

/// Reads saved spans, then the sessions under the places, and holds the spans of both against
/// each other.
pub fn diff(settings: &DiffSettings, console: &Console) -> Result<Comparison, Error> {
    let saved = Saved::read(&settings.baseline)?;
    let (files, spans) = (saved.files, saved.spans.len() as u64);
    let mut comparison = Comparison::default();
    comparison.read.warned.take(saved.warnings, console);
    let found = look(&settings.places, &mut comparison.read.warned, console)?;
    let redaction = settings.projection.redaction;
    let mut matching = Matching::new(saved.spans.into_iter().map(|span| span.redacted(redaction)).collect());
    comparison.with = With::Baseline { files, spans, passed_over: matching.passed_over() };
    console.begin(&found.sessions, true);
    let keep = settings.projection.keep();
    let shared = Shared::of(&found.sessions);
    let copies = hear(&found.sessions, &shared, &settings.selection, &Ledger::empty()?, keep)?;
    read(found.sessions, &copies, &Ledger::empty()?, console, keep, |Read { session, files, warnings }| {
        comparison.read.warned.take(warnings, console);
        let turns = turn_keys(&session).into_iter().zip(&session.turns);
        let sent: Vec<_> = turns.filter(|(_, turn)| turn.is_sent(settings.include_commands)).collect();
        comparison.read.count(&session, &files, sent.len());
        console.counted(sent.len() as u64);
        for (key, turn) in sent {
            let spans = settings.projection.spans(&session, turn, &key);
            matching.take(&session.id, session.facts.project.as_deref(), &spans);
        }
        Ok(())
    })?;
    comparison.turns = matching.finish();
    comparison.turns.retain(|turn| is_asked(turn, &settings.selection));
    Ok(comparison)
}
