//! The steps eight keys, or one whole line, at a time.
//!
//! Unsafe, because Rust has no gather and no call into code for a better machine without it. What is
//! measured for it stands in `benches/kernels/set.rs`; the safe twin is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::lines::{Instructions, search};
use super::scalar::Scalar;
use super::{BLOCKS, Block, Ranks, Steps, compiled_steps, fetch};
use crate::cpu::Avx512;
use crate::set::layout::{View, place_bits};
use crate::set::line::Line;
use crate::set::remainders::{CROWDED, LOWEST, Remainders, TOP};

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

/// Eight keys of a block at a time, and the row of the first.
fn eights(block: &Block) -> impl Iterator<Item = (usize, __m512i)> {
    block
        .as_chunks::<8>()
        .0
        .iter()
        .enumerate()
        .map(|(eight, &keys)| (eight * 8, bytemuck::must_cast(keys)))
}

/// The words at eight places, loaded one by one: a gather, which checks nothing, takes longer where the processor
/// does it in microcode.
#[inline]
#[target_feature(enable = "avx512f")]
fn words_at(words: &[u64], places: __m512i) -> __m512i {
    let places: [u64; 8] = bytemuck::must_cast(places);
    bytemuck::must_cast(places.map(|place| words[place as usize]))
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
            // Turned right by `n`, bit `n` of a word is its lowest.
            let both = _mm512_and_si512(
                _mm512_rorv_epi64(word, _mm512_srli_epi64::<26>(hash)),
                _mm512_rorv_epi64(word, _mm512_srli_epi64::<20>(hash)),
            );
            *passed |= u64::from(_mm512_test_epi64_mask(both, one)) << row;
        }
    }
}

/// Proof that the machine has AVX-512: made only where it has.
#[derive(Clone, Copy)]
struct Has512(());

impl Instructions for Has512 {
    #[inline(always)]
    fn deposit(self, bits: u64, ones: u64) -> u64 {
        // SAFETY: a `Has512` is made only in functions compiled for BMI2.
        unsafe { _pdep_u64(bits, ones) }
    }

    #[inline(always)]
    fn equal<const PAIRS: bool>(self, line: &Line, rest: u16) -> u64 {
        // SAFETY: a `Has512` is made only in functions compiled for AVX-512.
        unsafe { equal::<PAIRS>(line, rest) }
    }

    #[inline(always)]
    fn nonzero(self, words: &Block) -> u64 {
        // SAFETY: a `Has512` is made only in functions compiled for AVX-512.
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
fn lines(view: &View, keys: &[Block], hits: &mut [u64], asked: &mut [u64]) {
    if view.cut.bytes() {
        search::<false, false>(Has512(()), view, keys, hits, asked, &mut []);
    } else {
        search::<true, false>(Has512(()), view, keys, hits, asked, &mut []);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn ranks(view: &View, keys: &[Block], hits: &mut [u64], asked: &mut [u64], ranks: &mut [Ranks]) {
    if view.cut.bytes() {
        search::<false, true>(Has512(()), view, keys, hits, asked, ranks);
    } else {
        search::<true, true>(Has512(()), view, keys, hits, asked, ranks);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn remainders(index: &Remainders, keys: &[Block], hits: &mut [u64], asked: &mut [u64]) {
    let words = index.words();
    let every = |word: u64| _mm512_set1_epi64(word as i64);
    let [first, last] = [index.first, u64::from(u32::MAX)].map(every);
    let [multiplier, remainder, there] =
        [index.multiplier(), index.remainder(), index.there()].map(every);
    let [lowest, top, crowded] = [LOWEST, TOP, CROWDED].map(every);
    let shift = _mm_cvtsi64_si128(64 - i64::from(index.log2));
    for ((block, hits), asked) in keys.iter().zip(hits).zip(asked) {
        fetch::keys_after(block);
        (*hits, *asked) = (0, 0);
        for (row, keys) in eights(block) {
            let from = _mm512_sub_epi64(keys, first);
            let product = _mm512_mullo_epi64(from, multiplier);
            let word = words_at(words, _mm512_srl_epi64(product, shift));
            let rest = _mm512_and_si512(_mm512_srli_epi64::<32>(product), remainder);
            let pattern = _mm512_mullo_epi64(_mm512_or_si512(rest, there), lowest);
            let differing = _mm512_andnot_si512(crowded, _mm512_xor_si512(word, pattern));
            // As `remainders::holds`.
            let borrowed = _mm512_andnot_si512(differing, _mm512_sub_epi64(differing, lowest));
            let inside = _mm512_cmple_epu64_mask(from, last);
            *hits |= u64::from(_mm512_mask_test_epi64_mask(inside, borrowed, top)) << row;
            *asked |= u64::from(!inside | _mm512_test_epi64_mask(word, crowded)) << row;
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn sparse(view: &View, keys: &[Block], hits: &mut [u64]) {
    let (sparse, slots) = (view.sparse, view.slots);
    let (homes, last) = (view.home_slots() as i64, sparse.len() as i64 - 1);
    assert!(
        homes > 0 && last >= 0,
        "there are sparse, and slots that they hash to"
    );
    let multiplier = _mm512_set1_epi64(view.multiplier as i64);
    let low = _mm512_set1_epi64(0xffff_ffff);
    let places = _mm512_set1_epi64((1 << place_bits(sparse.len())) - 1);
    let tags = _mm512_andnot_si512(places, low);
    let (homes, last, one) = (
        _mm512_set1_epi64(homes),
        _mm512_set1_epi64(last),
        _mm512_set1_epi64(1),
    );
    // Fetching the slots of the next block ahead was tried: eight searches at a time overlap well enough without.
    for (block, hits) in keys.iter().zip(hits) {
        let (mut found, mut unsettled) = (0, 0);
        for (row, keys) in eights(block) {
            let hash = _mm512_mullo_epi64(keys, multiplier);
            let home =
                _mm512_srli_epi64::<32>(_mm512_mul_epu32(_mm512_srli_epi64::<32>(hash), homes));
            // SAFETY: `home` is below `homes`, and `slots` has `OVERRUN` more, so the slot after it is one too.
            let two = unsafe { _mm512_i64gather_epi64::<4>(home, slots.as_ptr().cast()) };
            let (this, next) = (_mm512_and_si512(two, low), _mm512_srli_epi64::<32>(two));
            let tag = _mm512_and_si512(hash, tags);
            let in_this = _mm512_cmpeq_epi64_mask(_mm512_and_si512(this, tags), tag);
            let in_next = _mm512_cmpeq_epi64_mask(_mm512_and_si512(next, tags), tag);
            let place = _mm512_and_si512(_mm512_mask_mov_epi64(next, in_this, this), places);
            let place = _mm512_min_epu64(_mm512_sub_epi64(place, one), last);
            let alike = in_this | in_next;
            let equal = _mm512_mask_cmpeq_epi64_mask(alike, words_at(sparse, place), keys);
            let ended = _mm512_testn_epi64_mask(this, this) | _mm512_testn_epi64_mask(next, next);
            found |= u64::from(equal) << row;
            unsettled |= u64::from(!(equal | ended)) << row;
        }
        while unsettled != 0 {
            let row = unsettled.trailing_zeros();
            unsettled &= unsettled - 1;
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
            // All eight are written, the chosen in front; the next eight overwrite the others.
            let front: [u64; 8] = bytemuck::must_cast(_mm512_maskz_compress_epi64(chosen, keys));
            slots[count..count + 8].copy_from_slice(&front);
            count += chosen.count_ones() as usize;
        }
    }
    count
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
fn spread(packed: &[u64], bits: &mut [u64]) {
    let mut next = 0;
    for bits in bits {
        let (word, bit) = (next / 64, next % 64);
        let above = packed
            .get(word + 1)
            .map_or(0, |&above| above << 1 << (63 - bit));
        next += bits.count_ones() as usize;
        *bits = _pdep_u64(packed[word] >> bit | above, *bits);
    }
}
