//! What a file's bytes are: each format is tried in turn, the strictest first.

use std::path::Path;

use super::{SavedSpan, protobuf, text};
use crate::warning::{Warning, Warnings};

/// The spans in a file's bytes; none where it is of no known format.
pub(super) fn read(path: &Path, bytes: &[u8]) -> (Vec<SavedSpan>, Warnings) {
    if let Some(spans) = protobuf::message(bytes).filter(|spans| !spans.is_empty()) {
        return (spans, Warnings::default());
    }
    if let Some((spans, damages)) = protobuf::messages(bytes).filter(|(spans, _)| !spans.is_empty()) {
        let mut warnings = Warnings::default();
        for reason in damages {
            warnings.push(Warning::Unreadable { path: path.to_owned(), reason });
        }
        return (spans, warnings);
    }
    text::read(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use std::fs;

    /// What a live instrumentor sent, as it is, behind its length and as lines.
    fn real() -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/recordings/live-2.1.330");
        let message = fs::read(folder.join("otlp/multi.pb")).unwrap();
        let framed = [&u32::try_from(message.len()).unwrap().to_be_bytes(), message.as_slice()].concat();
        let text = fs::read(folder.join("live-spans.jsonl")).unwrap();
        vec![message, framed.repeat(2), text]
    }

    #[test]
    fn formats_are_told_apart() {
        let counts: Vec<_> = real().iter().map(|bytes| read(Path::new("x"), bytes).0.len()).collect();
        assert_eq!(counts, [4, 8, 30]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(Path::new("x"), &bytes);
        }

        #[test]
        fn no_damage_is_too_odd(
            file in 0_usize..3,
            places in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..8),
            cut in any::<Index>(),
            is_cut in any::<bool>(),
        ) {
            let mut bytes = real().remove(file);
            for (place, byte) in places {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            if is_cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            read(Path::new("x"), &bytes);
        }
    }
}
