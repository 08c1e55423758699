//! What can be wrong with a call on columns. A bad cell is never an error: it is a null with a note.

use arrow_schema::{ArrowError, DataType};

/// Why a call on columns could not be carried out. No message holds the content of a cell.
#[derive(Debug)]
pub enum Error {
    /// An Arrow type that is not read; the text says what to do.
    UnsupportedType {
        /// The type as Arrow writes it.
        data_type: String,
        /// What to cast to, and why.
        advice: &'static str,
    },
    /// A column that should hold keys as `normalize` gives them.
    NotKeys {
        /// The type as Arrow writes it.
        data_type: String,
    },
    /// A set of the one key type was asked for keys of the other.
    KeyType,
    /// More members than ranks of 32 bits can count.
    TooMany,
    /// Arrow could not build or read an array.
    Arrow(ArrowError),
}

impl Error {
    /// The advice fits the type: narrow numbers cannot hold a mobile number, everything else is simply no number.
    pub(crate) fn unsupported(data_type: &DataType) -> Self {
        use DataType::{
            Decimal128, Decimal256, Float16, Float32, Int8, Int16, Int32, UInt8, UInt16, UInt32,
        };
        let advice = match data_type {
            Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32 => {
                "it cannot hold a mobile number: read the column again as text or Int64"
            }
            Float16 | Float32 => "it has rounded the digits: read the column again as text",
            Decimal128(..) | Decimal256(..) => "cast it to Decimal128 of scale 0, Int64 or text",
            _ => "cast it to text, Int64 or UInt64",
        };
        Self::UnsupportedType {
            data_type: data_type.to_string(),
            advice,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnsupportedType { data_type, advice } => {
                write!(f, "a column of type {data_type} holds no numbers: {advice}")
            }
            Self::NotKeys { data_type } => {
                write!(
                    f,
                    "a column of type {data_type} holds no keys: normalise it to UInt64 first"
                )
            }
            Self::KeyType => {
                f.write_str("the set holds keys of another type than the column is read as")
            }
            Self::TooMany => f.write_str("a set holds at most 4,294,967,294 members"),
            Self::Arrow(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Arrow(error) => Some(error),
            Self::UnsupportedType { .. } | Self::NotKeys { .. } | Self::KeyType | Self::TooMany => {
                None
            }
        }
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}
