//! Fast reading of JSON: one record from the bytes of a line.
//!
//! Nearly all bytes of a transcript are inside of long strings that nobody reads. So the end of a
//! string is found sixty-four bytes at a time, a string is unescaped when somebody asks for it, and
//! what has no meaning is stepped over without being looked into.
//!
//! This reader takes a part of what `serde_json` takes, and what it takes it reads alike; a property
//! test and a fuzz target hold both together. What it gives up (damage, broken characters, numbers
//! that are no plain integers where a count is read) `serde_json` reads in its place.

mod block;
mod escaped;
mod parts;
mod raw;
mod reader;
mod skip;
mod string;
mod unescape;
mod utf8;

pub use escaped::Escaped;
pub(super) use escaped::read_escaped;
pub use raw::RawText;

use reader::Reader;

use super::lenient::{Any, Lenient};

/// The value that `json` is, read by this reader or by `serde_json`; nothing where it is none.
pub(super) fn value<'a, T: Lenient<'a>>(json: &'a str) -> Option<T> {
    let mut reader = Reader::new(json.as_bytes());
    let value = T::read(&mut reader).ok().filter(|_| reader.next_sign().is_none());
    value.or_else(|| serde_json::from_str::<Any<T>>(json).map(|Any(value)| value).ok())
}

/// The value at the start of `bytes`, and how many of them it took with the white space before it.
/// `None` where it is no object, or nothing that this reader can read.
pub(super) fn object_at_start<'a, T: Lenient<'a>>(bytes: &'a [u8]) -> Option<(T, usize)> {
    let mut reader = Reader::new(bytes);
    let is_object = reader.next_sign() == Some(b'{');
    let value = is_object.then(|| T::read(&mut reader).ok()).flatten()?;
    Some((value, reader.position()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Record;
    use crate::transcript::record::stream;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    const LEAVES: [&str; 24] = [
        "null",
        "true",
        "false",
        "tru",
        "0",
        "-0",
        "12",
        "-7",
        "1.5",
        "1.",
        "01",
        "-",
        "1e3",
        "1E400",
        "2e",
        "7.0",
        "18446744073709551615",
        "99999999999999999999",
        r#""""#,
        r#""é\n""#,
        r#""\u0041""#,
        r#""\ud83d""#,
        r#""2026-01-01T00:00:00.000Z""#,
        r#""\x""#,
    ];
    const NAMES: [&str; 16] = [
        "type",
        "uuid",
        "message",
        "content",
        "usage",
        "input_tokens",
        "isMeta",
        "toolUseResult",
        "id",
        "text",
        "thinking",
        "timestamp",
        "input",
        "modelUsage",
        "\\u0074ype",
        "é\\n",
    ];

    fn space() -> impl Strategy<Value = &'static str> {
        prop_oneof![9 => Just(""), 1 => select(&[" ", "\n", "\t\r"][..])]
    }

    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![select(&LEAVES[..]).prop_map(str::to_owned), any::<u64>().prop_map(|n| n.to_string())];
        leaf.prop_recursive(4, 24, 6, |inner| {
            let member = (select(&NAMES[..]), space(), space(), inner.clone());
            let member = member.prop_map(|(name, before, behind, value)| format!("{before}\"{name}\"{behind}:{value}"));
            prop_oneof![
                vec(inner, 0..5).prop_map(|values| format!("[{}]", values.join(","))),
                vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn what_is_taken_is_read_as_serde_json_reads_it(
            members in vec((select(&NAMES[..]), value()), 0..8),
            damage in prop::option::weighted(0.3, (any::<Index>(), any::<u8>())),
        ) {
            let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            let mut line = format!("{{{}}} {{}}", members.join(",")).into_bytes();
            if let Some((at, byte)) = damage {
                let at = at.index(line.len());
                line[at] = byte;
            }
            if let Some((record, length)) = object_at_start::<Record<'_>>(&line) {
                let mut theirs = stream(&line);
                let expected = theirs.next();
                prop_assert_eq!(expected.map(|record| record.map(|Any(record)| record).ok()), Some(Some(record)));
                prop_assert_eq!(theirs.byte_offset(), length);
            }
        }
    }

    /// Nothing that clients wrote is left to the slower reader, but for what is damaged.
    #[test]
    fn all_that_clients_wrote_is_taken() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/recordings");
        let mut count = 0;
        for entry in walkdir::WalkDir::new(folder) {
            let entry = entry.unwrap();
            if entry.path().extension().is_none_or(|extension| extension != "jsonl") {
                continue;
            }
            for line in std::fs::read_to_string(entry.path()).unwrap().lines().filter(|line| line.starts_with('{')) {
                let is_whole = stream(line.as_bytes()).next().is_some_and(|record| record.is_ok());
                let is_taken = object_at_start::<Record<'_>>(line.as_bytes()).is_some();
                assert_eq!(is_taken, is_whole, "{}: {line}", entry.path().display());
                count += 1;
            }
        }
        assert!(count > 5_000, "{count}");
    }
}
