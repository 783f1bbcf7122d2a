//! Uploads to a scripted server, and what to upload.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::{Duration, Instant};

use super::server::Server;
use super::tree::{Tree, turn};
use super::{json_lines, spans, stdout, upload, upload_with};

/// What no output may show.
pub const KEY: &str = "moda-key-that-must-not-show";
/// The spans of `live-2.1.330`.
pub const SPANS: usize = 31;

/// The ids of the spans that are to arrive.
pub fn all(paths: &str) -> Ids {
    let printed = stdout(upload(&["--dry-run", "--format", "otlp-json", "-q", paths]));
    spans(&json_lines(&printed)).into_iter().map(|span| span.span_id).collect()
}

/// What a run came to.
pub struct Outcome {
    pub code: i32,
    pub said: String,
    pub took: Duration,
}

/// An upload in batches of seven. A server has one ledger: what it took does not come again.
pub fn run(server: &Server, options: &[&str], paths: &str) -> Outcome {
    let mut command = upload_with(&server.ledger(), &["--endpoint", &server.url, "--max-batch-spans", "7"]);
    let began = Instant::now();
    let output = command.args(options).arg(paths).env("MODA_API_KEY", KEY).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains(KEY) && output.stdout.is_empty(), "{said}");
    Outcome { code: output.status.code().unwrap(), said, took: began.elapsed() }
}

/// A transcript of so many turns, with texts that are so many letters longer than they must be.
pub fn many(turns: usize, longer: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let session = "11111111-1111-4111-8111-111111111111";
    let (longer, mut text) = ("x".repeat(longer), String::new());
    for turn in 0..turns {
        let (hour, minute, second) = (turn / 3600, turn / 60 % 60, turn % 60);
        let head =
            format!(r#"{{"sessionId":"{session}","timestamp":"2026-03-01T{hour:02}:{minute:02}:{second:02}.000Z""#);
        let usage = r#"{"input_tokens":1,"output_tokens":60}"#;
        let answer = format!(r#"[{{"type":"text","text":"yes{longer}"}}]"#);
        writeln!(text, r#"{head},"type":"user","uuid":"{turn:08}-0000-4000-8000-000000000000","message":{{"role":"user","content":"prompt {turn}{longer}"}}}}"#).unwrap();
        writeln!(text, r#"{head},"type":"assistant","uuid":"a{turn}","message":{{"id":"msg_{turn}","role":"assistant","model":"m","stop_reason":"end_turn","content":{answer},"usage":{usage}}}}}"#).unwrap();
    }
    std::fs::write(folder.path().join(format!("{session}.jsonl")), text).unwrap();
    folder
}

/// The ids of spans.
pub type Ids = BTreeSet<Vec<u8>>;

/// How often a span came, all of them together.
pub fn taken(server: &Server) -> usize {
    server.taken().values().sum()
}

/// A run that succeeds: how many spans it sent, and what it said.
pub fn sends(server: &Server, paths: &str, options: &[&str]) -> (usize, String) {
    let before = taken(server);
    let outcome = run(server, options, paths);
    assert_eq!(outcome.code, 0, "{}", outcome.said);
    (taken(server) - before, outcome.said)
}

pub fn ids(server: &Server) -> Ids {
    server.taken().into_keys().collect()
}

/// The ids of the turns of a session.
pub fn turns(session: usize, numbers: impl IntoIterator<Item = usize>) -> Ids {
    let numbers: Vec<_> = numbers.into_iter().collect();
    let tree = Tree::new();
    tree.add(session, &(0..10).map(|number| turn(session, number)).collect::<String>());
    let printed = stdout(upload(&["--dry-run", "--format", "otlp-json", "-q", &tree.path()]));
    let all = spans(&json_lines(&printed));
    assert_eq!(all.len(), 10);
    numbers.into_iter().map(|number| all[number].span_id.clone()).collect()
}

pub fn joined<const N: usize>(ids: [Ids; N]) -> Ids {
    ids.into_iter().flatten().collect()
}
