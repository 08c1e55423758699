//! The regions: what is dialled in each before a number, and which digits are a number there.
//!
//! Owns the questions that one region answers. Independent of how a reader uses the answers.

use super::table::REGIONS;
use super::{NUMBERS, Row, country, country_of, country_of_integer, end, is_match, longest, table};

/// The numbering plan of one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RegionPlan(u8);

/// How many national digits a plan allows, beside some digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Possible,
    /// As many as are dialled without the code of the area.
    Local,
    TooShort,
    TooLong,
    /// Fewer than some numbers have and more than others.
    Between,
}

/// National digits without a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stripped {
    held: [u8; HELD],
    count: usize,
    /// How many of the digits stood before those of the number, as they were written.
    pub(crate) prefix: usize,
    /// Whether digits were put in, or taken out of the middle.
    pub(crate) is_transformed: bool,
}

/// As many digits as are looked at: more than any number with its prefixes, and an area code that is put in.
pub(super) const HELD: usize = 32;

impl Stripped {
    pub(crate) fn none(digits: &[u8]) -> Self {
        Self::of(&[], digits, &[], 0)
    }

    fn of(insert: &[u8], kept: &[u8], rest: &[u8], prefix: usize) -> Self {
        let mut held = [0; HELD];
        let mut count = 0;
        for &digit in insert.iter().chain(kept).chain(rest).take(HELD) {
            held[count] = digit;
            count += 1;
        }
        Self {
            held,
            count,
            prefix,
            is_transformed: !insert.is_empty(),
        }
    }

    /// What was stripped of digits that another plan had `stripped` before.
    pub(crate) fn behind(mut self, stripped: Self) -> Self {
        self.prefix += stripped.prefix;
        self.is_transformed |= stripped.is_transformed;
        self
    }

    pub(crate) fn digits(&self) -> &[u8] {
        &self.held[..self.count]
    }
}

impl RegionPlan {
    /// The plan of a region by its two letters (ISO 3166-1, and the few more that libphonenumber has: `AC`, `TA`, `XK`).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::of_letters(name.as_bytes().try_into().ok()?)
    }

    /// The same of the two letters, each a byte of ASCII.
    #[inline]
    #[must_use]
    pub fn of_letters(letters: [u8; 2]) -> Option<Self> {
        let [first, second] = letters.map(|letter| usize::from(letter.wrapping_sub(b'A')));
        let place = NAMED.get(first)?.get(second)?;
        place.checked_sub(1).map(Self)
    }

    /// Every plan, in the order of the names.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..REGIONS.len()).filter_map(|at| u8::try_from(at).ok().map(Self))
    }

    /// Its place in [`NAMES`].
    #[must_use]
    pub fn place(self) -> usize {
        usize::from(self.0)
    }

    /// The two letters.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The country code.
    #[must_use]
    pub fn code(self) -> u16 {
        self.row().code
    }

    /// The first region of the same country code, whose plan reads what is written with the code.
    pub(crate) fn main(self) -> Self {
        country_of(self.code().into()).map_or(self, |country| Self(country.regions[0]))
    }

    pub(super) fn row(self) -> &'static Row {
        &REGIONS[usize::from(self.0)]
    }

    /// How many digits are the prefix of calls to other countries.
    pub(crate) fn abroad(self, digits: &[u8]) -> Option<usize> {
        let width = longest(self.row().abroad, digits)?;
        // No country code begins with a zero.
        (digits.get(width) != Some(&0)).then_some(width)
    }

    /// Whether a zero is dialled before the code of an area.
    pub(crate) fn dials_zero(self) -> bool {
        let is_zero = |start, area| longest(start, &[0, area, area, area, area]) == Some(1);
        let rules = self.row().prefixes;
        (1..=9).any(|area| rules.iter().any(|rule| is_zero(rule.start, area)))
    }

    /// How many digits the national prefix has, without the code of a carrier.
    pub(crate) fn national_prefix(self) -> usize {
        usize::from(self.row().national_prefix)
    }

    /// Whether digits are a short number: an emergency number, a service, what only the region's own phones reach.
    pub(crate) fn is_short(self, digits: &[u8]) -> bool {
        is_match(self.row().short, digits)
    }

    /// Whether national digits may be a number, whatever it is for.
    pub(crate) fn is_viable(self, national: &[u8]) -> bool {
        is_match(self.row().viable, national)
    }

    pub(crate) fn length(self, national: &[u8]) -> Length {
        self.length_of(national.len())
    }

    /// [`length`](Self::length) of so many digits.
    pub(crate) fn length_of(self, count: usize) -> Length {
        let Row { lengths, local, .. } = *self.row();
        let count = count.min(31);
        let is_in = |lengths: u32| lengths >> count & 1 == 1;
        match () {
            () if is_in(local) => Length::Local,
            () if is_in(lengths) => Length::Possible,
            () if lengths >> count == 0 => Length::TooLong,
            () if lengths.trailing_zeros() as usize > count => Length::TooShort,
            () => Length::Between,
        }
    }

    /// The national digits behind a national prefix, the code of a carrier taken off too, an area code put in: as the
    /// first rule that holds has it. Digits that may be a number as they stand are left where the others are none.
    pub(crate) fn without_prefix(self, digits: &[u8]) -> Stripped {
        let taken = self.row().prefixes.iter().find_map(|rule| {
            let end = longest(rule.start, digits)?;
            if rule.is_whole && end < digits.len() {
                return None;
            }
            let (before, after) = (usize::from(rule.before), usize::from(rule.after));
            Some(if rule.keeps {
                Stripped::of(
                    rule.insert,
                    &digits[before..end - after],
                    &digits[end..],
                    before,
                )
            } else {
                Stripped::of(&[], &[], &digits[end..], end)
            })
        });
        match taken {
            Some(taken) if self.is_viable(taken.digits()) || !self.is_viable(digits) => taken,
            _ => Stripped::none(digits),
        }
    }
}

/// One more than the place of each region's two letters; 0 for what is none.
static NAMED: [[u8; 26]; 26] = {
    let mut places = [[0; 26]; 26];
    let mut at = 0;
    while at < REGIONS.len() {
        let name = REGIONS[at].name.as_bytes();
        places[(name[0] - b'A') as usize][(name[1] - b'A') as usize] = at as u8 + 1;
        at += 1;
    }
    places
};

/// How many regions there are.
pub(crate) const COUNT: usize = REGIONS.len();

/// The names that [`region_of`] gives: every region's, and `001` for country codes that are no country's.
pub static NAMES: [&str; REGIONS.len() + 1] = {
    let mut names = ["001"; REGIONS.len() + 1];
    let mut at = 0;
    while at < REGIONS.len() {
        names[at] = REGIONS[at].name;
        at += 1;
    }
    names
};

/// The region of E.164 digits, as a place in [`NAMES`]. Regions that share a country code are distinguished by
/// leading digits of one region only, or by the plan that has the number; otherwise there is none.
///
/// ```
/// use numguard_core::plan::{NAMES, region_of};
///
/// let name = |msisdn| region_of(msisdn).map(|at| NAMES[at]);
/// assert_eq!(name(919876543210), Some("IN"));
/// assert_eq!(name(14165550123), Some("CA"));
/// assert_eq!(name(447400123456), Some("GB"));
/// assert_eq!(name(80012345678), Some("001"));
/// assert_eq!(name(9990000000), None);
/// ```
#[must_use]
pub fn region_of(msisdn: u64) -> Option<usize> {
    if let [region] = country_of_integer(msisdn)?.regions {
        return Some(usize::from(*region));
    }
    let digits = crate::digits::Digits::of(msisdn);
    let digits = digits.held()?;
    let (width, country) = country(digits)?;
    let (class, region) = NUMBERS[end(table::START, digits)];
    if class != super::Class::None {
        return Some(usize::from(region));
    }
    let is_led = |&&region: &&u8| {
        REGIONS
            .get(usize::from(region))
            .is_some_and(|row| row.leading != 0 && longest(row.leading, &digits[width..]).is_some())
    };
    country
        .regions
        .iter()
        .find(is_led)
        .map(|&region| usize::from(region))
}
