//! A number that was found in a cell.
//!
//! It has the mend of the number and how it was dialled, besides its digits. It does not depend on text.

use super::{class, indian_mobile_of};
use crate::digits::{self, Digits};
use crate::notes::Note;
use crate::plan::{self, Class};

/// A number in a cell, and its first mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) msisdn: u64,
    pub(super) mend: Option<Note>,
    pub(super) form: Form,
}

/// How the digits of a number were dialled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// As in India, or after a plus: zeros, the country code, a trunk zero.
    #[default]
    Common,
    /// After the international prefix of another region, which has so many digits.
    Abroad { prefix: u8 },
    /// As a national number of another region: the number of digits of the national prefix without a carrier code, and
    /// the number of digits after the whole prefix.
    Home { prefix: u8, national: u8 },
}

impl Number {
    pub(super) fn plain(country_code: u64, national: &[u8]) -> Self {
        let scale = 10_u64.pow(u32::try_from(national.len()).unwrap_or(0));
        Self {
            msisdn: country_code * scale + digits::value(national),
            mend: None,
            form: Form::Common,
        }
    }

    /// The number with one more mend; the first in the order of the list is kept.
    pub(super) fn mended(self, mend: Option<Note>) -> Self {
        Self {
            mend: self.mend.into_iter().chain(mend).min(),
            ..self
        }
    }

    pub(super) fn is_indian(self) -> bool {
        // No other country's code begins with India's.
        let mut lead = self.msisdn;
        while lead >= 100 {
            lead /= 10;
        }
        lead == 91
    }

    /// Whether it was dialled as a national number of a region other than India, without a sign of a country code.
    pub(super) fn is_at_home(self) -> bool {
        matches!(self.form, Form::Home { .. })
    }

    /// How many digits were written behind the prefixes, where it was dialled at home.
    pub(super) fn national_width(self) -> usize {
        match self.form {
            Form::Home { national, .. } => national.into(),
            Form::Common | Form::Abroad { .. } => 0,
        }
    }

    /// Whether an area code was put in, which neighbours leave out.
    pub(super) fn is_local(self) -> bool {
        let width = |number: u64| number.checked_ilog10().map_or(0, |last| last as usize + 1);
        let national = || width(self.msisdn) - width(self.country_code().into());
        self.is_at_home() && national() > self.national_width()
    }

    /// Whether it was written as a year is: some regions have numbers of four digits.
    pub(super) fn is_like_year(self) -> bool {
        let is_short = matches!(
            self.form,
            Form::Home {
                prefix: 0,
                national: 4
            }
        );
        is_short && (1900..2100).contains(&(self.msisdn % 10_000))
    }

    /// Whether it is India's code and ten digits, in the plan or not.
    pub(super) fn is_ten_indian(self) -> bool {
        (911_000_000_000..920_000_000_000).contains(&self.msisdn)
    }

    /// The code of its country, or 0.
    pub(super) fn country_code(self) -> u16 {
        plan::code_of(Digits::of(self.msisdn).held().unwrap_or_default())
    }

    pub(super) fn is_indian_mobile(self) -> bool {
        indian_mobile_of(self.msisdn).is_some()
    }

    pub(super) fn class(self) -> Class {
        class(self.msisdn)
    }
}
