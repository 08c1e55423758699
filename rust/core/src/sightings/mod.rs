//! Sightings without a walk: the keys in several sources, and the periods of each key with each other.
//!
//! Owns the two rules and the form in which sightings wait for them. One idea: **a key is mixed once, and its bits then
//! say where it goes.** The mixing is a bijection of 50 bits, so a key is known again; its first bits are the part that it
//! belongs to, the next ones its place within, and no hash table is needed.

pub mod changes;
pub mod common;
mod record;
mod scatter;

pub use record::Piece;
pub use scatter::Scattered;

/// Bits of a key: numbers have at most fifteen digits, handsets fourteen.
const KEY_BITS: u32 = 50;
const KEY: u64 = (1 << KEY_BITS) - 1;

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
/// `FACTOR * INVERSE` is 1 modulo 2^64, and so modulo 2^50.
const INVERSE: u64 = 0xF1DE_83E1_9937_733D;

/// A key whose first bits are spread evenly; 0 of 0 alone.
#[must_use]
pub fn mixed(key: u64) -> u64 {
    debug_assert!(key <= KEY, "a key has fifteen digits at the most");
    key.wrapping_mul(FACTOR) & KEY
}

/// The key of which [`mixed`] gave this.
#[must_use]
pub fn unmixed(mixed: u64) -> u64 {
    mixed.wrapping_mul(INVERSE) & KEY
}

/// Replaces each count by the sum of all counts up to it. Returns the last sum.
fn add_up(counts: &mut [u32]) -> u32 {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_loses_nothing() {
        assert_eq!(FACTOR.wrapping_mul(INVERSE), 1);
        for key in (0..1000).chain([919_876_543_210, 999_999_999_999_999, KEY]) {
            assert_eq!(unmixed(mixed(key)), key);
        }
        assert_eq!(mixed(0), 0);
    }
}
