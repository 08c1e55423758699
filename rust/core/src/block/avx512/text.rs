//! Cells of text, eight at a time.
//!
//! Most columns have one form: eight cells of one length that all begin with the same prefix are loaded into rows of
//! sixteen bytes, and prefix and digits of all are compared at once. Of any other eight, each is loaded whole, and masks
//! describe it: the positions of its digits, and of its blanks and dashes; and the text before the last ten digits. The
//! mask compresses the digits, without a branch on the form. The values of eight cells are computed at once.
//!
//! Unsafe, because masked loads, and calls to functions compiled for an instruction set, are unsafe.
//! `benches/kernels/block.rs` measures the gain; the safe version is [`super::scalar`].

use std::arch::x86_64::*;

use crate::block::{INDIA, one};
use crate::cpu::Avx512Vbmi;
use crate::msisdn::MOBILES;

/// The longest cell that is read: every listed form is shorter.
const LONGEST: usize = 31;

/// [`read`](crate::block::read).
pub(in crate::block) fn read<'a>(_: Avx512Vbmi, cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { read_eights(cell, out) }
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
    (low | high == 0).then(|| bytemuck::must_cast(msisdns(digits, 0xff)))
}

/// The MSISDNs of eight cells, or 0.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
fn any_eight<'a>(cell: impl Fn(usize) -> &'a [u8]) -> [u64; 8] {
    // Loops, because `from_fn` and `fold` are compiled for every machine, and call a closure that cannot be inlined there.
    let mut cells = [[].as_slice(); 8];
    for (row, text) in cells.iter_mut().enumerate() {
        *text = cell(row);
    }
    let len = cells[0].len();
    let mut differ = 0;
    for cell in &cells[1..] {
        differ |= cell.len() ^ len;
    }
    // The lengths first: in a mixed column they nearly always differ, while the form of a cell cannot be predicted.
    if differ == 0
        && let Some(form) = Form::find(&TEXTS, len, cells[0])
    {
        let all = (1 << len) - 1;
        // SAFETY: `all` has a bit for each byte of a cell; bytes without a bit are not read.
        let rows = cells.map(|cell| unsafe { _mm_maskz_loadu_epi8(all, cell.as_ptr().cast()) });
        if let Some(read) = alike(arranged(joined(rows), form), form) {
            return read;
        }
    }
    let (mut digits, mut read) = ([_mm_setzero_si128(); 8], 0u8);
    for (row, digits) in digits.iter_mut().enumerate() {
        let (wrong, national) = national_digits(cells[row]);
        *digits = national;
        read |= u8::from(wrong == 0) << row;
    }
    bytemuck::must_cast(msisdns(joined(digits), read))
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
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
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
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt"
)]
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
