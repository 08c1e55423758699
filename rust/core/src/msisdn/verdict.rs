//! What is known of digits by the first of them and their count.
//!
//! Owns the answer and its meaning: whether such digits are a number, and which one. It does not depend on plans of
//! regions ([`ahead`](super::ahead) gives the answers) nor on tables ([`leads`](super::leads) stores them). One idea: the
//! number is the integer that the digits write, plus one figure for what was taken off before it and for the country
//! code.

use super::Form;
use super::international::{LONGEST, SHORTEST};
use crate::digits::{sixteen, value};
use crate::plan;
use crate::plan::ahead::{Ahead, behind_code, is_known};

/// How many of the first digits are looked at.
pub(super) const DEEPEST: usize = 6;

/// How many digits there may be, with their prefixes.
pub(super) const COUNTS: std::ops::Range<usize> = SHORTEST..LONGEST + 4;

/// The powers of ten.
pub(super) const POWERS: [u64; COUNTS.end] = {
    let mut powers = [1; COUNTS.end];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// When digits are a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum When {
    /// The other digits must be asked.
    Unsure,
    Never,
    Always,
    /// Where the plan knows the number, and not otherwise.
    Known,
    /// Where the plan knows the number; otherwise the digits must be asked.
    KnownOrUnsure,
}

/// What is known of digits by the first of them and their count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Verdict {
    pub(super) when: When,
    /// Whether the plan knows the number, whatever follows.
    is_certain: bool,
    /// The number, less the integer that the digits write.
    offset: u64,
    pub(super) form: Form,
    pub(super) code: u16,
    /// The state of the plans behind the country code.
    behind_code: u16,
}

impl Verdict {
    pub(super) const UNSURE: Self = Self::none(When::Unsure);
    pub(super) const NEVER: Self = Self::none(When::Never);

    pub(super) const fn none(when: When) -> Self {
        Self {
            when,
            is_certain: false,
            offset: 0,
            form: Form::Common,
            code: 0,
            behind_code: 0,
        }
    }

    /// The number of digits that are those `whole`, country code first, with what was dialled before taken off.
    pub(super) fn read(
        when: When,
        digits: &Ahead,
        code: u16,
        national: &Ahead,
        form: Form,
    ) -> Self {
        let whole = u64::from(code) * POWERS[national.lead().len()] + value(national.lead());
        Self {
            when,
            is_certain: is_known(code, national) == Some(true),
            offset: whole
                .wrapping_sub(value(digits.lead()))
                .wrapping_mul(POWERS[digits.unknown()]),
            form,
            code,
            behind_code: behind_code(code),
        }
    }

    /// The number of the digits that write this integer.
    #[inline]
    pub(super) fn msisdn(&self, value: u64) -> u64 {
        value.wrapping_add(self.offset)
    }

    /// Whether the plans know its number.
    #[inline]
    pub(super) fn is_known(&self, msisdn: u64) -> bool {
        if self.is_certain {
            return true;
        }
        let digits = sixteen(msisdn);
        let zeros = digits.trailing_zeros() as usize / 8;
        let digits = &digits.to_le_bytes()[zeros + self.code.ilog10() as usize + 1..];
        plan::is_known_behind(self.behind_code, digits)
    }
}
