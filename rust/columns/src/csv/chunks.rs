//! An input -> chunks that end at a line break.
//!
//! Owns where a text is cut. A cut is a guess: a line break after an even number of quotation marks, which is a record's
//! end if cells are quoted correctly. A line that is longer than a record may be is truncated, so that memory use does not
//! depend on the contents of a file.

use std::io::{self, ErrorKind, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::{Format, Input};

/// Bytes of a chunk: with the offsets of its cells they fit into the second-level cache.
pub(crate) const CHUNK: usize = 1 << 19;

/// Quotation marks are looked for in one of so many bytes, at the start of a chunk.
const SAMPLED: usize = 32;

/// Bytes of a too long line that are skipped before `next` returns, so that the caller can be interrupted.
const SKIPPED: usize = 1 << 24;

/// A part of the text that begins where the one before ended.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) bytes: Vec<u8>,
    /// Whether it is the last one.
    pub(super) last: bool,
}

/// Cuts an input.
pub(crate) struct Chunks {
    input: Input,
    format: Format,
    size: usize,
    /// Whether a quotation mark was found in the samples so far.
    quotes: bool,
    /// Bytes that were read and not yet returned.
    rest: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// Within a line that is longer than a record may be; `rest` holds its beginning.
    Skipping,
    Ended,
}

/// One step of reading an input.
#[derive(Debug)]
pub(crate) enum Next {
    Chunk(Chunk),
    /// Nothing yet: a long line is being skipped.
    Busy,
    End,
}

impl Chunks {
    pub(crate) fn new(input: Input, format: Format, size: usize) -> Self {
        Self {
            input,
            format,
            size,
            quotes: false,
            rest: Vec::new(),
            state: State::Reading,
        }
    }

    /// The next chunk, in a reused `buffer`. The last chunk is marked, and may be empty.
    pub(crate) fn next(&mut self, mut buffer: Vec<u8>) -> io::Result<Next> {
        match self.state {
            State::Ended => return Ok(Next::End),
            State::Skipping => {
                if !self.skip()? {
                    return Ok(Next::Busy);
                }
            }
            State::Reading => {}
        }
        // The old contents of the buffer are overwritten, so that it need not be zeroed again.
        let mut len = self.rest.len();
        buffer.resize(buffer.len().max(len), 0);
        buffer[..len].copy_from_slice(&self.rest);
        self.rest.clear();
        let mut searched = 0;
        loop {
            let wanted = self.size.max(len + (self.size / 2).max(1));
            let is_end = self.fill(&mut buffer, &mut len, wanted)?;
            if is_end {
                self.state = State::Ended;
                buffer.truncate(len);
                return Ok(Next::Chunk(Chunk {
                    bytes: buffer,
                    last: true,
                }));
            }
            if let Some(last) = memrchr(self.format.line_break, &buffer[searched..len]) {
                let cut = self.cut(&buffer[..len], searched + last);
                self.rest.extend_from_slice(&buffer[cut..len]);
                buffer.truncate(cut);
                return Ok(Next::Chunk(Chunk {
                    bytes: buffer,
                    last: false,
                }));
            }
            searched = len;
            let enough = self.format.longest + 2;
            if len > enough {
                buffer.truncate(enough);
                self.rest = buffer;
                self.state = State::Skipping;
                return Ok(Next::Busy);
            }
        }
    }

    /// Reads until there are `wanted` bytes; returns whether the input ended first.
    fn fill(&mut self, buffer: &mut Vec<u8>, len: &mut usize, wanted: usize) -> io::Result<bool> {
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        while *len < wanted {
            match self.input.read(&mut buffer[*len..wanted]) {
                Ok(0) => return Ok(true),
                Ok(read) => *len += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Skips more of a line that is too long. Returns whether its end was reached.
    fn skip(&mut self) -> io::Result<bool> {
        let mut skipped = 0;
        let mut more = Vec::new();
        while skipped < SKIPPED {
            let mut len = 0;
            let is_end = self.fill(&mut more, &mut len, self.size)?;
            skipped += len;
            if let Some(end) = memchr(self.format.line_break, &more[..len]) {
                self.rest.extend_from_slice(&more[end..len]);
                self.state = State::Reading;
                return Ok(true);
            }
            if is_end {
                self.state = State::Reading;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where to cut a text whose last line break is at `last`: after the last line break that follows an even number of
    /// quotation marks. A text without quotation marks in any sample rarely has others, so that none are counted.
    fn cut(&mut self, bytes: &[u8], last: usize) -> usize {
        let is_odd = |bytes: &[u8]| memchr_iter(b'"', bytes).count() % 2 == 1;
        self.quotes |= memchr(b'"', &bytes[..bytes.len().div_ceil(SAMPLED)]).is_some();
        if !self.format.quoted || !self.quotes || !is_odd(&bytes[..last]) {
            return last + 1;
        }
        let (mut at, mut odd) = (last, true);
        // Only the second half is searched: otherwise a mark that is never closed would make every chunk short.
        let least = bytes.len() / 2;
        while let Some(before) = memrchr(self.format.line_break, &bytes[..at]) {
            if before < least {
                break;
            }
            odd ^= is_odd(&bytes[before..at]);
            at = before;
            if !odd {
                return at + 1;
            }
        }
        last + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(text: &'static [u8], size: usize, longest: usize) -> Vec<Vec<u8>> {
        let format = Format {
            separator: b',',
            quoted: true,
            line_break: b'\n',
            width: 2,
            named: 2,
            longest,
            windows_1252: false,
            apostrophes: false,
        };
        let mut chunks = Chunks::new(Box::new(text), format, size);
        let mut all = Vec::new();
        loop {
            match chunks.next(Vec::new()).unwrap() {
                Next::Chunk(chunk) => all.push(chunk.bytes),
                Next::Busy => {}
                Next::End => return all,
            }
        }
    }

    #[test]
    fn a_text_is_cut_after_line_breaks() {
        assert_eq!(
            chunks(b"1,2\n3,4\n5,6", 5, 99),
            [&b"1,2\n"[..], b"3,4\n", b"5,6"]
        );
        assert_eq!(chunks(b"", 5, 99), [b""]);
    }

    #[test]
    fn a_text_is_not_cut_inside_a_quoted_cell() {
        let text = b"\"1\",222\n3,\"\n\",4\n";
        assert_eq!(chunks(text, 13, 99), [&text[..8], &text[8..]]);
    }

    #[test]
    fn a_text_without_quotation_marks_at_the_start_may_be_cut_anywhere() {
        let text = b"1,22222\n3,\"\n\",4\n";
        assert_eq!(chunks(text, 13, 99), [&text[..12], &text[12..]]);
    }

    #[test]
    fn a_line_too_long_is_truncated_just_past_the_limit() {
        assert_eq!(
            chunks(b"1,2\n3333333333333333,4\n5,6", 4, 8),
            [&b"1,2\n"[..], b"3333333333\n", b"5,6"]
        );
    }
}
