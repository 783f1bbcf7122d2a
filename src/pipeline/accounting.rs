//! The sessions on disk, accounted for. Nothing is sent, and the ledger has no say.

use super::reading::{Read, nothing_found, read};
use crate::config::Places;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::report::{Accounts, Console};
use crate::session::Copies;
use crate::transcript::{Shared, discover};

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
