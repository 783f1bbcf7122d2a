//! Texts as hashes, which can be kept where the text must not be.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Bytes of a hash that are kept: enough to tell a text from its next version.
const KEPT: usize = 8;

/// The first 16 hexadecimal digits of a text's SHA-256.
pub(super) fn sha256(text: &str) -> String {
    let mut digits = String::with_capacity(2 * KEPT);
    for byte in Sha256::digest(text).iter().take(KEPT) {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
