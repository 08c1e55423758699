//! Errors of calls on columns. A refused cell is never an error: it is a null with a note.

use std::io;
use std::path::{Path, PathBuf};

use arrow_schema::{ArrowError, DataType};
use parquet::errors::ParquetError;

use crate::column::MAY_HOLD_KEYS;

/// Why a call on columns failed. No message holds the content of a cell.
#[derive(Debug)]
pub enum Error {
    /// An Arrow type that is not supported, with advice.
    UnsupportedType {
        /// The type as Arrow writes it.
        data_type: String,
        /// What to cast to, and why.
        advice: &'static str,
    },
    /// A column that should hold something else than numbers as they are written.
    WrongType {
        /// The type as Arrow writes it.
        data_type: String,
        /// What it should hold.
        wanted: Wanted,
    },
    /// A column beside the column of numbers that is not as long.
    OneEach {
        /// What it has, such as regions.
        what: &'static str,
        /// The number of numbers.
        rows: usize,
        /// The number of its rows.
        beside: usize,
    },
    /// The set and the column have different key types.
    KeyType,
    /// More than 32 bits can count: what, and how many there may be.
    TooMany(&'static str),
    /// A result that is too long for one array.
    TooLong,
    /// A file that cannot be opened, read or written.
    File {
        /// Its path.
        path: PathBuf,
        /// The message of the operating system.
        error: io::Error,
    },
    /// A file that holds no valid set.
    SetFile {
        /// Its path.
        path: PathBuf,
        /// Why the set is not valid.
        error: numguard_core::Error,
    },
    /// An array whose offsets, views or indices are out of bounds.
    Unsound,
    /// Arrow could not build or read an array.
    Arrow(ArrowError),
    /// A column that the input does not have.
    NoSuchColumn {
        /// The requested name.
        column: String,
        /// The names that exist.
        have: Vec<String>,
    },
    /// A name that several columns of the input have.
    RepeatedColumn(String),
    /// A column of the input with the name of a match column.
    MatchColumn(String),
    /// An error in one column.
    InColumn(String, Box<Error>),
    /// An error in one file.
    InFile(String, Box<Error>),
    /// A Parquet file, or a part of it, that cannot be read.
    Unreadable {
        /// The row group, if known.
        row_group: Option<usize>,
        /// The error of the reader.
        error: ParquetError,
    },
    /// A Parquet file with columns of Arrow types that its writer alone has: their names.
    UnknownTypes(Vec<String>),
    /// A Parquet file with encrypted columns.
    Encrypted,
    /// An Arrow file that cannot be read, and why.
    Damaged(&'static str),
    /// A text that failed while it was read.
    Reading(io::Error),
    /// JSON Lines that cannot be read, and what to do.
    Json(&'static str),
    /// A format of text that is not supported, with the limit.
    Format(&'static str),
    /// A column that the first file does not have.
    NewColumn(String),
    /// A column whose type differs from the first file.
    TypeChanged {
        /// The type in this file.
        found: String,
        /// The type in the first file.
        expected: String,
    },
}

/// What a column should hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Keys as `normalize` returns them.
    Keys,
    /// Times.
    Times,
    /// Region codes.
    Regions,
}

impl Wanted {
    /// Its name, and how to get it.
    fn advice(self) -> &'static str {
        match self {
            Self::Keys => "keys: normalise it to UInt64 first",
            Self::Times => "times: parse it into timestamps or dates first",
            Self::Regions => "region codes: give text, such as IN or GB",
        }
    }
}

impl Error {
    /// An error of the operating system about a file.
    pub(crate) fn file(path: &Path, error: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            error,
        }
    }

    /// The advice depends on the type: narrow integers cannot hold a mobile number, other types hold no numbers.
    pub(crate) fn unsupported(data_type: &DataType) -> Self {
        use DataType::{
            Decimal32, Decimal64, Decimal128, Decimal256, Float16, Float32, Int8, Int16, Int32,
            UInt8, UInt16, UInt32,
        };
        let advice = match data_type {
            Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32 => {
                "it cannot hold a mobile number: read the column again as text or Int64"
            }
            Float16 | Float32 => "it has rounded the digits: read the column again as text",
            Decimal128(precision, 0) if MAY_HOLD_KEYS.contains(precision) => {
                "cast it to UInt64 if it is canonical, as what Spark returns, and to Int64 if it is digits as written"
            }
            Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => {
                "cast it to Decimal128 of scale 0, Int64 or text"
            }
            DataType::Struct(_) => "make a column of each of its fields",
            _ => "cast it to text, Int64 or UInt64",
        };
        Self::UnsupportedType {
            data_type: type_name(data_type),
            advice,
        }
    }

    /// An extension type over one that would hold numbers.
    pub(crate) fn unsupported_extension(storage: &DataType) -> Self {
        Self::UnsupportedType {
            data_type: format!("extension over {}", type_name(storage)),
            advice: "what its values mean is not known here, so take its storage if they are numbers",
        }
    }

    /// A column of a type that does not hold what is wanted.
    pub(crate) fn wrong_type(data_type: &DataType, wanted: Wanted) -> Self {
        Self::WrongType {
            data_type: type_name(data_type),
            wanted,
        }
    }

    /// A Parquet file, or one of its row groups, that cannot be read.
    pub(crate) fn unreadable(row_group: Option<usize>, error: ParquetError) -> Self {
        Self::Unreadable { row_group, error }
    }

    /// The error, in a column.
    pub(crate) fn in_column(self, column: &str) -> Self {
        Self::InColumn(column.to_owned(), Box::new(self))
    }

    /// The error, in a file.
    pub(crate) fn in_file(self, file: &str) -> Self {
        Self::InFile(file.to_owned(), Box::new(self))
    }
}

/// A column's name for a message. A name that may be a phone number, as in a file without a header, is left out.
fn named(name: &str) -> &str {
    const MOST_DIGITS: usize = 6;
    if name.chars().filter(|c| c.is_numeric()).count() > MOST_DIGITS {
        return "(a number)";
    }
    name
}

/// The message of the Parquet reader, without the prefixes of its layers.
fn reason(error: &ParquetError) -> String {
    const LAYERS: [&str; 6] = [
        "External: ",
        "Parquet argument error: ",
        "Parquet error: ",
        "EOF: ",
        "Arrow: ",
        "NYI: ",
    ];
    let text = error.to_string();
    let mut why = text.as_str();
    while let Some(rest) = LAYERS.iter().find_map(|layer| why.strip_prefix(layer)) {
        why = rest;
    }
    why.to_owned()
}

/// The name of a type, of a nested one without its fields: their names are the user's, and may be phone numbers.
pub(crate) fn type_name(data_type: &DataType) -> String {
    let mut name = data_type.to_string();
    if data_type.is_nested() {
        name.truncate(name.find('(').unwrap_or(name.len()));
    }
    name
}

fn write_unknown(f: &mut std::fmt::Formatter<'_>, columns: &[String]) -> std::fmt::Result {
    let names: Vec<&str> = columns.iter().map(|name| named(name)).collect();
    write!(
        f,
        "column '{}' has a type that Arrow has not, such as Int128: write the file again without it, or with Int64 or \
         text in it",
        names.join("', '")
    )
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnsupportedType { data_type, advice } => {
                write!(f, "a column of type {data_type} holds no numbers: {advice}")
            }
            Self::WrongType { data_type, wanted } => {
                let advice = wanted.advice();
                write!(f, "a column of type {data_type} holds no {advice}")
            }
            Self::OneEach { what, rows, beside } => {
                write!(
                    f,
                    "there are {beside} {what} for {rows} numbers: give one for each"
                )
            }
            Self::KeyType => f.write_str("the set and the column have different types of keys"),
            Self::TooMany(what) => f.write_str(what),
            Self::TooLong => f.write_str("the result is too long for one array: split the input"),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::SetFile { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Unsound => f.write_str(
                "an array is not valid: its offsets, views or indices are out of bounds",
            ),
            Self::Arrow(error) => error.fmt(f),
            Self::NoSuchColumn { column, have } => {
                let have: Vec<&str> = have.iter().map(|name| named(name)).collect();
                write!(
                    f,
                    "no column '{}'; there are {}",
                    named(column),
                    have.join(", ")
                )
            }
            Self::RepeatedColumn(name) => {
                let name = named(name);
                write!(f, "several columns are named '{name}': rename all but one")
            }
            Self::MatchColumn(column) => {
                write!(
                    f,
                    "there is a column '{}' already: leave it out with columns= (--keep), or rename it",
                    named(column)
                )
            }
            Self::InColumn(column, error) => write!(f, "column '{}': {error}", named(column)),
            Self::InFile(file, error) => write!(f, "{file}: {error}"),
            Self::Unreadable { row_group, error } => {
                let why = reason(error);
                match row_group {
                    None => write!(f, "cannot be read as Parquet ({why})"),
                    Some(group) => write!(
                        f,
                        "row group {group} cannot be read ({why}): get the file anew"
                    ),
                }
            }
            Self::UnknownTypes(columns) => write_unknown(f, columns),
            Self::Encrypted => f.write_str("is encrypted Parquet: decrypt it first"),
            Self::Damaged(why) => write!(f, "cannot be read as Arrow ({why}): get it anew"),
            Self::Reading(error) => write!(f, "reading failed: {}", error.kind()),
            Self::Format(why) | Self::Json(why) => f.write_str(why),
            Self::NewColumn(column) => write!(
                f,
                "column '{}' is not in the first file: name the columns to hand on with columns= (--keep)",
                named(column)
            ),
            Self::TypeChanged { found, expected } => write!(
                f,
                "it is {found} here and {expected} in the first file: scan the files apart, or cast one of them"
            ),
        }
    }
}

impl std::error::Error for Error {
    /// An error that only says where another one happened, or that is another one, has the source of that one, since its
    /// message has the message of that one.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::InColumn(_, error) | Self::InFile(_, error) => error.source(),
            Self::Arrow(error) => error.source(),
            Self::File { error, .. } | Self::Reading(error) => Some(error),
            Self::SetFile { error, .. } => Some(error),
            Self::Unreadable { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}
