//! What stays on the machine: projects that are excluded, or that a file in their folder keeps out.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
#[cfg(unix)]
use std::path::PathBuf;

#[cfg(unix)]
use moda_agent::session::IGNORE_FILE;
use support::runs::{KEY, ids, joined, sends, turns};
use support::tree::{Tree, answer, append, id, long_ago, moved, turn};
use support::{Request, Server, moda_agent, recordings, stdout, upload, upload_with};

/// Three sessions of two turns: 0 in `/src/shop`, 1 in `/private/notes`, 2 in `/private`.
fn tree() -> Tree {
    let tree = Tree::of(3, 2);
    moved(&tree, 1, "/private/notes");
    moved(&tree, 2, "/private");
    tree
}

/// What a run prints that succeeds.
#[cfg(unix)]
fn stdout_of(command: &mut assert_cmd::Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

/// A config file's folder.
fn configured(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    append(&folder.path().join("moda-agent/config.toml"), text);
    folder
}

#[test]
fn an_excluded_project_is_never_sent_and_goes_once_it_is_not_excluded() {
    let (tree, server) = (tree(), Server::accepting());
    let excluded = &["--exclude", "/private/**"][..];
    for number in 0..3 {
        let (new, said) = sends(&server, &tree.path(), excluded);
        assert_eq!((new, ids(&server)), (if number == 0 { 2 } else { 0 }, turns(0, 0..2)), "{said}");
        assert!(said.contains("2 sessions of excluded projects"), "{said}");
        assert!(!said.contains("not asked for") && !said.contains("waiting"), "{said}");
    }
    // Whatever else is asked for.
    for options in [&["--project", "notes"][..], &["--session", &id(1)], &["--resend"], &["--all"]] {
        sends(&server, &tree.path(), &[excluded, options].concat());
        assert_eq!(ids(&server), turns(0, 0..2), "{options:?}");
    }
    tree.add(1, &turn(1, 2));
    assert_eq!(sends(&server, &tree.path(), excluded).0, 0);
    let (new, said) = sends(&server, &tree.path(), &["--exclude", "notes"]);
    assert!(new == 2 && said.contains("1 session of excluded projects"), "{said}");
    let (new, said) = sends(&server, &tree.path(), &[]);
    assert!(new == 3 && !said.contains("excluded"), "{said}");
    assert_eq!(ids(&server), joined([turns(0, 0..2), turns(1, 0..3), turns(2, 0..2)]));
    // What was sent before is not taken back, and there is nothing to leave out.
    assert!(!sends(&server, &tree.path(), excluded).1.contains("excluded"));
}

#[test]
fn patterns_of_the_option_the_variable_and_the_file_all_count() {
    let tree = tree();
    for (config, options, variable, expected) in [
        ("", &[][..], None, &[0, 1, 2][..]),
        ("exclude = ['/private/notes']", &[], None, &[0, 2]),
        ("exclude = ['/private/notes', 'shop']", &[], None, &[2]),
        ("", &["--exclude", "notes", "--exclude", "/src/*"], None, &[2]),
        ("", &[], Some("/private"), &[0]),
        ("exclude = 'notes'", &["--exclude", "none"], Some("/src"), &[2]),
        ("exclude = '/src'", &["--exclude", "/private/**"], None, &[]),
    ] {
        let (folder, server) = (configured(config), Server::accepting());
        let mut command = upload_with(&server.ledger(), &["--endpoint", &server.url, &tree.path()]);
        command.args(options).env("XDG_CONFIG_HOME", folder.path());
        variable.map(|variable| command.env("MODA_AGENT_EXCLUDE", variable));
        command.assert().success();
        let expected: Vec<_> = expected.iter().flat_map(|session| turns(*session, 0..2)).collect();
        assert_eq!(ids(&server), expected.into_iter().collect(), "{config} {options:?} {variable:?}");
    }
}

#[test]
#[cfg(unix)]
fn home_is_a_tilde_and_a_link_means_what_is_behind_it() {
    let (tree, home) = (Tree::of(2, 1), tempfile::tempdir().unwrap());
    let real = home.path().canonicalize().unwrap();
    fs::create_dir(real.join("vault")).unwrap();
    std::os::unix::fs::symlink(real.join("vault"), real.join("private")).unwrap();
    moved(&tree, 1, real.join("vault/notes").to_str().unwrap());
    for (glob, expected) in [("~/vault/**", 1), ("~/private", 1), ("~/priv*", 2), ("~", 1)] {
        let server = Server::accepting();
        let mut command = upload_with(&server.ledger(), &["--endpoint", &server.url, "--exclude", glob]);
        command.arg(tree.path()).env("HOME", &real).assert().success();
        assert_eq!(ids(&server).len(), expected, "{glob}");
    }
}

#[test]
fn a_session_that_was_moved_out_of_an_excluded_folder_is_kept_out() {
    let (tree, server) = (tree(), Server::accepting());
    let relocated =
        |to: &str| format!("{{\"type\":\"relocated\",\"relocatedCwd\":\"{to}\",\"sessionId\":\"{}\"}}\n", id(1));
    tree.add(1, &(relocated("/src/shop") + &relocated("/src/shop")));
    for _ in 0..2 {
        let (_, said) = sends(&server, &tree.path(), &["--exclude", "/private/notes"]);
        assert_eq!(ids(&server), joined([turns(0, 0..2), turns(2, 0..2)]));
        assert!(said.contains("1 session of excluded projects"), "{said}");
    }
    let diff = ["--diff", "--endpoint", &server.url, "--exclude", "/private/notes", &tree.path()];
    upload_with(&server.ledger(), &diff).env("MODA_API_KEY", KEY).assert().code(0);
}

#[test]
fn what_only_an_excluded_copy_knows_stays_with_it() {
    for (options, is_told) in [(&[][..], true), (&["--exclude", "/private"], false)] {
        let (tree, server) = (Tree::of(1, 2), Server::accepting());
        let more = answer(0, 1, long_ago(0, 2)).replace("\"yes\"", "\"the secret\"").replace("\"a0_1\"", "\"a_more\"");
        tree.add(7, &(fs::read_to_string(tree.file(0)).unwrap() + &more).replace(&id(0), &id(7)));
        moved(&tree, 7, "/private");
        sends(&server, &tree.path(), options);
        assert_eq!(ids(&server), turns(0, 0..2), "the original owns what both hold");
        let sent = format!("{:?}", server.requests().iter().flat_map(Request::spans).collect::<Vec<_>>());
        assert_eq!(sent.contains("the secret"), is_told, "{sent}");
    }
}

#[test]
fn what_would_be_sent_and_what_is_not_sent_yet_is_without_it() {
    let (tree, server) = (tree(), Server::accepting());
    let printed = stdout(upload(&["--dry-run", "--format", "json", "--exclude", "/private", &tree.path()]));
    assert!(printed.lines().count() == 2 && !printed.contains("/private"), "{printed}");
    let diff = ["--diff", "--endpoint", &server.url, "--exclude", "/private", &tree.path()];
    let output = upload_with(&server.ledger(), &diff).output().unwrap().stdout;
    assert!(String::from_utf8(output).unwrap().contains("2 turns: 2 new"));
    let mut status = moda_agent();
    status.args(["status", "--format", "json", "--exclude", "/private", &tree.path()]);
    let status = stdout(status);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["destinations"][0]["not_sent"]["turns"], 2, "{status}");
    // The list of what is on the machine is of all that is on it.
    let folder = configured("exclude = ['/**']\n");
    let mut sessions = moda_agent();
    sessions.args(["sessions", "--format", "json", &tree.path()]).env("XDG_CONFIG_HOME", folder.path());
    assert_eq!(stdout(sessions).matches("\"session_id\"").count(), 3);
}

/// A folder without links in its path, as clients name it.
#[cfg(unix)]
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    (folder, path)
}

#[test]
#[cfg(unix)] // elsewhere a path without links has a form that no client writes
fn a_file_in_the_folder_or_above_it_keeps_a_project_out() {
    let (tree, server, (_folder, work)) = (Tree::of(3, 2), Server::accepting(), folder());
    for (session, below) in [(0, "private"), (1, "private/deep/er"), (2, "privateer")] {
        fs::create_dir_all(work.join(below)).unwrap();
        moved(&tree, session, work.join(below).to_str().unwrap());
    }
    let file = work.join("private").join(IGNORE_FILE);
    fs::write(&file, "").unwrap();
    for _ in 0..2 {
        let (_, said) = sends(&server, &tree.path(), &["--project", "*"]);
        assert!(ids(&server) == turns(2, 0..2) && said.contains("2 sessions of excluded projects"), "{said}");
    }
    // The folder can be gone; what is above it still counts.
    fs::remove_dir_all(work.join("private/deep")).unwrap();
    tree.add(1, &turn(1, 2));
    assert_eq!(sends(&server, &tree.path(), &[]).0, 0);
    let mut sessions = moda_agent();
    assert_eq!(
        stdout_of(sessions.args(["sessions", "--format", "json", &tree.path()])).matches("session_id").count(),
        3
    );
    // Deeper down it keeps out less; without it all goes.
    fs::remove_file(&file).unwrap();
    fs::create_dir_all(work.join("private/deep")).unwrap();
    fs::write(work.join("private/deep").join(IGNORE_FILE), "").unwrap();
    assert_eq!(sends(&server, &tree.path(), &[]).0, 2);
    fs::remove_dir_all(work.join("private/deep")).unwrap();
    assert_eq!(sends(&server, &tree.path(), &[]).0, 3);
}

#[test]
#[cfg(unix)]
fn a_path_that_is_no_folder_of_a_session_is_not_looked_at() {
    let (tree, (_folder, work)) = (Tree::of(1, 2), folder());
    fs::create_dir(work.join("private")).unwrap();
    fs::write(work.join("private").join(IGNORE_FILE), "").unwrap();
    let work = work.to_str().unwrap();
    let paths =
        ["private".to_owned(), "./private".to_owned(), format!("{work}/x/../private"), format!("/{work}/private")];
    for path in paths {
        let (tree, server) = (Tree::of(1, 2), Server::accepting());
        moved(&tree, 0, &path);
        let mut command = upload_with(&server.ledger(), &["--endpoint", &server.url, &tree.path()]);
        command.current_dir(work).assert().success();
        assert_eq!(ids(&server), turns(0, 0..2), "{path}");
    }
    let server = Server::accepting();
    moved(&tree, 0, &format!("{work}/private"));
    assert_eq!(sends(&server, &tree.path(), &[]).0, 0);
}

/// The paths that a run asks the system for, in the words of `strace`, where that is at hand.
#[cfg(target_os = "linux")]
fn asked(tree: &Tree) -> Option<String> {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let mut command = std::process::Command::new("strace");
    command.args(["-f", "-e", "trace=%file", "-o"]).arg(trace.path());
    command.arg(assert_cmd::cargo::cargo_bin!("moda-agent")).args(["upload", "--dry-run", "-q", "--all"]);
    command.arg(tree.path()).env_clear().env("PATH", env!("PATH")).stdout(std::process::Stdio::null());
    let ran = command.status().is_ok_and(|status| status.success());
    ran.then(|| fs::read_to_string(trace.path()).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn of_a_folder_that_a_record_names_nothing_is_opened() {
    let (tree, (_folder, work)) = (Tree::of(2, 2), folder());
    fs::write(work.join("secret"), "").unwrap();
    moved(&tree, 0, work.to_str().unwrap());
    moved(&tree, 1, "/net/evil.example/share");
    let Some(asked) = asked(&tree) else { return };
    let named: Vec<_> = asked.lines().filter(|line| line.contains(work.to_str().unwrap())).collect();
    assert_eq!(named.len(), 1, "each folder is looked at once: {named:?}");
    let looks = ["lstat", "newfstatat", "statx"].iter().any(|call| named[0].contains(call));
    assert!(looks && named[0].contains(IGNORE_FILE), "{named:?}");
    assert!(!asked.contains("evil.example"), "{asked}");
}

#[test]
fn a_wrong_pattern_is_a_mistake_before_anything_is_read() {
    for arguments in [&["upload", "--dry-run", "/no/such/place"][..], &["status"], &["diff", "/no/such/place"]] {
        let mut command = moda_agent();
        command.args(arguments).args(["--exclude", "/a/[b"]);
        let said = support::stderr_of(&mut command, 2);
        assert!(said.contains("--exclude \"/a/[b\" is no pattern") && said.contains("hint: "), "{said}");
    }
}

#[test]
fn all_that_is_recorded_can_be_excluded() {
    let server = Server::accepting();
    let (_, said) = sends(&server, &recordings("live-2.1.330"), &["--exclude", "/"]);
    assert!(server.number() == 0 && said.contains("sent      nothing new"), "{said}");
}
