//! The elements of one run of digits and separators: its groups, the separators between them, its brackets.
//!
//! This module owns the written form of a number, and whether it is a listed one. It does not depend on letters. One
//! idea: first find the digits that are dialled ([`dialled`](super::dialled)); then their written form must be a listed
//! one, or they are separate figures.

use super::gaps::Gaps;
use super::indian::{self, Grouped};
use super::{Form, Number};
use crate::digits::Digits;
use crate::groupings::{self, Gap, NumberingPlan};
use crate::notes::Note;
use crate::plan;

/// The largest number of groups in a number with its prefixes.
pub(super) const PIECES: usize = 18;

/// A group of digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The separator before it.
    pub(super) gap: Gap,
    /// Whether a pair of brackets encloses exactly this group.
    bracketed: bool,
}

impl Piece {
    fn width(self) -> usize {
        self.end - self.start
    }
}

/// A run that may be one number.
pub(super) struct Written<'a> {
    run: &'a [u8],
    held: [Piece; PIECES],
    count: usize,
    pub(super) digits: Digits,
    pub(super) plus: bool,
    /// Whether a point follows it, as in some printed floats.
    pub(super) dangling_point: bool,
    /// Whether the brackets are placed as in numbers.
    brackets_are_right: bool,
    /// The number of groups, from the first, that one pair of brackets encloses, if it encloses several and not all.
    bracketed_together: usize,
}

impl<'a> Written<'a> {
    /// Splits a run into its elements, or returns the note of a character that does not belong to a number.
    pub(super) fn of(run: &'a [u8]) -> Result<Self, Note> {
        let first = run.iter().position(u8::is_ascii_digit);
        let last = run.iter().rposition(u8::is_ascii_digit);
        let (Some(first), Some(last)) = (first, last) else {
            return Err(Note::NotANumber);
        };
        let plus = leading_plus(&run[..first])?;
        let dangling_point = match &run[last + 1..] {
            [b'.'] => true,
            rest if rest.iter().all(|byte| matches!(byte, b' ' | b'(' | b')')) => false,
            _ => return Err(Note::StrayCharacter),
        };
        let mut written = Self {
            run,
            held: [Piece {
                start: 0,
                end: 0,
                gap: Gap::Other,
                bracketed: false,
            }; PIECES],
            count: 0,
            digits: Digits::new(),
            plus,
            dangling_point,
            brackets_are_right: true,
            bracketed_together: 0,
        };
        let mut at = first;
        let mut end = first;
        while at <= last {
            let start = at;
            while at <= last && run[at].is_ascii_digit() {
                written.digits.push(run[at] - b'0');
                at += 1;
            }
            let gap = if written.count == 0 {
                Gap::Touch
            } else {
                Gap::of(&run[end..start])
            };
            written.add(start, at, gap);
            end = at;
            while at <= last && !run[at].is_ascii_digit() {
                if run[at] == b'+' {
                    return Err(Note::StrayCharacter);
                }
                at += 1;
            }
        }
        written.read_brackets();
        Ok(written)
    }

    fn add(&mut self, start: usize, end: usize, gap: Gap) {
        if let Some(slot) = self.held.get_mut(self.count) {
            *slot = Piece {
                start,
                end,
                gap,
                bracketed: false,
            };
        }
        self.count += 1;
    }

    /// The groups, or none if there are more than a number has.
    pub(super) fn pieces(&self) -> Option<&[Piece]> {
        self.held.get(..self.count)
    }

    /// The start of the last group, if only a point separates it from the one before.
    pub(super) fn last_behind_point(&self) -> Option<Piece> {
        let last = *self.pieces()?.last()?;
        (self.count > 1 && last.gap == Gap::Point && self.run[last.start - 1] == b'.')
            .then_some(last)
    }

    pub(super) fn widths_are(&self, widths: &[usize]) -> bool {
        self.pieces().is_some_and(|pieces| {
            pieces
                .iter()
                .map(|piece| piece.width())
                .eq(widths.iter().copied())
        })
    }

    /// Whether a pair of brackets encloses one group or all of them, and a single bracket is the first or the last
    /// character.
    fn read_brackets(&mut self) {
        let mut passed = 0;
        let mut open = None;
        for (at, byte) in self.run.iter().enumerate() {
            match (byte, open) {
                (b'(', None) => open = Some(passed),
                (b'(', Some(_)) => self.brackets_are_right = false,
                (b')', Some(first)) if first + 1 == passed => {
                    if let Some(piece) = self.held.get_mut(first) {
                        piece.bracketed = true;
                    }
                    open = None;
                }
                (b')', Some(0)) if passed < self.count && self.bracketed_together == 0 => {
                    self.bracketed_together = passed;
                    open = None;
                }
                (b')', Some(first)) => {
                    self.brackets_are_right &= first == 0 && passed == self.count;
                    open = None;
                }
                (b')', None) => self.brackets_are_right &= passed == self.count,
                (b'0'..=b'9', _)
                    if self.held.get(passed).is_some_and(|piece| piece.start == at) =>
                {
                    passed += 1;
                }
                _ => {}
            }
        }
        // An opening bracket without a closing one.
        self.brackets_are_right &= open.unwrap_or(0) == 0;
    }

    /// The position of the national digits: the first group that has some, and the number of digits before them in it.
    fn national(&self, found: Number) -> Option<National> {
        let msisdn = Digits::of(found.msisdn);
        let code = plan::code_width(msisdn.held()?)?;
        let digits = self.digits.held()?;
        let written = match found.form {
            Form::Home { national, .. } => usize::from(national),
            Form::Common | Form::Abroad { .. } => msisdn.count() - code,
        };
        let prefix = digits.len().checked_sub(written)?;
        let mut before = 0;
        for (index, piece) in self.pieces()?.iter().enumerate() {
            if before + piece.width() > prefix {
                return Some(National {
                    index,
                    glued: prefix - before,
                    prefix,
                    code,
                });
            }
            before += piece.width();
        }
        None
    }

    /// The number of groups up to the first one with national digits, and whether others follow it.
    pub(super) fn first_national(&self, found: Number) -> Option<usize> {
        self.national(found).map(|national| national.index)
    }

    /// Whether digits stand before the national ones.
    pub(super) fn has_prefix(&self, found: Number) -> bool {
        self.national(found)
            .is_some_and(|national| national.prefix > 0)
    }

    /// The text up to the end of so many groups.
    pub(super) fn up_to(&self, pieces: usize) -> &'a [u8] {
        &self.run[..self.held[pieces - 1].end]
    }

    /// Whether the groups are a listed grouping of this number.
    pub(super) fn listing(&self, found: Number) -> Listing {
        let (Some(pieces), Some(national)) = (self.pieces(), self.national(found)) else {
            return Listing::Unlisted;
        };
        // `(06 1) 234 5678`: the prefix and the area code.
        let together = self.bracketed_together;
        let are_together = found.is_at_home() && together == national.index + 1;
        let is_begun_right = self.brackets_are_right
            && (together == 0 || are_together)
            && self.prefix_is_listed(pieces, &national, found);
        if is_begun_right {
            self.groups_are_listed(&pieces[national.index..], &national, found)
        } else {
            Listing::Unlisted
        }
    }

    /// Whether country code, trunk zero and two zeros are each in one group, alone or before the national digits.
    fn prefix_is_listed(&self, pieces: &[Piece], national: &National, found: Number) -> bool {
        let zeros = self.zeros(national, found);
        let mut before = 0;
        pieces[..=national.index]
            .iter()
            .enumerate()
            .all(|(index, piece)| {
                let is_cut_between_parts = before == 0
                    || before == zeros
                    || before == zeros + national.code
                    || before == national.prefix;
                let gap_is_listed = match piece.gap {
                    Gap::Touch | Gap::Blank | Gap::Dash | Gap::SpacedDash => true,
                    // Digits with a point and no prefix are a coordinate.
                    Gap::Point => self.plus && index == national.index,
                    Gap::Slash | Gap::Other => index == 0,
                };
                before += piece.width();
                is_cut_between_parts && gap_is_listed
            })
    }

    /// The number of zeros before the country code: two for an international call, one for a trunk zero; or the number
    /// of digits of another region's prefix.
    fn zeros(&self, national: &National, found: Number) -> usize {
        let digits = self.digits.held().unwrap_or_default();
        match (found.form, digits) {
            _ if self.plus => 0,
            (Form::Abroad { prefix } | Form::Home { prefix, .. }, _) => usize::from(prefix),
            (Form::Common, [0, 0, ..]) => 2.min(national.prefix),
            (Form::Common, [0, ..]) => 1.min(national.prefix),
            (Form::Common, _) => 0,
        }
    }

    fn groups_are_listed(&self, groups: &[Piece], national: &National, found: Number) -> Listing {
        if groups.len() == 1 {
            return Listing::Listed;
        }
        // Brackets may enclose the first group; a later one only if they enclose all.
        if groups[1..].iter().any(|group| group.bracketed) {
            return Listing::Unlisted;
        }
        let mut widths = [0; PIECES];
        for (width, group) in widths.iter_mut().zip(groups) {
            *width = group.width();
        }
        widths[0] -= national.glued;
        let widths = &widths[..groups.len()];
        let msisdn = Digits::of(found.msisdn);
        let digits = &msisdn.held().unwrap_or_default()[national.code..];
        let gaps = Gaps::of(
            groups[0].bracketed,
            groups[1..].iter().map(|group| group.gap),
        );
        if found.is_indian() {
            let zeros = self.zeros(national, found);
            let is_listed = indian::is_listed(&Grouped {
                found,
                digits,
                widths,
                gaps: &gaps,
                is_explicit: self.plus || zeros >= 2,
                has_trunk_zero: national.prefix == 1 || national.prefix > zeros + national.code,
                has_prefix: self.plus || national.prefix > 0,
            });
            return Listing::when(is_listed, Listing::Listed);
        }
        let code = u16::try_from(found.msisdn / 10_u64.pow(digits.len() as u32)).unwrap_or(0);
        let written_digits = &self.digits.held().unwrap_or_default()[national.prefix..];
        let has_prefix = self.plus || national.prefix > 0;
        if found.is_at_home() && are_figures(widths, written_digits, &gaps, has_prefix) {
            Listing::Unlisted
        } else if plan::has_format(code, widths) && gaps.are_one_country_s() {
            Listing::Listed
        } else {
            let is_listed = plan::has_first_group(code, widths[0], written_digits.len())
                && (has_prefix || is_one_number(widths, gaps.first))
                && gaps.behind_area().is_some_and(|gap| {
                    groupings::is_listed(NumberingPlan::Foreign, gap, widths, false)
                });
            Listing::when(is_listed, Listing::BehindArea)
        }
    }
}

/// Whether groups are a listed grouping.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    Unlisted,
    Listed,
    /// The first is that of a format of the country, the others are of none: so no groups from the first on may be a
    /// number by themselves.
    BehindArea,
}

impl Listing {
    fn when(is_listed: bool, listing: Self) -> Self {
        if is_listed { listing } else { Self::Unlisted }
    }
}

/// Whether two groups without a prefix are no two figures side by side: the first has more digits than marks and counts,
/// the last more than PIN codes.
fn is_one_number(widths: &[usize], gap: Gap) -> bool {
    widths.len() == 2 && widths[0] >= 3 && widths[1] >= 7 && gap != Gap::SpacedDash
}

/// The position of the national digits of a written number.
struct National {
    /// The group in which they begin.
    index: usize,
    /// The number of digits before them in that group.
    glued: usize,
    /// The number of all digits before them.
    prefix: usize,
    /// The number of digits of the country code.
    code: usize,
}

/// Whether groups without a prefix may be separate figures: two groups with a point between them, as in a fraction, or
/// sums that each end in two zeros.
fn are_figures(widths: &[usize], digits: &[u8], gaps: &Gaps, has_prefix: bool) -> bool {
    widths.len() == 2 && gaps.first == Gap::Point
        || !has_prefix && groupings::are_round_sums(widths, digits)
}

/// Characters that may precede the first digit: a plus, brackets, blanks.
fn leading_plus(before: &[u8]) -> Result<bool, Note> {
    let mut plus = false;
    for byte in before {
        match byte {
            b' ' | b'(' | b')' => {}
            b'+' if !plus => plus = true,
            b'-' if !plus => return Err(Note::StraySign),
            _ => return Err(Note::StrayCharacter),
        }
    }
    Ok(plus)
}
