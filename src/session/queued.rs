//! Prompts that were given while a turn ran. Some clients save one twice: as it is taken into the
//! turn, and as a user record.

use std::collections::HashMap;

use super::classify::{PromptKind, is_machine_text};
use crate::transcript::{Record, digest};

/// The prompts that began a turn as they were taken in, by their texts, with their `promptId`s.
#[derive(Debug, Default)]
pub(super) struct Queued {
    given: HashMap<u64, Option<String>>,
}

impl Queued {
    /// Whether such a prompt is no turn of its own: a program gave it, through the SDK.
    pub(super) fn goes_on(record: &Record<'_>) -> bool {
        record.is_of_sdk()
    }

    /// Who gave it: a person, or the client and other agents.
    pub(super) fn kind(record: &Record<'_>, text: &str) -> PromptKind {
        let origin = record.attachment.origin.kind.as_deref();
        let is_machine = origin.map_or_else(|| is_machine_text(text), |origin| origin != "human");
        if is_machine { PromptKind::Machine } else { PromptKind::Human }
    }

    /// Remembers a prompt that begins a turn.
    pub(super) fn give(&mut self, record: &Record<'_>, text: &str) {
        self.given.insert(digest(text.as_bytes()), record.prompt_id.clone().map(Into::into));
    }

    /// Whether a user record is the second one of such a prompt; true once. Attachments often have
    /// no `promptId`.
    pub(super) fn was_given(&mut self, record: &Record<'_>, text: &str) -> bool {
        if self.given.is_empty() {
            return false;
        }
        let key = digest(text.as_bytes());
        let is_same = |id: &Option<String>| {
            id.is_none() || record.prompt_id.is_none() || id.as_deref() == record.prompt_id.as_deref()
        };
        self.given.get(&key).is_some_and(is_same) && self.given.remove(&key).is_some()
    }
}
