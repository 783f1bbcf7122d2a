//! How clients copy a session under another id.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::recorded::{Recorded, lines};

/// The keys whose numbers `/fork` zeroes in its copies.
const COUNTS: [&str; 6] = [
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "ephemeral_5m_input_tokens",
    "ephemeral_1h_input_tokens",
];

/// What is done to the copy.
#[derive(Clone, Debug, Default)]
pub struct Copy {
    /// Its session id is smaller than any.
    pub sorts_first: bool,
    /// Its records have new ids, as those of `--fork-session`.
    pub renews_uuids: bool,
    /// As `/fork` does.
    pub zeroes_usage: bool,
    /// Its records have `forkedFrom`, as those of `/branch`.
    pub names_its_source: bool,
    /// The subagents' transcripts are copied too.
    pub takes_subagents: bool,
    /// Only so many of the main transcript's lines are copied.
    pub cut: Option<Index>,
}

/// Any copy.
pub fn copy() -> impl Strategy<Value = Copy> {
    (any::<[bool; 5]>(), any::<Option<Index>>()).prop_map(|(flags, cut)| {
        let [sorts_first, renews_uuids, zeroes_usage, names_its_source, takes_subagents] = flags;
        Copy { sorts_first, renews_uuids, zeroes_usage, names_its_source, takes_subagents, cut }
    })
}

/// A copy of all that a session's main transcript holds.
pub fn whole_copy() -> impl Strategy<Value = Copy> {
    copy().prop_map(|copy| Copy { cut: None, zeroes_usage: false, ..copy })
}

impl Copy {
    /// Whether its records say which ones they are copies of.
    pub fn keeps_identity(&self) -> bool {
        !self.renews_uuids || self.names_its_source
    }

    /// The copy number `number` of a session.
    pub fn of(&self, session: &Recorded, number: usize) -> Recorded {
        let first = if self.sorts_first { "000000" } else { "ffffff" };
        let id = format!("{first}{number:02x}{}", &session.id[8..]);
        let is_copied = |name: &str| self.takes_subagents || name == session.main();
        let files = session.files.iter().filter(|(name, _)| is_copied(name)).map(|(name, bytes)| {
            let mut lines = lines(bytes);
            if let Some(cut) = self.cut.filter(|_| *name == session.main()) {
                lines.truncate(cut.index(lines.len()) + 1);
            }
            let copied = if name.ends_with(".jsonl") { self.lines(&lines, &session.id, &id) } else { bytes.clone() };
            (name.replace(&session.id, &id).replace("agent-", &format!("agent-{number}")), copied)
        });
        Recorded { files: files.collect(), id }
    }

    /// The lines of a transcript as they are copied.
    pub fn lines(&self, lines: &[&[u8]], old: &str, new: &str) -> Vec<u8> {
        let mut copied = String::new();
        let mut uuids = BTreeSet::new();
        for line in lines {
            let record: Value = serde_json::from_slice(line).unwrap();
            let line = String::from_utf8(line.to_vec()).unwrap();
            copied += &self.line(line, &record, old, new);
            uuids.extend(record["uuid"].as_str().map(str::to_owned));
        }
        if self.renews_uuids {
            for uuid in &uuids {
                let new: String = uuid.chars().rev().collect();
                copied = copied.replace(&format!("\"{uuid}\""), &format!("\"{new}\""));
            }
        }
        copied.replace("\"messageUuid\":\"of ", "\"messageUuid\":\"").into_bytes()
    }

    fn line(&self, line: String, record: &Value, old: &str, new: &str) -> String {
        let mut line = line.replace(&format!("\"sessionId\":\"{old}\""), &format!("\"sessionId\":\"{new}\""));
        if self.zeroes_usage && record["type"] == "assistant" {
            line = COUNTS.iter().fold(line, |line, key| zeroed(&line, key));
        }
        if let Some(uuid) = record["uuid"].as_str().filter(|_| self.names_its_source) {
            let rest = line.trim_end().strip_suffix('}').unwrap();
            line = format!("{rest},\"forkedFrom\":{{\"sessionId\":\"{old}\",\"messageUuid\":\"of {uuid}\"}}}}\n");
        }
        line
    }
}

/// The line with zero behind every `key`.
fn zeroed(line: &str, key: &str) -> String {
    let key = format!("\"{key}\":");
    let mut parts = line.split(&key);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| format!("{line}{key}0{}", part.trim_start_matches(|c: char| c.is_ascii_digit())))
}
