//! Which files are transcripts, and which of them belong to one session.
//!
//! Layouts (`session` is a UUID):
//! - `PROJECT/session.jsonl`: a session's main transcript
//! - `PROJECT/session/subagents/**/agent-ID.jsonl`: its subagents' (since client 2.1.2)
//! - `PROJECT/agent-ID.jsonl`: a subagent's, whose records name the session (2.0.28 to 2.1.1)
//!
//! Nothing but names, sizes and the transcripts' first lines is read here.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::file::FileState;
use super::head::{Beginning, Head};
use super::heads::{Known, heads};
use super::places::{SUBAGENTS, agent_id, is_uuid, transcripts_under};
use super::timestamp::Timestamp;
use crate::error::Error;
use crate::warning::{Warning, Warnings};

/// The transcripts of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFiles {
    /// The session's id.
    pub id: String,
    /// All of them, as the system knows them, sorted by their places.
    pub states: Box<[FileState]>,
    /// The numbers of its main transcripts in `states`, that which began first in front.
    mains: Box<[u32]>,
    /// How the first of them began, without any the first of its subagents'.
    beginning: Beginning,
}

impl SessionFiles {
    /// Its main transcripts, in the order in which they began. Usually one; several where copies of a
    /// session were kept in several places.
    pub fn main(&self) -> impl Iterator<Item = &FileState> {
        self.mains.iter().filter_map(|number| self.states.get(*number as usize))
    }

    /// Its subagents' transcripts, with the agents' ids, unique within the session;
    /// `agent-ID.meta.json` may stand beside one.
    pub fn subagents(&self) -> impl Iterator<Item = (&str, &FileState)> {
        self.states.iter().filter_map(|file| Some((agent_id(file.name())?, file)))
    }

    /// The size of all of them; a file can be said to be as large as any number.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        total(self.states.iter().map(|file| file.bytes))
    }

    /// The time of its first record, which decides who owns what several sessions hold.
    #[must_use]
    pub fn began_at(&self) -> Option<Timestamp> {
        self.beginning.started_at
    }

    /// Where it stands: its main transcript, else the first of its subagents'.
    #[must_use]
    pub fn place(&self) -> Option<PathBuf> {
        self.main().next().or(self.states.first()).map(FileState::place)
    }

    /// When any of them was last written.
    #[must_use]
    pub fn touched(&self) -> Timestamp {
        Timestamp::from(self.states.iter().map(|file| file.modified).max().unwrap_or_default())
    }

    /// Files of which nothing more is known.
    #[cfg(test)]
    pub(crate) fn of(id: &str, states: Vec<FileState>) -> Self {
        let found = states.into_iter().map(|file| Found { file, beginning: Beginning::default() });
        session(id.to_owned(), found.collect())
    }
}

/// The sum of sizes, or the largest number.
pub fn total(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

/// What was found under the named paths.
#[derive(Debug, Default)]
pub struct Discovery {
    /// In the order in which they began (ties: forks last, then by id), which decides who owns what
    /// several hold.
    pub sessions: Vec<SessionFiles>,
    /// What could not be looked at.
    pub warnings: Warnings,
}

/// The files under some paths that may be transcripts, of which none is opened yet.
#[derive(Debug, Default)]
pub struct Listing {
    paths: Vec<PathBuf>,
    files: Vec<FileState>,
    warnings: Warnings,
}

/// Lists the files under `paths` that may be transcripts. A path that does not exist is an error.
pub fn list(paths: &[PathBuf]) -> Result<Listing, Error> {
    let mut warnings = Warnings::default();
    let files = transcripts_under(paths, &mut warnings)?;
    Ok(Listing { paths: paths.to_vec(), files, warnings })
}

/// Is told of files that were opened, because nobody knew their first lines, and what these say.
pub type Opened<'a> = &'a mut dyn FnMut(&FileState, &Head);

/// Finds the sessions under `paths`: projects folders, project folders, session folders, transcripts.
///
/// A path that does not exist is an error; what cannot be read below one is a warning. Where a
/// session is named by its own file or folder, other sessions' subagents beside it are left alone.
pub fn discover(paths: &[PathBuf]) -> Result<Discovery, Error> {
    Ok(list(paths)?.discover(&|_| None, &mut |_, _| ()))
}

impl Listing {
    /// Finds the sessions in it, without opening files that are known.
    #[must_use]
    pub fn discover(self, known: Known<'_>, opened: Opened<'_>) -> Discovery {
        let Self { paths, files, warnings } = self;
        let mut sorted = Sorted { sessions: BTreeMap::new(), warnings };
        heads(&files, known, |number, head, is_new| {
            let Some(file) = files.get(number) else { return };
            if let Some(head) = head.as_ref().ok().filter(|_| is_new) {
                opened(file, head);
            }
            sorted.take(number, file, head);
        });
        let Sorted { sessions, warnings } = sorted;
        let mut files: Vec<_> = files.into_iter().map(Some).collect();
        let mut found =
            |(number, beginning): (usize, _)| Some(Found { file: files.get_mut(number)?.take()?, beginning });
        let sessions =
            sessions.into_iter().map(|(id, of)| session(id, of.into_iter().filter_map(&mut found).collect()));
        let mut sessions: Vec<_> = sessions.collect();
        if paths.iter().all(|path| names_one_session(path)) {
            let named: HashSet<_> = paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
            let is_named = |file: &FileState| file.path().canonicalize().is_ok_and(|path| named.contains(&path));
            sessions.retain(|session| !session.mains.is_empty() || session.states.iter().any(is_named));
        }
        sessions.sort_by(|one, other| (one.beginning, &one.id).cmp(&(other.beginning, &other.id)));
        Discovery { sessions, warnings }
    }
}

/// Files by the sessions that they are of, each by its number in the listing.
struct Sorted {
    sessions: BTreeMap<String, Vec<(usize, Beginning)>>,
    warnings: Warnings,
}

impl Sorted {
    fn take(&mut self, number: usize, file: &FileState, head: io::Result<Head>) {
        let head = match head {
            Ok(head) => head,
            Err(error) => return self.warnings.push(Warning::unreadable(&file.path(), &error)),
        };
        let beginning = head.beginning();
        match session_of(&file.path(), file.bytes, head) {
            Some(id) => self.sessions.entry(id).or_insert_with(|| Vec::with_capacity(1)).push((number, beginning)),
            None if file.bytes == 0 => {}
            None => self.warnings.push(Warning::NotATranscript { path: file.path() }),
        }
    }
}

fn names_one_session(path: &Path) -> bool {
    let folder = path.canonicalize();
    let name = folder.as_deref().unwrap_or(path).file_name();
    path.is_file() || name.and_then(OsStr::to_str).is_some_and(is_uuid)
}

/// A transcript of a session.
struct Found {
    file: FileState,
    beginning: Beginning,
}

/// Puts the transcripts of a session together. What began first is read first; of two alike, that
/// with the smaller path.
fn session(id: String, mut files: Vec<Found>) -> SessionFiles {
    files.sort_by(|one, other| one.file.by_place(&other.file));
    let beginning = |number: &u32| files.get(*number as usize).map(|found| found.beginning);
    let is_agent = |found: &Found| agent_id(found.file.name()).is_some();
    let mains = (0..).zip(&files).filter(|(_, found)| !is_agent(found)).map(|(number, _)| number);
    let mut mains: Box<[u32]> = mains.collect();
    mains.sort_by_key(beginning);
    let first = mains.first().and_then(beginning).or(files.iter().map(|found| found.beginning).min());
    let states = files.into_iter().map(|found| found.file).collect();
    SessionFiles { id, states, mains, beginning: first.unwrap_or_default() }
}

/// The folder above `subagents`, the file's own name, or what its records say, in this order.
/// Nothing where no record names a session: the file is another program's.
fn session_of(path: &Path, bytes: u64, head: Head) -> Option<String> {
    if head.is_foreign {
        return None;
    }
    let is_silent = head.session_id.is_none() && !Head::may_hold_more(bytes);
    let named = match path.file_name().and_then(agent_id) {
        Some(_) => {
            let above = path.ancestors().find(|folder| folder.file_name() == Some(OsStr::new(SUBAGENTS)));
            above.and_then(Path::parent).and_then(Path::file_name)
        }
        None => path.file_stem(),
    };
    let named = named.and_then(OsStr::to_str).filter(|name| is_uuid(name) && !is_silent);
    named.map(str::to_owned).or(head.session_id)
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
        (session.main().count(), session.subagents().map(|(id, _)| id).collect())
    }

    fn session_tree() -> tempfile::TempDir {
        let names_session = format!(r#"{{"type":"user","sessionId":"{SESSION}"}}"#);
        tree(&[
            (&format!("p/{SESSION}.jsonl"), &names_session),
            (&format!("p/{SESSION}/subagents/agent-a1.jsonl"), ""),
            (&format!("p/{SESSION}/subagents/agent-a1.meta.json"), "{}"),
            (&format!("p/{SESSION}/subagents/workflows/wf_1/agent-a2.jsonl"), &names_session),
            ("p/agent-other.jsonl", r#"{"type":"user","sessionId":"33333333-3333-4333-8333-333333333333"}"#),
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
            (root.join("p"), vec!["a1", "a2", "a3"]),
            (root.clone(), vec!["a1", "a2", "a3"]),
            (root.join(format!("p/{SESSION}.jsonl")), vec!["a1", "a2", "a3"]),
            (root.join(format!("p/{SESSION}")), vec!["a1", "a2", "a3"]),
        ] {
            let found = discover(std::slice::from_ref(&path)).unwrap();
            let found: Vec<_> = found.sessions.iter().filter(|session| session.id == SESSION).collect();
            assert_eq!(found.len(), 1, "{path:?}");
            let (main, mut found) = names(found[0]);
            found.sort_unstable();
            assert_eq!((main, found), (1, agents), "{path:?}");
        }
    }

    #[test]
    fn a_path_named_twice_is_read_once() {
        let folder = session_tree();
        let paths = [folder.path().to_path_buf(), folder.path().join("p"), folder.path().join("p/../p/.")];
        let found = discover(&paths).unwrap();
        let session = found.sessions.iter().find(|session| session.id == SESSION).unwrap();
        assert_eq!((session.main().count(), session.subagents().count()), (1, 3));
    }

    #[test]
    fn a_session_folder_without_subagents_leads_to_its_transcript() {
        let line = format!(r#"{{"type":"user","sessionId":"{SESSION}"}}"#);
        let folder = tree(&[(&format!("{SESSION}.jsonl"), &line), (&format!("{SESSION}/tool-results/x.txt"), "")]);
        let found = discover(&[folder.path().join(SESSION)]).unwrap();
        assert_eq!(found.sessions.len(), 1);
    }

    #[test]
    fn what_was_set_aside_and_what_other_programs_write_is_left_out() {
        let line = format!(r#"{{"type":"user","sessionId":"{SESSION}"}}"#);
        let folder = tree(&[
            (&format!("{SESSION}.jsonl"), &line),
            (&format!("{SESSION}.superseded-1.jsonl"), &line),
            (&format!("{SESSION}.orphaned.jsonl"), &line),
            ("rollout.jsonl", r#"{"type":"session_meta","payload":{}}"#),
            ("22222222-2222-4222-8222-222222222222.jsonl", r#"{"type":"thread","id":1}"#),
            ("chat.jsonl", r#"{"type":"user","sessionId":"x","message":{"role":"user","parts":[{"text":"hi"}]}}"#),
        ]);
        let found = discover(&[folder.path().to_path_buf()]).unwrap();
        assert_eq!((found.sessions.len(), found.sessions[0].main().count()), (1, 1));
        assert_eq!(found.warnings.counts().get("other_file"), Some(&3));
    }

    #[test]
    fn a_stub_without_a_time_does_not_delay_its_session() {
        let line = |time: &str| format!(r#"{{"type":"user","sessionId":"s"{time}}}"#);
        let early = line(r#","timestamp":"2026-01-01T00:00:00Z""#);
        let folder = tree(&[
            (&format!("a/{SESSION}.jsonl"), &early),
            (&format!("b/{SESSION}.jsonl"), &line("")),
            ("a/00000000-0000-4000-8000-000000000001.jsonl", &line(r#","timestamp":"2026-01-02T00:00:00Z""#)),
        ]);
        let found = discover(&[folder.path().to_path_buf()]).unwrap();
        assert_eq!((found.sessions[0].id.as_str(), found.sessions[0].main().count()), (SESSION, 2));
    }

    #[test]
    fn sessions_are_in_the_order_of_their_beginnings_and_forks_come_last() {
        let line = |time: &str, fork: &str| format!(r#"{{"type":"user","sessionId":"s","timestamp":"{time}"{fork}}}"#);
        let fork = r#","forkedFrom":{"sessionId":"x"}"#;
        let folder = tree(&[
            ("00000000-0000-4000-8000-000000000001.jsonl", &line("2026-01-02T00:00:00Z", fork)),
            ("00000000-0000-4000-8000-000000000002.jsonl", &line("2026-01-02T00:00:00Z", "")),
            ("00000000-0000-4000-8000-000000000003.jsonl", &line("2026-01-01T00:00:00Z", "")),
            ("00000000-0000-4000-8000-000000000000.jsonl", r#"{"type":"mode","sessionId":"s"}"#),
        ]);
        let found = discover(&[folder.path().to_path_buf()]).unwrap();
        let order: Vec<_> = found.sessions.iter().map(|session| session.id[35..].to_owned()).collect();
        assert_eq!(order, ["3", "2", "1", "0"]);
    }

    #[test]
    fn sizes_are_added_up_as_far_as_numbers_go() {
        let file = |bytes| FileState::at("x").stamped(0, bytes, 0);
        assert_eq!(SessionFiles::of("s", vec![file(7), file(8)]).bytes(), 15);
        assert_eq!(SessionFiles::of("s", vec![file(u64::MAX), file(u64::MAX)]).bytes(), u64::MAX);
    }

    #[test]
    fn a_path_that_does_not_exist_is_an_error() {
        assert!(discover(&[PathBuf::from("/no/such/place")]).is_err());
    }
}
