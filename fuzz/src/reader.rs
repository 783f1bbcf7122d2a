//! The reader: bytes to lines, lines to records.

use std::collections::HashSet;
use std::fmt;

use moda_agent::transcript::{By, Lines, Record, State, matters, read_records, read_records_by};
use serde::de::{Deserialize, IgnoredAny, MapAccess, Visitor};
use serde_json::{Deserializer, Value};

/// Sizes in which a source is read; inputs are small.
const BLOCKS: [usize; 4] = [1, 7, 64, 256 * 1024];
/// A length that only some lines have.
const SHORT: usize = 100;
/// The kinds of records that must be read wherever they stand.
const READ: [&str; 4] = ["user", "assistant", "system", "cost-state"];

/// One line and what it holds.
#[derive(Debug, PartialEq)]
struct Read {
    number: u64,
    bytes: Vec<u8>,
    ended: bool,
    matters: bool,
    state: State,
    records: Vec<String>,
}

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let [first, others @ ..] = BLOCKS.map(|block| read(Lines::in_blocks_of(block, bytes)));
    for other in others {
        assert_eq!(first, other, "the lines depend on the blocks in which they are read");
    }
    let expected: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(first.len(), expected.len(), "lines are lost or made up");
    first.iter().for_each(check_line);
    check_short(bytes, &first);
}

fn read(mut lines: Lines<&[u8]>) -> Vec<Read> {
    let mut found = Vec::new();
    while let Some(line) = lines.next_line().unwrap() {
        let mut records = Vec::new();
        let state = read_records(line.bytes, &mut |record| records.push(format!("{record:?}")));
        let (number, ended, matters, bytes) = (line.number, line.ended, matters(line.bytes), line.bytes.to_vec());
        found.push(Read { number, bytes, ended, matters, state, records });
    }
    found
}

fn check_line(line: &Read) {
    let shown = line.bytes.escape_ascii();
    let mut plainly = Vec::new();
    let state = read_records_by(By::SerdeJson, &line.bytes, &mut |record| plainly.push(format!("{record:?}")));
    assert_eq!((line.state, &line.records), (state, &plainly), "serde_json reads something else: {shown}");
    // What stands behind half a record is known by its `parentUuid` only, so it is not asked for here;
    // and a client's record that is read has one, or is a count.
    let is_whole = !matches!(line.state, State::Damaged { .. });
    if !line.matters && is_whole && Keys::of_all(&line.bytes).is_some_and(|keys| are_a_clients(&keys)) {
        read_records(&line.bytes, &mut |record| {
            assert!(!is_read(record), "a line is passed over that holds a record: {shown}");
        });
    }
    // What a strict reader takes is taken whole.
    let strict: Result<Vec<Value>, _> = Deserializer::from_slice(&line.bytes).into_iter().collect();
    if let Ok(values) = strict {
        assert_eq!((line.state, line.records.len()), (State::Whole, values.len()), "{shown}");
    }
    // Two writers on one line: it holds what both wrote.
    let is_object = line.bytes.starts_with(b"{") && line.bytes.ends_with(b"}");
    if is_object && line.state == State::Whole {
        let mut records = Vec::new();
        let state = read_records(&line.bytes.repeat(2), &mut |record| records.push(format!("{record:?}")));
        assert_eq!((state, records), (State::Whole, [line.records.as_slice(); 2].concat()), "{shown}");
    }
}

fn is_read(record: &Record<'_>) -> bool {
    READ.iter().any(|kind| record.is(kind))
}

/// Whether a client can have written such objects on one line: the first, and by another writer more.
fn are_a_clients(objects: &[Keys]) -> bool {
    let is_known = |object: &Keys| object.0.iter().any(|key| key == "parentUuid" || key == "modelUsage");
    objects.first().is_some_and(Keys::are_a_clients) && objects.iter().skip(1).all(is_known)
}

/// The top-level keys of an object on a line.
struct Keys(Vec<String>);

impl Keys {
    fn of_all(line: &[u8]) -> Option<Vec<Self>> {
        let line = String::from_utf8_lossy(line).replace(char::is_control, " ");
        Deserializer::from_str(&line).into_iter().collect::<Result<_, _>>().ok()
    }

    /// What kind of record a line holds is known from its first keys. No client writes a key
    /// twice, or an attachment beside a message; such a record may be passed over.
    fn are_a_clients(&self) -> bool {
        let mut seen = HashSet::new();
        self.0.iter().all(|key| key != "attachment" && seen.insert(key))
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self(Vec::new()))
    }
}

impl<'de> Visitor<'de> for Keys {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Self, A::Error> {
        while let Some((key, IgnoredAny)) = object.next_entry()? {
            self.0.push(key);
        }
        Ok(self)
    }
}

/// Lines that are too long cost themselves only.
fn check_short(bytes: &[u8], whole: &[Read]) {
    for block in BLOCKS {
        let mut lines = Lines::in_blocks_of(block, bytes).no_longer_than(SHORT);
        let mut count = 0;
        while let Some(line) = lines.next_line().unwrap() {
            let same = &whole[count];
            let is_same = if line.is_cut { same.bytes.len() + 1 >= SHORT } else { line.bytes == same.bytes };
            assert!(is_same && (line.number, line.ended) == (same.number, same.ended), "{line:?} is not {same:?}");
            count += 1;
        }
        assert_eq!(count, whole.len(), "a line is lost behind one that is too long");
    }
}
