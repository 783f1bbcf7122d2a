//! Records that wait out of memory until they are wanted: in blocks, in a temporary file, in which the
//! place of a block is used again once its last record is taken.
//!
//! The file has no name and is gone with the process. Where none can be made, or the disk is full,
//! memory holds what it would have held.

mod disk;

use std::collections::HashMap;
use std::fs::File;
use std::{io, mem};

use disk::{Disk, Room};

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
    disk: Disk,
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
    Disk(Room),
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
        Self::on(tempfile::tempfile)
    }
}

impl Spool {
    fn on(new_file: fn() -> io::Result<File>) -> Self {
        Self { filling: Vec::new(), newest: 0, blocks: HashMap::new(), disk: Disk::on(new_file) }
    }

    /// Puts a record in. What of a part is behind four gigabytes is cut.
    pub fn put<const N: usize>(&mut self, parts: [&[u8]; N]) -> Slip<N> {
        let parts = parts.map(|part| part.get(..length(part) as usize).unwrap_or_default());
        let size: usize = parts.iter().map(|part| part.len()).sum();
        if !self.filling.is_empty() && self.filling.len() + size > BLOCK {
            self.set_aside();
        }
        self.blocks.entry(self.newest).or_default().left += 1;
        let slip = Slip { block: self.newest, at: length(&self.filling), lengths: parts.map(length) };
        for part in parts {
            self.filling.extend_from_slice(part);
        }
        slip
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
        match self.blocks.remove(&slip.block).map(|block| block.place) {
            Some(Place::Disk(room)) => self.disk.free(room),
            Some(Place::Filling) => self.filling.clear(),
            Some(Place::Memory(_)) | None => {}
        }
    }

    fn bytes<const N: usize>(&self, slip: &Slip<N>) -> io::Result<Vec<u8>> {
        let (at, length) = (slip.at as usize, slip.lengths.iter().map(|length| *length as usize).sum());
        let within = |bytes: &[u8]| bytes.get(at..at + length).map(<[u8]>::to_vec);
        let read = match self.blocks.get(&slip.block).map(|block| &block.place) {
            Some(Place::Filling) => within(&self.filling),
            Some(Place::Memory(bytes)) => within(bytes),
            Some(Place::Disk(room)) => return self.disk.read(room, slip.at, length),
            None => None,
        };
        read.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn set_aside(&mut self) {
        let place = match self.disk.write(&self.filling) {
            Ok(room) => Place::Disk(room),
            Err(_) => Place::Memory(mem::take(&mut self.filling)),
        };
        self.filling.clear();
        self.blocks.entry(self.newest).or_default().place = place;
        self.newest = self.newest.wrapping_add(1);
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
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

    fn on_disk(spool: &Spool) -> usize {
        spool.blocks.values().filter(|block| matches!(block.place, Place::Disk(_))).count()
    }

    #[test]
    fn what_was_put_in_comes_out_in_any_order_wherever_it_was() {
        for new_file in [tempfile::tempfile, no_file] {
            let mut spool = Spool::on(new_file);
            let records = filled(&mut spool);
            let expected = if new_file().is_ok() { spool.blocks.len() - 1 } else { 0 };
            assert_eq!((on_disk(&spool), spool.blocks.len() > 4), (expected, true));
            let (even, odd): (Vec<_>, Vec<_>) = records.iter().enumerate().partition(|(number, _)| number % 2 == 0);
            for (_, (slip, record)) in odd.iter().rev().chain(&even) {
                assert_eq!(&spool.read(slip).unwrap(), record);
                assert_eq!(&spool.take(slip).unwrap(), record);
            }
            assert!(spool.blocks.is_empty() && spool.filling.is_empty(), "nothing is left");
        }
    }

    #[test]
    fn a_record_may_be_larger_than_a_block() {
        let mut spool = Spool::default();
        let sizes = [1, 3 * BLOCK + 7, 0, BLOCK, 2];
        let slips = sizes.map(|size| spool.put([&vec![7; size], b"x"]));
        for (slip, size) in slips.iter().zip(sizes) {
            assert_eq!(spool.take(slip).unwrap(), [vec![7; size], b"x".to_vec()]);
        }
        assert!(spool.blocks.is_empty());
    }

    #[test]
    fn the_place_of_a_block_is_used_again_once_its_last_record_is_gone() {
        let mut spool = Spool::default();
        let mut records = filled(&mut spool);
        let end = spool.disk.end;
        for _ in 0..10 {
            for (slip, record) in records.split_off(250) {
                assert_eq!(spool.take(&slip).unwrap(), record);
            }
            for (slip, _) in records {
                spool.forget(&slip);
            }
            records = filled(&mut spool);
        }
        assert!(records.iter().all(|(slip, record)| spool.read(slip).is_ok_and(|read| read == *record)));
        assert!(spool.disk.end <= end + BLOCK as u64, "{} and {end}", spool.disk.end);
    }

    #[test]
    fn one_after_the_other_they_need_no_disk() {
        let mut spool = Spool::on(|| panic!("nothing is that large"));
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
        spool.disk.file.as_ref().unwrap().set_len(BLOCK as u64 / 2).unwrap();
        let taken: Vec<_> =
            records.iter().map(|(slip, record)| spool.take(slip).map(|taken| taken == *record)).collect();
        assert!(taken.iter().any(Result::is_err) && taken.iter().flatten().all(|same| *same));
        assert!(spool.take(&records[0].0).is_err(), "each is there once");
    }
}
