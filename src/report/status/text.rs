//! How things stand, for people.

use std::io::{self, Write};
use std::path::Path;

use super::overview::{DestinationStatus, Doomed, Overview, Undelivered};
use crate::ledger::{Rejected, Standing};
use crate::report::numbers::{bytes, counted, grouped};
use crate::report::printable::printable;
use crate::report::style::{BAD, CARE, DIM, HEADING, styled};
use crate::transcript::{SessionFiles, Timestamp, total};

/// Transcripts that are named one by one.
const NAMED: usize = 10;

/// Writes a paragraph a destination, and one on what is on disk.
pub(super) fn write(output: &mut impl Write, overview: &Overview, home: Option<&str>) -> io::Result<()> {
    let place = overview.ledger.as_deref().map_or_else(|| "none".to_owned(), |place| short(place, home));
    writeln!(output, "{}  {place}\n", styled(HEADING, "Ledger"))?;
    for status in &overview.destinations {
        destination(output, status)?;
    }
    let transcripts = overview.sessions.iter().map(|files| files.states.len() as u64).sum();
    let size = total(overview.sessions.iter().map(SessionFiles::bytes));
    let (transcripts, sessions) = (counted(transcripts, "transcript"), overview.sessions.len() as u64);
    writeln!(output, "{}", styled(HEADING, "On disk"))?;
    row(output, "transcripts", &format!("{transcripts} of {} ({})", counted(sessions, "session"), bytes(size)))?;
    soon(output, &overview.soon, home)
}

fn destination(output: &mut impl Write, status: &DestinationStatus) -> io::Result<()> {
    match &status.standing {
        None => writeln!(output, "{}", styled(HEADING, "Nothing was delivered yet"))?,
        Some(standing) => {
            let Standing { destination, delivered, sessions, delivered_at, rejected, .. } = standing;
            let key = if destination.key.is_empty() { String::new() } else { format!("  key {}", destination.key) };
            let about = printable(&format!("{}{key}", destination.convention));
            writeln!(output, "{}  {}", styled(HEADING, &printable(&destination.endpoint)), styled(DIM, &about))?;
            let last = delivered_at.map(|at| format!(", the last on {}", minute(at))).unwrap_or_default();
            let (turns, sessions) = (counted(*delivered, "turn"), counted(*sessions, "session"));
            row(output, "delivered", &format!("{turns} of {sessions}{last}"))?;
            rejected.iter().try_for_each(|rejected| refused(output, rejected))?;
        }
    }
    left(output, &status.undelivered)?;
    writeln!(output)
}

fn refused(output: &mut impl Write, rejected: &Rejected) -> io::Result<()> {
    let of = match rejected.sessions.as_slice() {
        [one] => format!("session {}", printable(one)),
        many => counted(many.len() as u64, "session"),
    };
    let line = format!("{} of {of}: {}", counted(rejected.turns, "turn"), printable(&rejected.reason));
    row(output, "rejected", &styled(BAD, &line))
}

fn left(output: &mut impl Write, undelivered: &Undelivered) -> io::Result<()> {
    if undelivered.waiting > 0 {
        let waiting = counted(undelivered.waiting, "turn");
        row(output, "waiting", &format!("{waiting}, until the session has been silent for a while"))?;
    }
    let sessions = counted(undelivered.turns.len() as u64, "session");
    match undelivered.count() {
        0 => row(output, "not sent", "nothing"),
        turns => {
            let line = format!("{} of {sessions} ({} on disk)", counted(turns, "turn"), bytes(undelivered.bytes));
            row(output, "not sent", &styled(CARE, &line))
        }
    }
}

fn soon(output: &mut impl Write, soon: &[Doomed], home: Option<&str>) -> io::Result<()> {
    let Some(first) = soon.first() else {
        return row(output, "deleted soon", "none within a week");
    };
    let lost: Vec<_> = soon.iter().filter(|file| file.turns > 0).collect();
    let number = counted(soon.len() as u64, "transcript");
    row(output, "deleted soon", &format!("{number} within a week, the first on {}", day(first.deleted_at)))?;
    for file in lost.iter().take(NAMED) {
        let turns = format!("{} delivered nowhere", counted(file.turns, "turn"));
        writeln!(output, "    {}  {}  {}", day(file.deleted_at), short(&file.path, home), styled(BAD, &turns))?;
    }
    match lost.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => writeln!(output, "    {} more; --format json names all", grouped(more as u64)),
    }
}

fn row(output: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(output, "  {name:<14}{value}")
}

/// `~/.claude/projects` for what is below the user's folder.
fn short(path: &Path, home: Option<&str>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) => printable(&Path::new("~").join(below).display().to_string()),
        None => printable(&path.display().to_string()),
    }
}

/// `2026-11-24 10:30 UTC`
fn minute(at: Timestamp) -> String {
    let text = at.to_string().replacen('T', " ", 1);
    format!("{} UTC", text.get(..16).unwrap_or_default())
}

/// `2026-11-24`
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}
