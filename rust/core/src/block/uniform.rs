//! Keys -> texts of one length, a block at a time.
//!
//! Owns a fast path and no rule, like [`super::write`]: [`Text`](super::write::Text) has the same text for every key. The
//! texts are made in `ends`.

use super::ends::{E164, Ends, Imei14, International, National, Plain, count_each, write_each};
use crate::cpu::CodePath;
use crate::msisdn::Style;

/// Texts that all have the same length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniform {
    /// Indian numbers; for styles with groups Indian mobile numbers.
    Msisdn(Style),
    /// Handsets.
    Imei14,
}

impl Uniform {
    /// The number of bytes of a text.
    #[must_use]
    pub const fn len(self) -> usize {
        match self {
            Self::Msisdn(Style::E164) => E164::LEN,
            Self::Msisdn(Style::Digits) => Plain::LEN,
            Self::Msisdn(Style::National) => National::LEN,
            Self::Msisdn(Style::International) => International::LEN,
            Self::Imei14 => Imei14::LEN,
        }
    }

    /// Always `false`: no text is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }

    /// The number of keys, that is, of rows that are not 0; `None` if the text of one of them may have another length.
    ///
    /// ```
    /// use numguard_core::block::uniform::Uniform;
    /// use numguard_core::msisdn::Style;
    ///
    /// let texts = Uniform::Msisdn(Style::National);
    /// assert_eq!(texts.count(&[919876543210, 0]), Some(1));
    /// assert_eq!(texts.count(&[919876543210, 442079460000]), None);
    /// ```
    #[must_use]
    pub fn count(self, keys: &[u64]) -> Option<usize> {
        self.count_on(CodePath::chosen(), keys)
    }

    /// [`count`](Self::count) on a given path: for tests and benchmarks.
    #[must_use]
    pub fn count_on(self, path: CodePath, keys: &[u64]) -> Option<usize> {
        match self {
            Self::Msisdn(Style::E164) => count::<E164>(path, keys),
            Self::Msisdn(Style::Digits) => count::<Plain>(path, keys),
            Self::Msisdn(Style::National) => count::<National>(path, keys),
            Self::Msisdn(Style::International) => count::<International>(path, keys),
            Self::Imei14 => count::<Imei14>(path, keys),
        }
    }

    /// Writes the texts of the keys one after another, none for a row that is 0. Returns the number of bytes.
    ///
    /// Bytes after the last text are arbitrary. The keys must be such that [`count`](Self::count) counts them; otherwise
    /// the bytes are arbitrary too.
    ///
    /// # Panics
    /// If `out` is shorter than the texts.
    pub fn write(self, keys: &[u64], out: &mut [u8]) -> usize {
        self.write_on(CodePath::chosen(), keys, out)
    }

    /// [`write`](Self::write) on a given path: for tests and benchmarks.
    ///
    /// # Panics
    /// As [`write`](Self::write).
    pub fn write_on(self, path: CodePath, keys: &[u64], out: &mut [u8]) -> usize {
        match self {
            Self::Msisdn(Style::E164) => write::<E164>(path, keys, out),
            Self::Msisdn(Style::Digits) => write::<Plain>(path, keys, out),
            Self::Msisdn(Style::National) => write::<National>(path, keys, out),
            Self::Msisdn(Style::International) => write::<International>(path, keys, out),
            Self::Imei14 => write::<Imei14>(path, keys, out),
        }
    }
}

fn count<T: Ends>(path: CodePath, keys: &[u64]) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512() {
        return super::avx512::count::<T>(token, keys);
    } else if let Some(token) = path.avx2() {
        return super::avx2::count::<T>(token, keys);
    }
    count_each::<T>(keys)
}

fn write<T: Ends>(path: CodePath, keys: &[u64], out: &mut [u8]) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512() {
        return super::avx512::write::<T>(token, keys, out);
    } else if let Some(token) = path.avx2() {
        return super::avx2::write::<T>(token, keys, out);
    }
    write_each::<T>(keys, out)
}
