//! The field of a column -> whether its cells can be read as keys, before any of them is read.

use arrow_array::new_empty_array;
use arrow_schema::{DataType, Field};

use crate::{Column, Error, Keys};

/// Checks that a column of this field can be read as `keys`.
///
/// # Errors
/// [`Error::UnsupportedType`], as [`Column::new`] and [`check_extension`].
pub(crate) fn check_field(field: &Field, keys: Keys) -> Result<(), Error> {
    check_extension(field)?;
    Column::new(&new_empty_array(field.data_type()), keys).map(drop)
}

/// Checks that the cells of a column are what they seem: those of an extension type may be something else, as the
/// integers of a period of pandas are times. Text is read as it is written.
///
/// # Errors
/// [`Error::UnsupportedType`] for an extension type over anything but text.
pub fn check_extension(field: &Field) -> Result<(), Error> {
    match field.extension_type_name() {
        Some(_) if !is_text(field.data_type()) => {
            Err(Error::unsupported_extension(field.data_type()))
        }
        _ => Ok(()),
    }
}

/// Whether a type holds text.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
    use numguard_core::msisdn::Region;

    use super::*;

    #[test]
    fn an_extension_type_is_read_only_over_text() {
        let check = |data_type: DataType, name: Option<&str>| {
            let metadata = name.map(|name| (EXTENSION_TYPE_NAME_KEY.to_owned(), name.to_owned()));
            let field = Field::new("number", data_type, true);
            let field = field.with_metadata(metadata.into_iter().collect());
            check_field(&field, Keys::Msisdn(Region::In)).map_err(|error| error.to_string())
        };
        assert_eq!(check(DataType::Int64, None), Ok(()));
        assert_eq!(check(DataType::Utf8, Some("arrow.json")), Ok(()));
        for data_type in [DataType::Int64, DataType::UInt64] {
            let error = check(data_type, Some("pandas.period")).unwrap_err();
            assert!(error.contains("extension over"), "{error}");
        }
        assert!(check(DataType::Int32, None).is_err());
    }
}
