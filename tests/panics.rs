//! A bug of this program is told as one, and nothing of what was under way with it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::panic::catch_unwind;
use std::process::Command;
use std::thread;

use moda_agent::cli::{Color, Output, Progress};
use moda_agent::report::tell_panics;

const SECRET: &str = "what a panic has in its hands";

#[test]
#[ignore = "the other test runs it in a process of its own"]
fn somebody_panics() {
    tell_panics(Output { quiet: true, verbose: true, color: Color::Never, progress: Progress::Never });
    assert!(catch_unwind(|| panic!("{SECRET}")).is_err());
    assert!(thread::spawn(|| panic!("{SECRET}")).join().is_err());
}

#[test]
fn a_panic_tells_nothing_of_what_was_under_way() {
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--ignored", "--exact", "somebody_panics", "--nocapture"]).env("RUST_BACKTRACE", "full");
    let output = again.output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("error: moda-agent has a bug").count(), 2, "{said}");
    assert!(!said.contains(SECRET) && !said.contains("panicked") && !said.contains("backtrace"), "{said}");
}
