//! The steps four keys, or one whole line, at a time.
//!
//! Unsafe, because Rust has no gather and no call into code for a better machine without it. What is
//! measured for it stands in `benches/kernels/set.rs`; the safe twin is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::scalar::Scalar;
use super::{BLOCKS, Block, Steps};
use crate::set::layout::{OVERRUN, View, home_slot};
use crate::set::line::{self, Line};

pub(super) struct Avx2;

/// How many keys ahead a line or a slot is fetched.
const AHEAD: usize = 32;

/// Lines from which they no longer fit the second cache, so that fetching ahead pays.
const FAR_LINES: usize = 1 << 14;

/// Whether the machine has all that the functions here are compiled for.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
}

impl Steps for Avx2 {
    fn filter(view: &View, keys: &[Block], passed: &mut [u64]) {
        // SAFETY: `super::probe` names this type only after `is_available`.
        unsafe { filter(view, keys, passed) }
    }

    fn lines(view: &View, keys: &[Block], hits: &mut [u64], asked: &mut [u64]) {
        if view.cut.bytes() {
            // SAFETY: `super::probe` names this type only after `is_available`.
            unsafe { lines::<true>(view, keys, hits, asked) }
        } else {
            // SAFETY: `super::probe` names this type only after `is_available`.
            unsafe { lines::<false>(view, keys, hits, asked) }
        }
    }

    fn strays(view: &View, keys: &[Block], hits: &mut [u64]) {
        // SAFETY: `super::probe` names this type only after `is_available`.
        unsafe { strays(view, keys, hits) }
    }

    fn pack(keys: &[Block], bits: &[u64], packed: &mut [Block; BLOCKS + 1]) -> usize {
        Scalar::pack(keys, bits, packed)
    }

    fn spread(packed: &[u64], bits: &mut [u64]) {
        // SAFETY: `super::probe` names this type only after `is_available`.
        unsafe { spread(packed, bits) }
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
        *passed = 0;
        for (four, &keys) in block.as_chunks::<4>().0.iter().enumerate() {
            let hash = multiply(bytemuck::must_cast(keys), low, high);
            let index = _mm256_srl_epi64(hash, shift);
            // SAFETY: `shift` leaves as many bits as `words.len()`, a power of two, has zeros below its one.
            let word = unsafe { _mm256_i64gather_epi64::<8>(words.as_ptr().cast(), index) };
            // Shifted left by 63 - n, bit n of a word is its highest, the one that `movemask` takes.
            let turned = |place| _mm256_sllv_epi64(word, _mm256_andnot_si256(place, six));
            let both = _mm256_and_si256(
                turned(_mm256_srli_epi64::<26>(hash)),
                turned(_mm256_srli_epi64::<20>(hash)),
            );
            *passed |= (_mm256_movemask_pd(_mm256_castsi256_pd(both)) as u64) << (four * 4);
        }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn lines<const BYTES: bool>(view: &View, keys: &[Block], hits: &mut [u64], asked: &mut [u64]) {
    let (lines, cut, first) = (view.lines, view.cut, view.first_line);
    let last = lines.len() - 1;
    let far = lines.len() >= FAR_LINES;
    let number = |key: u64| cut.line(key).wrapping_sub(first) as usize;
    let fetch = |key: u64| {
        _mm_prefetch::<_MM_HINT_T0>(lines.as_ptr().wrapping_add(number(key).min(last)).cast());
    };
    let flat = keys.as_flattened();
    if far {
        flat[..AHEAD].iter().for_each(|&key| fetch(key));
    }
    for (block, ((keys, hits), asked)) in keys.iter().zip(hits).zip(asked).enumerate() {
        (*hits, *asked) = (0, 0);
        for (row, &key) in keys.iter().enumerate() {
            if far {
                fetch(flat[(block * 64 + row + AHEAD).min(flat.len() - 1)]);
            }
            let number = number(key);
            let line = &lines[number.min(last)];
            // The two marks around the part of the key, then the bits between them: its members, one marks' bit each.
            let part = cut.part(key);
            let around = _pdep_u64(3 << part, line[0]);
            let opens = _blsi_u64(around);
            let members = (around ^ opens).wrapping_sub(opens << 1) >> (part + 1);
            let equal = if BYTES {
                equal_bytes(line, cut.rest(key))
            } else {
                equal_pairs(line, cut.rest(key))
            };
            *hits |= u64::from(equal & members != 0 && number <= last) << row;
            *asked |= u64::from(line::overflowed(line) || number > last) << row;
        }
    }
}

/// The two halves of a line.
fn halves(line: &Line) -> [__m256i; 2] {
    bytemuck::must_cast(*line)
}

/// Which of the bytes after the sixteenth equal `rest`.
#[target_feature(enable = "avx2")]
fn equal_bytes(line: &Line, rest: u16) -> u64 {
    let rest = _mm256_set1_epi8(rest as i8);
    let [low, high] =
        halves(line).map(|half| _mm256_movemask_epi8(_mm256_cmpeq_epi8(half, rest)) as u32);
    (u64::from(low) | u64::from(high) << 32) >> 16
}

/// Which of the pairs of bytes after the sixteenth byte equal `rest`.
#[target_feature(enable = "avx2,bmi2")]
fn equal_pairs(line: &Line, rest: u16) -> u64 {
    let rest = _mm256_set1_epi16(rest as i16);
    let [low, high] =
        halves(line).map(|half| _mm256_movemask_epi8(_mm256_cmpeq_epi16(half, rest)) as u32);
    _pext_u64(
        u64::from(low) | u64::from(high) << 32,
        0x5555_5555_5555_5555,
    ) >> 8
}

/// One key at a time, but with the slots fetched ahead.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn strays(view: &View, keys: &[Block], hits: &mut [u64]) {
    let slots = view.slots;
    let flat = keys.as_flattened();
    let fetch = |key: u64| {
        let home = home_slot(view.hash(key), view.home_slots());
        _mm_prefetch::<_MM_HINT_T0>(slots.as_ptr().wrapping_add(home).cast());
    };
    let far = slots.len() > OVERRUN + FAR_LINES;
    for (block, (keys, hits)) in keys.iter().zip(hits).enumerate() {
        *hits = 0;
        for (row, &key) in keys.iter().enumerate() {
            if far {
                fetch(flat[(block * 64 + row + AHEAD).min(flat.len() - 1)]);
            }
            *hits |= u64::from(view.find_stray(key).is_some()) << row;
        }
    }
}

#[target_feature(enable = "bmi2,popcnt")]
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
