//! The progress bar: bytes, sessions, spans, rate, time left. Only on a terminal.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::numbers::counted;
use crate::cli;
use crate::transcript::{SessionFiles, total};

const TEMPLATE: &str = "{bar:14} {decimal_bytes}/{decimal_total_bytes} {msg} {decimal_bytes_per_sec} {eta} left";
const REDRAW: Duration = Duration::from_millis(100);

/// A bar that may be hidden.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    is_wanted: bool,
    sessions: AtomicU64,
    spans: AtomicU64,
}

impl Progress {
    /// Hidden until reading begins.
    pub(super) fn new(when: cli::Progress, quiet: bool) -> Self {
        let is_wanted = when == cli::Progress::Auto && !quiet && std::io::stderr().is_terminal();
        Self { bar: ProgressBar::hidden(), is_wanted, sessions: AtomicU64::new(0), spans: AtomicU64::new(0) }
    }

    /// Shows the bar on a terminal, unless the data goes to the same.
    pub(super) fn begin(&self, sessions: &[SessionFiles], prints_data: bool) {
        if !self.is_wanted || (prints_data && std::io::stdout().is_terminal()) {
            return;
        }
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.bar.set_style(style);
        self.bar.set_message(message(0, 0));
        self.bar.set_length(total(sessions.iter().map(SessionFiles::bytes)));
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
        self.bar.enable_steady_tick(REDRAW);
    }

    pub(super) fn read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    pub(super) fn count(&self, spans: u64) {
        let sessions = self.sessions.fetch_add(1, Ordering::Relaxed) + 1;
        let spans = self.spans.fetch_add(spans, Ordering::Relaxed) + spans;
        if !self.bar.is_hidden() {
            self.bar.set_message(message(sessions, spans));
        }
    }

    /// Runs `print` while the bar is away.
    pub(super) fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn message(sessions: u64, spans: u64) -> String {
    format!("{} {}", counted(sessions, "session"), counted(spans, "span"))
}
