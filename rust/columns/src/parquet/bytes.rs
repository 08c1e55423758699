//! The bytes of a Parquet file, read at an offset, and the sizes in its page headers, checked before they are used.
//!
//! The file is read, not mapped: a file that is truncated during the read is then an error, not a signal that ends the
//! process. A page header states the uncompressed size and the number of values of its page, and the reader allocates
//! that much at once. A damaged header of a few bytes can state gigabytes (arrow-rs issues 9868 and 9869).

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};

use super::thrift::{PageClaims, ThriftError, check_footer, page_claims};
use crate::Error;
use crate::parallel::locked;
use crate::positioned::{read_at, read_exact_at};

/// Bytes read for a page header: more than any header has, except with long minima and maxima.
const HEADER: usize = 512;

/// The longest page header that is read: two texts of some megabytes. A damaged one could state any length.
const LONGEST_HEADER: u64 = 1 << 24;

/// Pages of up to this many bytes or values are not checked.
const SMALL: u64 = 1 << 20;

/// A file open for any number of threads.
#[derive(Clone)]
pub(crate) struct Input {
    file: Arc<File>,
    len: u64,
    /// Sorted by offset; set after the footer is read.
    chunks: Arc<OnceLock<Vec<Chunk>>>,
    /// Offsets of page data after the headers that were checked. The reader also opens some of these, and they are not
    /// headers. It is the bytes that the reader parses which are checked, so that nothing is gained by a file that changes
    /// while it is read.
    bodies: Arc<Mutex<HashSet<u64>>>,
}

/// The byte range of a column chunk and what the footer states about it.
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

    /// Refuses a footer that would exhaust memory or the stack. A file without a footer is left to the reader. Returns
    /// whether some of the columns are encrypted.
    pub(super) fn check_footer(&self) -> Result<bool, ParquetError> {
        const TAIL: u64 = 8;
        let Some(end) = self.len.checked_sub(TAIL) else {
            return Ok(false);
        };
        let tail = self.get_bytes(end, TAIL as usize)?;
        let (len, magic) = tail.split_at(4);
        let len = len
            .iter()
            .rev()
            .fold(0, |len, &byte| len << 8 | u64::from(byte));
        match end.checked_sub(len) {
            Some(start) if magic == b"PAR1" => check_footer(&self.get_bytes(start, len as usize)?),
            _ => Ok(false),
        }
    }

    /// Stores the byte ranges of the chunks, so that their pages can be checked. Refuses chunks that share bytes: what is a
    /// header in one could be in the data of a page of the other, and would then not be checked.
    pub(super) fn set_chunks(&self, metadata: &ParquetMetaData) -> Result<(), ParquetError> {
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
        chunks.sort_unstable_by_key(|chunk| (chunk.start, chunk.end));
        if chunks.windows(2).any(|pair| pair[0].end > pair[1].start) {
            let why = "two column chunks share bytes";
            return Err(ParquetError::General(why.to_owned()));
        }
        self.chunks.get_or_init(|| chunks);
        Ok(())
    }

    /// What a page header states; `most` is how long it can be. One with long minima and maxima is read again, so that none
    /// is used without a check, and none is taken for page data.
    fn claims(&self, start: u64, head: &[u8], most: u64) -> Result<PageClaims, ParquetError> {
        let mut claims = page_claims(head, most);
        let mut len = head.len() as u64;
        let longest = most.min(LONGEST_HEADER);
        while matches!(claims, Err(ThriftError::Short)) && len < longest {
            len = longest.min(len.saturating_mul(8).max(HEADER as u64));
            claims = page_claims(&self.get_bytes(start, len as usize)?, most);
        }
        claims.map_err(|_| ParquetError::General("a page header is damaged".to_owned()))
    }

    /// Refuses a page header with impossible sizes.
    fn check(&self, start: u64, head: &[u8]) -> Result<(), ParquetError> {
        let chunks = self.chunks.get().map_or(&[][..], Vec::as_slice);
        let at = chunks.partition_point(|chunk| chunk.start <= start);
        let Some(chunk) = at.checked_sub(1).map(|at| &chunks[at]) else {
            return Ok(());
        };
        let mut bodies = locked(&self.bodies);
        if start >= chunk.end || bodies.contains(&start) {
            return Ok(());
        }
        let claims = self.claims(start, head, chunk.end - start)?;
        // Where an empty page ends, the next header begins: a dictionary of nulls alone has no bytes.
        if claims.packed > 0 {
            bodies.insert(start + claims.header as u64);
        }
        chunk.check(&claims)
    }
}

impl Chunk {
    fn check(&self, page: &PageClaims) -> Result<(), ParquetError> {
        let why = if page.unpacked > SMALL && page.unpacked > self.most(page.packed) {
            "a page header states a larger size than its column has"
        } else if page.values <= SMALL {
            return Ok(());
        } else if page.is_dictionary && page.values > page.unpacked {
            "a dictionary header states more entries than bytes"
        } else if !page.is_dictionary && page.values > self.values {
            "a page header states more values than its column has"
        } else {
            return Ok(());
        };
        Err(ParquetError::General(why.to_owned()))
    }

    /// The largest uncompressed size of a page of `packed` bytes: at most twice that of the whole chunk (writers count it
    /// differently), and at most what its codec can encode in this number of bytes.
    fn most(&self, packed: u64) -> u64 {
        let ratio = match self.compression {
            Compression::UNCOMPRESSED => 1,
            Compression::SNAPPY => 22,
            Compression::LZ4 | Compression::LZ4_RAW | Compression::LZO => 256,
            Compression::GZIP(_) => 1040,
            // A block of four bytes can encode 128 KiB (RFC 8878, section 3.1.1.2).
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
    type T = OffsetReader;

    fn get_read(&self, start: u64) -> Result<OffsetReader, ParquetError> {
        let mut reader = OffsetReader {
            file: Arc::clone(&self.file),
            offset: start,
            head: [0; HEADER],
            unread: 0..0,
        };
        reader.unread = 0..read_at(&reader.file, &mut reader.head, start)?;
        reader.offset += reader.unread.end as u64;
        self.check(start, &reader.head[reader.unread.clone()])?;
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        if start
            .checked_add(length as u64)
            .is_none_or(|end| end > self.len)
        {
            let why = "the file is truncated";
            return Err(ParquetError::EOF(why.to_owned()));
        }
        let mut bytes = vec![0; length];
        read_exact_at(&self.file, &mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// A reader of a file from an offset on.
pub(crate) struct OffsetReader {
    file: Arc<File>,
    offset: u64,
    head: [u8; HEADER],
    unread: std::ops::Range<usize>,
}

impl Read for OffsetReader {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, RecordBatch};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
    use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataBuilder};

    use super::Input;

    #[test]
    fn chunks_that_share_bytes_are_refused() {
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..1000));
        let batch =
            RecordBatch::try_from_iter([("a", Arc::clone(&column)), ("b", column)]).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer =
            ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let input = || Input::open(file.path()).unwrap();
        let footer = ArrowReaderMetadata::load(&input(), ArrowReaderOptions::new()).unwrap();
        assert!(input().set_chunks(footer.metadata()).is_ok());
        let shifted = ParquetMetaData::clone(footer.metadata());
        let mut groups = shifted.row_groups().to_vec();
        let [first, second] = [0, 1].map(|n| groups[0].column(n).clone());
        let (start, _) = first.byte_range();
        let moved = second
            .into_builder()
            .set_dictionary_page_offset(Some(i64::try_from(start).unwrap() + 40))
            .build()
            .unwrap();
        let group = groups.remove(0).into_builder();
        let group = group
            .set_column_metadata(vec![first, moved])
            .build()
            .unwrap();
        let shifted = ParquetMetaDataBuilder::new_from_metadata(shifted)
            .set_row_groups(vec![group])
            .build();
        let refused = input().set_chunks(&shifted).unwrap_err();
        assert!(refused.to_string().contains("share bytes"));
    }
}
