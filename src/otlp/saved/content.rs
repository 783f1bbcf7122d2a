//! The bytes of a file, unpacked if it is gzipped.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

/// What every gzipped file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The largest content. A small file can hold any number of bytes.
const LARGEST: u64 = 1 << 30;

/// A file's bytes, and why there are no more of them where it broke off.
pub(super) fn read(path: &Path) -> io::Result<(Vec<u8>, Option<io::Error>)> {
    unpacked(File::open(path)?, LARGEST)
}

fn unpacked(mut source: impl Read, largest: u64) -> io::Result<(Vec<u8>, Option<io::Error>)> {
    let mut head = Vec::new();
    source.by_ref().take(GZIP.len() as u64).read_to_end(&mut head)?;
    let is_gzip = head == GZIP;
    let source = BufReader::new(Cursor::new(head).chain(source));
    if is_gzip {
        return limited(MultiGzDecoder::new(source), largest);
    }
    let (bytes, error) = limited(source, largest)?;
    error.map_or(Ok((bytes, None)), Err)
}

/// All that can be read.
fn limited(source: impl Read, largest: u64) -> io::Result<(Vec<u8>, Option<io::Error>)> {
    let mut bytes = Vec::new();
    let error = source.take(largest + 1).read_to_end(&mut bytes).err();
    if bytes.len() as u64 > largest {
        return Err(io::Error::other(format!("it holds more than {largest} bytes")));
    }
    Ok((bytes, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_seen_by_its_first_bytes() {
        let (one, two) = (gzipped(b"one"), gzipped(b"two"));
        for (bytes, expected) in
            [(b"plain".to_vec(), "plain"), (one.clone(), "one"), ([one, two].concat(), "onetwo"), (Vec::new(), "")]
        {
            let (found, error) = unpacked(bytes.as_slice(), 100).unwrap();
            assert_eq!((found.as_slice(), error.is_none()), (expected.as_bytes(), true));
        }
    }

    #[test]
    fn what_stands_before_the_break_of_a_file_is_read() {
        let text: Vec<_> = (0..50_000_u32).flat_map(|number| number.to_string().into_bytes()).collect();
        let packed = gzipped(&text);
        let (found, error) = unpacked(&packed[..packed.len() / 2], 1 << 20).unwrap();
        assert!(!found.is_empty() && text.starts_with(&found) && error.is_some());
    }

    #[test]
    fn a_small_file_cannot_fill_the_memory() {
        let packed = gzipped(&[0; 5_000]);
        assert!(packed.len() < 100);
        let error = unpacked(packed.as_slice(), 4_999).unwrap_err();
        assert_eq!(error.to_string(), "it holds more than 4999 bytes");
        assert!(unpacked(packed.as_slice(), 5_000).is_ok());
    }
}
