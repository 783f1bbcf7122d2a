//! The accounts of a run: a row a session, the totals, the warnings. Memory holds of each what it is
//! sorted by.

use std::io::{self, BufWriter};
use std::mem;
use std::sync::{Mutex, PoisonError};

use anstream::AutoStream;

use super::account::Account;
use super::lines::Lines;
use super::{json, text};
use crate::cli::SessionsFormat;
use crate::error::{Error, Exit};
use crate::report::console::Console;
use crate::report::warned::Warned;
use crate::spool::{Slip, Spool};
use crate::transcript::Timestamp;

/// What all sessions hold.
#[derive(Debug, Default)]
pub struct Accounts {
    kept: Mutex<Kept>,
    /// What was wrong with what was read.
    pub warned: Warned,
}

#[derive(Debug, Default)]
struct Kept {
    /// By the sessions' numbers; nothing where a file is no session.
    rows: Vec<Option<Row>>,
    spool: Spool,
}

/// When a session began, and where its account is.
#[derive(Clone, Copy, Debug)]
struct Row {
    started_at: Option<Timestamp>,
    account: Slip<1>,
}

impl Accounts {
    /// Takes the account of the session with that number, counted from 0; instead of another, if there
    /// is one. It is taken in by the thread that made it: what one thread leaves to another holds on to
    /// the memory around it.
    pub fn put(&self, number: usize, account: &Account) {
        // What is made of texts and numbers becomes JSON without fail.
        let json = account.is_session.then(|| serde_json::to_vec(account)).and_then(Result::ok);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let row = json.map(|json| Row { started_at: account.started_at, account: kept.spool.put([&json]) });
        if kept.rows.len() <= number {
            kept.rows.resize(number + 1, None);
        }
        if let Some(old) = kept.rows.get_mut(number).and_then(|place| mem::replace(place, row)) {
            kept.spool.forget(&old.account);
        }
    }

    /// How the program ends.
    #[must_use]
    pub fn exit(&self, strict: bool) -> Exit {
        if strict && self.warned.input_was_damaged() { Exit::Partial } else { Exit::Done }
    }

    /// Prints them on standard output, the oldest session first. `home` is the user's folder.
    pub fn print(self, format: SessionsFormat, home: Option<&str>, console: &Console) -> Result<(), Error> {
        let (table, output) = (Table::of(self), io::stdout().lock());
        match format {
            SessionsFormat::Text => {
                let mut lines = Lines(BufWriter::new(AutoStream::new(output, console.color())));
                text::write(&mut lines, &table, home)?;
                lines.flush()
            }
            SessionsFormat::Json => {
                let mut lines = Lines(BufWriter::new(output));
                json::write(&mut lines, &table)?;
                lines.flush()
            }
        }
    }
}

/// What is printed.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Row>,
    spool: Spool,
    pub(super) warned: Warned,
}

impl Table {
    /// The oldest session comes first; of several that began at once, the one that was found first.
    /// Those without a time come last.
    fn of(accounts: Accounts) -> Self {
        let Kept { rows, spool } = accounts.kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<_> = rows.into_iter().flatten().collect();
        rows.sort_by_key(|row| (row.started_at.is_none(), row.started_at));
        Self { rows, spool, warned: accounts.warned }
    }

    /// The accounts in their order, one at a time.
    pub(super) fn accounts(&self) -> impl Iterator<Item = Result<Account, Error>> {
        self.accounts_of(0..self.rows.len())
    }

    /// Those with these numbers in the order, counted from 0.
    pub(super) fn accounts_of(
        &self,
        numbers: impl IntoIterator<Item = usize>,
    ) -> impl Iterator<Item = Result<Account, Error>> {
        numbers.into_iter().filter_map(|number| self.rows.get(number)).map(|row| self.read(&row.account))
    }

    fn read(&self, slip: &Slip<1>) -> Result<Account, Error> {
        let [json] = self.spool.read(slip).map_err(|error| Error::forgotten(&error))?;
        serde_json::from_slice(&json).map_err(|error| Error::forgotten(&error.into()))
    }
}
