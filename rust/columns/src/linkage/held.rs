//! The sightings between two passes: in memory up to a limit, beyond it in a temporary file, or where they came from.
//!
//! One idea: **a pass asks for pieces, and a piece knows how to come back.** A row group of a file is read again; blocks
//! of a stream, which comes but once, are written to a file without a name, which is gone with the process.

use std::fs::File;

use arrow_buffer::{ArrowNativeType, Buffer, MutableBuffer, ScalarBuffer};

use super::block::Block;
use super::files::{Group, Job};
use crate::Error;
use crate::positioned::{read_exact_at, write_all_at};

/// All sightings of a linkage.
pub(super) struct Held {
    pieces: Vec<Piece>,
    /// Bytes that may be kept in memory, and that are.
    limit: usize,
    bytes: usize,
    rows: u64,
    spill: Option<Spill>,
}

/// Some sightings.
pub(super) enum Piece {
    Kept(Block),
    Spilled {
        offset: u64,
        len: usize,
        timed: bool,
        placed: bool,
    },
    /// To be read again, with so many sightings that count.
    OfFile(Job, usize),
}

/// A temporary file that has no name.
struct Spill {
    file: File,
    len: u64,
}

impl Held {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            pieces: Vec::new(),
            limit,
            bytes: 0,
            rows: 0,
            spill: None,
        }
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// How many sightings there are.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes in blocks whose memory is somebody else's, who holds it anyway.
    pub(super) fn keep(&mut self, blocks: Vec<Block>) {
        self.rows += blocks.iter().map(|block| block.len() as u64).sum::<u64>();
        self.pieces.extend(blocks.into_iter().map(Piece::Kept));
    }

    /// Takes in blocks of a stream.
    ///
    /// # Errors
    /// [`Error::File`] if there is no room for them.
    pub(super) fn take(&mut self, blocks: Vec<Block>) -> Result<(), Error> {
        for block in blocks {
            if self.has_room(block.bytes()) {
                self.keep(vec![block]);
                continue;
            }
            let spill = match &mut self.spill {
                Some(spill) => spill,
                none => none.insert(Spill::new()?),
            };
            self.rows += block.len() as u64;
            self.pieces.push(spill.write(&block)?);
        }
        Ok(())
    }

    /// Takes in a row group.
    pub(super) fn take_group(&mut self, group: Group) {
        if self.has_room(group.blocks.iter().map(Block::bytes).sum()) {
            self.keep(group.blocks);
            return;
        }
        let rows = group.blocks.iter().map(Block::len).sum();
        self.rows += rows as u64;
        self.pieces.push(Piece::OfFile(group.job, rows));
    }

    fn has_room(&mut self, bytes: usize) -> bool {
        let fits = self.bytes + bytes <= self.limit;
        if fits {
            self.bytes += bytes;
        }
        fits
    }

    /// Shows the blocks of a piece.
    ///
    /// # Errors
    /// Those of reading it back.
    pub(super) fn visit(&self, piece: &Piece, mut look: impl FnMut(&Block)) -> Result<(), Error> {
        match (piece, &self.spill) {
            (Piece::Kept(block), _) => look(block),
            (
                &Piece::Spilled {
                    offset,
                    len,
                    timed,
                    placed,
                },
                Some(spill),
            ) => look(&spill.read(offset, len, timed, placed)?),
            (Piece::Spilled { .. }, None) => {}
            (Piece::OfFile(job, _), _) => job.read_blocks(look)?,
        }
        Ok(())
    }
}

impl Piece {
    /// How many sightings it holds.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Kept(block) => block.len(),
            Self::Spilled { len, .. } | Self::OfFile(_, len) => *len,
        }
    }
}

impl Spill {
    fn new() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(no_room)?;
        Ok(Self { file, len: 0 })
    }

    fn write(&mut self, block: &Block) -> Result<Piece, Error> {
        let piece = Piece::Spilled {
            offset: self.len,
            len: block.len(),
            timed: block.ats.is_some(),
            placed: block.places.is_some(),
        };
        self.append(&block.msisdns)?;
        self.append(&block.imeis)?;
        if let Some(ats) = &block.ats {
            self.append(ats)?;
        }
        for column in block.places.iter().flatten() {
            self.append(column)?;
        }
        Ok(piece)
    }

    fn append<T: ArrowNativeType>(&mut self, values: &ScalarBuffer<T>) -> Result<(), Error> {
        let bytes = values.inner().as_slice();
        write_all_at(&self.file, bytes, self.len).map_err(no_room)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    fn read(&self, offset: u64, len: usize, timed: bool, placed: bool) -> Result<Block, Error> {
        let column = |n: u64| -> Result<Buffer, Error> {
            let mut bytes = MutableBuffer::from_len_zeroed(len * size_of::<u64>());
            let offset = offset + n * bytes.len() as u64;
            read_exact_at(&self.file, bytes.as_slice_mut(), offset).map_err(no_room)?;
            Ok(bytes.into())
        };
        let keys = |n: u64| Ok::<_, Error>(ScalarBuffer::new(column(n)?, 0, len));
        let places = 2 + u64::from(timed);
        Ok(Block {
            msisdns: keys(0)?,
            imeis: keys(1)?,
            ats: timed
                .then(|| column(2))
                .transpose()?
                .map(|ats| ScalarBuffer::new(ats, 0, len)),
            places: placed
                .then(|| Ok::<_, Error>([keys(places)?, keys(places + 1)?, keys(places + 2)?]))
                .transpose()?,
        })
    }
}

fn no_room(error: std::io::Error) -> Error {
    Error::file(&std::env::temp_dir(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(from: u64, timed: bool) -> Block {
        let keys = |first: u64| ScalarBuffer::from((first..first + 1000).collect::<Vec<u64>>());
        Block {
            msisdns: keys(from),
            imeis: keys(2 * from),
            ats: timed.then(|| (0..1000i64).collect()),
            places: from.is_multiple_of(3).then(|| [1, 2, 3].map(keys)),
        }
    }

    #[test]
    fn what_does_not_fit_comes_back_as_it_was() {
        for limit in [0, 30_000, 1_000_000] {
            let mut held = Held::new(limit);
            let blocks = || (0..4).map(|n| block(n * 7919, n % 2 == 0));
            held.take(blocks().collect()).expect("room");
            assert_eq!(held.rows(), 4000);
            let spilled = |piece: &&Piece| matches!(piece, Piece::Spilled { .. });
            let kept_all = held.pieces().iter().filter(spilled).count() == 0;
            assert_eq!(kept_all, limit == 1_000_000);
            for (piece, expected) in held.pieces().iter().zip(blocks()) {
                assert_eq!(piece.len(), 1000);
                held.visit(piece, |block| {
                    assert_eq!(block.msisdns, expected.msisdns);
                    assert_eq!(block.imeis, expected.imeis);
                    assert_eq!(block.ats, expected.ats);
                    assert_eq!(block.places, expected.places);
                })
                .expect("read back");
            }
        }
    }
}
