//! Sessions that a test writes, record by record, and lets grow.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// A projects folder with one project.
pub struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("-src-shop")).unwrap();
        Self { folder }
    }

    /// So many sessions that are long over, each of so many turns.
    pub fn of(sessions: usize, turns: usize) -> Self {
        let tree = Self::new();
        for session in 0..sessions {
            tree.add(session, &(0..turns).map(|number| turn(session, number)).collect::<String>());
        }
        tree
    }

    /// What is named on the command line.
    pub fn path(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// The transcript of a session.
    pub fn file(&self, session: usize) -> PathBuf {
        self.folder.path().join("-src-shop").join(id(session)).with_extension("jsonl")
    }

    /// The transcript of a session's subagent.
    pub fn agent_file(&self, session: usize, agent: &str) -> PathBuf {
        let name = format!("agent-{agent}.jsonl");
        self.folder.path().join("-src-shop").join(id(session)).join("subagents").join(name)
    }

    /// A session goes on.
    pub fn add(&self, session: usize, text: &str) {
        append(&self.file(session), text);
    }
}

/// A session ran in another folder.
pub fn moved(tree: &Tree, session: usize, folder: &str) {
    let text = fs::read_to_string(tree.file(session)).unwrap();
    let folder = serde_json::to_string(folder).unwrap();
    fs::write(tree.file(session), text.replace("\"/src/shop\"", &folder)).unwrap();
}

pub fn append(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(text.as_ref()).unwrap();
}

/// The id of a session.
pub fn id(session: usize) -> String {
    format!("{session:08}-1111-4111-8111-111111111111")
}

/// When a turn of a session that is long over began.
pub fn long_ago(session: usize, turn: usize) -> DateTime<Utc> {
    let begin: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().unwrap();
    begin + TimeDelta::minutes(i64::try_from(session * 600 + turn).unwrap())
}

/// So long before now.
pub fn ago(time: Duration) -> DateTime<Utc> {
    DateTime::<Utc>::from(SystemTime::now() - time)
}

fn head(session: usize, at: DateTime<Utc>) -> String {
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    format!(r#"{{"sessionId":"{}","version":"2.1.330","cwd":"/src/shop","timestamp":"{at}""#, id(session))
}

/// A turn that is long over: a prompt and its answer.
pub fn turn(session: usize, number: usize) -> String {
    let at = long_ago(session, number);
    prompt(session, number, at) + &answer(session, number, at)
}

/// A prompt.
pub fn prompt(session: usize, number: usize, at: DateTime<Utc>) -> String {
    let head = head(session, at);
    let uuid = format!("{number:08}-{session:04}-4000-8000-000000000000");
    let message = format!(r#"{{"role":"user","content":"prompt {number}"}}"#);
    format!("{head},\"type\":\"user\",\"uuid\":\"{uuid}\",\"message\":{message}}}\n")
}

/// The answer that ends a turn.
pub fn answer(session: usize, number: usize, at: DateTime<Utc>) -> String {
    says(session, &format!("{session}_{number}"), at, r#"{"type":"text","text":"yes"}"#, "end_turn")
}

/// An answer that calls a tool, of which the id is `call`.
pub fn calls(session: usize, call: &str, at: DateTime<Utc>, tool: &str, input: &str) -> String {
    let content = format!(r#"{{"type":"tool_use","id":"{call}","name":"{tool}","input":{input}}}"#);
    says(session, &format!("of_{call}"), at, &content, "tool_use")
}

/// What a tool gives back, with what the client notes beside it.
pub fn result(session: usize, call: &str, at: DateTime<Utc>, noted: &str) -> String {
    let head = head(session, at);
    let content = format!(r#"[{{"type":"tool_result","tool_use_id":"{call}","content":"done"}}]"#);
    let message = format!(r#"{{"role":"user","content":{content}}}"#);
    format!("{head},\"type\":\"user\",\"uuid\":\"r{call}\",\"message\":{message},\"toolUseResult\":{noted}}}\n")
}

fn says(session: usize, request: &str, at: DateTime<Utc>, content: &str, stop: &str) -> String {
    let head = head(session, at);
    let usage = r#"{"input_tokens":1,"output_tokens":60}"#;
    let message = format!(
        r#"{{"id":"msg_{request}","role":"assistant","model":"m","stop_reason":"{stop}","content":[{content}],"usage":{usage}}}"#
    );
    format!("{head},\"type\":\"assistant\",\"uuid\":\"a{request}\",\"message\":{message}}}\n")
}

/// The same record of a subagent.
pub fn of_agent(agent: &str, record: &str) -> String {
    let head = format!("{{\"isSidechain\":true,\"agentId\":\"{agent}\",");
    record.lines().map(|line| line.replacen('{', &head, 1) + "\n").collect()
}
