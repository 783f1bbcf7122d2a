//! How things stand, as it is asked.

use std::path::PathBuf;
use std::time::SystemTime;

use super::exclusion::kept_out;
use super::ledger::default_place;
use super::places::{Places, home};
use super::variables::Variables;
use crate::cli::Status;
use crate::error::Error;
use crate::ledger::Wanted;
use crate::session::{Patience, Selection};
use crate::transcript::Timestamp;

/// What is to be told.
#[derive(Debug)]
pub struct StatusSettings {
    /// Where transcripts are looked for.
    pub places: Places,
    /// The ledger's file; none where there is no place for one.
    pub ledger: Option<PathBuf>,
    /// What an upload would be asked for.
    pub wanted: Wanted,
    /// The user's folder.
    pub home: Option<String>,
}

impl StatusSettings {
    /// Reads the command line in the light of the environment.
    pub fn new(args: &Status, variables: Variables<'_>) -> Result<Self, Error> {
        let patience = Patience { settle: args.settle, now: Timestamp::from(SystemTime::now()) };
        let selection = Selection { kept_out: kept_out(&args.exclude, variables)?, ..Selection::default() };
        Ok(Self {
            places: Places::new(&args.paths, variables),
            ledger: args.state.clone().or_else(|| default_place(variables)),
            wanted: Wanted { selection, patience, ..Wanted::default() },
            home: home(variables),
        })
    }
}
