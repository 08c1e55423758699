//! Storage of the sightings between two passes: in memory up to a limit, beyond it in a temporary file, or in their
//! source.
//!
//! One idea: **what is read again is read as keys.** Sightings whose memory no other owner holds are packed as they
//! arrive. Beyond the limit they go to a temporary file. If that file has no space, the row groups of a file are decoded
//! again for each pass, and a stream, which can be received only once, is an error.

use super::block::Block;
use super::files::{Group, Job};
use super::packed::Packed;
use crate::Error;
use crate::spill::Spill;

/// All sightings of a linkage.
pub(super) struct Held {
    pieces: Vec<Piece>,
    /// Bytes that may be kept in memory, and bytes that are kept.
    limit: usize,
    bytes: usize,
    rows: u64,
    spill: Spill,
    /// Whether the temporary file once had no space.
    full: bool,
}

/// Some of the sightings.
pub(super) enum Piece {
    /// In memory that another owner holds.
    Kept(Block),
    Packed(Packed),
    /// In a row group that is decoded again, with its number of kept sightings.
    OfFile(Job, usize),
}

impl Held {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            pieces: Vec::new(),
            limit,
            bytes: 0,
            rows: 0,
            spill: Spill::default(),
            full: false,
        }
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The number of sightings.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Stores blocks whose memory another owner holds in any case; it does not count towards the limit.
    pub(super) fn keep(&mut self, blocks: Vec<Block>) {
        self.add(blocks.into_iter().map(Piece::Kept).collect());
    }

    /// Stores sightings of a stream.
    ///
    /// # Errors
    /// [`Error::File`] if there is no space for them.
    pub(super) fn take(&mut self, blocks: Vec<Packed>) -> Result<(), Error> {
        for packed in blocks {
            let placed = self.place(packed)?;
            self.add(vec![Piece::Packed(placed)]);
        }
        Ok(())
    }

    /// Stores a row group.
    pub(super) fn take_group(&mut self, group: Group) {
        let rows = group.blocks.iter().map(Packed::len).sum();
        let before = self.bytes;
        let placed = if self.full {
            None
        } else {
            let placed = group.blocks.into_iter().map(|packed| self.place(packed));
            placed.collect::<Result<Vec<_>, _>>().ok()
        };
        match placed {
            Some(placed) => self.add(placed.into_iter().map(Piece::Packed).collect()),
            None => {
                self.full = true;
                self.bytes = before;
                self.add(vec![Piece::OfFile(group.job, rows)]);
            }
        }
    }

    fn add(&mut self, pieces: Vec<Piece>) {
        self.rows += pieces.iter().map(|piece| piece.len() as u64).sum::<u64>();
        self.pieces.extend(pieces);
    }

    /// Leaves sightings in memory, or moves them to the temporary file if there is no space.
    fn place(&mut self, packed: Packed) -> Result<Packed, Error> {
        let bytes = self.bytes + packed.bytes();
        if bytes <= self.limit {
            self.bytes = bytes;
            return Ok(packed);
        }
        packed.into_file(&mut self.spill)
    }
}

impl Piece {
    /// How many sightings it holds.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Kept(block) => block.len(),
            Self::Packed(packed) => packed.len(),
            Self::OfFile(_, len) => *len,
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_buffer::ScalarBuffer;
    use numguard_core::linkage::Side;

    use super::*;

    fn block(from: u64) -> Block {
        let keys = |first: u64| ScalarBuffer::from((first..first + 1000).collect::<Vec<u64>>());
        Block {
            msisdns: keys(from),
            imeis: keys(2 * from),
            ats: None,
            places: None,
        }
    }

    #[test]
    fn what_does_not_fit_comes_back_as_it_was() {
        let blocks = || (0..4).map(|n| block(n * 7919));
        let bytes = Packed::of(&block(0)).bytes();
        for kept in 0..=4 {
            let mut held = Held::new(kept * bytes);
            held.take(blocks().map(|block| Packed::of(&block)).collect())
                .expect("within the memory limit");
            assert_eq!(held.rows(), 4000);
            assert_eq!(held.spill.is_empty(), kept == 4);
            for (piece, expected) in held.pieces().iter().zip(blocks()) {
                let Piece::Packed(packed) = piece else {
                    panic!("is packed");
                };
                let mut keys = Vec::new();
                packed
                    .keys(Side::Handsets, |_, run| keys.extend_from_slice(run))
                    .expect("read back");
                assert_eq!(keys, expected.imeis[..]);
            }
        }
    }
}
