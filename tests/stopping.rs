//! Ctrl-C and SIGTERM: no new work, a moment for what is in flight, and words about what remains.

#![cfg(unix)] // a test cannot send Ctrl-C to another process elsewhere
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::{Act, Server, ok, recordings, status};

/// An upload in small batches that is in the middle of its third request.
fn uploading(server: &Server, options: &[&str]) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("moda-agent"));
    command.args(["upload", "--endpoint", &server.url, "--max-batch-spans", "7", "--concurrency", "1"]);
    command.args(options).arg(recordings("live-2.1.330")).stdout(Stdio::null()).stderr(Stdio::piped());
    command.env_clear().env("XDG_CONFIG_HOME", "/no/such/folder").env("MODA_AGENT_STATE", server.ledger());
    let child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while server.number() < 3 {
        assert!(Instant::now() < deadline, "the upload does not begin");
        thread::sleep(Duration::from_millis(10));
    }
    child
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// How it ends: the code, what it says, and after how long.
fn ending(child: Child, since: Instant) -> (i32, String, Duration) {
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap(), since.elapsed())
}

#[test]
fn what_is_in_flight_gets_a_moment_and_what_remains_is_said() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let server = Server::scripted(|number, _| {
            thread::sleep(Duration::from_millis(if number == 2 { 1_000 } else { 0 }));
            ok()
        });
        let child = uploading(&server, &[]);
        let asked = Instant::now();
        signal(&child, name);
        let (ended, said, took) = ending(child, asked);
        assert_eq!((ended, server.number(), server.taken().len()), (code, 3, 21), "{said}");
        assert!(said.contains("sent      21 spans, "), "{said}");
        assert!(said.contains("error: Interrupted: ") && said.contains("spans not delivered."), "{said}");
        assert!(said.contains("hint: Run again"), "{said}");
        assert!(took < Duration::from_secs(4), "{took:?}");
    }
}

#[test]
fn a_request_that_does_not_end_is_left_after_five_seconds() {
    let server = Server::scripted(|number, _| if number == 2 { Act::Hang } else { ok() });
    let child = uploading(&server, &[]);
    let asked = Instant::now();
    signal(&child, "-INT");
    let (code, said, took) = ending(child, asked);
    assert_eq!((code, server.taken().len()), (130, 14), "{said}");
    assert!((4..8).contains(&took.as_secs()), "{took:?}");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let server = Server::scripted(|number, _| if number == 2 { Act::Hang } else { ok() });
    let child = uploading(&server, &[]);
    let asked = Instant::now();
    signal(&child, "-INT");
    thread::sleep(Duration::from_millis(500));
    signal(&child, "-INT");
    let (code, said, took) = ending(child, asked);
    assert_eq!(code, 130, "{said}");
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn who_waits_for_a_busy_server_stops_at_once() {
    let server = Server::scripted(|number, _| if number >= 2 { status("503 Service Unavailable") } else { ok() });
    let child = uploading(&server, &["--retry-for", "1h"]);
    let asked = Instant::now();
    signal(&child, "-TERM");
    let (code, said, took) = ending(child, asked);
    assert_eq!((code, server.taken().len()), (143, 14), "{said}");
    assert!(took < Duration::from_secs(3), "{took:?}\n{said}");
}
