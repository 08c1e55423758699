//! Digits -> the number that they dial.

use super::international::{abroad, is_national};
use super::{Number, national};
use crate::msisdn::Region;
use crate::naive::pattern;
use crate::notes::Note;

pub(super) fn dialled(digits: &str, plus: bool, region: Region) -> Result<Number, Note> {
    if digits.len() > 24 {
        return Err(Note::TooLong);
    }
    match (region, plus) {
        (Region::Of(plan), true) => return national::signed(digits, plan),
        (Region::Of(plan), false) => return national::bare(digits, plan),
        (Region::Unknown, false) => return Err(Note::UnknownRegion),
        (Region::In | Region::E164 | Region::Unknown, true) => return abroad(digits),
        (Region::In | Region::E164, false) => {}
    }
    match digits {
        short if short.len() < 3 => Err(Note::TooShort),
        zeros if pattern!("^0+$").is_match(zeros) => Err(Note::NotANumber),
        code if code.len() < 7 => Err(Note::ShortCode),
        // 000800 is a toll-free prefix, so it is tested before the international prefix 00.
        toll_free if region == Region::In && is_national(toll_free) => {
            Ok(Number::new(format!("91{toll_free}")))
        }
        zeros if zeros.starts_with("00") => match abroad(&zeros[2..]) {
            Err(Note::PlusWithoutCountryCode)
                if pattern!("^0{2,}[6-9][0-9]{9}$").is_match(zeros) =>
            {
                Err(Note::AmbiguousPrefix)
            }
            result => result,
        },
        bare if region == Region::E164 => abroad(bare),
        _ => domestic(digits),
    }
}

/// Digits as India dials them, when they are neither a national number nor begin with two zeros.
fn domestic(digits: &str) -> Result<Number, Note> {
    if let Some(rest) = digits.strip_prefix('0') {
        if rest.len() < 13 && is_national(rest) {
            return Ok(Number::new(format!("91{rest}")));
        }
        if pattern!("^91[1-9][0-9]{9}$").is_match(rest) {
            return Ok(Number::new(rest).with(Note::TrunkPrefixBeforeCountryCode));
        }
        return Err(if rest.len() < 10 {
            Note::TooShort
        } else {
            Note::TooLong
        });
    }
    match digits.strip_prefix("91") {
        Some(rest) if digits.len() > 10 && is_national(rest) => Ok(Number::new(digits)),
        _ if digits.len() < 10 => Err(Note::TooShort),
        _ => Err(Note::TooLong),
    }
}
