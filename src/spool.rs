//! Records that wait out of memory until they are wanted: in blocks, each in a temporary file of its own
//! that goes with the last record in it.
//!
//! The files have no names and are gone with the process. Where none can be made, or the disk is full,
//! memory holds what one would have held.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem;

/// Bytes of records in memory before they go to disk.
const BLOCK: usize = 64 * 1024;

/// Records, put in one after the other, and read and taken out in any order.
#[derive(Debug)]
pub struct Spool {
    /// The bytes of the block that is being filled.
    filling: Vec<u8>,
    /// Its number.
    newest: u32,
    blocks: HashMap<u32, Block>,
    new_file: fn() -> io::Result<File>,
}

#[derive(Debug, Default)]
struct Block {
    place: Place,
    /// The records in it that nobody has taken.
    left: usize,
}

#[derive(Debug, Default)]
enum Place {
    #[default]
    Filling,
    File(File),
    Memory(Vec<u8>),
}

/// What a record of `N` parts is taken out with.
#[derive(Clone, Copy, Debug)]
pub struct Slip<const N: usize> {
    block: u32,
    /// The bytes before it.
    at: u32,
    /// Those of each part.
    lengths: [u32; N],
}

impl Default for Spool {
    fn default() -> Self {
        Self { filling: Vec::new(), newest: 0, blocks: HashMap::new(), new_file: tempfile::tempfile }
    }
}

impl Spool {
    /// Puts a record in. What of a part is behind four gigabytes is cut.
    pub fn put<const N: usize>(&mut self, parts: [&[u8]; N]) -> Slip<N> {
        self.blocks.entry(self.newest).or_default().left += 1;
        let (block, at) = (self.newest, length(&self.filling));
        let lengths = parts.map(|part| {
            let part = part.get(..length(part) as usize).unwrap_or_default();
            self.filling.extend_from_slice(part);
            length(part)
        });
        if self.filling.len() >= BLOCK {
            self.set_aside();
        }
        Slip { block, at, lengths }
    }

    /// Reads a record. An error where the disk does not give it back.
    pub fn read<const N: usize>(&self, slip: &Slip<N>) -> io::Result<[Vec<u8>; N]> {
        let bytes = self.bytes(slip)?;
        let mut rest = bytes.as_slice();
        Ok(slip.lengths.map(|length| {
            let (part, behind) = rest.split_at_checked(length as usize).unwrap_or((rest, &[]));
            rest = behind;
            part.to_vec()
        }))
    }

    /// Takes a record out, read or not.
    pub fn take<const N: usize>(&mut self, slip: &Slip<N>) -> io::Result<[Vec<u8>; N]> {
        let record = self.read(slip);
        self.forget(slip);
        record
    }

    /// Forgets a record that nobody will read.
    pub fn forget<const N: usize>(&mut self, slip: &Slip<N>) {
        let Some(block) = self.blocks.get_mut(&slip.block) else { return };
        block.left = block.left.saturating_sub(1);
        if block.left > 0 {
            return;
        }
        self.blocks.remove(&slip.block);
        if slip.block == self.newest {
            self.filling.clear();
        }
    }

    fn bytes<const N: usize>(&self, slip: &Slip<N>) -> io::Result<Vec<u8>> {
        let (at, length) = (slip.at as usize, slip.lengths.iter().map(|length| *length as usize).sum());
        let within = |bytes: &[u8]| bytes.get(at..at + length).map(<[u8]>::to_vec);
        let read = match self.blocks.get(&slip.block).map(|block| &block.place) {
            Some(Place::Filling) => within(&self.filling),
            Some(Place::Memory(bytes)) => within(bytes),
            Some(Place::File(file)) => return read(file, slip.at, length),
            None => None,
        };
        read.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn set_aside(&mut self) {
        let place = match self.written() {
            Ok(file) => Place::File(file),
            Err(_) => Place::Memory(mem::take(&mut self.filling)),
        };
        self.filling.clear();
        self.blocks.entry(self.newest).or_default().place = place;
        self.newest += 1;
    }

    fn written(&self) -> io::Result<File> {
        let mut file = (self.new_file)()?;
        file.write_all(&self.filling)?;
        Ok(file)
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn read(mut file: &File, at: u32, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(at.into()))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records of which the last ones are still in memory, and what each holds.
    fn filled(spool: &mut Spool) -> Vec<(Slip<2>, [Vec<u8>; 2])> {
        let record =
            |number: usize| [number.to_string().into_bytes(), vec![number.to_le_bytes()[0]; 7 * number % 5_000]];
        (0..500).map(record).map(|[key, value]| (spool.put([&key, &value]), [key, value])).collect()
    }

    fn no_file() -> io::Result<File> {
        Err(io::ErrorKind::StorageFull.into())
    }

    #[test]
    fn what_was_put_in_comes_out_in_any_order_wherever_it_was() {
        for new_file in [tempfile::tempfile, no_file] {
            let mut spool = Spool { new_file, ..Spool::default() };
            let records = filled(&mut spool);
            let are_files = spool.blocks.values().filter(|block| matches!(block.place, Place::File(_))).count();
            assert_eq!((are_files > 3, spool.blocks.len() > 4), (new_file().is_ok(), true));
            let (even, odd): (Vec<_>, Vec<_>) = records.iter().enumerate().partition(|(number, _)| number % 2 == 0);
            for (_, (slip, record)) in odd.iter().rev().chain(&even) {
                assert_eq!(&spool.take(slip).unwrap(), record);
            }
            assert!(spool.blocks.is_empty() && spool.filling.is_empty(), "nothing is left");
        }
    }

    #[test]
    fn a_block_goes_with_its_last_record() {
        let mut spool = Spool::default();
        let records = filled(&mut spool);
        let blocks = spool.blocks.len();
        let (first, rest): (Vec<_>, Vec<_>) = records.iter().partition(|(slip, _)| slip.block == 0);
        for (slip, _) in first {
            spool.forget(slip);
        }
        assert_eq!(spool.blocks.len(), blocks - 1);
        assert!(rest.iter().all(|(slip, record)| spool.take(slip).is_ok_and(|taken| taken == *record)));
    }

    #[test]
    fn one_after_the_other_they_need_no_disk() {
        let mut spool = Spool { new_file: || panic!("nothing is that large"), ..Spool::default() };
        for number in 0..5_000_u32 {
            let slip = spool.put([&number.to_le_bytes(), &[0; 1_000]]);
            assert_eq!(spool.take(&slip).unwrap()[0], number.to_le_bytes());
        }
        assert!(spool.filling.capacity() < BLOCK);
    }

    #[test]
    fn what_the_disk_lost_is_an_error() {
        let mut spool = Spool::default();
        let records = filled(&mut spool);
        for block in spool.blocks.values() {
            let Place::File(file) = &block.place else { continue };
            file.set_len(1_000).unwrap();
        }
        let taken: Vec<_> =
            records.iter().map(|(slip, record)| spool.take(slip).map(|taken| taken == *record)).collect();
        assert!(taken.iter().any(Result::is_err) && taken.iter().flatten().all(|same| *same));
        assert!(spool.take(&records[0].0).is_err(), "each is there once");
    }
}
