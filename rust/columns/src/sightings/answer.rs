//! Answers as Arrow columns, with documented types.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt64Array,
};
use arrow_buffer::{BooleanBuffer, ScalarBuffer};
use numguard_core::linkage::NO_TIME;

use super::by_key::{COLUMNS, Chunk, FOLLOWED};
use super::{ChangesTable, CommonTable, Hits};
use crate::Error;
use crate::normalize::nulls_of;
use crate::pages::Words;

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
    /// int64 (seconds), both null in the first period of a key, `from_row`, `to_row` int64.
    ///
    /// # Errors
    /// As [`Hits::into_batch`].
    pub fn into_batches(self) -> Result<Vec<RecordBatch>, Error> {
        self.0.into_iter().map(Chunk::into_batch).collect()
    }
}

/// The type of a column of [`Chunk`].
#[derive(Clone, Copy)]
enum Kind {
    Unsigned,
    Signed,
    Time,
}

/// The columns of [`Chunk`]: name, type, and whether it is about the period before, which the first of a key has not.
const PERIOD: [(&str, Kind, bool); COLUMNS] = [
    ("key", Kind::Unsigned, false),
    ("other", Kind::Unsigned, false),
    ("from", Kind::Time, false),
    ("to", Kind::Time, false),
    ("sightings", Kind::Signed, false),
    ("followed", Kind::Unsigned, true),
    ("overlap", Kind::Signed, true),
    ("from_row", Kind::Signed, false),
    ("to_row", Kind::Signed, false),
];

impl Chunk {
    fn into_batch(self) -> Result<RecordBatch, Error> {
        let len = self.len;
        let followed = self.columns[FOLLOWED].as_slice();
        let follows = nulls_of(BooleanBuffer::collect_bool(len, |row| followed[row] != 0));
        let columns = PERIOD.into_iter().zip(self.columns);
        let array = |((name, kind, is_of_before), words): ((&'static str, Kind, bool), Words)| {
            let nulls = follows.clone().filter(|_| is_of_before);
            let buffer = words.into_buffer();
            let array: ArrayRef = match kind {
                Kind::Unsigned => {
                    Arc::new(UInt64Array::new(ScalarBuffer::new(buffer, 0, len), nulls))
                }
                Kind::Signed => Arc::new(Int64Array::new(ScalarBuffer::new(buffer, 0, len), nulls)),
                Kind::Time => {
                    let times = ScalarBuffer::new(buffer, 0, len);
                    Arc::new(TimestampMicrosecondArray::new(times, nulls).with_timezone(ZONE))
                }
            };
            (name, array)
        };
        batch(columns.map(array).collect())
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
    let timed = nulls_of(BooleanBuffer::collect_bool(ats.len(), |row| {
        ats[row] != NO_TIME
    }));
    let times = TimestampMicrosecondArray::new(ScalarBuffer::from(ats), timed);
    Arc::new(times.with_timezone(ZONE))
}

fn batch(columns: Vec<(&'static str, ArrayRef)>) -> Result<RecordBatch, Error> {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}
