//! What can be typed. What it means is decided in `config`.

#![expect(clippy::doc_markdown, reason = "the texts are printed as they stand here")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

mod diff;
mod layers;
mod ledger;
mod status;

use crate::error::EXIT_CODES;
pub use diff::{Diff, DiffFormat};
pub use layers::{FileSettings, VARIABLES_BETWEEN, variable_of};
pub use ledger::{LedgerOptions, Resend, Selected};
pub use status::Status;

/// Uploads saved Claude Code sessions as OpenTelemetry spans, as if they had been watched live.
#[derive(Debug, Parser)]
#[command(
    name = "moda-agent",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    args_override_self = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Parses a command line, the program's name first, in the light of variables and the config
    /// file, which is only asked for where it counts.
    pub fn parse_args(
        args: impl IntoIterator<Item = OsString>,
        variables: &dyn Fn(&str) -> Option<String>,
        file: impl FnOnce() -> Result<FileSettings, clap::Error>,
    ) -> Result<Self, clap::Error> {
        let mut args: Vec<_> = args.into_iter().collect();
        let command = args.get(1).and_then(|command| command.to_str()).unwrap_or_default();
        if !layers::has_settings(command) {
            return Self::try_parse_from(args);
        }
        // What is typed wrongly, and help, need no file.
        let file = if Self::try_parse_from(&args).is_ok() { file()? } else { FileSettings::default() };
        let before = layers::before(command, &file, variables)?;
        args.splice(2..2, before);
        let mut cli = Self::try_parse_from(args)?;
        if let Command::Upload(upload) = &mut cli.command {
            upload.delivery.file_headers = file.values.get("header").cloned().unwrap_or_default();
        }
        Ok(cli)
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read sessions, rebuild them and upload their spans
    Upload(Box<Upload>),
    /// List the sessions with their turns, tool calls and tokens
    Sessions(Sessions),
    /// Compare the spans of sessions with spans from a file
    Diff(Box<Diff>),
    /// Show what was delivered where, what waits, was rejected, or will be deleted soon
    Status(Status),
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// moda-agent upload
#[derive(Args, Debug)]
#[command(after_long_help = after_upload())]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Upload {
    /// A projects folder, a project folder, a session folder or a transcript
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// Print what would be sent; send nothing, write nothing
    #[arg(long, group = "looks")]
    pub dry_run: bool,
    /// Print how each turn differs from what was delivered; send nothing, write nothing
    #[arg(long, group = "looks")]
    pub diff: bool,
    /// How a dry run or a diff prints; otlp-json is for dry runs
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text", requires = "looks")]
    pub format: Format,
    /// Exit with 1 if any input was damaged
    #[arg(long)]
    pub strict: bool,
    /// Upload without asking: on a terminal the first upload to a destination shows what would go, and asks
    ///
    /// Anything but y or yes is no. Nobody is asked where standard input or error is no terminal, and not
    /// for dry runs, files and pipes; with --all every upload is a first one.
    #[arg(long)]
    pub yes: bool,

    /// Which sessions and turns.
    #[command(flatten)]
    pub selected: Selected,
    /// What was delivered before.
    #[command(flatten)]
    pub ledger: LedgerOptions,
    /// What goes over the wire.
    #[command(flatten)]
    pub delivery: Delivery,
    /// What is in the spans.
    #[command(flatten)]
    pub content: SpanContent,
    /// What a person sees.
    #[command(flatten)]
    pub output: Output,
}

/// moda-agent sessions
#[derive(Args, Debug)]
#[command(after_long_help = after_sessions())]
pub struct Sessions {
    /// A projects folder, a project folder, a session folder or a transcript [default: the client's]
    ///
    /// The client's projects folders are $CLAUDE_CONFIG_DIR/projects, else ~/.claude/projects and
    /// ~/.config/claude/projects.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// How the list is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: SessionsFormat,
    /// Exit with 1 if any input was damaged
    #[arg(long)]
    pub strict: bool,

    /// What a person sees.
    #[command(flatten)]
    pub output: Output,
}

/// Options of the delivery.
#[derive(Args)]
#[command(next_help_heading = "Delivery")]
pub struct Delivery {
    /// Where to send: a server's URL, file:PATH for a file of OTLP/JSON lines, or - for standard output
    ///
    /// A URL gets /v1/traces appended unless its path ends in /traces. Without it: MODA_BASE_URL,
    /// OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT, the config file, then Moda's
    /// ingest, with --convention claude-code its route for that client's own traces. What is new is appended to a file; with --all it is replaced.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub endpoint: Option<String>,
    /// A file that holds the key, instead of the variable MODA_API_KEY
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub api_key_file: Option<PathBuf>,
    /// A header for every request; may be given several times
    #[arg(long = "header", value_name = "NAME=VALUE")]
    pub headers: Vec<String>,
    /// The config file's, which go to no endpoint from an OTEL_ variable.
    #[arg(skip)]
    pub file_headers: Vec<String>,
    /// How requests are encoded [default: http/protobuf]
    #[arg(long, value_enum, value_name = "PROTOCOL")]
    pub protocol: Option<WireProtocol>,
    /// How requests are compressed [default: gzip]
    #[arg(long, value_enum, value_name = "METHOD")]
    pub compression: Option<Compression>,
    /// How long a request may take, as in 30s or 2m [default: 30s]
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<humantime::Duration>,
    /// For how long a request may be tried again, as in 30s or 1h; 0s for once only
    #[arg(long, value_name = "DURATION", default_value = "2m")]
    pub retry_for: humantime::Duration,
    /// The most requests in flight
    #[arg(long, value_name = "N", default_value_t = 4,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
    /// The most spans in a request
    #[arg(long, value_name = "N", default_value_t = 512,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub max_batch_spans: u32,
    /// The largest request before compression, as in 4MiB or 500kB
    #[arg(long, value_name = "SIZE", default_value = "4MiB")]
    pub max_batch_bytes: bytesize::ByteSize,
    /// The certificates of authorities to trust instead of the system's, in PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub certificate: Option<PathBuf>,
    /// The certificate that says who we are, in PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub client_certificate: Option<PathBuf>,
    /// Its private key, in PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub client_key: Option<PathBuf>,
}

/// Options of the spans.
#[derive(Args, Debug)]
#[command(next_help_heading = "Spans")]
pub struct SpanContent {
    /// Whose names and attributes the spans have
    #[arg(long, value_enum, value_name = "CONVENTION", default_value = "moda")]
    pub convention: Convention,
    /// One span a turn, or the whole tree [default: turns with moda, else full]
    #[arg(long, value_enum, value_name = "DETAIL")]
    pub detail: Option<Detail>,
    /// What of people's, models' and tools' words is in the spans
    #[arg(long, value_enum, value_name = "CONTENT", default_value = "full")]
    pub content: Content,
    /// Whether secrets are replaced by marks, in every text that is sent or shown
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "on",
        help = "Whether secrets are replaced by [REDACTED:kind], in every text that is sent or shown"
    )]
    pub redact: Redact,
    /// What else is replaced, a regular expression; may be given several times
    ///
    /// The first group in parentheses is replaced; without a group all that matches.
    #[arg(long, value_name = "REGEX")]
    pub redact_pattern: Vec<String>,
    /// What is no secret, a regular expression that matches it; may be given several times
    #[arg(long, value_name = "REGEX")]
    pub redact_allow: Vec<String>,
    /// How paths below your home folder are told
    #[arg(long = "paths", value_enum, value_name = "STYLE", default_value = "short")]
    pub path_style: PathStyle,
    /// The conversation that the sessions belong to [default: each its own]
    #[arg(long, value_name = "ID")]
    pub conversation_id: Option<String>,
    /// The user that the sessions belong to; also the variable MODA_USER_ID
    #[arg(long, value_name = "ID")]
    pub user_id: Option<String>,
    /// The service that the spans come from; also OTEL_SERVICE_NAME [default: claude-code]
    #[arg(long, value_name = "NAME")]
    pub service_name: Option<String>,
    /// The deployment environment, as in production
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// Also send turns that called no model, such as /clear
    #[arg(long)]
    pub include_commands: bool,
}

/// Options of what a person sees.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Print nothing but problems
    #[arg(short, long, overrides_with = "verbose")]
    pub quiet: bool,
    /// Print every warning, and every request to a server
    #[arg(short, long, overrides_with = "quiet")]
    pub verbose: bool,
    /// When to use colours; NO_COLOR switches them off, too
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// When to show a progress bar
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub progress: Progress,
}

/// How a dry run prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: sessions, turns, their attributes, totals
    Text,
    /// One object a turn, JSON lines
    Json,
    /// One ExportTraceServiceRequest a line, exactly what would be sent
    OtlpJson,
}

/// How sessions and the status are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SessionsFormat {
    /// For people
    Text,
    /// For programs: one object
    Json,
}

/// How requests are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WireProtocol {
    /// Protobuf
    #[value(name = "http/protobuf")]
    HttpProtobuf,
    /// JSON
    #[value(name = "http/json")]
    HttpJson,
}

/// How requests are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Compression {
    /// With gzip
    Gzip,
    /// Not at all
    None,
}

/// Whose names and attributes the spans have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Convention {
    /// Moda's instrumentor: one span a turn, as it is sent live
    Moda,
    /// OpenTelemetry's GenAI conventions: requests, tool calls and subagents below the turn
    Genai,
    /// OpenInference: the same tree for Phoenix and Arize
    Openinference,
    /// The client's own traces: the same tree, as Claude Code itself exports it
    ClaudeCode,
}

/// How many spans a turn becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Detail {
    /// One span
    Turns,
    /// A span for the turn and each request, tool call and subagent of it
    Full,
}

/// What of people's, models' and tools' words is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Content {
    /// Prompts, answers, and what tools are asked and answer
    Full,
    /// Prompts and answers only
    Prompts,
    /// Nothing but names, numbers and ids
    None,
}

/// Whether secrets are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Redact {
    /// All that are known
    On,
    /// None
    Off,
}

/// How paths below the user's folder are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PathStyle {
    /// With ~ for the folder
    Short,
    /// As they are
    Full,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// When to show a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// On a terminal
    Auto,
    /// Never
    Never,
}

const AFTER_UPLOAD: &str = "\
Every option but --dry-run, --diff and --format has a variable, MODA_AGENT_ and its name, as in
MODA_AGENT_ENDPOINT, and a key in the config file, ~/.config/moda-agent/config.toml, as in
endpoint = 'https://...'; the option wins over the variable, and that over the file.

Examples:
  moda-agent upload --dry-run ~/.claude/projects
  MODA_API_KEY=... moda-agent upload ~/.claude/projects
  moda-agent upload --endpoint http://localhost:4318 ~/.claude/projects
  moda-agent upload --convention genai --endpoint http://localhost:6006 ~/.claude/projects
  moda-agent upload --endpoint file:spans.jsonl ~/.claude/projects
  moda-agent upload --diff ~/.claude/projects
  moda-agent upload --resend=changed --since 7d ~/.claude/projects";

const AFTER_SESSIONS: &str = "\
Nothing is sent or written. Every request counts once in the run, in the session that began
first. Tokens in are all that the models read, cached or not. Requests, tools and tokens include
those of agents. A number after ≥ is a lower bound: the client saved only the first count of some
outputs. The variables of upload's options count here, too.

Examples:
  moda-agent sessions
  moda-agent sessions ~/.claude/projects/-home-ada-shop
  moda-agent sessions --format json | jq .totals";

fn after_sessions() -> String {
    let [done, partial, usage, ..] = EXIT_CODES;
    let codes = [(done.0, "done"), (partial.0, "with --strict, input was damaged"), (usage.0, "wrong usage")];
    let codes = codes.map(|(exit, meaning)| format!("\n  {}  {meaning}", exit.code()));
    format!("{AFTER_SESSIONS}\n\nExit codes:{}", codes.concat())
}

fn after_upload() -> String {
    let codes = EXIT_CODES.map(|(exit, meaning)| format!("\n  {:>3}  {meaning}", exit.code()));
    format!("{AFTER_UPLOAD}\n\nExit codes:{}", codes.concat())
}
