//! Tokens and turns of the recordings, against what the API sent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

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

/// The message ids that the transcripts of some recordings hold, wherever they stand.
fn saved_ids(name: &str) -> BTreeSet<String> {
    let mut text = String::new();
    read(recordings(name).as_ref(), &mut text);
    let records = lines(&text).into_iter().filter(|record| record["type"] == "assistant");
    records.filter_map(|record| record["message"]["id"].as_str().map(str::to_owned)).collect()
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

/// Every request that a transcript holds counts once, with the tokens that the API sent, in the
/// main chain or as a subagent's, however often forks and branches copied it.
#[test]
fn the_tokens_of_all_turns_are_those_that_the_api_sent() {
    for name in ["live-2.1.330", "interactive-2.1.330", "native-2.1.330", "client-2.1.330"] {
        let saved = saved_ids(name);
        let is_saved = |usage: &&Value| saved.contains(usage["id"].as_str().unwrap());
        let (mut prompt, mut output) = (0, 0);
        for usage in api_usage(name).iter().filter(is_saved).map(|usage| &usage["usage"]) {
            let count = |key: &str| usage[key].as_u64().unwrap_or(0);
            let parts = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"].map(count);
            prompt += parts.iter().sum::<u64>();
            output += count("output_tokens");
        }
        let turns = turns(name);
        let sum = |keys: [&str; 2]| -> u64 {
            let attributes = turns.iter().map(|turn| &turn["attributes"]);
            attributes.flat_map(|turn| keys.map(|key| turn[key].as_u64().unwrap_or(0))).sum()
        };
        assert!(prompt > 0 && output > 0);
        assert_eq!(sum(["gen_ai.usage.input_tokens", "claude_agent.subagent.input_tokens"]), prompt, "{name}");
        assert_eq!(sum(["gen_ai.usage.output_tokens", "claude_agent.subagent.output_tokens"]), output, "{name}");
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
                "user" | "assistant" | "system" => true,
                "attachment" => record["attachment"]["type"] == "model",
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
