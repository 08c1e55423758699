//! Chunks -> what was made of each, side by side, in the order of the text.
//!
//! One idea: **a chunk is assumed to begin with a record, and the one before it confirms that or not.** A chunk whose last
//! record runs on leaves a rest; then the next chunk is split again behind that rest, and what was made of it before is
//! dropped. Chunks are cut where that is rare, so nothing waits for it; and the assumption is always checked, so a text of any kind comes
//! out the same however it was cut.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_array::BinaryArray;

use super::chunks::{self, Chunk, Chunks};
use super::encoding::mended;
use super::split::{Rows, Splitter};
use super::{Format, Input, Refusal};
use crate::Error;
use crate::parallel::{Next, Ordered, Threads};

/// Something to be made of the rows of a chunk.
pub(super) trait Make: Send + Sync + 'static {
    /// What.
    type Made: Send + 'static;

    /// Whether the text of a chunk goes along with what was made of it.
    fn keeps_text(_made: &Self::Made) -> bool {
        false
    }

    /// Makes it. `bytes` are those of the chunk, behind which something may be written.
    fn make(&self, format: &Format, rows: &Rows, bytes: &mut Vec<u8>) -> Result<Self::Made, Error>;
}

/// Bytes that are kept of a refused line.
const KEPT: usize = 1 << 16;

/// What stands between rows and is none.
#[derive(Debug)]
pub struct Lines {
    /// Lines that are no rows.
    pub refused: Vec<Refusal>,
    /// The text of each of those, or its beginning.
    pub texts: BinaryArray,
    /// Lines with nothing on them.
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

/// What became of a chunk.
pub(super) struct Piece<T> {
    pub(super) made: T,
    pub(super) rows: usize,
    /// What stands between them.
    pub(super) between: Lines,
    /// From which row on lines are counted from which line: pairs, ascending.
    pub(super) lines: Vec<(u32, u64)>,
    /// Bytes of it.
    pub(super) bytes: usize,
    /// Those, if they are kept.
    pub(super) text: Vec<u8>,
}

/// The pieces of a text.
pub(super) struct Pieces<M: Make> {
    ordered: Ordered<Tasks<M>>,
    shared: Arc<Shared<M>>,
    /// The line that comes next.
    line: u64,
    rest: Option<Rest>,
}

/// What the last chunk left.
struct Rest {
    bytes: Vec<u8>,
    /// How much of it has been split before.
    seen: usize,
    /// Whether anything not yet reported by a piece was read as Windows-1252.
    mended: bool,
}

/// What the workers share.
struct Shared<M> {
    format: Format,
    make: M,
    /// Buffers to be used again.
    splitters: Mutex<Vec<Splitter>>,
    buffers: Mutex<Vec<Vec<u8>>>,
}

/// A chunk that was split.
struct Outcome<T> {
    bytes: Vec<u8>,
    last: bool,
    consumed: usize,
    line_count: u64,
    piece: Piece<T>,
}

impl<M: Make> Pieces<M> {
    /// Takes a text whose first line is counted as `line`, in chunks of about `size` bytes.
    pub(super) fn of_size(
        input: Input,
        format: Format,
        line: u64,
        make: M,
        threads: Threads,
        size: usize,
    ) -> Self {
        let shared = Arc::new(Shared {
            format: format.clone(),
            make,
            splitters: Mutex::default(),
            buffers: Mutex::default(),
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

    /// What comes next, or [`Next::Waiting`] after `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> Next<Result<Piece<M::Made>, Error>> {
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
                self.shared.give_back(outcome.bytes);
                // A rest is not looked at again before it has doubled, or a long record would be split for each chunk.
                if !outcome.last && rest.bytes.len() < rest.seen * 2 {
                    self.rest = Some(rest);
                    return Next::Waiting;
                }
                match self.shared.work(rest.bytes, outcome.last) {
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
            self.rest = Some(Rest {
                seen: bytes.len(),
                bytes,
                mended: false,
            });
        }
        let mut piece = outcome.piece;
        if M::keeps_text(&piece.made) {
            piece.text = outcome.bytes;
        } else {
            self.shared.give_back(outcome.bytes);
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

impl<M: Make> Shared<M> {
    fn work(&self, mut bytes: Vec<u8>, last: bool) -> Result<Outcome<M::Made>, Error> {
        let mut is_mended = false;
        if self.format.windows_1252
            && let Some(text) = mended(&bytes, self.format.line_break)
        {
            (bytes, is_mended) = (text, true);
        }
        let mut splitter = locked(&self.splitters).pop().unwrap_or_default();
        let len = bytes.len();
        let rows = splitter.split(&self.format, &bytes, last);
        let made = self.make.make(&self.format, rows, &mut bytes);
        bytes.truncate(len);
        let text = |&(from, to): &(u32, u32)| {
            let text = &bytes[from as usize..to as usize];
            &text[..text.len().min(KEPT)]
        };
        let texts = BinaryArray::from_iter_values(rows.refused_at.iter().map(text));
        let outcome = made.map(|made| Outcome {
            bytes,
            last,
            consumed: rows.consumed,
            line_count: rows.line_count,
            piece: Piece {
                made,
                rows: rows.len(),
                between: Lines {
                    refused: std::mem::take(&mut rows.refused),
                    texts,
                    blank: rows.blank,
                    mended: is_mended,
                },
                lines: std::mem::take(&mut rows.lines),
                bytes: rows.consumed,
                text: Vec::new(),
            },
        });
        locked(&self.splitters).push(splitter);
        outcome
    }

    /// Keeps a buffer for another chunk; only of the usual size, and never more than are at work.
    fn give_back(&self, buffer: Vec<u8>) {
        const KEPT: usize = 64;
        if buffer.capacity() <= 4 * chunks::CHUNK {
            let mut buffers = locked(&self.buffers);
            if buffers.len() < KEPT {
                buffers.push(buffer);
            }
        }
    }
}

impl<T> Piece<T> {
    /// The line of a row, from where counting begins anew.
    pub(super) fn line_of(&self, row: u32) -> u64 {
        let at = self.lines.partition_point(|&(first, _)| first <= row);
        // Counting begins with the first row.
        let (first, line) = self.lines[at - 1];
        line + u64::from(row - first)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The chunks of a text, each a task.
struct Tasks<M: Make> {
    chunks: Option<Chunks>,
    shared: Arc<Shared<M>>,
}

/// A chunk to split; as an iterator it has one step.
struct Task<M: Make> {
    shared: Arc<Shared<M>>,
    step: Option<Step>,
}

enum Step {
    Split(Chunk),
    Busy,
    Failed(Error),
}

impl<M: Make> Iterator for Tasks<M> {
    type Item = Task<M>;

    fn next(&mut self) -> Option<Task<M>> {
        let chunks = self.chunks.as_mut()?;
        let buffer = locked(&self.shared.buffers).pop().unwrap_or_default();
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

impl<M: Make> Iterator for Task<M> {
    type Item = Option<Result<Outcome<M::Made>, Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.step.take()? {
            Step::Busy => Some(None),
            Step::Failed(error) => Some(Some(Err(error))),
            Step::Split(chunk) => Some(Some(self.shared.work(chunk.bytes, chunk.last))),
        }
    }
}
