//! The steps with AVX2: four keys, or one line, at a time.
//!
//! Unsafe, because gathers, and calls to functions compiled for an instruction set, are unsafe. `benches/kernels/set.rs`
//! measures the gain; the safe version is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::lines::{Instructions, search};
use super::scalar::Scalar;
use super::{BLOCKS, Block, Ranks, Steps, compiled_steps, fetch};
use crate::cpu::Avx2;
use crate::set::layout::{View, first_slot};
use crate::set::line::Line;
use crate::set::remainders::{FIELD, LOWEST, OVERFLOWED, Remainders, TOP};

/// From this number of slots on, they do not fit into the second-level cache, and prefetching pays.
const FAR_SLOTS: usize = 1 << 18;

impl Steps for Avx2 {
    compiled_steps!();

    fn sparse(self, view: &View, keys: &[Block], hits: &mut [u64]) {
        // SAFETY: `self` is a token, which exists only where the machine has the instructions.
        unsafe { sparse(view, keys, hits) }
    }

    fn pack(self, keys: &[Block], bits: &[u64], packed: &mut [Block; BLOCKS + 1]) -> usize {
        Scalar.pack(keys, bits, packed)
    }
}

/// The low 64 bits of four products: AVX2 multiplies 32 bits by 32.
#[target_feature(enable = "avx2")]
fn multiply(keys: __m256i, low: __m256i, high: __m256i) -> __m256i {
    let crossed = _mm256_add_epi64(
        _mm256_mul_epu32(_mm256_srli_epi64::<32>(keys), low),
        _mm256_mul_epu32(keys, high),
    );
    _mm256_add_epi64(
        _mm256_mul_epu32(keys, low),
        _mm256_slli_epi64::<32>(crossed),
    )
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn filter(view: &View, keys: &[Block], passed: &mut [u64]) {
    let words = view.filter;
    assert!(
        words.len().is_power_of_two(),
        "a filter is a power of two of words"
    );
    let (low, high) = (
        _mm256_set1_epi64x(view.multiplier as i64),
        _mm256_set1_epi64x((view.multiplier >> 32) as i64),
    );
    let shift = _mm_cvtsi64_si128(64 - i64::from(words.len().trailing_zeros()));
    let six = _mm256_set1_epi64x(63);
    for (block, passed) in keys.iter().zip(passed) {
        fetch::keys_after(block);
        *passed = 0;
        for (four, &keys) in block.as_chunks::<4>().0.iter().enumerate() {
            let hash = multiply(bytemuck::must_cast(keys), low, high);
            let index = _mm256_srl_epi64(hash, shift);
            // SAFETY: `shift` leaves as many bits as `words.len()`, a power of two, has zeros below its one.
            let word = unsafe { _mm256_i64gather_epi64::<8>(words.as_ptr().cast(), index) };
            // A shift left by 63 - n moves bit n to the highest bit, which `movemask` takes.
            let shifted = |bit| _mm256_sllv_epi64(word, _mm256_andnot_si256(bit, six));
            let both = _mm256_and_si256(
                shifted(_mm256_srli_epi64::<26>(hash)),
                shifted(_mm256_srli_epi64::<20>(hash)),
            );
            *passed |= (_mm256_movemask_pd(_mm256_castsi256_pd(both)) as u64) << (four * 4);
        }
    }
}

/// Proof that the machine has AVX2 and BMI2: created only where it has.
#[derive(Clone, Copy)]
struct Has2(());

impl Instructions for Has2 {
    #[inline(always)]
    fn deposit(self, bits: u64, ones: u64) -> u64 {
        // SAFETY: a `Has2` is created only in functions compiled for BMI2.
        unsafe { _pdep_u64(bits, ones) }
    }

    #[inline(always)]
    fn equal<const PAIRS: bool>(self, line: &Line, rest: u16) -> u64 {
        // SAFETY: a `Has2` is created only in functions compiled for AVX2 and BMI2.
        unsafe { equal::<PAIRS>(line, rest) }
    }

    #[inline(always)]
    fn nonzero(self, words: &Block) -> u64 {
        // SAFETY: a `Has2` is created only in functions compiled for AVX2.
        unsafe { nonzero(words) }
    }
}

#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn equal<const PAIRS: bool>(line: &Line, rest: u16) -> u64 {
    let halves: [__m256i; 2] = bytemuck::must_cast(*line);
    let [low, high] = halves.map(|half| {
        let equal = if PAIRS {
            _mm256_cmpeq_epi16(half, _mm256_set1_epi16(rest as i16))
        } else {
            _mm256_cmpeq_epi8(half, _mm256_set1_epi8(rest as i8))
        };
        u64::from(_mm256_movemask_epi8(equal) as u32)
    });
    let bytes = low | high << 32;
    if PAIRS {
        _pext_u64(bytes, 0x5555_5555_5555_5555)
    } else {
        bytes
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn nonzero(words: &Block) -> u64 {
    let zero = _mm256_setzero_si256();
    words
        .as_chunks::<4>()
        .0
        .iter()
        .enumerate()
        .fold(0, |bits, (four, &words)| {
            let zeros = _mm256_cmpeq_epi64(bytemuck::must_cast(words), zero);
            bits | u64::from(!_mm256_movemask_pd(_mm256_castsi256_pd(zeros)) as u8 & 0xf)
                << (four * 4)
        })
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn lines(view: &View, keys: &[Block], hits: &mut [u64], undecided: &mut [u64]) {
    if view.cut.bytes() {
        search::<false, false>(Has2(()), view, keys, hits, undecided, &mut []);
    } else {
        search::<true, false>(Has2(()), view, keys, hits, undecided, &mut []);
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn ranks(
    view: &View,
    keys: &[Block],
    hits: &mut [u64],
    undecided: &mut [u64],
    ranks: &mut [Ranks],
) {
    if view.cut.bytes() {
        search::<false, true>(Has2(()), view, keys, hits, undecided, ranks);
    } else {
        search::<true, true>(Has2(()), view, keys, hits, undecided, ranks);
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn remainders(table: &Remainders, keys: &[Block], hits: &mut [u64], undecided: &mut [u64]) {
    let words = table.words();
    assert_eq!(words.len(), 1 << table.log2, "there must be 2^log2 words");
    let every = |word: u64| _mm256_set1_epi64x(word as i64);
    let [first, multiplier] = [table.first, table.multiplier() >> 32].map(every);
    let [remainder, present, low] =
        [table.remainder(), table.present(), u64::from(u32::MAX)].map(every);
    let [lowest, top, overflowed] = [LOWEST, TOP, OVERFLOWED].map(every);
    let shift = _mm_cvtsi64_si128(32 - i64::from(table.log2));
    let none = _mm256_setzero_si256();
    // A bit for each of four words that is 0.
    let zeros =
        |fours| _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(fours, none))) as u64;
    for ((block, hits), undecided) in keys.iter().zip(hits).zip(undecided) {
        fetch::keys_after(block);
        (*hits, *undecided) = (0, 0);
        for (four, &keys) in block.as_chunks::<4>().0.iter().enumerate() {
            let from = _mm256_sub_epi64(bytemuck::must_cast(keys), first);
            let product = _mm256_and_si256(_mm256_mul_epu32(from, multiplier), low);
            let index = _mm256_srl_epi64(product, shift);
            // SAFETY: `shift` leaves `log2` of the 32 bits, and there are `2^log2` words.
            let word = unsafe { _mm256_i64gather_epi64::<8>(words.as_ptr().cast(), index) };
            let rest = _mm256_or_si256(_mm256_and_si256(product, remainder), present);
            let two = _mm256_or_si256(rest, _mm256_slli_epi64::<{ FIELD as i32 }>(rest));
            let pattern = _mm256_or_si256(two, _mm256_slli_epi64::<{ 2 * FIELD as i32 }>(rest));
            let differing = _mm256_andnot_si256(overflowed, _mm256_xor_si256(word, pattern));
            // As `remainders::holds`.
            let borrowed = _mm256_andnot_si256(differing, _mm256_sub_epi64(differing, lowest));
            let inside = zeros(_mm256_srli_epi64::<32>(from));
            *hits |= (!zeros(_mm256_and_si256(borrowed, top)) & inside) << (four * 4);
            let decided = inside & zeros(_mm256_and_si256(word, overflowed));
            *undecided |= (!decided & 0xf) << (four * 4);
        }
    }
}

/// One key at a time, with the slots of the next block prefetched.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn sparse(view: &View, keys: &[Block], hits: &mut [u64]) {
    let far = view.slots.len() >= FAR_SLOTS;
    for (block, (now, hits)) in keys.iter().zip(hits).enumerate() {
        if far && let Some(next) = keys.get(block + 1) {
            for &key in next {
                let first = first_slot(view.hash(key), view.buckets());
                fetch::line(view.slots.as_ptr().wrapping_add(first));
            }
        }
        let mut found = 0;
        for (row, &key) in now.iter().enumerate() {
            found |= u64::from(view.find_sparse(key).is_some()) << row;
        }
        *hits = found;
    }
}

#[target_feature(enable = "bmi2,popcnt")]
pub(super) fn spread(packed: &[u64], bits: &mut [u64]) {
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
