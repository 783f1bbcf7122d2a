//! What a terminal shows, on a terminal made by `script` of util-linux.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::process::Command;

use support::{Server, recordings};

/// Everything that appears on the terminal.
fn on_a_terminal(arguments: &str, variables: &[(&str, &str)]) -> String {
    let program = assert_cmd::cargo::cargo_bin("moda-agent");
    let line = format!("{} {arguments} {}", program.display(), recordings("live-2.1.330"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    script.env("TERM", "xterm-256color").env_remove("NO_COLOR").env("MODA_AGENT_ALL", "1").env("MODA_AGENT_YES", "1");
    script.envs(variables.iter().copied());
    let output = script.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_bar_shows_bytes_sessions_spans_rate_and_time_left_and_goes_away() {
    let server = Server::start(vec![support::answer("200 OK", "text/plain", "")]);
    let shown = on_a_terminal(&format!("upload --max-batch-spans 1 --endpoint {}", server.url), &[]);
    let parts = ["░", "/1.35 MB ", " session", " span", "B/s ", " left"];
    assert!(shown.split('\r').any(|line| parts.iter().all(|part| line.contains(part))), "{shown:?}");
    let last = shown.rfind(" left").unwrap();
    assert!(shown[last..].contains("\u{1b}[2K") && !shown[last..].contains('░'), "the bar is cleared: {shown:?}");
    assert!(shown.contains("sent      31 spans in 31 requests"), "{shown}");
}

#[test]
fn nothing_moves_where_it_is_not_wanted() {
    let server = Server::accepting();
    for option in ["--progress never", "--quiet"] {
        let shown = on_a_terminal(&format!("upload {option} --endpoint {}", server.url), &[]);
        assert!(!shown.contains('\u{1b}') && !shown.contains('░'), "{option}: {shown:?}");
    }
    let shown = on_a_terminal("upload --dry-run", &[]);
    assert!(!shown.contains('░'), "the data goes to the same terminal");
}

#[test]
fn colours_show_unless_no_color_is_set() {
    assert!(on_a_terminal("upload --dry-run", &[]).contains("\u{1b}[1mSession"));
    assert!(!on_a_terminal("upload --dry-run", &[("NO_COLOR", "1")]).contains('\u{1b}'));
}
