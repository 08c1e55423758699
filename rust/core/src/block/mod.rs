//! Many cells at once: the common forms, read without a branch on the form.
//!
//! Owns a fast path and no rule, like [`msisdn::indian_mobile`] for one cell: [`msisdn::read`] gives the same result for
//! every cell that is read here. A row that is not read is 0, which is no number and refuses nothing; the caller reads it
//! with `msisdn::read`. Independent of regions: digits without a country code are read by India's plan.
//!
//! There is one file for each instruction set, as for the probes of sets: `scalar` runs on every machine, `avx512` needs
//! byte permutes too, and `from_end` is what it shares with `avx2`. `imei` has the same for IMEIs, `write` the conversion to
//! text, and `uniform` that to texts of one length.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod ends;
#[cfg(target_arch = "x86_64")]
mod from_end;
pub mod imei;
mod scalar;
pub mod uniform;
pub mod write;

use std::ops::RangeInclusive;

use crate::cpu::CodePath;
use crate::msisdn::{self, INDIA, MOBILES};

/// The lengths of cells without separators: ten digits, and a prefix or none.
const LENGTHS: RangeInclusive<usize> = 10..=14;

/// The farthest offset that is counted in 32 bits: a cell that ends before it starts then seems longer than every form.
const FARTHEST: u32 = u32::MAX / 2;

/// Rows of a block.
pub(crate) const ROWS: usize = 64;

/// The end of a cell, as in Arrow.
pub trait Offset: Copy + Eq {
    /// As an index. A negative offset becomes an index past every end.
    fn index(self) -> usize;
    /// The length of a cell from `start` to this offset; negative if it ends before it starts.
    fn length_from(self, start: Self) -> Self;
    /// The offsets of at most a block in 32 bits, counted from the first one or from the start, which is returned too;
    /// `None` if one cannot be counted so.
    fn counted<'a>(
        offsets: &'a [Self],
        space: &'a mut [u32; ROWS + 1],
    ) -> Option<(usize, &'a [u32])>;
}

impl Offset for i32 {
    fn index(self) -> usize {
        usize::try_from(self).unwrap_or(usize::MAX)
    }

    fn length_from(self, start: Self) -> Self {
        self.wrapping_sub(start)
    }

    fn counted<'a>(offsets: &'a [Self], _: &'a mut [u32; ROWS + 1]) -> Option<(usize, &'a [u32])> {
        Some((0, bytemuck::must_cast_slice(offsets)))
    }
}

impl Offset for i64 {
    fn index(self) -> usize {
        usize::try_from(self).unwrap_or(usize::MAX)
    }

    fn length_from(self, start: Self) -> Self {
        self.wrapping_sub(start)
    }

    fn counted<'a>(
        offsets: &'a [Self],
        space: &'a mut [u32; ROWS + 1],
    ) -> Option<(usize, &'a [u32])> {
        let mut fit = true;
        for (counted, offset) in space.iter_mut().zip(offsets) {
            let from_first = offset.length_from(offsets[0]).cast_unsigned();
            *counted = from_first as u32;
            fit &= from_first <= u64::from(FARTHEST);
        }
        fit.then(|| (offsets[0].index(), &space[..offsets.len()]))
    }
}

/// Reads adjacent cells: cell `i` is `bytes[offsets[i]..offsets[i + 1]]`, so there is one offset more than rows in `out`.
/// Sets a row to its MSISDN, or to 0 if [`msisdn::read`] must read it.
///
/// ```
/// use numguard_core::block;
///
/// let mut msisdns = [1; 3];
/// block::read_run(&[0, 10, 24, 29], b"9876543210+91 9876543211other", &mut msisdns);
/// assert_eq!(msisdns, [919876543210, 919876543211, 0]);
/// ```
///
/// # Panics
/// When the number of offsets is wrong. Offsets that do not ascend within `bytes` may panic too, or leave their cells unread.
pub fn read_run<O: Offset>(offsets: &[O], bytes: &[u8], out: &mut [u64]) {
    read_run_on(CodePath::chosen(), offsets, bytes, out);
}

/// [`read_run`] on a given path: for tests and benchmarks.
///
/// # Panics
/// As [`read_run`].
pub fn read_run_on<O: Offset>(path: CodePath, offsets: &[O], bytes: &[u8], out: &mut [u64]) {
    assert_eq!(offsets.len(), out.len() + 1, "one offset more than rows");
    let mut space = [0; ROWS + 1];
    for (block, out) in out.chunks_mut(ROWS).enumerate() {
        let offsets = &offsets[block * ROWS..=block * ROWS + out.len()];
        let size = offsets[1].length_from(offsets[0]);
        let len = size.index();
        let are_alike = || {
            let same = |ends: &[O]| ends[1].length_from(ends[0]) == size;
            offsets
                .windows(2)
                .fold(true, |alike, ends| alike & same(ends))
        };
        // AVX2 gains nothing from cells of one length.
        if path != CodePath::Avx2 && LENGTHS.contains(&len) && are_alike() {
            let first = offsets[0].index();
            read_alike(path, &bytes[first..][..out.len() * len], len, out);
        } else if let Some((start, ends)) = O::counted(offsets, &mut space) {
            read_adjacent(path, ends, &bytes[start..], out);
        } else {
            let cell = |row: usize| &bytes[offsets[row].index()..offsets[row + 1].index()];
            read_on(path, cell, out);
        }
    }
}

/// Reads the cells `cell(0)`, `cell(1)` and so on, one for each row of `out`. Sets a row to its MSISDN, or to 0 if
/// [`msisdn::read`] must read it.
pub fn read<'a>(cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    read_on(CodePath::chosen(), cell, out);
}

/// [`read`] on a given path: for tests and benchmarks.
pub fn read_on<'a>(path: CodePath, cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::text::read(token, cell, out);
    } else if let Some(token) = path.avx2() {
        return avx2::text::read(token, cell, out);
    }
    scalar::read(cell, out);
}

/// Reads the cells of a column of string views. A view has sixteen bytes: a length of four, and up to twelve bytes of text
/// inline; `cell` returns the text of any row. Sets a row to its MSISDN, or to 0 if [`msisdn::read`] must read it.
///
/// # Panics
/// When the numbers of views and rows differ.
pub fn read_views<'a>(views: &[[u8; 16]], cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    read_views_on(CodePath::chosen(), views, cell, out);
}

/// [`read_views`] on a given path: for tests and benchmarks.
///
/// # Panics
/// As [`read_views`].
pub fn read_views_on<'a>(
    path: CodePath,
    views: &[[u8; 16]],
    cell: impl Fn(usize) -> &'a [u8],
    out: &mut [u64],
) {
    assert_eq!(views.len(), out.len(), "one view a row");
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::text::read_views(token, views, cell, out);
    }
    read_on(path, cell, out);
}

/// Reads signed integers. Sets a row to its MSISDN, or to 0 if [`msisdn::read_i64`] must read it.
///
/// # Panics
/// When the numbers of values and rows differ.
pub fn read_i64(values: &[i64], out: &mut [u64]) {
    read_i64_on(CodePath::chosen(), values, out);
}

/// [`read_i64`] on a given path: for tests and benchmarks.
///
/// # Panics
/// As [`read_i64`].
pub fn read_i64_on(path: CodePath, values: &[i64], out: &mut [u64]) {
    assert_eq!(values.len(), out.len(), "one value a row");
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::read_i64(token, values, out);
    } else if let Some(token) = path.avx2() {
        return avx2::read_i64(token, values, out);
    }
    scalar::read_i64(values, out);
}

/// Reads wide signed integers. Sets a row to its MSISDN, or to 0 if [`msisdn::read_i128`] must read it.
///
/// # Panics
/// When the numbers of values and rows differ.
pub fn read_i128(values: &[i128], out: &mut [u64]) {
    assert_eq!(values.len(), out.len(), "one value a row");
    for (out, &value) in out.iter_mut().zip(values) {
        *out = i64::try_from(value).map_or(0, one_i64);
    }
}

/// Reads floats. Sets a row to its MSISDN, or to 0 if it is NaN or [`msisdn::read_f64`] must read it.
///
/// ```
/// use numguard_core::block;
///
/// let mut msisdns = [1; 3];
/// block::read_f64(&[9876543210.0, 9876543210.5, f64::NAN], &mut msisdns);
/// assert_eq!(msisdns, [919876543210, 0, 0]);
/// ```
///
/// # Panics
/// When the numbers of values and rows differ.
pub fn read_f64(values: &[f64], out: &mut [u64]) {
    assert_eq!(values.len(), out.len(), "one value a row");
    for (out, &value) in out.iter_mut().zip(values) {
        let (whole, exact) = whole_of(value);
        *out = one_i64(whole) & u64::from(exact).wrapping_neg();
    }
}

/// Sets bit `i % 64` of `bits[i / 64]` to whether `values[i]` is an MSISDN, as [`msisdn::key_u64`] decides. Bits past the
/// last value are 0.
///
/// # Panics
/// When `bits` does not have one word for every 64 values, rounded up.
pub fn are_msisdns(values: &[u64], bits: &mut [u64]) {
    are_msisdns_on(CodePath::chosen(), values, bits);
}

/// [`are_msisdns`] on a given path: for tests and benchmarks.
///
/// # Panics
/// As [`are_msisdns`].
pub fn are_msisdns_on(path: CodePath, values: &[u64], bits: &mut [u64]) {
    assert_eq!(
        bits.len(),
        values.len().div_ceil(ROWS),
        "one word for every 64 values, rounded up"
    );
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::are_msisdns(token, values, bits);
    } else if let Some(token) = path.avx2() {
        return avx2::are_msisdns(token, values, bits);
    }
    scalar::are_msisdns(values, bits);
}

/// Sets bit `i % 64` of `bits[i / 64]` to whether `keys[i]` is a key, that is, not 0. Bits past the last key are 0.
///
/// # Panics
/// When `bits` does not have one word for every 64 keys, rounded up.
pub fn are_keys(keys: &[u64], bits: &mut [u64]) {
    are_keys_on(CodePath::chosen(), keys, bits);
}

/// [`are_keys`] on a given path: for tests and benchmarks.
///
/// # Panics
/// As [`are_keys`].
pub fn are_keys_on(path: CodePath, keys: &[u64], bits: &mut [u64]) {
    assert_eq!(
        bits.len(),
        keys.len().div_ceil(ROWS),
        "one word for every 64 keys, rounded up"
    );
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::are_keys(token, keys, bits);
    } else if let Some(token) = path.avx2() {
        return avx2::are_keys(token, keys, bits);
    }
    scalar::are_keys(keys, bits);
}

/// The least and the most of some values; `None` without a value.
///
/// ```
/// use numguard_core::block;
///
/// assert_eq!(block::extremes(&[7, -3, 5]), Some((-3, 7)));
/// ```
#[must_use]
pub fn extremes(values: &[i64]) -> Option<(i64, i64)> {
    extremes_on(CodePath::chosen(), values)
}

/// [`extremes`] on a given path: for tests and benchmarks.
#[must_use]
pub fn extremes_on(path: CodePath, values: &[i64]) -> Option<(i64, i64)> {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512() {
        return avx512::extremes(token, values);
    } else if let Some(token) = path.avx2() {
        return avx2::extremes(token, values);
    }
    scalar::extremes(values)
}

/// Reads adjacent cells of `len` bytes each, which is one of [`LENGTHS`].
fn read_alike(path: CodePath, cells: &[u8], len: usize, out: &mut [u64]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::text::read_alike(token, cells, len, out);
    }
    scalar::read_alike(cells, len, out);
}

/// Reads adjacent cells of any lengths, each of which ends where the next starts.
fn read_adjacent(path: CodePath, ends: &[u32], bytes: &[u8], out: &mut [u64]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::text::read_adjacent(token, ends, bytes, out);
    } else if let Some(token) = path.avx2() {
        return avx2::text::read_adjacent(token, ends, bytes, out);
    }
    let cell = |row: usize| &bytes[ends[row] as usize..ends[row + 1] as usize];
    scalar::read(cell, out);
}

/// The MSISDN of a cell in one of the forms, or 0: the result that every path must give.
fn one(cell: &[u8]) -> u64 {
    // Integers that were stored as floats. The exact reader adds the note; the number is the same.
    let national = match cell.strip_suffix(b".0") {
        Some(digits) => msisdn::ten_digits(digits).filter(|&national| national >= MOBILES.start),
        None => msisdn::indian_mobile(cell),
    };
    national.map_or(0, |national| INDIA + national)
}

/// The MSISDN of a signed integer in one of the forms, or 0: ten national digits, or twelve with the country code.
#[inline(always)]
fn one_i64(value: i64) -> u64 {
    const NATIONAL: u64 = MOBILES.end - MOBILES.start;
    let written = value.cast_unsigned();
    let bare = written.wrapping_sub(MOBILES.start) < NATIONAL;
    let whole = written.wrapping_sub(INDIA + MOBILES.start) < NATIONAL;
    written.wrapping_add(if bare { INDIA } else { 0 }) & (u64::from(bare | whole)).wrapping_neg()
}

/// A float as an integer, and whether it is that integer, which may have been rounded from 2^53 on. The cast saturates, and
/// gives 0 for NaN, which no integer equals.
#[inline(always)]
fn whole_of(value: f64) -> (i64, bool) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "compared with the value again"
    )]
    let whole = value as i64;
    #[expect(clippy::cast_precision_loss, reason = "the comparison is of floats")]
    let exact = whole as f64 == value;
    (whole, exact)
}

/// A bit for each of at most 64 values for which `test` holds.
///
/// ```
/// assert_eq!(numguard_core::block::bits_where(&[7, 0, 7], |value| value == 7), 0b101);
/// ```
#[inline(always)]
pub fn bits_where(values: &[u64], test: impl Fn(u64) -> bool) -> u64 {
    let mut bytes = [0; ROWS];
    for (byte, &value) in bytes.iter_mut().zip(values) {
        *byte = u8::from(test(value));
    }
    bytes_with(1, &bytes)
}

/// A bit for each byte that has `bit`, one bit of eight, set.
///
/// ```
/// let mut bytes = [0; 64];
/// (bytes[3], bytes[63]) = (0b110, 0b010);
/// assert_eq!(numguard_core::block::bytes_with(0b010, &bytes), 1 << 63 | 1 << 3);
/// ```
#[inline(always)]
#[must_use]
pub fn bytes_with(bit: u8, bytes: &[u8; ROWS]) -> u64 {
    /// Collects the lowest bits of eight bytes in the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    const LOWEST: u64 = 0x0101_0101_0101_0101;
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().rev().fold(0, |bits, &eight| {
        let lowest = u64::from_le_bytes(eight) >> bit.trailing_zeros() & LOWEST;
        bits << 8 | lowest.wrapping_mul(GATHER) >> 56
    })
}
