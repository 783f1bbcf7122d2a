//! What is told of a ledger that cannot be used.

use std::io;
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

/// What was to be written cannot be read back from where it waited.
pub(super) fn lost(error: io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

/// An error of `SQLite` in words, or what [`lost`] made of another.
pub(super) fn fault(place: &Path, error: &rusqlite::Error, when: When) -> Error {
    if let rusqlite::Error::ToSqlConversionFailure(lost) = error
        && let Some(lost) = lost.downcast_ref::<io::Error>()
    {
        return Error::forgotten(lost);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_temporary_disk_lost_is_no_fault_of_the_ledger() {
        let error = fault(Path::new("ledger.db"), &lost(io::Error::other("gone")), When::During);
        assert_eq!(error.to_string(), "Cannot read a temporary file back: gone.");
        assert_eq!(error.exit(), Exit::Unreachable);
    }
}
