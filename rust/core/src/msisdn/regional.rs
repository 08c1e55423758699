//! The forms in which most cells write a number of a region, recognised at once.
//!
//! Owns a shortcut and no rule: [`read`](super::read) gives the same result for every cell. One idea: digits are
//! read by their beginning and their count ([`leads`](super::leads)), and the groups in which they are written by the
//! shape of the cell alone. A column has few shapes, so each is read once.

use std::cell::Cell;

use super::leads::Leads;
use super::verdict::{COUNTS, POWERS, Verdict, When};
use super::written::{self, Written};
use super::{Form, Number};
use crate::digits::{are_digits, eight_digits};
use crate::groupings::Gap;
use crate::plan::RegionPlan;

/// Reads the cells of one region.
#[derive(Clone, Copy)]
pub struct Regional(&'static Leads);

impl Regional {
    /// A reader for a region. The first call for each region takes some milliseconds.
    #[inline]
    #[must_use]
    pub fn of(plan: RegionPlan) -> Self {
        Self(Leads::of(plan))
    }

    /// The same where `cells` more are to be read, and so many were before that the first call is worth its time.
    #[inline]
    #[must_use]
    pub fn after(plan: RegionPlan, cells: u32) -> Option<Self> {
        Leads::after(plan, cells).map(Self)
    }

    /// The number of a cell, or 0 if it is refused; `None` where [`read`](super::read) decides.
    ///
    /// ```
    /// use numguard_core::msisdn::Regional;
    /// use numguard_core::plan::RegionPlan;
    ///
    /// let britain = Regional::of(RegionPlan::named("GB").unwrap());
    /// assert_eq!(britain.key(b"020 7946 0018"), Some(442079460018));
    /// assert_eq!(britain.key(b"020 7946 001"), Some(0));
    /// assert_eq!(britain.key(b"tel. 020 7946 0018"), None);
    /// ```
    #[inline]
    #[must_use]
    pub fn key(self, cell: &[u8]) -> Option<u64> {
        let plus = cell.first() == Some(&b'+');
        let text = &cell[usize::from(plus)..];
        match digits(text) {
            Some(value) => self.of_digits(value, text.len(), plus),
            None => self.of_groups(cell, plus),
        }
    }

    /// The same of an integer: digits as written.
    #[inline]
    #[must_use]
    pub fn key_of_integer(self, value: u64) -> Option<u64> {
        let count = value.checked_ilog10()? as usize + 1;
        COUNTS
            .contains(&count)
            .then(|| self.of_digits(value, count, false))?
    }

    #[inline]
    fn of_digits(self, value: u64, count: usize, plus: bool) -> Option<u64> {
        let verdict = self.0.verdict(value, count, plus);
        let msisdn = verdict.msisdn(value);
        match verdict.when {
            When::Always => Some(msisdn),
            When::Never => Some(0),
            When::Unsure => None,
            When::Known | When::KnownOrUnsure if verdict.is_known(msisdn) => Some(msisdn),
            When::Known => Some(0),
            When::KnownOrUnsure => None,
        }
    }

    /// A cell of several groups.
    fn of_groups(self, cell: &[u8], plus: bool) -> Option<u64> {
        let Parts {
            value,
            count,
            shape,
        } = Parts::of(&cell[usize::from(plus)..])?;
        let verdict = self.0.verdict(value, count, plus);
        let key = match verdict.when {
            When::Unsure => return None,
            When::Never => 0,
            When::Always | When::Known | When::KnownOrUnsure => {
                grouped(cell, verdict, verdict.msisdn(value), shape, plus)?
            }
        };
        // A number that is written twice ends as it begins again.
        (key != 0 || !ends_again(value, count)).then_some(key)
    }
}

/// The number of a cell in groups, whose digits `verdict` is of.
#[inline]
fn grouped(cell: &[u8], verdict: &Verdict, msisdn: u64, shape: Shape, plus: bool) -> Option<u64> {
    if msisdn.is_multiple_of(100) && all_end_in_zeros(cell) {
        return None;
    }
    let shape = Shape {
        form: verdict.form,
        code: verdict.code,
        plus,
        ..shape
    };
    match (listing(shape, cell, msisdn), verdict.when) {
        (Listing::Unsure, _) => None,
        (Listing::Unlisted, _) => Some(0),
        (Listing::OneGroup, When::Always) => Some(msisdn),
        _ if verdict.is_known(msisdn) => Some(msisdn),
        (Listing::OneGroup, When::KnownOrUnsure) => None,
        // Several groups are no number that the plan does not have.
        _ => Some(0),
    }
}

/// Whether each group ends in two zeros: they may be sums.
#[cold]
fn all_end_in_zeros(cell: &[u8]) -> bool {
    cell.split(|byte| !byte.is_ascii_digit())
        .all(|group| group.is_empty() || group.ends_with(b"00"))
}

/// The integer that a cell of eight to sixteen digits writes.
#[inline]
fn digits(text: &[u8]) -> Option<u64> {
    if !(8..=16).contains(&text.len()) {
        return None;
    }
    let (&first, &last) = (text.first_chunk::<8>()?, text.last_chunk::<8>()?);
    let (first, last) = (u64::from_le_bytes(first), u64::from_le_bytes(last));
    if !(are_digits(first) & are_digits(last)) {
        return None;
    }
    let more = text.len() - 8;
    // Both have the digits in the middle, which count once.
    let twice = 64 - 8 * more as u32;
    let last = (last & 0x0F0F_0F0F_0F0F_0F0F)
        .checked_shr(twice)
        .unwrap_or(0);
    let last = last.checked_shl(twice).unwrap_or(0);
    Some(eight_digits(first) * POWERS[more] + eight_digits(last))
}

/// The digits of a cell in groups, and its shape.
struct Parts {
    value: u64,
    count: usize,
    shape: Shape,
}

/// What is known of a cell without the values of its digits.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape {
    /// Two bits a character behind the plus: a digit, a blank, a dash, a bracket.
    signs: u64,
    /// Which of the brackets open.
    opening: u32,
    plus: bool,
    form: Form,
    code: u16,
}

impl Shape {
    const NONE: Self = Self {
        signs: 0,
        opening: 0,
        plus: false,
        form: Form::Common,
        code: 0,
    };
}

/// The longest cell that is taken apart, without its plus.
const LONGEST: usize = 28;

/// What a character is: two bits of [`Shape::signs`], whether it opens a bracket, whether it is anything else.
static SIGNS: [u8; 256] = {
    let mut signs = [OTHER; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        signs[digit as usize] = 0;
        digit += 1;
    }
    signs[b' ' as usize] = 1;
    signs[b'-' as usize] = 2;
    signs[b'(' as usize] = 3 | OPENS;
    signs[b')' as usize] = 3;
    signs
};
const OPENS: u8 = 4;
const OTHER: u8 = 8;

impl Parts {
    #[inline]
    fn of(text: &[u8]) -> Option<Self> {
        let (&first, &last) = (text.first()?, text.last()?);
        if text.len() > LONGEST
            || !(first.is_ascii_digit() || first == b'(')
            || !last.is_ascii_digit()
        {
            return None;
        }
        let (mut value, mut count, mut signs, mut opening, mut all) =
            (0_u64, 0, 1_u64, 0_u32, 0_u8);
        for &byte in text {
            let sign = SIGNS[usize::from(byte)];
            let is_digit = sign == 0;
            let longer = value.wrapping_mul(10).wrapping_add(u64::from(byte & 15));
            value = if is_digit { longer } else { value };
            count += usize::from(is_digit);
            signs = signs << 2 | u64::from(sign & 3);
            opening = opening << 1 | u32::from(sign & OPENS != 0);
            all |= sign;
        }
        (all & OTHER == 0 && COUNTS.contains(&count)).then_some(Self {
            value,
            count,
            shape: Shape {
                signs,
                opening,
                ..Shape::NONE
            },
        })
    }
}

/// Whether the last four digits stand among the others too.
fn ends_again(value: u64, count: usize) -> bool {
    let end = value % 10_000;
    (4..count.saturating_sub(3)).any(|at| value / POWERS[at] % 10_000 == end)
}

/// Whether the groups of a shape are those of a listed format.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listing {
    /// It depends on the digits.
    Unsure,
    /// The groups are those of no format.
    Unlisted,
    /// All national digits stand together.
    OneGroup,
    /// The groups are those of a format.
    Listed,
}

/// Shapes in the cache.
const KEPT: usize = 512;
thread_local! {
    static CACHE: [Cell<(Shape, Listing)>; KEPT] =
        const { [const { Cell::new((Shape::NONE, Listing::Unsure)) }; KEPT] };
}

/// The listing of a shape; `cell` is a cell of this shape and `msisdn` its number.
#[inline]
fn listing(shape: Shape, cell: &[u8], msisdn: u64) -> Listing {
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    let form = match shape.form {
        Form::Common => 0,
        Form::Abroad { prefix } => u64::from(prefix),
        Form::Home { prefix, national } => u64::from(national) << 3 | u64::from(prefix) | 1 << 8,
    };
    let mixed = (shape.signs ^ u64::from(shape.code) << 48 ^ form << 40).wrapping_mul(SPREAD);
    let place = (mixed >> 55) as usize % KEPT;
    CACHE.with(|cache| {
        let (known, listing) = cache[place].get();
        if known == shape {
            return listing;
        }
        let found = Number {
            msisdn,
            mend: None,
            form: shape.form,
        };
        let listing = listing_anew(cell, found, shape.plus);
        cache[place].set((shape, listing));
        listing
    })
}

/// As `run::joined` decides it for a cell whose digits are a number.
#[cold]
fn listing_anew(cell: &[u8], found: Number, plus: bool) -> Listing {
    let Ok(written) = Written::of(cell) else {
        return Listing::Unsure;
    };
    let Some(pieces) = written.pieces() else {
        return Listing::Unsure;
    };
    let width = |at: usize| pieces[at].end - pieces[at].start;
    let may_be_date = (2..pieces.len()).any(|at| {
        let are_dashes = pieces[at - 1].gap == Gap::Dash && pieces[at].gap == Gap::Dash;
        let widths = [width(at - 2), width(at - 1), width(at)];
        are_dashes && matches!(widths, [1..=2, 1..=2, 4] | [4, 1..=2, 1..=2])
    });
    let may_be_another_thing = may_be_date || width(0) == 8 || written.widths_are(&[4, 4, 4]);
    if found.is_indian() || !plus && may_be_another_thing {
        return Listing::Unsure;
    }
    let Some(national) = written.first_national(found) else {
        return Listing::Unlisted;
    };
    let is_one_group = national + 1 == pieces.len();
    // What stands before the other groups may be a number by itself.
    let before: usize = (0..=national).map(width).sum();
    if found.is_at_home() && !is_one_group && before >= super::international::SHORTEST {
        return Listing::Unsure;
    }
    match (written.listing(found), is_one_group) {
        (written::Listing::Unlisted, _) => Listing::Unlisted,
        (_, true) => Listing::OneGroup,
        (written::Listing::Listed, false) => Listing::Listed,
        // The first groups may be a number by themselves.
        (written::Listing::BehindArea, false) => Listing::Unsure,
    }
}
