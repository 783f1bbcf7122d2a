//! What the spans of a turn looked like, packed: a tree has many, and much of what they say is alike.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

/// Bytes from which packing is worth it; the one span of a turn has about two thousand.
const LARGE: usize = 4 * 1024;

/// Packs a text that is large enough for it.
pub(super) fn pack(text: &str) -> Option<Vec<u8>> {
    if text.len() < LARGE {
        return None;
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).ok()
}

/// What [`pack`] packed.
pub(super) fn unpack(packed: &[u8]) -> io::Result<String> {
    let mut text = String::new();
    DeflateDecoder::new(packed).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_large_is_packed_and_read_again() {
        assert_eq!(pack("small"), None);
        let large = "{\"gen_ai.operation.name\":\"chat\"},".repeat(1_000);
        let packed = pack(&large).unwrap();
        assert!(packed.len() < large.len() / 50);
        assert_eq!(unpack(&packed).unwrap(), large);
        assert!(unpack(&packed[..packed.len() / 2]).is_err() && unpack(b"damage").is_err());
    }
}
