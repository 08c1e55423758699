//! Eight bytes at a time, in safe, portable code: the reference for the other paths.

use super::{BLOCK, Bits, MarkBytes, MarksFound, find_with};

/// [`super::find`].
pub(super) fn find(wanted: MarkBytes, bytes: &[u8], offsets: &mut [u32]) -> MarksFound {
    let bits = |block: &[u8; BLOCK]| Bits {
        separators: equal(block, wanted.separator),
        breaks: equal(block, wanted.line_break),
        quotes: equal(block, b'"'),
        returns: if wanted.returns {
            equal(block, b'\r')
        } else {
            0
        },
    };
    find_with(wanted, bytes, offsets, bits, write)
}

/// A bit for each byte that is `wanted`.
fn equal(block: &[u8; BLOCK], wanted: u8) -> u64 {
    const LOWEST: u64 = 0x0101_0101_0101_0101;
    const LOW_SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    /// Collects the lowest bits of eight bytes in the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let pattern = LOWEST * u64::from(wanted);
    let (eights, _) = block.as_chunks::<8>();
    eights.iter().rev().fold(0, |bits, &eight| {
        let differs = u64::from_le_bytes(eight) ^ pattern;
        // The highest bit of a byte is set where any of its bits is.
        let nonzero = ((differs & LOW_SEVEN) + LOW_SEVEN) | differs;
        let equal = !nonzero >> 7 & LOWEST;
        bits << 8 | equal.wrapping_mul(GATHER) >> 56
    })
}

/// Writes the positions of the bits of a word.
#[inline(always)]
pub(super) fn write(mut word: u64, base: u32, offsets: &mut [u32; BLOCK]) {
    let count = word.count_ones() as usize;
    let (eights, _) = offsets.as_chunks_mut::<8>();
    for eight in &mut eights[..count.div_ceil(8)] {
        for offset in eight {
            // Values after the last bit are not read.
            *offset = base + word.trailing_zeros();
            word &= word.wrapping_sub(1);
        }
    }
}
