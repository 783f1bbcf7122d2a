//! The first upload to a destination: who is there is asked, and a program goes on.

#![cfg(unix)] // a terminal to ask on can be made nowhere else
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;

use rusqlite::Connection;
use support::runs::{ids, sends, turns};
use support::terminal::{Terminal, Wired};
use support::tree::{Tree, moved, turn};
use support::{Server, upload_with};

const QUESTION: &str = "Upload? [y/N] ";

/// An upload by somebody.
fn uploading(server: &Server, paths: &str, options: &[&str], wired: Wired) -> Terminal {
    let arguments = [&["upload", "--endpoint", &server.url, paths], options].concat();
    let ledger = server.ledger().display().to_string();
    Terminal::run(&arguments, &[("MODA_AGENT_STATE", &ledger), ("HOME", "/Users/ada")], wired)
}

/// The same, with an answer where there is a question; whether there was one.
fn answered(server: &Server, paths: &str, options: &[&str], answer: &str) -> (i32, String) {
    let terminal = uploading(server, paths, options, Wired::Whole);
    terminal.shows(QUESTION);
    assert_eq!(server.connections(), 0, "nothing is sent before");
    terminal.types(answer);
    terminal.ends()
}

/// How many rows the tables of a ledger have, together.
fn rows(server: &Server) -> i64 {
    let ledger = Connection::open(server.ledger()).unwrap();
    let count = |table: &str| {
        ledger.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap()
    };
    ["destination", "file", "session", "progress", "receipt", "name"].map(count).iter().sum()
}

#[test]
fn yes_uploads_and_is_asked_for_once() {
    for answer in ["y\n", "Yes\n"] {
        let (tree, server) = (Tree::of(2, 2), Server::accepting());
        let (code, shown) = answered(&server, &tree.path(), &[], answer);
        assert!(code == 0 && shown.contains("sent      4 spans"), "{shown}");
        tree.add(1, &turn(1, 2));
        let (code, shown) = uploading(&server, &tree.path(), &[], Wired::Whole).ends();
        assert!(code == 0 && shown.contains("sent      1 span ") && !shown.contains('?'), "{shown}");
        assert_eq!(ids(&server).len(), 5);
        // Another convention is another destination.
        let terminal = uploading(&server, &tree.path(), &["--convention", "genai"], Wired::Whole);
        terminal.shows("as genai\n");
        terminal.shows(QUESTION);
    }
}

#[test]
fn no_sends_and_records_nothing_and_is_asked_again() {
    let (tree, server) = (Tree::of(2, 2), Server::accepting());
    for answer in ["n\n", "\n", "nope\n", "\u{4}", "yes please\n"] {
        let (code, shown) = answered(&server, &tree.path(), &["--strict"], answer);
        assert_eq!((code, server.connections(), rows(&server)), (0, 0, 0), "{answer:?}: {shown}");
        let (_, behind) = shown.split_once(QUESTION).unwrap();
        let said: Vec<_> = behind.lines().skip(1).collect();
        assert!(said.len() == 2 && said[0] == "Nothing was sent." && said[1].starts_with("hint: "), "{shown}");
        assert!(said[1].contains("--yes") && said[1].contains("--dry-run"), "{shown}");
    }
    assert_eq!(sends(&server, &tree.path(), &[]).0, 4);
}

#[test]
fn ctrl_c_ends_it_as_elsewhere() {
    let (tree, server) = (Tree::of(2, 2), Server::accepting());
    let (code, shown) = answered(&server, &tree.path(), &[], "\u{3}");
    assert_eq!((code, server.connections(), rows(&server)), (130, 0, 0), "{shown}");
    assert!(shown.contains("\nerror: Interrupted: nothing was sent.\nhint: "), "{shown}");
    // What was begun to be typed is no answer.
    let (code, shown) = answered(&server, &tree.path(), &[], "y\u{3}");
    assert_eq!((code, server.connections()), (130, 0), "{shown}");
}

#[test]
fn who_said_yes_before_is_not_asked() {
    let tree = Tree::of(1, 2);
    let config = tempfile::tempdir().unwrap();
    fs::create_dir(config.path().join("moda-agent")).unwrap();
    fs::write(config.path().join("moda-agent/config.toml"), "yes = true\n").unwrap();
    let (config, path) = (config.path().to_str().unwrap(), tree.path());
    for (options, variables) in
        [(&["--yes"][..], &[][..]), (&[], &[("MODA_AGENT_YES", "1")]), (&[], &[("XDG_CONFIG_HOME", config)])]
    {
        let server = Server::accepting();
        let ledger = server.ledger().display().to_string();
        let arguments = [&["upload", "--endpoint", &server.url, &path], options].concat();
        let variables = [&[("MODA_AGENT_STATE", ledger.as_str())], variables].concat();
        let (code, shown) = Terminal::run(&arguments, &variables, Wired::Whole).ends();
        assert!(code == 0 && !shown.contains('?') && ids(&server).len() == 2, "{options:?}: {shown}");
    }
    let server = Server::accepting();
    let mut command = upload_with(&server.ledger(), &["--endpoint", &server.url, "--yes", &tree.path()]);
    command.assert().success();
    assert_eq!(ids(&server).len(), 2);
}

#[test]
fn where_nobody_can_answer_it_goes_on() {
    let tree = Tree::of(1, 2);
    for wired in [Wired::NoInput, Wired::NoErrors] {
        let server = Server::accepting();
        let (code, shown) = uploading(&server, &tree.path(), &[], wired).ends();
        assert!(code == 0 && !shown.contains('?') && ids(&server).len() == 2, "{shown}");
    }
    let server = Server::accepting();
    assert_eq!(sends(&server, &tree.path(), &[]).0, 2, "no terminal at all");
}

#[test]
fn what_stays_on_the_machine_is_no_question() {
    let (tree, server, folder) = (Tree::of(1, 2), Server::accepting(), tempfile::tempdir().unwrap());
    let file = format!("file:{}", folder.path().join("spans.jsonl").display());
    for options in [&["--dry-run"][..], &["--diff"], &["--endpoint", &file], &["--endpoint", "-"]] {
        let (code, shown) = uploading(&server, &tree.path(), options, Wired::Whole).ends();
        assert!(code <= 1 && !shown.contains("[y/N]"), "{options:?}: {shown}");
    }
    assert!(server.connections() == 0 && folder.path().join("spans.jsonl").exists());
    // Nor is it one where nothing would go.
    for options in [&["--exclude", "/src"][..], &["--session", "none"]] {
        let (code, shown) = uploading(&server, &tree.path(), options, Wired::Whole).ends();
        assert!(
            code == 0 && shown.contains("sent      nothing new") && !shown.contains("[y/N]"),
            "{options:?}: {shown}"
        );
    }
}

#[test]
fn without_a_ledger_every_upload_is_a_first_one() {
    let (tree, server) = (Tree::of(1, 2), Server::accepting());
    let (code, _) = answered(&server, &tree.path(), &["--all"], "y\n");
    assert_eq!((code, ids(&server).len()), (0, 2));
    let terminal = uploading(&server, &tree.path(), &["--all"], Wired::Whole);
    terminal.shows(QUESTION);
}

#[test]
fn what_goes_is_told_and_no_name_is_obeyed() {
    let tree = Tree::of(16, 1);
    for session in 0..16 {
        let folder = match session {
            0..3 => "/Users/ada/shop".to_owned(),
            3 => "/tmp/\u{1b}[2J\u{202e}evil\n".to_owned(),
            4 => "/private".to_owned(),
            _ => format!("/p/{session:02}"),
        };
        moved(&tree, session, &folder);
    }
    let server = Server::accepting();
    let options = ["--convention", "openinference", "--exclude", "/private", "-q"];
    let (code, shown) = answered(&server, &tree.path(), &options, "n\n");
    let expected = format!(
        "First upload to {}/v1/traces, as openinference
sessions  15 of 13 projects
          3  ~/shop
          1  /p/05
          1  /p/06
          1  /p/07
          1  /p/08
          1  /p/09
          1  /p/10
          1  /p/11
          1  /p/12
          1  /p/13
          and 3 more, with 3 sessions
excluded  1 session
content   prompts, answers, and what tools are asked and answer: files, output of commands
redacted  secrets that are known, as [REDACTED:kind]
Upload? [y/N] n
",
        server.url
    );
    assert_eq!((code, shown.as_str()), (0, expected.as_str()));
    let (_, shown) = answered(&server, &tree.path(), &["--project", "*evil*", "--content", "none"], "n\n");
    assert!(shown.contains("sessions  1 of 1 project\n          1  /tmp/\\u{1b}[2J\\u{202e}evil\\n\n"), "{shown}");
    assert!(shown.contains("content   none: ") && !shown.contains("redacted"), "{shown}");
    for options in [["--project", "shpo"], ["--until", "2026-01-01"], ["--since", "2h"]] {
        for session in 0..16 {
            let file = fs::File::options().append(true).open(tree.file(session)).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }
        let (_, shown) = answered(&server, &tree.path(), &options, "n\n");
        assert!(shown.contains("sessions  none, as far as their first lines tell\ncontent"), "{options:?}: {shown}");
    }
}

#[test]
fn a_second_destination_knows_the_folders_of_known_files() {
    let (tree, one, other) = (Tree::of(2, 1), Server::accepting(), Server::accepting());
    assert_eq!(sends(&one, &tree.path(), &[]).0, 2);
    let ledger = one.ledger().display().to_string();
    let arguments = ["upload", "--endpoint", &other.url, &tree.path()];
    let terminal = Terminal::run(&arguments, &[("MODA_AGENT_STATE", &ledger)], Wired::Whole);
    terminal.shows("2  /src/shop\n");
    terminal.types("y\n");
    assert_eq!(terminal.ends().0, 0);
    assert_eq!(ids(&other), turns(0, 0..1).into_iter().chain(turns(1, 0..1)).collect());
}

#[test]
fn the_question_in_the_readme_is_a_real_one() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let block = readme.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let (tree, server) = (Tree::of(16, 1), Server::accepting());
    for session in 0..16 {
        let folder = match session {
            0..9 => "/Users/ada/src/shop",
            9..11 => "/Users/ada/notes",
            11 => "/srv/farm",
            _ => "/Users/ada/private/diary",
        };
        moved(&tree, session, folder);
    }
    let options = ["--convention", "genai", "--exclude", "~/private/**"];
    let (_, shown) = answered(&server, &tree.path(), &options, "\n");
    let shown = shown.replace(&server.url, "http://localhost:6006");
    assert_eq!(shown.split(QUESTION).next().unwrap(), block.split(QUESTION.trim_end()).next().unwrap(), "{shown}");
}
