//! Which files under the named paths may be transcripts. Only names are looked at.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::error::{Error, plain};
use crate::warning::{Warning, Warnings};

/// Where a client keeps the transcripts of the agents that a session launched.
pub(super) const SUBAGENTS: &str = "subagents";

/// All files that may be transcripts, each once, sorted. A named transcript or session folder
/// brings along what belongs to it.
pub(super) fn transcripts_under(paths: &[PathBuf], warnings: &mut Warnings) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = path.metadata().map_err(|error| Error::no_such_path(path, &error))?;
        if metadata.is_file() {
            files.extend(session_of_file(path, warnings));
        } else if metadata.is_dir() {
            files.extend(walk(path, warnings));
            let main = main_of_session_folder(path);
            files.extend(main.into_iter().flat_map(|main| session_of_file(&main, warnings)));
        } else {
            let hint = "Name a projects folder, a project folder, a session folder or a transcript.";
            return Err(Error::usage(format!("{} is neither a file nor a folder.", path.display()), hint));
        }
    }
    // In an order that does not depend on how the paths are written.
    let files = files.into_iter().map(|file| (file.canonicalize().unwrap_or_else(|_| file.clone()), file));
    Ok(files.collect::<BTreeMap<_, _>>().into_values().collect())
}

/// The transcripts below a folder. Links are not followed: none of a client's files is one, and
/// they can loop.
fn walk(folder: &Path, warnings: &mut Warnings) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_transcript_name(entry.path()) => {
                files.push(entry.into_path());
            }
            Ok(entry) if is_passed_over(&entry) => warnings.push(Warning::Link { path: entry.into_path() }),
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let reason = error.io_error().map_or_else(|| error.to_string(), plain);
                warnings.push(Warning::Unreadable { path, reason });
            }
        }
    }
    files
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
fn session_of_file(transcript: &Path, warnings: &mut Warnings) -> Vec<PathBuf> {
    let mut files = vec![transcript.to_owned()];
    if agent_id(transcript).is_some() {
        return files;
    }
    let subagents = transcript.with_extension("").join(SUBAGENTS);
    if subagents.is_dir() {
        files.extend(walk(&subagents, warnings));
    }
    let folder = transcript.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = WalkDir::new(folder).min_depth(1).max_depth(1).into_iter().filter_map(Result::ok);
    files.extend(beside.map(DirEntry::into_path).filter(|path| agent_id(path).is_some()));
    files
}

/// The main transcript stands beside its session's folder.
fn main_of_session_folder(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.file_name()?.to_str().filter(|name| is_uuid(name))?;
    Some(folder.with_extension("jsonl")).filter(|transcript| transcript.is_file())
}

/// The `ID` of `agent-ID.jsonl`.
pub(super) fn agent_id(path: &Path) -> Option<&str> {
    (path.extension() == Some(OsStr::new("jsonl"))).then_some(path)?.file_stem()?.to_str()?.strip_prefix("agent-")
}

/// `8-4-4-4-12` hexadecimal digits, the only names that the client gives to sessions.
#[must_use]
pub fn is_uuid(name: &str) -> bool {
    name.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && name.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
