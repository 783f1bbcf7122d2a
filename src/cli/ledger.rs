//! What is asked for of that which was delivered and was not.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

/// Options of what is asked for.
#[derive(Args, Debug)]
#[command(next_help_heading = "Selection")]
pub struct Selected {
    /// Turns that began then or later: 2026-11-24, 2026-11-24T10:00:00Z (UTC), or 7d for seven days ago
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Turns that began before then
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Sessions of this project: a pattern for its folder's name, or with a slash for its path; may be given several times
    #[arg(long = "project", value_name = "GLOB")]
    pub projects: Vec<String>,
    /// The session whose id begins so; may be given several times
    #[arg(long = "session", value_name = "ID")]
    pub sessions: Vec<String>,
    /// No session of this project, whatever else is asked for: a pattern for a folder's name, or with a slash for its path; may be given several times
    ///
    /// What is below a matching folder is meant, too; ~/ is the home folder. All patterns count, those
    /// of the config file, the variable and the command line. A file .moda-agent-ignore in a project's
    /// folder, or in one above it, on the machine that moda-agent runs on, keeps the project out as well.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
}

/// Options of what was delivered before.
#[derive(Args, Debug)]
#[command(next_help_heading = "Ledger")]
pub struct LedgerOptions {
    /// The ledger, which knows what was delivered [default: ~/.local/state/moda-agent/ledger.db]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,
    /// How long a session must be silent before its last turn is sent; 0 takes all
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = settle)]
    pub settle: Duration,
    /// Send everything; neither read nor write the ledger
    #[arg(long, conflicts_with_all = ["resend", "diff"])]
    pub all: bool,
    /// Send again what was delivered or rejected before, with the same ids: all, or only what changed or was rejected
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "all", conflicts_with = "diff")]
    pub resend: Option<Resend>,
}

/// A duration; a plain 0 needs no unit.
pub(super) fn settle(text: &str) -> Result<Duration, humantime::DurationError> {
    if text == "0" { Ok(Duration::ZERO) } else { humantime::parse_duration(text) }
}

/// What is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Resend {
    /// All that is asked for
    All,
    /// What would look otherwise now
    Changed,
    /// What the server rejected
    Rejected,
}
