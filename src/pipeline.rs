//! The straight line: discover, read, reconstruct, project, batch, deliver.

mod diff;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use crate::config::{OutputSettings, Places, Settings};
use crate::error::{Error, Exit};
use crate::ordered::in_order;
use crate::report::{Accounts, Console, UploadReport, Warned};
use crate::session::{Copies, Owners, Session, rebuild};
use crate::sink::Sink;
use crate::span::moda;
use crate::stop::Stop;
use crate::transcript::{Discovery, SessionFiles, discover};
use crate::warning::Warnings;
pub use diff::diff;

/// Sessions that may be read ahead of the one that is sent, for each thread.
const AHEAD: usize = 4;

/// Reads the sessions under the named paths and hands their spans on. The report knows what was
/// done, also where an error or a signal ended the run.
pub fn upload(settings: &Settings, report: &Arc<UploadReport>, stop: &Stop) -> Result<(), Error> {
    let mut found = discover(&settings.paths)?;
    report.warn(std::mem::take(&mut found.warnings));
    if found.sessions.is_empty() {
        return nothing_found(&settings.paths, report.summary().warned.input_was_damaged(), &report.console);
    }
    protect(&settings.output, &found.sessions)?;
    report.begin(&found, settings.output.is_standard_output());
    let mut sink = Sink::open(settings, report, stop)?;
    let result = read(found, &report.console, |Read { session, files, warnings }| {
        stop.asked().map_or(Ok(()), |exit| Err(interrupted(exit, report)))?;
        report.warn(warnings);
        let spans = moda::project(&session, &settings.identity, settings.include_commands);
        report.read(&session, &files, spans.len());
        sink.take(&session, &spans)
    });
    let finished = sink.finish(result.is_ok());
    match stop.asked() {
        Some(exit) if result.is_err() || report.summary().is_anything_left() => Err(interrupted(exit, report)),
        _ => finished.and(result),
    }
}

/// Somebody asked to stop.
fn interrupted(exit: Exit, report: &UploadReport) -> Error {
    let hint = "Run again: what is missing goes then, with the same ids.";
    Error::new(exit, report.summary().remains(), hint)
}

/// Reads the sessions under the places and accounts for them.
pub fn sessions(places: &Places, console: &Console) -> Result<Accounts, Error> {
    let mut accounts = Accounts::default();
    let found = look(places, &mut accounts.warned, console)?;
    console.begin(&found.sessions, true);
    read(found, console, |Read { session, warnings, .. }| {
        console.counted(0);
        accounts.add(&session, warnings, console);
        Ok(())
    })?;
    Ok(accounts)
}

/// What there is to read under the places.
fn look(places: &Places, warned: &mut Warned, console: &Console) -> Result<Discovery, Error> {
    if places.paths.is_empty() {
        return Err(Error::usage("There is no home folder to look in.", "Name a folder of sessions."));
    }
    let mut found = discover(&places.there())?;
    warned.take(std::mem::take(&mut found.warnings), console);
    if found.sessions.is_empty() {
        nothing_found(&places.paths, warned.input_was_damaged(), console)?;
    }
    Ok(found)
}

/// A session that was read.
struct Read {
    session: Session,
    files: SessionFiles,
    warnings: Warnings,
}

/// Rebuilds the sessions in parallel and gives each, with only what it owns, to `take`, in order.
fn read(found: Discovery, console: &Console, mut take: impl FnMut(Read) -> Result<(), Error>) -> Result<(), Error> {
    let copies = Copies::heard(&found);
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let mut owners = Owners::default();
    let rebuild = |files: SessionFiles| {
        let (mut session, warnings) = rebuild(&files, &|bytes| console.read(bytes));
        copies.teach(&mut session);
        Read { session, files, warnings }
    };
    in_order(found.sessions, threads, threads * AHEAD, rebuild, |mut read| {
        read.session = owners.keep_own(read.session);
        take(read)
    })
}

/// Refuses to write over what is read.
fn protect(output: &OutputSettings, sessions: &[SessionFiles]) -> Result<(), Error> {
    let OutputSettings::File(target) = output else { return Ok(()) };
    let Ok(target) = target.canonicalize() else { return Ok(()) };
    let subagents = sessions.iter().flat_map(|session| session.subagents.iter().map(|agent| &agent.path));
    let mut files = sessions.iter().flat_map(|session| &session.main).chain(subagents);
    if files.any(|file| file.canonicalize().is_ok_and(|file| file == target)) {
        let sentence = format!("{} is a transcript, and would be replaced.", target.display());
        return Err(Error::usage(sentence, "Name another file as --endpoint."));
    }
    Ok(())
}

/// An empty folder is nothing to do; a file that is no transcript, or nothing but what cannot be
/// read, is a mistake.
fn nothing_found(paths: &[PathBuf], was_damaged: bool, console: &Console) -> Result<(), Error> {
    let places: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    let places = places.join(", ");
    if was_damaged {
        let hint = "Run moda-agent as the user whose sessions these are.";
        return Err(Error::usage(format!("Nothing under {places} could be read."), hint));
    }
    let hint = "Claude Code keeps its sessions in ~/.claude/projects, or in $CLAUDE_CONFIG_DIR/projects.";
    if paths.iter().any(|path| path.is_file()) {
        return Err(Error::usage(format!("{places} is no transcript of Claude Code."), hint));
    }
    console.note(&format!("There are no transcripts under {places}."), hint);
    Ok(())
}
