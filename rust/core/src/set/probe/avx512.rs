//! The steps with AVX-512: eight keys, or one line, at a time.
//!
//! Unsafe, because gathers, and calls to functions compiled for an instruction set, are unsafe. `benches/kernels/set.rs`
//! measures the gain; the safe version is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::avx2::spread;
use super::lines::{Instructions, search};
use super::scalar::Scalar;
use super::{BLOCKS, Block, Ranks, Steps, compiled_steps, fetch};
use crate::cpu::Avx512;
use crate::set::layout::{View, index_bits};
use crate::set::line::Line;
use crate::set::remainders::{LOWEST, OVERFLOWED, Remainders, TOP};

impl Steps for Avx512 {
    compiled_steps!();

    fn sparse(self, view: &View, keys: &[Block], hits: &mut [u64]) {
        if view.slots.is_empty() {
            return Scalar.sparse(view, keys, hits);
        }
        // SAFETY: `self` is a token, which exists only where the machine has the instructions.
        unsafe { sparse(view, keys, hits) }
    }

    fn pack(self, keys: &[Block], bits: &[u64], packed: &mut [Block; BLOCKS + 1]) -> usize {
        // SAFETY: `self` is a token, which exists only where the machine has the instructions.
        unsafe { pack(keys, bits, packed) }
    }
}

/// The keys of a block, eight at a time, with the row of the first.
fn eights(block: &Block) -> impl Iterator<Item = (usize, __m512i)> {
    block
        .as_chunks::<8>()
        .0
        .iter()
        .enumerate()
        .map(|(eight, &keys)| (eight * 8, bytemuck::must_cast(keys)))
}

/// The words at eight indices, loaded one by one with bounds checks. A gather is slower on processors that implement it in
/// microcode.
#[inline]
#[target_feature(enable = "avx512f")]
fn words_at(words: &[u64], indices: __m512i) -> __m512i {
    let indices: [u64; 8] = bytemuck::must_cast(indices);
    bytemuck::must_cast(indices.map(|index| words[index as usize]))
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn filter(view: &View, keys: &[Block], passed: &mut [u64]) {
    let words = view.filter;
    assert!(
        words.len().is_power_of_two(),
        "a filter is a power of two of words"
    );
    let multiplier = _mm512_set1_epi64(view.multiplier as i64);
    let shift = _mm_cvtsi64_si128(64 - i64::from(words.len().trailing_zeros()));
    let one = _mm512_set1_epi64(1);
    for (block, passed) in keys.iter().zip(passed) {
        fetch::keys_after(block);
        *passed = 0;
        for (row, keys) in eights(block) {
            let hash = _mm512_mullo_epi64(keys, multiplier);
            let index = _mm512_srl_epi64(hash, shift);
            let word = words_at(words, index);
            // A rotation right by n moves bit n to the lowest bit.
            let both = _mm512_and_si512(
                _mm512_rorv_epi64(word, _mm512_srli_epi64::<26>(hash)),
                _mm512_rorv_epi64(word, _mm512_srli_epi64::<20>(hash)),
            );
            *passed |= u64::from(_mm512_test_epi64_mask(both, one)) << row;
        }
    }
}

/// Proof that the machine has AVX-512: created only where it has.
#[derive(Clone, Copy)]
struct Has512(());

impl Instructions for Has512 {
    #[inline(always)]
    fn deposit(self, bits: u64, ones: u64) -> u64 {
        // SAFETY: a `Has512` is created only in functions compiled for BMI2.
        unsafe { _pdep_u64(bits, ones) }
    }

    #[inline(always)]
    fn equal<const PAIRS: bool>(self, line: &Line, rest: u16) -> u64 {
        // SAFETY: a `Has512` is created only in functions compiled for AVX-512.
        unsafe { equal::<PAIRS>(line, rest) }
    }

    #[inline(always)]
    fn nonzero(self, words: &Block) -> u64 {
        // SAFETY: a `Has512` is created only in functions compiled for AVX-512.
        unsafe { nonzero(words) }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn equal<const PAIRS: bool>(line: &Line, rest: u16) -> u64 {
    let line = bytemuck::must_cast(*line);
    if PAIRS {
        u64::from(_mm512_cmpeq_epi16_mask(
            line,
            _mm512_set1_epi16(rest as i16),
        ))
    } else {
        _mm512_cmpeq_epi8_mask(line, _mm512_set1_epi8(rest as i8))
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn nonzero(words: &Block) -> u64 {
    eights(words).fold(0, |bits, (row, words)| {
        bits | u64::from(_mm512_test_epi64_mask(words, words)) << row
    })
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn lines(view: &View, keys: &[Block], hits: &mut [u64], undecided: &mut [u64]) {
    if view.cut.bytes() {
        search::<false, false>(Has512(()), view, keys, hits, undecided, &mut []);
    } else {
        search::<true, false>(Has512(()), view, keys, hits, undecided, &mut []);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn ranks(
    view: &View,
    keys: &[Block],
    hits: &mut [u64],
    undecided: &mut [u64],
    ranks: &mut [Ranks],
) {
    if view.cut.bytes() {
        search::<false, true>(Has512(()), view, keys, hits, undecided, ranks);
    } else {
        search::<true, true>(Has512(()), view, keys, hits, undecided, ranks);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn remainders(index: &Remainders, keys: &[Block], hits: &mut [u64], undecided: &mut [u64]) {
    let words = index.words();
    let every = |word: u64| _mm512_set1_epi64(word as i64);
    let [first, last] = [index.first, u64::from(u32::MAX)].map(every);
    let [multiplier, remainder, present] =
        [index.multiplier(), index.remainder(), index.present()].map(every);
    let [lowest, top, overflowed] = [LOWEST, TOP, OVERFLOWED].map(every);
    let shift = _mm_cvtsi64_si128(64 - i64::from(index.log2));
    for ((block, hits), undecided) in keys.iter().zip(hits).zip(undecided) {
        fetch::keys_after(block);
        (*hits, *undecided) = (0, 0);
        for (row, keys) in eights(block) {
            let from = _mm512_sub_epi64(keys, first);
            let product = _mm512_mullo_epi64(from, multiplier);
            let word = words_at(words, _mm512_srl_epi64(product, shift));
            let rest = _mm512_and_si512(_mm512_srli_epi64::<32>(product), remainder);
            let pattern = _mm512_mullo_epi64(_mm512_or_si512(rest, present), lowest);
            let differing = _mm512_andnot_si512(overflowed, _mm512_xor_si512(word, pattern));
            // As `remainders::holds`.
            let borrowed = _mm512_andnot_si512(differing, _mm512_sub_epi64(differing, lowest));
            let inside = _mm512_cmple_epu64_mask(from, last);
            *hits |= u64::from(_mm512_mask_test_epi64_mask(inside, borrowed, top)) << row;
            *undecided |= u64::from(!inside | _mm512_test_epi64_mask(word, overflowed)) << row;
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn sparse(view: &View, keys: &[Block], hits: &mut [u64]) {
    let (sparse, slots) = (view.sparse, view.slots);
    let (buckets, last) = (view.buckets() as i64, sparse.len() as i64 - 1);
    assert!(
        buckets > 0 && last >= 0,
        "there must be sparse members and slots"
    );
    let multiplier = _mm512_set1_epi64(view.multiplier as i64);
    let low = _mm512_set1_epi64(0xffff_ffff);
    let indices = _mm512_set1_epi64((1 << index_bits(sparse.len())) - 1);
    let tags = _mm512_andnot_si512(indices, low);
    let (buckets, last, one) = (
        _mm512_set1_epi64(buckets),
        _mm512_set1_epi64(last),
        _mm512_set1_epi64(1),
    );
    // Prefetching the slots of the next block was tried and gained nothing: eight searches at a time overlap enough.
    for (block, hits) in keys.iter().zip(hits) {
        let (mut found, mut undecided) = (0, 0);
        for (row, keys) in eights(block) {
            let hash = _mm512_mullo_epi64(keys, multiplier);
            let first =
                _mm512_srli_epi64::<32>(_mm512_mul_epu32(_mm512_srli_epi64::<32>(hash), buckets));
            // SAFETY: `first` is below `buckets`, and `slots` has `OVERRUN` more, so the next slot exists too.
            let two = unsafe { _mm512_i64gather_epi64::<4>(first, slots.as_ptr().cast()) };
            let (this, next) = (_mm512_and_si512(two, low), _mm512_srli_epi64::<32>(two));
            let tag = _mm512_and_si512(hash, tags);
            let in_this = _mm512_cmpeq_epi64_mask(_mm512_and_si512(this, tags), tag);
            let in_next = _mm512_cmpeq_epi64_mask(_mm512_and_si512(next, tags), tag);
            let index = _mm512_and_si512(_mm512_mask_mov_epi64(next, in_this, this), indices);
            let index = _mm512_min_epu64(_mm512_sub_epi64(index, one), last);
            let alike = in_this | in_next;
            let equal = _mm512_mask_cmpeq_epi64_mask(alike, words_at(sparse, index), keys);
            let ended = _mm512_testn_epi64_mask(this, this) | _mm512_testn_epi64_mask(next, next);
            found |= u64::from(equal) << row;
            undecided |= u64::from(!(equal | ended)) << row;
        }
        while undecided != 0 {
            let row = undecided.trailing_zeros();
            undecided &= undecided - 1;
            found |= u64::from(view.find_sparse(block[row as usize]).is_some()) << row;
        }
        *hits = found;
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn pack(keys: &[Block], bits: &[u64], packed: &mut [Block; BLOCKS + 1]) -> usize {
    let slots = packed.as_flattened_mut();
    let mut count = 0;
    for (block, &bits) in keys.iter().zip(bits) {
        if bits == 0 {
            continue;
        }
        for (row, keys) in eights(block) {
            let chosen = (bits >> row) as u8;
            // All eight are written, the chosen ones first; the next eight overwrite the others.
            let front: [u64; 8] = bytemuck::must_cast(_mm512_maskz_compress_epi64(chosen, keys));
            slots[count..count + 8].copy_from_slice(&front);
            count += chosen.count_ones() as usize;
        }
    }
    count
}
