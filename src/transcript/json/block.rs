//! Sixty-four bytes of text at a time. What is asked of them is answered with a bit for each, the
//! first byte's the lowest.

use wide::u8x16;

/// The bytes that are looked at together.
pub(super) const BLOCK: usize = 64;
const LANE: usize = 16;

/// The bytes of a block.
pub(super) struct Block([u8x16; BLOCK / LANE]);

impl Block {
    /// The first bytes; where there are less than a block, spaces follow.
    #[inline]
    pub(super) fn at_start(bytes: &[u8]) -> Self {
        if let Some(block) = bytes.first_chunk() {
            return Self::of(block);
        }
        let mut block = [b' '; BLOCK];
        block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self::of(&block)
    }

    #[inline]
    fn of(block: &[u8; BLOCK]) -> Self {
        let (lanes, _) = block.as_chunks::<LANE>();
        let mut lanes = lanes.iter();
        Self(std::array::from_fn(|_| lanes.next().map_or(u8x16::ZERO, |lane| u8x16::new(*lane))))
    }

    /// Which bytes are this one.
    #[inline]
    pub(super) fn are(&self, byte: u8) -> u64 {
        self.bits(|lane| lane.simd_eq(u8x16::splat(byte)))
    }

    /// Which bytes are one of these two.
    #[inline]
    pub(super) fn are_either(&self, one: u8, other: u8) -> u64 {
        self.bits(|lane| lane.simd_eq(u8x16::splat(one)) | lane.simd_eq(u8x16::splat(other)))
    }

    /// Which bytes are this one or smaller.
    #[inline]
    pub(super) fn are_at_most(&self, byte: u8) -> u64 {
        self.bits(|lane| lane.min(u8x16::splat(byte)).simd_eq(lane))
    }

    /// Which bytes are this one or larger.
    #[inline]
    pub(super) fn are_at_least(&self, byte: u8) -> u64 {
        self.bits(|lane| lane.max(u8x16::splat(byte)).simd_eq(lane))
    }

    /// Which bytes are none of ASCII: those whose highest bit is set.
    #[inline]
    pub(super) fn are_beyond_ascii(&self) -> u64 {
        self.bits(|lane| lane)
    }

    /// The highest bit of each byte of what `of` makes of the lanes.
    #[inline]
    fn bits(&self, of: impl Fn(u8x16) -> u8x16) -> u64 {
        let lanes = self.0.iter().rev();
        lanes.fold(0, |bits, lane| bits << LANE | u64::from(of(*lane).to_bitmask()))
    }
}

/// Where the first byte stands that is no plain part of a string: a quote, a backslash, a control
/// character, what is none of ASCII. Looks no further than a block, and often much less far.
#[inline]
pub(super) fn first_special(bytes: &[u8]) -> Option<usize> {
    let (lanes, _) = bytes.as_chunks::<LANE>();
    for (lane, before) in lanes.iter().take(BLOCK / LANE).zip((0..).step_by(LANE)) {
        let lane = u8x16::new(*lane);
        let quoting = lane.simd_eq(u8x16::splat(b'"')) | lane.simd_eq(u8x16::splat(b'\\'));
        let special = (quoting | lane.min(u8x16::splat(b' ' - 1)).simd_eq(lane) | lane).to_bitmask();
        if special != 0 {
            return Some(before + special.trailing_zeros() as usize);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_byte_is_what_it_is(bytes in proptest::collection::vec(any::<u8>(), 0..80), byte: u8, other: u8) {
            let padded: Vec<_> = bytes.iter().copied().chain([b' '; BLOCK]).take(BLOCK).collect();
            let bits = |is: &dyn Fn(u8) -> bool| {
                padded.iter().zip(0..).map(|(byte, at)| u64::from(is(*byte)) << at).sum::<u64>()
            };
            let block = Block::at_start(&bytes);
            prop_assert_eq!(block.are(byte), bits(&|this| this == byte));
            prop_assert_eq!(block.are_either(byte, other), bits(&|this| this == byte || this == other));
            prop_assert_eq!(block.are_at_most(byte), bits(&|this| this <= byte));
            prop_assert_eq!(block.are_at_least(byte), bits(&|this| this >= byte));
            let is_special = |this: &u8| matches!(this, b'"' | b'\\' | 0..b' ' | 128..);
            let looked_at = &bytes[..bytes.len().min(BLOCK) / LANE * LANE];
            prop_assert_eq!(first_special(&bytes), looked_at.iter().position(is_special));
            prop_assert_eq!(block.are_beyond_ascii(), bits(&|this| !this.is_ascii()));
        }
    }
}
