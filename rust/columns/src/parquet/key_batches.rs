//! Two key columns and other columns of a row group, batch by batch: numbers and handsets as keys, times and places as
//! arrays.
//!
//! Linkage reads through it. Independent of what the other columns hold.

use arrow_array::ArrayRef;

use super::key_stream::{KeyStream, ReadKeys};
use super::row_group::{Batches, RowGroup};
use super::units::ReadBatches;
use crate::Error;
use crate::column::Keys;

/// The batches of a row group.
pub(crate) struct KeyBatches {
    group: RowGroup,
    streams: [(KeyStream, Keys); 2],
    /// `None` if there are no other columns.
    others: Option<Batches>,
    /// Rows of a batch, and rows that were read.
    batch: usize,
    seen: u64,
}

/// A batch: its keys, and its other columns in the order in which they were requested.
pub(crate) struct KeyBatch {
    pub(crate) keys: [ReadKeys; 2],
    pub(crate) others: Vec<ArrayRef>,
}

impl KeyBatches {
    /// Reads two root columns as keys, and `others` as arrays, `batch` rows at a time.
    ///
    /// # Errors
    /// [`Error::Unreadable`], in the file.
    pub(crate) fn open(
        group: &RowGroup,
        keys: [(usize, Keys); 2],
        others: &[usize],
        batch: usize,
    ) -> Result<Self, Error> {
        let rows = usize::try_from(group.stated_rows())
            .map_err(|_| group.broken("its header states a negative number of rows"))?;
        let open = |(root, keys)| {
            let stream = KeyStream::open(group, root, 0..rows, batch, false)?;
            Ok::<_, Error>((stream, keys))
        };
        let [numbers, handsets] = keys;
        let others = match others {
            [] => None,
            roots => Some(group.batches(&roots.into(), 0, batch)?),
        };
        Ok(Self {
            group: group.clone(),
            streams: [open(numbers)?, open(handsets)?],
            others,
            batch,
            seen: 0,
        })
    }
}

impl ReadBatches for KeyBatches {
    type Batch = KeyBatch;

    fn next(&mut self) -> Result<Option<KeyBatch>, Error> {
        let [numbers, handsets] = &mut self.streams;
        let keys = [numbers, handsets].map(|(stream, keys)| stream.read(*keys, self.batch));
        let [numbers, handsets] = keys;
        let keys = [numbers?, handsets?];
        let rows = keys[0].keys.len();
        let others = match &mut self.others {
            Some(others) => others.next()?.map_or_else(Vec::new, |(others, _)| others),
            None => Vec::new(),
        };
        let of_other = others.first().map(|column| column.len());
        let stated = if self.others.is_some() {
            of_other.unwrap_or(0)
        } else {
            rows
        };
        if keys[1].keys.len() != rows || stated != rows {
            return Err(self.group.broken("its columns differ in length"));
        }
        if rows == 0 {
            self.group.check_rows(self.seen, self.group.stated_rows())?;
            return Ok(None);
        }
        self.seen += rows as u64;
        Ok(Some(KeyBatch { keys, others }))
    }
}
