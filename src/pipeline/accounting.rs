//! The sessions on disk, accounted for. Nothing is sent, and the ledger has no say.
//!
//! What is counted may be corrected until it is printed. So each session is read as if there were no
//! other, and only those that turn out to share something are read again, together.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::{mem, thread};

use super::reading::{Read, look, read};
use crate::config::Places;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::ordered::in_order;
use crate::redaction::Redaction;
use crate::report::{Account, Accounts, Console};
use crate::session::{Copies, Keep, Owners, rebuild, request_digest};
use crate::transcript::{Holders, SessionFiles, Sharers};

/// Numbers are all that is counted.
const KEEP: Keep =
    Keep { tree: false, tool_data: false, adopts: false, only_numbers: true, redaction: Redaction::off() };
/// Sessions that may be ahead of the one of which the warnings are shown, for each thread.
const AHEAD: usize = 64;

/// Reads the sessions under the places and accounts for them.
pub fn sessions(places: &Places, console: &Console) -> Result<Accounts, Error> {
    let mut accounts = Accounts::default();
    let found = look(places, &mut accounts.warned, console)?;
    console.begin(&found.sessions, true);
    let sharers = each_alone(&found.sessions, &mut accounts, console);
    let shared = found.sessions.into_iter().enumerate().filter(|(number, _)| sharers.contains(*number));
    let (numbers, shared): (Vec<_>, Vec<_>) = shared.unzip();
    if !numbers.is_empty() {
        together(numbers, shared, &sharers, &accounts)?;
    }
    Ok(accounts)
}

/// Accounts for each session as if there were no other; says which hold something that others hold.
fn each_alone(sessions: &[SessionFiles], accounts: &mut Accounts, console: &Console) -> Sharers {
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let (holders, mut warned) = (Mutex::new(Holders::default()), mem::take(&mut accounts.warned));
    let account = |(number, files)| {
        let (session, warnings) = rebuild(files, &|bytes| console.read(bytes), KEEP);
        let mut owners = Owners::alone();
        accounts.put(number, &Account::of(&owners.keep_own(session), &warnings));
        holders.lock().unwrap_or_else(PoisonError::into_inner).add(number, owners.digests());
        warnings
    };
    let numbered = sessions.iter().enumerate().collect();
    let Ok(()) = in_order(numbered, threads, threads * AHEAD, account, |warnings| {
        warned.take(warnings, console);
        console.counted(0);
        Ok::<_, Infallible>(())
    });
    accounts.warned = warned;
    holders.into_inner().unwrap_or_else(PoisonError::into_inner).sharers()
}

/// Accounts again for sessions that share something: each with what it owns, and what all know of it.
fn together(
    numbers: Vec<usize>,
    sessions: Vec<SessionFiles>,
    sharers: &Sharers,
    accounts: &Accounts,
) -> Result<(), Error> {
    let (ledger, unseen) = (Ledger::empty()?, Console::plain());
    let holders = |request: &str| sharers.holders(request_digest(request));
    let copies = Copies::heard_of(sessions.iter().collect(), &holders, &|_, _| false, KEEP);
    let mut numbers = numbers.into_iter();
    read(sessions, &copies, &ledger, &unseen, KEEP, |Read { session, warnings, .. }| {
        if let Some(number) = numbers.next() {
            accounts.put(number, &Account::of(&session, &warnings));
        }
        Ok(())
    })
}
