//! A ledger is one user's: nobody else may read it, or put something in its place.
//!
//! Before a run writes to it, the folder, the file and what `SQLite` keeps beside it are looked at. To
//! look at another user's ledger is allowed, where the system allows it.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use super::fault::ELSEWHERE;
use super::open::make;
use crate::error::{Error, plain};
use crate::files::{is_of_another, make_private, open_plain, others};
use crate::warning::{Warning, Warnings};

const ANOTHER: &str = "Name another with --state, or send everything without one with --all.";

/// Makes an empty ledger where there is none, refuses one that is not only ours, and takes from others
/// what they may do with it. Warns where that was anything.
pub(super) fn secure(place: &Path) -> Result<Warnings, Error> {
    check_folder(place)?;
    make(place)?;
    for file in [place.to_owned(), journal(place)] {
        if found(&file).is_some_and(|found| is_of_another(&found)) {
            return Err(Error::usage(format!("The ledger {} belongs to another user.", file.display()), ANOTHER));
        }
    }
    check_links(place)?;
    keep_private(place).map_err(|error| {
        Error::usage(format!("The ledger {} cannot be kept private: {}.", place.display(), plain(&error)), ELSEWHERE)
    })
}

/// Refuses links: they lead to what somebody else may have chosen.
pub(super) fn check_links(place: &Path) -> Result<(), Error> {
    let is_link = |file: &PathBuf| found(file).is_some_and(|found| found.is_symlink());
    match [place.to_owned(), journal(place)].iter().find(|file| is_link(file)) {
        None => Ok(()),
        Some(link) => {
            let hint = "Name with --state the file that it leads to, or take the link away.";
            Err(Error::usage(format!("The ledger {} is a symbolic link.", link.display()), hint))
        }
    }
}

/// Refuses a folder in which others can put files in the place of ours.
fn check_folder(place: &Path) -> Result<(), Error> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.metadata().is_ok_and(|found| found.is_dir() && others(&found).write) {
        return Ok(());
    }
    let folder = folder.display();
    let hint = format!("chmod go-w {folder}, or name a ledger elsewhere with --state.");
    Err(Error::usage(format!("Others can write to {folder}, where the ledger is."), hint))
}

fn keep_private(place: &Path) -> io::Result<Warnings> {
    let mut warnings = Warnings::default();
    // What is no plain file cannot be opened, which is told there.
    if found(place).is_some_and(|found| found.is_file()) && make_private(&open_plain(place)?)? {
        warnings.push(Warning::OpenLedger { path: place.to_owned() });
    }
    Ok(warnings)
}

/// What stands there itself, be it a link.
fn found(path: &Path) -> Option<Metadata> {
    path.symlink_metadata().ok()
}

/// Where `SQLite` keeps what it is about to change.
fn journal(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push("-journal");
    name.into()
}
