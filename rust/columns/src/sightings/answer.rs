//! Answers as Arrow columns, with documented types.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt64Array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use numguard_core::linkage::NO_TIME;

use super::by_key::Chunk;
use super::words::Words;
use super::{ChangesTable, CommonTable, Hits};
use crate::Error;

const ZONE: &str = "Asia/Kolkata";

impl Hits {
    /// `key`, `row` uint64, `at` timestamp[us, Asia/Kolkata].
    ///
    /// # Errors
    /// [`Error::Arrow`] never, unless this file is wrong; as in the other functions.
    pub fn into_batch(self) -> Result<RecordBatch, Error> {
        batch(vec![
            ("key", unsigned(self.keys)),
            ("row", unsigned(self.rows)),
            ("at", times(self.ats)),
        ])
    }
}

impl CommonTable {
    /// Where the sources of each key begin in [`which`](Self::which), and where the last ones end; int32.
    pub fn offsets(&mut self) -> ArrayRef {
        Arc::new(Int32Array::from(std::mem::take(&mut self.offsets)))
    }

    /// The numbers of the sources; int32.
    pub fn which(&mut self) -> ArrayRef {
        Arc::new(Int32Array::from(std::mem::take(&mut self.which)))
    }

    /// `key` uint64, `sources`, `rows` int64, `first_seen`, `last_seen` timestamp[us, Asia/Kolkata].
    ///
    /// # Errors
    /// As [`Hits::into_batch`].
    pub fn into_batch(self) -> Result<RecordBatch, Error> {
        batch(vec![
            ("key", unsigned(self.keys)),
            ("sources", signed(self.sources)),
            ("rows", signed(self.rows)),
            ("first_seen", times(self.first)),
            ("last_seen", times(self.last)),
        ])
    }
}

impl ChangesTable {
    /// `key`, `other` uint64, `from`, `to` timestamp[us, Asia/Kolkata], `sightings` int64, `followed` uint64 and `overlap`
    /// int64 (seconds), both null in the first period of a key, `from_row`, `to_row` int64, to which `first` is added.
    ///
    /// # Errors
    /// As [`Hits::into_batch`].
    pub fn into_batches(self, first: u64) -> Result<Vec<RecordBatch>, Error> {
        let chunks = self.0.into_iter();
        chunks.map(|chunk| chunk.into_batch(first)).collect()
    }
}

impl Chunk {
    fn into_batch(mut self, first: u64) -> Result<RecordBatch, Error> {
        let len = self.len;
        for rows in &mut self.columns[7..] {
            for row in rows.as_mut_slice() {
                *row += first;
            }
        }
        let followed = self.columns[5].as_slice();
        let follows = NullBuffer::new(BooleanBuffer::collect_bool(len, |row| followed[row] != 0));
        let follows = Some(follows).filter(|nulls| nulls.null_count() > 0);
        let buffers = self.columns.map(Words::into_buffer);
        let [
            key,
            other,
            from,
            to,
            sightings,
            followed,
            overlap,
            from_row,
            to_row,
        ] = buffers;
        let unsigned = |buffer: Buffer, nulls: Option<NullBuffer>| -> ArrayRef {
            Arc::new(UInt64Array::new(ScalarBuffer::new(buffer, 0, len), nulls))
        };
        let signed = |buffer: Buffer, nulls: Option<NullBuffer>| -> ArrayRef {
            Arc::new(Int64Array::new(ScalarBuffer::new(buffer, 0, len), nulls))
        };
        let timed = |buffer: Buffer| -> ArrayRef {
            let times = TimestampMicrosecondArray::new(ScalarBuffer::new(buffer, 0, len), None);
            Arc::new(times.with_timezone(ZONE))
        };
        batch(vec![
            ("key", unsigned(key, None)),
            ("other", unsigned(other, None)),
            ("from", timed(from)),
            ("to", timed(to)),
            ("sightings", signed(sightings, None)),
            ("followed", unsigned(followed, follows.clone())),
            ("overlap", signed(overlap, follows)),
            ("from_row", signed(from_row, None)),
            ("to_row", signed(to_row, None)),
        ])
    }
}

fn unsigned(values: Vec<u64>) -> ArrayRef {
    Arc::new(UInt64Array::from(values))
}

fn signed(values: Vec<i64>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}

/// Times, null where there is none.
fn times(ats: Vec<i64>) -> ArrayRef {
    let timed = BooleanBuffer::collect_bool(ats.len(), |row| ats[row] != NO_TIME);
    let timed = Some(NullBuffer::new(timed)).filter(|nulls| nulls.null_count() > 0);
    let times = TimestampMicrosecondArray::new(ScalarBuffer::from(ats), timed);
    Arc::new(times.with_timezone(ZONE))
}

fn batch(columns: Vec<(&'static str, ArrayRef)>) -> Result<RecordBatch, Error> {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}
