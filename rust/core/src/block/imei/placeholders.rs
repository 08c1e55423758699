//! Removes placeholders from a block of keys.
//!
//! Owns a filter and no list: [`crate::imei::is_placeholder`] decides. It is called only for the few keys that pass the
//! filter, which is built from the ranges of placeholders. So most rows cost one multiplication and one bit test.

use std::ops::Range;
use std::sync::LazyLock;

use crate::block::ROWS;
use crate::imei;

/// Binary logarithm of the words of the filter: 8 KiB, a quarter of the first-level cache.
const LOG2: u32 = 10;

/// Binary logarithm of the adjacent keys that share a bit of the filter: a hundred thousand keys then set few bits.
const GRAIN: u32 = 13;

/// Odd, with half of its bits set (Fibonacci hashing).
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Which keys may be placeholders.
struct Filter {
    words: [u64; 1 << LOG2],
    /// The two widest ranges, which would fill the filter.
    widest: [Range<u64>; 2],
}

static FILTER: LazyLock<Filter> = LazyLock::new(|| {
    let mut ranges: Vec<Range<u64>> = imei::ranges().collect();
    ranges.sort_unstable_by_key(|range| range.end - range.start);
    let widest = [(); 2].map(|()| ranges.pop().unwrap_or(0..0));
    let mut words = [0; 1 << LOG2];
    for range in ranges {
        for grain in range.start >> GRAIN..=(range.end - 1) >> GRAIN {
            let (word, bit) = place(grain << GRAIN);
            words[word] |= 1 << bit;
        }
    }
    Filter { words, widest }
});

/// The word and the bit of a key.
#[inline(always)]
fn place(key: u64) -> (usize, u32) {
    let hash = (key >> GRAIN).wrapping_mul(MULTIPLIER);
    // A shift uses the lowest six bits of its count; the bits above them choose the word.
    ((hash >> (64 - LOG2)) as usize, (hash >> 32) as u32 & 63)
}

/// Sets every key to 0 for which [`imei::is_placeholder`] holds.
///
/// ```
/// use numguard_core::block::imei::{UNREAD, drop_placeholders};
///
/// let mut keys = [35_824_005_111_111, 12_345_678_901_234, UNREAD];
/// drop_placeholders(&mut keys);
/// assert_eq!(keys, [35_824_005_111_111, 0, UNREAD]);
/// ```
pub fn drop_placeholders(keys: &mut [u64]) {
    let Filter { words, widest } = &*FILTER;
    let [one, other] = widest;
    let within = |key: u64, range: &Range<u64>| {
        u64::from(key.wrapping_sub(range.start) < range.end - range.start)
    };
    for keys in keys.chunks_mut(ROWS) {
        let mut doubted = 0u64;
        for (row, &key) in keys.iter().enumerate() {
            let (word, bit) = place(key);
            let inside = within(key, one) | within(key, other);
            // One key in 2^8; those that are rounded are among them.
            let rounded = u64::from(key.trailing_zeros() >= imei::ROUNDED.trailing_zeros());
            doubted |= (words[word] >> bit & 1 | inside | rounded) << row;
        }
        while doubted != 0 {
            let key = &mut keys[doubted.trailing_zeros() as usize];
            if imei::is_placeholder(*key) {
                *key = 0;
            }
            doubted &= doubted - 1;
        }
    }
}
