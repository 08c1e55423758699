//! Prefetches memory into the caches.
//!
//! Unsafe, because the instruction is an intrinsic. It changes no result, so it needs no safe version.
//! `benches/kernels/set.rs` measures the gain.
#![allow(unsafe_code)]

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

use super::Block;

/// Distance in blocks from the searched block to the block whose keys are prefetched.
const AHEAD: usize = 4;

/// Prefetches the cache line at any address, valid or not.
#[inline(always)]
pub(super) fn line<T>(address: *const T) {
    // SAFETY: every x86-64 has SSE, and a prefetch faults on no address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
}

/// Prefetches keys that follow `block`. The processor's own prefetcher does not do so between the accesses of a search:
/// without this, keys in memory are searched half as fast as keys in the caches.
#[inline(always)]
pub(super) fn keys_after(block: &Block) {
    let ahead = std::ptr::from_ref(block).wrapping_add(AHEAD).cast::<u64>();
    for key in (0..block.len()).step_by(8) {
        line(ahead.wrapping_add(key));
    }
}
