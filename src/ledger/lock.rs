//! One run at a time to a destination. The system holds the lock and drops it when the run ends,
//! however it ends; the empty file that it is held on stays.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::Destination;
use super::open::private;
use crate::error::{Error, plain};
use crate::files::{is_of_another, make_private, open_plainly};

/// Held as long as this lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock; nothing where another run holds it.
    pub fn take(ledger: &Path, destination: &Destination) -> Result<Option<Self>, Error> {
        let place = place(ledger, destination);
        let taken = open(&place).and_then(|file| match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        });
        taken.map_err(|error| {
            let hint = "Make its folder writable, or name another ledger with --state.";
            Error::usage(format!("Cannot lock {}: {}.", place.display(), plain(&error)), hint)
        })
    }
}

/// Beside the ledger, one for each destination.
fn place(ledger: &Path, destination: &Destination) -> PathBuf {
    let mut name = ledger.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.lock", destination.short_name()));
    ledger.with_file_name(name)
}

/// Nobody else may hold it: all that we send would wait for that.
fn open(place: &Path) -> io::Result<File> {
    let file = open_plainly(private(OpenOptions::new().write(true).create(true).truncate(false)), place)?;
    if is_of_another(&file.metadata()?) {
        return Err(io::Error::other("it belongs to another user"));
    }
    make_private(&file).map(|_| file)
}
