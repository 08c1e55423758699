//! Integers four at a time: the loops of [`super::scalar`], compiled for AVX2, which compares 64-bit lanes. `text` reads
//! cells of text.
//!
//! Unsafe, because a call to a function compiled for an instruction set is unsafe.
#![allow(unsafe_code)]

pub(super) mod text;

use super::{ends, scalar};
use crate::cpu::Avx2;

/// [`super::read_i64`].
pub(super) fn read_i64(_: Avx2, values: &[i64], out: &mut [u64]) {
    #[target_feature(enable = "avx2")]
    fn on_avx2(values: &[i64], out: &mut [u64]) {
        scalar::read_i64(values, out);
    }
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { on_avx2(values, out) }
}

/// [`super::are_keys`].
pub(super) fn are_keys(_: Avx2, keys: &[u64], bits: &mut [u64]) {
    #[target_feature(enable = "avx2")]
    fn on_avx2(keys: &[u64], bits: &mut [u64]) {
        scalar::are_keys(keys, bits);
    }
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { on_avx2(keys, bits) }
}

/// [`super::are_msisdns`].
pub(super) fn are_msisdns(_: Avx2, values: &[u64], bits: &mut [u64]) {
    #[target_feature(enable = "avx2")]
    fn on_avx2(values: &[u64], bits: &mut [u64]) {
        scalar::are_msisdns(values, bits);
    }
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { on_avx2(values, bits) }
}

/// [`super::extremes`].
pub(super) fn extremes(_: Avx2, values: &[i64]) -> Option<(i64, i64)> {
    #[target_feature(enable = "avx2")]
    fn on_avx2(values: &[i64]) -> Option<(i64, i64)> {
        scalar::extremes(values)
    }
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { on_avx2(values) }
}

/// [`ends::count_each`].
pub(super) fn count<T: ends::Ends>(_: Avx2, keys: &[u64]) -> Option<usize> {
    #[target_feature(enable = "avx2")]
    fn on_avx2<T: ends::Ends>(keys: &[u64]) -> Option<usize> {
        ends::count_each::<T>(keys)
    }
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { on_avx2::<T>(keys) }
}

/// [`ends::write_each`].
pub(super) fn write<T: ends::Ends>(_: Avx2, keys: &[u64], out: &mut [u8]) -> usize {
    #[target_feature(enable = "avx2")]
    fn on_avx2<T: ends::Ends>(keys: &[u64], out: &mut [u8]) -> usize {
        ends::write_each::<T>(keys, out)
    }
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { on_avx2::<T>(keys, out) }
}
