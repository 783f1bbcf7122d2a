//! Tokens and turns of the recordings, against what the API sent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use moda_agent::session::{Copies, Keep, Owners, Request, rebuild};
use moda_agent::transcript::{Shared, Tokens, discover};
use serde_json::Value;
use support::{recordings, stdout, testdata, upload};

fn lines(text: &str) -> Vec<Value> {
    text.split('\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn api_usage(name: &str) -> Vec<Value> {
    lines(&std::fs::read_to_string(testdata(&format!("recordings/{name}/api-usage.jsonl"))).unwrap())
}

fn turns(name: &str) -> Vec<Value> {
    lines(&stdout(upload(&["--dry-run", "--format", "json", "-q", &recordings(name)])))
}

/// Appends every transcript below a folder.
fn read(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            read(&entry, text);
        } else if entry.extension().is_some_and(|ending| ending == "jsonl") {
            text.push_str(&std::fs::read_to_string(entry).unwrap());
        }
    }
}

/// What a message's records say of its usage, and which one is taken: that with the most output.
fn largest_saved(name: &str) -> BTreeMap<String, Tokens> {
    let mut text = String::new();
    read(recordings(name).as_ref(), &mut text);
    let mut largest = BTreeMap::<String, Tokens>::new();
    for record in lines(&text).iter().filter(|record| record["type"] == "assistant") {
        let message = &record["message"];
        if message["model"] != "<synthetic>" {
            let saved = tokens(&message["usage"]);
            let known = largest.entry(message["id"].as_str().unwrap().to_owned()).or_insert(saved);
            *known = if saved.output >= known.output { saved } else { *known };
        }
    }
    largest
}

fn tokens(usage: &Value) -> Tokens {
    let count = |key: &str| usage[key].as_u64().unwrap_or(0);
    Tokens {
        input: count("input_tokens"),
        cache_creation: count("cache_creation_input_tokens"),
        cache_read: count("cache_read_input_tokens"),
        output: count("output_tokens"),
    }
}

/// All requests of some recordings, each in the session that owns it.
fn requests(name: &str) -> Vec<Request> {
    let (mut owners, mut requests) = (Owners::with(&|_, _| false), Vec::new());
    let found = discover(&[recordings(name).into()]).unwrap();
    let shared = Shared::of(&found.sessions);
    let copies = Copies::heard(&found.sessions, &shared, &|_, _| false, Keep::default());
    for files in &found.sessions {
        let mut session = rebuild(files, &|_| (), Keep::default()).0;
        copies.teach(&mut session);
        let session = owners.keep_own(session);
        requests.extend(session.turns.iter().flat_map(|turn| turn.requests.clone()));
        requests.extend(session.subagents().flat_map(|agent| agent.requests.clone()));
    }
    requests
}

/// Every request that a transcript holds counts once, with the largest usage that was saved of it,
/// and where that is not what the API sent it is called incomplete: recordings, requests, of these
/// incomplete ones.
#[test]
fn each_request_has_the_tokens_that_its_transcript_can_tell() {
    for (name, all, incomplete) in [
        ("client-0.2.125", 47, 0),
        ("client-1.0.24", 47, 28),
        ("client-1.0.60", 47, 2),
        ("client-1.0.128", 55, 6),
        ("client-2.0.36", 96, 0),
        ("client-2.0.76", 91, 10),
        ("client-2.1.21", 57, 57),
        ("client-2.1.69", 57, 5),
        ("client-2.1.200", 61, 0),
        ("client-2.1.330", 60, 0),
        ("interactive-2.1.330", 19, 0),
        ("live-2.1.330", 49, 0),
        ("native-2.1.330", 37, 0),
    ] {
        let sent: BTreeMap<_, _> = api_usage(name)
            .into_iter()
            .map(|usage| (usage["id"].as_str().unwrap().to_owned(), tokens(&usage["usage"])))
            .collect();
        let (mut saved, mut counts) = (largest_saved(name), (0, 0));
        for request in requests(name) {
            let (ours, sent) = (request.tokens(), sent[&request.id]);
            assert_eq!(Some(ours), saved.remove(&request.id), "{name} {}", request.id);
            assert_eq!(request.usage.is_complete(), ours == sent, "{name} {}: {ours:?}, sent {sent:?}", request.id);
            assert_eq!(Tokens { output: 0, ..ours }, Tokens { output: 0, ..sent }, "{name} {}", request.id);
            counts = (counts.0 + 1, counts.1 + u64::from(!request.usage.is_complete()));
        }
        assert_eq!((saved.len(), counts), (0, (all, incomplete)), "{name}");
    }
}

/// What is sent of a recording adds up to what the API sent: nothing is lost between the two.
#[test]
fn the_tokens_of_all_spans_are_those_that_the_api_sent() {
    for name in ["live-2.1.330", "interactive-2.1.330", "native-2.1.330", "client-2.1.330", "client-2.1.200"] {
        let saved = largest_saved(name);
        let sent = api_usage(name).into_iter().filter(|usage| saved.contains_key(usage["id"].as_str().unwrap()));
        let sent: Tokens = sent.map(|usage| tokens(&usage["usage"])).sum();
        let turns = turns(name);
        let sum = |keys: [&str; 2]| -> u64 {
            let attributes = turns.iter().map(|turn| &turn["attributes"]);
            attributes.flat_map(|turn| keys.map(|key| turn[key].as_u64().unwrap_or(0))).sum()
        };
        let prompt = sum(["gen_ai.usage.input_tokens", "claude_agent.subagent.input_tokens"]);
        let output = sum(["gen_ai.usage.output_tokens", "claude_agent.subagent.output_tokens"]);
        assert_eq!((prompt, output), (sent.prompt(), sent.output), "{name}");
    }
}

/// The cheap look passes over no line that holds something we read, and over most of the bytes.
#[test]
fn the_glance_passes_over_nothing_that_counts() {
    let mut bytes = (0, 0);
    for name in ["live-2.1.330", "interactive-2.1.330", "native-2.1.330", "client-2.1.330"] {
        let mut text = String::new();
        read(recordings(name).as_ref(), &mut text);
        for line in text.split('\n').filter(|line| !line.is_empty()) {
            let record: Value = serde_json::from_str(line).unwrap();
            let is_read = match record["type"].as_str().unwrap() {
                "user" | "assistant" | "system" | "cost-state" | "relocated" => true,
                "attachment" => ["model", "queued_command"].map(Value::from).contains(&record["attachment"]["type"]),
                "progress" => record["data"]["type"] == "agent_progress",
                _ => false,
            };
            let matters = moda_agent::transcript::matters(line.as_bytes());
            assert!(matters || !is_read, "{line}");
            bytes.0 += line.len();
            bytes.1 += if matters { line.len() } else { 0 };
        }
    }
    assert!(bytes.1 * 5 < bytes.0, "{} of {} bytes are parsed", bytes.1, bytes.0);
}
