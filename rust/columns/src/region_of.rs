//! Keys -> the region of each number.

use std::sync::Arc;

use arrow_array::types::Int16Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int16Array, StringArray};
use arrow_buffer::{BooleanBuffer, ScalarBuffer};
use arrow_schema::DataType;
use numguard_core::msisdn::Region;
use numguard_core::plan;

use crate::column::{Column, Keys};
use crate::error::Wanted;
use crate::normalize::nulls_of;
use crate::pages::Words;
use crate::parallel::Threads;
use crate::{Error, parallel};

/// The count of rows that are read together, which share a word of bits.
const BLOCK: usize = 64;

/// The region of each `UInt64` MSISDN as a dictionary of text with the whole list of regions; null if the input is null
/// or its region is not known.
///
/// # Errors
/// [`Error::WrongType`] for any type but `UInt64`: normalise text first.
pub fn region_of(msisdns: &dyn Array, threads: Threads) -> Result<ArrayRef, Error> {
    if !matches!(msisdns.data_type(), DataType::UInt64 | DataType::Null) {
        return Err(Error::wrong_type(msisdns.data_type(), Wanted::Keys));
    }
    let column = Column::new(msisdns, Keys::Msisdn(Region::E164))?;
    let rows = column.len();
    let mut places = Words::of_result(rows.div_ceil(4));
    let mut valid = vec![0; rows.div_ceil(64)];
    let out = &mut bytemuck::cast_slice_mut::<u64, i16>(places.as_mut_slice())[..rows];
    parallel::fill_with_bits(threads, out, &mut valid, |start, places, valid| {
        let mut keys = [0; BLOCK];
        for (n, (places, valid)) in places.chunks_mut(BLOCK).zip(valid).enumerate() {
            let keys = &mut keys[..places.len()];
            column.fill(start + n * BLOCK, keys);
            for (row, (place, &key)) in places.iter_mut().zip(&*keys).enumerate() {
                let region = plan::region_of(key).and_then(|at| i16::try_from(at).ok());
                *valid |= u64::from(region.is_some()) << row;
                *place = region.unwrap_or(0);
            }
        }
    });
    let nulls = nulls_of(BooleanBuffer::new(valid.into(), 0, rows));
    let places = Int16Array::new(ScalarBuffer::new(places.into_buffer(), 0, rows), nulls);
    let names = StringArray::from_iter_values(plan::NAMES);
    let regions = DictionaryArray::<Int16Type>::try_new(places, Arc::new(names))?;
    Ok(Arc::new(regions))
}
