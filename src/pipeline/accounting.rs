//! The sessions on disk, accounted for. Nothing is sent, and the ledger has no say.

use super::reading::{Read, hear, look, read};
use crate::config::Places;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::report::{Accounts, Console};
use crate::session::Keep;
use crate::transcript::Shared;

/// Reads the sessions under the places and accounts for them.
pub fn sessions(places: &Places, console: &Console) -> Result<Accounts, Error> {
    let mut accounts = Accounts::default();
    let found = look(places, &mut accounts.warned, console)?;
    console.begin(&found.sessions, true);
    let copies = hear(&found.sessions, &Shared::of(&found.sessions), &Ledger::empty()?, Keep::default())?;
    read(
        found.sessions,
        &copies,
        &Ledger::empty()?,
        console,
        Keep::default(),
        |Read { session, warnings, .. }| {
            console.counted(0);
            accounts.add(&session, warnings, console);
            Ok(())
        },
    )?;
    Ok(accounts)
}
