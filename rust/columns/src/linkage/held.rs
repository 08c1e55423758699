//! Storage of the sightings between two passes: in memory up to a limit, beyond it on disk.
//!
//! One idea: **a pass reads pieces, and every piece can be read again.** A row group of a file is read from its file again.
//! Blocks of a stream can be received only once, so they are written to a temporary file without a name, which the
//! operating system removes with the process.

use std::fs::File;

use arrow_buffer::{ArrowNativeType, Buffer, MutableBuffer, ScalarBuffer};

use super::block::Block;
use super::files::{Group, Job};
use crate::Error;
use crate::positioned::{read_exact_at, write_all_at};

/// All sightings of a linkage.
pub(super) struct Held {
    pieces: Vec<Piece>,
    /// The largest count of bytes in memory.
    limit: usize,
    /// The count of bytes in memory.
    bytes: usize,
    rows: u64,
    spill: Option<Spill>,
}

/// Some of the sightings.
pub(super) enum Piece {
    /// In memory.
    Kept(Block),
    /// In the temporary file.
    Spilled {
        offset: u64,
        len: usize,
        timed: bool,
        placed: bool,
    },
    /// In a row group of a file, with so many kept sightings.
    OfFile(Job, usize),
}

/// A temporary file without a name.
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

    /// The count of sightings.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Stores blocks whose memory another owner holds in any case; it does not count towards the limit.
    pub(super) fn keep(&mut self, blocks: Vec<Block>) {
        self.rows += blocks.iter().map(|block| block.len() as u64).sum::<u64>();
        self.pieces.extend(blocks.into_iter().map(Piece::Kept));
    }

    /// Stores blocks of a stream.
    ///
    /// # Errors
    /// [`Error::File`] if the temporary file cannot be written.
    pub(super) fn store(&mut self, blocks: Vec<Block>) -> Result<(), Error> {
        for block in blocks {
            if self.reserve(block.bytes()) {
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

    /// Stores a row group.
    pub(super) fn store_group(&mut self, group: Group) {
        if self.reserve(group.blocks.iter().map(Block::bytes).sum()) {
            self.keep(group.blocks);
            return;
        }
        let rows = group.blocks.iter().map(Block::len).sum();
        self.rows += rows as u64;
        self.pieces.push(Piece::OfFile(group.job, rows));
    }

    /// Whether so many more bytes fit into the limit; if so, they are counted.
    fn reserve(&mut self, bytes: usize) -> bool {
        let fits = self.bytes + bytes <= self.limit;
        if fits {
            self.bytes += bytes;
        }
        fits
    }

    /// Calls `visit` with the blocks of a piece.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Unreadable`], when a piece is read from its file.
    pub(super) fn visit(&self, piece: &Piece, mut visit: impl FnMut(&Block)) -> Result<(), Error> {
        match (piece, &self.spill) {
            (Piece::Kept(block), _) => visit(block),
            (
                &Piece::Spilled {
                    offset,
                    len,
                    timed,
                    placed,
                },
                Some(spill),
            ) => visit(&spill.read(offset, len, timed, placed)?),
            (Piece::Spilled { .. }, None) => {}
            (Piece::OfFile(job, _), _) => job.read_blocks(visit)?,
        }
        Ok(())
    }
}

impl Piece {
    /// The count of its kept sightings.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Kept(block) => block.len(),
            Self::Spilled { len, .. } | Self::OfFile(_, len) => *len,
        }
    }
}

impl Spill {
    fn new() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(temporary_file)?;
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
        write_all_at(&self.file, bytes, self.len).map_err(temporary_file)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    fn read(&self, offset: u64, len: usize, timed: bool, placed: bool) -> Result<Block, Error> {
        let column = |n: u64| -> Result<Buffer, Error> {
            let mut bytes = MutableBuffer::from_len_zeroed(len * size_of::<u64>());
            let offset = offset + n * bytes.len() as u64;
            read_exact_at(&self.file, bytes.as_slice_mut(), offset).map_err(temporary_file)?;
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

/// An error of the temporary file, with its folder.
fn temporary_file(error: std::io::Error) -> Error {
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
    fn spilled_blocks_are_read_back_unchanged() {
        for limit in [0, 30_000, 1_000_000] {
            let mut held = Held::new(limit);
            let blocks = || (0..4).map(|n| block(n * 7919, n % 2 == 0));
            held.store(blocks().collect())
                .expect("the temporary file can be written");
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
                .expect("the temporary file can be read");
            }
        }
    }
}
