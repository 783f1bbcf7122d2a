//! Wrong usage, bad input, quiet output: each a clear sentence with a hint and the right exit code.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use support::{moda_agent, recordings, stderr_of, stdout, upload};

const SESSION: &str = "11111111-1111-4111-8111-111111111111";
const PROMPT: &str = r#"{"type":"user","uuid":"u1","sessionId":"S","timestamp":"2026-02-20T10:00:00.000Z","message":{"role":"user","content":"fix the test"}}"#;
const ANSWER: &str = r#"{"type":"assistant","uuid":"a1","sessionId":"S","timestamp":"2026-02-20T10:00:03.000Z","message":{"role":"assistant","id":"msg_1","model":"m","stop_reason":"end_turn","content":[{"type":"text","text":"done"}],"usage":{"input_tokens":3,"output_tokens":5}}}"#;

fn transcript(folder: &Path, lines: &[&[u8]]) -> String {
    let path = folder.join(format!("{SESSION}.jsonl"));
    fs::write(&path, lines.concat()).unwrap();
    path.display().to_string()
}

fn line(text: &str) -> Vec<u8> {
    format!("{text}\n").into_bytes()
}

/// The one turn of a dry run.
fn only_turn(path: &str) -> serde_json::Value {
    let printed = stdout(upload(&["--dry-run", "--format", "json", "-q", path]));
    assert_eq!(printed.lines().count(), 1, "{printed}");
    serde_json::from_str(&printed).unwrap()
}

#[test]
fn wrong_usage_ends_with_two_and_says_what_to_do() {
    let live = recordings("live-2.1.330");
    let cases: [(&[&str], &str, &str); 16] = [
        (&["/no/such/place", "--dry-run"], "error: Cannot read /no/such/place: ", "hint: "),
        (&[&live], "error: There is no key for Moda.", "hint: Set MODA_API_KEY or --api-key-file"),
        (&["--endpoint", "localhost:4318", &live], "is no URL of an OTLP/HTTP server", "hint: "),
        (&["--endpoint", "ftp://x", &live], "\"ftp://x\" is no URL", "hint: "),
        (&["--endpoint", "https://u:p@x", &live], "holds a user name or password", "hint: "),
        (
            &["--endpoint", "http://192.0.2.1", "--header", "Authorization=x", &live],
            "would travel unencrypted",
            "hint: Use an https:",
        ),
        (
            &["--endpoint", "http://192.0.2.1", "--header", "X-Api-Key=x", &live],
            "would travel unencrypted",
            "hint: Use",
        ),
        (&["--endpoint", "http://127.0.0.1:9", "--timeout", "0s", &live], "The timeout is zero", "hint: Give"),
        (&["--header", "nonsense", "--endpoint", "http://127.0.0.1:9", &live], "not of the form NAME=VALUE", "hint: "),
        (&["--api-key-file", "/no/such/key", &live], "Cannot read the key file /no/such/key", "hint: "),
        (&["--endpoint", "file:", &live], "\"file:\" is no URL", "hint: "),
        (&["--endpoint", "", &live], "\"\" is no URL", "hint: "),
        (&["--endpoint", "u:SECRET@x:1", &live], "error: The endpoint holds a user name or password.", "hint: "),
        (
            &["--endpoint", "http://192.0.2.1/?k=SECRET", "--header", "Authorization=x", &live],
            "key for http://192.0.2.1/v1/traces would",
            "hint: ",
        ),
        (&["/dev/null", "--dry-run"], "error: /dev/null is neither a file nor a folder.", "hint: "),
        (&[], "required arguments were not provided", "Usage: moda-agent upload"),
    ];
    for (arguments, sentence, hint) in cases {
        let said = stderr_of(&mut upload(arguments), 2);
        assert!(said.contains(sentence) && said.contains(hint), "{arguments:?}\n{said}");
        assert!(!said.contains("SECRET") && !said.contains("read      "), "{said}");
    }
}

#[test]
fn odd_variables_are_named() {
    for (name, value) in [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "zstd"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
    ] {
        let live = recordings("live-2.1.330");
        let mut command = upload(&[&live]);
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
        let said = stderr_of(command.env(name, value), 2);
        assert!(said.contains(name) && said.contains(value) && said.contains("hint: "), "{said}");
        // Meant for other programs, they are no reason to refuse anything else.
        upload(&["--dry-run", "-q", &live]).env(name, value).assert().success();
        stderr_of(upload(&["--endpoint", "http://127.0.0.1:9", "--retry-for", "0s", &live]).env(name, value), 4);
    }
}

#[test]
fn nothing_to_do_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let said = stderr_of(&mut upload(&["--dry-run", &path]), 0);
    assert!(said.contains("There are no transcripts under") && said.contains("hint: "), "{said}");
    assert_eq!(stderr_of(&mut upload(&["--dry-run", "-q", &path]), 0), "");
}

#[test]
fn a_named_file_that_is_no_transcript_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "hello\nworld\n").unwrap();
    let said = stderr_of(&mut upload(&["--dry-run", &path.display().to_string()]), 2);
    assert!(said.contains("notes.txt is no transcript of Claude Code.") && said.contains("hint: "), "{said}");
}

#[test]
fn damage_costs_its_line_and_is_shown_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let lines: [&[u8]; 7] = [
        b"\xef\xbb\xbf",
        &line(PROMPT),
        b"{\"type\":\"assistant\",\"mess\n",
        b"\xff\xfe garbage\r\n\n",
        &line(r#"{"type":["user"],"message":7}"#),
        &line(ANSWER),
        b"{\"type\":\"assistant\",\"message\":{\"id\":\"msg_2\",\"con",
    ];
    let path = transcript(folder.path(), &lines);
    let turn = only_turn(&path);
    assert_eq!(turn["attributes"]["gen_ai.usage.output_tokens"], 5);
    assert_eq!(turn["attributes"]["llm.completions.0.content"], "done");
    let said = stderr_of(&mut upload(&["--dry-run", "--format", "json", &path]), 0);
    for warning in
        [":2: no JSON", ":3: no JSON", ":7: the last line is cut", "warnings  2 damaged lines, 1 unfinished line"]
    {
        assert!(said.contains(warning), "{warning}\n{said}");
    }
    assert!(!said.contains("garbage"));
    stderr_of(&mut upload(&["--dry-run", "--format", "json", "--strict", &path]), 1);
}

#[test]
fn what_is_no_file_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), &[&line(PROMPT), &line(ANSWER)]);
    fs::create_dir(folder.path().join("22222222-2222-4222-8222-222222222222.jsonl")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.path().join("33333333-3333-4333-8333-333333333333.jsonl")).unwrap();
    assert_eq!(only_turn(&folder.path().display().to_string())["session_id"], SESSION);
    assert_eq!(only_turn(&path)["session_id"], SESSION);
    #[cfg(unix)]
    {
        let said = stderr_of(&mut upload(&["--dry-run", "--format", "json", &folder.path().display().to_string()]), 0);
        assert!(said.contains("333333333333.jsonl: the link is not followed"), "{said}");
    }
}

#[test]
fn a_transcript_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), &[&line(PROMPT), &line(ANSWER)]);
    let said = stderr_of(&mut upload(&["--endpoint", &format!("file:{path}"), &path]), 2);
    assert!(said.contains("is a transcript, and would be replaced.") && said.contains("hint: "), "{said}");
    assert_eq!(only_turn(&path)["session_id"], SESSION);
}

#[test]
fn a_file_is_replaced_only_by_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), &[&line(PROMPT), &line(ANSWER)]);
    let file = folder.path().join("out.jsonl");
    fs::write(&file, "before").unwrap();
    let endpoint = format!("file:{}", file.display());
    let empty = tempfile::tempdir().unwrap();
    stderr_of(&mut upload(&["--endpoint", &endpoint, "/no/such/place"]), 2);
    stderr_of(&mut upload(&["--endpoint", &endpoint, &empty.path().display().to_string()]), 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), "before");
    upload(&["--endpoint", &endpoint, "-q", &path]).assert().success();
    assert!(fs::read_to_string(&file).unwrap().starts_with("{\"resourceSpans\""));
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.count(), 2, "something was left behind");
    let nowhere = format!("file:{}", folder.path().join("no/out.jsonl").display());
    let said = stderr_of(&mut upload(&["--endpoint", &nowhere, &path]), 4);
    assert!(said.contains("error: Cannot write to ") && said.contains("hint: "), "{said}");
}

#[test]
fn later_options_and_options_over_variables_win() {
    let live = recordings("live-2.1.330");
    let said =
        stderr_of(upload(&["--dry-run", "--format", "json", "-q", "-v", &live]).env("MODA_AGENT_TIMEOUT", ""), 0);
    assert!(said.contains("read      19 sessions"), "{said}");
    assert_eq!(stderr_of(upload(&["--dry-run", "--format", "json", &live]).env("MODA_AGENT_QUIET", "1"), 0), "");
    let said = stderr_of(upload(&["--dry-run", "--format", "json", "-v", &live]).env("MODA_AGENT_QUIET", "1"), 0);
    assert!(said.contains("read      19 sessions"), "{said}");
    let said = stderr_of(upload(&["--dry-run", &live]).env("MODA_AGENT_TIMEOUT", "soon"), 2);
    assert!(said.contains("--timeout") && said.contains("soon"), "{said}");
}

/// Root may read every file but this one.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_read_is_a_warning_and_alone_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), &[&line(PROMPT), &line(ANSWER)]);
    let said = stderr_of(&mut upload(&["--dry-run", "--strict", "/proc/self/mem", &path]), 1);
    assert!(said.contains("warning: /proc/self/mem: cannot be read: ") && said.contains("1 session, 1 turn"), "{said}");
    let said = stderr_of(&mut upload(&["--dry-run", "/proc/self/mem"]), 2);
    assert!(said.contains("error: Nothing under /proc/self/mem could be read.") && said.contains("hint: "), "{said}");
}

#[test]
fn text_of_strangers_reaches_the_terminal_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let prompt = PROMPT.replace("fix the test", r"\u001b]0;owned\u0007 \u202efix\n\u009b2J");
    let path = transcript(folder.path(), &[&line(&prompt), &line(ANSWER)]);
    let mut command = upload(&["--dry-run", "--color", "never", &path]);
    let printed = command.assert().success().get_output().stdout.clone();
    let printed = String::from_utf8(printed).unwrap();
    assert!(printed.contains(r"\u{1b}]0;owned\u{7} \u{202e}fix\n\u{9b}2J"), "{printed}");
    assert!(printed.chars().all(|letter| letter == '\n' || !letter.is_control()));
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let live = recordings("live-2.1.330");
    let has_codes = |command: &mut assert_cmd::Command| command.assert().success().get_output().stdout.contains(&0x1b);
    assert!(!has_codes(&mut upload(&["--dry-run", &live])));
    assert!(has_codes(&mut upload(&["--dry-run", "--color", "always", &live])));
    assert!(!has_codes(&mut upload(&["--dry-run", "--color", "never", &live])));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let all = ["live-2.1.330", "interactive-2.1.330", "client-2.1.330"].map(recordings);
    for format in ["text", "json", "otlp-json"] {
        let run = || {
            let mut command = upload(&["--dry-run", "--format", format, "-q"]);
            command.args(&all);
            stdout(command)
        };
        let first = run();
        assert!(!first.is_empty());
        for _ in 0..4 {
            assert!(run() == first, "{format} differs from run to run");
        }
        #[cfg(target_os = "linux")]
        assert!(on_one_processor(format, &all) == first, "{format} differs with the number of threads");
    }
}

/// As many threads read as there are processors; `taskset` of util-linux leaves one.
#[cfg(target_os = "linux")]
fn on_one_processor(format: &str, paths: &[String]) -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap().trim();
    let first = allowed.split(['-', ',']).next().unwrap();
    let mut command = assert_cmd::Command::new("taskset");
    command.args(["-c", first]).arg(assert_cmd::cargo::cargo_bin("moda-agent"));
    command.args(["upload", "--dry-run", "--format", format, "-q"]).args(paths);
    stdout(command)
}

#[test]
fn an_option_of_a_dry_run_alone_is_refused() {
    stderr_of(&mut upload(&["--format", "json", &recordings("live-2.1.330")]), 2);
}

#[test]
fn help_and_version_work() {
    for arguments in [&["--help"][..], &["-h"], &["upload", "--help"], &["--version"], &["help", "upload"]] {
        let mut command = moda_agent();
        assert!(!stdout_of(command.args(arguments)).is_empty());
    }
}

fn stdout_of(command: &mut assert_cmd::Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}
