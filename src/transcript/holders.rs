//! Which of many sessions hold something that another one holds, too.

use foldhash::HashSet;

use crate::runs::Runs;

/// Bits for a session's number. Of more sessions several share a number, and one of them is taken
/// for the other; that costs time, no more.
const NUMBER_BITS: u32 = 24;
const NUMBERS: u64 = (1 << NUMBER_BITS) - 1;

/// Things in memory before they go to disk: 256 KB.
const ROOM: usize = 32 * 1024;

/// What sessions hold: eight bytes for each thing, the session's number in the lower ones. The other
/// forty bits tell a million things apart but for one pair in two.
#[derive(Debug, Default)]
pub struct Holders {
    recent: Vec<u64>,
    earlier: Runs,
}

impl Holders {
    /// Takes the digests of what a session holds, each once.
    pub fn add(&mut self, session: usize, digests: impl IntoIterator<Item = u64>) {
        let number = number(session);
        for digest in digests {
            self.recent.push(thing(digest) | number);
            if self.recent.len() == ROOM {
                self.recent.sort_unstable();
                self.earlier.push(&self.recent);
                self.recent.clear();
            }
        }
    }

    /// What several hold, and who they are. Where the disk forgot it, everything may be shared.
    #[must_use]
    pub fn sharers(mut self) -> Sharers {
        self.recent.sort_unstable();
        self.earlier.hold(self.recent);
        let mut sharers = Sharers::default();
        let mut last = None;
        for held in self.earlier.merged() {
            let Ok(held) = held else { return Sharers { is_anything: true, ..Sharers::default() } };
            if let Some(last) = last.replace(held).filter(|last| thing(*last) == thing(held)) {
                sharers.shared(thing(held), [last, held].map(|held| held & NUMBERS));
            }
        }
        sharers.things.shrink_to_fit();
        sharers
    }
}

/// All that several sessions hold and all sessions that do, and now and then some more.
#[derive(Debug, Default)]
pub struct Sharers {
    /// Sorted, in the lower bits of each how many hold it.
    things: Vec<u64>,
    sessions: HashSet<u64>,
    is_anything: bool,
}

impl Sharers {
    /// How many sessions hold what has this digest: none where it is not shared, any number where that
    /// is not known.
    #[must_use]
    pub fn holders(&self, digest: u64) -> usize {
        if self.is_anything {
            return usize::MAX;
        }
        let found = self.things.binary_search_by_key(&thing(digest), |shared| thing(*shared));
        found.ok().and_then(|place| self.things.get(place)).map_or(0, |shared| (shared & NUMBERS) as usize)
    }

    /// The next of two holders of a thing; things come sorted.
    fn shared(&mut self, held: u64, holders: [u64; 2]) {
        self.sessions.extend(holders);
        match self.things.last_mut().filter(|last| thing(**last) == held) {
            Some(last) if *last & NUMBERS < NUMBERS => *last += 1,
            Some(_) => {}
            None => self.things.push(held | 2),
        }
    }

    /// Whether that session may hold something that another one holds, too.
    #[must_use]
    pub fn contains(&self, session: usize) -> bool {
        self.is_anything || self.sessions.contains(&number(session))
    }
}

fn number(session: usize) -> u64 {
    session as u64 & NUMBERS
}

fn thing(digest: u64) -> u64 {
    digest & !NUMBERS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::digest;

    #[test]
    fn who_shares_what_is_found_and_nobody_else() {
        let mut holders = Holders::default();
        let of = |name: &&str| digest(name.as_bytes());
        for (session, names) in [&["a", "b"][..], &["c"], &["b"], &["d", "b", "e"], &["e"], &["f"]].iter().enumerate() {
            holders.add(session, names.iter().map(of));
        }
        let sharers = holders.sharers();
        assert_eq!((0..6).filter(|session| sharers.contains(*session)).collect::<Vec<_>>(), [0, 2, 3, 4]);
        assert_eq!(["a", "b", "c", "d", "e", "f"].map(|name| sharers.holders(of(&name))), [0, 3, 0, 0, 2, 0]);
    }

    #[test]
    fn many_are_told_apart_as_few_are() {
        let mut holders = Holders::default();
        let things = |from: u64, to| (from..to).map(|thing: u64| thing.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // Each more than memory holds; the last two share one thing.
        holders.add(0, things(0, 50_000));
        holders.add(1, things(50_000, 100_000));
        holders.add(2, things(99_999, 140_000));
        let sharers = holders.sharers();
        assert_eq!([0, 1, 2, 3].map(|session| sharers.contains(session)), [false, true, true, false]);
        assert_eq!(sharers.things.len(), 1);
    }

    #[test]
    fn beyond_all_numbers_sessions_are_taken_for_others_and_none_is_forgotten() {
        let mut holders = Holders::default();
        holders.add(1 << NUMBER_BITS, [digest(b"a")]);
        holders.add(7, [digest(b"a")]);
        let sharers = holders.sharers();
        assert!([0, 7, 1 << NUMBER_BITS].into_iter().all(|session| sharers.contains(session)));
        assert!(!sharers.contains(1));
    }
}
