//! What must be known of all accounts before the first one is printed for people.

use std::collections::HashMap;

use super::account::Account;
use super::accounts::Table;
use super::cells::{self, HEADINGS};
use super::table::widen;
use crate::error::Error;
use crate::report::found::Found;

/// What all accounts come to.
pub(super) struct Overview {
    /// In the order of their first sessions.
    pub(super) projects: Vec<Project>,
    pub(super) total: Found,
    pub(super) widths: [usize; HEADINGS.len()],
}

/// The sessions of a project.
#[derive(Default)]
pub(super) struct Project {
    pub(super) name: Option<String>,
    pub(super) found: Found,
    /// The numbers of its accounts, in their order.
    pub(super) numbers: Vec<usize>,
}

impl Overview {
    /// Reads all accounts; of none it has no project.
    pub(super) fn of(table: &Table) -> Result<Self, Error> {
        let (mut projects, mut total, mut widths) = (Projects::default(), Found::default(), [0; HEADINGS.len()]);
        widen(&mut widths, &HEADINGS);
        for (number, account) in table.accounts().enumerate() {
            let account = account?;
            widen(&mut widths, &cells::of(&account));
            total += account.found;
            projects.add(number, account);
        }
        widen(&mut widths, &cells::total(&total));
        Ok(Self { projects: projects.found, total, widths })
    }
}

#[derive(Default)]
struct Projects {
    found: Vec<Project>,
    places: HashMap<Option<String>, usize>,
}

impl Projects {
    fn add(&mut self, number: usize, account: Account) {
        let place = *self.places.entry(account.project.clone()).or_insert(self.found.len());
        if place == self.found.len() {
            self.found.push(Project { name: account.project, ..Project::default() });
        }
        if let Some(project) = self.found.get_mut(place) {
            project.found += account.found;
            project.numbers.push(number);
        }
    }
}
