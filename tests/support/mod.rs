//! What several tests need: the binary in a clean environment, the test data, a scripted server.

#![allow(dead_code, unreachable_pub, missing_docs)] // each test file uses its part

pub mod hostile;
pub mod runs;
mod server;
#[cfg(unix)]
pub mod terminal;
pub mod tree;

use std::io::Write;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
#[allow(unused_imports, reason = "each test file uses its part")]
pub use server::{Act, Request, Server, answer, answer_with, ok, status};

/// The binary, seeing nothing of this machine's configuration, and without a ledger.
pub fn moda_agent() -> Command {
    let mut command = Command::cargo_bin("moda-agent").unwrap();
    let ours = |name: &str| {
        let name = name.to_ascii_uppercase();
        ["MODA_", "OTEL_", "CLAUDE_", "NO_COLOR", "CLICOLOR"].iter().any(|prefix| name.starts_with(prefix))
            || name.ends_with("_PROXY")
    };
    for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    command.env("XDG_CONFIG_HOME", testdata("no-such-folder"));
    command.env("XDG_STATE_HOME", testdata("no-such-folder"));
    command.env("MODA_AGENT_ALL", "1");
    command
}

/// `moda-agent upload` with a ledger of its own.
pub fn upload_with(ledger: &Path, arguments: &[&str]) -> Command {
    let mut command = upload(arguments);
    command.env_remove("MODA_AGENT_ALL").env("MODA_AGENT_STATE", ledger);
    command
}

/// `moda-agent upload` with these arguments.
pub fn upload(arguments: &[&str]) -> Command {
    let mut command = moda_agent();
    command.arg("upload").args(arguments);
    command
}

/// Writes what only its owner can read.
pub fn write_private(path: &Path, text: &str) {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create(true).truncate(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

pub fn testdata(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path)
}

/// The transcripts of one set of recordings.
pub fn recordings(name: &str) -> String {
    testdata(&format!("recordings/{name}/projects")).display().to_string()
}

/// Standard output of a run that must succeed.
pub fn stdout(mut command: Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

pub fn stderr_of(command: &mut Command, code: i32) -> String {
    String::from_utf8(command.assert().code(code).get_output().stderr.clone()).unwrap()
}

/// The spans of requests, in their order.
pub fn spans(requests: &[ExportTraceServiceRequest]) -> Vec<Span> {
    let resources = requests.iter().flat_map(|request| &request.resource_spans);
    resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
}

/// OTLP/JSON lines, read.
pub fn json_lines(text: &str) -> Vec<ExportTraceServiceRequest> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
