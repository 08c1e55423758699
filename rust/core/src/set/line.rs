//! A line: the members in one range of numbers, in one cache line.
//!
//! Where members are dense, a lookup costs one cache miss, which is cheaper the smaller the set is. So a range of
//! `2^shift` numbers is stored in eight words:
//!
//! | word | holds |
//! |---|---|
//! | 0 | the marks: the sixteen parts of the range as a unary code from the lowest bit: a 1 opens a part, then a 0 for each member in it; a seventeenth 1 closes the last part |
//! | 1 | low half: number of members before this range. High half, in an overflowed line: index of its first sparse member |
//! | 2..8 | the low bits of each member, below the part, ascending: one byte (`shift` up to 12) or two (up to 20) |
//!
//! This is the Elias-Fano code of ascending integers, cut to a cache line. If a range has more members than fit, its
//! line has no marks, so no search finds a key in it, and its members are stored as sparse members.

/// The most members of a line: the slots of one byte in its last six words.
pub(super) const MOST: usize = 48;

/// A line as words.
pub(super) type Line = [u64; 8];

/// Parts of a range: the four bits of a key above its stored low bits.
const PARTS: u32 = 16;

/// The widest range whose low bits fit into one byte.
const BYTE_SHIFT: u32 = 12;

/// How keys are cut into line, part and rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    shift: u32,
}

impl Cut {
    /// The narrowest range: 32 numbers, which always fit.
    pub(super) const NARROWEST: u32 = 5;
    /// The widest range: the low bits then have two bytes.
    pub(super) const WIDEST: u32 = 20;

    /// The value of a set without lines.
    pub(super) const DEFAULT: Self = Self {
        shift: Self::WIDEST,
    };

    /// A cut into ranges of `2^shift` numbers.
    pub(super) fn new(shift: u32) -> Option<Self> {
        (Self::NARROWEST..=Self::WIDEST)
            .contains(&shift)
            .then_some(Self { shift })
    }

    /// The number of the range that contains `key`.
    pub(super) fn line(self, key: u64) -> u64 {
        key >> self.shift
    }

    /// Binary logarithm of the length of a range.
    pub(super) fn shift(self) -> u32 {
        self.shift
    }

    /// Whether one byte of each member is stored, not two.
    pub(super) fn bytes(self) -> bool {
        self.shift <= BYTE_SHIFT
    }

    /// The most members that fit, limited by the bits of the marks and by the last six words.
    pub(super) fn capacity(self) -> usize {
        if self.bytes() { 47 } else { 24 }
    }

    /// The part of its range that `key` is in.
    pub(super) fn part(self, key: u64) -> u32 {
        (key >> (self.shift - 4)) as u32 & (PARTS - 1)
    }

    /// The low bits of `key`, below the part.
    pub(super) fn rest(self, key: u64) -> u16 {
        (key & ((1 << (self.shift - 4)) - 1)) as u16
    }

    /// Writes the ascending members of one range; `before` members come before them.
    pub(super) fn write(self, line: &mut Line, members: &[u64], before: u32) {
        line[1] = u64::from(before);
        // The 0 of a member follows the zeros of the members before it and the ones of the parts up to its own.
        let mut zeros = 0;
        for (slot, &key) in members.iter().enumerate() {
            zeros |= 2 << (slot as u32 + self.part(key));
        }
        line[0] = zeros ^ u64::MAX >> (u64::BITS - PARTS - 1 - members.len() as u32);
        let rests: &mut [u8] = bytemuck::cast_slice_mut(&mut line[2..]);
        if self.bytes() {
            for (rest, &key) in rests.iter_mut().zip(members) {
                *rest = self.rest(key) as u8;
            }
        } else {
            for (rest, &key) in rests.as_chunks_mut().0.iter_mut().zip(members) {
                *rest = self.rest(key).to_le_bytes();
            }
        }
    }

    /// The index of `key` among the members of its line.
    pub(super) fn find(self, line: &Line, key: u64) -> Option<u32> {
        let part = self.part(key);
        let mut marks = line[0];
        for _ in 0..part {
            marks &= marks.wrapping_sub(1);
        }
        // Members before a mark: the bits below it, minus the marks among them.
        let first = marks.trailing_zeros().checked_sub(part)?;
        marks &= marks.wrapping_sub(1);
        let end = marks.trailing_zeros().checked_sub(part + 1)?;
        (first..end).find(|&slot| self.stored(line, slot) == Some(self.rest(key)))
    }

    /// The stored low bits of the member in `slot`.
    fn stored(self, line: &Line, slot: u32) -> Option<u16> {
        let rests: &[u8] = bytemuck::cast_slice(&line[2..]);
        let slot = slot as usize;
        if self.bytes() {
            return rests.get(slot).map(|&rest| u16::from(rest));
        }
        let (pairs, _) = rests.as_chunks::<2>();
        pairs.get(slot).map(|&rest| u16::from_le_bytes(rest))
    }

    /// Writes the members of line `number`, which did not overflow, in ascending order, and returns their number.
    #[inline]
    pub(super) fn write_members(self, line: &Line, number: u64, out: &mut [u64; MOST]) -> usize {
        let (start, shift) = (number << self.shift, self.shift - 4);
        // `min` limits the count that damaged marks may encode.
        let marks = line[0];
        let slots = if self.bytes() { MOST } else { MOST / 2 };
        let count = (u64::BITS - marks.leading_zeros()).saturating_sub(PARTS + 1) as usize;
        let count = count.min(slots);
        let mut zeros = !marks;
        let mut key = |slot: usize, rest: u64| {
            let part = u64::from(zeros.trailing_zeros()).wrapping_sub(slot as u64 + 1);
            zeros &= zeros.wrapping_sub(1);
            start | (part & u64::from(PARTS - 1)) << shift | rest
        };
        let rests: &[u8] = bytemuck::cast_slice(&line[2..]);
        if self.bytes() {
            for (slot, (out, &rest)) in out[..count].iter_mut().zip(rests).enumerate() {
                *out = key(slot, u64::from(rest));
            }
        } else {
            let (pairs, _) = rests.as_chunks::<2>();
            for (slot, (out, &rest)) in out[..count].iter_mut().zip(pairs).enumerate() {
                *out = key(slot, u64::from(u16::from_le_bytes(rest)));
            }
        }
        count
    }

    /// The members of line `number`, ascending; none if it overflowed.
    pub(super) fn members(self, line: &Line, number: u64) -> impl Iterator<Item = u64> + '_ {
        let (start, marks) = (number << self.shift, line[0]);
        let (mut bit, mut part, mut slot) = (1, 0u64, 0);
        std::iter::from_fn(move || {
            while bit < u64::BITS && part < u64::from(PARTS) {
                bit += 1;
                if marks >> (bit - 1) & 1 == 1 {
                    part += 1;
                } else if marks != 0 {
                    slot += 1;
                    let rest = u64::from(self.stored(line, slot - 1)?);
                    return Some(start | part << (self.shift - 4) | rest);
                }
            }
            None
        })
    }
}

/// Members before the range of this line.
pub(super) fn before(line: &Line) -> u32 {
    line[1] as u32
}

/// The index of the first sparse member of an overflowed line.
pub(super) fn first_sparse(line: &Line) -> u32 {
    (line[1] >> 32) as u32
}

/// Whether the members of this line are stored as sparse members.
pub(super) fn overflowed(line: &Line) -> bool {
    line[0] == 0
}

/// Writes an overflowed line, whose members are sparse members from `first_sparse` on.
pub(super) fn overflow(line: &mut Line, before: u32, first_sparse: u32) {
    *line = [0; 8];
    line[1] = u64::from(before) | u64::from(first_sparse) << 32;
}
