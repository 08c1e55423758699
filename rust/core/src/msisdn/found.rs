//! A number that was found in a cell.
//!
//! Owns what is known of it beside its digits: the mend that it took, and how it was dialled. Knows no text.

use super::{class, indian_mobile_of};
use crate::digits::{self, Digits};
use crate::notes::Note;
use crate::plan::{self, Class};

/// A number inside a cell, and the first mend that it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) msisdn: u64,
    pub(super) mend: Option<Note>,
    pub(super) form: Form,
}

/// How the digits of a number were dialled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// As India dials them, or behind a plus: zeros, the country code, a trunk zero.
    #[default]
    Common,
    /// Behind the international prefix of another region, which has so many digits.
    Abroad { prefix: u8 },
    /// As another region dials its own: how many digits the national prefix has without the code of a carrier, and how
    /// many digits are written behind the whole of it.
    Home { prefix: u8, national: u8 },
}

impl Found {
    pub(super) fn plain(country_code: u64, national: &[u8]) -> Self {
        let scale = 10_u64.pow(u32::try_from(national.len()).unwrap_or(0));
        Self {
            msisdn: country_code * scale + digits::value(national),
            mend: None,
            form: Form::Common,
        }
    }

    /// With one more mend; the earliest of the list is the one that is told.
    pub(super) fn mended(self, mend: Option<Note>) -> Self {
        Self {
            mend: self.mend.into_iter().chain(mend).min(),
            ..self
        }
    }

    pub(super) fn is_indian(self) -> bool {
        // No country's code begins as India's does.
        let mut lead = self.msisdn;
        while lead >= 100 {
            lead /= 10;
        }
        lead == 91
    }

    /// Whether it was dialled as a region other than India dials its own, without a sign that a country code follows.
    pub(super) fn is_at_home(self) -> bool {
        matches!(self.form, Form::Home { .. })
    }

    /// Whether it is ten digits behind India's code, whatever the plan says of them.
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
