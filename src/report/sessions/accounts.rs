//! The accounts of a run: a row a session, the totals, the warnings.

use std::io::{self, BufWriter, Write};

use anstream::AutoStream;

use super::account::{Account, Interned};
use super::{json, text};
use crate::cli::SessionsFormat;
use crate::error::{Error, Exit};
use crate::report::console::Console;
use crate::report::found::Found;
use crate::report::warned::Warned;

/// What all sessions hold.
#[derive(Debug, Default)]
pub struct Accounts {
    rows: Vec<Account>,
    names: Interned,
    /// What was wrong with what was read.
    pub warned: Warned,
}

impl Accounts {
    /// Takes the account of the next session.
    pub fn add(&mut self, account: Account) {
        self.rows.push(account.kept(&mut self.names));
    }

    /// Takes another account of the session with that number, counted from 0.
    pub fn correct(&mut self, number: usize, account: Account) {
        if let Some(old) = self.rows.get_mut(number) {
            *old = account.kept(&mut self.names);
        }
    }

    /// How the program ends.
    #[must_use]
    pub fn exit(&self, strict: bool) -> Exit {
        if strict && self.warned.input_was_damaged() { Exit::Partial } else { Exit::Done }
    }

    /// Prints them on standard output, the oldest session first. `home` is the user's folder.
    pub fn print(self, format: SessionsFormat, home: Option<&str>, console: &Console) -> Result<(), Error> {
        let table = Table::of(self);
        let output = io::stdout().lock();
        let printed = match format {
            SessionsFormat::Text => {
                let mut output = BufWriter::new(AutoStream::new(output, console.color()));
                text::write(&mut output, &table, home).and_then(|()| output.flush())
            }
            SessionsFormat::Json => {
                let mut output = BufWriter::new(output);
                json::write(&mut output, &table).and_then(|()| output.flush())
            }
        };
        printed.map_err(|error| Error::cannot_print(&error))
    }
}

/// What is printed.
#[derive(Debug)]
pub(super) struct Table {
    /// A row a session.
    pub(super) rows: Vec<Account>,
    pub(super) totals: Found,
    pub(super) warned: Warned,
}

impl Table {
    fn of(accounts: Accounts) -> Self {
        let Accounts { rows, warned, .. } = accounts;
        let mut rows: Vec<_> = rows.into_iter().filter(|account| account.is_session).collect();
        rows.sort_by(|one, other| one.order().cmp(&other.order()));
        let totals = rows.iter().fold(Found::default(), |sum, row| sum + row.found);
        Self { rows, totals, warned }
    }
}
