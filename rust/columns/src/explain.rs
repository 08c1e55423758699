//! What each cell said: its key, what kind of number or form of IMEI it is, and the one note.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int8Array, StringArray, StructArray, UInt64Array,
};
use arrow_schema::{DataType, Field, Fields};
use numguard_core::msisdn::Region;
use numguard_core::notes::{Form, Kind, Note};

use crate::Error;
use crate::column::{Column, Keys};

/// Reads every cell: a struct of `msisdn` (uint64), `kind` and `note` (dictionaries of text), all null for a null cell.
///
/// # Errors
/// [`Error::UnsupportedType`].
pub fn explain(array: &dyn Array, region: Region) -> Result<ArrayRef, Error> {
    let column = Column::new(array, Keys::Msisdn(region))?;
    let read = (0..column.len()).map(|row| {
        let reading = column.cell(row)?.msisdn(region);
        Some((
            reading.msisdn,
            reading.kind.map(|k| k as i8),
            reading.note.map(|n| n as i8),
        ))
    });
    assemble(read, "msisdn", ("kind", Kind::ALL.iter().map(|k| k.code())))
}

/// Reads every cell: a struct of `imei14` (uint64), `form` and `note` (dictionaries of text), all null for a null cell.
///
/// # Errors
/// [`Error::UnsupportedType`].
pub fn explain_imei(array: &dyn Array) -> Result<ArrayRef, Error> {
    let column = Column::new(array, Keys::Imei)?;
    let read = (0..column.len()).map(|row| {
        let reading = column.cell(row)?.imei();
        Some((
            reading.imei14,
            reading.form.map(|f| f as i8),
            reading.note.map(|n| n as i8),
        ))
    });
    assemble(read, "imei14", ("form", Form::ALL.iter().map(|f| f.code())))
}

/// Builds the struct. The dictionaries always hold the whole closed list, so that batches of one stream agree.
fn assemble<'a>(
    read: impl ExactSizeIterator<Item = Option<(u64, Option<i8>, Option<i8>)>>,
    key_name: &str,
    (class_name, class_codes): (&str, impl Iterator<Item = &'a str>),
) -> Result<ArrayRef, Error> {
    let mut keys = UInt64Array::builder(read.len());
    let mut classes = Int8Array::builder(read.len());
    let mut notes = Int8Array::builder(read.len());
    for cell in read {
        let (key, class, note) = cell.unwrap_or((0, None, None));
        keys.append_option((key != 0).then_some(key));
        classes.append_option(class);
        notes.append_option(note);
    }
    let classes = dictionary(classes.finish(), class_codes)?;
    let notes = notes_of(notes.finish())?;
    let fields = Fields::from(vec![
        Field::new(key_name, DataType::UInt64, true),
        Field::new(class_name, classes.data_type().clone(), true),
        Field::new("note", notes.data_type().clone(), true),
    ]);
    let columns: Vec<ArrayRef> = vec![Arc::new(keys.finish()), Arc::new(classes), Arc::new(notes)];
    Ok(Arc::new(StructArray::try_new(fields, columns, None)?))
}

/// Places in the closed list of notes, null for none, as a dictionary of their codes.
pub(crate) fn notes_of(places: Int8Array) -> Result<DictionaryArray<Int8Type>, Error> {
    dictionary(places, Note::ALL.iter().map(|note| note.code()))
}

fn dictionary<'a>(
    places: Int8Array,
    codes: impl Iterator<Item = &'a str>,
) -> Result<DictionaryArray<Int8Type>, Error> {
    let codes = StringArray::from_iter_values(codes);
    Ok(DictionaryArray::try_new(places, Arc::new(codes))?)
}
