//! Integers, eight at a time: whether they are numbers or keys. `text` reads cells of text.
//!
//! Unsafe, because calls to functions compiled for an instruction set are unsafe. `benches/kernels/block.rs` measures the
//! gain; the safe version is [`super::scalar`].
#![allow(unsafe_code)]

pub(super) mod text;

use std::arch::x86_64::*;

use super::{ROWS, ends, scalar};
use crate::cpu::{Avx512, Avx512Vbmi};
use crate::msisdn::MSISDNS;

/// [`super::read_i64`].
pub(super) fn read_i64(_: Avx512Vbmi, values: &[i64], out: &mut [u64]) {
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    fn on_avx512(values: &[i64], out: &mut [u64]) {
        scalar::read_i64(values, out);
    }
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { on_avx512(values, out) }
}

/// [`super::extremes`].
pub(super) fn extremes(_: Avx512, values: &[i64]) -> Option<(i64, i64)> {
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    fn on_avx512(values: &[i64]) -> Option<(i64, i64)> {
        scalar::extremes(values)
    }
    // SAFETY: the token exists only where the machine has AVX-512.
    unsafe { on_avx512(values) }
}

/// [`ends::count_each`].
pub(super) fn count<T: ends::Ends>(_: Avx512, keys: &[u64]) -> Option<usize> {
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    fn on_avx512<T: ends::Ends>(keys: &[u64]) -> Option<usize> {
        ends::count_each::<T>(keys)
    }
    // SAFETY: the token exists only where the machine has AVX-512.
    unsafe { on_avx512::<T>(keys) }
}

/// [`ends::write_each`].
pub(super) fn write<T: ends::Ends>(_: Avx512, keys: &[u64], out: &mut [u8]) -> usize {
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    fn on_avx512<T: ends::Ends>(keys: &[u64], out: &mut [u8]) -> usize {
        ends::write_each::<T>(keys, out)
    }
    // SAFETY: the token exists only where the machine has AVX-512.
    unsafe { on_avx512::<T>(keys, out) }
}

/// [`super::are_keys`].
pub(super) fn are_keys(_: Avx512Vbmi, keys: &[u64], bits: &mut [u64]) {
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    fn on_avx512(keys: &[u64], bits: &mut [u64]) {
        let done = bits_of_blocks(keys, bits, |eight| _mm512_test_epi64_mask(eight, eight));
        scalar::are_keys(&keys[done * ROWS..], &mut bits[done..]);
    }
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { on_avx512(keys, bits) }
}

/// [`super::are_msisdns`].
pub(super) fn are_msisdns(_: Avx512Vbmi, values: &[u64], bits: &mut [u64]) {
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    fn on_avx512(values: &[u64], bits: &mut [u64]) {
        let (first, count) = (MSISDNS.start, MSISDNS.end - MSISDNS.start);
        let (first, count) = (
            _mm512_set1_epi64(first.cast_signed()),
            _mm512_set1_epi64(count.cast_signed()),
        );
        // Subtracting the first MSISDN wraps smaller values around to very large ones.
        let done = bits_of_blocks(values, bits, |eight| {
            _mm512_cmplt_epu64_mask(_mm512_sub_epi64(eight, first), count)
        });
        scalar::are_msisdns(&values[done * ROWS..], &mut bits[done..]);
    }
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { on_avx512(values, bits) }
}

/// A bit for each value of every whole block, from a test of eight values at a time. Returns the number of blocks.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn bits_of_blocks(values: &[u64], bits: &mut [u64], test: impl Fn(__m512i) -> __mmask8) -> usize {
    let (blocks, _) = values.as_chunks::<ROWS>();
    for (block, bits) in blocks.iter().zip(bits) {
        let (eights, _) = block.as_chunks::<8>();
        *bits = eights.iter().rev().fold(0, |bits, &eight| {
            bits << 8 | u64::from(test(bytemuck::must_cast(eight)))
        });
    }
    blocks.len()
}
