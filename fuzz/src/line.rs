//! The whole line: transcripts in a folder to batches of spans.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use moda_agent::otlp::{Batch, Batcher, Limits, Protocol};
use moda_agent::session::Reading;
use moda_agent::span::{Resource, Span};

use crate::keys::may_be_a_clients;
use crate::run::Run;

/// What stands between the transcripts of an input: a line of its own.
const BETWEEN: &[u8] = b"\n--8<--\n";
const SESSIONS: [&str; 2] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
const LIMITS: Limits = Limits { spans: 3, bytes: 4_000 };

/// Checks one input: one to three transcripts. The third is a subagent's of the first session or
/// of the second, which may be copies of each other.
pub fn check(bytes: &[u8]) {
    let parts = parts(bytes);
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = SESSIONS;
    let there = write(&folder.path().join("there"), &parts, [one, other]);
    let swapped = write(&folder.path().join("swapped"), &parts, [other, one]);
    let run = Run::over(&[folder.path().join("there")]);
    check_warnings(&run, &parts);
    if bytes.split(|byte| *byte == b'\n').all(may_be_a_clients) {
        let by = |reading| Run::by(reading, &[folder.path().join("there")]).without_bookkeeping().sessions;
        assert_eq!(by(Reading::Fast), by(Reading::Plain), "what is passed over counts");
    }
    for include_commands in [false, true] {
        check_spans(&run.projected(include_commands));
    }
    crate::tree::check(&run);
    let named = Run::over(&there);
    let backwards: Vec<_> = there.iter().rev().cloned().collect();
    assert_eq!(Run::over(&backwards).spans, named.spans, "the order of the paths matters");
    assert_eq!(named.totals(), run.totals(), "a folder is not what is in it");
    let requests = Run::over(&swapped).totals().requests;
    assert_eq!(requests, run.totals().requests, "requests depend on which of two sessions comes first");
}

fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while parts.len() < 2
        && let Some(at) = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN)
    {
        parts.push(&rest[..=at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    parts.push(rest);
    parts
}

/// Writes the transcripts under these sessions' names. An odd number of bytes puts the subagent
/// into the second session.
fn write(folder: &Path, parts: &[&[u8]], sessions: [&str; 2]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let path = match sessions.get(index) {
            Some(session) => format!("p/{session}.jsonl"),
            None => format!("p/{}/subagents/agent-a1.jsonl", sessions[part.len() % 2]),
        };
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, part).unwrap();
        paths.push(path);
    }
    paths
}

/// At most one on the state of a line and one on its time, and one on the file.
fn check_warnings(run: &Run, parts: &[&[u8]]) {
    let lines: usize = parts.iter().map(|part| part.split(|byte| *byte == b'\n').count()).sum();
    let warnings: u64 = run.warnings.counts().values().sum();
    assert!(warnings <= 4 * lines as u64 + parts.len() as u64, "{warnings} warnings of {lines} lines");
    assert!(run.warned("unfinished_line") <= parts.len() as u64);
}

fn check_spans(spans: &[Span]) {
    let mut ids = HashSet::new();
    for span in spans {
        assert!(span.trace_id.0 != [0; 16] && span.span_id.0 != [0; 8], "an id is zero");
        assert!(ids.insert(span.span_id), "two spans have the id {}", span.span_id);
        assert!(span.ended_at >= span.started_at, "a span ends before it starts");
        let keys: HashSet<_> = span.attributes.iter().map(|attribute| &attribute.key).collect();
        assert_eq!(keys.len(), span.attributes.len(), "an attribute stands twice");
    }
    for protocol in [Protocol::Protobuf, Protocol::Json] {
        check_batches(protocol, spans);
    }
}

fn check_batches(protocol: Protocol, spans: &[Span]) {
    let mut cutter = Batcher::new(protocol, &Resource::default(), LIMITS);
    let mut batches: Vec<_> = spans.iter().filter_map(|span| cutter.push(span, &"s".into())).collect();
    batches.extend(cutter.flush());
    assert_eq!(batches.iter().map(Batch::spans).sum::<usize>(), spans.len(), "a span is lost");
    for batch in batches {
        assert!(batch.spans() <= LIMITS.spans);
        assert!(batch.spans() == 1 || batch.body().len() <= LIMITS.bytes, "a batch is too large");
        if protocol == Protocol::Json {
            let body: serde_json::Value = serde_json::from_slice(&batch.body()).unwrap();
            let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().map(Vec::len);
            assert_eq!(spans, Some(batch.spans()));
        }
    }
}
