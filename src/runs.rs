//! More numbers than memory should hold: sorted runs of them in a temporary file.
//!
//! The file has no name and is gone with the process. Where none can be made, or the disk is full,
//! memory holds what it would have held.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Numbers read at a time: four kilobytes.
pub const BLOCK: usize = 512;
/// Bytes of a number.
const WIDTH: usize = size_of::<u64>();

/// Sorted runs of numbers, numbered from 0 as they were added.
#[derive(Debug, Default)]
pub struct Runs {
    file: Option<File>,
    /// The bytes in it.
    written: u64,
    sorted: Vec<Run>,
}

#[derive(Debug)]
struct Run {
    numbers: usize,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// In the file, behind so many bytes.
    File(u64),
    Memory(Vec<u64>),
}

impl Runs {
    /// Adds a run; the numbers must be sorted.
    pub fn push(&mut self, numbers: &[u64]) {
        match self.write(numbers) {
            Ok(at) => self.sorted.push(Run { numbers: numbers.len(), place: Place::File(at) }),
            Err(_) => self.hold(numbers.to_vec()),
        }
    }

    /// Adds a run that stays in memory; the numbers must be sorted.
    pub fn hold(&mut self, numbers: Vec<u64>) {
        self.sorted.push(Run { numbers: numbers.len(), place: Place::Memory(numbers) });
    }

    fn write(&mut self, numbers: &[u64]) -> io::Result<u64> {
        let bytes: Vec<_> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        let file = self.file.insert(file);
        let at = self.written;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&bytes)?;
        self.written += bytes.len() as u64;
        Ok(at)
    }

    /// The numbers of a run, a block of them from number `from` on.
    pub fn block(&self, run: usize, from: usize) -> io::Result<Vec<u64>> {
        let Some(Run { numbers, place }) = self.sorted.get(run) else { return Ok(Vec::new()) };
        let to = numbers.saturating_sub(from).min(BLOCK) + from;
        match (place, &self.file) {
            (Place::Memory(numbers), _) => Ok(numbers.get(from..to).unwrap_or_default().to_vec()),
            (Place::File(at), Some(file)) => read(file, at + (from * WIDTH) as u64, to - from),
            (Place::File(_), None) => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Forgets what is on disk, as a disk may.
    #[cfg(test)]
    pub(crate) fn lose(&mut self) {
        self.file = None;
    }

    /// The numbers of all runs, sorted. What cannot be read ends it with an error.
    pub fn merged(&self) -> impl Iterator<Item = io::Result<u64>> {
        let mut merging = Merging { runs: self, next: BinaryHeap::new(), cursors: Vec::new() };
        let mut fault = (0..self.sorted.len()).find_map(|run| merging.begin(run).err());
        std::iter::from_fn(move || fault.take().map(Err).or_else(|| merging.next()))
    }
}

fn read(mut file: &File, at: u64, numbers: usize) -> io::Result<Vec<u64>> {
    let mut bytes = vec![0; numbers * WIDTH];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
}

/// Runs that are read side by side.
struct Merging<'a> {
    runs: &'a Runs,
    /// The next number of each run, the smallest on top.
    next: BinaryHeap<Reverse<(u64, usize)>>,
    cursors: Vec<Cursor>,
}

/// What of a run comes next.
struct Cursor {
    block: std::vec::IntoIter<u64>,
    read: usize,
}

impl Merging<'_> {
    fn begin(&mut self, run: usize) -> io::Result<()> {
        self.cursors.push(Cursor { block: Vec::new().into_iter(), read: 0 });
        self.advance(run)
    }

    fn next(&mut self) -> Option<io::Result<u64>> {
        let Reverse((number, run)) = self.next.pop()?;
        Some(self.advance(run).map(|()| number))
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        let Some(cursor) = self.cursors.get_mut(run) else { return Ok(()) };
        if cursor.block.as_slice().is_empty() {
            cursor.block = self.runs.block(run, cursor.read)?.into_iter();
            cursor.read += cursor.block.len();
        }
        self.next.extend(cursor.block.next().map(|number| Reverse((number, run))));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(runs: &Runs) -> Vec<u64> {
        runs.merged().map(Result::unwrap).collect()
    }

    fn runs(lengths: &[usize]) -> (Runs, Vec<u64>) {
        let (mut runs, mut all) = (Runs::default(), Vec::new());
        for (seed, length) in lengths.iter().enumerate() {
            let mut run: Vec<_> =
                (0..*length).map(|number| (number as u64).wrapping_mul(seed as u64 * 77 + 3)).collect();
            run.sort_unstable();
            runs.push(&run);
            all.extend(run);
        }
        all.sort_unstable();
        (runs, all)
    }

    #[test]
    fn runs_of_any_length_are_merged() {
        for lengths in [&[][..], &[0], &[1], &[BLOCK], &[BLOCK + 1, 0, BLOCK - 1, 3 * BLOCK, 7], &[5; 40]] {
            let (runs, all) = runs(lengths);
            assert_eq!(numbers(&runs), all, "{lengths:?}");
        }
    }

    #[test]
    fn a_block_begins_where_it_is_wanted() {
        let (runs, all) = runs(&[3 * BLOCK]);
        assert_eq!(runs.block(0, BLOCK + 5).unwrap(), all[BLOCK + 5..2 * BLOCK + 5]);
        assert_eq!(runs.block(0, 3 * BLOCK - 2).unwrap(), all[3 * BLOCK - 2..]);
        assert_eq!((runs.block(0, 4 * BLOCK).unwrap(), runs.block(1, 0).unwrap()), (vec![], vec![]));
    }

    #[test]
    fn what_the_disk_does_not_take_stays_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full");
        std::fs::write(&path, "").unwrap();
        // What was opened for reading takes nothing.
        let mut runs = Runs { file: Some(File::open(&path).unwrap()), ..Runs::default() };
        runs.push(&[2, 5]);
        runs.push(&[1, 9]);
        assert_eq!(numbers(&runs), [1, 2, 5, 9]);
        assert!(runs.sorted.iter().all(|run| matches!(run.place, Place::Memory(_))));
    }

    #[test]
    fn what_cannot_be_read_back_is_an_error() {
        let (mut runs, _) = runs(&[3, 4]);
        runs.file.as_ref().unwrap().set_len(30).unwrap();
        assert!(runs.merged().any(|number| number.is_err()));
        runs.lose();
        assert!(runs.block(0, 0).is_err());
    }
}
