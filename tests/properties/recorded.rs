//! Sessions of the recordings as they lie in a project folder, to be changed and read again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use moda_agent::transcript::Tokens;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::Value;
use tempfile::TempDir;

use crate::run::{Run, Totals};

/// Larger sessions are left out: they hold the same, with more filler.
const LARGEST: usize = 100_000;

/// The files of one session: names below a project folder, and bytes.
#[derive(Clone)]
pub struct Recorded {
    pub id: String,
    pub files: BTreeMap<String, Vec<u8>>,
}

impl fmt::Debug for Recorded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.id)
    }
}

impl Recorded {
    /// The name of the main transcript.
    pub fn main(&self) -> String {
        format!("{}.jsonl", self.id)
    }

    /// The main transcript's lines, with their ends.
    pub fn lines(&self) -> Vec<&[u8]> {
        lines(&self.files[&self.main()])
    }

    /// The names of its transcripts that hold something.
    pub fn transcripts(&self) -> Vec<&String> {
        let files = self.files.iter().filter(|(name, bytes)| name.ends_with(".jsonl") && !bytes.is_empty());
        files.map(|(name, _)| name).collect()
    }

    /// The same with another content of one file.
    pub fn with(&self, name: &str, bytes: Vec<u8>) -> Self {
        let mut other = self.clone();
        other.files.insert(name.to_owned(), bytes);
        other
    }

    /// The same with something else in place of one line.
    pub fn with_line(&self, name: &str, line: usize, becomes: impl Fn(&[u8]) -> Vec<u8>) -> Self {
        let all = lines(&self.files[name]).into_iter().enumerate();
        let bytes = all.map(|(index, bytes)| if index == line { becomes(bytes) } else { bytes.to_vec() });
        self.with(name, bytes.collect::<Vec<_>>().concat())
    }

    /// What it counts, read alone.
    pub fn totals(&self) -> Totals {
        Tree::of([self]).run().totals()
    }
}

/// The sessions of each set of recordings.
static RECORDINGS: LazyLock<Vec<Vec<Recorded>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/recordings");
    let mut sets: Vec<_> = entries(&folder).into_iter().filter(|path| path.is_dir()).collect();
    sets.sort();
    sets.iter().map(|set| recorded(&entries(&set.join("projects"))[0])).collect()
});

/// One session of any recording.
pub fn session() -> impl Strategy<Value = &'static Recorded> {
    select(RECORDINGS.iter().flatten().collect::<Vec<_>>())
}

/// The sessions of which a subagent with a transcript of its own asked a model.
static LAUNCHING: LazyLock<Vec<&'static Recorded>> = LazyLock::new(|| {
    let has_subagent = |session: &&Recorded| {
        let run = if session.transcripts().len() > 1 { Tree::of([*session]).run() } else { Run::default() };
        let turns = run.sessions.iter().flat_map(|session| &session.turns);
        turns.flat_map(|turn| &turn.subagents).any(|agent| !agent.requests.is_empty())
    };
    RECORDINGS.iter().flatten().filter(has_subagent).collect()
});

/// One session that launched subagents.
pub fn launching() -> impl Strategy<Value = &'static Recorded> {
    select(LAUNCHING.as_slice())
}

/// Some sessions of one set of recordings, which may be copies of each other.
pub fn sessions() -> impl Strategy<Value = Vec<&'static Recorded>> {
    let sets = RECORDINGS.iter().map(|set| set.iter().collect::<Vec<_>>()).collect::<Vec<_>>();
    select(sets).prop_flat_map(|set| subsequence(set.clone(), 1..=set.len().min(5)))
}

/// What stands in a folder.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The sessions of a project folder.
fn recorded(project: &Path) -> Vec<Recorded> {
    let mut files = Vec::new();
    collect(project, project, &mut files);
    let mut sessions = BTreeMap::<String, BTreeMap<String, Vec<u8>>>::new();
    for (name, bytes) in files {
        let id = if name.starts_with("agent-") { session_of(&bytes) } else { name[..36].to_owned() };
        sessions.entry(id).or_default().insert(name, bytes);
    }
    let sessions = sessions.into_iter().map(|(id, files)| Recorded { id, files });
    let is_small = |session: &Recorded| session.files.values().map(Vec::len).sum::<usize>() < LARGEST;
    let has_main = |session: &Recorded| session.files.get(&session.main()).is_some_and(|bytes| !bytes.is_empty());
    sessions.filter(|session| has_main(session) && is_small(session)).collect()
}

fn collect(folder: &Path, project: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for path in entries(folder) {
        let name = path.strip_prefix(project).unwrap().to_str().unwrap().replace('\\', "/");
        if path.is_dir() {
            collect(&path, project, files);
        } else if name.ends_with(".jsonl") || name.ends_with(".meta.json") {
            files.push((name, fs::read(&path).unwrap()));
        }
    }
}

/// The session that a subagent's transcript names.
fn session_of(transcript: &[u8]) -> String {
    let record: Value = serde_json::from_slice(lines(transcript)[0]).unwrap();
    record["sessionId"].as_str().unwrap().to_owned()
}

/// The lines of a file, with their ends.
pub fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// A folder of transcripts.
pub struct Tree(TempDir);

impl Tree {
    /// Sessions in one project folder, `p`.
    pub fn of<'a>(sessions: impl IntoIterator<Item = &'a Recorded>) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        sessions.into_iter().for_each(|session| tree.add(session));
        tree
    }

    pub fn add(&self, session: &Recorded) {
        for (name, bytes) in &session.files {
            self.write(&format!("p/{name}"), bytes);
        }
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn run(&self) -> Run {
        Run::over(&[self.0.path().to_owned()])
    }
}

/// An independent count by `message.id`, the largest usage of each taken whole.
pub fn counted(sessions: &[&Recorded]) -> Totals {
    let mut requests = HashMap::<String, Tokens>::new();
    let mut calls = BTreeSet::new();
    let files = sessions.iter().flat_map(|session| session.transcripts().into_iter().map(|name| &session.files[name]));
    for line in files.flat_map(|bytes| lines(bytes)) {
        let record: Value = serde_json::from_slice(line).unwrap();
        let message = &record["message"];
        if record["type"] != "assistant" || message["model"] == "<synthetic>" {
            continue;
        }
        let id = message["id"].as_str().unwrap().to_owned();
        let blocks = message["content"].as_array().into_iter().flatten();
        let called = blocks.filter(|block| block["type"] == "tool_use");
        calls.extend(called.filter_map(|block| Some((id.clone(), block["id"].as_str()?.to_owned()))));
        let (tokens, known) = (tokens(&message["usage"]), requests.entry(id).or_default());
        if (tokens.output, tokens.prompt()) > (known.output, known.prompt()) {
            *known = tokens;
        }
    }
    Totals { requests: requests.len(), tool_calls: calls.len(), tokens: requests.into_values().sum() }
}

fn tokens(usage: &Value) -> Tokens {
    let count = |key: &str| usage[key].as_u64().unwrap_or_default();
    let nested = ["5m", "1h"].map(|time| &usage["cache_creation"][format!("ephemeral_{time}_input_tokens")]);
    let nested = nested.into_iter().filter_map(Value::as_u64).sum();
    let flat = Some(count("cache_creation_input_tokens")).filter(|flat| *flat > 0);
    Tokens {
        input: count("input_tokens"),
        cache_creation: flat.unwrap_or(nested),
        cache_read: count("cache_read_input_tokens"),
        output: count("output_tokens"),
    }
}
