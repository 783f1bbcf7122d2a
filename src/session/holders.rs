//! Which of many sessions hold something that another one holds, too.

use std::collections::HashSet;

use super::duplicates::Name;

/// Bits for a session's number. Of more sessions several share a number, and one of them is taken
/// for the other; that costs time, no more.
const NUMBER_BITS: u32 = 24;
const NUMBERS: u64 = (1 << NUMBER_BITS) - 1;

/// What sessions hold: eight bytes a name, the number in the lower ones. Forty bits tell a million
/// names apart but for one pair in two.
#[derive(Debug, Default)]
pub struct Holders(Vec<u64>);

impl Holders {
    /// Takes the names that a session holds, each once.
    pub fn add<'a>(&mut self, session: usize, names: impl IntoIterator<Item = &'a Name>) {
        let number = number(session);
        self.0.extend(names.into_iter().map(|name| digest(name) & !NUMBERS | number));
    }

    /// Those that may hold something that another one holds, too; all that do are among them.
    #[must_use]
    pub fn sharers(mut self) -> Sharers {
        self.0.sort_unstable();
        let same = self.0.chunk_by(|one, other| one & !NUMBERS == other & !NUMBERS);
        Sharers(same.filter(|holders| holders.len() > 1).flatten().map(|held| held & NUMBERS).collect())
    }
}

/// Sessions of which each may hold something that another one holds, too.
#[derive(Debug)]
pub struct Sharers(HashSet<u64>);

impl Sharers {
    /// Whether that session is one of them.
    #[must_use]
    pub fn contains(&self, session: usize) -> bool {
        self.0.contains(&number(session))
    }
}

fn number(session: usize) -> u64 {
    session as u64 & NUMBERS
}

/// Names are digests already.
fn digest(name: &Name) -> u64 {
    name.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::duplicates::name_of;

    #[test]
    fn who_shares_is_found_and_nobody_else() {
        let mut holders = Holders::default();
        for (session, names) in [&["a", "b"][..], &["c"], &[], &["d", "b"], &["e"]].iter().enumerate() {
            let names: Vec<_> = names.iter().map(|name| name_of("request", name)).collect();
            holders.add(session, &names);
        }
        let sharers = holders.sharers();
        assert_eq!((0..5).filter(|session| sharers.contains(*session)).collect::<Vec<_>>(), [0, 3]);
    }

    #[test]
    fn beyond_all_numbers_sessions_are_taken_for_others_and_none_is_forgotten() {
        let (mut holders, name) = (Holders::default(), name_of("request", "a"));
        holders.add(1 << NUMBER_BITS, [&name]);
        holders.add(7, [&name]);
        let sharers = holders.sharers();
        assert!([0, 7, 1 << NUMBER_BITS].into_iter().all(|session| sharers.contains(session)));
        assert!(!sharers.contains(1));
    }
}
