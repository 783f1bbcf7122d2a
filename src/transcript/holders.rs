//! Which of many sessions hold something that another one holds, too.

use foldhash::HashSet;

/// Bits for a session's number. Of more sessions several share a number, and one of them is taken
/// for the other; that costs time, no more.
const NUMBER_BITS: u32 = 24;
const NUMBERS: u64 = (1 << NUMBER_BITS) - 1;

/// What sessions hold: eight bytes for each thing, the session's number in the lower ones. The other
/// forty bits tell a million things apart but for one pair in two.
#[derive(Debug, Default)]
pub struct Holders(Vec<u64>);

impl Holders {
    /// Takes the digests of what a session holds, each once.
    pub fn add(&mut self, session: usize, digests: impl IntoIterator<Item = u64>) {
        let number = number(session);
        self.0.extend(digests.into_iter().map(|digest| thing(digest) | number));
    }

    /// What several hold, and who they are.
    #[must_use]
    pub fn sharers(mut self) -> Sharers {
        self.0.sort_unstable();
        let mut sharers = Sharers::default();
        for holders in self.0.chunk_by(|one, other| thing(*one) == thing(*other)).filter(|holders| holders.len() > 1) {
            sharers.things.extend(holders.first().copied().map(thing));
            sharers.sessions.extend(holders.iter().map(|held| held & NUMBERS));
        }
        sharers
    }
}

/// All that several sessions hold and all sessions that do, and now and then some more.
#[derive(Debug, Default)]
pub struct Sharers {
    things: HashSet<u64>,
    sessions: HashSet<u64>,
}

impl Sharers {
    /// Whether several may hold what has this digest.
    #[must_use]
    pub fn share(&self, digest: u64) -> bool {
        self.things.contains(&thing(digest))
    }

    /// Whether that session may hold something that another one holds, too.
    #[must_use]
    pub fn contains(&self, session: usize) -> bool {
        self.sessions.contains(&number(session))
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
    fn beyond_all_numbers_sessions_are_taken_for_others_and_none_is_forgotten() {
        let mut holders = Holders::default();
        holders.add(1 << NUMBER_BITS, [digest(b"a")]);
        holders.add(7, [digest(b"a")]);
        let sharers = holders.sharers();
        assert!([0, 7, 1 << NUMBER_BITS].into_iter().all(|session| sharers.contains(session)));
        assert!(!sharers.contains(1));
    }
}
