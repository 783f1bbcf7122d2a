//! `moda-agent diff`: what differs from live, what does not differ from the program's own output,
//! and which files can be a baseline.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::{Value, json};
use support::{Server, moda_agent, recordings, spans, stderr_of, stdout, testdata, upload};

const LIVE: &str = "live-2.1.330";
const STATUS: [&str; 2] = ["status", "status_message"];
const REQUEST_MODEL: [&str; 1] = ["gen_ai.request.model"];
const TOKENS: [&str; 3] = ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "llm.usage.total_tokens"];
/// Live was told these, and the replay of this test is not.
const TOLD: [&str; 2] = ["moda.conversation_id", "moda.user_id"];

/// The differences that the README names: capture, index of the turn, keys.
const NAMED: [(&str, usize, &[&str]); 9] = [
    ("alias", 0, &REQUEST_MODEL),
    ("e400", 0, &STATUS),
    ("empty", 0, &TOKENS),
    ("multi", 0, &TOLD),
    ("multi", 1, &TOLD),
    ("multi", 2, &TOLD),
    ("multi", 3, &TOLD),
    ("refusal", 0, &STATUS),
    ("setmodel", 1, &REQUEST_MODEL),
];

fn diff(arguments: &[&str]) -> Command {
    let mut command = moda_agent();
    command.arg("diff").args(arguments);
    command
}

/// The turns, and how the program ended.
fn turns(baseline: &Path, options: &[&str]) -> (Vec<Value>, i32) {
    let mut command = diff(&[&baseline.display().to_string(), "--format", "json", "-q"]);
    let output = command.args(options).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), output.status.code().unwrap())
}

fn changed_keys(turn: &Value) -> BTreeSet<String> {
    turn["changes"].as_array().unwrap().iter().map(|change| change["key"].as_str().unwrap().to_owned()).collect()
}

/// The spans that live sent, by the name of the capture.
fn captures() -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(testdata("recordings/live-2.1.330/otlp")).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect()
}

#[test]
fn the_replay_differs_from_live_as_the_readme_says() {
    let mut found = BTreeMap::new();
    for (name, path) in captures() {
        let live = spans(&[ExportTraceServiceRequest::decode(fs::read(&path).unwrap().as_slice()).unwrap()]);
        let (turns, exit) = turns(&path, &[&recordings(LIVE)]);
        let (matched, others): (Vec<_>, Vec<_>) = turns.iter().partition(|turn| turn["state"] != "new");
        assert_eq!((matched.len(), others.len(), exit), (live.len(), 31 - live.len(), 1), "{name}");
        for (index, turn) in matched.iter().enumerate() {
            if turn["state"] == "changed" {
                found.insert((name.clone(), index), changed_keys(turn));
            } else {
                assert_eq!(turn["state"], "unchanged", "{name} {index}");
            }
        }
    }
    let named =
        NAMED.map(|(name, index, keys)| ((name.to_owned(), index), keys.iter().map(ToString::to_string).collect()));
    assert_eq!(found, BTreeMap::from(named));
}

#[test]
fn some_sessions_can_be_asked_for() {
    let path = &captures()["long"];
    let (all, _) = turns(path, &[&recordings(LIVE)]);
    let session = all.iter().find(|turn| turn["state"] == "unchanged").unwrap()["session_id"].as_str().unwrap();
    let (asked, exit) = turns(path, &[&recordings(LIVE), "--session", &session[..8], "--project", "shop"]);
    let states: Vec<_> = asked.iter().map(|turn| turn["state"].as_str().unwrap()).collect();
    assert_eq!((states, exit), (vec!["unchanged"], 0));
    let none = [&recordings(LIVE), "--session", &session[..8], "--until", "2026-01-01"];
    assert_eq!(turns(path, &none), (vec![], 0));
}

#[test]
fn a_folder_of_captures_is_one_baseline() {
    let folder = testdata("recordings/live-2.1.330/otlp");
    let (turns, _) = turns(&folder, &[&recordings(LIVE)]);
    let count = |state: &str| turns.iter().filter(|turn| turn["state"] == state).count();
    assert_eq!([count("new"), count("changed"), count("unchanged"), count("gone")], [1, 9, 21, 0]);
}

#[test]
fn what_live_was_told_can_be_told_to_the_replay() {
    let capture = &captures()["multi"];
    let transcript = format!("{}/-Users-ada-src-shop/65467ea4-3ef6-4e1c-ae3d-70ed9c874b17.jsonl", recordings(LIVE));
    let options = ["--conversation-id", "session_123", &transcript];
    let told = |user: &str| {
        let mut command = diff(&[&capture.display().to_string(), "-q"]);
        command.args(options).env("MODA_AGENT_USER_ID", user).output().unwrap().status.code().unwrap()
    };
    assert_eq!([told("user_456"), told("user_457")], [0, 1]);
}

/// Every form in which this program gives its spans away, and others make of it.
#[test]
fn the_programs_own_output_is_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let dry_run = |format| stdout(upload(&["--dry-run", "-q", "--format", format, &recordings(LIVE)])).into_bytes();
    let requests = |limit: &str| {
        let server = Server::accepting();
        let options = ["-q", "--max-batch-spans", limit, "--endpoint", &server.url, &recordings(LIVE)];
        upload(&options).assert().success();
        server.requests().iter().map(support::Request::content).collect::<Vec<_>>()
    };
    let frame = |message: &Vec<u8>| [&u32::try_from(message.len()).unwrap().to_be_bytes(), message.as_slice()].concat();
    let json = dry_run("json");
    let pretty: Value = serde_json::from_slice(&dry_run("otlp-json")).unwrap();
    for (name, bytes) in [
        ("otlp-json", dry_run("otlp-json")),
        ("pretty", serde_json::to_vec_pretty(&pretty).unwrap()),
        ("gzipped", gzipped(&json)),
        ("protobuf", requests("512").remove(0)),
        ("framed", requests("7").iter().flat_map(frame).collect()),
        ("json", json),
    ] {
        let file = folder.path().join("baseline");
        fs::write(&file, bytes).unwrap();
        let (turns, exit) = turns(&file, &[&recordings(LIVE)]);
        let unchanged = turns.iter().filter(|turn| turn["state"] == "unchanged").count();
        assert_eq!((unchanged, turns.len(), exit), (31, 31, 0), "{name}");
    }
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A dry run of the recordings with something changed in its text.
fn edited(from: &str, to: &str) -> tempfile::NamedTempFile {
    let text = stdout(upload(&["--dry-run", "-q", "--format", "json", &recordings(LIVE)]));
    assert!(text.contains(from), "{from}");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.replace(from, to).as_bytes()).unwrap();
    file
}

#[test]
fn a_changed_turn_is_shown_with_what_was_and_what_is() {
    let file = edited("\"claude_agent.num_turns\":5", "\"claude_agent.num_turns\":6");
    let mut command = diff(&[&file.path().display().to_string(), "--color", "never", "-q", &recordings(LIVE)]);
    let printed = String::from_utf8(command.assert().code(1).get_output().stdout.clone()).unwrap();
    let expected =
        "Session 65467ea4-3ef6-4e1c-ae3d-70ed9c874b17  /Users/ada/src/shop  2026-11-22T09:36:49.328Z  4 turns

  Turn 2026-11-22T09:36:49.328Z  \"scenario:hello What is the capital of France?\"
  Turn 2026-11-22T09:36:49.876Z  \"scenario:bash list files\"
~ Turn 2026-11-22T09:36:50.594Z  \"scenario:parallel read\"
    - claude_agent.num_turns  6
    + claude_agent.num_turns  5
  Turn 2026-11-22T09:36:51.145Z  \"scenario:think add 17 and 25\"

31 turns: 1 changed, 30 unchanged
";
    assert_eq!(printed, expected);
    let (turns, _) = turns(file.path(), &[&recordings(LIVE)]);
    let turn = turns.iter().find(|turn| turn["state"] == "changed").unwrap();
    let expected = json!({
        "state": "changed",
        "session_id": "65467ea4-3ef6-4e1c-ae3d-70ed9c874b17",
        "project": "/Users/ada/src/shop",
        "trace_id": "38212d7b333e1f5600d9b63f387a3335",
        "start": "2026-11-22T09:36:50.594Z",
        "prompt": "scenario:parallel read",
        "changes": [{"key": "claude_agent.num_turns", "old": 6, "new": 5}],
    });
    assert_eq!(*turn, expected);
}

#[test]
fn colours_are_those_of_a_diff() {
    let file = edited("\"claude_agent.num_turns\":5", "\"claude_agent.num_turns\":6");
    let mut command = diff(&[&file.path().display().to_string(), "--color", "always", "-q", &recordings(LIVE)]);
    let printed = String::from_utf8(command.assert().code(1).get_output().stdout.clone()).unwrap();
    assert!(printed.contains("\u{1b}[33m~ Turn ") && printed.contains("\u{1b}[32m+ claude_agent.num_turns  5\u{1b}"));
}

#[test]
fn the_times_of_the_programs_own_spans_count() {
    let (turns, exit) = turns(edited("09:36:50.594Z", "09:36:50.593Z").path(), &[&recordings(LIVE)]);
    let changed: Vec<_> = turns.iter().filter(|turn| turn["state"] == "changed").collect();
    assert_eq!((changed.len(), changed_keys(changed[0]), exit), (1, BTreeSet::from(["start".to_owned()]), 1));
}

#[test]
fn what_is_only_in_the_baseline_is_gone() {
    let transcript = format!("{}/-Users-ada-src-shop/73fd2a44-7a9e-4cb1-9d0f-045eccbb8c98.jsonl", recordings(LIVE));
    let (turns, exit) = turns(&captures()["e400"], &[&transcript]);
    let states: Vec<_> = turns.iter().map(|turn| turn["state"].as_str().unwrap()).collect();
    assert_eq!((states, exit), (vec!["gone", "gone", "new"], 1));
}

#[test]
fn damage_is_told_with_its_place_and_fails_a_strict_run() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(upload(&["--dry-run", "-q", "--format", "json", &recordings(LIVE)]));
    fs::write(folder.path().join("b.jsonl"), format!("{{\"name\":\n{text}")).unwrap();
    fs::write(folder.path().join("a.txt"), "a note").unwrap();
    fs::create_dir(folder.path().join("c")).unwrap();
    let path = folder.path().display().to_string();
    let said = stderr_of(&mut diff(&[&path, &recordings(LIVE)]), 0);
    assert!(said.contains("a.txt: no spans in it; the file is left out\n"), "{said}");
    assert!(said.contains("b.jsonl:1: no JSON from column "), "{said}");
    assert!(said.contains("baseline  31 spans in 1 file\nwarnings  1 damaged line, 1 no spans\n"), "{said}");
    stderr_of(&mut diff(&[&path, "--strict", &recordings(LIVE)]), 1);
}

#[test]
fn spans_of_no_turn_are_counted_and_left_out() {
    let file = edited("claude_agent.chat", "chat");
    let said = stderr_of(&mut diff(&[&file.path().display().to_string(), &recordings(LIVE)]), 1);
    assert!(said.contains("baseline  31 spans in 1 file, 31 of them of no turn and not compared\n"), "{said}");
}

#[test]
fn a_baseline_must_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let (nothing, text, whole) = (folder.path().join("nothing"), folder.path().join("text"), folder.path());
    fs::write(&nothing, "").unwrap();
    fs::write(&text, "{\"a\":\nno spans\n").unwrap();
    for path in [&nothing, &text, whole] {
        let said = stderr_of(&mut diff(&[&path.display().to_string(), &recordings(LIVE)]), 2);
        let sentence = format!("error: {} holds no spans that moda-agent can read.\nhint: It can be", path.display());
        assert!(said.starts_with(&sentence), "{said}");
    }
    let said = stderr_of(&mut diff(&["/no/such/file", &recordings(LIVE)]), 2);
    assert!(said.starts_with("error: Cannot read /no/such/file: No such file or directory.\nhint: "), "{said}");
    stderr_of(&mut diff(&[&captures()["multi"].display().to_string(), "/no/such/place"]), 2);
    stderr_of(&mut diff(&[]), 2);
}

#[test]
fn variables_and_the_client_s_folder_count() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".claude/projects/-p");
    fs::create_dir_all(&folder).unwrap();
    let name = "73fd2a44-7a9e-4cb1-9d0f-045eccbb8c98.jsonl";
    fs::copy(format!("{}/-Users-ada-src-shop/{name}", recordings(LIVE)), folder.join(name)).unwrap();
    let mut command = diff(&[&captures()["alias"].display().to_string(), "--color", "never"]);
    command.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME").env("MODA_AGENT_QUIET", "1");
    let printed = command.assert().code(1).stderr("").get_output().stdout.clone();
    assert!(String::from_utf8(printed).unwrap().ends_with("\n1 turn: 1 changed\n"));
}

#[test]
fn a_reader_may_go_away() {
    let baseline = captures()["multi"].display().to_string();
    let program = moda_agent().get_program().to_owned();
    let mut child = std::process::Command::new(program)
        .args(["diff", &baseline, "-q", &recordings(LIVE)])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
