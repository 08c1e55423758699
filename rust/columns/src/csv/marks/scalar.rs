//! Eight bytes at a time, in safe, portable code: what the others must agree with.

use super::{BLOCK, Bits, Found, Wanted, find_with};

/// [`super::find`].
pub(super) fn find(wanted: Wanted, bytes: &[u8], places: &mut [u32]) -> Found {
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
    find_with(wanted, bytes, places, bits, write)
}

/// A bit for each byte that is `wanted`.
fn equal(block: &[u8; BLOCK], wanted: u8) -> u64 {
    const LOWEST: u64 = 0x0101_0101_0101_0101;
    const LOW_SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    /// Brings the lowest bits of eight bytes together in the highest.
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

/// Puts down where the bits of a word stand.
#[inline(always)]
pub(super) fn write(mut word: u64, base: u32, places: &mut [u32; BLOCK]) {
    let count = word.count_ones() as usize;
    let (eights, _) = places.as_chunks_mut::<8>();
    for eight in &mut eights[..count.div_ceil(8)] {
        for place in eight {
            // Behind the last bit stands something that nobody reads.
            *place = base + word.trailing_zeros();
            word &= word.wrapping_sub(1);
        }
    }
}
