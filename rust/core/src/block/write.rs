//! Keys -> text, without a branch on the number of digits.
//!
//! Owns a fast path and no rule: [`msisdn::format`](fn@crate::msisdn::format) and [`imei::format`](fn@crate::imei::format)
//! write the same text, and the former writes what `is_grouped_abroad`. One idea: the text of a key has at most sixteen
//! bytes, so it is one integer. All sixteen bytes are written, and the next text overwrites the bytes after the end.

use super::INDIA;
use crate::digits::sixteen;
use crate::imei;
use crate::msisdn::{self, MOBILES, Style};

/// The most bytes that a text has.
pub const WIDEST: usize = 16;

/// The text of a key; empty without a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The first byte is the lowest; bytes after the last are arbitrary.
    bytes: u128,
    len: usize,
}

impl Text {
    /// An MSISDN written in `style`; empty if `key` is not an MSISDN.
    ///
    /// ```
    /// use numguard_core::block::write::Text;
    /// use numguard_core::msisdn::Style;
    ///
    /// let mut bytes = [0; 32];
    /// let end = Text::of_msisdn(919876543210, Style::National).write(&mut bytes);
    /// assert_eq!(&bytes[..end], b"98765 43210");
    /// ```
    #[inline]
    #[must_use]
    pub fn of_msisdn(key: u64, style: Style) -> Self {
        if !msisdn::MSISDNS.contains(&key) {
            return Self::default();
        }
        let all = sixteen(key);
        let mobile = is_mobile(key);
        // Most numbers are mobiles, and a shift by a constant is cheaper.
        let digits = if mobile {
            (all + ZEROS) >> (8 * 4)
        } else {
            (all + ZEROS) >> (all.trailing_zeros() / 8 * 8)
        };
        let bytes = match style {
            Style::Digits => digits,
            Style::National if mobile => halves(digits),
            Style::International if mobile => {
                u128::from(u32::from_le_bytes(*b"+91 ")) | halves(digits) << 32
            }
            Style::E164 | Style::National | Style::International => u128::from(b'+') | digits << 8,
        };
        Self {
            bytes,
            len: len_of_msisdn(key, style),
        }
    }

    /// A handset's fourteen digits and the check digit; empty if `key` is not a key.
    #[inline]
    #[must_use]
    pub fn of_imei14(key: u64) -> Self {
        if !imei::is_key(key) {
            return Self::default();
        }
        let digits = sixteen(key) >> (8 * 2);
        let sum = super::imei::luhn(digits as u64) + super::imei::luhn((digits >> 64) as u64);
        let check = u128::from((10 - sum % 10) % 10);
        Self {
            bytes: (digits | check << (8 * 14)) + ZEROS,
            len: len_of_imei14(key),
        }
    }

    /// Number of bytes.
    #[inline]
    #[must_use]
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there was no key.
    #[inline]
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Writes the text to the beginning of `out`, and arbitrary bytes up to [`WIDEST`] if `out` is long enough. Returns the
    /// length of the text.
    ///
    /// # Panics
    /// If `out` is shorter than the text.
    #[inline]
    pub fn write(self, out: &mut [u8]) -> usize {
        let bytes = self.bytes.to_le_bytes();
        match out.first_chunk_mut() {
            Some(all) => *all = bytes,
            None => out[..self.len].copy_from_slice(&bytes[..self.len]),
        }
        self.len
    }
}

/// Whether a text has the groups of another country than India. It may be longer than [`WIDEST`], and
/// [`msisdn::format`](fn@crate::msisdn::format) writes it.
#[inline]
#[must_use]
pub fn is_grouped_abroad(key: u64, style: Style) -> bool {
    matches!(style, Style::National | Style::International)
        && !is_mobile(key)
        && msisdn::MSISDNS.contains(&key)
        && msisdn::is_foreign(key)
}

/// The digit zero, sixteen times.
const ZEROS: u128 = u128::from_le_bytes([b'0'; 16]);

/// The length of an MSISDN written in `style`; 0 if `key` is not an MSISDN.
#[inline]
#[must_use]
pub fn len_of_msisdn(key: u64, style: Style) -> usize {
    let mobile = is_mobile(key);
    let digits = if mobile {
        12
    } else if msisdn::MSISDNS.contains(&key) {
        key.ilog10() as usize + 1
    } else {
        return 0;
    };
    match style {
        Style::Digits => digits,
        Style::National if mobile => 11,
        Style::International if mobile => 15,
        Style::E164 | Style::National | Style::International => digits + 1,
    }
}

/// The length of the text of a handset; 0 if `key` is not a key.
#[inline]
#[must_use]
pub fn len_of_imei14(key: u64) -> usize {
    if imei::is_key(key) { 15 } else { 0 }
}

#[inline]
fn is_mobile(key: u64) -> bool {
    (INDIA + MOBILES.start..INDIA + MOBILES.end).contains(&key)
}

/// The last ten of twelve digits, in two halves with a blank between.
#[inline]
fn halves(digits: u128) -> u128 {
    const FIVE: u128 = (1 << 40) - 1;
    let national = digits >> 16;
    (national & FIVE) | (u128::from(b' ') << 40) | ((national >> 40) << 48)
}
