//! moda-agent status

#![expect(clippy::doc_markdown, reason = "the texts are printed as they stand here")]

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::ledger::settle;
use super::{Output, SessionsFormat};

/// moda-agent status
#[derive(Args, Debug)]
#[command(after_long_help = AFTER)]
pub struct Status {
    /// A projects folder, a project folder, a session folder or a transcript [default: the client's]
    ///
    /// The client's projects folders are $CLAUDE_CONFIG_DIR/projects, else ~/.claude/projects and
    /// ~/.config/claude/projects.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// How it is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: SessionsFormat,
    /// The ledger, which knows what was delivered [default: ~/.local/state/moda-agent/ledger.db]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,
    /// How long a session must be silent before its last turn is sent, as for upload
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = settle)]
    pub settle: Duration,
    /// Projects of which upload is to send nothing, as for upload
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// What a person sees.
    #[command(flatten)]
    pub output: Output,
}

const AFTER: &str = "\
Nothing is sent or written. Only what changed since the last upload is read. The client deletes
transcripts that were not written for cleanupPeriodDays of its settings.json (30); those that go
within a week are listed. The variables of upload's options count here, too.

Examples:
  moda-agent status
  moda-agent status --format json | jq '.destinations[] | {endpoint, not_sent}'";
