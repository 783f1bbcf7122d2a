//! Whatever transcripts, servers, names and settings hold: a terminal shows it, and obeys nothing of it.

#![cfg(target_os = "linux")] // elsewhere such letters cannot be in the names of files
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;
use support::hostile::{HARM, first_file, is_harmless, tree};
use support::{Act, Server, answer, answer_with, moda_agent, upload, upload_with};

const RECORDINGS: [&str; 3] = ["interactive-2.1.330", "native-more-2.1.330", "client-2.0.76"];

/// What a run prints in colours, which are kept whatever it prints to.
fn shown(command: &mut Command, what: &str) -> String {
    let output = command.env("CLICOLOR_FORCE", "1").output().unwrap();
    is_harmless(&output, what)
}

fn in_colour(arguments: &[&str], path: &Path) -> Command {
    let mut command = moda_agent();
    command.args(arguments).args(["--color", "always"]).arg(path);
    command
}

#[test]
fn no_text_of_a_transcript_is_obeyed() {
    for is_before in [true, false] {
        let folder = tree(&RECORDINGS, is_before);
        let sessions = shown(&mut in_colour(&["sessions", "-v"], folder.path()), "sessions");
        assert!(sessions.contains("\\u{1b}[7m"), "{sessions}");
        for convention in ["moda", "genai", "openinference", "claude-code"] {
            let arguments = ["upload", "--dry-run", "-v", "--include-commands", "--convention", convention];
            let printed = shown(&mut in_colour(&arguments, folder.path()), convention);
            assert!(printed.lines().count() > 1_000 && printed.contains("\\u{202e}"), "{convention}");
        }
        let never = moda_agent().args(["sessions", "--color", "never"]).arg(folder.path()).output().unwrap();
        assert!(!is_harmless(&never, "never").contains('\u{1b}') && !never.stdout.contains(&0x1b));
    }
}

#[test]
fn no_word_of_a_warning_is_obeyed() {
    let folder = tree(&["client-1.0.24"], true);
    let path = first_file(folder.path());
    let broken = format!("{}{{\"type\":\"user\",\"uuid\":\"{HARM}\n\0\n", fs::read_to_string(&path).unwrap());
    fs::write(&path, broken).unwrap();
    std::os::unix::fs::symlink("nowhere", path.with_file_name(format!("{HARM}.jsonl"))).unwrap();
    fs::write(path.with_file_name(format!("foreign{HARM}.jsonl")), "{\"a\":1}\n").unwrap();
    for command in [&["sessions", "-v"][..], &["upload", "--dry-run", "-v"], &["status"]] {
        let said = shown(&mut in_colour(command, folder.path()), command[0]);
        for warning in ["no JSON from column", "the link is not followed", "no session of Claude Code in it"] {
            assert!(said.contains(warning), "{warning}: {said}");
        }
    }
}

/// What a server says, in each way in which it can say something.
fn answers() -> Vec<Act> {
    let partial = |rejected_spans| {
        let partial = ExportTracePartialSuccess { rejected_spans, error_message: HARM.to_owned() };
        let body = ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec();
        Act::Answer(answer("200 OK", "application/x-protobuf", &String::from_utf8(body).unwrap()))
    };
    let json = serde_json::to_string(HARM).unwrap();
    let letters: String = HARM.chars().filter(|letter| !letter.is_ascii_control()).collect();
    let says = |status: &str, body: &str| Act::Answer(answer(status, "text/plain", body));
    vec![
        says("400 Bad Request", HARM),
        says("400 Bad Request", &format!("{{\"message\":{json}}}")),
        says("422 \u{1b}[7m", HARM),
        says("401 Unauthorized", HARM),
        says("403 Forbidden", &format!("{{\"detail\":{json}}}")),
        says("404 Not Found", HARM),
        says("413 Payload Too Large", HARM),
        says("500 Internal Server Error", HARM),
        says("503 Service Unavailable", HARM),
        partial(0),
        partial(1),
        says("200 OK", &format!("{{\"partialSuccess\":{{\"rejectedSpans\":1,\"errorMessage\":{json}}}}}")),
        answer_with("307 Temporary Redirect", &format!("Location: http://127.0.0.1:9/{letters}")),
        answer_with("429 Too Many Requests", &format!("Retry-After: {letters}")),
        Act::Answer(format!("{HARM}\r\n\r\n")),
        Act::Cut(format!("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{HARM}")),
    ]
}

#[test]
fn no_word_of_a_server_is_obeyed() {
    let folder = tree(&["client-1.0.24"], true);
    for number in 0..answers().len() {
        let server = Server::scripted(move |_, _| answers().remove(number));
        let ledger = server.ledger();
        let what = |run: &str| format!("answer {number}: {run}");
        let options = ["--endpoint", &server.url, "--retry-for", "0s", "-v", "--color", "always"];
        shown(upload_with(&ledger, &options).arg(folder.path()), &what("upload"));
        shown(upload_with(&ledger, &options[..2]).args(["--diff", "-v"]).arg(folder.path()), &what("diff"));
        let mut status = in_colour(&["status", "--state"], &ledger);
        shown(status.arg(folder.path()).env_remove("MODA_AGENT_ALL"), &what("status"));
    }
}

#[test]
fn no_attribute_of_a_baseline_is_obeyed() {
    let (folder, other) = (tree(&["client-1.0.24"], true), tree(&["client-1.0.24"], false));
    let place = other.path().join(format!("{HARM}.jsonl"));
    let mut printed = upload(&["--dry-run", "--format", "json", "-q"]).arg(other.path()).output().unwrap().stdout;
    let keys = String::from_utf8(printed).unwrap().replace("\"gen_ai.system\"", &serde_json::to_string(HARM).unwrap());
    printed = keys.into_bytes();
    printed.extend(b"cut");
    fs::write(&place, printed).unwrap();
    let said = shown(in_colour(&["diff", "-v"], &place).arg(folder.path()), "diff");
    assert!(said.contains("+ ") && said.contains("- \\u{1b}"), "{said}");
    let said = shown(in_colour(&["diff", "-v"], other.path()).arg(folder.path()), "diff with a folder");
    assert!(said.contains("error: "), "{said}");
}

/// A folder of settings that is called so, with this config file.
fn configured(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join(HARM).join("moda-agent");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("config.toml"), text).unwrap();
    folder
}

#[test]
fn no_setting_is_obeyed() {
    // TOML takes what JSON escapes, and wants one letter more to be escaped.
    let quoted = |text: &str| serde_json::to_string(text).unwrap().replace('\u{7f}', "\\u007f");
    let settings = ["endpoint", "timeout", "color", "api-key-file", "certificate", "since", "header", "project", HARM];
    let tree = tree(&["client-1.0.24"], true);
    for key in settings {
        let folder = configured(&format!("{} = {}\n", quoted(key), quoted(HARM)));
        let mut command = in_colour(&["upload"], tree.path());
        command.env("XDG_CONFIG_HOME", folder.path().join(HARM)).env_remove("MODA_AGENT_ALL");
        let said = shown(&mut command, &format!("the setting {key:?}"));
        assert!(said.contains("error: "), "{key:?}: {said}");
    }
    for wrong in ["= 1", "timeout = 1979-05-27"] {
        let folder = configured(wrong);
        let mut command = in_colour(&["upload", "--dry-run"], tree.path());
        let said = shown(command.env("XDG_CONFIG_HOME", folder.path().join(HARM)), wrong);
        assert!(said.contains("config.toml"), "{said}");
    }
}

#[test]
fn no_argument_is_obeyed() {
    let (tree, harm) = (tree(&["client-1.0.24"], true), format!("{HARM}x"));
    let (option, file) = (format!("--{harm}"), format!("file:/no/such/{harm}"));
    let (header, url) = (format!("{harm}=x"), format!("http://127.0.0.1:9/{harm}"));
    let path = tree.path().to_str().unwrap();
    let cases: [&[&str]; 18] = [
        &[&harm],
        &[&option],
        &["upload", &option, path],
        &["upload", "--dry-run", &harm],
        &["upload", "--endpoint", &harm, path],
        &["upload", "--endpoint", &url, path],
        &["upload", "--endpoint", &file, path],
        &["upload", "--timeout", &harm, path],
        &["upload", "--max-batch-bytes", &harm, path],
        &["upload", "--concurrency", &harm, path],
        &["upload", "--color", &harm, path],
        &["upload", "--header", &header, "--endpoint", "http://127.0.0.1:9", path],
        &["upload", "--certificate", &harm, "--endpoint", "https://127.0.0.1:9", path],
        &["upload", "--api-key-file", &harm, path],
        &["upload", "--since", &harm, "--dry-run", path],
        &["upload", "--project", &format!("{harm}***"), "--dry-run", path],
        &["status", "--state", &format!("{path}/{harm}"), &harm],
        &["completions", &harm],
    ];
    for arguments in cases {
        let said = shown(moda_agent().args(arguments), &format!("{arguments:?}"));
        assert!(said.contains("error: "), "{arguments:?}: {said}");
    }
    for name in ["MODA_AGENT_TIMEOUT", "MODA_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", "HTTPS_PROXY", "MODA_API_KEY"] {
        let mut command = upload(&["--endpoint", "https://192.0.2.1", path]);
        if name.ends_with("URL") || name.ends_with("ENDPOINT") {
            command = upload(&[path]);
        }
        let said = shown(command.env(name, &harm), name);
        assert!(said.contains("error: "), "{name}: {said}");
    }
}

#[test]
fn a_long_name_makes_no_table_wide() {
    let folder = tempfile::tempdir().unwrap();
    let long = "long".repeat(250_000);
    let session = |number: u32| {
        let id = format!("{number:08}-1111-4111-8111-111111111111");
        let names = if number == 0 { long.as_str() } else { "short" };
        let head = format!(r#"{{"type":"assistant","sessionId":"{id}","timestamp":"2026-03-01T00:00:00.000Z""#);
        let message = format!(r#"{{"id":"m{number}","model":"{names}","usage":{{"output_tokens":7}}}}"#);
        let line = format!("{head},\"version\":\"{names}\",\"cwd\":\"/{names}\",\"message\":{message}}}\n");
        fs::write(folder.path().join(format!("{id}.jsonl")), line).unwrap();
    };
    (0..200).for_each(session);
    let printed = shown(moda_agent().arg("sessions").arg(folder.path()), "a long name");
    assert!(printed.len() < 100_000 && printed.contains("longlong…"), "{} bytes", printed.len());
}
