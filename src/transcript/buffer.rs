//! The memory that files are read into: one piece for each thread, used for file after file.

use std::cell::Cell;
use std::mem::take;
use std::ops::{Deref, DerefMut};

/// What a thread has at least: the largest read that is asked of a file.
pub(super) const SMALLEST: usize = 256 * 1024;
/// The most that a thread keeps for the next file. A longer line is rare.
const KEPT: usize = 4 * SMALLEST;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Bytes to read into. To clear them anew for each file would cost a twentieth of reading it.
pub(super) struct Buffer(Vec<u8>);

impl Buffer {
    /// The thread's, if it is free.
    pub(super) fn new() -> Self {
        let mut bytes = SPARE.take();
        bytes.resize(bytes.len().max(SMALLEST), 0);
        Self(bytes)
    }

    /// Makes it twice as large, or by no more than what is expected to come. A file that grows
    /// meanwhile holds more than that.
    pub(super) fn grow(&mut self, expected: usize) {
        let length = self.0.len();
        let more = if expected == 0 { length } else { length.min(expected.max(SMALLEST)) };
        self.0.reserve_exact(more);
        self.0.resize(length + more, 0);
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.0.len() <= KEPT {
            // A thread that ends has no use for it.
            let _ = SPARE.try_with(|spare| spare.set(take(&mut self.0)));
        }
    }
}
