//! A comparison, as it is meant.

use std::path::PathBuf;
use std::time::SystemTime;

use super::ledger::selection;
use super::projection::projection;
use super::{Places, Variables};
use crate::cli::Diff;
use crate::error::Error;
use crate::session::Selection;
use crate::span::Projection;

/// A comparison with saved spans.
#[derive(Debug)]
pub struct DiffSettings {
    /// A file of spans, or a folder of such.
    pub baseline: PathBuf,
    /// Where transcripts are looked for.
    pub places: Places,
    /// How sessions become spans.
    pub projection: Projection,
    /// Whether turns without a request have spans.
    pub include_commands: bool,
    /// Which sessions and turns are asked for.
    pub selection: Selection,
}

impl DiffSettings {
    /// Reads the command line in the light of the environment.
    pub fn new(args: &Diff, variables: Variables<'_>) -> Result<Self, Error> {
        Ok(Self {
            baseline: args.baseline.clone(),
            places: Places::new(&args.paths, variables),
            projection: projection(&args.content, variables)?,
            include_commands: args.content.include_commands,
            selection: selection(&args.selected, SystemTime::now(), variables)?,
        })
    }
}
