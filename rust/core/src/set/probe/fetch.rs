//! Memory into the caches, before it is asked for.
//!
//! Unsafe, because Rust has no word for it. It changes no answer, so that it needs no twin; what is measured for it
//! stands in `benches/kernels/set.rs`.
#![allow(unsafe_code)]

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

use super::Block;

/// Blocks from one that is searched to the one whose keys are fetched.
const AHEAD: usize = 4;

/// Fetches the cache line at `place`, whether anything is there or not.
#[inline(always)]
pub(super) fn line<T>(place: *const T) {
    // SAFETY: every x86-64 has SSE, and fetching ahead faults on no address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) }
}

/// Fetches keys that will come soon after `block`. The processor does so by itself, but what a search fetches in
/// between confuses it: without this, keys in memory are searched half as fast as keys in the caches.
#[inline(always)]
pub(super) fn keys_after(block: &Block) {
    let ahead = std::ptr::from_ref(block).wrapping_add(AHEAD).cast::<u64>();
    for key in (0..block.len()).step_by(8) {
        line(ahead.wrapping_add(key));
    }
}
