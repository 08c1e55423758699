//! A line: the members within one stretch of the numbers, in one cache line of the machine.
//!
//! Where members lie dense, a probe costs one cache miss, and the fewer bytes the set has the cheaper that miss is. So
//! a stretch of `2^shift` numbers becomes eight words:
//!
//! | word | holds |
//! |---|---|
//! | 0 | the marks: sixteen parts of the stretch, as a unary code from the lowest bit: a 1 opens a part, then a 0 for each member in it; a seventeenth 1 closes the last |
//! | 1 | low half: members before this stretch. High half, in a line that overflowed: its first sparse member |
//! | 2..8 | what is left of each member below the part, ascending: one byte (`shift` up to 12) or two (up to 20) |
//!
//! This is Elias and Fano's code for ascending integers, cut to fit a cache line. A stretch with more members than
//! fit has no marks at all, which no search can satisfy: its members are sparse members, kept elsewhere.

/// Most members that a line holds, and as many slots as its last words have.
pub(super) const MOST: usize = 48;

/// A line as words.
pub(super) type Line = [u64; 8];

/// Parts of a stretch: the four bits of a key above what is stored of it.
const PARTS: u32 = 16;

/// The widest stretch whose members leave one byte.
const BYTE_SHIFT: u32 = 12;

/// How keys are cut into line, part and rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    shift: u32,
}

impl Cut {
    /// The narrowest stretch: 32 numbers, which fit however many of them are members.
    pub(super) const NARROWEST: u32 = 5;
    /// The widest: a part is then as many as two bytes distinguish.
    pub(super) const WIDEST: u32 = 20;

    /// The value of a set without lines.
    pub(super) const DEFAULT: Self = Self {
        shift: Self::WIDEST,
    };

    /// A cut into stretches of `2^shift` numbers.
    pub(super) fn new(shift: u32) -> Option<Self> {
        (Self::NARROWEST..=Self::WIDEST)
            .contains(&shift)
            .then_some(Self { shift })
    }

    /// Which stretch of all the numbers `key` is in.
    pub(super) fn line(self, key: u64) -> u64 {
        key >> self.shift
    }

    /// Binary logarithm of the numbers in a stretch.
    pub(super) fn shift(self) -> u32 {
        self.shift
    }

    /// Whether one byte of each member is stored, and not two.
    pub(super) fn bytes(self) -> bool {
        self.shift <= BYTE_SHIFT
    }

    /// How many members fit: what the marks can encode, and what the six last words hold.
    pub(super) fn capacity(self) -> usize {
        if self.bytes() { 47 } else { 24 }
    }

    /// The part of its stretch that `key` is in.
    pub(super) fn part(self, key: u64) -> u32 {
        (key >> (self.shift - 4)) as u32 & (PARTS - 1)
    }

    /// What is left of `key` below the part.
    pub(super) fn rest(self, key: u64) -> u16 {
        (key & ((1 << (self.shift - 4)) - 1)) as u16
    }

    /// Writes the ascending members of one stretch; `before` members come before them.
    pub(super) fn write(self, line: &mut Line, members: &[u64], before: u32) {
        line[1] = u64::from(before);
        // A member's 0 stands behind those of the members before it and the ones that opened the parts up to its own.
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

    /// The place of `key` among the members of its line.
    pub(super) fn find(self, line: &Line, key: u64) -> Option<u32> {
        let part = self.part(key);
        let mut marks = line[0];
        for _ in 0..part {
            marks &= marks.wrapping_sub(1);
        }
        // Members before a mark: the bits below it, less the marks among them.
        let first = marks.trailing_zeros().checked_sub(part)?;
        marks &= marks.wrapping_sub(1);
        let end = marks.trailing_zeros().checked_sub(part + 1)?;
        (first..end).find(|&slot| self.stored(line, slot) == Some(self.rest(key)))
    }

    /// What is stored of the member in `slot`.
    fn stored(self, line: &Line, slot: u32) -> Option<u16> {
        let rests: &[u8] = bytemuck::cast_slice(&line[2..]);
        let slot = slot as usize;
        if self.bytes() {
            return rests.get(slot).map(|&rest| u16::from(rest));
        }
        let (pairs, _) = rests.as_chunks::<2>();
        pairs.get(slot).map(|&rest| u16::from_le_bytes(rest))
    }

    /// Writes the members of line `number`, ascending, and returns how many: of one that did not overflow.
    #[inline]
    pub(super) fn write_members(self, line: &Line, number: u64, out: &mut [u64; MOST]) -> usize {
        let (start, shift) = (number << self.shift, self.shift - 4);
        // The marks encode no more than there are slots, even in damaged bytes.
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

    /// The members of line `number`, ascending; none of one that overflowed.
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

/// Members before the stretch of this line.
pub(super) fn before(line: &Line) -> u32 {
    line[1] as u32
}

/// Where the members of an overflowed line begin among the sparse members.
pub(super) fn first_sparse(line: &Line) -> u32 {
    (line[1] >> 32) as u32
}

/// Whether the members of this line are kept among the sparse members.
pub(super) fn overflowed(line: &Line) -> bool {
    line[0] == 0
}

/// Makes a line whose members are sparse members, from `first_sparse` on.
pub(super) fn overflow(line: &mut Line, before: u32, first_sparse: u32) {
    *line = [0; 8];
    line[1] = u64::from(before) | u64::from(first_sparse) << 32;
}
