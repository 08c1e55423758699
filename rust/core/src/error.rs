//! What can go wrong in this crate: the one list, without a phone number or an IMEI in any message.

use std::fmt;

use crate::set::KeyType;

/// Why a call failed. Bad cells are not errors: they are values with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin as a saved set does.
    SetMagic,
    /// A saved set of a format that this version does not read.
    SetVersion(u32),
    /// Fewer or more bytes than the header of a saved set states.
    SetLength {
        /// What the header states, or the least that a header takes.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// Keys of a type that this version does not know.
    SetKeyTypeCode(u32),
    /// Keys of one type where the other was asked for.
    SetKeyType {
        /// What was asked for.
        expected: KeyType,
        /// What is there.
        found: KeyType,
    },
    /// A part of a saved set contradicts another; the text names the part.
    SetLayout(&'static str),
    /// The bytes of a saved set are not those that were written.
    SetChecksum,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetMagic => {
                f.write_str("not a saved set: it does not begin with the mark of one")
            }
            Self::SetVersion(version) => {
                write!(
                    f,
                    "a saved set of format {version}, which this version of numguard does not read"
                )
            }
            Self::SetLength { expected, found } => {
                write!(f, "a damaged set: {expected} bytes expected, {found} found")
            }
            Self::SetKeyTypeCode(code) => {
                write!(
                    f,
                    "a set whose keys are of type {code}, which this version of numguard does not know"
                )
            }
            Self::SetKeyType { expected, found } => {
                write!(f, "a set of {found} where a set of {expected} was expected")
            }
            Self::SetLayout(part) => write!(
                f,
                "a damaged set: what it says of its {part} contradicts the rest"
            ),
            Self::SetChecksum => {
                f.write_str("a damaged set: its checksum does not fit its contents")
            }
        }
    }
}

impl std::error::Error for Error {}
