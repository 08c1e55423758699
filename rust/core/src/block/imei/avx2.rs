//! Four cells at a time.
//!
//! Adjacent cells of fourteen to sixteen bytes are loaded with what follows them, which is cut off in the vector, so that
//! no branch depends on their lengths. Other cells are copied one by one.
//!
//! Unsafe, because a call to a function compiled for an instruction set is unsafe. `benches/kernels/block.rs` measures the
//! gain; the safe version is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{KEY, Offset, UNREAD, quotients, scalar, with_form, words};
use crate::cpu::Avx2;

/// Bytes of the longest IMEI.
const LOAD: usize = 16;

/// [`super::read_run`].
pub(super) fn read_run<const FORMS: bool, O: Offset>(
    _: Avx2,
    offsets: &[O],
    bytes: &[u8],
    out: &mut [u64],
) {
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { read_fours_of_run::<FORMS, O>(offsets, bytes, out) }
}

/// [`super::read`].
pub(super) fn read<'a, const FORMS: bool>(
    _: Avx2,
    cell: impl Fn(usize) -> &'a [u8],
    out: &mut [u64],
) {
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { read_fours::<FORMS>(cell, out) }
}

/// [`super::read_i64`] without forms.
pub(super) fn read_i64(_: Avx2, values: &[i64], out: &mut [u64]) {
    #[target_feature(enable = "avx2")]
    fn on_avx2(values: &[i64], out: &mut [u64]) {
        quotients::read_i64(values, out);
    }
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { on_avx2(values, out) }
}

#[target_feature(enable = "avx2")]
fn read_fours_of_run<const FORMS: bool, O: Offset>(offsets: &[O], bytes: &[u8], out: &mut [u64]) {
    let cell = |row: usize| &bytes[offsets[row].index()..offsets[row + 1].index()];
    let (fours, rest) = out.as_chunks_mut::<4>();
    let whole = fours.len() * 4;
    for (four, out) in fours.iter_mut().enumerate() {
        let ends: [usize; 5] = std::array::from_fn(|end| offsets[four * 4 + end].index());
        let starts = [ends[0], ends[1], ends[2], ends[3]];
        let lengths: [usize; 4] = std::array::from_fn(|row| ends[row + 1] - ends[row]);
        let fits = lengths.iter().all(|length| (KEY..=LOAD).contains(length));
        // The other cells begin before the last.
        let last = bytes.get(ends[3]..).is_some_and(|rest| rest.len() >= LOAD);
        *out = if fits && last {
            let lengths = lengths.map(|length| length as u64);
            let words = words_of::<FORMS>(adjacent(bytes, starts, lengths), lengths);
            if words.contains(&UNREAD) {
                // Perhaps fourteen digits in quotation marks.
                any_four::<FORMS>(|row| cell(four * 4 + row))
            } else {
                words
            }
        } else {
            any_four::<FORMS>(|row| cell(four * 4 + row))
        };
    }
    for (row, out) in rest.iter_mut().enumerate() {
        *out = scalar::one::<FORMS>(cell(whole + row));
    }
}

#[target_feature(enable = "avx2")]
fn read_fours<'a, const FORMS: bool>(cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    let (fours, rest) = out.as_chunks_mut::<4>();
    let whole = fours.len() * 4;
    for (four, out) in fours.iter_mut().enumerate() {
        *out = any_four::<FORMS>(|row| cell(four * 4 + row));
    }
    for (row, out) in rest.iter_mut().enumerate() {
        *out = scalar::one::<FORMS>(cell(whole + row));
    }
}

/// The digit values of four cells of so many bytes, padded with zeros to sixteen: the first and second in one vector, the
/// third and fourth in another.
///
/// # Panics
/// If there are not sixteen bytes from each start on.
#[inline]
#[target_feature(enable = "avx2")]
fn adjacent(bytes: &[u8], starts: [usize; 4], lengths: [u64; 4]) -> [__m256i; 2] {
    let at = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ));
    [0, 2].map(|row| {
        let text = |row: usize| -> __m128i {
            let cell: &[u8; LOAD] = bytes[starts[row]..].first_chunk().expect("sixteen bytes");
            bytemuck::must_cast(*cell)
        };
        let length = |row: usize| _mm_set1_epi8(lengths[row] as i8);
        let values = _mm256_sub_epi8(
            _mm256_set_m128i(text(row + 1), text(row)),
            _mm256_set1_epi8(b'0' as i8),
        );
        let lengths = _mm256_set_m128i(length(row + 1), length(row));
        _mm256_and_si256(values, _mm256_cmpgt_epi8(lengths, at))
    })
}

#[inline]
#[target_feature(enable = "avx2")]
fn any_four<'a, const FORMS: bool>(cell: impl Fn(usize) -> &'a [u8]) -> [u64; 4] {
    let ([a, b], lengths) = two_pairs(cell);
    let zero = _mm256_set1_epi8(b'0' as i8);
    words_of::<FORMS>(
        [_mm256_sub_epi8(a, zero), _mm256_sub_epi8(b, zero)],
        lengths,
    )
}

/// The words of four rows of sixteen digit values; `lengths` has the number of digits of each.
#[inline]
#[target_feature(enable = "avx2")]
fn words_of<const FORMS: bool>(digits: [__m256i; 2], lengths: [u64; 4]) -> [u64; 4] {
    let mut words: [u64; 4] = bytemuck::must_cast(keys(digits));
    if FORMS {
        let [sums, checks]: [[u64; 4]; 2] = bytemuck::must_cast(luhn(digits));
        for (row, word) in words.iter_mut().enumerate() {
            if *word != UNREAD {
                *word |= with_form(lengths[row], sums[row] as u32, checks[row] as u8);
            }
        }
    }
    words
}

/// The text of four rows, the first and second in one vector, the third and fourth in another; and their digit counts.
#[inline]
#[target_feature(enable = "avx2")]
fn two_pairs<'a>(cell: impl Fn(usize) -> &'a [u8]) -> ([__m256i; 2], [u64; 4]) {
    let [
        ([a, b], first),
        ([c, d], second),
        ([e, f], third),
        ([g, h], fourth),
    ] = [0, 1, 2, 3].map(|row| {
        let (text, length) = words(cell(row));
        (text.map(u64::cast_signed), length)
    });
    (
        [_mm256_set_epi64x(d, c, b, a), _mm256_set_epi64x(h, g, f, e)],
        [first, second, third, fourth],
    )
}

/// The keys of four rows of sixteen digit values; [`UNREAD`] for a row that is no IMEI.
#[inline]
#[target_feature(enable = "avx2")]
fn keys(digits: [__m256i; 2]) -> __m256i {
    let nine = _mm256_set1_epi8(9);
    let proper = digits.map(|digits| {
        let halves = _mm256_cmpeq_epi8(_mm256_max_epu8(digits, nine), nine);
        _mm256_cmpeq_epi64(halves, _mm256_set1_epi64x(-1))
    });
    let fours = digits.map(|digits| {
        let pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010a));
        // Digits after the fourteenth have the weight 0.
        let weights = _mm256_set1_epi64x(0x0000_0001_0001_0064);
        let all = _mm256_set1_epi64x(0x0001_0064_0001_0064);
        _mm256_madd_epi16(pairs, _mm256_unpacklo_epi64(all, weights))
    });
    let packed = _mm256_packus_epi32(fours[0], fours[1]);
    let parts = _mm256_madd_epi16(packed, _mm256_set1_epi64x(0x0001_0064_0001_2710));
    let keys = _mm256_add_epi64(
        _mm256_mul_epu32(parts, _mm256_set1_epi64x(1_000_000)),
        _mm256_srli_epi64::<32>(parts),
    );
    let read = _mm256_and_si256(
        _mm256_unpacklo_epi64(proper[0], proper[1]),
        _mm256_unpackhi_epi64(proper[0], proper[1]),
    );
    let words = _mm256_or_si256(
        _mm256_and_si256(read, keys),
        _mm256_andnot_si256(read, _mm256_set1_epi64x(UNREAD.cast_signed())),
    );
    in_order(words)
}

/// Reorders rows that are in the order first, third, second, fourth.
#[inline]
#[target_feature(enable = "avx2")]
fn in_order(rows: __m256i) -> __m256i {
    _mm256_permute4x64_epi64::<0b11_01_10_00>(rows)
}

/// For four rows of sixteen digit values: the Luhn sums of the first fourteen, and the fifteenth values.
#[inline]
#[target_feature(enable = "avx2")]
fn luhn(digits: [__m256i; 2]) -> [__m256i; 2] {
    let doubles = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        0, 2, 4, 6, 8, 1, 3, 5, 7, 9, 0, 0, 0, 0, 0, 0,
    ));
    let key = _mm256_unpacklo_epi64(
        _mm256_set1_epi64x(-1),
        _mm256_set1_epi64x(0x0000_ffff_ffff_ffff),
    );
    let sums = digits.map(|digits| {
        let odd = _mm256_set1_epi16(0xff00_u16.cast_signed());
        let doubled = _mm256_blendv_epi8(digits, _mm256_shuffle_epi8(doubles, digits), odd);
        _mm256_sad_epu8(_mm256_and_si256(doubled, key), _mm256_setzero_si256())
    });
    let sums = _mm256_add_epi64(
        _mm256_unpacklo_epi64(sums[0], sums[1]),
        _mm256_unpackhi_epi64(sums[0], sums[1]),
    );
    let checks = _mm256_srli_epi64::<48>(_mm256_unpackhi_epi64(digits[0], digits[1]));
    [
        in_order(sums),
        in_order(_mm256_and_si256(checks, _mm256_set1_epi64x(0xff))),
    ]
}
