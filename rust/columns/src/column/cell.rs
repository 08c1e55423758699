//! One cell, for callers that need its note or the numbers in its text.
//!
//! Independent of layouts: `column` takes the cell out of its layout.

use numguard_core::digits::INEXACT;
use numguard_core::msisdn::{Region, Regional};
use numguard_core::{imei, msisdn};

/// One cell of a column.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// Text, not yet known to be UTF-8.
    Text(&'a [u8]),
    /// A canonical key.
    U64(u64),
    /// Digits as written.
    I64(i64),
    /// Digits as written.
    I128(i128),
    /// Digits as written; never NaN.
    F64(f64),
}

impl<'a> Cell<'a> {
    /// The text of the cell. Invalid UTF-8 becomes U+FFFD, which is in no written number, so the cell is refused as a
    /// stray character.
    fn text(bytes: &'a [u8]) -> &'a str {
        std::str::from_utf8(bytes).unwrap_or("\u{FFFD}")
    }

    /// The cell read as a phone number.
    #[inline]
    #[must_use]
    pub fn msisdn(self, region: Region) -> msisdn::Reading {
        match self {
            Self::Text(bytes) => msisdn::read(Self::text(bytes), region),
            Self::U64(value) => msisdn::read_u64(value, region),
            Self::I64(value) => msisdn::read_i64(value, region),
            Self::I128(value) => msisdn::read_i128(value, region),
            Self::F64(value) => msisdn::read_f64(value, region),
        }
    }

    /// The number, or 0, without kind and note.
    #[inline]
    pub(super) fn msisdn_key(self, region: Region) -> u64 {
        match self {
            Self::Text(bytes) => msisdn::key(Self::text(bytes), region),
            Self::U64(value) => msisdn::key_u64(value),
            Self::I64(value) => msisdn::key_i64(value, region),
            Self::I128(_) | Self::F64(_) => self.msisdn(region).msisdn,
        }
    }

    /// The number of a cell of a region in a form that most cells have, or 0 if it is refused; none for other forms.
    #[inline]
    pub(super) fn regional_key(self, reader: Regional) -> Option<u64> {
        match self {
            Self::Text(bytes) => reader.key(bytes),
            Self::I64(value) => reader.key_of_integer(value.try_into().ok()?),
            Self::I128(value) => reader.key_of_integer(value.try_into().ok()?),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "integral and in 0..2^53"
            )]
            Self::F64(value) if value.fract() == 0.0 && (0.0..INEXACT).contains(&value) => {
                reader.key_of_integer(value as u64)
            }
            Self::F64(_) | Self::U64(_) => None,
        }
    }

    /// The cell read as an IMEI.
    #[inline]
    #[must_use]
    pub fn imei(self) -> imei::Reading {
        match self {
            Self::Text(bytes) => imei::read(Self::text(bytes)),
            Self::U64(value) => imei::read_u64(value),
            Self::I64(value) => imei::read_i64(value),
            Self::I128(value) => imei::read_i128(value),
            Self::F64(value) => imei::read_f64(value),
        }
    }

    /// The cell as text, in which numbers can be found. `None` if it is a number, or is not UTF-8.
    #[must_use]
    pub fn to_text(self) -> Option<&'a str> {
        match self {
            Self::Text(bytes) => std::str::from_utf8(bytes).ok(),
            Self::U64(_) | Self::I64(_) | Self::I128(_) | Self::F64(_) => None,
        }
    }
}
