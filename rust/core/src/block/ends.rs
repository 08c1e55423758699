//! The texts of one length, each from its key.
//!
//! Owns how such a text is computed. It does not depend on instruction sets: each path compiles these functions for its
//! own. One idea: a text of 8 to 16 bytes is its first eight bytes and its last eight, which may overlap. Both are computed
//! from the key in 64-bit lanes, with multiplications of 32 bits only, so that the compiler does it for several keys at
//! once.

use super::imei::luhn_by_byte;
use super::{INDIA, ROWS};
use crate::digits::eight;
use crate::imei;
use crate::msisdn::MOBILES;

/// A text of one length.
pub(super) trait Ends {
    /// The number of bytes, 8 to 16.
    const LEN: usize;
    /// The first key with such a text.
    const FIRST: u64;
    /// The number of such keys from there on.
    const COUNT: u64;
    /// The first eight bytes and the last eight, the first byte in the lowest. Arbitrary for other keys.
    fn ends(key: u64) -> [u64; 2];
}

/// [`Uniform::count`](super::uniform::Uniform::count). Inlined, so that it is compiled for the instructions of a vector path.
#[inline(always)]
pub(super) fn count_each<T: Ends>(keys: &[u64]) -> Option<usize> {
    let (mut others, mut count) = (0, 0);
    for &key in keys {
        let none = u64::from(key == 0);
        others |= u64::from(key.wrapping_sub(T::FIRST) >= T::COUNT) & !none;
        count += 1 - none;
    }
    usize::try_from(count).ok().filter(|_| others == 0)
}

/// [`Uniform::write`](super::uniform::Uniform::write). Inlined, as [`count_each`] is.
#[inline(always)]
pub(super) fn write_each<T: Ends>(keys: &[u64], out: &mut [u8]) -> usize {
    let mut at = 0;
    for keys in keys.chunks(ROWS) {
        let (mut first, mut last) = ([0; ROWS], [0; ROWS]);
        match keys.as_array::<ROWS>() {
            Some(keys) => ends_each::<T>(keys, &mut first, &mut last),
            None => ends_each::<T>(keys, &mut first, &mut last),
        }
        for ((&key, first), last) in keys.iter().zip(first).zip(last) {
            // What is written for a row without a key is overwritten, or is after the last text.
            let Some(text) = out.get_mut(at..at + T::LEN) else {
                assert!(key == 0, "space for every text");
                continue;
            };
            text[..8].copy_from_slice(&first.to_le_bytes());
            text[T::LEN - 8..].copy_from_slice(&last.to_le_bytes());
            at += if key == 0 { 0 } else { T::LEN };
        }
    }
    at
}

#[inline(always)]
fn ends_each<T: Ends>(keys: &[u64], first: &mut [u64; ROWS], last: &mut [u64; ROWS]) {
    for ((&key, first), last) in keys.iter().zip(first).zip(last) {
        [*first, *last] = T::ends(key);
    }
}

/// `+919876543210`
pub(super) struct E164;
/// `919876543210`
pub(super) struct Plain;
/// `98765 43210`
pub(super) struct National;
/// `+91 98765 43210`
pub(super) struct International;
/// `358240051111110`
pub(super) struct Imei14;

/// The digit zero in eight bytes.
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
/// The bits of a lane that a multiplication of 32 bits reads.
const LOW: u64 = (1 << 32) - 1;
/// One more than the largest value of eight digits.
const HALF: u64 = 100_000_000;

impl Ends for E164 {
    const LEN: usize = 13;
    const FIRST: u64 = INDIA;
    const COUNT: u64 = 10_000_000_000;

    #[inline(always)]
    fn ends(key: u64) -> [u64; 2] {
        let (two, eight) = ten_digits(key);
        let country = u64::from_le_bytes(*b"+91\0\0\0\0\0");
        [country | two << 24 | eight << 40, eight]
    }
}

impl Ends for Plain {
    const LEN: usize = 12;
    const FIRST: u64 = INDIA;
    const COUNT: u64 = 10_000_000_000;

    #[inline(always)]
    fn ends(key: u64) -> [u64; 2] {
        let (two, eight) = ten_digits(key);
        let country = u64::from_le_bytes(*b"91\0\0\0\0\0\0");
        [country | two << 16 | eight << 32, eight]
    }
}

impl Ends for National {
    const LEN: usize = 11;
    const FIRST: u64 = INDIA + MOBILES.start;
    const COUNT: u64 = MOBILES.end - MOBILES.start;

    #[inline(always)]
    fn ends(key: u64) -> [u64; 2] {
        let (two, eight) = ten_digits(key);
        let first = two | (eight & 0xff_ffff) << 16 | u64::from(b' ') << 40 | (eight >> 24) << 48;
        [first, grouped(eight)]
    }
}

impl Ends for International {
    const LEN: usize = 15;
    const FIRST: u64 = INDIA + MOBILES.start;
    const COUNT: u64 = MOBILES.end - MOBILES.start;

    #[inline(always)]
    fn ends(key: u64) -> [u64; 2] {
        let (two, eight) = ten_digits(key);
        let country = u64::from_le_bytes(*b"+91 \0\0\0\0");
        [country | two << 32 | eight << 48, grouped(eight)]
    }
}

impl Ends for Imei14 {
    const LEN: usize = 15;
    const FIRST: u64 = 1;
    const COUNT: u64 = imei::KEYS - 1;

    #[inline(always)]
    fn ends(key: u64) -> [u64; 2] {
        let (six, rest) = above_and_below_half(key);
        let (upper, lower) = (eight(six), eight(rest));
        let sums = luhn_by_byte(upper) + luhn_by_byte(lower);
        let sums = sums + (sums >> 32);
        let sums = sums + (sums >> 16);
        let sum = (sums + (sums >> 8)) & 0xff;
        let check = 10 - (sum - tens(sum) * 10);
        // A ten stands for 0.
        let check = check - tens(check) * 10;
        let (upper, lower) = (upper + ZEROS, lower + ZEROS);
        let last = lower >> 8 | (check + u64::from(b'0')) << 56;
        [upper >> 16 | lower << 48, last]
    }
}

/// The last ten digits of an Indian number, in ASCII: two, and eight.
#[inline(always)]
fn ten_digits(key: u64) -> (u64, u64) {
    // The mask changes no Indian number; it keeps other keys within the bounds of the divisions.
    let national = key.wrapping_sub(INDIA) & ((1 << 34) - 1);
    // 10^8 is 2^8 * 390,625, so the lowest eight bits do not change the quotient. Exact for the 26 bits above them.
    let two = (((national >> 8) & LOW) * ((1 << 48) / 390_625 + 1)) >> 48;
    let rest = national - (two & LOW) * HALF;
    let tens = tens(two);
    let digits = tens | (two - tens * 10) << 8;
    (digits + (ZEROS & 0xffff), eight(rest) + ZEROS)
}

/// The quotient and the remainder of a handset's key and 10^8.
#[inline(always)]
fn above_and_below_half(key: u64) -> (u64, u64) {
    // The mask changes no key of a handset.
    let key = key & ((1 << 47) - 1);
    // Both factors are rounded down and lose less than a thousandth of a unit of the quotient, so it is right or one less.
    let quotient = (((key >> 15) & LOW) * ((1 << (43 + 15)) / HALF)) >> 43;
    let rest = key - (quotient & LOW) * HALF;
    let one_less = u64::from(rest >= HALF);
    (quotient + one_less, rest - one_less * HALF)
}

/// The last eight bytes of ten digits in two groups of five.
#[inline(always)]
fn grouped(eight: u64) -> u64 {
    (eight >> 8) & 0xffff | u64::from(b' ') << 16 | (eight >> 24) << 24
}

/// A value below 170 divided by ten.
#[inline(always)]
fn tens(value: u64) -> u64 {
    (value * 103) >> 10
}
