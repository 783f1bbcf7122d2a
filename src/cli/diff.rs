//! moda-agent diff

#![expect(clippy::doc_markdown, reason = "the texts are printed as they stand here")]

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{Format, Output, Selected, SpanContent, Upload};
use crate::error::{Error, Exit};

/// moda-agent diff
#[derive(Args, Debug)]
#[command(after_long_help = after_diff())]
pub struct Diff {
    /// A file of spans, or a folder of such files: OTLP in protobuf or JSON, or a dry run's JSON
    ///
    /// As the OpenTelemetry Collector's file exporter, --endpoint file:PATH and
    /// upload --dry-run --format json or otlp-json write it, gzipped or not.
    #[arg(value_name = "BASELINE", value_hint = ValueHint::AnyPath)]
    pub baseline: PathBuf,
    /// A projects folder, a project folder, a session folder or a transcript [default: the client's]
    ///
    /// The client's projects folders are $CLAUDE_CONFIG_DIR/projects, else ~/.claude/projects and
    /// ~/.config/claude/projects.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// How differences are printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: DiffFormat,
    /// Exit with 1 if any input was damaged, too
    #[arg(long)]
    pub strict: bool,

    /// Which sessions and turns.
    #[command(flatten)]
    pub selected: Selected,
    /// What is in the spans.
    #[command(flatten)]
    pub content: SpanContent,
    /// What a person sees.
    #[command(flatten)]
    pub output: Output,
}

/// How differences are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people: + new, - gone, ~ changed, with old and new values beneath
    Text,
    /// For programs: one object a turn, JSON lines
    Json,
}

impl Upload {
    /// How `upload --diff` prints.
    pub fn diff_format(&self) -> Result<DiffFormat, Error> {
        match self.format {
            Format::Text => Ok(DiffFormat::Text),
            Format::Json => Ok(DiffFormat::Json),
            Format::OtlpJson => Err(Error::usage(
                "A diff is no OTLP.",
                "--format otlp-json is for --dry-run; --diff prints text or json.",
            )),
        }
    }
}

const AFTER: &str = "\
Compares the spans that upload would send with those of BASELINE. Nothing is sent or written.

Spans with the same ids are the same; others match by session and prompt. + is only in the
transcripts, - only in BASELINE, ~ in both and different. Where live sent the span, its times and
what a replay adds to it are no difference. Spans of BASELINE that are of no turn are counted and
left out. Give the options that the spans were made with: --convention, --detail, --content,
--conversation-id, --user-id, and --include-commands for those of an instrumentor, which sends
commands, too. Trees are compared span by span; with --convention claude-code BASELINE can be what
the client's own tracing sent. Resources are not
compared, so --service-name and --environment change nothing. The variables of upload's options
count here, too.

Examples:
  moda-agent diff live.pb ~/.claude/projects --session 06d61e2c
  moda-agent diff collector-output/ --include-commands
  moda-agent diff traces.jsonl ~/.claude/projects --convention claude-code
  moda-agent upload --dry-run --format json PATH > before.jsonl; moda-agent diff before.jsonl PATH
  moda-agent diff live.pb --format json | jq 'select(.state == \"changed\")'";

fn after_diff() -> String {
    let codes = [
        (Exit::Done, "no difference"),
        (Exit::Partial, "differences, or, with --strict, input was damaged"),
        (Exit::Usage, "wrong usage, or a baseline without spans"),
    ];
    let codes = codes.map(|(exit, meaning)| format!("\n  {}  {meaning}", exit.code()));
    format!("{AFTER}\n\nExit codes:{}", codes.concat())
}
