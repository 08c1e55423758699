//! Timestamps and dates of every unit and zone -> microseconds since 1970 UTC.
//!
//! A time without a zone is Indian Standard Time, and a date is its midnight there: call records state no zone.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};
use numguard_core::linkage::{DAY, IST, NO_TIME};

use crate::{Error, Wanted};

/// A column ready to be read as times.
pub struct Times {
    values: Values,
    nulls: Option<NullBuffer>,
    /// Subtracted from every value.
    offset: i64,
}

enum Values {
    Null(usize),
    /// Values to be multiplied to microseconds.
    Coarse(ScalarBuffer<i64>, i64),
    Nanoseconds(ScalarBuffer<i64>),
    Days(ScalarBuffer<i32>),
    /// Milliseconds that should be whole days.
    DayMilliseconds(ScalarBuffer<i64>),
}

impl Times {
    /// Takes a column.
    ///
    /// # Errors
    /// [`Error::WrongType`] for any type but timestamps, dates and nulls: the meaning of a text is not guessed.
    pub fn new(array: &ArrayRef) -> Result<Self, Error> {
        let offset = match array.data_type() {
            DataType::Timestamp(_, Some(_)) => 0,
            _ => IST,
        };
        let values = match array.data_type() {
            DataType::Null => Values::Null(array.len()),
            DataType::Timestamp(TimeUnit::Second, _) => {
                Values::Coarse(values::<TimestampSecondType>(array), 1_000_000)
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                Values::Coarse(values::<TimestampMillisecondType>(array), 1000)
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Values::Coarse(values::<TimestampMicrosecondType>(array), 1)
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                Values::Nanoseconds(values::<TimestampNanosecondType>(array))
            }
            DataType::Date32 => Values::Days(values::<Date32Type>(array)),
            DataType::Date64 => Values::DayMilliseconds(values::<Date64Type>(array)),
            DataType::Dictionary(_, of) if is_time(of) => {
                return Self::new(&arrow_cast::cast(array, of)?);
            }
            other => {
                return Err(Error::wrong_type(other, Wanted::Times));
            }
        };
        Ok(Self {
            values,
            nulls: array
                .nulls()
                .filter(|nulls| nulls.null_count() > 0)
                .cloned(),
            offset,
        })
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Null(len) => *len,
            Values::Coarse(values, _)
            | Values::Nanoseconds(values)
            | Values::DayMilliseconds(values) => values.len(),
            Values::Days(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values themselves, where they are the microseconds that the core counts in.
    pub(super) fn as_they_are(&self) -> Option<&ScalarBuffer<i64>> {
        match &self.values {
            Values::Coarse(values, 1) if self.offset == 0 && self.nulls.is_none() => Some(values),
            _ => None,
        }
    }

    /// Writes the times of the rows from `start` on into `out`: [`NO_TIME`] for a null, and for a time that is further
    /// from 1970 than microseconds can count.
    ///
    /// # Panics
    /// If the rows are outside of the column.
    pub fn fill(&self, start: usize, out: &mut [i64]) {
        let rows = start..start + out.len();
        let offset = self.offset;
        let put = |at: &mut i64, value: Option<i64>| {
            *at = value
                .and_then(|value| value.checked_sub(offset))
                .unwrap_or(NO_TIME);
        };
        match &self.values {
            Values::Null(len) => {
                assert!(rows.end <= *len, "rows outside the column");
                out.fill(NO_TIME);
            }
            Values::Coarse(values, unit) => {
                for (at, value) in out.iter_mut().zip(&values[rows.clone()]) {
                    put(at, value.checked_mul(*unit));
                }
            }
            Values::Nanoseconds(values) => {
                for (at, value) in out.iter_mut().zip(&values[rows.clone()]) {
                    put(at, Some(value.div_euclid(1000)));
                }
            }
            Values::Days(values) => {
                for (at, value) in out.iter_mut().zip(&values[rows.clone()]) {
                    put(at, i64::from(*value).checked_mul(DAY));
                }
            }
            Values::DayMilliseconds(values) => {
                for (at, value) in out.iter_mut().zip(&values[rows.clone()]) {
                    put(at, value.div_euclid(DAY / 1000).checked_mul(DAY));
                }
            }
        }
        if let Some(nulls) = &self.nulls {
            for (at, row) in out.iter_mut().zip(rows) {
                if nulls.is_null(row) {
                    *at = NO_TIME;
                }
            }
        }
    }
}

fn values<T: ArrowPrimitiveType>(array: &ArrayRef) -> ScalarBuffer<T::Native> {
    array.as_primitive::<T>().values().clone()
}

fn is_time(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        Date32Array, Date64Array, NullArray, StringArray, TimestampMicrosecondArray,
        TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    };

    use super::*;

    /// 2026-09-03 00:00 in India is 2026-09-02 18:30 UTC.
    const MIDNIGHT: i64 = 20_699 * DAY - IST;

    fn read(array: &ArrayRef) -> Vec<i64> {
        let times = Times::new(array).expect("times");
        let mut out = vec![7; times.len()];
        times.fill(0, &mut out);
        out
    }

    #[test]
    fn every_type_has_the_same_midnight() {
        let wall = MIDNIGHT + IST;
        let cases: Vec<ArrayRef> = vec![
            Arc::new(Date32Array::from(vec![20_699])),
            Arc::new(Date64Array::from(vec![20_699 * 86_400_000])),
            Arc::new(Date64Array::from(vec![20_699 * 86_400_000 + 5])),
            Arc::new(TimestampSecondArray::from(vec![wall / 1_000_000])),
            Arc::new(TimestampMillisecondArray::from(vec![wall / 1000])),
            Arc::new(TimestampMicrosecondArray::from(vec![wall])),
            Arc::new(TimestampNanosecondArray::from(vec![wall * 1000 + 999])),
            Arc::new(TimestampSecondArray::from(vec![MIDNIGHT / 1_000_000]).with_timezone("UTC")),
            Arc::new(TimestampMicrosecondArray::from(vec![MIDNIGHT]).with_timezone("Asia/Kolkata")),
            Arc::new(TimestampNanosecondArray::from(vec![MIDNIGHT * 1000]).with_timezone("-03:00")),
        ];
        for case in cases {
            let data_type = case.data_type().clone();
            assert_eq!(read(&case), [MIDNIGHT], "{data_type}");
        }
    }

    #[test]
    fn a_value_without_a_time_is_no_time() {
        let nulls: ArrayRef = Arc::new(NullArray::new(2));
        assert_eq!(read(&nulls), [NO_TIME, NO_TIME]);
        let far = vec![None, Some(i64::MAX), Some(0)];
        let far: ArrayRef = Arc::new(TimestampSecondArray::from(far));
        assert_eq!(read(&far), [NO_TIME, NO_TIME, -IST]);
    }

    #[test]
    fn before_1970_rounds_down() {
        let at: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![-1]).with_timezone("UTC"));
        assert_eq!(read(&at), [-1]);
    }

    #[test]
    fn text_is_not_guessed() {
        let text: ArrayRef = Arc::new(StringArray::from(vec!["03/09/2026"]));
        assert!(matches!(Times::new(&text), Err(Error::WrongType { .. })));
    }
}
