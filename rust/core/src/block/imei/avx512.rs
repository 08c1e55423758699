//! Eight cells at a time.
//!
//! Four adjacent cells need one load: a permutation, computed from their offsets, moves each cell to its own sixteen
//! bytes. So a column of one length and a mixture of the three lengths take the same time.
//!
//! Unsafe, because masked loads, and calls to functions compiled for an instruction set, are unsafe.
//! `benches/kernels/block.rs` measures the gain; the safe version is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{FORM, KEY, Offset, UNREAD, quotients, scalar, words};
use crate::cpu::Avx512Vbmi;
use crate::notes::Form;

/// Bytes that are loaded at once.
const LOAD: usize = 64;

/// [`super::read_run`].
pub(super) fn read_run<const FORMS: bool, O: Offset>(
    _: Avx512Vbmi,
    offsets: &[O],
    bytes: &[u8],
    out: &mut [u64],
) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_eights_of_run::<FORMS, O>(offsets, bytes, out) }
}

/// [`super::read`].
pub(super) fn read<'a, const FORMS: bool>(
    _: Avx512Vbmi,
    cell: impl Fn(usize) -> &'a [u8],
    out: &mut [u64],
) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_eights::<FORMS>(cell, out) }
}

/// [`super::read_i64`] without forms.
pub(super) fn read_i64(_: Avx512Vbmi, values: &[i64], out: &mut [u64]) {
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    fn on_avx512(values: &[i64], out: &mut [u64]) {
        quotients::read_i64(values, out);
    }
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { on_avx512(values, out) }
}

#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn read_eights_of_run<const FORMS: bool, O: Offset>(offsets: &[O], bytes: &[u8], out: &mut [u64]) {
    let cell = |row: usize| &bytes[offsets[row].index()..offsets[row + 1].index()];
    let (eights, rest) = out.as_chunks_mut::<8>();
    let whole = eights.len() * 8;
    for (eight, out) in eights.iter_mut().enumerate() {
        let ends = &offsets[eight * 8..eight * 8 + 9];
        let [start, middle, end] = [ends[0], ends[4], ends[8]].map(Offset::index);
        let (low, high) = (&bytes[start..middle], &bytes[middle..end]);
        if low.len() <= LOAD && high.len() <= LOAD {
            let starts = places(&ends[..8]);
            let lengths = _mm512_sub_epi64(places(&ends[1..]), starts);
            let digits = spread([low, high], starts, lengths);
            let words = keys::<FORMS>(digits, lengths);
            *out = bytemuck::must_cast(words);
            let left = _mm512_cmpeq_epi64_mask(words, _mm512_set1_epi64(UNREAD.cast_signed()));
            let long = _mm512_mask_cmpgt_epu64_mask(left, lengths, _mm512_set1_epi64(KEY as i64));
            // Only a cell longer than a key can be a key in quotation marks.
            if long == 0 {
                continue;
            }
        }
        *out = any_eight::<FORMS>(|row| cell(eight * 8 + row));
    }
    for (row, out) in rest.iter_mut().enumerate() {
        *out = scalar::one::<FORMS>(cell(whole + row));
    }
}

#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn read_eights<'a, const FORMS: bool>(cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    let (eights, rest) = out.as_chunks_mut::<8>();
    let whole = eights.len() * 8;
    for (eight, out) in eights.iter_mut().enumerate() {
        *out = any_eight::<FORMS>(|row| cell(eight * 8 + row));
    }
    for (row, out) in rest.iter_mut().enumerate() {
        *out = scalar::one::<FORMS>(cell(whole + row));
    }
}

/// Eight offsets as 64-bit lanes.
#[inline]
#[target_feature(enable = "avx512f")]
fn places<O: Offset>(ends: &[O]) -> __m512i {
    let mut places = [0u64; 8];
    for (place, &end) in places.iter_mut().zip(ends) {
        *place = end.index() as u64;
    }
    bytemuck::must_cast(places)
}

/// The digit values of eight rows, four from each of the texts, padded with zeros to sixteen bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,bmi2")]
fn spread(texts: [&[u8]; 2], starts: __m512i, lengths: __m512i) -> [__m512i; 2] {
    /// For each byte of four rows, the lowest byte of the row's word; those of the other four rows are 32 bytes later.
    const ROW: [u8; 64] = {
        let mut row = [0; 64];
        let mut at = 0;
        while at < 64 {
            row[at] = (at / 16 * 8) as u8;
            at += 1;
        }
        row
    };
    const AT: [u8; 64] = {
        let mut place = [0; 64];
        let mut at = 0;
        while at < 64 {
            place[at] = (at % 16) as u8;
            at += 1;
        }
        place
    };
    let at: __m512i = bytemuck::must_cast(AT);
    let first = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 0, 0, 0, 4, 4, 4, 4), starts);
    let starts = _mm512_sub_epi64(starts, first);
    let mut digits = [_mm512_setzero_si512(); 2];
    for (half, (digits, text)) in digits.iter_mut().zip(texts).enumerate() {
        let all = _bzhi_u64(u64::MAX, text.len() as u32);
        // SAFETY: the mask has a bit for each byte of the text at most; bytes without a bit are not read.
        let text = unsafe { _mm512_maskz_loadu_epi8(all, text.as_ptr().cast()) };
        let row = _mm512_add_epi8(bytemuck::must_cast(ROW), _mm512_set1_epi8(half as i8 * 32));
        let from = _mm512_add_epi8(_mm512_permutexvar_epi8(row, starts), at);
        let inside = _mm512_cmplt_epu8_mask(at, _mm512_permutexvar_epi8(row, lengths));
        let values = _mm512_sub_epi8(text, _mm512_set1_epi8(b'0' as i8));
        *digits = _mm512_maskz_permutexvar_epi8(inside, from, values);
    }
    digits
}

#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn any_eight<'a, const FORMS: bool>(cell: impl Fn(usize) -> &'a [u8]) -> [u64; 8] {
    let (mut text, mut lengths) = ([_mm_setzero_si128(); 8], [0; 8]);
    for (row, (text, length)) in text.iter_mut().zip(&mut lengths).enumerate() {
        let ([first, last], digits) = words(cell(row));
        *text = _mm_set_epi64x(last.cast_signed(), first.cast_signed());
        *length = digits;
    }
    // Joined in registers: a load of 64 bytes just after four stores of sixteen would stall.
    let four = |row: usize| {
        let two = |row| _mm256_set_m128i(text[row + 1], text[row]);
        let four = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(two(row)), two(row + 2));
        _mm512_sub_epi8(four, _mm512_set1_epi8(b'0' as i8))
    };
    bytemuck::must_cast(keys::<FORMS>(
        [four(0), four(4)],
        bytemuck::must_cast(lengths),
    ))
}

/// The words of eight rows of sixteen digit values; `lengths` has the number of digits of each.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn keys<const FORMS: bool>(digits: [__m512i; 2], lengths: __m512i) -> __m512i {
    let nine = _mm512_set1_epi8(9);
    let wrong = rows_with(digits.map(|digits| _mm512_cmpgt_epu8_mask(digits, nine)));
    let extra = _mm512_sub_epi64(lengths, _mm512_set1_epi64(KEY as i64));
    let read = !wrong & _mm512_cmple_epu64_mask(extra, _mm512_set1_epi64(2));
    let fours = digits.map(|digits| {
        let pairs = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010a));
        // Digits after the fourteenth have the weight 0.
        let weights = _mm512_set4_epi32(1, 0x0001_0064, 0x0001_0064, 0x0001_0064);
        _mm512_madd_epi16(pairs, weights)
    });
    // The rows are in pairs, one of the first four and one of the last four.
    let packed = _mm512_packus_epi32(fours[0], fours[1]);
    let parts = _mm512_madd_epi16(packed, _mm512_set1_epi64(0x0001_0064_0001_2710));
    let mut keys = _mm512_add_epi64(
        _mm512_mul_epu32(parts, _mm512_set1_epi64(1_000_000)),
        _mm512_srli_epi64::<32>(parts),
    );
    if FORMS {
        keys = _mm512_or_si512(keys, luhn(digits));
    }
    keys = in_order(keys);
    if FORMS {
        let imeisv = _mm512_cmpeq_epi64_mask(extra, _mm512_set1_epi64(2));
        let imei14 = _mm512_testn_epi64_mask(extra, extra);
        let key = _mm512_set1_epi64((1 << FORM) - 1);
        keys = _mm512_mask_and_epi64(keys, imei14 | imeisv, keys, key);
        let form = _mm512_set1_epi64((Form::Imeisv as i64) << FORM);
        keys = _mm512_mask_or_epi64(keys, imeisv, keys, form);
    }
    _mm512_mask_mov_epi64(_mm512_set1_epi64(UNREAD.cast_signed()), read, keys)
}

/// Which of eight rows have a byte whose bit is set.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn rows_with(bytes: [__mmask64; 2]) -> __mmask8 {
    let rows = _mm_set_epi64x(bytes[1].cast_signed(), bytes[0].cast_signed());
    _mm_test_epi16_mask(rows, rows)
}

/// Reorders rows that are in the order first, fifth, second, sixth and so on.
#[inline]
#[target_feature(enable = "avx512f")]
fn in_order(rows: __m512i) -> __m512i {
    _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), rows)
}

/// The forms of eight rows of fifteen digits, shifted to their bits of a word, in the order that [`in_order`] takes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn luhn(digits: [__m512i; 2]) -> __m512i {
    /// The bytes of a row whose digits are doubled.
    const ODD: u64 = 0x2aaa_2aaa_2aaa_2aaa;
    /// The bytes of fifteen digits.
    const FIFTEEN: u64 = 0x7fff_7fff_7fff_7fff;
    let doubles = _mm512_broadcast_i32x4(_mm_setr_epi8(
        0, 2, 4, 6, 8, 1, 3, 5, 7, 9, 0, 0, 0, 0, 0, 0,
    ));
    let sums = digits.map(|digits| {
        let doubled = _mm512_mask_shuffle_epi8(digits, ODD, doubles, digits);
        _mm512_sad_epu8(
            _mm512_maskz_mov_epi8(FIFTEEN, doubled),
            _mm512_setzero_si512(),
        )
    });
    let sums = _mm512_add_epi64(
        _mm512_unpacklo_epi64(sums[0], sums[1]),
        _mm512_unpackhi_epi64(sums[0], sums[1]),
    );
    // Division by 10, rounded down, of at most fifteen nines.
    let tenths = _mm512_srli_epi64::<11>(_mm512_mul_epu32(sums, _mm512_set1_epi64(205)));
    let right = _mm512_cmpeq_epi64_mask(_mm512_mul_epu32(tenths, _mm512_set1_epi64(10)), sums);
    let last = _mm512_unpackhi_epi64(digits[0], digits[1]);
    let spare = _mm512_testn_epi64_mask(last, _mm512_set1_epi64(0xff << 48));
    let form = |form: Form| _mm512_set1_epi64((form as i64) << FORM);
    let forms = _mm512_mask_mov_epi64(form(Form::LuhnBad), spare, form(Form::SpareZero));
    _mm512_mask_mov_epi64(forms, right, form(Form::LuhnOk))
}
