//! Removes placeholders from a block of keys.
//!
//! Owns filters and no list: [`crate::imei::is_placeholder`] decides. It is called only for the few keys that pass a
//! filter, which is built from the ranges of placeholders. On AVX-512 the filter is a few registers.

#[cfg(target_arch = "x86_64")]
mod avx512;

use std::ops::Range;
use std::sync::LazyLock;

use crate::block::{ROWS, bits_where};
use crate::cpu::CodePath;
use crate::imei;

/// Binary logarithm of the adjacent keys that no filter tells apart: a hundred thousand keys then take few places.
const NARROW: u32 = 13;

/// Binary logarithm of the adjacent keys that share a byte of [`Tables::wide`].
const WIDE: u32 = 38;

/// The ranges of placeholders that would fill a filter of single keys, or the others.
fn ranges(wide: bool) -> impl Iterator<Item = Range<u64>> {
    imei::ranges().filter(move |range| wide == (range.end - range.start > 1 << WIDE))
}

/// Which keys may be placeholders: those for which one of the bytes is 1. Both tables are looked up by bits of the key as
/// they are, and fit into the first-level cache beside a block.
struct Tables {
    /// By the bits of a key above [`NARROW`]; keys that differ only in higher bits share a byte.
    narrow: [u8; 1 << 14],
    /// By the bits of a key above [`WIDE`].
    wide: [u8; 1 << 9],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    fn mark(table: &mut [u8], ranges: impl Iterator<Item = Range<u64>>, grain: u32) {
        for grains in ranges.map(|range| range.start >> grain..=(range.end - 1) >> grain) {
            for at in grains {
                table[at as usize % table.len()] = 1;
            }
        }
    }
    let (mut narrow, mut wide) = ([0; _], [0; _]);
    mark(&mut narrow, ranges(false), NARROW);
    mark(&mut wide, ranges(true), WIDE);
    Tables { narrow, wide }
});

impl Tables {
    /// Whether a key may be a placeholder.
    #[inline(always)]
    fn may_hold(&self, key: u64) -> bool {
        let narrow = self.narrow[(key >> NARROW) as usize % self.narrow.len()];
        let wide = self.wide[(key >> WIDE) as usize % self.wide.len()];
        // One key in 2^8; those that are rounded are among them.
        let rounded = key.is_multiple_of(1 << imei::ROUNDED.trailing_zeros());
        narrow | wide | u8::from(rounded) != 0
    }
}

/// Sets every key to 0 for which [`imei::is_placeholder`] holds.
///
/// ```
/// use numguard_core::block::imei::{UNREAD, drop_placeholders};
/// use numguard_core::cpu::CodePath;
///
/// let mut keys = [35_824_005_111_111, 12_345_678_901_234, UNREAD];
/// drop_placeholders(CodePath::chosen(), &mut keys);
/// assert_eq!(keys, [35_824_005_111_111, 0, UNREAD]);
/// ```
pub fn drop_placeholders(path: CodePath, keys: &mut [u64]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::drop_placeholders(token, keys);
    }
    let tables = &*TABLES;
    for keys in keys.chunks_mut(ROWS) {
        let doubted = bits_where(keys, |key| tables.may_hold(key));
        drop_of(keys, doubted);
    }
}

/// Sets the placeholders among the keys whose bits are set to 0.
#[inline(always)]
fn drop_of(keys: &mut [u64], mut doubted: u64) {
    while doubted != 0 {
        let key = &mut keys[doubted.trailing_zeros() as usize];
        if imei::is_placeholder(*key) {
            *key = 0;
        }
        doubted &= doubted - 1;
    }
}
