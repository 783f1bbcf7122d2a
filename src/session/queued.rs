//! Prompts that were given while a turn ran. Some clients save one twice: as it is taken into the
//! turn, and as a user record.

use std::collections::HashSet;

use super::launches::digest;
use crate::transcript::Record;

/// The prompts that began a turn as they were taken in.
#[derive(Debug, Default)]
pub(super) struct Queued {
    given: HashSet<(Option<String>, u64)>,
}

impl Queued {
    /// Whether such a prompt is no turn of its own: a program gave it, through the SDK.
    pub(super) fn goes_on(record: &Record<'_>) -> bool {
        record.entrypoint.as_deref().is_some_and(|entrypoint| entrypoint.starts_with("sdk"))
    }

    /// Remembers a prompt that begins a turn.
    pub(super) fn give(&mut self, record: &Record<'_>, text: &str) {
        self.given.insert((record.prompt_id.clone().map(Into::into), digest(text)));
    }

    /// Whether a user record is the second one of such a prompt; true once.
    pub(super) fn was_given(&mut self, record: &Record<'_>, text: &str) -> bool {
        !self.given.is_empty() && self.given.remove(&(record.prompt_id.clone().map(Into::into), digest(text)))
    }
}
