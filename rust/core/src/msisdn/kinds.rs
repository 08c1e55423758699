//! What kind of number an E.164 integer is, and what is doubted of it.
//!
//! Owns the mapping from the entries of the plans to the closed list of kinds. Independent of how a number was written.

use super::INDIA;
use crate::digits::Digits;
use crate::notes::{Kind, Note};
use crate::plan::{self, Class, MobileSeries};

/// What kind of number an E.164 integer is.
#[must_use]
pub fn kind(msisdn: u64) -> Kind {
    kind_under(msisdn, MobileSeries::INDIA)
}

pub(super) fn kind_under(msisdn: u64, series: MobileSeries) -> Kind {
    if let Some(national) = indian_mobile_of(msisdn) {
        return series.kind(national);
    }
    let digits = Digits::of(msisdn);
    let Some(digits) = digits.held() else {
        return Kind::Unknown;
    };
    match (digits, plan::class(digits)) {
        ([9, 1, ..], class) => class.into(),
        (_, Class::None) if !plan::is_possible(digits) => Kind::Unknown,
        _ => Kind::Foreign,
    }
}

/// The kind of a number of one's own country.
impl From<Class> for Kind {
    fn from(class: Class) -> Self {
        match class {
            Class::None => Kind::Unknown,
            Class::Mobile => Kind::Mobile,
            Class::Fixed => Kind::Fixed,
            Class::FixedOrMobile => Kind::FixedOrMobile,
            Class::M2m => Kind::M2m,
            Class::TollFree => Kind::TollFree,
            Class::SharedCost => Kind::SharedCost,
            Class::Premium => Kind::Premium,
            Class::Service => Kind::Service,
            Class::Telemarketing => Kind::Telemarketing,
            Class::Voip => Kind::Voip,
            Class::Personal => Kind::Personal,
            Class::Pager => Kind::Pager,
            Class::Uan => Kind::Uan,
            Class::Voicemail => Kind::Voicemail,
        }
    }
}

pub(super) fn class(msisdn: u64) -> Class {
    Digits::of(msisdn).held().map_or(Class::None, plan::class)
}

/// The national numbers of Indian mobiles: ten digits from 6 on.
pub(crate) const MOBILES: std::ops::Range<u64> = 6_000_000_000..10_000_000_000;

/// The ten national digits of an Indian mobile's E.164 integer.
#[inline]
pub(super) fn indian_mobile_of(msisdn: u64) -> Option<u64> {
    let national = msisdn.wrapping_sub(INDIA);
    MOBILES.contains(&national).then_some(national)
}

/// Whether no handset has the number: one of a service, or digits that stand for no number.
///
/// ```
/// use numguard_core::msisdn::is_in_no_handset;
///
/// assert!(is_in_no_handset(91_1800_123_4567) && is_in_no_handset(919999999999));
/// assert!(!is_in_no_handset(919876543210));
/// ```
#[must_use]
pub fn is_in_no_handset(msisdn: u64) -> bool {
    matches!(kind(msisdn), Kind::TollFree | Kind::Service)
        || warning(msisdn, MobileSeries::INDIA) == Some(Note::Placeholder)
}

/// What is doubted of a number that is read all the same.
#[inline]
pub(super) fn warning(msisdn: u64, series: MobileSeries) -> Option<Note> {
    let national = msisdn.wrapping_sub(INDIA);
    // `abababababab` is `ab` times this; one digit ten times is the case of a equal to b.
    let is_repetition =
        national.is_multiple_of(101_010_101) && (10..100).contains(&(national / 101_010_101));
    // All digits in the order of a keyboard: a landline of Baghpat, if ever it was meant.
    const IN_ORDER: u64 = 1_234_567_890;
    if is_repetition || national == IN_ORDER {
        Some(Note::Placeholder)
    } else if indian_mobile_of(msisdn).is_some_and(|national| !series.lists(national)) {
        Some(Note::UnlistedSeries)
    } else {
        None
    }
}
