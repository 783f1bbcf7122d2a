//! Which files are transcripts, and which of them belong to one session.
//!
//! Layouts (`session` is a UUID):
//! - `PROJECT/session.jsonl`: a session's main transcript
//! - `PROJECT/session/subagents/**/agent-ID.jsonl`: its subagents' (since client 2.1.2)
//! - `PROJECT/agent-ID.jsonl`: a subagent's, whose records name the session (2.0.28 to 2.1.1)
//!
//! Nothing but names, sizes and the transcripts' first lines is read here.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::head::Head;
use crate::error::Error;
use crate::warning::{Warning, Warnings};

/// Where a client keeps the transcripts of the agents that a session launched.
const SUBAGENTS: &str = "subagents";

/// The transcripts of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFiles {
    /// The session's id.
    pub id: String,
    /// Usually one; several where copies of a session were kept in several places.
    pub main: Vec<PathBuf>,
    /// Its subagents' transcripts.
    pub subagents: Vec<SubagentFile>,
    /// The size of all of them.
    pub bytes: u64,
    head: Head,
}

/// A subagent's transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubagentFile {
    /// The agent's id, unique within the session.
    pub agent_id: String,
    /// The transcript; `agent-ID.meta.json` may stand beside it.
    pub path: PathBuf,
}

/// What was found under the named paths.
#[derive(Debug, Default)]
pub struct Discovery {
    /// In the order in which they began (ties: forks last, then by id), which decides who owns a
    /// record that several hold.
    pub sessions: Vec<SessionFiles>,
    /// What could not be looked at.
    pub warnings: Warnings,
}

/// Finds the sessions under `paths`: projects folders, project folders, session folders, transcripts.
///
/// A path that does not exist is an error; what cannot be read below one is a warning.
pub fn discover(paths: &[PathBuf]) -> Result<Discovery, Error> {
    let mut found = Discovery::default();
    let mut sessions = BTreeMap::new();
    for path in transcripts_under(paths, &mut found.warnings)? {
        match File::open(&path).and_then(|file| Ok((file.metadata()?.len(), Head::read(file)?))) {
            Ok((bytes, head)) => add(&mut sessions, path, bytes, head),
            Err(error) => found.warnings.push(Warning::unreadable(&path, &error)),
        }
    }
    found.sessions = sessions.into_values().collect();
    found.sessions.sort_by(|one, other| one.order().cmp(&other.order()));
    Ok(found)
}

impl SessionFiles {
    /// Sessions without a time come last.
    fn order(&self) -> (bool, Option<super::Timestamp>, bool, &str) {
        (self.head.started_at.is_none(), self.head.started_at, self.head.forked, &self.id)
    }
}

/// All files that may be transcripts, each once, sorted.
fn transcripts_under(paths: &[PathBuf], warnings: &mut Warnings) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = path.metadata().map_err(|error| Error::no_such_path(path, &error))?;
        if metadata.is_file() {
            files.push(path.clone());
            files.extend(companions(path, warnings));
        } else {
            files.extend(walk(path, warnings));
            if let Some(main) = main_of_session_folder(path) {
                files.extend(companions(&main, warnings));
                files.push(main);
            }
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// The transcripts below a folder. Symbolic links are not followed: none of a client's files is
/// one, and they can loop.
fn walk(folder: &Path, warnings: &mut Warnings) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_transcript_name(entry.path()) => {
                files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => warnings.push(Warning::unreadable(error.path().unwrap_or(folder), &error)),
        }
    }
    files
}

/// `journal.jsonl` and `history.jsonl` are the client's, but hold no records.
fn is_transcript_name(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("jsonl"))
        && !matches!(path.file_stem().and_then(OsStr::to_str), Some("journal" | "history"))
}

/// The subagents of a transcript that was named itself.
fn companions(transcript: &Path, warnings: &mut Warnings) -> Vec<PathBuf> {
    let folder = transcript.with_extension("").join(SUBAGENTS);
    let mut files = if folder.is_dir() { walk(&folder, warnings) } else { Vec::new() };
    let (Ok(file), false) = (File::open(transcript), agent_id(transcript).is_some()) else { return files };
    let session = session_of(transcript, &Head::read(file).unwrap_or_default());
    let beside = WalkDir::new(transcript.parent().unwrap_or(Path::new(""))).min_depth(1).max_depth(1);
    files.extend(beside.into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path).filter(|path| {
        agent_id(path).is_some()
            && File::open(path).and_then(Head::read).is_ok_and(|head| head.session_id.as_ref() == Some(&session))
    }));
    files
}

/// The main transcript stands beside its session's folder.
fn main_of_session_folder(folder: &Path) -> Option<PathBuf> {
    let transcript = folder.join(SUBAGENTS).is_dir().then(|| folder.with_extension("jsonl"))?;
    transcript.is_file().then_some(transcript)
}

fn add(sessions: &mut BTreeMap<String, SessionFiles>, path: PathBuf, bytes: u64, head: Head) {
    let id = session_of(&path, &head);
    let session = sessions.entry(id.clone()).or_insert_with(|| SessionFiles { id, ..SessionFiles::default() });
    session.bytes += bytes;
    if let Some(agent_id) = agent_id(&path) {
        session.subagents.push(SubagentFile { agent_id, path });
        return;
    }
    if session.main.is_empty() || head.started_at < session.head.started_at {
        session.head = head;
    }
    session.main.push(path);
}

/// The folder above `subagents`, the file's own name, or what its records say, in this order.
fn session_of(path: &Path, head: &Head) -> String {
    let above = path.ancestors().find(|folder| folder.file_name() == Some(OsStr::new(SUBAGENTS)));
    let named = match (above.and_then(Path::parent), agent_id(path)) {
        (Some(folder), Some(_)) => folder.file_name(),
        (None, Some(_)) => None,
        _ => path.file_stem(),
    };
    let named = named.and_then(OsStr::to_str).filter(|name| is_uuid(name)).map(str::to_owned);
    named.or_else(|| head.session_id.clone()).unwrap_or_else(|| path.display().to_string())
}

/// The `ID` of `agent-ID.jsonl`.
fn agent_id(path: &Path) -> Option<String> {
    if path.extension() != Some(OsStr::new("jsonl")) {
        return None;
    }
    path.file_stem()?.to_str()?.strip_prefix("agent-").map(str::to_owned)
}

/// `8-4-4-4-12` hexadecimal digits, the only names that the client gives to sessions.
fn is_uuid(name: &str) -> bool {
    name.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && name.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "11111111-1111-4111-8111-111111111111";

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn names(session: &SessionFiles) -> (usize, Vec<&str>) {
        (session.main.len(), session.subagents.iter().map(|agent| agent.agent_id.as_str()).collect())
    }

    fn session_tree() -> tempfile::TempDir {
        let names_session = format!(r#"{{"type":"user","sessionId":"{SESSION}"}}"#);
        tree(&[
            (&format!("p/{SESSION}.jsonl"), ""),
            (&format!("p/{SESSION}/subagents/agent-a1.jsonl"), ""),
            (&format!("p/{SESSION}/subagents/agent-a1.meta.json"), "{}"),
            (&format!("p/{SESSION}/subagents/workflows/wf_1/agent-a2.jsonl"), ""),
            (&format!("p/{SESSION}/subagents/workflows/wf_1/journal.jsonl"), ""),
            ("p/agent-a3.jsonl", &names_session),
            ("p/sessions-index.json", "{}"),
        ])
    }

    #[test]
    fn every_way_to_name_a_session_finds_all_of_it() {
        let folder = session_tree();
        let root = folder.path().to_path_buf();
        for (path, agents) in [
            (root.clone(), vec!["a1", "a2", "a3"]),
            (root.join("p"), vec!["a1", "a2", "a3"]),
            (root.join(format!("p/{SESSION}.jsonl")), vec!["a1", "a2", "a3"]),
            (root.join(format!("p/{SESSION}")), vec!["a1", "a2", "a3"]),
        ] {
            let found = discover(std::slice::from_ref(&path)).unwrap();
            assert_eq!(found.sessions.len(), 1, "{path:?}");
            let (main, mut found) = names(&found.sessions[0]);
            found.sort_unstable();
            assert_eq!((main, found), (1, agents), "{path:?}");
        }
    }

    #[test]
    fn a_path_named_twice_is_read_once() {
        let folder = session_tree();
        let paths = [folder.path().to_path_buf(), folder.path().join("p")];
        assert_eq!(discover(&paths).unwrap().sessions[0].main.len(), 1);
    }

    #[test]
    fn sessions_are_in_the_order_of_their_beginnings_and_forks_come_last() {
        let line = |time: &str, fork: &str| format!(r#"{{"type":"user","sessionId":"s","timestamp":"{time}"{fork}}}"#);
        let fork = r#","forkedFrom":{"sessionId":"x"}"#;
        let folder = tree(&[
            ("00000000-0000-4000-8000-000000000001.jsonl", &line("2026-01-02T00:00:00Z", fork)),
            ("00000000-0000-4000-8000-000000000002.jsonl", &line("2026-01-02T00:00:00Z", "")),
            ("00000000-0000-4000-8000-000000000003.jsonl", &line("2026-01-01T00:00:00Z", "")),
            ("00000000-0000-4000-8000-000000000000.jsonl", "{}"),
        ]);
        let found = discover(&[folder.path().to_path_buf()]).unwrap();
        let order: Vec<_> = found.sessions.iter().map(|session| session.id[35..].to_owned()).collect();
        assert_eq!(order, ["3", "2", "1", "0"]);
    }

    #[test]
    fn a_path_that_does_not_exist_is_an_error() {
        assert!(discover(&[PathBuf::from("/no/such/place")]).is_err());
    }
}
