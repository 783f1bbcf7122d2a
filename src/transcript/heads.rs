//! The first lines of many transcripts, several read at once.

use std::convert::Infallible;
use std::io;
use std::thread;

use super::file::FileState;
use super::head::Head;
use crate::ordered::in_order;

/// Files opened ahead of the one that is taken, for each thread.
const AHEAD: usize = 64;

/// What the first lines of a file say, if it is known and the file did not change.
pub type Known<'a> = &'a dyn Fn(&FileState) -> Option<Head>;

/// What the first lines of a file say.
pub(super) struct ReadHead {
    pub(super) file: FileState,
    pub(super) head: io::Result<Head>,
    /// Whether the file was opened for that.
    pub(super) is_new: bool,
}

/// What the first lines of the files say, in their order; those are opened of which nobody knows.
pub(super) fn heads(files: Vec<FileState>, known: Known<'_>) -> impl Iterator<Item = ReadHead> {
    let known: Vec<_> = files.iter().map(|file| known(file).map(Box::new)).collect();
    let unknown: Vec<_> = files.iter().zip(&known).filter(|(_, head)| head.is_none()).map(|(file, _)| file).collect();
    let mut new = read(unknown).into_iter();
    files.into_iter().zip(known).filter_map(move |(file, known)| {
        let is_new = known.is_none();
        let head = known.map(|head| Ok(*head)).or_else(|| new.next())?;
        Some(ReadHead { file, head, is_new })
    })
}

fn read(files: Vec<&FileState>) -> Vec<io::Result<Head>> {
    let mut heads = Vec::with_capacity(files.len());
    if files.is_empty() {
        return heads;
    }
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let head = |file: &FileState| file.open().and_then(Head::read);
    let Ok(()) = in_order(files, threads, threads * AHEAD, head, |head| {
        heads.push(head);
        Ok::<_, Infallible>(())
    });
    heads
}
