//! Cells of text, eight at a time.
//!
//! Most columns have one form: eight cells of one length that all begin with the same prefix are loaded into rows of
//! sixteen bytes, and prefix and digits of all are compared at once. Any other eight are loaded so that each ends where its
//! row ends: what is in [`from_end`](crate::block::from_end) is then compared in all of them, without a branch on the form. The values of eight cells are computed at once. A cell that
//! holds a zero byte, or may be two sums, is read by the safe version.
//!
//! Unsafe, because masked loads, and calls to functions compiled for an instruction set, are unsafe.
//! `benches/kernels/block.rs` measures the gain; the safe version is [`super::scalar`].

use std::arch::x86_64::*;

use crate::block::from_end::{
    DECIMAL, HALVES, LAST_TWO, POINT, PREFIXES, ROW, SEPARATOR, SUMS, TOGETHER,
};
use crate::block::{FARTHEST, INDIA, one, scalar};
use crate::cpu::Avx512Vbmi;
use crate::msisdn::MOBILES;

/// For each byte of a row its place in a cell of no bytes that ends where the row ends.
const FROM_END: [i8; ROW] = [
    -16, -15, -14, -13, -12, -11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1,
];
/// For each byte of four rows the number of its row: of the first four, and of the last.
const LENGTHS_OF: [[u8; 64]; 2] = {
    let (mut rows, mut at) = ([[0; 64]; 2], 0);
    while at < 64 {
        rows[0][at] = (at / ROW) as u8;
        rows[1][at] = (at / ROW + 4) as u8;
        at += 1;
    }
    rows
};

/// A row of sixteen bytes, four times.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn of_rows(row: [i8; ROW]) -> __m512i {
    _mm512_broadcast_i32x4(bytemuck::must_cast(row))
}

/// [`read`](crate::block::read).
pub(in crate::block) fn read<'a>(_: Avx512Vbmi, cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_eights(cell, out) }
}

/// [`read_adjacent`](crate::block::read_adjacent).
pub(in crate::block) fn read_adjacent(_: Avx512Vbmi, ends: &[u32], bytes: &[u8], out: &mut [u64]) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_adjacent_eights(ends, bytes, out) }
}

/// [`read_views`](crate::block::read_views).
pub(in crate::block) fn read_views<'a>(
    _: Avx512Vbmi,
    views: &[[u8; 16]],
    cell: impl Fn(usize) -> &'a [u8],
    out: &mut [u64],
) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_eight_views(views, cell, out) }
}

/// Reads adjacent cells of `len` bytes each.
pub(in crate::block) fn read_alike(_: Avx512Vbmi, cells: &[u8], len: usize, out: &mut [u64]) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_eights_alike(cells, len, out) }
}

/// A form of cells of one length: a prefix, then ten digits. Each array is for four rows of sixteen bytes. In an arranged
/// row the digits come first, then the prefix, then zeros: no other order is needed to compute the values.
struct Form {
    /// The prefix in the lowest bytes, and their bits: a call that compares slices takes a third of the time of a block.
    prefix: u64,
    of_prefix: u64,
    /// For each byte of an arranged row its place in the cell or view; a place that gives 0 after the prefix.
    in_row: [u8; 64],
    /// For each byte of four arranged rows its place among four adjacent cells.
    in_four: [u8; 64],
    /// A bit for each byte of four arranged rows that has a place.
    placed: u64,
    /// For each byte of an arranged row the least that it may be, and how much more: a prefix has one byte, a digit ten.
    least: [u8; 64],
    span: [u8; 64],
}

/// The forms of text, by their length: from ten bytes on.
static TEXTS: [Form; 5] = [
    Form::of(b""),
    Form::of(b"0"),
    Form::of(b"91"),
    Form::of(b"+91"),
    Form::of(b"0091"),
];
/// Those that a view holds inline. Its first four bytes are the length of its text, which is ten here or more.
static VIEWS: [Form; 3] = [
    Form::of(b"\x0a\0\0\0"),
    Form::of(b"\x0b\0\0\x000"),
    Form::of(b"\x0c\0\0\x0091"),
];

impl Form {
    const fn of(prefix: &[u8]) -> Self {
        let size = prefix.len();
        let mut form = Self {
            prefix: 0,
            of_prefix: 0,
            in_row: [0x80; 64],
            in_four: [0; 64],
            placed: 0,
            least: [0; 64],
            span: [0; 64],
        };
        let mut at = 0;
        while at < size {
            form.prefix |= (prefix[at] as u64) << (8 * at);
            form.of_prefix |= 0xff << (8 * at);
            at += 1;
        }
        at = 0;
        while at < 64 {
            let (row, byte) = (at / 16, at % 16);
            if byte < size + 10 {
                let place = if byte < 10 { size + byte } else { byte - 10 };
                (form.least[at], form.span[at]) = if byte < 10 {
                    (b'0', 9)
                } else {
                    (prefix[place], 0)
                };
                form.in_row[at] = place as u8;
                form.in_four[at] = (row * (size + 10) + place) as u8;
                form.placed |= 1 << at;
            }
            at += 1;
        }
        form
    }

    /// The form of a cell or view; `len` is the length of its text.
    fn find(forms: &'static [Self], len: usize, cell: &[u8]) -> Option<&'static Self> {
        let form = forms.get(len.wrapping_sub(10))?;
        let first = u64::from_le_bytes(*cell.first_chunk()?);
        (first & form.of_prefix == form.prefix).then_some(form)
    }
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

#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
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

#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn read_eight_views<'a>(views: &[[u8; 16]], cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    let (eights, rest) = out.as_chunks_mut::<8>();
    for (n, (views, out)) in views
        .as_chunks::<8>()
        .0
        .iter()
        .zip(&mut *eights)
        .enumerate()
    {
        let len = u32::from_le_bytes([views[0][0], views[0][1], views[0][2], views[0][3]]);
        let read = Form::find(&VIEWS, len as usize, &views[0])
            .and_then(|form| alike(arranged(bytemuck::must_cast(*views), form), form));
        *out = read.unwrap_or_else(|| any_eight(|row| cell(n * 8 + row)));
    }
    let whole = eights.len() * 8;
    for (row, out) in rest.iter_mut().enumerate() {
        *out = one(cell(whole + row));
    }
}

#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn read_eights_alike(cells: &[u8], len: usize, out: &mut [u64]) {
    let cell = |row: usize| &cells[row * len..][..len];
    let Some(form) = Form::find(&TEXTS, len, cells) else {
        return read_eights(cell, out);
    };
    let (eights, rest) = out.as_chunks_mut::<8>();
    let whole = eights.len() * 8;
    let (all, places) = ((1 << (4 * len)) - 1, bytemuck::must_cast(form.in_four));
    for (n, out) in eights.iter_mut().enumerate() {
        let four = |row: usize| {
            let text = &cells[row * len..][..4 * len];
            // SAFETY: `all` has a bit for each byte of the four cells; bytes without a bit are not read.
            let text = unsafe { _mm512_maskz_loadu_epi8(all, text.as_ptr().cast()) };
            _mm512_maskz_permutexvar_epi8(form.placed, places, text)
        };
        let read = alike([four(n * 8), four(n * 8 + 4)], form);
        *out = read.unwrap_or_else(|| any_eight(|row| cell(n * 8 + row)));
    }
    for (row, out) in rest.iter_mut().enumerate() {
        *out = one(cell(whole + row));
    }
}

/// Rows of a form, arranged.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn arranged(rows: [__m512i; 2], form: &Form) -> [__m512i; 2] {
    let places = bytemuck::must_cast(form.in_row);
    rows.map(|rows| _mm512_shuffle_epi8(rows, places))
}

/// The MSISDNs of eight arranged rows of a form; `None` if one of them is of another.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn alike(rows: [__m512i; 2], form: &Form) -> Option<[u64; 8]> {
    let (least, span) = (
        bytemuck::must_cast(form.least),
        bytemuck::must_cast(form.span),
    );
    // Of a row of the form, only the values of its digits are left.
    let digits = rows.map(|rows| _mm512_sub_epi8(rows, least));
    let [low, high] = digits.map(|digits| _mm512_cmpgt_epu8_mask(digits, span));
    (low | high == 0).then(|| {
        let [low, high] = digits;
        let (first, last) = (
            _mm512_unpacklo_epi64(low, high),
            _mm512_unpackhi_epi64(low, high),
        );
        bytemuck::must_cast(msisdns(first, last, 0xff))
    })
}

/// The MSISDNs of eight adjacent cells, or 0; `None` if they have to be read one by one, since one of them is too near to
/// the end of `bytes` to load sixteen bytes, or has a form that is not decided here.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn adjacent_eight(ends: &[u32; 9], bytes: &[u8]) -> Option<[u64; 8]> {
    let last = bytes.len().checked_sub(ROW)?.min(FARTHEST as usize) as u32;
    let [starts, next]: [[u32; 8]; 2] = [*ends.first_chunk()?, *ends.last_chunk()?];
    let [first, second] = [starts, next].map(bytemuck::must_cast::<_, __m256i>);
    if _mm256_cmpgt_epu32_mask(first, _mm256_set1_epi32(last as i32)) != 0 {
        return None;
    }
    let mut rows = [_mm_setzero_si128(); 8];
    for (row, text) in rows.iter_mut().enumerate() {
        let start = bytes.as_ptr().wrapping_add(starts[row] as usize);
        // SAFETY: sixteen bytes from a start up to `last` are within `bytes`.
        *text = unsafe { _mm_loadu_si128(start.cast()) };
    }
    // A cell of more bytes than a row, or one that ends before it starts, has no form: it is read as an empty one.
    let lengths = _mm256_sub_epi32(second, first);
    let fit = _mm256_cmple_epu32_mask(lengths, _mm256_set1_epi32(ROW as i32));
    let lengths = _mm512_broadcast_i32x4(_mm256_maskz_cvtepi32_epi8(fit, lengths));
    let (mut rows, mut hidden) = (joined(rows), 0);
    for (half, rows) in rows.iter_mut().enumerate() {
        let each = _mm512_shuffle_epi8(lengths, bytemuck::must_cast(LENGTHS_OF[half]));
        let places = _mm512_add_epi8(each, of_rows(FROM_END));
        // A place before the cell is negative, and gives 0.
        *rows = _mm512_shuffle_epi8(*rows, places);
        hidden |= _mm512_testn_epi8_mask(*rows, *rows) ^ _mm512_movepi8_mask(places);
    }
    if hidden == 0 { aligned(rows) } else { None }
}

/// The MSISDNs of eight cells, or 0.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn any_eight<'a>(cell: impl Fn(usize) -> &'a [u8]) -> [u64; 8] {
    // A loop, because `from_fn` is compiled for every machine, and calls a closure that cannot be inlined there.
    let (mut rows, mut absent) = ([_mm_setzero_si128(); 8], 0);
    for (row, right) in rows.iter_mut().enumerate() {
        let cell = cell(row);
        let free = ROW.wrapping_sub(cell.len()).min(ROW);
        let present = (0xffff << free) as u16;
        let start = cell.as_ptr().wrapping_add(cell.len()).wrapping_sub(ROW);
        // SAFETY: `present` has a bit for each byte of the cell at most; bytes without a bit are not read.
        *right = unsafe { _mm_maskz_loadu_epi8(present, start.cast()) };
        absent += free as u32;
    }
    let rows = joined(rows);
    let zeros = rows.map(|rows| _mm512_testn_epi8_mask(rows, rows).count_ones());
    let read = (zeros[0] + zeros[1] == absent).then(|| aligned(rows));
    read.flatten().unwrap_or_else(|| scalar::eight(cell))
}

/// Eight rows of sixteen bytes, joined in registers: a load of 64 bytes just after four stores of sixteen would stall.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn joined(rows: [__m128i; 8]) -> [__m512i; 2] {
    let four = |row: usize| {
        let two = |row| _mm256_set_m128i(rows[row + 1], rows[row]);
        _mm512_inserti64x4::<1>(_mm512_castsi256_si512(two(row)), two(row + 2))
    };
    [four(0), four(4)]
}

/// The MSISDNs of eight rows, in each of which a cell ends at the last byte, after zeros; 0 for another form. `None` if a
/// row may be two sums.
///
/// There is no branch on the form: in a mixed column half of the cells have a prefix, and a branch misprediction costs as
/// much as everything else here. From the end of a cell, its digits are at one of three places.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn aligned(rows: [__m512i; 2]) -> Option<[u64; 8]> {
    let [low, high] = rows.map(|rows| {
        let at = |place| _mm512_shuffle_epi8(rows, _mm512_set1_epi8(place));
        let is = |bytes, byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte as i8));
        let halves = is(at(SEPARATOR), b' ') | is(at(SEPARATOR), b'-');
        let order = _mm512_mask_mov_epi8(of_rows(TOGETHER), halves, of_rows(HALVES));
        let order = _mm512_mask_mov_epi8(order, is(at(POINT), b'.'), of_rows(DECIMAL));
        _mm512_shuffle_epi8(rows, order)
    });
    // Rows are in pairs from here on, one from `low` and one from `high`: the first eight digits, and what follows them.
    let first = _mm512_sub_epi8(
        _mm512_unpacklo_epi64(low, high),
        _mm512_set1_epi8(b'0' as i8),
    );
    let last = _mm512_sub_epi8(_mm512_unpackhi_epi64(low, high), _mm512_set1_epi64(0x3030));
    let within = |digits, most: i64| {
        let most = _mm512_set1_epi64(most);
        _mm512_cmpeq_epi64_mask(digits, _mm512_min_epu8(digits, most))
    };
    let digits = within(first, 0x0909_0909_0909_0909) & within(last, !LAST_TWO | 0x0909);
    let before = _mm512_and_si512(last, _mm512_set1_epi64(!LAST_TWO));
    let none = _mm512_testn_epi64_mask(before, before);
    let zeros = |digits, places: i64| _mm512_testn_epi64_mask(digits, _mm512_set1_epi64(places));
    let sums = none & zeros(first, SUMS[0]) & zeros(last, SUMS[1]);
    let read = digits & (none | are_prefixes(before));
    (sums & read == 0).then(|| bytemuck::must_cast(msisdns(first, last, read)))
}

/// Which of eight texts are a prefix and at most one separator. A text ends at the highest byte of its word, after zeros.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn are_prefixes(before: __m512i) -> __mmask8 {
    let end = _mm512_srli_epi64::<56>(before);
    let is = |words, word: i64| _mm512_cmpeq_epi64_mask(words, _mm512_set1_epi64(word));
    let separated = is(end, i64::from(b' ')) | is(end, i64::from(b'-'));
    let prefix = _mm512_mask_slli_epi64::<8>(before, separated, before);
    PREFIXES
        .iter()
        .fold(0, |found, &text| found | is(prefix, text))
}

/// The MSISDNs of eight numbers of ten digit values, eight in `first` and two in the lowest bytes of `last`, in the order
/// of rows 0, 4, 1, 5, 2, 6, 3, 7; 0 if `read` has no bit, or the number is no mobile.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn msisdns(first: __m512i, last: __m512i, read: __mmask8) -> __m512i {
    let tens = _mm512_set1_epi16(0x010a);
    let fours = _mm512_madd_epi16(
        _mm512_maddubs_epi16(first, tens),
        _mm512_set1_epi32(0x0001_0064),
    );
    let upper = _mm512_mul_epu32(fours, _mm512_set1_epi64(1_000_000));
    let lower = _mm512_mul_epu32(_mm512_srli_epi64::<32>(fours), _mm512_set1_epi64(100));
    let two = _mm512_and_si512(
        _mm512_maddubs_epi16(last, tens),
        _mm512_set1_epi64(LAST_TWO),
    );
    let national = _mm512_add_epi64(_mm512_add_epi64(upper, lower), two);
    let mobile =
        _mm512_mask_cmpge_epu64_mask(read, national, _mm512_set1_epi64(MOBILES.start as i64));
    let msisdns = _mm512_maskz_add_epi64(mobile, national, _mm512_set1_epi64(INDIA as i64));
    _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), msisdns)
}
