//! Which files under the named paths may be transcripts. Only names are looked at.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::file::{FileState, Root};
use crate::error::{Error, plain};
use crate::warning::{Warning, Warnings};

/// Where a client keeps the transcripts of the agents that a session launched.
pub(super) const SUBAGENTS: &str = "subagents";

/// All files that may be transcripts, each once, sorted. A named transcript or session folder
/// brings along what belongs to it.
pub(super) fn transcripts_under(paths: &[PathBuf], warnings: &mut Warnings) -> Result<Vec<FileState>, Error> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = path.metadata().map_err(|error| Error::no_such_path(path, &error))?;
        if metadata.is_file() {
            session_of_file(path, &mut files, warnings);
        } else if metadata.is_dir() {
            walk(path, &is_transcript_name, usize::MAX, &mut files, warnings);
            if let Some(main) = main_of_session_folder(path) {
                session_of_file(&main, &mut files, warnings);
            }
        } else {
            let hint = "Name a projects folder, a project folder, a session folder or a transcript.";
            return Err(Error::usage(format!("{} is neither a file nor a folder.", path.display()), hint));
        }
    }
    // In an order that does not depend on how the paths are written.
    files.sort_by(FileState::by_letters);
    files.dedup_by(|one, other| one.by_letters(other).is_eq());
    Ok(files)
}

/// The wanted files below a folder. Links are not followed: none of a client's files is one, and
/// they can loop. So only the folder itself can stand in another place than its name says.
fn walk(
    folder: &Path,
    is_wanted: &dyn Fn(&Path) -> bool,
    depth: usize,
    files: &mut Vec<FileState>,
    warnings: &mut Warnings,
) {
    let root = Root::new(folder);
    for entry in WalkDir::new(folder).max_depth(depth) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_wanted(entry.path()) => match entry.metadata() {
                Ok(metadata) => files.push(FileState::new(&root, entry.path(), &metadata)),
                Err(error) => warnings.push(unreadable(entry.path(), &error)),
            },
            Ok(entry) if is_passed_over(&entry) && depth > 1 => {
                warnings.push(Warning::Link { path: entry.into_path() });
            }
            Ok(_) => {}
            Err(error) => warnings.push(unreadable(folder, &error)),
        }
    }
}

fn unreadable(path: &Path, error: &walkdir::Error) -> Warning {
    let reason = error.io_error().map_or_else(|| error.to_string(), plain);
    Warning::Unreadable { path: error.path().unwrap_or(path).to_owned(), reason }
}

fn is_passed_over(entry: &DirEntry) -> bool {
    entry.path_is_symlink() && entry.depth() > 0 && (is_transcript_name(entry.path()) || entry.path().is_dir())
}

/// `journal.jsonl` and `history.jsonl` are the client's, but hold no records; `.orphaned` and
/// `.superseded` files are copies that it has set aside.
fn is_transcript_name(path: &Path) -> bool {
    let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    path.extension() == Some(OsStr::new("jsonl"))
        && !matches!(stem, "journal" | "history")
        && ![".orphaned", ".superseded"].iter().any(|aside| stem.contains(aside))
}

/// A transcript that was named itself, and what may be its subagents'.
fn session_of_file(transcript: &Path, files: &mut Vec<FileState>, warnings: &mut Warnings) {
    match transcript.metadata() {
        Ok(metadata) => files.push(FileState::new(&Root::new(transcript), transcript, &metadata)),
        Err(error) => warnings.push(Warning::unreadable(transcript, &error)),
    }
    if transcript.file_name().and_then(agent_id).is_some() {
        return;
    }
    let subagents = transcript.with_extension("").join(SUBAGENTS);
    if subagents.is_dir() {
        walk(&subagents, &is_transcript_name, usize::MAX, files, warnings);
    }
    let folder = transcript.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    walk(folder, &|path| path.file_name().and_then(agent_id).is_some(), 1, files, &mut Warnings::default());
}

/// The main transcript stands beside its session's folder.
fn main_of_session_folder(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.file_name()?.to_str().filter(|name| is_uuid(name))?;
    Some(folder.with_extension("jsonl")).filter(|transcript| transcript.is_file())
}

/// The `ID` of `agent-ID.jsonl`.
pub(super) fn agent_id(name: &OsStr) -> Option<&str> {
    name.to_str()?.strip_prefix("agent-")?.strip_suffix(".jsonl")
}

/// `8-4-4-4-12` hexadecimal digits, the only names that the client gives to sessions.
#[must_use]
pub fn is_uuid(name: &str) -> bool {
    name.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && name.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
