//! Long texts as numbers, where they are compared and never shown.

use std::hash::BuildHasher;
use std::sync::LazyLock;

use foldhash::quality::RandomState;

/// Nobody can prepare ids that are taken for each other.
static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// The same for the same bytes, within a run.
#[must_use]
pub fn digest(bytes: &[u8]) -> u64 {
    SEED.hash_one(bytes)
}
