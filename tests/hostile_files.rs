//! What stands where a transcript should: pipes, devices, links and files without an end cost nothing
//! but themselves. No path in a transcript is opened, and nothing is written under a name from one.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use moda_agent::session::{Keep, Session, rebuild};
use moda_agent::transcript::discover;
use moda_agent::warning::Warnings;
use support::hostile::{tree, tree_with};
use support::tree::{Tree, answer, calls, long_ago, of_agent, prompt, turn};
use support::{Server, moda_agent, stdout, upload, upload_with};

/// What waits for a pipe waits for ever.
const PATIENCE: Duration = Duration::from_secs(60);
/// Every way to read a tree.
const READERS: [&[&str]; 4] =
    [&["sessions"], &["upload", "--dry-run"], &["upload", "--dry-run", "--convention", "genai"], &["status"]];

fn pipe(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// A session with a subagent, that was called and described.
fn with_agent() -> Tree {
    let tree = Tree::new();
    let at = |minute| long_ago(0, minute);
    tree.add(0, &(prompt(0, 0, at(0)) + &calls(0, "toolu_1", at(0), "Task", r#"{"prompt":"look"}"#)));
    let agent = prompt(0, 1, at(0)).replace("prompt 1", "look") + &answer(0, 1, at(0));
    support::tree::append(&tree.agent_file(0, "a1"), of_agent("a1", &agent));
    tree.add(0, &answer(0, 2, at(1)));
    tree
}

fn sidecar(tree: &Tree) -> PathBuf {
    tree.agent_file(0, "a1").with_extension("meta.json")
}

fn printed(arguments: &[&str], path: &str) -> String {
    let mut command = moda_agent();
    command.args(arguments).arg(path).timeout(PATIENCE);
    stdout(command)
}

#[test]
fn what_is_no_file_is_no_transcript() {
    let tree = with_agent();
    let before = READERS.map(|reader| printed(reader, &tree.path()));
    let place = |name: &str| PathBuf::from(tree.path()).join("-src-shop").join(name);
    pipe(&place("22222222-2222-4222-8222-222222222222.jsonl"));
    pipe(&place("agent-a2.jsonl"));
    pipe(&tree.agent_file(0, "a3"));
    pipe(&sidecar(&tree));
    fs::create_dir(place("folder.jsonl")).unwrap();
    symlink("/dev/zero", place("33333333-3333-4333-8333-333333333333.jsonl")).unwrap();
    symlink("/dev/zero", tree.agent_file(0, "a4")).unwrap();
    assert_eq!(READERS.map(|reader| printed(reader, &tree.path())), before);
    let mut strict = upload(&["--dry-run", &tree.path()]);
    let output = strict.timeout(PATIENCE).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("warnings  2 links\n"));
}

/// What a session is once a file of it is another than it was when it was found.
fn changed(path: &Path, change: impl FnOnce(&Path)) -> (Session, Warnings) {
    let files = discover(&[path.parent().unwrap().to_owned()]).unwrap().sessions.remove(0);
    fs::remove_file(path).unwrap();
    change(path);
    rebuild(&files, &|_| (), Keep::default())
}

#[test]
fn what_becomes_a_pipe_or_a_link_is_not_read() {
    let (tree, other) = (Tree::of(1, 2), Tree::of(2, 2));
    let becomes: [&dyn Fn(&Path); 3] = [&|path| pipe(path), &|path| symlink(other.file(1), path).unwrap(), &|path| {
        symlink("/dev/zero", path).unwrap();
    }];
    for change in becomes {
        let (session, warnings) = changed(&tree.file(0), change);
        assert_eq!((session.turns.len(), warnings.counts().get("unreadable_file")), (0, Some(&1)));
        fs::remove_file(tree.file(0)).unwrap();
        tree.add(0, &turn(0, 0));
    }
}

#[test]
fn a_link_that_was_named_is_followed() {
    let (tree, folder) = (Tree::of(1, 2), tempfile::tempdir().unwrap());
    let (file, projects) = (folder.path().join("a.jsonl"), folder.path().join("projects"));
    symlink(tree.file(0), &file).unwrap();
    symlink(tree.path(), &projects).unwrap();
    for path in [file, projects] {
        assert_eq!(printed(&["upload", "--dry-run", "--format", "json"], path.to_str().unwrap()).lines().count(), 2);
    }
}

#[test]
fn of_a_sidecar_no_more_is_read_than_a_sidecar_has() {
    let tree = with_agent();
    let elsewhere = PathBuf::from(tree.path()).join("elsewhere");
    fs::write(&elsewhere, r#"{"agentType":"from elsewhere"}"#).unwrap();
    let says = |warning: &str| {
        let mut command = upload(&["--dry-run", "-v", "--convention", "genai", &tree.path()]);
        let began = Instant::now();
        let output = command.timeout(PATIENCE).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(said.contains(warning) && !said.contains("from elsewhere"), "{warning}: {said}");
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        fs::remove_file(sidecar(&tree)).unwrap();
    };
    symlink(&elsewhere, sidecar(&tree)).unwrap();
    says("agent-a1.meta.json: the link is not followed");
    symlink("/dev/zero", sidecar(&tree)).unwrap();
    says("agent-a1.meta.json: the link is not followed");
    File::create(sidecar(&tree)).unwrap().set_len(1 << 40).unwrap();
    says("agent-a1.meta.json:1: no JSON from column 1 on");
    fs::write(sidecar(&tree), "[".repeat(1 << 20)).unwrap();
    says("agent-a1.meta.json:1: no JSON from column");
    pipe(&sidecar(&tree));
    says("warnings  none");
}

#[test]
fn no_path_in_a_transcript_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    pipe(&path);
    let path = path.to_str().unwrap();
    for change in [
        (|text: &mut String, path: &str| path.clone_into(text)) as fn(&mut String, &str),
        |text, path| *text = format!("@{path} file://{path} {text}"),
        |text, path| text.push_str(path),
    ] {
        let tree = tree_with(&["interactive-2.1.330", "client-2.0.76"], &|text| change(text, path));
        for reader in READERS {
            printed(reader, tree.path().to_str().unwrap());
        }
    }
}

/// All that stands below a folder.
fn below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        if path.is_dir() {
            found.extend(below(&path));
        }
    }
    found.sort();
    found
}

#[test]
fn nothing_is_written_under_a_name_from_a_transcript() {
    let (tree, home, server) = (tree(&["client-2.0.76"], true), tempfile::tempdir().unwrap(), Server::accepting());
    let (ledger, output) = (home.path().join("state/ledger.db"), home.path().join("spans.jsonl"));
    let file = format!("file:{}", output.display());
    for endpoint in [server.url.as_str(), &file] {
        for options in [&[][..], &["--resend"], &["--all"]] {
            let mut command = upload_with(&ledger, &["-q", "--endpoint", endpoint]);
            command.args(options).arg(tree.path()).env("HOME", home.path()).env("TMPDIR", home.path());
            command.current_dir(home.path()).env_remove("XDG_STATE_HOME").assert().success();
        }
    }
    let is_lock = |name: &String| {
        let digits = name.strip_prefix("ledger.db.").and_then(|rest| rest.strip_suffix(".lock"));
        digits.is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    let (locks, others): (Vec<_>, Vec<_>) = below(home.path()).into_iter().partition(is_lock);
    assert_eq!((locks.len(), others), (2, ["ledger.db", "spans.jsonl", "state"].map(str::to_owned).to_vec()));
}
