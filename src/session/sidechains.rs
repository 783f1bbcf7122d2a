//! A session's subagents in the making, in the order of their first records.
//!
//! Since client 2.0.28 each has a transcript of its own. Before, their records stand in the main
//! transcript: a tree of its own for each, whose root is the subagent's prompt.

use std::collections::HashMap;

use super::keep::Keep;
use super::launches::Launches;
use super::subagent::Sidechain;
use crate::transcript::{Record, digest};

/// All subagents of a session.
#[derive(Debug, Default)]
pub(super) struct Sidechains {
    keep: Keep,
    chains: Vec<Sidechain>,
    by_id: HashMap<String, usize>,
    /// Of records in the main transcript: the subagent whose they are.
    by_record: HashMap<String, usize>,
    /// The subagent of the newest record in the main transcript.
    newest: Option<usize>,
}

impl Sidechains {
    pub(super) fn new(keep: Keep) -> Self {
        Self { keep, ..Self::default() }
    }

    /// The subagent `id`, which may be new.
    pub(super) fn of(&mut self, id: &str) -> &mut Sidechain {
        let index = self.index(id);
        self.at(index)
    }

    /// Takes the next record of the transcript of subagent `id`.
    pub(super) fn take(&mut self, id: &str, record: &Record<'_>, seen: bool) {
        let index = self.index(id);
        if self.at(index).is_resumed_by(record) && !seen {
            let again = self.at(index).resumed();
            self.chains.push(again);
            self.by_id.insert(id.to_owned(), self.chains.len() - 1);
        }
        self.of(id).take(record, seen);
    }

    /// Takes a subagent's record that stands in the main transcript. A root begins a new subagent,
    /// launched by the newest call of the main chain with its prompt.
    pub(super) fn take_inline(&mut self, record: &Record<'_>, launches: &mut Launches, seen: bool) {
        let parent = record.parent_uuid.as_deref();
        let known = parent.and_then(|parent| self.by_record.get(parent)).copied();
        let index = match (record.agent_id.as_deref(), known, parent, self.newest) {
            (Some(agent), ..) => self.index(agent),
            (_, Some(known), ..) => known,
            // What a damaged line held is missing: the newest is the likeliest.
            (_, None, Some(_), Some(newest)) => newest,
            _ if seen || !record.is_said() => return,
            _ => self.begin(record, launches),
        };
        self.newest = Some(index);
        if let Some(uuid) = record.uuid.as_deref() {
            self.by_record.insert(uuid.to_owned(), index);
        }
        self.at(index).take(record, seen);
    }

    /// All of them.
    pub(super) fn into_vec(self) -> Vec<Sidechain> {
        self.chains
    }

    /// A subagent without an id goes by that of its first record.
    fn begin(&mut self, record: &Record<'_>, launches: &mut Launches) -> usize {
        let index = self.index(record.uuid.as_deref().unwrap_or("inline"));
        let prompt = record.message.content.texts().next().map(|text| digest(text.as_bytes()));
        self.at(index).agent.launched_by = launches.take_newest(prompt);
        index
    }

    fn index(&mut self, id: &str) -> usize {
        *self.by_id.entry(id.to_owned()).or_insert_with(|| {
            self.chains.push(Sidechain::new(id.to_owned(), self.keep));
            self.chains.len() - 1
        })
    }

    #[expect(clippy::indexing_slicing, reason = "indexes are only positions of `chains`, which never shrinks")]
    fn at(&mut self, index: usize) -> &mut Sidechain {
        &mut self.chains[index]
    }
}
