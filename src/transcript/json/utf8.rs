//! Whether bytes are UTF-8, block by block (table 3-7 of the Unicode standard).

use super::block::{BLOCK, Block};

/// What the blocks before left open.
#[derive(Debug, Default)]
pub(super) struct Utf8 {
    /// The first bytes of the next block that belong to a character of the last one.
    continued: u64,
}

impl Utf8 {
    /// Takes the next block, which `bytes` begin with; only the bytes that are `inside` count. Says
    /// whether they are UTF-8 so far.
    #[inline]
    pub(super) fn goes_on(&mut self, block: &Block, bytes: &[u8], inside: u64) -> bool {
        let beyond_ascii = block.are_beyond_ascii() & inside;
        if beyond_ascii | self.continued == 0 {
            return true;
        }
        // A character's first byte says how many follow.
        let first = block.are_at_least(0xc0) & inside;
        let of_three = block.are_at_least(0xe0) & inside;
        let of_four = block.are_at_least(0xf0) & inside;
        let following = first << 1 | of_three << 2 | of_four << 3 | self.continued;
        self.continued = first >> (BLOCK - 1) | of_three >> (BLOCK - 2) | of_four >> (BLOCK - 3);
        let too_small = first & block.are_at_most(0xc1);
        let narrow = (of_four | block.are_either(0xe0, 0xed) | too_small) & inside;
        following == beyond_ascii & !first && are_in_range(bytes, narrow)
    }
}

/// Whether what follows some first bytes, after which not every byte may follow, is allowed there.
#[inline]
fn are_in_range(bytes: &[u8], mut marked: u64) -> bool {
    while marked != 0 {
        let at = marked.trailing_zeros() as usize;
        let is_allowed = match bytes.get(at..at + 2) {
            Some([0xe0, second]) => *second >= 0xa0,
            Some([0xed, second]) => *second < 0xa0,
            Some([0xf0, second]) => *second >= 0x90,
            Some([0xf1..=0xf3, _]) => true,
            Some([0xf4, second]) => *second < 0x90,
            _ => false,
        };
        if !is_allowed {
            return false;
        }
        marked &= marked - 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_utf8(bytes: &[u8]) -> bool {
        let mut utf8 = Utf8::default();
        let is_good = |rest: &[u8]| utf8.goes_on(&Block::at_start(rest), rest, u64::MAX);
        (0..=bytes.len() / BLOCK).map(|block| &bytes[block * BLOCK..]).all(is_good)
    }

    #[test]
    fn what_is_utf8_is_what_std_takes() {
        for first in 0x7f..=0xff {
            for second in 0..=0xff {
                for tail in [[0x80, 0x80], [0xbf, 0xbf], [0x80, b'x'], [b'x', 0x80], [0xc0, 0x80], [0xf4, 0x8f]] {
                    for before in [0, 61, 62, 63] {
                        let bytes = [&b"x".repeat(before)[..], &[first, second], &tail, b"."].concat();
                        assert_eq!(is_utf8(&bytes), std::str::from_utf8(&bytes).is_ok(), "{bytes:?}");
                    }
                }
            }
        }
    }
}
