//! A cell of digits and separators only, and the number of a `tel:` address.
//!
//! This module decides the result of such a cell if it is not one number: several, repeats of one, or none. It does not
//! depend on words.

use super::surroundings::after_prefix;
use super::{Number, Region, dialled, run};
use crate::digits::trim;
use crate::notes::Note;

/// A cell of digits and separators only.
pub(super) fn read(text: &[u8], region: Region) -> Result<Number, Note> {
    run::single(text, region).or_else(|refusal| {
        if matches!(
            refusal,
            Note::StraySign | Note::LooksLikeId | Note::NotANumber
        ) {
            return Err(refusal);
        }
        let parts = run::parts(text, region);
        let mut numbers = Vec::new();
        for (part, _) in &parts {
            if let run::Part::Number { found, .. } = part {
                numbers.push(*found);
            }
        }
        let Some(&first) = numbers.first() else {
            return Err(refusal);
        };
        let are_parted = parts.iter().skip(1).any(|&(_, apart)| apart) && text.contains(&b'/');
        match () {
            () if numbers.iter().any(|found| found.msisdn != first.msisdn) => {
                Err(Note::SeveralNumbers)
            }
            () if numbers.len() == parts.len() && numbers.len() > 1 => {
                Ok(first.mended(Some(Note::RepeatedInCell)))
            }
            // `9876543210/11`: a second number, abbreviated.
            () if are_parted => Err(Note::SeveralNumbers),
            () => Err(refusal),
        }
    })
}

/// The number of a cell that has nothing but digits and separators, and no bracket or mark to remove first.
///
/// `Some(Ok)` for a cell that is one number; `Some(Err)` only for a cell of digits without separators that is none; `None`
/// for every other cell, which the caller reads by all rules.
pub(super) fn read_quickly(text: &[u8], region: Region) -> Option<Result<Number, Note>> {
    /// As many digits as a number has with its prefixes.
    const DIGITS: usize = 18;
    /// The same with separators.
    const WIDTH: usize = 28;
    let (&first, &last) = (text.first()?, text.last()?);
    if text.len() > WIDTH
        || !(first.is_ascii_digit() || matches!(first, b'+' | b'('))
        || !last.is_ascii_digit()
    {
        return None;
    }
    let plus = first == b'+';
    let bare = &text[usize::from(plus)..];
    if bare.len() <= DIGITS && bare.iter().all(u8::is_ascii_digit) {
        let mut digits = [0; DIGITS];
        for (digit, byte) in digits.iter_mut().zip(bare) {
            *digit = byte - b'0';
        }
        return Some(dialled::read(&digits[..bare.len()], plus, region));
    }
    let is_plain = text.iter().all(|&byte| run::is_part(byte));
    let found = is_plain.then(|| run::single(text, region).ok())?;
    found.map(Ok)
}

/// What follows `tel:` (RFC 3966): a number and its parameters. A local number is read only in the context of India.
pub(super) fn address(uri: &[u8], region: Region) -> Result<Number, Note> {
    let mut parameters = uri.split(|&byte| byte == b';');
    let number = trim(parameters.next().unwrap_or_default());
    if !number.iter().all(|&byte| run::is_part(byte)) {
        return Err(Note::TextWithDigits);
    }
    let (mut region, mut mend) = (region, None);
    for parameter in parameters {
        if let Some(context) = after_prefix(parameter, &[b"phone-context="]) {
            match context {
                _ if number.contains(&b'+') => {}
                b"+91" => region = Region::In,
                _ => return Err(Note::TextWithDigits),
            }
        } else if after_prefix(parameter, &[b"ext="]).is_some_and(|digits| {
            (1..=6).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
        }) {
            mend = Some(Note::ExtensionRemoved);
        } else {
            return Err(Note::TextWithDigits);
        }
    }
    read(number, region).map(|found| found.mended(mend))
}
