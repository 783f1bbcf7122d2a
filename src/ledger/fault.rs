//! What is told of a ledger that cannot be used.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::error::{Error, Exit};

/// Where a run stands when the ledger fails it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Nothing was sent.
    Before,
    /// Something may have been.
    During,
}

/// An error of `SQLite` in words.
pub(super) fn fault(place: &Path, error: &rusqlite::Error, when: When) -> Error {
    let (what, hint) = words(error);
    // What is damaged does not heal until the next run: someone must act.
    let (hint, exit) = match when {
        When::Before => (hint, Exit::Usage),
        When::During if hint == DAMAGED => (DAMAGED_LATE, Exit::Usage),
        When::During => (hint, Exit::Unreachable),
    };
    Error::new(exit, format!("The ledger {} {what}.", place.display()), hint)
}

fn words(error: &rusqlite::Error) -> (String, &'static str) {
    let (what, hint) = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => ("is damaged", DAMAGED),
        Some(ErrorCode::DiskFull) => {
            ("cannot be written: the disk is full", "Make room, then run again: what was not recorded goes once more.")
        }
        Some(ErrorCode::ReadOnly) => ("cannot be written", ELSEWHERE),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => ("cannot be opened", ELSEWHERE),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ("is held by another program", "Run again when that is done.")
        }
        _ => return (format!("cannot be used: {error}"), "Check the disk, or name another with --state."),
    };
    (what.to_owned(), hint)
}

pub(super) const ELSEWHERE: &str =
    "Make it and its folder writable, name another with --state, or send everything without one with --all.";

const DAMAGED_LATE: &str = "What was sent last is not recorded. Restore the ledger, or move it away to start afresh: all that is on disk is then sent again, with the same ids.";

pub(super) const DAMAGED: &str = "It was left as it is. Restore it, move it away to start afresh (all that is on disk is then sent again, with the same ids), or send everything without it with --all.";
