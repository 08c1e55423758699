//! Columns with few values, read by the caller: each distinct text once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Int32Array, StringArray, new_empty_array, new_null_array};
use arrow_buffer::{Buffer, OffsetBuffer};
use arrow_schema::DataType;
use arrow_select::concat::concat;
use arrow_select::take::take;
use foldhash::fast::RandomState;

use super::super::cells::STEP;
use super::texts::Texts;
use crate::Error;
use crate::parallel::locked;

/// Distinct texts at which a reader forgets what it has read, so that memory use does not depend on the file.
const MOST_KEPT: usize = 20_000;

/// What the texts of a column mean.
pub trait ReadTexts: Send + Sync + 'static {
    /// One array for each type of value; each has a value, or a null, for each text. It may be called by any thread.
    ///
    /// # Errors
    /// Any; it ends the batches.
    fn read(&self, texts: &StringArray) -> Result<Vec<ArrayRef>, Error>;
}

/// Reads a column with few values, and keeps what was read of each text for the rows that follow.
pub struct DistinctReader {
    reads: Box<dyn ReadTexts>,
    types: Vec<DataType>,
    known: Mutex<Known>,
}

/// The texts that were read: the index of each, and the values at these indices.
struct Known {
    indices: HashMap<Box<[u8]>, i32, RandomState>,
    values: Vec<ArrayRef>,
}

impl DistinctReader {
    /// A reader that has read nothing.
    ///
    /// # Errors
    /// An error of `reads` for no texts at all, from which the types of its values are taken.
    pub fn new(reads: impl ReadTexts) -> Result<Self, Error> {
        let values = reads.read(&StringArray::new_null(0))?;
        let types: Vec<_> = values.iter().map(|one| one.data_type().clone()).collect();
        Ok(Self {
            known: Mutex::new(Known::nothing(&types)),
            reads: Box::new(reads),
            types,
        })
    }

    /// The types of its values.
    #[must_use]
    pub fn types(&self) -> &[DataType] {
        &self.types
    }

    /// The values of each of the texts.
    pub(super) fn values(&self, texts: &StringArray) -> Result<Vec<ArrayRef>, Error> {
        let mut known = locked(&self.known);
        let new = known.without(texts);
        if !new.is_empty() {
            let new = if known.indices.len() + new.len() > MOST_KEPT {
                *known = Known::nothing(&self.types);
                texts.clone()
            } else {
                new
            };
            let values = self.reads.read(&new)?;
            known.learn(&new, &values, &self.types)?;
        }
        let index = |text: Option<&str>| known.indices[text.unwrap_or_default().as_bytes()];
        let indices = Int32Array::from_iter_values(texts.iter().map(index));
        let values = known.values.clone();
        drop(known);
        let taken = values.iter().map(|values| take(values, &indices, None));
        Ok(taken.collect::<Result<_, _>>()?)
    }
}

impl Known {
    fn nothing(types: &[DataType]) -> Self {
        Self {
            indices: HashMap::default(),
            values: types.iter().map(new_empty_array).collect(),
        }
    }

    /// The texts that are not known.
    fn without(&self, texts: &StringArray) -> StringArray {
        let is_new = |text: &&str| !self.indices.contains_key(text.as_bytes());
        StringArray::from_iter_values(texts.iter().flatten().filter(is_new))
    }

    fn learn(
        &mut self,
        texts: &StringArray,
        values: &[ArrayRef],
        types: &[DataType],
    ) -> Result<(), Error> {
        let fits = |(values, kind): (&ArrayRef, &DataType)| {
            values.len() == texts.len() && values.data_type() == kind
        };
        if values.len() != types.len() || !values.iter().zip(types).all(fits) {
            return Err(Error::Format(
                "a reader returns one value of each of its types for each text",
            ));
        }
        let first = self.indices.len();
        for (old, new) in self.values.iter_mut().zip(values) {
            *old = concat(&[old, new])?;
        }
        for (n, text) in texts.iter().enumerate() {
            let text = text.unwrap_or_default().as_bytes();
            self.indices.insert(text.into(), (first + n) as i32);
        }
        Ok(())
    }
}

/// The value of each row, given the values and the index of each row's.
pub(super) fn of_rows(values: &ArrayRef, indices: &Int32Array) -> Result<ArrayRef, Error> {
    if values.null_count() == values.len() {
        return Ok(new_null_array(values.data_type(), indices.len()));
    }
    let Some(texts) = values.as_string_opt::<i32>() else {
        return Ok(take(values, indices, None)?);
    };
    match texts.len() {
        1 => repeated(texts.value(0), indices.len()),
        _ => texts_of_rows(texts, indices),
    }
}

/// One text in every row.
fn repeated(text: &str, rows: usize) -> Result<ArrayRef, Error> {
    let offsets = OffsetBuffer::from_repeated_length(text.len(), rows);
    let values = Buffer::from_vec(text.as_bytes().repeat(rows));
    Ok(Arc::new(StringArray::try_new(offsets, values, None)?))
}

fn texts_of_rows(texts: &StringArray, indices: &Int32Array) -> Result<ArrayRef, Error> {
    let mut bytes = Vec::new();
    let spans: Vec<_> = texts
        .iter()
        .map(|text| {
            let from = bytes.len() as u32;
            bytes.extend_from_slice(text?.as_bytes());
            Some([from, bytes.len() as u32])
        })
        .collect();
    // Text is copied in whole steps.
    bytes.resize(bytes.len() + STEP, 0);
    let mut rows = Texts::new(indices.len());
    for &index in indices.values() {
        rows.push(&bytes, spans[index as usize]);
    }
    rows.finish()
}

#[cfg(test)]
mod tests {
    use arrow_array::Int64Array;

    use super::*;

    /// Texts and their lengths; nothing for an empty text. A text that was read before is an error.
    struct Lengths(Mutex<Vec<String>>, bool);

    impl ReadTexts for Lengths {
        fn read(&self, texts: &StringArray) -> Result<Vec<ArrayRef>, Error> {
            let mut seen = self.0.lock().unwrap();
            for text in texts.iter().flatten() {
                if self.1 && seen.iter().any(|one| one == text) {
                    return Err(Error::Format("read twice"));
                }
                seen.push(text.into());
            }
            let length = |text: Option<&str>| text.map(|text| text.len() as i64);
            let lengths: Int64Array = texts.iter().map(length).collect();
            let filled =
                |text: Option<&str>| text.filter(|text| !text.is_empty()).map(String::from);
            let filled: StringArray = texts.iter().map(filled).collect();
            Ok(vec![Arc::new(filled), Arc::new(lengths)])
        }
    }

    #[test]
    fn each_text_is_read_once_and_rows_have_its_values() {
        let reader = DistinctReader::new(Lengths(Mutex::default(), true)).unwrap();
        for texts in [
            vec!["", "a"],
            vec!["a"],
            vec!["of more than sixteen bytes", "a", ""],
            vec![""],
        ] {
            let words = StringArray::from(texts.clone());
            let values = reader.values(&words).unwrap();
            let codes: Int32Array = (0..100).map(|n| n * 7 % texts.len() as i32).collect();
            let filled = of_rows(&values[0], &codes).unwrap();
            let lengths = of_rows(&values[1], &codes).unwrap();
            for (row, &code) in codes.values().iter().enumerate() {
                let text = texts[code as usize];
                assert_eq!(filled.is_null(row), text.is_empty());
                assert_eq!(filled.as_string::<i32>().value(row), text);
                assert_eq!(
                    lengths
                        .as_primitive::<arrow_array::types::Int64Type>()
                        .value(row),
                    text.len() as i64
                );
            }
        }
    }

    #[test]
    fn a_reader_of_many_texts_forgets() {
        let reader = DistinctReader::new(Lengths(Mutex::default(), false)).unwrap();
        for from in [0, MOST_KEPT / 2, MOST_KEPT - 5] {
            let texts = (from..from + MOST_KEPT).map(|n| format!("{n}"));
            let texts = StringArray::from_iter_values(texts);
            let values = reader.values(&texts).unwrap();
            assert_eq!(values[0].as_string::<i32>(), &texts);
            assert!(reader.known.lock().unwrap().indices.len() <= MOST_KEPT);
        }
    }
}
