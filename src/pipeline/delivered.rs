//! The same line with another end: turns are compared with what was delivered of them, not sent.

use std::collections::HashSet;
use std::path::PathBuf;

use super::reading::{Read, hear, nothing_found, read};
use crate::compare::{Compared, gone, sent, undelivered};
use crate::config::Settings;
use crate::error::Error;
use crate::ledger::{Access, Decision, Fate, Judged, KeptBack, Known, Ledger, Wanted, judge};
use crate::report::{Comparison, Console, With};
use crate::session::{Selection, Session, Window};
use crate::span::TraceId;
use crate::transcript::{Discovery, Shared, list};

/// Reads all sessions under the named paths, what did not change, too, and holds their turns
/// against the ledger.
pub fn delivered(settings: &Settings, console: &Console) -> Result<Comparison, Error> {
    let endpoint = settings.ledger.destination.endpoint.clone();
    let mut comparison = Comparison { with: With::Ledger { endpoint }, ..Comparison::default() };
    let Some(access) = Access::open(&settings.ledger)? else { return Ok(comparison) };
    let (ledger, known) = (&access.ledger, access.ledger.known_files()?);
    let mut found = list(&settings.paths)?.discover(&|file| known.take(file), &mut |_, _| ());
    comparison.read.warned.take(std::mem::take(&mut found.warnings), console);
    if found.sessions.is_empty() {
        nothing_found(&settings.paths, comparison.read.warned.input_was_damaged(), console)?;
    }
    let vanished = vanished(&found, ledger, &settings.paths)?;
    console.begin(&found.sessions, true);
    let keep = settings.projection.keep();
    let (shared, selection) = (Shared::of(&found.sessions), &settings.wanted.selection);
    let copies = hear(&found.sessions, &shared, selection, ledger, keep)?;
    read(found.sessions, &copies, ledger, console, keep, |Read { session, files, warnings }| {
        comparison.read.warned.take(warnings, console);
        let verdict =
            judge(&session, &files, ledger, &settings.wanted, &mut KeptBack::default(), &|_, _| String::new())?;
        comparison.read.count(&session, &files, verdict.turns.len());
        console.counted(verdict.turns.len() as u64);
        comparison.turns.extend(compare(&session, &verdict.turns, settings));
        comparison.turns.extend(missing(&session, &verdict.turns, ledger, &settings.wanted)?);
        Ok(())
    })?;
    comparison.turns.extend(vanished.into_iter().filter(|turn| is_asked(turn, &settings.wanted.selection)));
    Ok(comparison)
}

/// The turns of a session that are asked for.
fn compare(session: &Session, turns: &[Judged<'_>], settings: &Settings) -> Vec<Compared> {
    if settings.wanted.selection.keeps_out(session) {
        return Vec::new();
    }
    let compared = |judged: &Judged<'_>| {
        let spans = settings.projection.spans(session, judged.turn, &judged.key);
        let note = (judged.decision == Decision::Wait).then(|| "waits until it is settled".to_owned());
        let turn = match &judged.known {
            None => undelivered(&session.id, &spans, note),
            Some(known) => sent(&session.id, &spans, &known.span, refusal(known)),
        };
        Compared { project: session.facts.project.clone(), ..turn }
    };
    turns.iter().map(compared).filter(|turn| is_asked(turn, &settings.wanted.selection)).collect()
}

fn refusal(known: &Known) -> Option<String> {
    (known.fate != Fate::Delivered).then(|| known.reason.clone().unwrap_or_default())
}

/// What was sent of a session and is no longer in its transcripts.
fn missing(session: &Session, turns: &[Judged<'_>], ledger: &Ledger, wanted: &Wanted) -> Result<Vec<Compared>, Error> {
    let there: HashSet<_> = turns.iter().map(|judged| judged.key.as_str()).collect();
    let mut gone = gone_of(&session.id, session.facts.project.as_deref(), ledger, &there)?;
    gone.retain(|turn| is_asked(turn, &wanted.selection));
    Ok(gone)
}

/// What was sent of sessions that are no longer there.
fn vanished(found: &Discovery, ledger: &Ledger, paths: &[PathBuf]) -> Result<Vec<Compared>, Error> {
    let there: HashSet<_> = found.sessions.iter().map(|files| files.id.as_str()).collect();
    let mut turns = Vec::new();
    for (session, project) in ledger.sessions_below(paths)? {
        if !there.contains(session.as_str()) {
            turns.extend(gone_of(&session, project.as_deref(), ledger, &HashSet::new())?);
        }
    }
    Ok(turns)
}

fn gone_of(
    session: &str,
    project: Option<&str>,
    ledger: &Ledger,
    there: &HashSet<&str>,
) -> Result<Vec<Compared>, Error> {
    let lost = ledger.receipts(session)?.into_iter().filter(|known| !there.contains(known.turn_key.as_str()));
    let turn = |known: Known| Compared {
        project: project.map(str::to_owned),
        ..gone(session, TraceId::of_turn(&known.turn_key).to_string(), &known.span)
    };
    Ok(lost.map(turn).collect())
}

/// Whether a turn is of what is asked for.
pub(super) fn is_asked(turn: &Compared, selection: &Selection) -> bool {
    selection.takes_session(&turn.session)
        && selection.takes_project(turn.project.as_deref())
        && selection.window(Some(turn.started_at.into())) == Window::Within
}
