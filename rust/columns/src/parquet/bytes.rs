//! The bytes of a Parquet file, read at their place, and the sizes in its page headers, checked before they are believed.
//!
//! Read rather than mapped: a file that is cut short while it is read is then an error, not a signal that ends the
//! process. A page header says how large its page unpacks, and the decompressor makes that much room at once; a header
//! that is a lie of a few bytes would claim gigabytes (arrow-rs issues 9868 and 9869).

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};

use crate::Error;

/// Bytes read for a page header: more than any has, unless its writer put long minima and maxima in.
const HEADER: usize = 512;

/// Pages up to this size are not worth a question.
const SMALL: u64 = 1 << 20;

/// A file open for any number of threads.
#[derive(Clone)]
pub(crate) struct Input {
    file: Arc<File>,
    len: u64,
    /// By their place; known once the footer is.
    chunks: Arc<OnceLock<Vec<Chunk>>>,
}

/// Where a column chunk stands and what its footer says of it.
struct Chunk {
    start: u64,
    end: u64,
    unpacked: u64,
    compression: Compression,
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let opened = File::open(path).and_then(|file| {
            let len = file.metadata()?.len();
            Ok((Arc::new(file), len))
        });
        let (file, len) = opened.map_err(|error| Error::file(path, error))?;
        let chunks = Arc::default();
        Ok(Self { file, len, chunks })
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
                        compression: column.compression(),
                    }
                })
                .collect();
            chunks.sort_unstable_by_key(|chunk| chunk.start);
            chunks
        });
    }

    /// Refuses a page header whose sizes cannot be true.
    fn check(&self, start: u64, header: &[u8]) -> Result<(), ParquetError> {
        let chunks = self.chunks.get().map_or(&[][..], Vec::as_slice);
        let at = chunks.partition_point(|chunk| chunk.start <= start);
        let chunk = at.checked_sub(1).map(|at| &chunks[at]);
        let (Some(chunk), Some((unpacked, packed))) = (chunk, page_sizes(header)) else {
            return Ok(());
        };
        if start < chunk.end && unpacked > SMALL && unpacked > chunk.most(packed) {
            let why = "a page claims to unpack to more than its column holds";
            return Err(ParquetError::General(why.to_owned()));
        }
        Ok(())
    }
}

impl Chunk {
    /// What a page of `packed` bytes can unpack to: no more than the whole chunk (twice over, for writers that count
    /// otherwise), and no more than its codec could ever say in so few bytes.
    fn most(&self, packed: u64) -> u64 {
        let ratio = match self.compression {
            Compression::UNCOMPRESSED => 1,
            Compression::SNAPPY => 22,
            Compression::LZ4 | Compression::LZ4_RAW | Compression::LZO => 256,
            Compression::GZIP(_) => 1040,
            Compression::BROTLI(_) | Compression::ZSTD(_) => u64::MAX,
        };
        (2 * self.unpacked).min(packed.saturating_mul(ratio).saturating_add(64))
    }
}

/// The unpacked and packed size in a page header. Thrift's compact form: three integers stand first, each a byte that
/// says "the next field, an i32" and a zigzag variable-length number: type, unpacked size, packed size.
fn page_sizes(header: &[u8]) -> Option<(u64, u64)> {
    const NEXT_I32: u8 = 0x15;
    let mut bytes = header.iter().copied();
    let mut next = || {
        (bytes.next()? == NEXT_I32).then_some(())?;
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = bytes.next()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                // Negative sizes are left to the reader, which refuses them.
                return (value & 1 == 0).then_some(value >> 1);
            }
        }
        None
    };
    next()?;
    Some((next()?, next()?))
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
        from.unread = 0..from.file.read_at(&mut from.head, start)?;
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
        self.file.read_exact_at(&mut bytes, start)?;
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
            let read = self.file.read_at(buffer, self.offset)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_a_page_header() {
        // A data page (0), 300 bytes unpacked, 150 packed.
        let header = [0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0xac, 0x02, 0x2c];
        assert_eq!(page_sizes(&header), Some((300, 150)));
        assert_eq!(page_sizes(&header[..6]), None);
        assert_eq!(
            page_sizes(&[0x15, 0x00, 0x15, 0x01, 0x15, 0x02]),
            None,
            "negative"
        );
        assert_eq!(
            page_sizes(&[0x15, 0x00, 0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            None
        );
        assert_eq!(page_sizes(&[]), None);
    }
}
