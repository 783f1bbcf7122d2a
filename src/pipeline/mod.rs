//! The straight line: discover, read, reconstruct, project, batch, deliver, record.

mod accounting;
mod consent;
mod delivered;
mod diff;
mod reading;
mod sending;
mod standing;

use std::sync::Arc;

pub use accounting::sessions;
pub use delivered::delivered;
pub use diff::diff;
pub use standing::standing;

use crate::config::{OutputSettings, Settings};
use crate::error::{Error, Exit};
use crate::ledger::{Access, KeptBack, plan};
use crate::ordered::meanwhile;
use crate::report::UploadReport;
use crate::sink::Sink;
use crate::stop::Stop;
use crate::transcript::{Discovery, FileState, Head, SessionFiles, list};
use consent::agree;
use reading::{hear, nothing_found, read};
use sending::Sender;

/// Reads the sessions under the named paths and hands the spans on that were not delivered before.
/// The report knows what was done, also where an error or a signal ended the run.
pub fn upload(settings: &Settings, report: &Arc<UploadReport>, stop: &Stop) -> Result<(), Error> {
    let Some(mut access) = Access::open(&settings.ledger)? else {
        report.is_busy();
        return Ok(());
    };
    report.warn(std::mem::take(&mut access.warnings));
    let (listing, remembered) = meanwhile(|| access.ledger.remembered(), || list(&settings.paths));
    let (listing, (known, progress)) = (listing?, remembered?);
    let mut opened = Vec::new();
    let mut note = |file: &FileState, head: &Head| opened.push((file.clone(), head.clone()));
    let Discovery { sessions, warnings } = listing.discover(&|file| known.take(file), &mut note);
    report.warn(warnings);
    if sessions.is_empty() {
        return nothing_found(&settings.paths, report.summary().warned.input_was_damaged(), &report.console);
    }
    protect(&settings.output, &sessions)?;
    let plan = plan(sessions, &progress, &settings.wanted);
    agree(settings, &plan, &access.ledger, report, stop)?;
    report.begin(&plan, settings.output.is_standard_output());
    let recorder = access.recorder(&opened, &known.vanished(&settings.paths), !plan.read.is_empty())?;
    drop(opened);
    let mut sink = Sink::open(settings, report, stop, recorder.clone())?;
    let keep = settings.projection.keep();
    let copies = hear(&plan.read, &plan.shared, &settings.wanted.selection, &access.ledger, keep)?;
    let (ledger, kept_back) = (&access.ledger, KeptBack::default());
    let mut sender = Sender { settings, ledger, recorder: recorder.clone(), report, kept_back };
    let result = read(plan.read, &copies, ledger, &report.console, keep, |read| {
        stop.asked().map_or(Ok(()), |exit| Err(interrupted(exit, report)))?;
        sender.send(read, &mut sink)
    });
    let finished = sink.finish(result.is_ok());
    let written = recorder.map_or(Ok(()), |recorder| recorder.finish());
    match stop.asked() {
        Some(exit) if result.is_err() || report.summary().is_anything_left() => Err(interrupted(exit, report)),
        _ => finished.and(result).and(written),
    }
}

/// Somebody asked to stop.
fn interrupted(exit: Exit, report: &UploadReport) -> Error {
    let hint = "Run again: what is missing goes then, with the same ids.";
    Error::new(exit, report.summary().remains(), hint)
}

/// Refuses to write over what is read.
fn protect(output: &OutputSettings, sessions: &[SessionFiles]) -> Result<(), Error> {
    let OutputSettings::File(target) = output else { return Ok(()) };
    let Ok(place) = target.canonicalize() else { return Ok(()) };
    if sessions.iter().flat_map(|session| &session.states).any(|file| file.place() == place) {
        let sentence = format!("{} is a transcript, and would be replaced.", target.display());
        return Err(Error::usage(sentence, "Name another file as --endpoint."));
    }
    Ok(())
}
