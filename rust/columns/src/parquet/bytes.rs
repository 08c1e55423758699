//! The bytes of a Parquet file, read at their offset, and the sizes in its page headers, checked before they are used.
//!
//! Read rather than mapped: a file that is cut short while it is read is then an error, not a signal that ends the
//! process. A page header states how large its page unpacks and how many values it holds, and the reader allocates that
//! much at once; a false header of a few bytes can claim gigabytes (arrow-rs issues 9868 and 9869).

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};

use super::thrift::{PageClaims, Stop, check_footer, page_claims};
use crate::Error;
use crate::positioned::{read_at, read_exact_at};

/// Bytes read for a page header: more than any has, unless its writer put long minima and maxima in.
const HEADER: usize = 512;

/// Pages of up to so many bytes or values are not worth a question.
const SMALL: u64 = 1 << 20;

/// A file open for any number of threads.
#[derive(Clone)]
pub(crate) struct Input {
    file: Arc<File>,
    len: u64,
    /// By their place; known once the footer is.
    chunks: Arc<OnceLock<Vec<Chunk>>>,
    /// Where pages begin behind their headers: the reader asks for some of these too, and they are no headers.
    bodies: Arc<Mutex<HashSet<u64>>>,
}

/// The range of a column chunk and what the footer states of it.
struct Chunk {
    start: u64,
    end: u64,
    unpacked: u64,
    values: u64,
    compression: Compression,
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let opened = File::open(path).and_then(|file| {
            let len = file.metadata()?.len();
            Ok((Arc::new(file), len))
        });
        let (file, len) = opened.map_err(|error| Error::file(path, error))?;
        Ok(Self {
            file,
            len,
            chunks: Arc::default(),
            bodies: Arc::default(),
        })
    }

    /// Refuses a footer whose claims would end the process. What is no footer at all is left to the reader.
    pub(super) fn check_footer(&self) -> Result<(), ParquetError> {
        const TAIL: u64 = 8;
        let Some(end) = self.len.checked_sub(TAIL) else {
            return Ok(());
        };
        let tail = self.get_bytes(end, TAIL as usize)?;
        let (len, magic) = tail.split_at(4);
        let len = len
            .iter()
            .rev()
            .fold(0, |len, &byte| len << 8 | u64::from(byte));
        match end.checked_sub(len) {
            Some(start) if magic == b"PAR1" => check_footer(&self.get_bytes(start, len as usize)?),
            _ => Ok(()),
        }
    }

    /// Takes note of where the chunks stand, so that their pages can be checked.
    pub(super) fn learn(&self, metadata: &ParquetMetaData) {
        self.chunks.get_or_init(|| {
            let mut chunks: Vec<Chunk> = metadata
                .row_groups()
                .iter()
                .flat_map(RowGroupMetaData::columns)
                .map(|column| {
                    let (start, len) = column.byte_range();
                    Chunk {
                        start,
                        end: start.saturating_add(len),
                        unpacked: u64::try_from(column.uncompressed_size()).unwrap_or(0),
                        values: u64::try_from(column.num_values()).unwrap_or(0),
                        compression: column.compression(),
                    }
                })
                .collect();
            chunks.sort_unstable_by_key(|chunk| chunk.start);
            chunks
        });
    }

    /// Refuses a page header whose claims cannot be true.
    fn check(&self, start: u64, head: &[u8]) -> Result<(), ParquetError> {
        let chunks = self.chunks.get().map_or(&[][..], Vec::as_slice);
        let at = chunks.partition_point(|chunk| chunk.start <= start);
        let Some(chunk) = at.checked_sub(1).map(|at| &chunks[at]) else {
            return Ok(());
        };
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        if start >= chunk.end || bodies.contains(&start) {
            return Ok(());
        }
        let claims = match page_claims(head, chunk.end - start) {
            Ok(claims) => claims,
            // Longer than what was read of it: its writer put long minima and maxima in.
            Err(Stop::Short) if head.len() == HEADER => return Ok(()),
            Err(_) => return Err(ParquetError::General("a page header is damaged".to_owned())),
        };
        bodies.insert(start + claims.header as u64);
        chunk.check(&claims)
    }
}

impl Chunk {
    fn check(&self, page: &PageClaims) -> Result<(), ParquetError> {
        let why = if page.unpacked > SMALL && page.unpacked > self.most(page.packed) {
            "a page claims to unpack to more than its column holds"
        } else if page.values <= SMALL {
            return Ok(());
        } else if page.is_dictionary && page.values > page.unpacked {
            "a dictionary claims more words than it has bytes"
        } else if !page.is_dictionary && page.values > self.values {
            "a page claims more values than its column holds"
        } else {
            return Ok(());
        };
        Err(ParquetError::General(why.to_owned()))
    }

    /// What a page of `packed` bytes can unpack to: no more than the whole chunk (twice over, for writers that count
    /// otherwise), and no more than its codec can encode in so few bytes.
    fn most(&self, packed: u64) -> u64 {
        let ratio = match self.compression {
            Compression::UNCOMPRESSED => 1,
            Compression::SNAPPY => 22,
            Compression::LZ4 | Compression::LZ4_RAW | Compression::LZO => 256,
            Compression::GZIP(_) => 1040,
            // A block of four bytes can stand for 128 KiB (RFC 8878, section 3.1.1.2).
            Compression::ZSTD(_) => 1 << 15,
            Compression::BROTLI(_) => u64::MAX,
        };
        (2 * self.unpacked).min(packed.saturating_mul(ratio).saturating_add(64))
    }
}

impl Length for Input {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Input {
    type T = From;

    fn get_read(&self, start: u64) -> Result<From, ParquetError> {
        let mut from = From {
            file: Arc::clone(&self.file),
            offset: start,
            head: [0; HEADER],
            unread: 0..0,
        };
        from.unread = 0..read_at(&from.file, &mut from.head, start)?;
        from.offset += from.unread.end as u64;
        self.check(start, &from.head[from.unread.clone()])?;
        Ok(from)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        if start
            .checked_add(length as u64)
            .is_none_or(|end| end > self.len)
        {
            let why = "the file ends before its contents do";
            return Err(ParquetError::EOF(why.to_owned()));
        }
        let mut bytes = vec![0; length];
        read_exact_at(&self.file, &mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// A file read from some place on.
pub(crate) struct From {
    file: Arc<File>,
    offset: u64,
    head: [u8; HEADER],
    unread: std::ops::Range<usize>,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.unread.is_empty() {
            let read = read_at(&self.file, buffer, self.offset)?;
            self.offset += read as u64;
            return Ok(read);
        }
        let head = &self.head[self.unread.clone()];
        let len = head.len().min(buffer.len());
        buffer[..len].copy_from_slice(&head[..len]);
        self.unread.start += len;
        Ok(len)
    }
}
