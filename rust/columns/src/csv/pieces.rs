//! Chunks -> their results, in parallel and in the order of the text.
//!
//! One idea: **a chunk is assumed to begin with a record, and the chunk before it confirms that.** If the last record of a
//! chunk is unfinished, its bytes are put before the next chunk, which is split again; its first result is dropped. Chunks
//! are cut where this is rare, and the assumption is always checked, so the result does not depend on the cuts.

use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::BinaryArray;

use super::chunks::{self, Chunk, Chunks};
use super::encoding::mended;
use super::split::{Rows, Splitter};
use super::{Format, Input, Refusal};
use crate::Error;
use crate::parallel::{Next, Ordered, Threads, locked};

/// A function of the rows of a chunk.
pub(super) trait Process: Send + Sync + 'static {
    /// Its result.
    type Output: Send + 'static;

    /// Whether the text of a chunk is returned with the result.
    fn keeps_text(_output: &Self::Output) -> bool {
        false
    }

    /// Computes the result. `bytes` are those of the chunk; more may be appended to them.
    fn process(
        &self,
        format: &Format,
        rows: &Rows,
        bytes: &mut Vec<u8>,
    ) -> Result<Self::Output, Error>;
}

/// Bytes that are kept of a refused line.
const KEPT: usize = 1 << 16;

/// The lines between rows.
#[derive(Debug)]
pub struct Lines {
    /// Lines that are not rows.
    pub refused: Vec<Refusal>,
    /// The text of each refusal, or its first 64 KiB.
    pub texts: BinaryArray,
    /// Number of blank lines.
    pub blank: u64,
    /// Whether any line, rows included, was read as Windows-1252.
    pub mended: bool,
}

impl Lines {
    /// Whether there is nothing to report.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.refused.is_empty() && self.blank == 0 && !self.mended
    }
}

/// The result of a chunk.
pub(super) struct Piece<T> {
    pub(super) output: T,
    /// Number of rows.
    pub(super) rows: usize,
    /// The lines between them.
    pub(super) between: Lines,
    /// Ascending pairs of a row and its line, from which the lines of the following rows are counted.
    pub(super) lines: Vec<(u32, u64)>,
    /// Number of bytes.
    pub(super) bytes: usize,
    /// The bytes, if they are kept.
    pub(super) text: ChunkText,
}

/// The results of the chunks of a text.
pub(super) struct Pieces<M: Process> {
    ordered: Ordered<Tasks<M>>,
    shared: Arc<Shared<M>>,
    /// The next line.
    line: u64,
    rest: Option<UnfinishedRecord>,
}

/// The unfinished record at the end of the last chunk.
struct UnfinishedRecord {
    bytes: Vec<u8>,
    /// The number of bytes when it was last split.
    seen: usize,
    /// Whether a line was read as Windows-1252 that no piece has reported yet.
    mended: bool,
}

/// State that the threads share.
struct Shared<M> {
    format: Format,
    process: M,
    /// Buffers for reuse.
    splitters: Mutex<Vec<Splitter>>,
    buffers: Buffers,
}

/// Buffers of chunks, for reuse: a new buffer costs a page fault for every page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    pub(crate) fn take(&self) -> Vec<u8> {
        locked(&self.0).pop().unwrap_or_default()
    }

    /// Keeps a buffer for another chunk, if it has the usual size and few are kept.
    pub(crate) fn give_back(&self, buffer: Vec<u8>) {
        const KEPT: usize = 64;
        const LONGEST: usize = 1 << 23;
        if (1..=LONGEST).contains(&buffer.capacity()) {
            let mut buffers = locked(&self.0);
            if buffers.len() < KEPT {
                buffers.push(buffer);
            }
        }
    }
}

/// The text of a chunk. Its buffer is reused afterwards.
#[derive(Debug, Default)]
pub(super) struct ChunkText {
    bytes: Vec<u8>,
    buffers: Buffers,
}

impl Deref for ChunkText {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for ChunkText {
    fn drop(&mut self) {
        self.buffers.give_back(std::mem::take(&mut self.bytes));
    }
}

/// A chunk that was split.
struct Outcome<T> {
    bytes: Vec<u8>,
    last: bool,
    consumed: usize,
    line_count: u64,
    piece: Piece<T>,
}

impl<M: Process> Pieces<M> {
    /// Reads a text whose first line has the number `line`, in chunks of about `size` bytes.
    pub(super) fn of_size(
        input: Input,
        format: Format,
        line: u64,
        process: M,
        threads: Threads,
        size: usize,
    ) -> Self {
        let shared = Arc::new(Shared {
            format: format.clone(),
            process,
            splitters: Mutex::default(),
            buffers: Buffers::default(),
        });
        let tasks = Tasks {
            chunks: Some(Chunks::new(input, format, size)),
            shared: Arc::clone(&shared),
        };
        Self {
            ordered: Ordered::new(tasks, threads),
            shared,
            line,
            rest: None,
        }
    }

    /// The next piece, or [`Next::Waiting`] after `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> Next<Result<Piece<M::Output>, Error>> {
        let outcome = match self.ordered.next(patience) {
            Next::End => return Next::End,
            Next::Waiting => return Next::Waiting,
            Next::Ready(Err(error)) => return Next::Ready(Err(error)),
            Next::Ready(Ok(outcome)) => outcome,
        };
        let outcome = match self.rest.take() {
            None => outcome,
            Some(mut rest) => {
                rest.bytes.extend_from_slice(&outcome.bytes);
                rest.mended |= outcome.piece.between.mended;
                self.shared.buffers.give_back(outcome.bytes);
                // The rest is split again only after it has doubled; otherwise a long record would be split once for
                // every chunk.
                if !outcome.last && rest.bytes.len() < rest.seen * 2 {
                    self.rest = Some(rest);
                    return Next::Waiting;
                }
                match self.shared.split(rest.bytes, outcome.last) {
                    Ok(mut outcome) => {
                        outcome.piece.between.mended |= rest.mended;
                        outcome
                    }
                    Err(error) => return Next::Ready(Err(error)),
                }
            }
        };
        if outcome.consumed < outcome.bytes.len() {
            let bytes = outcome.bytes[outcome.consumed..].to_vec();
            self.rest = Some(UnfinishedRecord {
                seen: bytes.len(),
                bytes,
                mended: false,
            });
        }
        let mut piece = outcome.piece;
        if M::keeps_text(&piece.output) {
            piece.text = ChunkText {
                bytes: outcome.bytes,
                buffers: self.shared.buffers.clone(),
            };
        } else {
            self.shared.buffers.give_back(outcome.bytes);
        }
        for (_, line) in &mut piece.lines {
            *line += self.line;
        }
        for refusal in &mut piece.between.refused {
            refusal.line += self.line;
        }
        self.line += outcome.line_count;
        Next::Ready(Ok(piece))
    }
}

impl<M: Process> Shared<M> {
    /// Splits the bytes of a chunk and computes its result.
    fn split(&self, mut bytes: Vec<u8>, last: bool) -> Result<Outcome<M::Output>, Error> {
        let mut splitter = locked(&self.splitters).pop().unwrap_or_default();
        let is_utf8 = splitter.split(&self.format, &bytes, last).utf8;
        let is_mended = self.format.windows_1252 && !is_utf8;
        if is_mended {
            bytes = mended(&bytes, self.format.line_break);
            splitter.split(&self.format, &bytes, last);
        }
        let len = bytes.len();
        let rows = splitter.rows();
        let output = self.process.process(&self.format, rows, &mut bytes);
        bytes.truncate(len);
        let text = |&(from, to): &(u32, u32)| {
            let text = &bytes[from as usize..to as usize];
            &text[..text.len().min(KEPT)]
        };
        let texts = BinaryArray::from_iter_values(rows.refused_at.iter().map(text));
        let outcome = output.map(|output| Outcome {
            bytes,
            last,
            consumed: rows.consumed,
            line_count: rows.line_count,
            piece: Piece {
                output,
                rows: rows.len(),
                between: Lines {
                    refused: std::mem::take(&mut rows.refused),
                    texts,
                    blank: rows.blank,
                    mended: is_mended,
                },
                lines: std::mem::take(&mut rows.lines),
                bytes: rows.consumed,
                text: ChunkText::default(),
            },
        });
        locked(&self.splitters).push(splitter);
        outcome
    }
}

impl<T> Piece<T> {
    /// The line of a row.
    pub(super) fn line_of(&self, row: u32) -> u64 {
        let at = self.lines.partition_point(|&(first, _)| first <= row);
        // The first pair is that of row 0, so `at` is at least 1.
        let (first, line) = self.lines[at - 1];
        line + u64::from(row - first)
    }
}

/// The chunks of a text as tasks.
struct Tasks<M: Process> {
    chunks: Option<Chunks>,
    shared: Arc<Shared<M>>,
}

/// A chunk to split: an iterator with one step.
struct Task<M: Process> {
    shared: Arc<Shared<M>>,
    step: Option<Step>,
}

enum Step {
    Split(Chunk),
    Busy,
    Failed(Error),
}

impl<M: Process> Iterator for Tasks<M> {
    type Item = Task<M>;

    fn next(&mut self) -> Option<Task<M>> {
        let chunks = self.chunks.as_mut()?;
        let buffer = self.shared.buffers.take();
        let step = match chunks.next(buffer) {
            Ok(chunks::Next::Chunk(chunk)) => Step::Split(chunk),
            Ok(chunks::Next::Busy) => Step::Busy,
            Ok(chunks::Next::End) => {
                self.chunks = None;
                return None;
            }
            Err(error) => {
                self.chunks = None;
                Step::Failed(Error::Reading(error))
            }
        };
        Some(Task {
            shared: Arc::clone(&self.shared),
            step: Some(step),
        })
    }
}

impl<M: Process> Iterator for Task<M> {
    type Item = Option<Result<Outcome<M::Output>, Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.step.take()? {
            Step::Busy => Some(None),
            Step::Failed(error) => Some(Some(Err(error))),
            Step::Split(chunk) => Some(Some(self.shared.split(chunk.bytes, chunk.last))),
        }
    }
}
