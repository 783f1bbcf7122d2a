//! Files that do not stand still, and names that are none: each costs what it must and no more.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use moda_agent::session::{Keep, Session, rebuild};
use moda_agent::transcript::{SessionFiles, discover};
use moda_agent::warning::Warnings;

const SESSION: &str = "11111111-1111-4111-8111-111111111111";

fn answer(id: u32) -> String {
    format!(
        r#"{{"type":"assistant","uuid":"u{id}","sessionId":"{SESSION}","timestamp":"2026-02-20T10:00:00.000Z","message":{{"id":"m{id}","model":"m","stop_reason":"end_turn","usage":{{"output_tokens":{id}}}}}}}"#
    ) + "\n"
}

fn transcript(folder: &Path, answers: u32) -> PathBuf {
    let path = folder.join(format!("{SESSION}.jsonl"));
    fs::write(&path, (1..=answers).map(answer).collect::<String>()).unwrap();
    path
}

fn found(folder: &Path) -> SessionFiles {
    discover(&[folder.to_owned()]).unwrap().sessions.remove(0)
}

fn outputs(session: &Session) -> Vec<u64> {
    session.turns.iter().flat_map(|turn| &turn.requests).map(|request| request.tokens().output).collect()
}

fn kinds(warnings: &Warnings) -> Vec<(&'static str, u64)> {
    warnings.counts().iter().map(|(kind, count)| (*kind, *count)).collect()
}

#[test]
fn a_file_that_vanished_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), 2);
    let files = found(folder.path());
    fs::remove_file(path).unwrap();
    let (session, warnings) = rebuild(&files, &|_| (), Keep::default());
    assert_eq!((outputs(&session), kinds(&warnings)), (vec![], vec![("unreadable_file", 1)]));
}

#[test]
fn a_file_that_shrank_holds_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), 3);
    let files = found(folder.path());
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(answer(1).len() as u64 + 20).unwrap();
    let (session, warnings) = rebuild(&files, &|_| (), Keep::default());
    assert_eq!((outputs(&session), kinds(&warnings)), (vec![1], vec![("unfinished_line", 1)]));
}

/// The file grows behind what is read, as often as it is read, and a session file never ends in
/// the middle of what was there when it was opened.
#[test]
fn a_file_that_grows_while_it_is_read_is_read_to_a_line_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), 3);
    let files = found(folder.path());
    let grown = std::cell::Cell::new(0);
    let (session, warnings) = rebuild(
        &files,
        &|bytes| {
            if bytes > 0 && grown.get() < 3 {
                grown.set(grown.get() + 1);
                let mut file = fs::File::options().append(true).open(&path).unwrap();
                file.write_all(answer(3 + grown.get()).as_bytes()).unwrap();
            }
        },
        Keep::default(),
    );
    assert_eq!((outputs(&session), kinds(&warnings)), (vec![1, 2, 3, 4, 5, 6], vec![]));
}

#[test]
fn a_folder_in_the_place_of_a_transcript_is_no_transcript() {
    let folder = tempfile::tempdir().unwrap();
    transcript(folder.path(), 1);
    fs::create_dir(folder.path().join("22222222-2222-4222-8222-222222222222.jsonl")).unwrap();
    let found = discover(&[folder.path().to_owned()]).unwrap();
    assert_eq!((found.sessions.len(), kinds(&found.warnings)), (1, vec![]));
}

#[cfg(unix)]
#[test]
fn links_that_loop_are_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    transcript(folder.path(), 1);
    symlink(folder.path(), folder.path().join("again")).unwrap();
    symlink("self", folder.path().join("self")).unwrap();
    symlink("loop.jsonl", folder.path().join("loop.jsonl")).unwrap();
    let found = discover(&[folder.path().to_owned()]).unwrap();
    assert_eq!((found.sessions.len(), kinds(&found.warnings)), (1, vec![("link", 2)]));
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_names() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join(OsStr::from_bytes(b"-home-\xff"));
    fs::create_dir(&project).unwrap();
    for (name, id) in [(&b"\xfe.jsonl"[..], 1), (b"agent-\xfd.jsonl", 2)] {
        fs::write(project.join(OsStr::from_bytes(name)), answer(id)).unwrap();
    }
    let files = found(folder.path());
    let (session, warnings) = rebuild(&files, &|_| (), Keep::default());
    assert_eq!((files.id.as_str(), outputs(&session)), (SESSION, vec![2, 1]));
    assert_eq!(kinds(&warnings), vec![]);
    let printed = support::stdout({
        let mut command = support::moda_agent();
        command.args(["sessions", "--format", "json"]).arg(&project);
        command
    });
    assert!(printed.contains(r#""requests":2"#), "{printed}");
}
