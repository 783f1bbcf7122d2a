//! The warnings of a run: each is counted, and shown as it comes.

use std::collections::BTreeMap;

use super::console::Console;
use crate::warning::Warnings;

/// What there was to warn of.
#[derive(Debug, Default)]
pub struct Warned {
    all: Warnings,
    shown: usize,
}

impl Warned {
    /// Counts warnings and shows them.
    pub fn take(&mut self, warnings: Warnings, console: &Console) {
        for warning in self.all.absorb(warnings) {
            self.shown += 1;
            console.warning(self.shown, &warning);
        }
    }

    /// The kinds, with how often each came.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        self.all.counts()
    }

    /// Whether anything was damaged or could not be read.
    #[must_use]
    pub fn input_was_damaged(&self) -> bool {
        self.all.input_was_damaged()
    }
}
