//! The same line with another end: what an upload would send is counted, for every destination.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use super::reading::{Read, hear, read};
use crate::config::{StatusSettings, cleanup_period};
use crate::error::Error;
use crate::ledger::{Access, Decision, Destination, KeptBack, LedgerSettings, judge, plan, standings};
use crate::report::{Console, DestinationStatus, Doomed, Overview, Undelivered};
use crate::span::Convention;
use crate::transcript::{FileState, SessionFiles, Timestamp, list};
use crate::warning::Warnings;

/// What is soon for a transcript that the client will delete.
const SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Counts what was delivered, and looks for what was not. Only what changed is read.
pub fn standing(settings: &StatusSettings, console: &Console) -> Result<Overview, Error> {
    let known = settings.ledger.as_deref().map_or(Ok(Vec::new()), standings)?;
    let mut overview = Overview::new(settings.ledger.clone());
    for standing in known {
        let undelivered = undelivered(settings, &standing.destination, &mut overview, console)?;
        overview.destinations.push(DestinationStatus { standing: Some(standing), undelivered });
    }
    if overview.destinations.is_empty() {
        let undelivered = undelivered(settings, &Destination::default(), &mut overview, console)?;
        overview.destinations.push(DestinationStatus { standing: None, undelivered });
    }
    overview.soon = doomed(&overview, settings);
    Ok(overview)
}

/// What an upload to a destination would send.
fn undelivered(
    settings: &StatusSettings,
    destination: &Destination,
    overview: &mut Overview,
    console: &Console,
) -> Result<Undelivered, Error> {
    let ledger = LedgerSettings { place: settings.ledger.clone(), destination: destination.clone(), records: false };
    let Some(access) = Access::open(&ledger)? else { return Ok(Undelivered::default()) };
    let known = access.ledger.known_files()?;
    let found = list(&settings.places.there())?.discover(&|file| known.take(file), &mut |_, _| ());
    overview.sessions.clone_from(&found.sessions);
    let is_first = overview.destinations.is_empty();
    overview.warn(if is_first { found.warnings } else { Warnings::default() }, console);
    let plan = plan(found.sessions, &access.ledger.progress()?, &settings.wanted);
    let keep = Convention::named(&destination.convention).unwrap_or_default().default_keep();
    let mut undelivered = Undelivered { waiting: plan.unchanged.waiting, ..Undelivered::default() };
    let copies = hear(&plan.read, &plan.shared, &settings.wanted.selection, &access.ledger, keep)?;
    console.begin(&plan.read, true);
    read(plan.read, &copies, &access.ledger, console, keep, |Read { session, files, warnings }| {
        overview.warn(if is_first { warnings } else { Warnings::default() }, console);
        let verdict =
            judge(&session, &files, &access.ledger, &settings.wanted, &mut KeptBack::default(), &|_, _| String::new())?;
        let count = |decision| verdict.turns.iter().filter(|judged| judged.decision == decision).count() as u64;
        undelivered.add(&files, count(Decision::Send), count(Decision::Wait));
        console.counted(0);
        Ok(())
    })?;
    Ok(undelivered)
}

/// The transcripts that the client deletes soon, the first one first.
fn doomed(overview: &Overview, settings: &StatusSettings) -> Vec<Doomed> {
    let periods: HashMap<PathBuf, Duration> =
        settings.places.there().into_iter().map(|path| (path.clone(), cleanup_period(&path))).collect();
    let period = |file: &FileState| {
        let of_folder = periods.iter().find(|(folder, _)| file.path().starts_with(folder));
        of_folder.map_or_else(|| cleanup_period(&file.place()), |(_, period)| *period)
    };
    let now = settings.wanted.patience.now;
    let of_session = |files: &SessionFiles| -> Vec<Doomed> {
        let deleted_at = |file: &FileState| Timestamp::from(file.modified).after(period(file));
        let doomed = |file: &FileState| Doomed {
            path: file.path(),
            session: files.id.clone(),
            deleted_at: deleted_at(file),
            turns: overview.delivered_nowhere(&files.id),
        };
        files.states.iter().filter(|file| deleted_at(file) <= now.after(SOON)).map(doomed).collect()
    };
    let mut doomed: Vec<_> = overview.sessions.iter().flat_map(of_session).collect();
    doomed.sort_by(|one, other| (one.deleted_at, &one.path).cmp(&(other.deleted_at, &other.path)));
    doomed
}
