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
                sharers.things.insert(thing(held));
                sharers.sessions.extend([last, held].map(|held| held & NUMBERS));
            }
        }
        sharers
    }
}

/// All that several sessions hold and all sessions that do, and now and then some more.
#[derive(Debug, Default)]
pub struct Sharers {
    things: HashSet<u64>,
    sessions: HashSet<u64>,
    is_anything: bool,
}

impl Sharers {
    /// Whether several may hold what has this digest.
    #[must_use]
    pub fn share(&self, digest: u64) -> bool {
        self.is_anything || self.things.contains(&thing(digest))
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
        for (session, names) in [&["a", "b"][..], &["c"], &[], &["d", "b"], &["e"]].iter().enumerate() {
            holders.add(session, names.iter().map(of));
        }
        let sharers = holders.sharers();
        assert_eq!((0..5).filter(|session| sharers.contains(*session)).collect::<Vec<_>>(), [0, 3]);
        assert_eq!(
            ["a", "b", "c", "d", "e", "f"].map(|name| sharers.share(of(&name))),
            [false, true, false, false, false, false]
        );
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
