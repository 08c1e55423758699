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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_array::{Int64Array, RecordBatch, StringArray, UInt64Array};
    use numguard_core::msisdn::Region;
    use parquet::arrow::ArrowWriter;
    use parquet::basic::Encoding;
    use parquet::file::properties::{WriterProperties, WriterVersion};

    use super::super::ParquetFile;
    use super::*;
    use crate::column::Column;
    use crate::refused::why_refused;

    const ROWS: usize = 5000;

    const KEYS: [Keys; 2] = [Keys::Msisdn(Region::In), Keys::ImeiOrPlaceholder];

    /// Numbers and handsets of a layout, some of them null, refused or a placeholder of zeros, and the row numbers.
    fn columns(layout: &str) -> [ArrayRef; 3] {
        let column = |first: u64| -> ArrayRef {
            let values = (0..ROWS as u64).map(move |row| match row {
                _ if row % 97 == 5 => None,
                _ if row % 89 == 3 => Some(0),
                _ if row % 83 == 7 => Some(u64::MAX >> 1),
                _ => Some(first + row * row % 9973),
            });
            match layout {
                "text" => Arc::new(StringArray::from_iter(
                    values.map(|value| value.map(|value| value.to_string())),
                )),
                "Int64" => Arc::new(Int64Array::from_iter(
                    values.map(|value| value.map(u64::cast_signed)),
                )),
                "UInt64" => Arc::new(UInt64Array::from_iter(values)),
                _ => Arc::new(UInt64Array::from_iter_values(
                    (0..ROWS as u64).map(|row| first + row),
                )),
            }
        };
        let numbers = column(if layout == "Int64" {
            9_876_500_000
        } else {
            919_876_500_000
        });
        let imeis = column(if layout.ends_with("UInt64") {
            35_824_005_000_000
        } else {
            358_240_050_000_000
        });
        let rows = Int64Array::from_iter_values(0..ROWS as i64);
        [numbers, imeis, Arc::new(rows)]
    }

    /// Of the columns of keys; `delta` is an encoding that only the array reader reads.
    fn properties(delta: Encoding) -> impl Iterator<Item = WriterProperties> {
        let coded = WriterProperties::builder().set_encoding(Encoding::PLAIN);
        let plain = coded.clone().set_dictionary_enabled(false);
        // A dictionary that becomes too long is followed by pages without.
        let both = coded.clone().set_dictionary_page_size_limit(5000);
        let mut both_delta = both.clone();
        for column in ["a", "b"] {
            both_delta = both_delta.set_column_encoding(column.into(), delta);
        }
        let versions = [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0];
        [plain, coded, both, both_delta]
            .into_iter()
            .flat_map(move |properties| {
                versions.map(|version| {
                    let properties = properties.clone().set_writer_version(version);
                    let properties = properties.set_data_page_row_count_limit(700);
                    properties.set_write_batch_size(100).build()
                })
            })
    }

    #[test]
    fn keys_are_those_of_the_columns_in_every_layout_and_encoding() {
        for layout in ["text", "Int64", "UInt64", "whole UInt64"] {
            let columns = columns(layout);
            let delta = match layout {
                "text" => Encoding::DELTA_BYTE_ARRAY,
                _ => Encoding::DELTA_BINARY_PACKED,
            };
            for properties in properties(delta) {
                for batch in [699, 1000, ROWS, 1 << 16] {
                    check(&columns, properties.clone(), batch, layout);
                }
            }
        }
    }

    fn check(columns: &[ArrayRef; 3], properties: WriterProperties, size: usize, layout: &str) {
        let named = ["a", "b", "c"].into_iter().zip(columns.clone());
        let batch = RecordBatch::try_from_iter(named).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let out = file.reopen().unwrap();
        let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let file = Arc::new(ParquetFile::open(file.path()).unwrap());
        let group = RowGroup::all_of(&file).next().unwrap();
        let roots = [(0, KEYS[0]), (1, KEYS[1])];
        let mut batches = KeyBatches::open(&group, roots, &[2], size).unwrap();
        let mut seen = 0;
        while let Some(batch) = batches.next().unwrap() {
            let rows = batch.keys[0].keys.len();
            assert_eq!(rows, size.min(ROWS - seen));
            let others = batch.others[0].as_primitive::<Int64Type>().values();
            assert!(others.iter().copied().eq(seen as i64..(seen + rows) as i64));
            for (n, read) in batch.keys.iter().enumerate() {
                let column = Column::new(columns[n].as_ref(), KEYS[n]).unwrap();
                let mut keys = vec![0; rows];
                column.fill(seen, &mut keys);
                assert_eq!(read.keys[..], keys, "{layout}");
                let none = (0..rows).filter(|&row| keys[row] == 0);
                let none: Vec<_> = none
                    .map(|row| (row, why_refused(&column, seen + row)))
                    .collect();
                assert_eq!(read.none, none, "{layout}");
                assert_eq!(none.is_empty(), layout == "whole UInt64");
            }
            seen += rows;
        }
        assert_eq!(seen, ROWS);
    }

    #[test]
    fn national_numbers_in_a_column_of_e164_are_noticed() {
        for (first, is_national) in [(9_876_500_000, true), (919_876_500_000, false)] {
            let values = || (0..ROWS as u64).map(move |row| first + row);
            let column: ArrayRef = Arc::new(UInt64Array::from_iter_values(values()));
            let file = tempfile::NamedTempFile::new().unwrap();
            let batch = RecordBatch::try_from_iter([("a", column)]).unwrap();
            let out = file.reopen().unwrap();
            let mut writer = ArrowWriter::try_new(out, batch.schema(), None).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
            let file = Arc::new(ParquetFile::open(file.path()).unwrap());
            let group = RowGroup::all_of(&file).next().unwrap();
            let roots = KEYS.map(|keys| (0, keys));
            let mut batches = KeyBatches::open(&group, roots, &[], 1000).unwrap();
            let batch = batches.next().unwrap().unwrap();
            assert_eq!(batch.keys[0].looks_national, is_national);
            assert!(!batch.keys[1].looks_national);
        }
    }
}
