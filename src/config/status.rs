//! How things stand, as it is asked.

use std::path::PathBuf;
use std::time::SystemTime;

use super::ledger::default_place;
use super::places::{Places, home};
use super::variables::Variables;
use crate::cli::Status;
use crate::ledger::Wanted;
use crate::session::Patience;
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
    #[must_use]
    pub fn new(args: &Status, variables: Variables<'_>) -> Self {
        let patience = Patience { settle: args.settle, now: Timestamp::from(SystemTime::now()) };
        Self {
            places: Places::new(&args.paths, variables),
            ledger: args.state.clone().or_else(|| default_place(variables)),
            wanted: Wanted { patience, ..Wanted::default() },
            home: home(variables),
        }
    }
}
