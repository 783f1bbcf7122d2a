//! What is taken, however much: what was taken last in memory, the rest on disk.
//!
//! Nearly everything is new. So a filter tells of each run on disk what is certainly not in it, and
//! only what it cannot tell, one in a hundred, is looked up.

use std::io;

use foldhash::{HashSet, HashSetExt};

use crate::runs::{BLOCK, Runs};

/// Digests in memory before they go to disk: a hash set of 144 KB is full with them.
const ROOM: usize = 14 * 1024;
/// Bits of a digest that say where a filter has a bit for it, and how many of these there are.
const FILTER: (u32, u32) = (18, 3);

/// A set of digests that only grows. All of their bits must tell.
#[derive(Debug)]
pub(super) struct Taken {
    recent: HashSet<u64>,
    room: usize,
    earlier: Runs,
    looks: Vec<Look>,
}

impl Taken {
    /// A set of which memory holds a part.
    pub(super) fn new() -> Self {
        Self::with_room(ROOM)
    }

    /// A set that is all in memory.
    pub(super) fn in_memory() -> Self {
        Self::with_room(usize::MAX)
    }

    fn with_room(room: usize) -> Self {
        Self { recent: HashSet::new(), room, earlier: Runs::default(), looks: Vec::new() }
    }

    /// Takes a digest; says whether it is new. An error where the disk does not tell.
    pub(super) fn insert(&mut self, digest: u64) -> io::Result<bool> {
        if self.recent.contains(&digest) || self.is_earlier(digest)? {
            return Ok(false);
        }
        self.recent.insert(digest);
        if self.recent.len() >= self.room {
            self.set_aside();
        }
        Ok(true)
    }

    /// What of it is in memory.
    pub(super) fn recent(&self) -> impl Iterator<Item = u64> {
        self.recent.iter().copied()
    }

    fn set_aside(&mut self) {
        let mut run: Vec<_> = self.recent.drain().collect();
        run.sort_unstable();
        self.looks.push(Look::at(&run));
        self.earlier.push(&run);
    }

    fn is_earlier(&self, digest: u64) -> io::Result<bool> {
        for (run, look) in self.looks.iter().enumerate() {
            if let Some(from) = look.block_with(digest)
                && self.earlier.block(run, from)?.binary_search(&digest).is_ok()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What memory knows of a run on disk.
#[derive(Debug)]
struct Look {
    /// A Bloom filter: 32 KB, of which a sixth is set for a whole run.
    filter: Box<[u64]>,
    /// The first digest of each block.
    firsts: Vec<u64>,
}

impl Look {
    fn at(run: &[u64]) -> Self {
        let mut filter = vec![0; 1 << (FILTER.0 - u64::BITS.trailing_zeros())].into_boxed_slice();
        for (word, bit) in run.iter().flat_map(|digest| bits(*digest)) {
            filter.get_mut(word).into_iter().for_each(|word| *word |= bit);
        }
        Self { filter, firsts: run.iter().step_by(BLOCK).copied().collect() }
    }

    /// Where the block begins that has the digest, if the run has it.
    fn block_with(&self, digest: u64) -> Option<usize> {
        let may_have = bits(digest).all(|(word, bit)| self.filter.get(word).is_some_and(|word| word & bit != 0));
        let block = self.firsts.partition_point(|first| *first <= digest).checked_sub(1);
        block.filter(|_| may_have).map(|block| block * BLOCK)
    }
}

/// The words of a filter, and in each the bit, that a digest has.
#[expect(clippy::cast_possible_truncation, reason = "of eighteen bits nothing is cut")]
fn bits(digest: u64) -> impl Iterator<Item = (usize, u64)> {
    (0..FILTER.1).map(move |part| {
        let place = (digest >> (part * FILTER.0)) & ((1 << FILTER.0) - 1);
        ((place / u64::from(u64::BITS)) as usize, 1 << (place % u64::from(u64::BITS)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::digest;

    fn digests(numbers: std::ops::Range<u32>) -> impl Iterator<Item = u64> {
        numbers.map(|number| digest(&number.to_le_bytes()))
    }

    #[test]
    fn each_digest_is_new_once_wherever_it_is() {
        for mut taken in [Taken::with_room(1_000), Taken::in_memory()] {
            for digest in digests(0..5_500) {
                assert!(taken.insert(digest).unwrap());
            }
            for digest in digests(0..5_500) {
                assert!(!taken.insert(digest).unwrap());
            }
            assert!(digests(5_500..7_500).all(|digest| taken.insert(digest).unwrap()));
        }
    }

    #[test]
    fn memory_holds_a_part_and_a_filter_of_the_rest() {
        let mut taken = Taken::new();
        let count = 10 * u32::try_from(ROOM).unwrap();
        assert!(digests(0..count + 5).all(|digest| taken.insert(digest).unwrap()));
        assert_eq!((taken.recent().count(), taken.looks.len()), (5, 10));
        // Of what is new the filters tell nearly all.
        let looked_up = |digest: &u64| taken.looks.iter().any(|look| look.block_with(*digest).is_some());
        assert!(digests(count..2 * count).filter(looked_up).count() < count as usize / 10);
    }

    #[test]
    fn a_disk_that_does_not_tell_is_an_error() {
        let mut taken = Taken::with_room(10);
        assert!(digests(0..10).all(|digest| taken.insert(digest).unwrap()));
        taken.earlier.lose();
        assert!(digests(0..10).all(|digest| taken.insert(digest).is_err()));
    }
}
