//! How things stand, and what differs from what was delivered.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use support::runs::many;
use support::{Act, Server, answer, moda_agent, ok, recordings, stdout, upload, upload_with};

const SESSION: &str = "11111111-1111-4111-8111-111111111111";

fn status(ledger: &Path, arguments: &[&str]) -> String {
    let mut command = moda_agent();
    command.env_remove("MODA_AGENT_ALL").arg("status").arg("--state").arg(ledger).args(arguments);
    stdout(command)
}

fn status_json(ledger: &Path, path: &str) -> Value {
    serde_json::from_str(&status(ledger, &["--format", "json", path])).unwrap()
}

/// The lines of `upload --diff --format json`, and the exit code.
fn diff(server: &Server, options: &[&str], path: &str) -> (i32, Vec<Value>) {
    let mut command = upload_with(&server.ledger(), &["--endpoint", &server.url, "--diff", "--format", "json"]);
    let output = command.args(options).arg(path).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn send(server: &Server, options: &[&str], path: &str) -> i32 {
    let mut command = upload_with(&server.ledger(), &["--endpoint", &server.url, "-q"]);
    command.args(options).arg(path).output().unwrap().status.code().unwrap()
}

fn states(turns: &[Value]) -> Vec<&str> {
    turns.iter().map(|turn| turn["state"].as_str().unwrap()).collect()
}

fn transcript(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join(format!("{SESSION}.jsonl"))
}

#[test]
fn before_anything_is_delivered_all_is_new_and_after_it_nothing_differs() {
    let (server, all) = (Server::accepting(), recordings("live-2.1.330"));
    let (code, turns) = diff(&server, &[], &all);
    assert_eq!((code, turns.len(), states(&turns).iter().all(|state| *state == "new")), (1, 31, true));
    assert!(!server.ledger().exists(), "looking makes no ledger");
    assert_eq!(send(&server, &[], &all), 0);
    let (code, turns) = diff(&server, &[], &all);
    assert_eq!((code, turns.len(), states(&turns).iter().all(|state| *state == "unchanged")), (0, 31, true));
    assert_eq!(server.taken().len(), 31, "a diff sends nothing");
}

#[test]
fn a_changed_computation_is_shown_and_sent_only_on_request() {
    let (server, folder) = (Server::accepting(), many(3, 0));
    let path = folder.path().display().to_string();
    assert_eq!(send(&server, &[], &path), 0);
    let (code, turns) = diff(&server, &["--user-id", "ada"], &path);
    assert_eq!((code, states(&turns)), (1, vec!["changed"; 3]));
    let changes = turns[0]["changes"].as_array().unwrap();
    let keys: Vec<_> = changes.iter().map(|change| (change["key"].as_str().unwrap(), &change["new"])).collect();
    assert_eq!(keys, [("moda.user_id", &Value::from("ada")), ("user.id", &Value::from("ada"))]);
    assert_eq!((send(&server, &["--user-id", "ada"], &path), server.requests().len()), (0, 1));
    assert_eq!((send(&server, &["--user-id", "ada", "--resend=changed"], &path), server.requests().len()), (0, 2));
    assert!(server.taken().values().all(|times| *times == 2), "with the same ids");
    assert_eq!(diff(&server, &["--user-id", "ada"], &path).0, 0);
    assert_eq!((send(&server, &["--user-id", "ada", "--resend=changed"], &path), server.requests().len()), (0, 2));
}

#[test]
fn texts_are_compared_and_not_kept() {
    let (server, folder) = (Server::accepting(), many(2, 0));
    let path = folder.path().display().to_string();
    assert_eq!(send(&server, &[], &path), 0);
    let ledger = fs::read(server.ledger()).unwrap();
    for text in ["prompt 0", "prompt 1", "yes"] {
        assert!(!ledger.windows(text.len()).any(|part| part == text.as_bytes()), "{text}");
    }
    let text = fs::read_to_string(transcript(&folder)).unwrap();
    fs::write(transcript(&folder), text.replace("prompt 1", "prompt one")).unwrap();
    let (code, turns) = diff(&server, &[], &path);
    assert_eq!((code, states(&turns)), (1, vec!["unchanged", "changed"]));
    let change = &turns[1]["changes"][0];
    assert_eq!((&change["key"], &change["old"]["characters"]), (&"gen_ai.prompt".into(), &8.into()));
    assert_eq!(change["new"], "prompt one");
}

#[test]
fn what_is_gone_rejected_or_waits_is_shown() {
    let refused = |_, request: &support::Request| match request.spans() {
        spans if spans.iter().any(|span| format!("{span:?}").contains("prompt 1")) => {
            Act::Answer(answer("400 Bad Request", "text/plain", "prompt 1 is bad"))
        }
        _ => ok(),
    };
    let (server, folder) = (Server::scripted(refused), many(3, 0));
    let path = folder.path().display().to_string();
    assert_eq!(send(&server, &["--max-batch-spans", "1"], &path), 1);
    let told = status_json(&server.ledger(), &path);
    let [destination] = told["destinations"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!(destination["delivered"]["turns"], 2);
    assert_eq!(destination["rejected"][0]["turns"], 1);
    assert_eq!(destination["rejected"][0]["sessions"][0], SESSION);
    assert!(destination["rejected"][0]["reason"].as_str().unwrap().contains("prompt 1 is bad"), "{told}");
    let (_, turns) = diff(&server, &[], &path);
    assert_eq!(states(&turns), ["unchanged", "rejected", "unchanged"]);
    assert!(turns[1]["reason"].as_str().unwrap().contains("prompt 1 is bad"));
    // A transcript that lost its first turn, and got one that may still grow.
    let text = fs::read_to_string(transcript(&folder)).unwrap();
    let now = chrono::DateTime::<chrono::Utc>::from(SystemTime::now()).to_rfc3339();
    let line = format!(
        r#"{{"type":"user","sessionId":"{SESSION}","timestamp":"{now}","uuid":"99999999-0000-4000-8000-000000000000","message":{{"role":"user","content":"last"}}}}"#
    );
    let rest: Vec<_> = text.lines().skip(2).chain([line.as_str()]).collect();
    fs::write(transcript(&folder), rest.join("\n") + "\n").unwrap();
    let (_, turns) = diff(&server, &[], &path);
    assert_eq!(states(&turns), ["rejected", "unchanged", "new", "gone"]);
    assert_eq!(turns[2]["note"], "waits until it is settled");
    assert_eq!(status_json(&server.ledger(), &path)["destinations"][0]["waiting"]["turns"], 1);
    // A session that vanished is gone with all its turns.
    fs::remove_file(transcript(&folder)).unwrap();
    fs::write(folder.path().join("22222222-2222-4222-8222-222222222222.jsonl"), &line).unwrap();
    let (_, turns) = diff(&server, &["--session", "1111"], &path);
    assert_eq!(states(&turns), ["gone"; 3]);
}

#[test]
fn status_counts_what_is_not_sent_and_what_the_client_deletes_soon() {
    let (server, folder) = (Server::accepting(), many(3, 0));
    let projects = folder.path().join("projects/-home-ada-shop");
    fs::create_dir_all(&projects).unwrap();
    fs::write(folder.path().join("settings.json"), r#"{"cleanupPeriodDays":60}"#).unwrap();
    let path = projects.join(format!("{SESSION}.jsonl"));
    fs::rename(transcript(&folder), &path).unwrap();
    let root = folder.path().join("projects").display().to_string();
    let aged = |days: u64| {
        let file = File::options().append(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(days * 86_400)).unwrap();
        status_json(&server.ledger(), &root)
    };
    assert_eq!(aged(52)["deleted_soon"].as_array().unwrap().len(), 0);
    let told = aged(54);
    assert_eq!(told["deleted_soon"][0]["session_id"], SESSION);
    assert_eq!(told["deleted_soon"][0]["turns_delivered_nowhere"], 3);
    assert_eq!(told["destinations"][0]["not_sent"]["turns"], 3);
    assert!(
        status(&server.ledger(), &[&root]).contains("Nothing was delivered yet\n  not sent      3 turns of 1 session")
    );
    assert_eq!(send(&server, &[], &root), 0);
    let told = status_json(&server.ledger(), &root);
    assert_eq!(told["deleted_soon"][0]["turns_delivered_nowhere"], 0);
    assert_eq!(
        (&told["destinations"][0]["not_sent"]["turns"], &told["on_disk"]["transcripts"]),
        (&0.into(), &1.into())
    );
    assert_eq!(told["destinations"][0]["endpoint"], format!("{}/v1/traces", server.url));
}

#[test]
fn each_key_is_a_destination_of_its_own() {
    let (server, folder) = (Server::accepting(), many(2, 0));
    let path = folder.path().display().to_string();
    let keyed = |key: &str| {
        let mut command = upload_with(&server.ledger(), &["--endpoint", &server.url, "-q", &path]);
        command.env("MODA_API_KEY", key).assert().success();
    };
    let shown = || {
        let mut command = upload_with(&server.ledger(), &["--endpoint", &server.url, "--dry-run", "--format", "json"]);
        stdout(std::mem::replace(command.args(["-q", &path]), upload(&[]))).lines().count()
    };
    keyed("first-key");
    assert_eq!(shown(), 2, "who needs no key is another one");
    keyed("second-key");
    assert_eq!(server.taken().values().copied().collect::<Vec<_>>(), [2, 2]);
}
