//! The binary layout of a set: the header, its invariants, and the view that every search reads.
//!
//! Sixteen words of header, then four sections. Each begins at a cache line, and each may be empty:
//!
//! | section | holds |
//! |---|---|
//! | filter | a power of two of words; each member sets two bits of one word |
//! | lines | consecutive ranges of numbers where members are dense ([`super::line`]) |
//! | sparse | the members that are in no line, ascending |
//! | slots | a hash table of indices of sparse members: tag in the high bits, index + 1 in the low bits, 0 if empty |
//!
//! Only counts are stored. The offsets of the sections follow from them, so no offsets can contradict each other, and a
//! file has exactly one valid length. The header is checked when a set is opened, the contents of the sections are not:
//! every search stays in bounds by arithmetic on their lengths, whatever it reads.

use super::line::{Cut, Line};
use super::{FrozenSet, KeyType};
use crate::Error;

// Saved sets are little-endian and searched in place.
#[cfg(target_endian = "big")]
compile_error!("numguard's sets are little-endian, so it does not build for big-endian machines");

/// `numguard` in ASCII, read as a little-endian word.
const MAGIC: u64 = u64::from_le_bytes(FrozenSet::MAGIC);
/// Increased whenever the same keys would give other bytes.
const VERSION: u32 = 1;
/// Words of header.
pub(super) const HEADER: usize = 16;
/// Words in a cache line.
const CACHE_LINE: usize = 8;
/// The index of the checksum, which covers all words after it.
pub(super) const CHECKSUM: usize = 1;
/// Slots after the last one that a key can hash to. A search may continue into them but not past them.
pub(super) const OVERRUN: usize = 256;

/// Odd multipliers that spread keys over 64 bits (Fibonacci hashing). A set uses the first that spreads it well, so keys
/// chosen to collide under one of them do no harm.
pub(super) const MULTIPLIERS: [u64; 4] = [
    0x9e37_79b9_7f4a_7c15,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
];

/// The fields of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) key_type: KeyType,
    /// Members.
    pub(super) len: u32,
    /// Words of filter: 0 or a power of two of at least eight.
    pub(super) filter: u64,
    /// Number of lines, and the number of the first line among all ranges.
    pub(super) lines: u64,
    pub(super) first_line: u64,
    /// How keys are cut into lines; any value without lines.
    pub(super) cut: Cut,
    /// Members that are in no line.
    pub(super) sparse: u32,
    /// Slots that a key can hash to; [`OVERRUN`] more follow. 0 if sparse members are found by bisection.
    pub(super) slots: u32,
    /// Index in [`MULTIPLIERS`].
    pub(super) multiplier: u8,
}

impl Layout {
    /// Words of slots, including the overrun.
    fn slot_words(&self) -> u64 {
        if self.slots == 0 {
            0
        } else {
            (u64::from(self.slots) + OVERRUN as u64).div_ceil(2)
        }
    }

    /// Words of each section, rounded up to whole cache lines. No sum overflows if the fields are in their ranges.
    fn sections(&self) -> [u64; 4] {
        [
            self.filter,
            self.lines * CACHE_LINE as u64,
            u64::from(self.sparse),
            self.slot_words(),
        ]
        .map(|words| words.next_multiple_of(CACHE_LINE as u64))
    }

    /// Number of all words.
    pub(super) fn words(&self) -> u64 {
        HEADER as u64 + self.sections().iter().sum::<u64>()
    }

    /// Writes the header without the checksum, which is computed last.
    pub(super) fn write(&self, words: &mut [u64]) {
        let header = [
            MAGIC,
            0,
            u64::from(VERSION) | u64::from(self.key_type as u8) << 32,
            u64::from(self.len),
            self.filter,
            self.lines,
            self.first_line,
            u64::from(self.cut.shift()),
            u64::from(self.sparse),
            u64::from(self.slots),
            u64::from(self.multiplier),
        ];
        words[..header.len()].copy_from_slice(&header);
    }

    /// Reads a header and checks its fields, and their length against the `found` bytes.
    pub(super) fn read(words: &[u64], found: u64) -> Result<Self, Error> {
        if words.first().is_some_and(|&word| word != MAGIC) {
            return Err(Error::SetMagic);
        }
        let Some((header, _)) = words.split_first_chunk::<HEADER>() else {
            return Err(Error::SetLength {
                expected: HEADER as u64 * 8,
                found,
            });
        };
        if header[2] as u32 != VERSION {
            return Err(Error::SetVersion(header[2] as u32));
        }
        let key_type = match (header[2] >> 32) as u32 {
            1 => KeyType::Msisdn,
            2 => KeyType::Imei14,
            code => return Err(Error::SetKeyTypeCode(code)),
        };
        let layout = Self::fields(key_type, header)?;
        let expected = layout.words() * 8;
        if expected == found {
            Ok(layout)
        } else {
            Err(Error::SetLength { expected, found })
        }
    }

    /// The fields of a header, each checked to be in its range and consistent with the others.
    fn fields(key_type: KeyType, header: &[u64; HEADER]) -> Result<Self, Error> {
        let &[
            _,
            _,
            _,
            len,
            filter,
            lines,
            first_line,
            shift,
            sparse,
            slots,
            multiplier,
            ref reserved @ ..,
        ] = header;
        let check = |holds: bool, part| {
            if holds {
                Ok(())
            } else {
                Err(Error::SetLayout(part))
            }
        };
        let cut = u32::try_from(shift)
            .ok()
            .and_then(Cut::new)
            .ok_or(Error::SetLayout("lines"))?;
        let last_line = first_line.saturating_add(lines.saturating_sub(1));
        check(len < u64::from(u32::MAX), "count of members")?;
        check(sparse <= len, "count of sparse")?;
        check(
            filter == 0 || (filter.is_power_of_two() && (8..=1 << 32).contains(&filter)),
            "filter",
        )?;
        check(lines <= 1 << 40 && last_line <= u64::MAX >> shift, "lines")?;
        check(lines > 0 || sparse == len, "lines")?;
        check(slots == 0 || (sparse > 0 && slots <= 1 << 31), "slots")?;
        check(multiplier < MULTIPLIERS.len() as u64, "multiplier")?;
        check(reserved.iter().all(|&word| word == 0), "reserved words")?;
        Ok(Self {
            key_type,
            len: len as u32,
            filter,
            lines,
            first_line,
            cut,
            sparse: sparse as u32,
            slots: slots as u32,
            multiplier: multiplier as u8,
        })
    }

    /// Cuts words into the sections. `None` if there are fewer words than the header states.
    fn split<'a>(&self, words: &'a [u64]) -> Option<[&'a [u64]; 4]> {
        let mut rest = words.get(HEADER..)?;
        let mut parts = [rest; 4];
        for (part, words) in parts.iter_mut().zip(self.sections()) {
            (*part, rest) = rest.split_at_checked(usize::try_from(words).ok()?)?;
        }
        Some(parts)
    }

    /// The sections as a search reads them.
    pub(super) fn view<'a>(&self, words: &'a [u64]) -> View<'a> {
        let [filter, lines, sparse, slots] = self.split(words).unwrap_or([&[]; 4]);
        View {
            len: self.len,
            multiplier: MULTIPLIERS[usize::from(self.multiplier) % MULTIPLIERS.len()],
            filter,
            lines: lines.as_chunks().0,
            first_line: self.first_line,
            cut: self.cut,
            sparse: sparse.get(..self.sparse as usize).unwrap_or(&[]),
            slots: match self.slots as usize {
                0 => &[],
                buckets => bytemuck::cast_slice(slots)
                    .get(..buckets + OVERRUN)
                    .unwrap_or(&[]),
            },
        }
    }

    /// The sections, to be filled.
    pub(super) fn split_mut<'a>(&self, words: &'a mut [u64]) -> [&'a mut [u64]; 4] {
        let [filter, lines, sparse, _] = self.sections();
        let (filter, rest) = words[HEADER..].split_at_mut(filter as usize);
        let (lines, rest) = rest.split_at_mut(lines as usize);
        let (sparse, slots) = rest.split_at_mut(sparse as usize);
        [filter, lines, sparse, slots]
    }
}

/// A set as a search reads it, during one batch.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// Members.
    pub(super) len: u32,
    pub(super) multiplier: u64,
    /// Empty, or a power of two of words.
    pub(super) filter: &'a [u64],
    pub(super) lines: &'a [Line],
    pub(super) first_line: u64,
    pub(super) cut: Cut,
    pub(super) sparse: &'a [u64],
    /// Empty, or more than [`OVERRUN`].
    pub(super) slots: &'a [u32],
}

impl View<'_> {
    /// A 64-bit hash of a key, whose high bits are mixed best.
    pub(super) fn hash(&self, key: u64) -> u64 {
        key.wrapping_mul(self.multiplier)
    }

    /// Slots that a key can hash to.
    pub(super) fn buckets(&self) -> usize {
        self.slots.len().saturating_sub(OVERRUN)
    }
}

/// The index of a key's word in a filter of `2^log2` words: the high bits of the hash.
pub(super) fn filter_word(hash: u64, log2: u32) -> usize {
    (hash >> (64 - log2)) as usize
}

/// The two bits that a key sets in its word of the filter.
pub(super) fn filter_bits(hash: u64) -> u64 {
    1 << (hash >> 26 & 63) | 1 << (hash >> 20 & 63)
}

/// The slot that a key hashes to, among `buckets`: the first slot of its search.
pub(super) fn first_slot(hash: u64, buckets: usize) -> usize {
    (((hash >> 32) * buckets as u64) >> 32) as usize
}

/// The number of low bits of a slot that hold the index of a sparse member. The bits above are a tag, from the lower half
/// of the hash.
pub(super) fn index_bits(sparse: usize) -> u32 {
    usize::BITS - sparse.leading_zeros()
}
