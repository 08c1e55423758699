//! A small set once more, for batches that are full of its members.
//!
//! Owns a second index beside the bytes of a set, made when it is first of use and never saved. Independent of lines
//! and sparse members: a member that it cannot place, it leaves to them. One idea (Knuth's quotienting, The Art of Computer Programming
//! 3, 6.4, exercise 13): a number below 2^32 times an odd one, modulo 2^32, is another such number, and no two become
//! the same. Its upper bits choose a word; what remains of it, the remainder, is stored there. So one word tells a
//! member from any other key beyond doubt, at the same cost whichever it is.

use std::fmt;

/// Most members of a set that gets one: the words then stay in the second cache.
const LARGEST: usize = 1 << 16;
/// Least binary logarithm of the number of words: a remainder, with the bit that marks it as present, fills a field but
/// for its top bit.
const LEAST_LOG2: u32 = 32 - FIELD + 2;
/// Bits of a field, of which a word has three.
pub(super) const FIELD: u32 = 21;
/// Each field's lowest bit.
pub(super) const LOWEST: u64 = 1 | 1 << FIELD | 1 << (2 * FIELD);
/// Each field's top bit, which no remainder sets.
pub(super) const TOP: u64 = LOWEST << (FIELD - 1);
/// All bits of the last field.
const LAST: u64 = ((1 << FIELD) - 1) << (2 * FIELD);
/// Set in a word that had more members than fields: only lines and sparse members decide.
pub(super) const CROWDED: u64 = 1 << 63;
/// Odd, and half of its bits set (Fibonacci hashing, in 32 bits).
const MULTIPLIER: u64 = 0x9e37_79b9;

/// The remainders of the members within 2^32 numbers.
pub(super) struct Remainders {
    words: Vec<u64>,
    /// The first of the numbers.
    pub(super) first: u64,
    /// Binary logarithm of the number of words.
    pub(super) log2: u32,
    /// Whether every member is in a word, so that nobody else need be asked.
    pub(super) complete: bool,
}

/// Where a key is to be looked for.
pub(super) struct Place {
    pub(super) word: usize,
    /// Its remainder, in all three fields.
    pub(super) pattern: u64,
}

impl Remainders {
    /// Those of ascending members, if they are few enough.
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
                *word |= CROWDED;
                self.complete = false;
            }
        }
    }

    /// Where a key is to be looked for; nowhere if it is not among the numbers.
    pub(super) fn place(&self, key: u64) -> Option<Place> {
        let from = u32::try_from(key.wrapping_sub(self.first)).ok()?;
        let product = u64::from(from).wrapping_mul(self.multiplier());
        Some(Place {
            word: (product >> (64 - self.log2)) as usize,
            pattern: (product >> 32 & self.remainder() | self.there()) * LOWEST,
        })
    }

    /// The multiplier, in the upper half, so that a product's is what it is modulo 2^32.
    pub(super) fn multiplier(&self) -> u64 {
        MULTIPLIER << 32
    }

    /// The bits of a remainder.
    pub(super) fn remainder(&self) -> u64 {
        self.there() - 1
    }

    /// The bit that marks a remainder as present.
    pub(super) fn there(&self) -> u64 {
        1 << (32 - self.log2)
    }

    /// The words, `2^log2` of them.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }
}

/// Whether a field of `word` holds what the fields of `pattern` do.
pub(super) fn holds(word: u64, pattern: u64) -> bool {
    // A field in which all bits agree becomes 0; taking 1 from it, and from no field below, borrows into the top bit.
    let differing = word & !CROWDED ^ pattern;
    differing.wrapping_sub(LOWEST) & !differing & TOP != 0
}

/// The 2^32 numbers that hold most of the ascending members.
fn most_within(members: &[u64]) -> std::ops::Range<usize> {
    let (mut best, mut start) = (0..0, 0);
    for (end, &key) in members.iter().enumerate() {
        // Those of damaged bytes need not ascend.
        while key.saturating_sub(members[start]) > u64::from(u32::MAX) {
            start += 1;
        }
        if end + 1 - start > best.len() {
            best = start..end + 1;
        }
    }
    best
}

// What it holds are the keys, in another form.
impl fmt::Debug for Remainders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} words", self.words.len())
    }
}
