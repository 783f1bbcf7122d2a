//! Long texts as numbers, where they are compared and never shown.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The same for the same bytes, within a run.
#[must_use]
pub fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
