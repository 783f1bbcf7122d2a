//! One run at a time to a destination. The system holds the lock and drops it when the run ends,
//! however it ends; the empty file that it is held on stays.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::Destination;
use super::open::make;
use crate::error::{Error, plain};

/// Held as long as this lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock; nothing where another run holds it.
    pub fn take(ledger: &Path, destination: &Destination) -> Result<Option<Self>, Error> {
        make(ledger)?;
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

/// Who may only read it, because another user made it, can hold it, too.
fn open(place: &Path) -> io::Result<File> {
    match OpenOptions::new().write(true).create(true).truncate(false).open(place) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => File::open(place).map_err(|_| error),
        opened => opened,
    }
}
