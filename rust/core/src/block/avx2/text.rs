//! Cells of text, eight at a time.
//!
//! Each cell becomes a row that ends where the cell ends: what is in [`from_end`](crate::block::from_end) is then compared in
//! all rows, without a branch on the form. Adjacent cells are loaded with what follows them, which is cut off in the vector;
//! other cells are read as two words. A cell that holds a zero byte, or may be two sums, is read by the safe version.
//!
//! Unsafe, because loads, and calls to functions compiled for an instruction set, are unsafe. `benches/kernels/block.rs`
//! measures the gain; the safe version is [`super::scalar`].

use std::arch::x86_64::*;

use crate::block::from_end::{
    DECIMAL, HALVES, LAST_TWO, POINT, PREFIXES, ROW, SEPARATOR, SUMS, TOGETHER,
};
use crate::block::{FARTHEST, INDIA, one, scalar};
use crate::cpu::Avx2;
use crate::msisdn::MOBILES;

/// For each byte of a row its place in a cell of no bytes that ends where the row ends, which is none, and places of sixteen
/// more bytes: those in a cell of `n` bytes begin at `n`.
const PLACES: [u8; 2 * ROW] = {
    let (mut places, mut at) = ([0x80; 2 * ROW], 0);
    while at < ROW {
        places[ROW + at] = at as u8;
        at += 1;
    }
    places
};

/// [`read`](crate::block::read).
pub(in crate::block) fn read<'a>(_: Avx2, cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { read_eights(cell, out) }
}

/// [`read_adjacent`](crate::block::read_adjacent).
pub(in crate::block) fn read_adjacent(_: Avx2, ends: &[u32], bytes: &[u8], out: &mut [u64]) {
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { read_adjacent_eights(ends, bytes, out) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
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

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn read_adjacent_eights(ends: &[u32], bytes: &[u8], out: &mut [u64]) {
    let cell = |row: usize| &bytes[ends[row] as usize..ends[row + 1] as usize];
    let (eights, rest) = out.as_chunks_mut::<8>();
    let whole = eights.len() * 8;
    for (n, out) in eights.iter_mut().enumerate() {
        let eight = ends[n * 8..].first_chunk().expect("one end more than rows");
        *out =
            adjacent_eight(eight, bytes).unwrap_or_else(|| scalar::eight(|row| cell(n * 8 + row)));
    }
    for (row, out) in rest.iter_mut().enumerate() {
        *out = one(cell(whole + row));
    }
}

/// The MSISDNs of eight adjacent cells, or 0; `None` if they have to be read one by one, since one of them is too near to
/// the end of `bytes` to load sixteen bytes, or has a form that is not decided here.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn adjacent_eight(ends: &[u32; 9], bytes: &[u8]) -> Option<[u64; 8]> {
    let last = bytes.len().checked_sub(ROW)?.min(FARTHEST as usize) as u32;
    let starts: &[u32; 8] = ends.first_chunk()?;
    if !starts
        .iter()
        .fold(true, |fit, &start| fit & (start <= last))
    {
        return None;
    }
    let (mut rows, mut absent) = ([_mm_setzero_si128(); 8], 0);
    for (row, right) in rows.iter_mut().enumerate() {
        // A cell of more bytes than a row, or one that ends before it starts, has no form: it is read as an empty one.
        let len = ends[row + 1].wrapping_sub(ends[row]) as usize;
        let len = if len <= ROW { len } else { 0 };
        let start = bytes.as_ptr().wrapping_add(starts[row] as usize);
        // SAFETY: sixteen bytes from a start up to `last` are within `bytes`.
        let text = unsafe { _mm_loadu_si128(start.cast()) };
        let places = PLACES.as_ptr().wrapping_add(len);
        // SAFETY: sixteen bytes from `len`, which is sixteen at most, are within `PLACES`.
        let places = unsafe { _mm_loadu_si128(places.cast()) };
        *right = _mm_shuffle_epi8(text, places);
        absent += (ROW - len) as u32;
    }
    eight_aligned(rows, absent)
}

/// The MSISDNs of eight cells, or 0.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn any_eight<'a>(cell: impl Fn(usize) -> &'a [u8]) -> [u64; 8] {
    // A loop, because `from_fn` is compiled for every machine, and calls a closure that cannot be inlined there.
    let (mut rows, mut absent) = ([_mm_setzero_si128(); 8], 0);
    for (row, right) in rows.iter_mut().enumerate() {
        let (words, free) = right_aligned(cell(row));
        *right = _mm_set_epi64x(words[1].cast_signed(), words[0].cast_signed());
        absent += free;
    }
    eight_aligned(rows, absent).unwrap_or_else(|| scalar::eight(cell))
}

/// The MSISDNs of eight rows, or 0 for another form. `None` if a row may be two sums, or more bytes than `absent` are zero.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn eight_aligned(rows: [__m128i; 8], absent: u32) -> Option<[u64; 8]> {
    // Rows that are unpacked together are in their order afterwards.
    let two = |first: usize| _mm256_set_m128i(rows[first + 2], rows[first]);
    let pairs = [two(0), two(1), two(4), two(5)];
    let mut zeros = 0;
    for rows in pairs {
        let zero = _mm256_cmpeq_epi8(rows, _mm256_setzero_si256());
        zeros += _mm256_movemask_epi8(zero).count_ones();
    }
    let [first, second, third, last] = pairs;
    let fours = [aligned([first, second])?, aligned([third, last])?];
    (zeros == absent).then(|| bytemuck::must_cast(fours))
}

/// The two words of a row at the end of which a cell ends, after zeros, and the number of these. A cell of fewer than eight
/// bytes, or of more than a row, has no form: it is read as an empty one.
#[inline(always)]
fn right_aligned(cell: &[u8]) -> ([u64; 2], u32) {
    match (cell.first_chunk(), cell.last_chunk()) {
        (Some(&first), Some(&last)) if cell.len() <= ROW => {
            let free = (ROW - cell.len()) as u32;
            let first = u64::from_le_bytes(first).checked_shl(8 * free);
            ([first.unwrap_or(0), u64::from_le_bytes(last)], free)
        }
        _ => ([0; 2], ROW as u32),
    }
}

/// The MSISDNs of four rows, or 0 for another form; `None` if a row may be two sums. The rows are in pairs, the first and the
/// third, and the second and the last.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn aligned(rows: [__m256i; 2]) -> Option<[u64; 4]> {
    let order = |places| _mm256_broadcastsi128_si256(bytemuck::must_cast::<[i8; ROW], _>(places));
    let [low, high] = rows.map(|rows| {
        let at = |place| _mm256_shuffle_epi8(rows, _mm256_set1_epi8(place));
        let is = |bytes, byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()));
        let separator = at(SEPARATOR);
        let halves = _mm256_or_si256(is(separator, b' '), is(separator, b'-'));
        let places = _mm256_blendv_epi8(order(TOGETHER), order(HALVES), halves);
        let places = _mm256_blendv_epi8(places, order(DECIMAL), is(at(POINT), b'.'));
        _mm256_shuffle_epi8(rows, places)
    });
    // The first eight digits, and what follows them.
    let first = _mm256_sub_epi8(
        _mm256_unpacklo_epi64(low, high),
        _mm256_set1_epi8(b'0'.cast_signed()),
    );
    let last = _mm256_sub_epi8(_mm256_unpackhi_epi64(low, high), _mm256_set1_epi64x(0x3030));
    let within = |digits, most: i64| {
        let most = _mm256_set1_epi64x(most);
        _mm256_cmpeq_epi64(digits, _mm256_min_epu8(digits, most))
    };
    let digits = _mm256_and_si256(
        within(first, 0x0909_0909_0909_0909),
        within(last, !LAST_TWO | 0x0909),
    );
    let before = _mm256_and_si256(last, _mm256_set1_epi64x(!LAST_TWO));
    let none = zero(before);
    let read = _mm256_and_si256(digits, _mm256_or_si256(none, are_prefixes(before)));
    let [in_first, in_last] = SUMS.map(|places| _mm256_set1_epi64x(places));
    let zeros = _mm256_and_si256(
        zero(_mm256_and_si256(first, in_first)),
        zero(_mm256_and_si256(last, in_last)),
    );
    let sums = _mm256_and_si256(_mm256_and_si256(none, zeros), read);
    (_mm256_testz_si256(sums, sums) == 1).then(|| bytemuck::must_cast(msisdns(first, last, read)))
}

/// All bits of each word that is zero.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn zero(words: __m256i) -> __m256i {
    _mm256_cmpeq_epi64(words, _mm256_setzero_si256())
}

/// All bits of each of four texts that is a prefix and at most one separator.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn are_prefixes(before: __m256i) -> __m256i {
    let is = |words, word: i64| _mm256_cmpeq_epi64(words, _mm256_set1_epi64x(word));
    let end = _mm256_srli_epi64::<56>(before);
    let separated = _mm256_or_si256(is(end, i64::from(b' ')), is(end, i64::from(b'-')));
    let prefix = _mm256_blendv_epi8(before, _mm256_slli_epi64::<8>(before), separated);
    let [trunk, code, plus, zeros] = PREFIXES.map(|text| is(prefix, text));
    _mm256_or_si256(_mm256_or_si256(trunk, code), _mm256_or_si256(plus, zeros))
}

/// The MSISDNs of four numbers of ten digit values, eight in `first` and two in the lowest bytes of `last`; 0 if `read` has
/// no bits, or the number is no mobile.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn msisdns(first: __m256i, last: __m256i, read: __m256i) -> __m256i {
    let tens = _mm256_set1_epi16(0x010a);
    let fours = _mm256_madd_epi16(
        _mm256_maddubs_epi16(first, tens),
        _mm256_set1_epi32(0x0001_0064),
    );
    let upper = _mm256_mul_epu32(fours, _mm256_set1_epi64x(1_000_000));
    let lower = _mm256_mul_epu32(_mm256_srli_epi64::<32>(fours), _mm256_set1_epi64x(100));
    let two = _mm256_and_si256(
        _mm256_maddubs_epi16(last, tens),
        _mm256_set1_epi64x(LAST_TWO),
    );
    let national = _mm256_add_epi64(_mm256_add_epi64(upper, lower), two);
    let below = _mm256_set1_epi64x(MOBILES.start.cast_signed() - 1);
    let mobile = _mm256_and_si256(read, _mm256_cmpgt_epi64(national, below));
    let msisdns = _mm256_add_epi64(national, _mm256_set1_epi64x(INDIA.cast_signed()));
    _mm256_and_si256(mobile, msisdns)
}
