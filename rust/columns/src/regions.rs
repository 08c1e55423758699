//! The region of each row: a column of region codes, looked up once.
//!
//! A missing or unknown code is [`Region::Unknown`], by which only numbers with a plus are read.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::DataType;
use numguard_core::msisdn::Region;

use crate::Error;
use crate::column::Keys;
use crate::error::Wanted;
use crate::guard::check_cells;

/// The region of each row of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regions(Vec<Region>);

impl Regions {
    /// Reads a column of region codes (`IN`, `GB`): text, or a dictionary of text. A null and an unknown code are
    /// [`Region::Unknown`].
    ///
    /// # Errors
    /// [`Error::UnsupportedType`]; [`Error::Unsound`].
    pub fn of(codes: &dyn Array) -> Result<Self, Error> {
        match codes.data_type() {
            DataType::Dictionary(..) => Self::of_dictionary(codes),
            DataType::Null => Ok(Self(vec![Region::Unknown; codes.len()])),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                check_cells(codes)?;
                let codes = arrow_cast::cast(codes, &DataType::Utf8)?;
                Ok(Self(named(codes.as_string())))
            }
            other => Err(Error::wrong_type(other, Wanted::Regions)),
        }
    }

    fn of_dictionary(codes: &dyn Array) -> Result<Self, Error> {
        let dictionary = codes.as_any_dictionary();
        let words = Self::of(dictionary.values().as_ref())?.0;
        // One that is too large for an integer of 64 bits is null then, and no place either.
        let places = arrow_cast::cast(dictionary.keys(), &DataType::Int64)?;
        let places = places.as_primitive::<Int64Type>();
        let region = |row| match usize::try_from(places.value(row)) {
            _ if codes.is_null(row) => Ok(Region::Unknown),
            Ok(place) if places.is_valid(row) => words.get(place).copied().ok_or(Error::Unsound),
            _ => Err(Error::Unsound),
        };
        Ok(Self(
            (0..codes.len()).map(region).collect::<Result<_, _>>()?,
        ))
    }

    /// The count of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The regions of `len` rows from `start` on.
    ///
    /// # Panics
    /// If there are no such rows.
    #[must_use]
    pub fn slice(&self, start: usize, len: usize) -> Self {
        Self(self.0[start..start + len].to_vec())
    }

    pub(crate) fn rows(&self) -> &[Region] {
        &self.0
    }
}

/// The region of each code, which is found by its two letters.
fn named(codes: &StringArray) -> Vec<Region> {
    let bytes = codes.value_data();
    let region = |ends: &[i32]| {
        let code = bytes.get(ends[0] as usize..ends[1] as usize)?;
        Region::of_letters(*code.first_chunk()?).filter(|_| code.len() == 2)
    };
    let mut regions: Vec<Region> = codes
        .value_offsets()
        .windows(2)
        .map(|ends| region(ends).unwrap_or(Region::Unknown))
        .collect();
    if let Some(nulls) = codes.nulls() {
        for (row, region) in regions.iter_mut().enumerate() {
            if nulls.is_null(row) {
                *region = Region::Unknown;
            }
        }
    }
    regions
}

/// How the cells of a column are read: all the same way, or phone numbers each by the region of its row.
#[derive(Clone, Copy, Debug)]
pub enum Reads<'a> {
    /// All the same way.
    As(Keys),
    /// Phone numbers, each by the region of its row.
    ByRow(&'a Regions),
}

impl From<Keys> for Reads<'_> {
    fn from(keys: Keys) -> Self {
        Self::As(keys)
    }
}

impl From<Region> for Reads<'_> {
    fn from(region: Region) -> Self {
        Self::As(Keys::Msisdn(region))
    }
}

impl<'a> From<&'a Regions> for Reads<'a> {
    fn from(regions: &'a Regions) -> Self {
        Self::ByRow(regions)
    }
}

impl Reads<'_> {
    /// The type of keys of the cells.
    pub(crate) fn keys(self) -> Keys {
        match self {
            Self::As(keys) => keys,
            Self::ByRow(_) => Keys::Msisdn(Region::Unknown),
        }
    }
}

impl Regions {
    /// How a column with these regions is read: all the same way, if the regions are equal.
    #[must_use]
    pub fn reads(&self) -> Reads<'_> {
        match self.0.first() {
            Some(&first) if self.0.iter().all(|&region| region == first) => first.into(),
            _ => Reads::ByRow(self),
        }
    }
}

/// The regions of each chunk of a column, from one column of codes with other chunks.
///
/// # Errors
/// [`Error::OneEach`] if the count of codes is not the count of rows.
pub fn regions_of(codes: &[ArrayRef], chunks: &[ArrayRef]) -> Result<Vec<Regions>, Error> {
    let mut all = match codes {
        [codes] => Regions::of(codes.as_ref())?.0,
        _ => Vec::new(),
    };
    for codes in codes.iter().filter(|_| codes.len() > 1) {
        all.extend(Regions::of(codes.as_ref())?.0);
    }
    let rows = chunks.iter().map(Array::len).sum();
    if all.len() != rows {
        return Err(Error::OneEach {
            what: "regions",
            rows,
            beside: all.len(),
        });
    }
    if let [_] = chunks {
        return Ok(vec![Regions(all)]);
    }
    let mut start = 0;
    Ok(chunks
        .iter()
        .map(|chunk| {
            let end = start + chunk.len();
            let regions = all[start..end].to_vec();
            start = end;
            Regions(regions)
        })
        .collect())
}
