//! The gaps between the groups of a number, as the lists of groupings need them.
//!
//! Owns which of several gaps may differ. It does not depend on digits.

use crate::groupings::Gap;

/// The gaps between the groups of the national digits.
pub(super) struct Gaps {
    pub(super) first: Gap,
    pub(super) first_is_bracketed: bool,
    /// The kind of all separators after the first, or the reason why there is none.
    rest: Option<Gap>,
    /// Whether every separator after the first is a blank or a dash.
    rest_is_blank_or_dash: bool,
    count: usize,
}

impl Gaps {
    /// The gaps before the second and each later group, of which there are at least two; and whether the first group is
    /// in brackets.
    pub(super) fn of(
        first_is_bracketed: bool,
        mut gaps: impl Iterator<Item = Gap> + Clone,
    ) -> Self {
        let count = gaps.clone().count();
        let first = gaps.next().unwrap_or(Gap::Touch);
        let kind = gaps.clone().next();
        Self {
            first,
            first_is_bracketed,
            rest: kind.filter(|&kind| gaps.clone().all(|gap| gap == kind)),
            rest_is_blank_or_dash: gaps
                .all(|gap| matches!(gap, Gap::Blank | Gap::Dash | Gap::SpacedDash)),
            count,
        }
    }

    /// The kind of all separators.
    pub(super) fn all(&self) -> Option<Gap> {
        match self.rest {
            None if self.count == 1 => Some(self.first),
            rest => rest.filter(|&gap| gap == self.first),
        }
    }

    /// The kind of all separators but the first, which may differ after an area code or brackets.
    pub(super) fn but_the_first(&self, is_area: bool) -> Option<Gap> {
        let may_differ = is_area && matches!(self.first, Gap::Blank | Gap::Dash | Gap::SpacedDash)
            || self.first_is_bracketed
                && matches!(
                    self.first,
                    Gap::Touch | Gap::Blank | Gap::Dash | Gap::SpacedDash
                );
        match self.rest {
            None if self.count > 1 => None,
            None if self.first == Gap::Touch => self.first_is_bracketed.then_some(Gap::Blank),
            Some(gap) if may_differ => Some(gap),
            _ => self.all(),
        }
    }

    /// Whether the separators are those of a country's format: blanks and dashes, or points.
    pub(super) fn are_one_country_s(&self) -> bool {
        self.first_is_right() && self.rest_is_blank_or_dash || self.all() == Some(Gap::Point)
    }

    fn first_is_right(&self) -> bool {
        matches!(self.first, Gap::Blank | Gap::Dash | Gap::SpacedDash)
            || self.first_is_bracketed && self.first == Gap::Touch
    }

    /// The kind of all separators behind an area code, a blank where there are none.
    pub(super) fn behind_area(&self) -> Option<Gap> {
        let rest = match self.count {
            1 => Some(Gap::Blank),
            _ => self.rest,
        };
        rest.filter(|_| self.first_is_right())
    }
}
