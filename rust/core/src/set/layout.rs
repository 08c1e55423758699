//! How a set lies in its bytes: the header, what must hold between its figures, and the view that every search reads.
//!
//! Sixteen words of header, then four sections, each beginning on a cache line and any of them empty:
//!
//! | section | holds |
//! |---|---|
//! | filter | a power of two of words; each member sets two bits of one word |
//! | lines | consecutive stretches of the numbers where members lie dense ([`super::line`]) |
//! | sparse | the members that are in no line, ascending |
//! | slots | a hash table of places among the sparse members: tag above, place + 1 below, 0 for nothing |
//!
//! Only the counts are stored. Where a section begins follows from them, so there are no offsets to contradict each
//! other, and a file has one right length. The figures are checked when a set is opened, the contents of the sections
//! are not: every search stays within the sections by arithmetic on their lengths alone, whatever it reads there.

use super::KeyType;
use super::line::{Cut, Line};
use crate::Error;

// Saved sets are little-endian and searched in place.
#[cfg(target_endian = "big")]
compile_error!("numguard keeps its sets little-endian and does not build for big-endian machines");

/// `numguard` in ASCII, read as a little-endian word.
const MAGIC: u64 = u64::from_le_bytes(*b"numguard");
/// Raised whenever the same keys would give other bytes.
const VERSION: u32 = 1;
/// Words of header.
pub(super) const HEADER: usize = 16;
/// Words in a cache line.
const CACHE_LINE: usize = 8;
/// Where the checksum stands. It covers all that follows it.
pub(super) const CHECKSUM: usize = 1;
/// Slots after the last one that a key can hash to: a search runs on into them and never past them.
pub(super) const OVERRUN: usize = 256;

/// Odd multipliers that spread keys over 64 bits (Fibonacci hashing). The first that spreads a set well is used, so
/// that keys chosen to collide under one of them gain nothing.
pub(super) const MULTIPLIERS: [u64; 4] = [
    0x9e37_79b9_7f4a_7c15,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
];

/// The figures of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) key_type: KeyType,
    /// Members.
    pub(super) len: u32,
    /// Words of filter: 0 or a power of two of at least eight.
    pub(super) filter: u64,
    /// Lines, and the number of the first among all stretches.
    pub(super) lines: u64,
    pub(super) first_line: u64,
    /// How keys are cut into lines; any where there are none.
    pub(super) cut: Cut,
    /// Members that are in no line.
    pub(super) sparse: u32,
    /// Slots that a key can hash to; [`OVERRUN`] more follow. 0 where sparse members are found by bisection.
    pub(super) slots: u32,
    /// Which of [`MULTIPLIERS`].
    pub(super) multiplier: u8,
}

impl Layout {
    /// Words of slots, overrun included.
    fn slot_words(&self) -> u64 {
        if self.slots == 0 {
            0
        } else {
            (u64::from(self.slots) + OVERRUN as u64).div_ceil(2)
        }
    }

    /// Words of each section, rounded up to whole cache lines. None of the sums can overflow once the figures are in
    /// their ranges.
    fn sections(&self) -> [u64; 4] {
        [
            self.filter,
            self.lines * CACHE_LINE as u64,
            u64::from(self.sparse),
            self.slot_words(),
        ]
        .map(|words| words.next_multiple_of(CACHE_LINE as u64))
    }

    /// Words in all.
    pub(super) fn words(&self) -> u64 {
        HEADER as u64 + self.sections().iter().sum::<u64>()
    }

    /// Writes the header; the checksum is left to the end.
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

    /// Reads a header and checks all that must hold between its figures and the `found` bytes that there are.
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
        let layout = Self::figures(key_type, header)?;
        let expected = layout.words() * 8;
        if expected == found {
            Ok(layout)
        } else {
            Err(Error::SetLength { expected, found })
        }
    }

    /// The figures of a header, each in its range and none against another.
    fn figures(key_type: KeyType, header: &[u64; HEADER]) -> Result<Self, Error> {
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

    /// Cuts words into the sections. `None` when there are not as many as the header states.
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
                homes => bytemuck::cast_slice(slots)
                    .get(..homes + OVERRUN)
                    .unwrap_or(&[]),
            },
        }
    }

    /// The sections as they are filled.
    pub(super) fn split_mut<'a>(&self, words: &'a mut [u64]) -> [&'a mut [u64]; 4] {
        let [filter, lines, sparse, _] = self.sections();
        let (filter, rest) = words[HEADER..].split_at_mut(filter as usize);
        let (lines, rest) = rest.split_at_mut(lines as usize);
        let (sparse, slots) = rest.split_at_mut(sparse as usize);
        [filter, lines, sparse, slots]
    }
}

/// A set as a search reads it, for the length of one batch.
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
    /// Sixty-four bits of a key, the upper the better mixed.
    pub(super) fn hash(&self, key: u64) -> u64 {
        key.wrapping_mul(self.multiplier)
    }

    /// Slots that a key can hash to.
    pub(super) fn home_slots(&self) -> usize {
        self.slots.len().saturating_sub(OVERRUN)
    }
}

/// The word of a filter of `2^log2` words, from the top of a hash.
pub(super) fn filter_word(hash: u64, log2: u32) -> usize {
    (hash >> (64 - log2)) as usize
}

/// The two bits that a key sets in its word of the filter.
pub(super) fn filter_bits(hash: u64) -> u64 {
    1 << (hash >> 26 & 63) | 1 << (hash >> 20 & 63)
}

/// The slot that a key hashes to, among `homes`.
pub(super) fn home_slot(hash: u64, homes: usize) -> usize {
    (((hash >> 32) * homes as u64) >> 32) as usize
}

/// How many low bits of a slot hold the place of a sparse member; the bits above are a tag, from the lower half of the hash.
pub(super) fn place_bits(sparse: usize) -> u32 {
    usize::BITS - sparse.leading_zeros()
}
