//! Eight cells at a time.
//!
//! A cell is loaded whole, and masks describe it: the positions of its digits, and of its blanks and dashes; and the text
//! before the last ten digits. The mask compresses the digits, without a branch on the form, and the values of eight
//! cells are computed at once.
//!
//! Unsafe, because masked loads, and calls to functions compiled for an instruction set, are unsafe.
//! `benches/kernels/block.rs` measures the gain; the safe version is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{INDIA, ROWS, ends, one, scalar};
use crate::cpu::{Avx512, Avx512Vbmi};
use crate::msisdn::{MOBILES, MSISDNS};

/// The longest cell that is read: every listed form is shorter.
const LONGEST: usize = 31;

/// [`super::read`].
pub(super) fn read<'a>(_: Avx512Vbmi, cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_eights(cell, out) }
}

/// [`super::read_views`].
pub(super) fn read_views<'a>(
    _: Avx512Vbmi,
    views: &[[u8; 16]],
    cell: impl Fn(usize) -> &'a [u8],
    out: &mut [u64],
) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_eight_views(views, cell, out) }
}

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

/// [`super::read_tens`].
pub(super) fn read_tens(_: Avx512Vbmi, cells: &[u8], out: &mut [u64]) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_eighty_bytes(cells, out) }
}

#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn read_eights<'a>(cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    let (eights, rest) = out.as_chunks_mut::<8>();
    let whole = eights.len() * 8;
    for (eight, out) in eights.iter_mut().enumerate() {
        *out = any_eight(|row| cell(eight * 8 + row));
    }
    for (row, out) in rest.iter_mut().enumerate() {
        *out = one(cell(whole + row));
    }
}

#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn any_eight<'a>(cell: impl Fn(usize) -> &'a [u8]) -> [u64; 8] {
    let (mut digits, mut read) = ([_mm_setzero_si128(); 8], 0u8);
    for (row, digits) in digits.iter_mut().enumerate() {
        let (wrong, national) = national_digits(cell(row));
        *digits = national;
        read |= u8::from(wrong == 0) << row;
    }
    // Joined in registers: a load of 64 bytes just after four stores of sixteen would stall.
    let four = |row: usize| {
        let two = |row| _mm256_set_m128i(digits[row + 1], digits[row]);
        _mm512_inserti64x4::<1>(_mm512_castsi256_si512(two(row)), two(row + 2))
    };
    bytemuck::must_cast(msisdns([four(0), four(4)], read))
}

#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn read_eight_views<'a>(views: &[[u8; 16]], cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    const TENS: u64 = 0x03ff_03ff_03ff_03ff;
    let ten = _mm512_set1_epi32(10);
    let (eights, rest) = out.as_chunks_mut::<8>();
    for (eight, (views, out)) in views
        .as_chunks::<8>()
        .0
        .iter()
        .zip(eights.iter_mut())
        .enumerate()
    {
        let views: [__m512i; 2] = bytemuck::must_cast(*views);
        let of_ten = |four| _mm512_mask_cmpeq_epi32_mask(0x1111, four, ten);
        *out = if of_ten(views[0]) & of_ten(views[1]) == 0x1111 {
            let mut read = 0;
            let mut digits = views;
            for (half, digits) in digits.iter_mut().enumerate() {
                let text = _mm512_bsrli_epi128::<4>(*digits);
                *digits = _mm512_maskz_sub_epi8(TENS, text, _mm512_set1_epi8(b'0' as i8));
                read |= rows_of_digits(*digits) << (half * 4);
            }
            bytemuck::must_cast(msisdns(digits, read))
        } else {
            any_eight(|row| cell(eight * 8 + row))
        };
    }
    let whole = eights.len() * 8;
    for (row, out) in rest.iter_mut().enumerate() {
        *out = one(cell(whole + row));
    }
}

/// Which of four rows of sixteen bytes hold only digit values.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn rows_of_digits(values: __m512i) -> u8 {
    let proper = _mm512_cmplt_epu8_mask(values, _mm512_set1_epi8(10));
    (0..4).fold(0, |rows, row| {
        rows | u8::from(proper >> (row * 16) & 0xffff == 0xffff) << row
    })
}

/// 0 for a cell in one of the forms, otherwise another number; and the values of its last ten digits.
///
/// There is no branch, and no expression that the compiler turns into one: in a mixed column half of the cells have a
/// prefix, and a branch misprediction costs as much as everything else here.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn national_digits(cell: &[u8]) -> (u64, __m128i) {
    let len = if cell.len() > LONGEST {
        0
    } else {
        cell.len() as u32
    };
    let all = (1u32 << len) - 1;
    // SAFETY: `all` has a bit for each byte of the cell at most; bytes without a bit are not read.
    let text = unsafe { _mm256_maskz_loadu_epi8(all, cell.as_ptr().cast()) };
    let is = |byte: u8| _mm256_cmpeq_epi8_mask(text, _mm256_set1_epi8(byte as i8));
    let values = _mm256_sub_epi8(text, _mm256_set1_epi8(b'0' as i8));
    // Bytes without a bit are 0 in `text`, so they are not digits.
    let digits = _mm256_cmplt_epu8_mask(values, _mm256_set1_epi8(10));
    let separators = is(b' ') | is(b'-');
    // A number that was stored as a float: `.0` at the end is dropped, and only digits may precede it.
    let zeros = is(b'0');
    let decimal =
        is(b'.').wrapping_shr(len.wrapping_sub(2)) & zeros.wrapping_shr(len.wrapping_sub(1)) & 1;
    let all = all >> (2 * decimal);
    let digits = digits & all;
    // The last ten digits; the text before them; and their positions, ten together or five and five.
    let national = _pdep_u32(
        0x3ffu32.wrapping_shl(digits.count_ones().wrapping_sub(10)),
        digits,
    );
    let start = national.trailing_zeros();
    let before = _bzhi_u64(
        _mm_cvtsi128_si64(_mm256_castsi256_si128(text)) as u64,
        start * 8,
    );
    let (shape, tail) = (national.wrapping_shr(start), all.wrapping_shr(start));
    let gap = separators.wrapping_shr(start) & 0x20;
    let not_together = u64::from((shape ^ 0x3ff) | (tail ^ 0x3ff));
    // `60000-75000`: two groups of five that end in two zeros each, with no text before them, are two sums.
    let sums = u32::from(start == 0) & u32::from(zeros & 0x618 == 0x618);
    let not_halves = u64::from((shape ^ 0x7df) | (tail ^ 0x7ff) | (gap ^ 0x20) | decimal | sums);
    let wrong =
        (not_together * not_halves) | u64::from(decimal * start) | not_a_prefix(before, start);
    (
        wrong,
        _mm256_castsi256_si128(_mm256_maskz_compress_epi8(national, values)),
    )
}

/// 0 if the `count` bytes before the national digits are none, or a prefix and at most one separator. The first byte is
/// the lowest of `before`.
#[inline]
fn not_a_prefix(before: u64, count: u32) -> u64 {
    const PREFIXES: [&[u8]; 13] = [
        b"", b"0", b"0 ", b"0-", b"91", b"91 ", b"91-", b"+91", b"+91 ", b"+91-", b"0091",
        b"0091 ", b"0091-",
    ];
    /// An empty slot: a word with a byte but the length 0 does not occur.
    const NONE: u64 = 1;
    /// Each prefix with its length in the highest byte, in the slot of its hash.
    const TABLE: [u64; 32] = {
        let mut table = [NONE; 32];
        let mut entry = 0;
        while entry < PREFIXES.len() {
            let prefix = PREFIXES[entry];
            let (mut word, mut at) = ((prefix.len() as u64) << 56, 0);
            while at < prefix.len() {
                word |= (prefix[at] as u64) << (8 * at);
                at += 1;
            }
            assert!(
                table[slot(word)] == NONE,
                "two prefixes in one slot: choose another multiplier"
            );
            table[slot(word)] = word;
            entry += 1;
        }
        table
    };
    const fn slot(word: u64) -> usize {
        (word.wrapping_mul(0x78e5_1061_7311_d8a3) >> 59) as usize
    }
    // No prefix has eight bytes or more, so a longer text differs in the highest byte.
    let word = before | u64::from(count) << 56;
    word ^ TABLE[slot(word)]
}

/// The MSISDNs of eight rows of ten digit values and six zeros each; 0 if `read` has no bit, or the number is no mobile.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq")]
fn msisdns(digits: [__m512i; 2], read: u8) -> __m512i {
    let [low, high] = digits.map(|digits| halves(digits));
    // Each half of a row holds a part of its value. Rows are in pairs, one from `low` and one from `high`.
    let mixed = _mm512_add_epi64(
        _mm512_unpacklo_epi64(low, high),
        _mm512_unpackhi_epi64(low, high),
    );
    let national = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), mixed);
    let mobile =
        _mm512_mask_cmpge_epu64_mask(read, national, _mm512_set1_epi64(MOBILES.start as i64));
    _mm512_maskz_add_epi64(mobile, national, _mm512_set1_epi64(INDIA as i64))
}

/// For each row of ten digit values: the value of the first eight, times 100, and the value of the last two.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq")]
fn halves(digits: __m512i) -> __m512i {
    let pairs = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010a));
    let fours = _mm512_madd_epi16(pairs, _mm512_set4_epi32(0, 1, 0x0001_0064, 0x0001_0064));
    let upper = _mm512_mul_epu32(fours, _mm512_set4_epi32(0, 1, 0, 1_000_000));
    let lower = _mm512_mul_epu32(
        _mm512_srli_epi64::<32>(fours),
        _mm512_set4_epi32(0, 0, 0, 100),
    );
    _mm512_add_epi64(upper, lower)
}

#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn read_eighty_bytes(cells: &[u8], out: &mut [u64]) {
    /// Byte `j` of row `i` is byte `10 i + j`: four rows of ten bytes, each to sixteen.
    const SPREAD: [u8; 64] = {
        let mut spread = [0; 64];
        let mut at = 0;
        while at < 64 {
            spread[at] = if at % 16 < 10 {
                (at / 16 * 10 + at % 16) as u8
            } else {
                0
            };
            at += 1;
        }
        spread
    };
    const TENS: u64 = 0x03ff_03ff_03ff_03ff;
    const FORTY: u64 = (1 << 40) - 1;
    let spread = bytemuck::must_cast(SPREAD);
    let (eights, rest) = out.as_chunks_mut::<8>();
    let (eighties, _) = cells.as_chunks::<80>();
    for (cells, out) in eighties.iter().zip(eights.iter_mut()) {
        let mut digits = [_mm512_setzero_si512(); 2];
        let mut read = 0u8;
        for (half, digits) in digits.iter_mut().enumerate() {
            let forty = &cells[half * 40..half * 40 + 40];
            // SAFETY: the mask has a bit for each of the forty bytes; bytes without a bit are not read.
            let text = unsafe { _mm512_maskz_loadu_epi8(FORTY, forty.as_ptr().cast()) };
            let values = _mm512_sub_epi8(text, _mm512_set1_epi8(b'0' as i8));
            *digits = _mm512_maskz_permutexvar_epi8(TENS, spread, values);
            read |= rows_of_digits(*digits) << (half * 4);
        }
        *out = bytemuck::must_cast(msisdns(digits, read));
    }
    let done = eights.len() * 80;
    for (cell, out) in cells[done..].as_chunks::<10>().0.iter().zip(rest) {
        *out = one(cell);
    }
}
