//! A file as the system knows it, without opening it.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf, is_separator};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use crate::files::open_plain;

/// A path that was named: what all files below it have in common.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Root {
    named: PathBuf,
    /// The same without links, where that is another path.
    real: Option<PathBuf>,
}

impl Root {
    pub(super) fn new(named: &Path) -> Arc<Self> {
        let real = named.canonicalize().ok().filter(|real| real.as_os_str() != named.as_os_str());
        Arc::new(Self { named: named.to_owned(), real })
    }

    fn real(&self) -> &Path {
        self.real.as_deref().unwrap_or(&self.named)
    }
}

/// What tells whether a file was written since somebody last looked: its inode, size and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    root: Arc<Root>,
    /// Its path below the root; nothing where that is the file itself.
    below: Box<OsStr>,
    /// The number of the file on its disk; zero where the system has none.
    pub inode: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub modified: u64,
}

impl FileState {
    /// Of a file at `path`, which is below the root or the root itself.
    pub(super) fn new(root: &Arc<Root>, path: &Path, metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|time| u64::try_from(time.as_nanos()).ok()).unwrap_or_default();
        let below = below(path, &root.named).into();
        Self { root: Arc::clone(root), below, inode: inode(metadata), bytes: metadata.len(), modified }
    }

    /// A file of which nothing is known.
    #[cfg(test)]
    pub(crate) fn at(path: impl AsRef<Path>) -> Self {
        Self::linked(path, None)
    }

    /// The same with another inode, size and time.
    #[cfg(test)]
    pub(crate) fn stamped(self, inode: u64, bytes: u64, modified: u64) -> Self {
        Self { inode, bytes, modified, ..self }
    }

    /// The same, which stands somewhere else.
    #[cfg(test)]
    pub(crate) fn linked(path: impl AsRef<Path>, real: Option<&Path>) -> Self {
        let root = Root { named: path.as_ref().to_owned(), real: real.map(Path::to_owned) };
        Self { root: Arc::new(root), below: OsStr::new("").into(), inode: 0, bytes: 0, modified: 0 }
    }

    /// The file, below the path that was named.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.below(&self.root.named)
    }

    /// Where it stands: one path for one file, however it is named.
    #[must_use]
    pub fn place(&self) -> PathBuf {
        self.below(self.root.real())
    }

    /// Opens it, where it still is what it was when it was listed: a plain file, and no link to one.
    pub fn open(&self) -> io::Result<File> {
        open_plain(&self.place())
    }

    fn below(&self, root: &Path) -> PathBuf {
        let mut path = PathBuf::with_capacity(root.as_os_str().len() + 1 + self.below.len());
        path.push(root);
        if !self.below.is_empty() {
            path.push(Path::new(&self.below));
        }
        path
    }

    /// Its name.
    pub(super) fn name(&self) -> &OsStr {
        let below = Path::new(&self.below).file_name();
        below.or(self.root.named.file_name()).unwrap_or_default()
    }

    /// Sorts by the place: folder by folder, what is in one together.
    pub(super) fn by_place(&self, other: &Self) -> Ordering {
        self.compare(other, |one, other| Path::new(one).cmp(Path::new(other)))
    }

    /// Sorts by the place as it is written.
    pub(super) fn by_letters(&self, other: &Self) -> Ordering {
        self.compare(other, OsStr::cmp)
    }

    fn compare(&self, other: &Self, compare: fn(&OsStr, &OsStr) -> Ordering) -> Ordering {
        if Arc::ptr_eq(&self.root, &other.root) {
            return compare(&self.below, &other.below);
        }
        compare(self.place().as_os_str(), other.place().as_os_str())
    }
}

/// What follows the folder that a path begins with, in the same letters; the path where it does not.
/// `Path::strip_prefix`, which looks at each component, is a twentieth of a run that finds nothing new.
fn below<'a>(path: &'a Path, folder: &Path) -> &'a OsStr {
    let letters = path.to_str().zip(folder.to_str()).and_then(|(path, folder)| path.strip_prefix(folder));
    match letters {
        Some(below) => OsStr::new(below.trim_start_matches(is_separator)),
        None => path.strip_prefix(folder).unwrap_or(path).as_os_str(),
    }
}

/// The bytes that an open file now holds behind the first `read`; any number, if the system does not say.
#[must_use]
pub fn rest(file: &File, read: u64) -> u64 {
    file.metadata().map_or(u64::MAX, |metadata| metadata.len().saturating_sub(read))
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_metadata: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_put_together_again() {
        for (path, folder, expected) in [
            ("/p/q/a.jsonl", "/p", "q/a.jsonl"),
            ("/p/q/a.jsonl", "/p/", "q/a.jsonl"),
            ("/a.jsonl", "/", "a.jsonl"),
            ("./q/a.jsonl", ".", "q/a.jsonl"),
            ("a.jsonl", "a.jsonl", ""),
        ] {
            let (path, folder) = (Path::new(path), Path::new(folder));
            assert_eq!(below(path, folder), expected);
            let root = Arc::new(Root { named: folder.to_owned(), real: Some("/real".into()) });
            let file = FileState { root, below: below(path, folder).into(), inode: 0, bytes: 0, modified: 0 };
            assert_eq!((file.path().as_path(), file.name()), (path, path.file_name().unwrap()));
            assert_eq!(file.place(), Path::new("/real").join(expected).components().collect::<PathBuf>());
        }
    }

    #[test]
    fn files_of_one_folder_sort_as_those_of_several() {
        let root = |named: &str| Arc::new(Root { named: named.into(), real: None });
        let file = |root: &Arc<Root>, below: &str| FileState {
            root: Arc::clone(root),
            below: OsStr::new(below).into(),
            inode: 0,
            bytes: 0,
            modified: 0,
        };
        let names = ["a.jsonl", "a/subagents/agent-1.jsonl", "a-b/c.jsonl", "b.jsonl"];
        let one = root("/p");
        for (x, y) in names.iter().flat_map(|x| names.map(|y| (*x, y))) {
            let (same, other) = ([file(&one, x), file(&one, y)], [file(&root("/p"), x), file(&root("/p"), y)]);
            assert_eq!(same[0].by_letters(&same[1]), other[0].by_letters(&other[1]), "{x} {y}");
            assert_eq!(same[0].by_place(&same[1]), same[0].place().cmp(&same[1].place()), "{x} {y}");
            assert_eq!(other[0].by_place(&other[1]), same[0].by_place(&same[1]), "{x} {y}");
        }
    }
}
