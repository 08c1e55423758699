//! Characters -> decimal digits and the few other characters that matter.
//!
//! The only module that handles Unicode. All later ones read **folded** text: one byte a character, ASCII, with the
//! digits, dashes and spaces of every script turned into `0`-`9`, `-` and ` `, and without invisible characters. It
//! does not depend on the meaning of the digits.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A letter of a script other than Latin, in folded text.
pub(crate) const LETTER: u8 = 0x80;
/// Anything else that is not ASCII, in folded text.
pub(crate) const SYMBOL: u8 = 0x81;
/// The infinity sign, in folded text.
pub(crate) const INFINITY: u8 = 0x82;

/// 2^53: every smaller integer is a float too; from it on a float may have been rounded.
pub const INEXACT: f64 = 9_007_199_254_740_992.0;

/// The zeros of all runs of ten decimal digits in Unicode 17 (general category Nd) except the ASCII one.
static ZEROS: [u32; 76] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50,
    0x11DA0, 0x11DE0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE,
    0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// A decimal digit of any script.
pub(crate) fn digit(character: char) -> Option<u8> {
    let code = u32::from(character);
    if code < 0x80 {
        return u8::try_from(code)
            .ok()
            .filter(u8::is_ascii_digit)
            .map(|byte| byte - b'0');
    }
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= code)].last()?;
    u8::try_from(code - zero).ok().filter(|&value| value < 10)
}

/// A cell as folded text, with the original character of each byte.
pub(crate) struct Folded<'a> {
    bytes: Cow<'a, [u8]>,
    /// One character for each byte; empty if all are ASCII.
    characters: Vec<char>,
}

impl<'a> Folded<'a> {
    /// Folds a cell. ASCII is borrowed without a copy. Of equivalent spellings of one character the composed one (NFC)
    /// is read: file systems and some keyboards write vowel signs in two parts.
    pub(crate) fn of(cell: &'a str) -> Self {
        if cell.is_ascii() {
            return Self {
                bytes: Cow::Borrowed(cell.as_bytes()),
                characters: Vec::new(),
            };
        }
        if is_nfc_quick(cell.chars()) == IsNormalized::Yes {
            Self::of_characters(cell.chars())
        } else {
            Self::of_characters(cell.nfc())
        }
    }

    fn of_characters(characters: impl Iterator<Item = char>) -> Self {
        let (bytes, characters): (Vec<u8>, Vec<char>) = characters
            .filter_map(|character| Some((folded(character)?, character)))
            .unzip();
        Self {
            bytes: Cow::Owned(bytes),
            characters,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The original character of a byte of the folded text.
    pub(crate) fn character(&self, at: usize) -> char {
        self.characters
            .get(at)
            .copied()
            .unwrap_or_else(|| char::from(self.bytes[at]))
    }

    /// The start of `part`, a slice of the folded text, in it.
    pub(crate) fn place(&self, part: &[u8]) -> usize {
        part.as_ptr().addr() - self.bytes.as_ptr().addr()
    }
}

/// The folded byte of a character; `None` if it is invisible.
fn folded(character: char) -> Option<u8> {
    let code = u32::from(character);
    if let Ok(byte) = u8::try_from(code)
        && byte.is_ascii()
    {
        return Some(byte);
    }
    if let Some(value) = digit(character) {
        return Some(b'0' + value);
    }
    Some(match code {
        // Soft hyphen, zero-width characters, direction marks, isolates and embeddings, BOM, variation selectors.
        0xAD
        | 0x61C
        | 0x180E
        | 0x200B..=0x200F
        | 0x202A..=0x202D
        | 0x2060..=0x206F
        | 0xFEFF
        | 0xFE00..=0xFE0F => {
            return None;
        }
        // A right-to-left override shows the digits in another order than they are stored, so it is kept as a symbol.
        0x202E => SYMBOL,
        0xA0 | 0x1680 | 0x2000..=0x200A | 0x202F | 0x205F | 0x3000 => b' ',
        0x85 | 0x2028 | 0x2029 => b'\n',
        // General category Pd, the minus sign and the hyphen bullet.
        0x58A
        | 0x5BE
        | 0x1400
        | 0x1806
        | 0x2010..=0x2015
        | 0x2043
        | 0x2212
        | 0x2E17
        | 0x2E1A
        | 0x2E3A
        | 0x2E3B
        | 0x2E40
        | 0x2E5D
        | 0x301C
        | 0x3030
        | 0x30A0
        | 0xFE31
        | 0xFE32
        | 0xFE58
        | 0xFE63
        | 0x10D6E
        | 0x10EAD => b'-',
        0xFE62 => b'+',
        0x2018..=0x201B | 0x2BC | 0xB4 | 0x2032 => b'\'',
        0x201C..=0x201F | 0x2033 | 0xAB | 0xBB => b'"',
        0x66B => b'.',
        0x66C | 0x60C | 0x3001 | 0x964 | 0x965 => b',',
        0x221E => INFINITY,
        0x2022 | 0x25CF | 0x2217 => b'*',
        0x20A0..=0x20C0 | 0xA2..=0xA5 => b'$',
        // Full-width forms of ASCII.
        0xFF01..=0xFF5E => u8::try_from(code - 0xFEE0).unwrap_or(SYMBOL),
        // Vowel signs and viramas of Indian scripts are marks, not letters, and occur within words.
        0x300..=0x36F | 0x900..=0xDFF => LETTER,
        _ if character.is_alphabetic() => LETTER,
        _ => SYMBOL,
    })
}

/// Whether a folded byte is a letter. An underscore joins words, so it is one.
pub(crate) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == LETTER || byte == b'_'
}

/// Whether a folded byte breaks the line.
pub(crate) fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0x0B | 0x0C)
}

/// Removes blanks, tabs and line breaks at both ends.
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    let blank = |byte: u8| matches!(byte, b' ' | b'\t') || is_line_break(byte);
    while let [first, rest @ ..] = text
        && blank(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && blank(*last)
    {
        text = rest;
    }
    text
}

/// The integer with these digits (each 0 to 9), at most nineteen.
pub(crate) fn value(digits: &[u8]) -> u64 {
    debug_assert!(digits.len() <= 19);
    digits
        .iter()
        .fold(0, |value, &digit| value * 10 + u64::from(digit))
}

/// The values of the sixteen digits of an integer below 10^16, the first in the lowest byte, with leading zeros.
#[inline]
pub(crate) fn sixteen(value: u64) -> u128 {
    const HALF: u64 = 100_000_000;
    u128::from(eight(value / HALF)) | u128::from(eight(value % HALF)) << 64
}

/// The values of eight digits: two halves of four digits, then four pairs, then eight digits, each step in parallel.
///
/// Inlined, so that it is compiled for the instructions of a vector path.
#[inline(always)]
pub(crate) fn eight(value: u64) -> u64 {
    // A multiplication of 32 bits, exact for eight digits: unlike a division, it exists in every lane of a vector.
    let upper = ((value & 0xffff_ffff) * 109_951_163) >> 40;
    let fours = upper | ((value - upper * 10_000) << 32);
    // Divisions by 100 and 10 as multiplications, exact for four digits and for two.
    let upper = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = upper | ((fours - upper * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((pairs - tens * 10) << 8)
}

/// A few digits, each 0 to 9, that need no heap. Past `CAPACITY` only their number is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits {
    held: [u8; Self::CAPACITY],
    count: usize,
}

impl Digits {
    /// More than any number, IMEI, or prefix has.
    const CAPACITY: usize = 24;

    pub(crate) const fn new() -> Self {
        Self {
            held: [0; Self::CAPACITY],
            count: 0,
        }
    }

    /// The digits of an integer.
    pub(crate) fn of(value: u64) -> Self {
        const SIXTEEN: u64 = 10_000_000_000_000_000;
        let last = sixteen(value % SIXTEEN);
        if value >= SIXTEEN {
            let mut digits = Self::of(value / SIXTEEN);
            for digit in last.to_le_bytes() {
                digits.push(digit);
            }
            return digits;
        }
        let mut digits = Self {
            count: value.checked_ilog10().map_or(1, |log| log as usize + 1),
            ..Self::new()
        };
        let leading_zeros = 16 - digits.count as u32;
        digits.held[..16].copy_from_slice(&(last >> (8 * leading_zeros)).to_le_bytes());
        digits
    }

    pub(crate) fn push(&mut self, digit: u8) {
        if let Some(slot) = self.held.get_mut(self.count) {
            *slot = digit;
        }
        self.count += 1;
    }

    /// The number of digits pushed, stored or not.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The digits, or none if there are too many to store.
    pub(crate) fn held(&self) -> Option<&[u8]> {
        self.held.get(..self.count)
    }
}

/// Whether eight bytes are ASCII digits: each minus `0` is below 10, so that adding 0x76 leaves its highest bit 0.
///
/// ```
/// use numguard_core::digits::{are_digits, eight_digits};
///
/// let word = u64::from_le_bytes(*b"98765432");
/// assert!(are_digits(word));
/// assert_eq!(eight_digits(word), 98_765_432);
/// ```
#[inline]
#[must_use]
pub fn are_digits(word: u64) -> bool {
    let digits = word ^ 0x3030_3030_3030_3030;
    // Only a byte with its own highest bit set carries into the next one.
    (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 == 0
}

/// The value of eight ASCII digits, the first in the lowest byte: pairs, then fours, then all eight. Arbitrary for other
/// bytes.
#[inline]
#[must_use]
pub fn eight_digits(word: u64) -> u64 {
    let pairs = (word & 0x0F0F_0F0F_0F0F_0F0F).wrapping_mul(2561) >> 8;
    let fours = (pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(6_553_601) >> 16;
    (fours & 0x0000_FFFF_0000_FFFF).wrapping_mul(42_949_672_960_001) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_of_unicode_has_its_value() {
        let mut seen = 0;
        for character in (0..=0x10_FFFF).filter_map(char::from_u32) {
            if let Some(value) = digit(character) {
                // The standard library knows that it is numeric, but not which digit: its neighbours decide.
                assert!(character.is_numeric(), "U+{:04X}", u32::from(character));
                let zero = char::from_u32(u32::from(character) - u32::from(value)).unwrap();
                assert_eq!(digit(zero), Some(0));
                seen += 1;
            }
        }
        assert_eq!(seen, (ZEROS.len() + 1) * 10);
    }

    #[test]
    fn circled_and_superscript_digits_are_not_digits() {
        for character in ['①', '²', '½', 'Ⅷ', '九'] {
            assert_eq!(digit(character), None);
        }
    }

    #[test]
    fn integers_have_the_digits_that_are_printed() {
        let powers = (0..20).map(|power| 10_u64.pow(power));
        for value in powers.flat_map(|power| [power - 1, power, power + 7, power.wrapping_mul(7)]) {
            let digits = Digits::of(value);
            let printed = value.to_string();
            assert!(
                digits
                    .held()
                    .unwrap()
                    .iter()
                    .map(|digit| digit + b'0')
                    .eq(printed.bytes())
            );
        }
    }

    #[test]
    fn too_many_digits_are_counted_and_not_held() {
        let mut digits = Digits::new();
        (0..30).for_each(|_| digits.push(1));
        assert_eq!((digits.count(), digits.held()), (30, None));
        assert_eq!(Digits::of(0).held(), Some(&[0][..]));
        assert_eq!(Digits::of(u64::MAX).count(), 20);
    }
}
