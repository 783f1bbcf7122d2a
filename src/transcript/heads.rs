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

/// Gives `take` what the first lines of the files say, in their order: the file's number, its head, and
/// whether it was opened for that. Those are opened of which nobody knows. No more heads than those that
/// were read ahead are there at a time.
pub(super) fn heads(files: &[FileState], known: Known<'_>, mut take: impl FnMut(usize, io::Result<Head>, bool)) {
    let known: Vec<_> = files.iter().map(|file| known(file).map(Box::new)).collect();
    let unknown: Vec<_> = files.iter().zip(&known).filter(|(_, head)| head.is_none()).map(|(file, _)| file).collect();
    let mut known = known.into_iter().enumerate();
    read(unknown, |head| {
        if let Some(number) = next_unknown(&mut known, &mut take) {
            take(number, head, true);
        }
    });
    next_unknown(&mut known, &mut take);
}

/// Takes what is known up to the next file of which nobody knows; its number.
fn next_unknown(
    known: &mut impl Iterator<Item = (usize, Option<Box<Head>>)>,
    take: &mut impl FnMut(usize, io::Result<Head>, bool),
) -> Option<usize> {
    known.find_map(|(number, head)| match head {
        Some(head) => {
            take(number, Ok(*head), false);
            None
        }
        None => Some(number),
    })
}

fn read(files: Vec<&FileState>, mut take: impl FnMut(io::Result<Head>)) {
    if files.is_empty() {
        return;
    }
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let head = |file: &FileState| file.open().and_then(Head::read);
    let Ok(()) = in_order(files, threads, threads * AHEAD, head, |head| {
        take(head);
        Ok::<_, Infallible>(())
    });
}
