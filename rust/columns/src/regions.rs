//! The region of each row: a column of region codes, looked up once.
//!
//! Owns what a code that is none, or is not there, comes to: [`Region::Unknown`], which reads numbers with a plus alone.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::DataType;
use numguard_core::msisdn::Region;

use crate::Error;
use crate::column::Keys;

/// The region of each row of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regions(Vec<Region>);

impl Regions {
    /// Takes a column of region codes (`IN`, `GB`): text, or a dictionary of text. What is null or no code is
    /// [`Region::Unknown`].
    ///
    /// # Errors
    /// [`Error::UnsupportedType`].
    pub fn of(codes: &dyn Array) -> Result<Self, Error> {
        match codes.data_type() {
            DataType::Dictionary(..) => Self::of_dictionary(codes),
            DataType::Null => Ok(Self(vec![Region::Unknown; codes.len()])),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                let codes = arrow_cast::cast(codes, &DataType::Utf8)?;
                Ok(Self(named(codes.as_string())))
            }
            other => Err(Error::NotRegions {
                data_type: other.to_string(),
            }),
        }
    }

    fn of_dictionary(codes: &dyn Array) -> Result<Self, Error> {
        let dictionary = codes.as_any_dictionary();
        let words = Self::of(dictionary.values().as_ref())?.0;
        let places = dictionary.normalized_keys();
        let region = |(row, &word): (usize, &usize)| match words.get(word) {
            Some(&region) if codes.is_valid(row) => region,
            _ => Region::Unknown,
        };
        Ok(Self(places.iter().enumerate().map(region).collect()))
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of rows from `start` on, `len` of them.
    ///
    /// # Panics
    /// If they are not there.
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

/// How the cells of a column are read: all alike, or phone numbers each by the region of its row.
#[derive(Clone, Copy, Debug)]
pub enum Reads<'a> {
    /// All alike.
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
    /// What the cells are keys of.
    pub(crate) fn keys(self) -> Keys {
        match self {
            Self::As(keys) => keys,
            Self::ByRow(_) => Keys::Msisdn(Region::Unknown),
        }
    }
}

impl Regions {
    /// How a column is read whose rows have these regions: all alike, if they are all the same.
    #[must_use]
    pub fn reads(&self) -> Reads<'_> {
        match self.0.first() {
            Some(&first) if self.0.iter().all(|&region| region == first) => first.into(),
            _ => Reads::ByRow(self),
        }
    }
}

/// The regions of each chunk of a column, from one column of codes that is chunked otherwise.
///
/// # Errors
/// [`Error::RegionCount`] where there is not one code for each row.
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
        return Err(Error::RegionCount {
            rows,
            regions: all.len(),
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
