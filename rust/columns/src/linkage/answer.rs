//! The result of a walk as record batches, with documented types.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt64Array,
};
use arrow_schema::{Field, Schema};
use numguard_core::linkage::{Answer, Apart, Edge, NO_TIME, Span, Stopped, Why};

use super::Refused;
use crate::Error;

/// The result of a linkage, and the counts of refused rows.
#[derive(Debug)]
pub struct Expansion {
    /// The result of the walk.
    pub answer: Answer,
    /// Whether the policy has rules of place, so that the tables have their columns.
    pub placed: bool,
    /// Rows of local files that have a place.
    pub rows_placed: u64,
    /// Rows that could not be read, by note.
    pub refused: Refused,
    /// Whether a column of numbers seems to hold national numbers typed as E.164.
    pub looks_national: bool,
}

impl Expansion {
    /// `msisdn` uint64, `hop` int32, `seed_msisdn`, `via_imei`, `via_msisdn` uint64, `first_seen`, `last_seen`
    /// timestamp[us, Asia/Kolkata], `sightings` int64.
    ///
    /// # Errors
    /// [`Error::Arrow`], which a correct program does not return.
    pub fn linked(&self) -> Result<RecordBatch, Error> {
        let rows = &self.answer.linked;
        let [first, last, sightings] = spans(rows.iter().map(|row| row.span));
        batch(vec![
            ("msisdn", keys(rows.iter().map(|row| row.msisdn))),
            ("hop", hops(rows.iter().map(|row| row.hop))),
            ("seed_msisdn", keys(rows.iter().map(|row| row.seed_msisdn))),
            ("via_imei", keys(rows.iter().map(|row| row.via_imei))),
            ("via_msisdn", keys(rows.iter().map(|row| row.via_msisdn))),
            ("first_seen", first),
            ("last_seen", last),
            ("sightings", sightings),
        ])
    }

    /// `imei14` uint64, `hop` int32, `numbers` int64, `first_seen`, `last_seen` timestamp[us, Asia/Kolkata]; if the
    /// policy has rules of place, `in_one_place` string: the cap that the handset exceeds although it is open, or null.
    ///
    /// # Errors
    /// As [`linked`](Self::linked).
    pub fn handsets(&self) -> Result<RecordBatch, Error> {
        let rows = &self.answer.handsets;
        let [first, last, _] = spans(rows.iter().map(|row| row.span));
        let mut columns = vec![
            ("imei14", keys(rows.iter().map(|row| row.imei14))),
            ("hop", hops(rows.iter().map(|row| row.hop))),
            ("numbers", counts(rows.iter().map(|row| row.numbers))),
            ("first_seen", first),
            ("last_seen", last),
        ];
        if self.placed {
            let over = rows.iter().map(|row| row.over.map(Why::code));
            columns.push(("in_one_place", Arc::new(over.collect::<StringArray>())));
        }
        batch(columns)
    }

    /// `msisdn`, `imei14` uint64 (one of them null), `why` string, `count` int64; if the policy has rules of place,
    /// `times` and `km` int64 of those in two places. Numbers first.
    ///
    /// # Errors
    /// As [`linked`](Self::linked).
    pub fn stopped(&self) -> Result<RecordBatch, Error> {
        let (numbers, handsets) = (&self.answer.stopped_numbers, &self.answer.stopped_handsets);
        let both = || numbers.iter().chain(handsets);
        let some =
            |stopped: &[Stopped]| stopped.iter().map(|row| Some(row.key)).collect::<Vec<_>>();
        let none = |stopped: &[Stopped]| vec![None; stopped.len()];
        let column = |numbers: Vec<Option<u64>>, handsets: Vec<Option<u64>>| -> ArrayRef {
            Arc::new(numbers.into_iter().chain(handsets).collect::<UInt64Array>())
        };
        let why: StringArray = both().map(|row| Some(row.why.code())).collect();
        let mut columns = vec![
            ("msisdn", column(some(numbers), none(handsets))),
            ("imei14", column(none(numbers), some(handsets))),
            ("why", Arc::new(why)),
            ("count", counts(both().map(|row| row.count))),
        ];
        if self.placed {
            let of_apart = |of: fn(Apart) -> Option<u64>| -> ArrayRef {
                let values = both().map(|row| row.apart.and_then(of).map(u64::cast_signed));
                Arc::new(values.collect::<Int64Array>())
            };
            columns.push(("times", of_apart(|apart| Some(apart.times))));
            columns.push(("km", of_apart(|apart| apart.km)));
        }
        batch(columns)
    }

    /// `msisdn`, `imei14` uint64, `first_seen`, `last_seen` timestamp[us, Asia/Kolkata], `sightings` int64.
    ///
    /// # Errors
    /// As [`linked`](Self::linked).
    pub fn evidence(&self) -> Result<RecordBatch, Error> {
        edges(&self.answer.evidence)
    }

    /// As [`evidence`](Self::evidence): the edges at which the walk ended.
    ///
    /// # Errors
    /// As [`linked`](Self::linked).
    pub fn stopped_evidence(&self) -> Result<RecordBatch, Error> {
        edges(&self.answer.stopped_evidence)
    }

    /// The seeds without a sighting, ascending.
    #[must_use]
    pub fn unseen(&self) -> ArrayRef {
        keys(self.answer.unseen.iter().copied())
    }
}

fn edges(rows: &[Edge]) -> Result<RecordBatch, Error> {
    let [first, last, sightings] = spans(rows.iter().map(|row| row.span));
    batch(vec![
        ("msisdn", keys(rows.iter().map(|row| row.msisdn))),
        ("imei14", keys(rows.iter().map(|row| row.imei14))),
        ("first_seen", first),
        ("last_seen", last),
        ("sightings", sightings),
    ])
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, Error> {
    let (fields, arrays): (Vec<_>, Vec<_>) = columns
        .into_iter()
        .map(|(name, array)| (Field::new(name, array.data_type().clone(), true), array))
        .unzip();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

fn keys(keys: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(keys))
}

fn hops(hops: impl Iterator<Item = u32>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(hops.map(u32::cast_signed)))
}

fn counts(counts: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(counts.map(u64::cast_signed)))
}

/// First, last and number of sightings.
fn spans(spans: impl Iterator<Item = Span> + Clone) -> [ArrayRef; 3] {
    let times = |times: Vec<i64>| -> ArrayRef {
        let known = times.iter().map(|&at| (at != NO_TIME).then_some(at));
        Arc::new(TimestampMicrosecondArray::from_iter(known).with_timezone("Asia/Kolkata"))
    };
    [
        times(spans.clone().map(|span| span.first).collect()),
        times(spans.clone().map(|span| span.last).collect()),
        counts(spans.map(|span| span.sightings)),
    ]
}
