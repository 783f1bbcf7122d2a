//! The man page: the command line's definition, and what it does not say.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::{Cli, VARIABLES_BETWEEN, variable_of};
use crate::error::EXIT_CODES;
use crate::warning::KINDS;

/// Names of variables, each with what it does.
const VARIABLES: [(&str, &str); 16] = [
    (
        "MODA_API_KEY",
        "The key, sent as Authorization: Bearer to an endpoint from --endpoint, MODA_BASE_URL, the config file or the default, never to one from an OTEL_ variable. --api-key-file wins over it.",
    ),
    ("MODA_BASE_URL", "The endpoint, where --endpoint does not name one."),
    ("MODA_USER_ID", "The user, where --user-id does not name one."),
    (
        "CLAUDE_CONFIG_DIR",
        "Where Claude Code keeps its files: a folder, or several with commas between. sessions, status and diff look there if no path is named.",
    ),
    (
        "MODA_AGENT_...",
        "Any option of upload, sessions, status and diff but --dry-run, --diff and --format, by its name: MODA_AGENT_TIMEOUT=1m. The option wins.",
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "The URL for traces, taken as it is, where neither --endpoint nor MODA_BASE_URL is given.",
    ),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "The base URL after that; /v1/traces is appended."),
    (
        "OTEL_EXPORTER_OTLP_HEADERS",
        "Headers for an endpoint from an OTEL_ variable, which gets no other from the config file: name=value, comma separated, percent encoded. OTEL_EXPORTER_OTLP_TRACES_HEADERS wins over it, --header over both.",
    ),
    (
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "http/protobuf or http/json. OTEL_EXPORTER_OTLP_TRACES_PROTOCOL wins over it, --protocol over both.",
    ),
    (
        "OTEL_EXPORTER_OTLP_COMPRESSION",
        "gzip or none. OTEL_EXPORTER_OTLP_TRACES_COMPRESSION wins over it, --compression over both.",
    ),
    (
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "Milliseconds. OTEL_EXPORTER_OTLP_TRACES_TIMEOUT wins over it, --timeout over both.",
    ),
    (
        "OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY",
        "PEM files, as --certificate, --client-certificate and --client-key, which win over them; so do the same names with OTLP_TRACES_.",
    ),
    ("OTEL_SERVICE_NAME", "service.name, where --service-name is not given."),
    ("OTEL_RESOURCE_ATTRIBUTES", "Further resource attributes: key=value, comma separated, percent encoded."),
    (
        "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY",
        "The way to the endpoint, by its scheme, as http://host:port or socks5://host:port; in capitals or not. What is meant for this machine goes through none.",
    ),
    ("NO_COLOR, SSL_CERT_FILE, XDG_CONFIG_HOME, XDG_STATE_HOME", "As usual."),
];

/// Where settings stand.
const FILES: [(&str, &str); 2] = [
    (
        "~/.config/moda-agent/config.toml",
        "Settings for every run, or in $XDG_CONFIG_HOME/moda-agent, on Windows in %APPDATA%\\moda-agent. Keys are the names of options but --dry-run, --diff and --format, values are texts, numbers, true and false, and lists for header, project, session and exclude: endpoint = 'https://...', max-batch-spans = 100, strict = true, exclude = ['~/private/**'].",
    ),
    (
        "order",
        "An option wins over its variable, MODA_AGENT_ and its name, and this over the file; but of --exclude all count, wherever they stand. Where other variables count, too, they stand between:",
    ),
];

/// Formats of a dry run, each with its shape. They are stable: fields are added, none is changed.
const FORMATS: [(&str, &str); 3] = [
    ("text", "For people. It may change in any version."),
    (
        "json",
        "One object a turn and line: session_id, project (where known), trace_id, span_id, name, kind, start, end (RFC 3339), status (OK, ERROR or UNSET), error (with ERROR), attributes (an object; texts, integers, true and false, lists of texts), events (objects with name, time and attributes). With a tree also spans: what stands below the turn, parents first, objects with the same keys from span_id on and parent_span_id. Lists without anything are left out.",
    ),
    (
        "otlp-json",
        "One ExportTraceServiceRequest of OTLP/JSON a line, exactly what http/json would send. file:PATH and - write the same; the OpenTelemetry Collector's otlpjsonfile receiver reads it.",
    ),
];

/// What `sessions --format json` prints, key by key. It is stable: keys are added, none is changed.
const ACCOUNTS: [(&str, &str); 14] = [
    ("sessions", "An array with an object a session, the oldest first. The keys from here to warnings are in each."),
    ("session_id, project", "The session, and the folder that it ran in (where known)."),
    (
        "started_at, ended_at",
        "The times of its first record and of its last prompt or answer, in RFC 3339 (where known).",
    ),
    (
        "client_versions, models",
        "The client's versions, the oldest first; the models in the order of their first answers.",
    ),
    ("turns", "Turns that upload sends: with an answer of a model, or a person's prompt that got none."),
    ("requests, tool_calls", "API calls and tool calls, those of subagents included, each once in the run."),
    ("subagents", "Agents that tool calls launched; without the client's own (compaction, side questions, warm-up)."),
    (
        "usage",
        "Tokens of the main chain: input_tokens (outside the cache), cache_creation_input_tokens, cache_read_input_tokens, output_tokens.",
    ),
    ("subagent_usage", "The same of all agents, the client's own included."),
    (
        "reported_usage",
        "The same as the client itself counted last; absent where it did not (before 2.1.245). It knows requests that no transcript holds.",
    ),
    (
        "incomplete_requests",
        "Requests of which only the stream's first count of the output was saved; their output_tokens are too low.",
    ),
    ("duplicate_requests", "Copies of requests that count in another session or chain."),
    ("warnings", "The number of warnings about its files."),
    (
        "totals",
        "The sums over all sessions. Here sessions is their number, and warnings an object with the number of each kind.",
    ),
];

/// Keys of `diff --format json`, each with its meaning. They are stable, too.
const DIFFERENCES: [(&str, &str); 8] = [
    ("lines", "One object a turn and line, the oldest session first; what there is nothing to say of is left out."),
    (
        "state",
        "new (only in the transcripts), gone (only in the baseline), changed, unchanged, or rejected (by a server).",
    ),
    ("session_id, project", "The session, and its working directory (where known)."),
    ("trace_id", "The turn's trace; of gone ones that of the baseline."),
    ("start", "When it started, in RFC 3339, likewise."),
    ("prompt", "The first characters of its prompt."),
    (
        "changes",
        "What differs: objects with key, old and new. Keys are attributes and name, status, status_message, start, end; those of a span below the turn stand behind its name and id, and parent is what stands above it; old or new is absent where the span had no such key; of a text of which only that is known it is an object with characters and sha256.",
    ),
    ("reason, note", "Why it was rejected; what else there is to say."),
];

/// What `status --format json` prints, key by key. It is stable: keys are added, none is changed.
const STATUS: [(&str, &str); 7] = [
    ("ledger", "The ledger's file."),
    (
        "destinations",
        "An array, the one that was used last first. The keys from here to not_sent are in each; where nothing was ever sent, there is one without an endpoint.",
    ),
    (
        "endpoint, convention, key_fingerprint, used_at",
        "What tells it from others (a digest of the key, where there is one), and when a run last had something to do for it.",
    ),
    (
        "delivered, rejected",
        "Objects: turns, sessions and last_at of what arrived; an array with turns, reason and sessions of what did not.",
    ),
    (
        "waiting, not_sent",
        "Objects: turns that wait until they are settled; turns, sessions and bytes on disk of what the next upload sends.",
    ),
    ("on_disk", "sessions, transcripts, bytes."),
    (
        "deleted_soon",
        "An array of the transcripts that the client deletes within a week, the first one first: path, session_id, deleted_at, turns_delivered_nowhere.",
    ),
];

/// Writes `moda-agent.1`: the program, each command, then the tables above.
pub fn write(output: &mut impl Write) -> io::Result<()> {
    let command = Cli::command();
    let page = Man::new(command.clone());
    page.render_title(output)?;
    page.render_name_section(output)?;
    page.render_synopsis_section(output)?;
    page.render_description_section(output)?;
    for subcommand in command.get_subcommands() {
        let heading = format!("{} {}", command.get_name(), subcommand.get_name());
        let about = subcommand.get_about().map(ToString::to_string).unwrap_or_default();
        Roff::new().control("SH", [heading.to_uppercase().as_str()]).text([roman(about)]).to_writer(output)?;
        let page = Man::new(subcommand.clone().disable_help_flag(true).disable_version_flag(true));
        page.render_options_section(output)?;
    }
    table(output, "FORMATS OF A DRY RUN", &FORMATS)?;
    table(output, "KEYS OF SESSIONS --FORMAT JSON", &ACCOUNTS)?;
    table(output, "KEYS OF DIFF --FORMAT JSON", &DIFFERENCES)?;
    table(output, "KEYS OF STATUS --FORMAT JSON", &STATUS)?;
    table(output, "KINDS OF WARNINGS", &KINDS)?;
    table(output, "WHICH WINS", &FILES)?;
    let options = VARIABLES_BETWEEN.map(|(option, between)| (option, order(option, between)));
    table(output, "", &options.each_ref().map(|(option, order)| (*option, order.as_str())))?;
    table(output, "ENVIRONMENT", &VARIABLES)?;
    let codes = EXIT_CODES.map(|(exit, meaning)| (exit.code().to_string(), meaning));
    table(output, "EXIT STATUS", &codes.each_ref().map(|(code, meaning)| (code.as_str(), *meaning)))
}

/// `--timeout, MODA_AGENT_TIMEOUT, OTEL_..., timeout in the file`: the first that is set counts.
fn order(option: &str, between: &[&str]) -> String {
    let own = [format!("--{option}"), variable_of(option)];
    let all = own.into_iter().chain(between.iter().map(ToString::to_string));
    let all: Vec<_> = all.chain([format!("{option} in the config file")]).collect();
    let rule = if option == "header" {
        "All count, and of two with one name the first. The OTEL_ ones go to endpoints from OTEL_ variables only, the file's to all others"
    } else {
        "The first that is set"
    };
    format!("{rule}: {}.", all.join(", "))
}

/// Rows below a heading; without one they go on with what stands before.
fn table(output: &mut impl Write, heading: &str, rows: &[(&str, &str)]) -> io::Result<()> {
    let mut section = Roff::new();
    if !heading.is_empty() {
        section.control("SH", [heading]);
    }
    for (name, meaning) in rows {
        section.control("TP", []).text([bold(*name)]).text([roman(*meaning)]);
    }
    section.to_writer(output)
}
