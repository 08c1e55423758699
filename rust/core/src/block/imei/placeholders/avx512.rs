//! Eight keys at a time: eight fields of seven bits of a key's hash, each looked up in a table of its own. A key may be a
//! placeholder if all eight are fields of placeholders: of other keys, fewer than one in a thousand.
//!
//! One idea: the tables are one vector of 128 bytes, because the table of a field has one bit of each byte, and one
//! permutation looks up sixty-four fields.
//!
//! Unsafe, because a call to a function compiled for an instruction set is unsafe. `benches/kernels` measures the gain; the
//! safe version is [`super::Tables`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::ops::Range;
use std::sync::LazyLock;

use super::{NARROW, drop_of, ranges};
use crate::block::ROWS;
use crate::cpu::Avx512Vbmi;
use crate::imei;

/// Odd, with half of its bits set (Fibonacci hashing).
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The first bit of each field: the upper bits of a hash depend on all bits of a key.
const FIRST_BITS: [u8; 8] = [8, 15, 22, 29, 36, 43, 50, 57];

/// Which keys may be placeholders.
struct Filter {
    /// For each value of a field, the bits of the fields that have it in a placeholder: the first field in the lowest bit.
    fields: [u8; 128],
    /// Ranges that would fill the tables.
    wide: Vec<Range<u64>>,
}

static FILTER: LazyLock<Filter> = LazyLock::new(|| {
    let mut fields = [0; 128];
    for range in ranges(false) {
        for grain in range.start >> NARROW..=(range.end - 1) >> NARROW {
            let hash = grain.wrapping_mul(MULTIPLIER);
            for (field, first) in FIRST_BITS.into_iter().enumerate() {
                fields[(hash >> first) as usize % fields.len()] |= 1 << field;
            }
        }
    }
    let wide = ranges(true).collect();
    Filter { fields, wide }
});

/// [`super::drop_placeholders`].
pub(super) fn drop_placeholders(_: Avx512Vbmi, keys: &mut [u64]) {
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")]
    fn on_avx512(keys: &mut [u64]) {
        let filter = &*FILTER;
        for keys in keys.chunks_mut(ROWS) {
            let (eights, rest) = keys.as_chunks::<8>();
            // Keys after the last eight are doubted.
            let mut doubted = ((1u64 << rest.len()) - 1)
                .checked_shl(8 * eights.len() as u32)
                .unwrap_or(0);
            for (n, &eight) in eights.iter().enumerate() {
                let eight = may_hold(filter, bytemuck::must_cast(eight));
                doubted |= u64::from(eight) << (8 * n);
            }
            drop_of(keys, doubted);
        }
    }
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { on_avx512(keys) }
}

/// Which of eight keys may be placeholders.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")]
fn may_hold(filter: &Filter, keys: __m512i) -> __mmask8 {
    let eight_of = |value: u64| _mm512_set1_epi64(value.cast_signed());
    let grains = _mm512_srli_epi64::<NARROW>(keys);
    let hashes = _mm512_mullo_epi64(grains, eight_of(MULTIPLIER));
    let first_bits = eight_of(u64::from_le_bytes(FIRST_BITS));
    let fields = _mm512_multishift_epi64_epi8(first_bits, hashes);
    let [low, high]: [__m512i; 2] = bytemuck::must_cast(filter.fields);
    // The bit of each field in its byte.
    let bits = eight_of(u64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]));
    let found = _mm512_and_si512(_mm512_permutex2var_epi8(low, fields, high), bits);
    let mut doubted = _mm512_cmpeq_epi64_mask(found, bits);
    for range in &filter.wide {
        let above = _mm512_sub_epi64(keys, eight_of(range.start));
        doubted |= _mm512_cmplt_epu64_mask(above, eight_of(range.end - range.start));
    }
    // One key in 2^8; those that are rounded are among them.
    let rounded = eight_of((1 << imei::ROUNDED.trailing_zeros()) - 1);
    doubted | _mm512_testn_epi64_mask(keys, rounded)
}
