//! Where a JSON string ends, and what has to be done to read it.

use super::block::{BLOCK, Block, first_special};
use super::utf8::Utf8;

/// Every second bit.
const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;

/// A string, up to its closing quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scanned {
    /// Bytes before the closing quote.
    pub(super) length: usize,
    /// How many of its characters are escaped.
    pub(super) escapes: usize,
    /// How many of these are numbers, as `\u001b`.
    pub(super) units: usize,
}

/// Scans the string of which `bytes` begin behind the opening quote. `None` where it has no end or
/// is no JSON string, and, where somebody will read it (`IS_READ`), where it is no UTF-8.
#[inline]
pub(super) fn scan<const IS_READ: bool>(bytes: &[u8]) -> Option<Scanned> {
    match plain_and_short(bytes) {
        Some(length) => Some(Scanned { length, ..Scanned::default() }),
        None => scan_blocks::<IS_READ>(bytes),
    }
}

/// The length of a string of plain ASCII that ends in the first bytes, as most keys and ids do.
#[inline]
fn plain_and_short(bytes: &[u8]) -> Option<usize> {
    first_special(bytes).filter(|at| bytes.get(*at) == Some(&b'"'))
}

fn scan_blocks<const IS_READ: bool>(bytes: &[u8]) -> Option<Scanned> {
    let (mut scanned, mut utf8, mut is_escaping) = (Scanned::default(), Utf8::default(), 0);
    let mut rest = bytes;
    while !rest.is_empty() {
        let block = Block::at_start(rest);
        let backslashes = block.are(b'\\');
        let escaped = escaped(backslashes, &mut is_escaping);
        let ends = block.are(b'"') & !escaped;
        let inside = before_first(ends);
        if block.are_at_most(b' ' - 1) & inside != 0 || (IS_READ && !utf8.goes_on(&block, rest, inside)) {
            return None;
        }
        if escaped & inside != 0 {
            let usual = block.are_either(b'n', b't') | block.are_either(b'"', b'\\');
            scanned.escapes += (escaped & inside).count_ones() as usize;
            scanned.units += units(rest, escaped & inside & !usual)?;
        }
        if ends != 0 {
            scanned.length = bytes.len() - rest.len() + ends.trailing_zeros() as usize;
            return Some(scanned);
        }
        rest = rest.get(BLOCK..)?;
    }
    None
}

/// The bits before the lowest one that is set.
#[inline]
fn before_first(bits: u64) -> u64 {
    if bits == 0 { u64::MAX } else { (bits & bits.wrapping_neg()) - 1 }
}

/// Which bytes are escaped: of a row of backslashes every second one, and what follows a row of an
/// odd number. Subtracting the bits from every second one, shifted by one, borrows along each row,
/// so that all rows are done at once (Langdale and Lemire, Parsing Gigabytes of JSON per Second,
/// 2019). `is_escaping` says whether the block before ended with a backslash that escapes.
#[inline]
fn escaped(backslashes: u64, is_escaping: &mut u64) -> u64 {
    if backslashes | *is_escaping == 0 {
        return 0;
    }
    let beginning = backslashes & !*is_escaping;
    let alternating = (beginning << 1 | ODD).wrapping_sub(beginning) ^ ODD;
    let escaped = alternating ^ (backslashes | *is_escaping);
    *is_escaping = (alternating & backslashes) >> (BLOCK - 1);
    escaped
}

/// How many of the escapes whose letters are marked are numbers. `None` if any is none of JSON's.
#[inline]
fn units(bytes: &[u8], mut marked: u64) -> Option<usize> {
    let mut units = 0;
    while marked != 0 {
        let at = marked.trailing_zeros() as usize;
        match *bytes.get(at)? {
            b'/' | b'b' | b'f' | b'r' => {}
            b'u' if bytes.get(at + 1..at + 5)?.iter().all(u8::is_ascii_hexdigit) => units += 1,
            _ => return None,
        }
        marked &= marked - 1;
    }
    Some(units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, byte by byte.
    fn plainly(bytes: &[u8], is_read: bool) -> Option<Scanned> {
        let mut scanned = Scanned::default();
        let mut at = 0;
        loop {
            match *bytes.get(at)? {
                b'"' => break,
                b'\\' => {
                    scanned.escapes += 1;
                    at += 1;
                    match *bytes.get(at)? {
                        b'u' => {
                            scanned.units += 1;
                            bytes.get(at + 1..at + 5)?.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                        }
                        escaped => b"\"\\/bfnrt".contains(&escaped).then_some(())?,
                    }
                }
                0..b' ' => return None,
                _ => {}
            }
            at += 1;
        }
        scanned.length = at;
        let is_text = std::str::from_utf8(bytes.get(..at)?).is_ok();
        (is_text || !is_read).then_some(scanned)
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            8 => "[ -~]{0,70}".prop_map(|text| text.replace(['"', '\\'], "'").into_bytes()),
            4 => prop::sample::select(vec![r"\n", r#"\""#, r"\\", r"\u001b", r"\\\\\\", "é", "→", "🦀", "\u{10ffff}"])
                .prop_map(|text| text.as_bytes().to_vec()),
            1 => prop::sample::select(vec![r"\x", r"\u00g0", "\t", "\"", "\\"]).prop_map(|text| text.as_bytes().to_vec()),
            1 => proptest::collection::vec(128_u8..=255, 1..4),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn finds_what_looking_at_each_byte_finds(
            pieces in proptest::collection::vec(piece(), 0..12),
            is_closed in prop::bool::weighted(0.9),
        ) {
            let mut bytes = pieces.concat();
            if is_closed {
                bytes.extend(b"\" and more \xff");
            }
            prop_assert_eq!(scan::<true>(&bytes), plainly(&bytes, true));
            prop_assert_eq!(scan::<false>(&bytes), plainly(&bytes, false));
        }
    }
}
