//! The errors of this crate. No message holds a phone number or an IMEI.

use std::fmt;

use crate::set::KeyType;

/// Why a call failed. A refused cell is not an error: it is a value with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin with the magic number of a saved set.
    SetMagic,
    /// A saved set of a format that this version does not support.
    SetVersion(u32),
    /// Fewer or more bytes than the header of a saved set states.
    SetLength {
        /// The length in the header, or the length of a header.
        expected: u64,
        /// The actual length.
        found: u64,
    },
    /// Keys of a type that this version does not support.
    SetKeyTypeCode(u32),
    /// Keys of another type than the requested one.
    SetKeyType {
        /// The requested type.
        expected: KeyType,
        /// The actual type.
        found: KeyType,
    },
    /// A header field of a saved set that is out of range or contradicts another, with its name.
    SetLayout(&'static str),
    /// The bytes of a saved set do not match its checksum.
    SetChecksum,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetMagic => f.write_str(
                "not a saved set: open takes what save wrote, and no list in text or a table",
            ),
            Self::SetVersion(version) => {
                write!(
                    f,
                    "a saved set of format {version}, which this version of numguard does not support"
                )
            }
            Self::SetLength { expected, found } => {
                write!(f, "a damaged set: {expected} bytes expected, {found} found")
            }
            Self::SetKeyTypeCode(code) => {
                write!(
                    f,
                    "a set with keys of type {code}, which this version of numguard does not support"
                )
            }
            Self::SetKeyType { expected, found } => {
                write!(f, "a set of {found} where a set of {expected} was expected")
            }
            Self::SetLayout(part) => write!(
                f,
                "a damaged set: its {part} contradicts the rest of its header"
            ),
            Self::SetChecksum => {
                f.write_str("a damaged set: its checksum does not match its contents")
            }
        }
    }
}

impl std::error::Error for Error {}
