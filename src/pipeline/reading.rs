//! Files to sessions, several at once, in the order in which they began.

use std::cell::RefCell;
use std::path::PathBuf;
use std::thread;

use crate::config::Places;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::ordered::in_order;
use crate::report::{Console, Warned};
use crate::session::{Copies, Keep, Name, Owners, Selection, Session, rebuild};
use crate::transcript::{Discovery, SessionFiles, Shared, discover};
use crate::warning::Warnings;

/// Sessions that may be read ahead of the one that is sent, for each thread.
const AHEAD: usize = 4;

/// What there is to read under the places.
pub(super) fn look(places: &Places, warned: &mut Warned, console: &Console) -> Result<Discovery, Error> {
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
pub(super) struct Read {
    pub(super) session: Session,
    pub(super) files: SessionFiles,
    pub(super) warnings: Warnings,
}

/// Hears what the sessions that share requests know of them.
pub(super) fn hear(
    sessions: &[SessionFiles],
    shared: &Shared,
    selection: &Selection,
    ledger: &Ledger,
    keep: Keep,
) -> Result<Copies, Error> {
    let (fault, is_kept_out) = (RefCell::new(None), |session: &_| selection.keeps_out(session));
    let copies = Copies::heard_but(&is_kept_out, sessions, shared, &elsewhere(ledger, &fault), keep);
    fault.take().map_or(Ok(copies), Err)
}

/// Says what was delivered with another session, and of a ledger that fails, how.
fn elsewhere<'a>(ledger: &'a Ledger, fault: &'a RefCell<Option<Error>>) -> impl Fn(&Name, &str) -> bool + 'a {
    |name, session| {
        let found = ledger.is_elsewhere(name, session);
        found.unwrap_or_else(|error| fault.replace(Some(error)).is_some())
    }
}

/// Rebuilds sessions in parallel and gives each, with only what it owns, to `take`, in order.
pub(super) fn read(
    sessions: Vec<SessionFiles>,
    copies: &Copies,
    ledger: &Ledger,
    console: &Console,
    keep: Keep,
    mut take: impl FnMut(Read) -> Result<(), Error>,
) -> Result<(), Error> {
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let fault = RefCell::new(None);
    let elsewhere = elsewhere(ledger, &fault);
    let mut owners = Owners::with(&elsewhere);
    let rebuild = |files: SessionFiles| {
        let (mut session, warnings) = rebuild(&files, &|bytes| console.read(bytes), keep);
        copies.teach(&mut session);
        Read { session, files, warnings }
    };
    in_order(sessions, threads, threads * AHEAD, rebuild, |mut read| {
        read.session = owners.keep_own(read.session);
        if keep.adopts {
            read.session.adopt();
        }
        fault.take().or_else(|| owners.fault().map(|error| Error::forgotten(&error))).map_or(Ok(()), Err)?;
        take(read)
    })
}

/// An empty folder is nothing to do; a file that is no transcript, or nothing but what cannot be
/// read, is a mistake.
pub(super) fn nothing_found(paths: &[PathBuf], was_damaged: bool, console: &Console) -> Result<(), Error> {
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
