//! What people see of an upload: it is told of everything, from every thread.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::console::Console;
use super::summary::Summary;
use crate::cli::Output;
use crate::ledger::{Plan, Verdict};
use crate::otlp::Event;
use crate::session::Session;
use crate::transcript::SessionFiles;
use crate::warning::Warnings;

/// The console, and the counts of a run.
#[derive(Debug)]
pub struct UploadReport {
    /// Where people see it.
    pub console: Console,
    summary: Mutex<Summary>,
}

impl UploadReport {
    /// Of a run in which nothing was read yet.
    #[must_use]
    pub fn new(output: Output) -> Self {
        Self { console: Console::new(output), summary: Mutex::new(Summary::default()) }
    }

    /// The counts so far.
    pub fn summary(&self) -> MutexGuard<'_, Summary> {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another run uploads to the same destination.
    pub fn is_busy(&self) {
        self.console
            .note("Another run uploads there already; this one leaves it to that.", "Run again when it is done.");
    }

    /// Reading begins; data may go to standard output meanwhile.
    pub fn begin(&self, plan: &Plan, prints_data: bool) {
        let mut summary = self.summary();
        summary.to_read = plan.read.len() as u64;
        summary.skipped.unchanged(plan.unchanged);
        summary.has_begun = true;
        self.console.begin(&plan.read, prints_data);
    }

    /// Counts what is done with the turns of a session.
    pub fn judge(&self, verdict: &Verdict<'_>) {
        self.summary().skipped.judge(verdict);
    }

    /// Counts warnings and shows them.
    pub fn warn(&self, warnings: Warnings) {
        self.summary().warned.take(warnings, &self.console);
    }

    /// Counts a session, of which `spans` turns have a span.
    pub fn read(&self, session: &Session, files: &SessionFiles, spans: usize) {
        self.summary().count(session, files, spans);
        self.console.counted(spans as u64);
    }

    /// Counts and shows what happens on the wire.
    pub fn watch(&self, event: Event<'_>) {
        match event {
            Event::Request(request) => {
                self.console.requested(&request);
                self.summary().sent.request(&request);
            }
            Event::Wait { wait, reason } => self.console.waiting(wait, reason),
            Event::Settled(mut receipt) => {
                self.warn(std::mem::take(&mut receipt.warnings));
                self.summary().sent.settle(receipt);
            }
        }
    }
}
