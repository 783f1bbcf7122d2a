//! The reader: bytes to lines, lines to records.

use moda_agent::transcript::{By, Lines, Record, State, matters, read_records, read_records_by};
use serde_json::{Deserializer, Value};

use crate::keys::may_be_a_clients;

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
    // Of what stands behind half a record, only what begins as records do is found.
    let is_whole = !matches!(line.state, State::Damaged { .. });
    if !line.matters && is_whole && may_be_a_clients(&line.bytes) {
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
