//! What can happen to the bytes of a transcript.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::recorded::session;

/// Bytes that show briefly.
#[derive(Clone)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = &self.0[..self.0.len().min(80)];
        write!(formatter, "{} bytes: {}", self.0.len(), first.escape_ascii())
    }
}

/// The bytes of a file: any, pieces of JSON, or a changed transcript.
pub fn content() -> impl Strategy<Value = Bytes> {
    const PIECES: [&str; 16] = [
        "{\"type\":\"user\",",
        "{\"type\":\"assistant\",",
        "\"message\":",
        "{\"id\":\"m\",\"content\":[",
        "\"usage\":{\"output_tokens\":1e400}",
        "\"uuid\":\"u\",",
        "\"sessionId\":\"s\",",
        "\"timestamp\":\"2026-01-01T00:00:00Z\",",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        "7,",
        "\n",
    ];
    let changed = (session(), vec(mutation(), 1..8)).prop_map(|(session, mutations)| {
        let mut bytes = session.files[&session.main()].clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes));
        bytes
    });
    let content = prop_oneof![
        1 => vec(any::<u8>(), 0..2_000),
        1 => vec(select(&PIECES[..]), 0..60).prop_map(|pieces| pieces.concat().into_bytes()),
        4 => changed,
    ];
    content.prop_map(Bytes)
}

/// One change somewhere in a file.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, Bytes),
    Join(Index),
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let piece = |at: &Index, length: usize, bytes: &[u8]| {
            let start = at.index(bytes.len() + 1);
            start..(start + length).min(bytes.len())
        };
        match self {
            Mutation::Flip(at, bit) if !bytes.is_empty() => *at.get_mut(bytes) ^= 1 << bit,
            Mutation::Flip(..) => {}
            Mutation::Remove(at, length) => drop(bytes.drain(piece(at, *length, bytes))),
            Mutation::Repeat(at, length) => {
                let range = piece(at, *length, bytes);
                bytes.splice(range.end..range.end, bytes[range.clone()].to_vec());
            }
            Mutation::Insert(at, new) => drop(bytes.splice(piece(at, 0, bytes), new.0.iter().copied())),
            Mutation::Join(at) => {
                let ends: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
                if !ends.is_empty() {
                    bytes.remove(*at.get(&ends));
                }
            }
        }
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let length = prop_oneof![1_usize..4, 4_usize..300, 300_usize..5_000];
    prop_oneof![
        (any::<Index>(), 0_u8..8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        (any::<Index>(), length.clone()).prop_map(|(at, length)| Mutation::Remove(at, length)),
        (any::<Index>(), length).prop_map(|(at, length)| Mutation::Repeat(at, length)),
        (any::<Index>(), garbage()).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        any::<Index>().prop_map(Mutation::Join),
    ]
}

/// Bytes without a line feed that are no record.
fn garbage() -> impl Strategy<Value = Bytes> {
    let some = |bytes: &'static [u8]| Just(bytes.to_vec());
    let garbage = prop_oneof![
        vec(any::<u8>().prop_filter("no line feed", |byte| *byte != b'\n'), 0..40),
        (1_usize..5_000).prop_map(|count| vec![0; count]),
        (1_usize..3_000).prop_map(|depth| b"[{\"a\":".repeat(depth)),
        some(b"\\ud83d"),
        some(b"\xff\xfe"),
        some(b"\xef\xbb\xbf"),
        some(b"\r"),
        some(b"{}"),
        some(b"null"),
        some(b"{\"type\":\"user\""),
        some(b"{\"parentUuid\":null,\"type\":\"assistant\",\"message\":{\"id\":\"m"),
    ];
    garbage.prop_map(Bytes)
}

/// What becomes of one line.
#[derive(Clone, Debug)]
pub enum Damage {
    /// Something else stands there.
    Replaced(Bytes),
    /// Its end is lost.
    Cut(Index),
    /// Its end is lost, and the line feed.
    CutAndJoined(Index),
    /// Its beginning is lost.
    BeginningLost(Index),
    /// Its line feed is lost.
    Joined,
    /// It stands there twice.
    Doubled,
    /// A crash left zeros before it.
    Zeros(usize),
    /// Garbage stands before it, in lines of its own.
    Preceded(Vec<Bytes>),
}

impl Damage {
    /// The line, which ends with a line feed, after the damage.
    pub fn of(&self, line: &[u8]) -> Vec<u8> {
        let (text, end) = line.split_at(line.len() - 1);
        match self {
            Damage::Replaced(garbage) => [&garbage.0, end].concat(),
            Damage::Cut(at) => [&text[..at.index(text.len())], end].concat(),
            Damage::CutAndJoined(at) => text[..at.index(text.len())].to_vec(),
            Damage::BeginningLost(at) => line[at.index(text.len())..].to_vec(),
            Damage::Joined => text.to_vec(),
            Damage::Doubled => line.repeat(2),
            Damage::Zeros(count) => [&vec![0; *count], line].concat(),
            Damage::Preceded(garbage) => {
                let before: Vec<_> = garbage.iter().map(|garbage| [&garbage.0, end].concat()).collect();
                [&before.concat(), line].concat()
            }
        }
    }

    /// Whether the line is still all there.
    pub fn is_harmless(&self) -> bool {
        matches!(self, Damage::Joined | Damage::Doubled | Damage::Zeros(_) | Damage::Preceded(_))
    }
}

pub fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        garbage().prop_map(Damage::Replaced),
        any::<Index>().prop_map(Damage::Cut),
        any::<Index>().prop_map(Damage::CutAndJoined),
        any::<Index>().prop_map(Damage::BeginningLost),
        Just(Damage::Joined),
        Just(Damage::Doubled),
        (1_usize..5_000).prop_map(Damage::Zeros),
        vec(garbage(), 1..4).prop_map(Damage::Preceded),
    ]
}
