//! Keys -> how people and machines write them.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use numguard_core::imei;
use numguard_core::msisdn::{self, Style};

use crate::Error;
use crate::column::{Cell, Column, Keys};

/// Writes `UInt64` MSISDNs out; null where the input is null or is no number.
///
/// # Errors
/// [`Error::UnsupportedType`] for anything but `UInt64`: text is normalised first.
pub fn format(msisdns: &dyn Array, style: Style) -> Result<ArrayRef, Error> {
    write_keys(msisdns, |cell, text| {
        let msisdn = match cell {
            Cell::U64(value) => msisdn::read_u64(value).msisdn,
            _ => 0,
        };
        if msisdn != 0 {
            msisdn::format(msisdn, style, text);
        }
    })
}

/// Writes `UInt64` IMEI14 keys out as fifteen digits, the check digit computed; null where the input is no key.
///
/// # Errors
/// [`Error::UnsupportedType`] for anything but `UInt64`.
pub fn format_imei(imei14s: &dyn Array) -> Result<ArrayRef, Error> {
    write_keys(imei14s, |cell, text| {
        if let Cell::U64(value) = cell
            && imei::is_key(value)
        {
            text.extend(imei::format(value).into_iter().map(char::from));
        }
    })
}

fn write_keys(array: &dyn Array, write: impl Fn(Cell<'_>, &mut String)) -> Result<ArrayRef, Error> {
    if !matches!(array.data_type(), DataType::UInt64 | DataType::Null) {
        return Err(Error::NotKeys {
            data_type: array.data_type().to_string(),
        });
    }
    let column = Column::new(array, Keys::Imei)?;
    let mut written = StringBuilder::with_capacity(column.len(), column.len() * 15);
    let mut text = String::new();
    for row in 0..column.len() {
        text.clear();
        if let Some(cell) = column.cell(row) {
            write(cell, &mut text);
        }
        written.append_option((!text.is_empty()).then_some(&text));
    }
    Ok(Arc::new(written.finish()))
}
