//! A file as the system knows it, without opening it.

use std::fs::{File, Metadata};
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// What tells whether a file was written since somebody last looked: its inode, size and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    /// The file, below the path that was named.
    pub path: Arc<Path>,
    /// The same without links, where that is another path.
    pub real: Option<Arc<Path>>,
    /// The number of the file on its disk; zero where the system has none.
    pub inode: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub modified: u64,
}

impl FileState {
    pub(super) fn new(path: &Path, real: Option<&Path>, metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|time| u64::try_from(time.as_nanos()).ok()).unwrap_or_default();
        Self { path: path.into(), real: real.map(Into::into), inode: inode(metadata), bytes: metadata.len(), modified }
    }

    /// A file of which nothing is known.
    #[cfg(test)]
    pub(crate) fn at(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().into(), real: None, inode: 0, bytes: 0, modified: 0 }
    }

    /// Where it stands: one path for one file, however it is named.
    #[must_use]
    pub fn place(&self) -> &Path {
        self.real.as_deref().unwrap_or(&self.path)
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
