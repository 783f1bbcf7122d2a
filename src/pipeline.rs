//! The straight line: discover, read, reconstruct, project, batch, deliver, record.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use crate::config::{OutputSettings, Places, Settings};
use crate::error::{Error, Exit};
use crate::ledger::{Access, Decision, Judged, KeptBack, Ledger, SessionEntry, TurnEntry, judge, plan};
use crate::ordered::in_order;
use crate::report::{Accounts, Console, UploadReport};
use crate::session::{Copies, Elsewhere, Owners, Session, rebuild};
use crate::sink::Sink;
use crate::span::{Span, moda};
use crate::stop::Stop;
use crate::transcript::{SessionFiles, Shared, Timestamp, discover, discover_knowing};
use crate::warning::{Warning, Warnings};

/// Sessions that may be read ahead of the one that is sent, for each thread.
const AHEAD: usize = 4;

/// Reads the sessions under the named paths and hands the spans on that were not delivered before.
/// The report knows what was done, also where an error or a signal ended the run.
pub fn upload(settings: &Settings, report: &Arc<UploadReport>, stop: &Stop) -> Result<(), Error> {
    let Some(access) = Access::open(&settings.ledger)? else {
        report.is_busy();
        return Ok(());
    };
    let known = access.ledger.known_files()?;
    let mut found = discover_knowing(&settings.paths, &|file| known.head(file))?;
    report.warn(std::mem::take(&mut found.warnings));
    if found.sessions.is_empty() {
        return nothing_found(&settings.paths, report.summary().warned.input_was_damaged(), &report.console);
    }
    protect(&settings.output, &found.sessions)?;
    let plan = plan(found.sessions, &access.ledger.progress()?, &settings.wanted);
    report.begin(&plan, settings.output.is_standard_output());
    let recorder = access.recorder(&found.opened, &known.vanished(&settings.paths), !plan.read.is_empty())?;
    let mut sink = Sink::open(settings, report, stop, recorder.clone())?;
    let copies = Copies::heard(&plan.read, &plan.shared);
    let mut kept_back = KeptBack::default();
    let result = read(plan.read, &copies, &access.ledger, &report.console, |read| {
        stop.asked().map_or(Ok(()), |exit| Err(interrupted(exit, report)))?;
        let chosen = choose(read, &access.ledger, settings, &mut kept_back, report)?;
        if let Some(recorder) = &recorder {
            recorder.expect(chosen.entry, chosen.turns)?;
        }
        sink.take(&chosen.session, &chosen.spans)
    });
    let finished = sink.finish(result.is_ok());
    let written = recorder.map_or(Ok(()), |recorder| recorder.finish());
    match stop.asked() {
        Some(exit) if result.is_err() || report.summary().is_anything_left() => Err(interrupted(exit, report)),
        _ => finished.and(result).and(written),
    }
}

/// What of a session is sent.
struct Chosen {
    session: Session,
    spans: Vec<Span>,
    entry: SessionEntry,
    turns: Vec<TurnEntry>,
}

/// Chooses the turns of a session that are sent, and projects them.
fn choose(
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

/// What a span looks like, as the ledger keeps it.
fn looks(_span: &Span) -> String {
    String::new()
}

/// Somebody asked to stop.
fn interrupted(exit: Exit, report: &UploadReport) -> Error {
    let hint = "Run again: what is missing goes then, with the same ids.";
    Error::new(exit, report.summary().remains(), hint)
}

/// Reads the sessions under the places and accounts for them.
pub fn sessions(places: &Places, console: &Console) -> Result<Accounts, Error> {
    if places.paths.is_empty() {
        return Err(Error::usage("There is no home folder to look in.", "Name a folder of sessions."));
    }
    let mut accounts = Accounts::default();
    let found = discover(&places.there())?;
    accounts.warned.take(found.warnings, console);
    if found.sessions.is_empty() {
        nothing_found(&places.paths, accounts.warned.input_was_damaged(), console)?;
    }
    console.begin(&found.sessions, true);
    let copies = Copies::heard(&found.sessions, &Shared::of(&found.sessions));
    read(found.sessions, &copies, &Ledger::empty()?, console, |Read { session, warnings, .. }| {
        console.counted(0);
        accounts.add(&session, warnings, console);
        Ok(())
    })?;
    Ok(accounts)
}

/// A session that was read.
struct Read {
    session: Session,
    files: SessionFiles,
    warnings: Warnings,
}

/// Rebuilds sessions in parallel and gives each, with only what it owns, to `take`, in order.
fn read(
    sessions: Vec<SessionFiles>,
    copies: &Copies,
    ledger: &Ledger,
    console: &Console,
    mut take: impl FnMut(Read) -> Result<(), Error>,
) -> Result<(), Error> {
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let fault = RefCell::new(None);
    let elsewhere: Elsewhere<'_> = &|name, session| {
        let found = ledger.is_elsewhere(name, session);
        found.unwrap_or_else(|error| fault.replace(Some(error)).is_some())
    };
    let mut owners = Owners::with(elsewhere);
    let rebuild = |files: SessionFiles| {
        let (mut session, warnings) = rebuild(&files, &|bytes| console.read(bytes));
        copies.teach(&mut session);
        Read { session, files, warnings }
    };
    in_order(sessions, threads, threads * AHEAD, rebuild, |mut read| {
        read.session = owners.keep_own(read.session);
        fault.take().map_or(Ok(()), Err)?;
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
