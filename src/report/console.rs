//! Standard error: progress, warnings, errors, the summary.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};

use super::numbers::{bytes, counted};
use super::printable::printable;
use super::progress::Progress;
use super::style::{BAD, CARE, choice, styled};
use crate::cli::{self, Output};
use crate::error::Error;
use crate::otlp::Request;
use crate::transcript::SessionFiles;
use crate::warning::Warning;

/// Warnings that are shown with their place; the summary counts all of them.
const SHOWN_WARNINGS: usize = 10;

/// A wait that a person would wonder about.
const LONG: Duration = Duration::from_secs(2);

/// What a person sees besides the data.
#[derive(Debug)]
pub struct Console {
    output: Output,
    color: ColorChoice,
    progress: Progress,
}

impl Console {
    /// As the command line wants it.
    #[must_use]
    pub fn new(output: Output) -> Self {
        Self { output, color: choice(output.color), progress: Progress::new(output.progress, output.quiet) }
    }

    /// For a command that has no options of what is seen.
    #[must_use]
    pub fn plain() -> Self {
        Self::new(Output { quiet: true, verbose: false, color: cli::Color::Auto, progress: cli::Progress::Never })
    }

    /// What was asked for.
    #[must_use]
    pub fn output(&self) -> Output {
        self.output
    }

    /// How standard output is to be coloured.
    #[must_use]
    pub fn color(&self) -> ColorChoice {
        self.color
    }

    /// Whether nothing but problems is to be printed.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.output.quiet
    }

    /// Reading begins; data may go to standard output meanwhile.
    pub fn begin(&self, sessions: &[SessionFiles], prints_data: bool) {
        self.progress.begin(sessions, prints_data);
    }

    /// So many bytes more have been read.
    pub fn read(&self, bytes: u64) {
        self.progress.read(bytes);
    }

    /// A session is done.
    pub fn counted(&self, spans: u64) {
        self.progress.count(spans);
    }

    /// The run is over; nothing may stand in the way of what is printed next.
    pub fn end(&self) {
        self.progress.end();
    }

    /// The `number`-th warning of the run.
    pub fn warning(&self, number: usize, warning: &Warning) {
        if self.output.quiet && !warning.is_problem() {
            return;
        }
        if self.output.verbose || number <= SHOWN_WARNINGS {
            self.line(format_args!("{} {}", styled(CARE, "warning:"), printable(&warning.to_string())));
        } else if number == SHOWN_WARNINGS + 1 {
            self.line(format_args!("{} more follow; -v shows them", styled(CARE, "warning:")));
        }
    }

    /// A request was made.
    pub(super) fn requested(&self, request: &Request<'_>) {
        if self.output.verbose {
            let Request { spans, size, sent, took, said, .. } = request;
            let (spans, size, sent) = (counted(*spans as u64, "span"), bytes(*size as u64), bytes(*sent as u64));
            let took = took.as_secs_f64();
            self.line(format_args!("request: {spans}, {size} ({sent} sent), {took:.2} s: {}", printable(said)));
        }
    }

    /// Nothing is sent for a while.
    pub(super) fn waiting(&self, wait: Duration, reason: &str) {
        if self.output.verbose || (!self.output.quiet && wait >= LONG) {
            let seconds = wait.as_secs_f64();
            self.line(format_args!("waiting {seconds:.1} s: {}", printable(reason)));
        }
    }

    /// An error and what to do about it.
    pub fn error(&self, error: &Error) {
        self.problem(&error.to_string(), error.hint());
    }

    /// A panic of this program.
    pub fn bug(&self) {
        self.problem(
            "moda-agent has a bug and cannot go on with this session.",
            "Please report it, with the client's version.",
        );
    }

    /// A sentence that says what is wrong, and one that says what to do.
    pub fn problem(&self, sentence: &str, hint: &str) {
        self.line(format_args!("{} {}", styled(BAD, "error:"), printable(sentence)));
        self.line(format_args!("{} {}", styled(CARE, "hint:"), printable(hint)));
    }

    /// Something worth knowing that is no problem, and what to do about it.
    pub fn note(&self, sentence: &str, hint: &str) {
        if !self.output.quiet {
            self.line(printable(sentence));
            self.line(format_args!("{} {}", styled(CARE, "hint:"), printable(hint)));
        }
    }

    /// Whether somebody is there who can be asked.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Asks something, also where only problems are wanted; the answer is typed behind it.
    pub fn ask(&self, question: &str) {
        self.progress.aside(|| {
            let _ = write!(AutoStream::new(std::io::stderr(), self.color), "{question} ");
        });
    }

    /// A line, also where only problems are wanted.
    pub fn line(&self, line: impl Display) {
        self.progress.aside(|| {
            // Where standard error is closed there is nobody to tell.
            let _ = writeln!(AutoStream::new(std::io::stderr(), self.color), "{line}");
        });
    }
}
