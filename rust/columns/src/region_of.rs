//! Keys -> the region of each number.

use std::sync::Arc;

use arrow_array::types::Int16Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int16Array, StringArray};
use arrow_schema::DataType;
use numguard_core::msisdn::Region;
use numguard_core::plan;

use crate::column::{Column, Keys};
use crate::error::type_name;
use crate::parallel::Threads;
use crate::{Error, parallel};

/// The count of rows that are read together.
const BLOCK: usize = 2048;

/// The index of an absent value.
const NONE: i16 = -1;

/// The region of each `UInt64` MSISDN as a dictionary of text with the whole list of regions; null if the input is null
/// or its region is not known.
///
/// # Errors
/// [`Error::NotKeys`] for any type but `UInt64`: normalise text first.
pub fn region_of(msisdns: &dyn Array, threads: Threads) -> Result<ArrayRef, Error> {
    if !matches!(msisdns.data_type(), DataType::UInt64 | DataType::Null) {
        return Err(Error::NotKeys {
            data_type: type_name(msisdns.data_type()),
        });
    }
    let column = Column::new(msisdns, Keys::Msisdn(Region::E164))?;
    let mut places = vec![NONE; column.len()];
    parallel::fill(threads, &mut places, |start, places| {
        let mut keys = [0; BLOCK];
        for (n, places) in places.chunks_mut(BLOCK).enumerate() {
            let keys = &mut keys[..places.len()];
            column.fill(start + n * BLOCK, keys);
            for (place, &key) in places.iter_mut().zip(&*keys) {
                let region = plan::region_of(key);
                *place = region.and_then(|at| i16::try_from(at).ok()).unwrap_or(NONE);
            }
        }
    });
    let places: Int16Array = places
        .into_iter()
        .map(|place| (place != NONE).then_some(place))
        .collect();
    let names = StringArray::from_iter_values(plan::NAMES);
    let regions = DictionaryArray::<Int16Type>::try_new(places, Arc::new(names))?;
    Ok(Arc::new(regions))
}
