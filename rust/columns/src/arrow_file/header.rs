//! The footer and the headers of an Arrow IPC file: where the cells of each column of each batch are.
//!
//! Format: "Arrow Columnar Format", section "Serialization and Interprocess Communication (IPC)". `arrow-ipc` parses the
//! metadata; here its figures are checked.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{Endianness, MetadataVersion, convert, root_as_footer, root_as_message};
use arrow_schema::{DataType, SchemaRef};

use crate::Error;
use crate::guard::caught;
use crate::positioned::read_exact_at;

/// The footer's length and the magic at the end of a file.
const END: u64 = 10;

/// Why a header is not read.
const BROKEN: Error = Error::Damaged("its metadata is damaged");

/// Bytes of a file.
pub(super) type Span = Range<u64>;

/// How the cells of a plain column are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Bits,
    /// So many bytes each.
    Fixed(usize),
    /// Bytes, and offsets of so many bytes.
    Bytes(usize),
    /// Views of bytes in any number of buffers.
    Views,
}

/// Bytes of a view.
pub(super) const VIEW: usize = size_of::<u128>();

impl Layout {
    /// The layout of a type; `None` if the type is not plain.
    fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Boolean => Some(Self::Bits),
            DataType::Utf8 | DataType::Binary => Some(Self::Bytes(size_of::<i32>())),
            DataType::LargeUtf8 | DataType::LargeBinary => Some(Self::Bytes(size_of::<i64>())),
            DataType::Utf8View | DataType::BinaryView => Some(Self::Views),
            DataType::FixedSizeBinary(width @ 1..) => Some(Self::Fixed(*width as usize)),
            // Their cells are not checked against their precision.
            DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal256(..) => None,
            // Nulls alone take no bytes, so that a short file may state any number of them.
            other => other.primitive_width().map(Self::Fixed),
        }
    }

    /// The bytes of values, offsets or views of so many rows.
    fn needed(self, rows: u64) -> Option<u64> {
        match self {
            Self::Bits => Some(rows.div_ceil(8)),
            Self::Fixed(width) => rows.checked_mul(width as u64),
            Self::Views => rows.checked_mul(VIEW as u64),
            // A column without rows may have no offsets.
            Self::Bytes(_) if rows == 0 => Some(0),
            Self::Bytes(width) => rows.checked_add(1)?.checked_mul(width as u64),
        }
    }
}

/// An open file, which may be read by any number of threads.
pub(super) struct ArrowFile {
    /// The name in errors.
    pub(super) name: String,
    pub(super) file: File,
    pub(super) schema: SchemaRef,
    pub(super) layouts: Vec<Layout>,
    len: u64,
    blocks: Vec<Block>,
}

/// A batch as the footer states it: its header, and the bytes behind it.
struct Block {
    header: Span,
    body: Span,
}

/// A batch of plain columns.
pub(super) struct Batch {
    pub(super) rows: usize,
    pub(super) columns: Vec<Stored>,
}

/// Where the cells of a column of a batch are.
pub(super) struct Stored {
    /// A bit for each row, if there are nulls.
    pub(super) nulls: Option<Span>,
    /// Values, offsets of bytes, or views.
    pub(super) values: Span,
    /// Buffers of bytes.
    pub(super) bytes: Vec<Span>,
}

impl ArrowFile {
    /// Opens a file and reads its footer.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Damaged`], also if its columns are not plain.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |error| Error::file(path, error);
        let file = File::open(path).map_err(failed)?;
        let len = file.metadata().map_err(failed)?.len();
        let mut opened = Self {
            name: path.display().to_string(),
            file,
            schema: SchemaRef::new(arrow_schema::Schema::empty()),
            layouts: Vec::new(),
            len,
            blocks: Vec::new(),
        };
        // The conversion of a schema panics on what it does not know.
        caught(|| opened.read_footer()).unwrap_or(Err(BROKEN))?;
        Ok(opened)
    }

    fn read_footer(&mut self) -> Result<(), Error> {
        let at = self.len.checked_sub(END).ok_or(BROKEN)?;
        let end = self.read(at..self.len)?;
        let end = end.try_into().map_err(|_| BROKEN)?;
        let footer = read_footer_length(end).map_err(|_| BROKEN)?;
        let start = at.checked_sub(footer as u64).ok_or(BROKEN)?;
        let footer = self.read(start..at)?;
        let footer = root_as_footer(&footer).map_err(|_| BROKEN)?;
        let schema = footer.schema().ok_or(BROKEN)?;
        if schema.endianness() != Endianness::Little {
            return Err(Error::Damaged("its numbers are big-endian"));
        }
        self.schema = Arc::new(convert::fb_to_schema(schema));
        let layouts = self.schema.fields().iter();
        let layouts = layouts.map(|field| Layout::of(field.data_type()));
        self.layouts = layouts
            .collect::<Option<_>>()
            .ok_or(Error::Damaged("its columns are not plain"))?;
        let blocks = footer.recordBatches().into_iter().flatten();
        let blocks = blocks.map(|block| {
            let offset = u64::try_from(block.offset()).ok()?;
            let header = self.part(offset, block.metaDataLength().into())?;
            let body = self.part(header.end, block.bodyLength())?;
            Some(Block { header, body })
        });
        self.blocks = blocks.collect::<Option<_>>().ok_or(BROKEN)?;
        Ok(())
    }

    /// Bytes of the file; `None` if it is shorter.
    fn part(&self, start: u64, len: i64) -> Option<Span> {
        let end = start.checked_add(u64::try_from(len).ok()?)?;
        (end <= self.len).then_some(start..end)
    }

    /// The number of batches.
    pub(super) fn batches(&self) -> usize {
        self.blocks.len()
    }

    /// Reads the header of a batch.
    ///
    /// # Errors
    /// [`Error::Damaged`], also if the batch is compressed.
    pub(super) fn batch(&self, n: usize) -> Result<Batch, Error> {
        let block = &self.blocks[n];
        let header = self.read(block.header.clone())?;
        let mut message = header.as_slice();
        // Since version 0.15 of the format four bytes stand before the length.
        if let Some(rest) = message.strip_prefix(&[u8::MAX; 4]) {
            message = rest;
        }
        let message = root_as_message(message.get(4..).ok_or(BROKEN)?).map_err(|_| BROKEN)?;
        let batch = message.header_as_record_batch().ok_or(BROKEN)?;
        if message.version() != MetadataVersion::V5 || batch.compression().is_some() {
            return Err(Error::Damaged("its batches are not plain"));
        }
        let rows = u64::try_from(batch.length()).map_err(|_| BROKEN)?;
        let nodes = batch.nodes().ok_or(BROKEN)?;
        let mut buffers = batch.buffers().into_iter().flatten().map(|buffer| {
            let start = u64::try_from(buffer.offset()).ok()?;
            let end = start.checked_add(u64::try_from(buffer.length()).ok()?)?;
            let of_file =
                block.body.start.checked_add(start)?..block.body.start.checked_add(end)?;
            (of_file.end <= block.body.end).then_some(of_file)
        });
        let mut next = || buffers.next().flatten().ok_or(BROKEN);
        if nodes.len() != self.layouts.len() {
            return Err(BROKEN);
        }
        let mut of_views = batch.variadicBufferCounts().into_iter().flatten();
        let mut columns = Vec::with_capacity(self.layouts.len());
        for (layout, node) in self.layouts.iter().zip(nodes) {
            let nulls = next()?;
            let values = next()?;
            let of_bytes = match layout {
                Layout::Bits | Layout::Fixed(_) => 0,
                Layout::Bytes(_) => 1,
                Layout::Views => of_views.next().ok_or(BROKEN)?,
            };
            let stored = Stored {
                nulls: (node.null_count() != 0).then_some(nulls),
                values,
                bytes: (0..of_bytes).map(|_| next()).collect::<Result<_, _>>()?,
            };
            let is_long = |span: &Span, needed: Option<u64>| {
                needed.is_some_and(|needed| span.end - span.start >= needed)
            };
            let is_whole = u64::try_from(node.length()) == Ok(rows)
                && is_long(&stored.values, layout.needed(rows))
                && stored
                    .nulls
                    .as_ref()
                    .is_none_or(|nulls| is_long(nulls, Layout::Bits.needed(rows)));
            if !is_whole {
                return Err(BROKEN);
            }
            columns.push(stored);
        }
        let rows = usize::try_from(rows).map_err(|_| BROKEN)?;
        Ok(Batch { rows, columns })
    }

    /// Reads bytes that are in the file, as its length was when it was opened.
    fn read(&self, span: Span) -> Result<Vec<u8>, Error> {
        let len = usize::try_from(span.end - span.start).map_err(|_| BROKEN)?;
        let mut bytes = vec![0; len];
        self.fill(span.start, &mut bytes)?;
        Ok(bytes)
    }

    /// Fills `bytes` from a place in the file.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the file has been cut short; [`Error::Reading`].
    pub(super) fn fill(&self, start: u64, bytes: &mut [u8]) -> Result<(), Error> {
        read_exact_at(&self.file, bytes, start).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Error::Damaged("it has been cut short"),
            _ => Error::Reading(error),
        })
    }
}
