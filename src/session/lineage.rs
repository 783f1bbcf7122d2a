//! Records that descend from themselves. Each names the record before it; damaged files hold rings
//! of them. Nothing here follows those names without end, so a ring costs no more than a warning.

use foldhash::{HashMap, HashSet, HashSetExt};

use crate::transcript::{Record, digest};

/// The parents of a file's records.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    parents: HashMap<u64, u64>,
    /// Records whose parent comes later, or never, with their lines. A ring has at least one.
    early: Vec<(u64, u64)>,
}

impl Lineage {
    /// Takes the next record, which stands on this line.
    pub(super) fn take(&mut self, record: &Record<'_>, line: u64) {
        let (Some(uuid), Some(parent)) = (&record.uuid, &record.parent_uuid) else { return };
        let (uuid, parent) = (digest(uuid.as_bytes()), digest(parent.as_bytes()));
        if uuid == parent || !self.parents.contains_key(&parent) {
            self.early.push((uuid, line));
        }
        self.parents.entry(uuid).or_insert(parent);
    }

    /// The lines of records that descend from themselves, one a ring.
    pub(super) fn rings(&self) -> Vec<u64> {
        let mut known = HashSet::new();
        self.early.iter().filter(|(uuid, _)| self.is_ring(*uuid, &mut known)).map(|(_, line)| *line).collect()
    }

    /// Follows the parents up to a record that is `known`; each record is passed once.
    fn is_ring(&self, uuid: u64, known: &mut HashSet<u64>) -> bool {
        let (mut at, mut passed) = (uuid, HashSet::new());
        while known.insert(at) {
            passed.insert(at);
            match self.parents.get(&at) {
                Some(&parent) => at = parent,
                None => return false,
            }
        }
        passed.contains(&at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_found_and_nothing_else() {
        for (records, expected) in [
            (&[("a", "a")][..], &[1][..]),
            (&[("a", "b"), ("b", "a")], &[1]),
            (&[("a", "c"), ("b", "a"), ("c", "b"), ("d", "c")], &[1]),
            (&[("x", "gone"), ("a", "b"), ("b", "x"), ("c", "c"), ("d", "c")], &[4]),
            (&[("a", "root"), ("b", "a"), ("c", "a"), ("a", "c")], &[]),
            (&[("c", "b"), ("b", "a"), ("a", "gone")], &[]),
        ] {
            let mut lineage = Lineage::default();
            for ((uuid, parent), line) in records.iter().zip(1..) {
                let record = format!(r#"{{"uuid":"{uuid}","parentUuid":"{parent}"}}"#);
                lineage.take(&Record::of(&record), line);
            }
            assert_eq!(lineage.rings(), expected, "{records:?}");
        }
    }

    #[test]
    fn a_long_chain_backwards_is_followed_once() {
        let mut lineage = Lineage::default();
        for line in 0..100_000 {
            let record = format!(r#"{{"uuid":"{line}","parentUuid":"{}"}}"#, line + 1);
            lineage.take(&Record::of(&record), line);
        }
        assert_eq!(lineage.rings(), Vec::<u64>::new());
    }
}
