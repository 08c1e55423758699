//! Division of words that are multiples of a constant, which also decides whether they are.
//!
//! One idea: **a division without a remainder is one multiplication modulo 2^64**, by the inverse of the odd part of the
//! divisor, and a rotation for its powers of two; the quotient of any other word is too large (Granlund and Montgomery,
//! Division by Invariant Integers using Multiplication, 1994, section 9). So a column is divided without a branch a row.

/// The quotient of a multiple of `UNIT`. Of any other word it is more than [`most`].
#[inline]
#[must_use]
pub fn quotient<const UNIT: u64>(word: u64) -> u64 {
    let twos = const { UNIT.trailing_zeros() };
    let inverse = const { inverse(UNIT >> UNIT.trailing_zeros()) };
    word.wrapping_mul(inverse).rotate_right(twos)
}

/// The largest quotient of a word and `UNIT`.
#[must_use]
pub const fn most<const UNIT: u64>() -> u64 {
    u64::MAX / UNIT
}

/// The inverse of an odd number modulo 2^64, by Newton's method: each step doubles the number of correct bits, from three
/// in the number itself.
const fn inverse(odd: u64) -> u64 {
    let (mut inverse, mut bits) = (odd, 3);
    while bits < u64::BITS {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        bits *= 2;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_that_of_a_division<const UNIT: u64>(word: u64) {
        let whole = word - word % UNIT;
        assert_eq!(quotient::<UNIT>(whole), whole / UNIT);
        assert_eq!(quotient::<UNIT>(word) <= most::<UNIT>(), word == whole);
    }

    proptest! {
        #[test]
        fn a_quotient_is_that_of_a_division(any in any::<u64>(), bits in 0..64u32, near in 0..3u64) {
            for word in [any >> bits, any >> bits << bits, near, u64::MAX - near] {
                is_that_of_a_division::<1>(word);
                is_that_of_a_division::<7>(word);
                is_that_of_a_division::<64>(word);
                is_that_of_a_division::<1_000>(word);
                is_that_of_a_division::<1_000_000>(word);
            }
        }
    }
}
