//! An input -> the results of its chunks of whole lines, in parallel and in order.

use std::sync::Arc;
use std::time::Duration;

use crate::Error;
use crate::csv::{Buffers, Chunk, Chunks, Format, Input, NextChunk};
use crate::parallel::{Next, Ordered, Threads};

const NOT_UTF8: Error = Error::Json("holds text that is not UTF-8: save it again as UTF-8");
const LONG_LINE: Error = Error::Json(
    "a line has more bytes than the limit: inspect the file, then set NUMGUARD_MOST_DOCUMENT to read it",
);

/// A function of the lines of a chunk.
pub(super) trait Process: Send + Sync + 'static {
    /// Its result.
    type Output: Send + 'static;

    /// The result, and how many lines there are.
    fn process(&self, text: &str) -> Result<(Self::Output, usize), Error>;
}

/// The result of a chunk.
pub(super) struct Piece<T> {
    pub(super) output: T,
    /// The number of its first line.
    pub(super) line: u64,
    /// Number of bytes.
    pub(super) bytes: usize,
}

/// The results of the chunks of a text.
pub(super) struct Pieces<M: Process> {
    ordered: Ordered<Tasks<M>>,
    line: u64,
}

impl<M: Process> Pieces<M> {
    /// Reads a text in chunks of about `size` bytes, with lines of `longest` bytes at most.
    pub(super) fn new(
        input: Input,
        longest: usize,
        process: M,
        threads: Threads,
        size: usize,
    ) -> Self {
        let format = Format {
            separator: b',',
            quoted: false,
            line_break: b'\n',
            width: 1,
            named: 1,
            longest,
            windows_1252: false,
            apostrophes: false,
        };
        let tasks = Tasks {
            chunks: Some(Chunks::new(input, format, size)),
            shared: Arc::new((process, Buffers::default())),
        };
        Self {
            ordered: Ordered::new(tasks, threads),
            line: 1,
        }
    }

    /// The next piece, or [`Next::Waiting`] after `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> Next<Result<Piece<M::Output>, Error>> {
        match self.ordered.next(patience) {
            Next::End => Next::End,
            Next::Waiting => Next::Waiting,
            Next::Ready(Err(error)) => Next::Ready(Err(error)),
            Next::Ready(Ok((output, lines, bytes))) => {
                let line = self.line;
                self.line += lines as u64;
                Next::Ready(Ok(Piece {
                    output,
                    line,
                    bytes,
                }))
            }
        }
    }
}

/// The chunks of a text as tasks.
struct Tasks<M> {
    chunks: Option<Chunks>,
    shared: Arc<(M, Buffers)>,
}

/// A chunk to process: an iterator with one step.
struct Task<M> {
    shared: Arc<(M, Buffers)>,
    chunk: Option<Result<Chunk, Error>>,
}

impl<M: Process> Iterator for Tasks<M> {
    type Item = Task<M>;

    fn next(&mut self) -> Option<Task<M>> {
        let chunk = match self.chunks.as_mut()?.next(self.shared.1.take()) {
            Ok(NextChunk::Chunk(chunk)) => Ok(chunk),
            Ok(NextChunk::Busy) => Err(LONG_LINE),
            Ok(NextChunk::End) => {
                self.chunks = None;
                return None;
            }
            Err(error) => Err(Error::Reading(error)),
        };
        if chunk.is_err() {
            self.chunks = None;
        }
        Some(Task {
            shared: Arc::clone(&self.shared),
            chunk: Some(chunk),
        })
    }
}

impl<M: Process> Iterator for Task<M> {
    type Item = Option<Result<(M::Output, usize, usize), Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (process, buffers) = &*self.shared;
        Some(Some(self.chunk.take()?.and_then(
            |Chunk { bytes, .. }| {
                let text = simdutf8::basic::from_utf8(&bytes).map_err(|_| NOT_UTF8)?;
                let (output, lines) = process.process(text)?;
                let len = bytes.len();
                buffers.give_back(bytes);
                Ok((output, lines, len))
            },
        )))
    }
}
