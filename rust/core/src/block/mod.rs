//! Many cells at once: the forms that most of them have, read without a branch on which form it is.
//!
//! Owns a shortcut and no rule, as [`msisdn::indian_mobile`] does for one cell: what is read here,
//! [`msisdn::read`] reads the same. A row that is not read is 0, which is no number, and refuses nothing: it is the
//! caller's to ask `msisdn::read` about. Knows nothing of regions: bare digits are read as India's plan does.
//!
//! The folder is the dispatch, as in [`crate::set::probe`]: `scalar` runs anywhere, `avx512` where the machine has its
//! byte permutes too.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

use crate::msisdn;
use crate::set::probe::Path;

/// The smallest Indian number of ten national digits, less those digits.
const INDIA: u64 = 910_000_000_000;

/// The smallest national number of a mobile.
const FIRST_MOBILE: u64 = 6_000_000_000;

/// Rows that are looked at together.
const ROWS: usize = 64;

/// Where cells end, as Arrow has it.
pub trait Offset: Copy {
    /// As a place in memory. A negative one is past every end.
    fn place(self) -> usize;
}

impl Offset for i32 {
    fn place(self) -> usize {
        usize::try_from(self).unwrap_or(usize::MAX)
    }
}

impl Offset for i64 {
    fn place(self) -> usize {
        usize::try_from(self).unwrap_or(usize::MAX)
    }
}

/// Reads cells that follow each other in `bytes`: cell `i` is `bytes[offsets[i]..offsets[i + 1]]`, so there is one
/// offset more than rows in `out`. Sets a row to its MSISDN, or to 0 where [`msisdn::read`] must look.
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
/// When there are not as many offsets, or they do not ascend within `bytes`.
pub fn read_run<O: Offset>(offsets: &[O], bytes: &[u8], out: &mut [u64]) {
    read_run_on(Path::chosen(), offsets, bytes, out);
}

/// [`read_run`] on a path of one's choice: for tests and benchmarks.
///
/// # Panics
/// As [`read_run`].
pub fn read_run_on<O: Offset>(path: Path, offsets: &[O], bytes: &[u8], out: &mut [u64]) {
    assert_eq!(offsets.len(), out.len() + 1, "one offset more than rows");
    for (block, out) in out.chunks_mut(ROWS).enumerate() {
        let offsets = &offsets[block * ROWS..=block * ROWS + out.len()];
        let first = offsets[0].place();
        let tens = (0..out.len()).fold(true, |tens, row| {
            tens & (offsets[row + 1].place().wrapping_sub(offsets[row].place()) == 10)
        });
        if tens {
            read_tens(path, &bytes[first..first + out.len() * 10], out);
        } else {
            read_on(
                path,
                |row| &bytes[offsets[row].place()..offsets[row + 1].place()],
                out,
            );
        }
    }
}

/// Reads as many cells as `out` has rows, wherever they are. Sets a row to its MSISDN, or to 0 where [`msisdn::read`]
/// must look.
pub fn read<'a>(cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    read_on(Path::chosen(), cell, out);
}

/// [`read`] on a path of one's choice: for tests and benchmarks.
pub fn read_on<'a>(path: Path, cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    match path {
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 if avx512::is_available() => avx512::read(cell, out),
        _ => scalar::read(cell, out),
    }
}

/// Reads cells of ten bytes, one after the other.
fn read_tens(path: Path, cells: &[u8], out: &mut [u64]) {
    match path {
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 if avx512::is_available() => avx512::read_tens(cells, out),
        _ => scalar::read_tens(cells, out),
    }
}

/// The MSISDN of a cell in one of the forms, or 0: what every path must give.
fn one(cell: &[u8]) -> u64 {
    // Whole numbers that went through a float: the mend says so elsewhere, the number is the same.
    let national = match cell.strip_suffix(b".0") {
        Some(digits) => msisdn::ten_digits(digits).filter(|&national| national >= FIRST_MOBILE),
        None => msisdn::indian_mobile(cell),
    };
    national.map_or(0, |national| INDIA + national)
}
