//! Answers as Arrow columns, with documented types.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt64Array,
};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use numguard_core::linkage::NO_TIME;

use super::{ChangesTable, CommonTable, Hits};
use crate::Error;

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
    /// int64 (microseconds), both null in the first period of a key, `from_row`, `to_row` uint64.
    ///
    /// # Errors
    /// As [`Hits::into_batch`].
    pub fn into_batch(self) -> Result<RecordBatch, Error> {
        let follows = nulls(self.followed.iter().map(|&other| other != 0));
        let followed = UInt64Array::new(ScalarBuffer::from(self.followed), follows.clone());
        let overlap = Int64Array::new(ScalarBuffer::from(self.overlap), follows);
        batch(vec![
            ("key", unsigned(self.keys)),
            ("other", unsigned(self.others)),
            ("from", times(self.from)),
            ("to", times(self.to)),
            ("sightings", signed(self.sightings)),
            ("followed", Arc::new(followed)),
            ("overlap", Arc::new(overlap)),
            ("from_row", unsigned(self.from_row)),
            ("to_row", unsigned(self.to_row)),
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
    let timed = nulls(ats.iter().map(|&at| at != NO_TIME));
    let times = TimestampMicrosecondArray::new(ScalarBuffer::from(ats), timed);
    Arc::new(times.with_timezone("Asia/Kolkata"))
}

fn nulls(valid: impl Iterator<Item = bool>) -> Option<NullBuffer> {
    Some(NullBuffer::from_iter(valid)).filter(|nulls| nulls.null_count() > 0)
}

fn batch(columns: Vec<(&'static str, ArrayRef)>) -> Result<RecordBatch, Error> {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}
