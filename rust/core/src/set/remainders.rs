//! A second index of a small set, for batches with many members.
//!
//! Owns the index, which is built at first use and never saved. Independent of lines and sparse members, which hold the
//! members that do not fit here. One idea (quotienting; Knuth, The Art of Computer Programming 3, 6.4, exercise 13):
//! multiplication by an odd number modulo 2^32 is a bijection. The upper bits of the product choose a word, and the
//! remaining bits, the remainder, are stored in it. So one word decides exactly whether a key is a member, and members
//! and other keys cost the same.

use std::fmt;

/// The most members of a set with this index: its words then fit into the second-level cache.
const LARGEST: usize = 1 << 16;
/// The least binary logarithm of the number of words: a remainder and its present bit then fill a field except for the
/// field's top bit.
const LEAST_LOG2: u32 = 32 - FIELD + 2;
/// Bits of a field. A word has three fields.
pub(super) const FIELD: u32 = 21;
/// The lowest bit of each field.
pub(super) const LOWEST: u64 = 1 | 1 << FIELD | 1 << (2 * FIELD);
/// The top bit of each field, which no remainder sets.
pub(super) const TOP: u64 = LOWEST << (FIELD - 1);
/// All bits of the last field.
const LAST: u64 = ((1 << FIELD) - 1) << (2 * FIELD);
/// Set in a word that has more members than fields: the lines and sparse members must be searched.
pub(super) const OVERFLOWED: u64 = 1 << 63;
/// Odd, with half of its bits set (Fibonacci hashing in 32 bits).
const MULTIPLIER: u64 = 0x9e37_79b9;

/// The remainders of the members within 2^32 numbers.
pub(super) struct Remainders {
    words: Vec<u64>,
    /// The first of these numbers.
    pub(super) first: u64,
    /// Binary logarithm of the number of words.
    pub(super) log2: u32,
    /// Whether every member is in a word, so that no other section must be searched.
    pub(super) complete: bool,
}

/// Where a key is stored if it is a member.
pub(super) struct Place {
    /// The index of its word.
    pub(super) word: usize,
    /// Its remainder, in all three fields.
    pub(super) pattern: u64,
}

impl Remainders {
    /// Builds the index of ascending members; `None` if there are more than [`LARGEST`].
    pub(super) fn of(len: usize, members: impl Iterator<Item = u64>) -> Option<Self> {
        if len > LARGEST {
            return None;
        }
        let members: Vec<u64> = members.take(len).collect();
        let within = most_within(&members);
        let log2 = members.len().next_power_of_two().ilog2().max(LEAST_LOG2);
        let mut made = Self {
            words: vec![0; 1 << log2],
            first: members.get(within.start).copied().unwrap_or(0),
            log2,
            complete: within.len() == members.len(),
        };
        for &key in &members[within] {
            made.put(key);
        }
        Some(made)
    }

    fn put(&mut self, key: u64) {
        let Some(Place { word, pattern }) = self.place(key) else {
            return;
        };
        let word = &mut self.words[word];
        let mut fields = (0..3).map(|field| LAST >> (FIELD * field));
        match fields.find(|&field| *word & field == 0) {
            Some(field) => *word |= pattern & field,
            None => {
                *word |= OVERFLOWED;
                self.complete = false;
            }
        }
    }

    /// Where a key is stored; `None` if it is not among the 2^32 numbers.
    pub(super) fn place(&self, key: u64) -> Option<Place> {
        let from = u32::try_from(key.wrapping_sub(self.first)).ok()?;
        let product = u64::from(from).wrapping_mul(self.multiplier());
        Some(Place {
            word: (product >> (64 - self.log2)) as usize,
            pattern: (product >> 32 & self.remainder() | self.present()) * LOWEST,
        })
    }

    /// The multiplier in the upper half, so that the upper half of a product is the product modulo 2^32.
    pub(super) fn multiplier(&self) -> u64 {
        MULTIPLIER << 32
    }

    /// The mask of a remainder.
    pub(super) fn remainder(&self) -> u64 {
        self.present() - 1
    }

    /// The bit that marks a remainder as present.
    pub(super) fn present(&self) -> u64 {
        1 << (32 - self.log2)
    }

    /// The `2^log2` words.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }
}

/// Whether a field of `word` equals the fields of `pattern`.
pub(super) fn holds(word: u64, pattern: u64) -> bool {
    // An equal field becomes 0, and subtracting 1 from it sets its top bit. A borrow can set the top bit of a field only if
    // a lower field is 0.
    let differing = word & !OVERFLOWED ^ pattern;
    differing.wrapping_sub(LOWEST) & !differing & TOP != 0
}

/// The range of ascending members within 2^32 numbers that has most members.
fn most_within(members: &[u64]) -> std::ops::Range<usize> {
    let (mut best, mut start) = (0..0, 0);
    for (end, &key) in members.iter().enumerate() {
        // The members of damaged bytes may not ascend.
        while key.saturating_sub(members[start]) > u64::from(u32::MAX) {
            start += 1;
        }
        if end + 1 - start > best.len() {
            best = start..end + 1;
        }
    }
    best
}

// The words contain the keys, so they are not shown.
impl fmt::Debug for Remainders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} words", self.words.len())
    }
}
