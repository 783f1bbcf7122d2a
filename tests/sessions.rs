//! `moda-agent sessions`: the accounts for people and for programs, and where they are taken from.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use support::{moda_agent, recordings, stderr_of, stdout, testdata, upload};

fn sessions(arguments: &[&str]) -> Command {
    let mut command = moda_agent();
    command.arg("sessions").args(arguments);
    command
}

fn accounts(paths: &[&str]) -> Value {
    let mut command = sessions(&["--format", "json", "-q"]);
    command.args(paths);
    serde_json::from_str(&stdout(command)).unwrap()
}

fn tokens(input: u64, creation: u64, read: u64, output: u64) -> Value {
    json!({
        "input_tokens": input,
        "cache_creation_input_tokens": creation,
        "cache_read_input_tokens": read,
        "output_tokens": output,
    })
}

/// One session in full, so that no key changes unseen: with a subagent, compaction and a rewind.
#[test]
fn a_session_has_these_keys() {
    let found = accounts(&[&recordings("interactive-2.1.330")]);
    let session = found["sessions"].as_array().unwrap().iter().find(|session| session["subagents"] == 1).unwrap();
    let expected = json!({
        "session_id": "77425eee-d970-439e-8969-db7e94ab7173",
        "project": "/Users/ada/src/shop",
        "started_at": "2026-11-22T09:45:50.670Z",
        "ended_at": "2026-11-22T09:46:50.065Z",
        "client_versions": ["2.1.330"],
        "models": ["claude-sonnet-4-20250514"],
        "turns": 7,
        "requests": 12,
        "tool_calls": 4,
        "subagents": 1,
        "usage": tokens(1149, 3946, 21190, 8033),
        "subagent_usage": tokens(231, 769, 4250, 1615),
        "reported_usage": tokens(1617, 5383, 29750, 11305),
        "incomplete_requests": 0,
        "duplicate_requests": 0,
        "warnings": 0,
    });
    assert_eq!(*session, expected);
}

#[test]
fn the_totals_are_the_sums_of_the_sessions() {
    let found = accounts(&[&testdata("recordings").display().to_string()]);
    let all = found["sessions"].as_array().unwrap();
    let totals = &found["totals"];
    assert_eq!(totals["sessions"], all.len());
    for key in ["turns", "requests", "tool_calls", "subagents", "incomplete_requests", "duplicate_requests"] {
        let sum: u64 = all.iter().map(|session| session[key].as_u64().unwrap()).sum();
        assert!(sum > 0 && totals[key] == sum, "{key}: {sum} and {}", totals[key]);
    }
    for usage in ["usage", "subagent_usage"] {
        for (key, total) in totals[usage].as_object().unwrap() {
            let sum: u64 = all.iter().map(|session| session[usage][key].as_u64().unwrap()).sum();
            assert!(sum > 0 && *total == sum, "{usage}.{key}");
        }
    }
}

/// Made by a generator that knows the truth: subagents in both places, a fork that owns a request
/// (the same first time, the smaller id) of which it copied one line of two.
#[test]
fn a_synthetic_tree_gives_its_truth() {
    let truth: Value = serde_json::from_slice(&fs::read(testdata("synthetic/truth.json")).unwrap()).unwrap();
    let totals = &accounts(&[&testdata("synthetic/projects").display().to_string()])["totals"];
    let both = |key: &str| ["usage", "subagent_usage"].map(|usage| totals[usage][key].as_u64().unwrap());
    assert_eq!(totals["sessions"], truth["sessions"]);
    assert_eq!(totals["requests"], truth["api_calls"]);
    assert_eq!(totals["tool_calls"], truth["tool_uses"]);
    assert_eq!(totals["subagents"], truth["subagent_files"]);
    for (key, expected) in [
        ("input_tokens", "input"),
        ("cache_creation_input_tokens", "cache_create"),
        ("cache_read_input_tokens", "cache_read"),
        ("output_tokens", "output"),
    ] {
        assert_eq!(both(key).iter().sum::<u64>(), truth[expected], "{key}");
    }
    assert_eq!(both("output_tokens")[1], truth["subagent_output"]);
    assert_eq!((&totals["incomplete_requests"], &totals["warnings"]), (&json!(0), &json!({})));
}

#[test]
fn its_turns_are_those_that_an_upload_sends() {
    for name in ["live-2.1.330", "interactive-2.1.330", "client-1.0.24", "client-2.0.36"] {
        let sent = stdout(upload(&["--dry-run", "--format", "json", "-q", &recordings(name)])).lines().count();
        assert_eq!(accounts(&[&recordings(name)])["totals"]["turns"], sent, "{name}");
    }
}

#[test]
fn people_get_a_table() {
    let mut command = sessions(&["--color", "never", &recordings("interactive-2.1.330")]);
    command.env("HOME", "/Users/ada");
    let expected = "  started (UTC)     session   length  client   models    turns  requests  tools  agents  tokens in  cached  tokens out
~/src/shop  4 sessions, 49,340 tokens in, 14,933 out
  2026-11-22 09:45  06d61e2c     12s  2.1.330  sonnet-4      3         6      5       0     15,399    78 %       4,425
  2026-11-22 09:45  77425eee     59s  2.1.330  sonnet-4      7        12      4       1     31,535    80 %       9,648
    the client counts 5,215 more in and 1,657 more out with sonnet-4 (compaction, or answers without content)
  2026-11-22 09:45  6c1c25e1  1m 14s  2.1.330  sonnet-4      1         1      0       0      2,406    91 %         860
  2026-11-22 09:46  938e34a9      0s  2.1.330  sonnet-4      0         0      0       0          0                   0
  4 sessions                                                11        19      9       1     49,340    80 %      14,933
  of these 5,250 tokens in and 1,615 out are agents', the client's own included
  12 copied requests left out, which count where they were first
";
    assert_eq!(stdout(command), expected);
}

#[test]
fn outputs_of_which_only_the_first_count_was_saved_are_lower_bounds() {
    let printed = stdout(sessions(&["--color", "never", &recordings("client-2.1.21")]));
    assert!(printed.contains("≥228\n"), "{printed}");
    assert!(printed.contains("≥ 57 requests saved with the first count of the output only"), "{printed}");
}

#[test]
fn a_transcript_cannot_speak_to_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let line = r#"{"type":"assistant","sessionId":"\u001b[31ms","cwd":"/a\u001b]0;x\u0007\n/b","version":"\u009b1","timestamp":"2026-02-20T10:00:00.000Z","message":{"id":"m","model":"\u202eevil","usage":{"output_tokens":5}}}"#;
    let cost = r#"{"type":"cost-state","sessionId":"s","modelUsage":{"m\u0007":{"inputTokens":5}}}"#;
    fs::write(folder.path().join("x.jsonl"), format!("{line}\n{cost}\n")).unwrap();
    let printed = stdout(sessions(&["--color", "never", &folder.path().display().to_string()]));
    assert!(printed.contains("evil") && printed.contains("m\\u{7}"), "{printed}");
    assert!(
        printed.chars().all(|letter| letter == '\n' || !letter.is_control() && letter != '\u{202e}'),
        "{printed:?}"
    );
}

/// A session of one answer, as its own project.
fn write_session(projects: &Path, number: u8) {
    let folder = projects.join(format!("-p{number}"));
    fs::create_dir_all(&folder).unwrap();
    let id = format!("00000000-0000-4000-8000-00000000000{number}");
    let line = format!(
        r#"{{"type":"assistant","sessionId":"{id}","timestamp":"2026-02-20T10:00:00.000Z","message":{{"id":"m{number}","model":"m","usage":{{"output_tokens":9}}}}}}"#
    );
    fs::write(folder.join(format!("{id}.jsonl")), line + "\n").unwrap();
}

#[test]
fn without_a_path_the_clients_folders_are_looked_through() {
    let home = tempfile::tempdir().unwrap();
    write_session(&home.path().join(".claude/projects"), 1);
    write_session(&home.path().join(".config/claude/projects"), 2);
    write_session(&home.path().join("work/projects"), 3);
    let count = |variables: &[(&str, String)]| {
        let mut command = sessions(&["--format", "json"]);
        command.env_remove("XDG_CONFIG_HOME").env("HOME", home.path()).envs(variables.iter().cloned());
        let found: Value = serde_json::from_str(&stdout(command)).unwrap();
        found["totals"]["sessions"].as_u64().unwrap()
    };
    let work = home.path().join("work").display().to_string();
    let usual = home.path().join(".claude").display().to_string();
    assert_eq!(count(&[]), 2);
    assert_eq!(count(&[("CLAUDE_CONFIG_DIR", work.clone())]), 1);
    assert_eq!(count(&[("CLAUDE_CONFIG_DIR", format!("{work},{usual}"))]), 2);
    assert_eq!(count(&[("CLAUDE_CONFIG_DIR", format!("{work}/projects"))]), 1);
    assert_eq!(count(&[("CLAUDE_CONFIG_DIR", format!("{work}/none"))]), 0);
}

#[test]
fn where_there_are_no_sessions_there_is_a_word_and_an_empty_list() {
    let home = tempfile::tempdir().unwrap();
    let mut command = sessions(&["--format", "json"]);
    let run = command.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME").assert().success().get_output().clone();
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(
        said.starts_with("There are no transcripts under ") && said.contains("\nhint: Claude Code keeps"),
        "{said}"
    );
    let found: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!((&found["sessions"], &found["totals"]["sessions"]), (&json!([]), &json!(0)));
}

#[test]
fn a_path_that_was_named_must_be_there() {
    let said = stderr_of(&mut sessions(&["/no/such/place"]), 2);
    assert!(said.contains("error: Cannot read /no/such/place") && said.contains("hint: "), "{said}");
}

#[test]
fn damage_is_counted_shown_and_fails_only_a_strict_run() {
    let path = testdata("rules/12-03-a-damaged-line-costs-only-itself/projects").display().to_string();
    let said = stderr_of(&mut sessions(&[&path]), 0);
    assert!(said.contains("warning: ") && said.contains(".jsonl:"), "{said}");
    stderr_of(&mut sessions(&["--strict", &path]), 1);
    let mut command = sessions(&[&path]);
    stderr_of(command.env("MODA_AGENT_STRICT", "1"), 1);
}
