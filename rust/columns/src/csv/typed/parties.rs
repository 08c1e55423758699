//! The caller and the called of each row -> the served party, whose handset it is, and the other one.
//!
//! One idea: **the cells are exchanged before they are read**, so that the text of the served party, which is rarely
//! needed, is not copied.

use std::ops::Range;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use arrow_schema::DataType;
use numguard_core::msisdn::Region;

use super::super::Format;
use super::super::cells::{Span, key_spans};
use super::super::split::Rows;
use super::{KeyColumn, Party};
use crate::Error;
use crate::column::Keys;

/// The two columns, by their indices in a row; and, by its index among the requested columns, the one whose first value
/// is 0 in the rows in which the called party is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The column of callers.
    pub calling: usize,
    /// The column of called numbers.
    pub called: usize,
    /// The requested column.
    pub by: usize,
}

/// The value of a row in which the called party is served.
pub(super) const CALLED: u8 = 0;

/// The keys of the served party and the text of the cells without one; then as [`super::ColumnType::Party`].
pub(super) fn data_types() -> Vec<DataType> {
    let served = super::ColumnType::Msisdn.data_types();
    [served, super::ColumnType::Party.data_types()].concat()
}

/// The values of both while they grow.
pub(super) struct Ends {
    parties: Parties,
    served: KeyColumn,
    other: Party,
    spans: [Vec<Span>; 2],
}

impl Ends {
    pub(super) fn new(parties: Parties, count: usize) -> Self {
        Self {
            parties,
            served: KeyColumn::new(Keys::Msisdn(Region::In), count),
            other: Party::new(count),
            spans: [Vec::new(), Vec::new()],
        }
    }

    /// Reads the cells of the `chosen` rows, which follow those that were read before.
    pub(super) fn push(
        &mut self,
        format: &Format,
        rows: &Rows,
        chosen: Range<usize>,
        by: &ArrayRef,
        bytes: &mut Vec<u8>,
    ) {
        let Parties {
            calling, called, ..
        } = self.parties;
        let [served, other] = &mut self.spans;
        key_spans(format, rows, calling, chosen.clone(), bytes, served);
        key_spans(format, rows, called, chosen.clone(), bytes, other);
        let by = &by.as_primitive::<UInt8Type>().values()[chosen];
        for ((served, other), &by) in served.iter_mut().zip(other.iter_mut()).zip(by) {
            // Either value is written in every row: which rows are incoming cannot be predicted.
            let (caller, callee) = (*served, *other);
            let is_called = by == CALLED;
            *served = if is_called { callee } else { caller };
            *other = if is_called { caller } else { callee };
        }
        self.served.push_wrapped(served, bytes);
        self.other.push(other, bytes);
    }

    pub(super) fn finish(self, count: usize) -> Result<Vec<ArrayRef>, Error> {
        let mut all = Vec::from(self.served.finish(count)?);
        all.extend(self.other.finish(count)?);
        Ok(all)
    }
}
