//! Degrees as floats -> points as the core counts them.
//!
//! Coordinates that are written in other ways are turned into floats by the caller.

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_schema::DataType;
use numguard_core::linkage::Point;

use crate::Error;

/// The [key](Point::key) of the point of each row, without nulls: 0 where a coordinate is null or
/// [no point](Point::of_degrees) has it.
///
/// # Errors
/// [`Error::UnsupportedType`] for anything but floats.
///
/// # Panics
/// If the columns are not of the same length.
pub fn points(latitudes: &ArrayRef, longitudes: &ArrayRef) -> Result<UInt64Array, Error> {
    let [latitudes, longitudes] = [floats(latitudes)?, floats(longitudes)?];
    let (north, east) = (
        latitudes.as_primitive::<Float64Type>(),
        longitudes.as_primitive::<Float64Type>(),
    );
    let mut points: Vec<u64> = north
        .values()
        .iter()
        .zip(east.values())
        .map(|(&north, &east)| Point::of_degrees(north, east).map_or(0, Point::key))
        .collect();
    for nulls in [north.nulls(), east.nulls()].into_iter().flatten() {
        for (point, is_valid) in points.iter_mut().zip(nulls) {
            *point &= u64::from(is_valid).wrapping_neg();
        }
    }
    Ok(points.into())
}

fn floats(array: &ArrayRef) -> Result<ArrayRef, Error> {
    match array.data_type() {
        DataType::Float64 => Ok(ArrayRef::clone(array)),
        DataType::Float32 => Ok(arrow_cast::cast(array, &DataType::Float64)?),
        other => Err(Error::unsupported(other)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Float32Array, Float64Array, Int64Array};

    use super::*;

    fn micros(latitudes: &ArrayRef, longitudes: &ArrayRef) -> Vec<Option<(i32, i32)>> {
        let points = points(latitudes, longitudes).expect("floats");
        assert_eq!(points.null_count(), 0);
        let point = |&key: &u64| Point::of_key(key).map(|point| (point.latitude, point.longitude));
        points.values().iter().map(point).collect()
    }

    #[test]
    fn only_a_known_place_has_a_point() {
        let latitudes = [
            Some(21.29),
            Some(0.0),
            Some(-0.0000004),
            None,
            Some(12.0),
            Some(f64::NAN),
            Some(90.0),
            Some(-90.0000001),
            Some(0.0),
            Some(0.0000005),
            Some(0.0000015),
        ];
        let longitudes = [
            Some(72.89),
            Some(0.0),
            Some(0.0000005),
            Some(72.0),
            None,
            Some(72.0),
            Some(-180.0),
            Some(72.0),
            Some(180.000001),
            Some(1.0),
            Some(-1.0),
        ];
        let latitudes: ArrayRef = Arc::new(Float64Array::from_iter(latitudes));
        let longitudes: ArrayRef = Arc::new(Float64Array::from_iter(longitudes));
        let found = micros(&latitudes, &longitudes);
        let expected = [
            Some((21_290_000, 72_890_000)),
            None,
            None,
            None,
            None,
            None,
            Some((90_000_000, -180_000_000)),
            None,
            None,
            Some((0, 1_000_000)),
            Some((2, -1_000_000)),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn short_floats_are_floats_and_integers_are_not() {
        let short: ArrayRef = Arc::new(Float32Array::from(vec![12.5]));
        assert_eq!(micros(&short, &short), [Some((12_500_000, 12_500_000))]);
        let whole: ArrayRef = Arc::new(Int64Array::from(vec![12]));
        assert!(matches!(
            points(&short, &whole),
            Err(Error::UnsupportedType { .. })
        ));
    }
}
