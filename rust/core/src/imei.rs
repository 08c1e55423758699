//! A written IMEI -> the fourteen digits on which handsets join.

use crate::notes::{Form, Note};

/// What one cell said. `imei14` is 0 when the cell was refused or holds a placeholder; then `note` is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The first fourteen digits as an integer, or 0.
    pub imei14: u64,
    /// How it was written, when it was an IMEI at all.
    pub form: Option<Form>,
    /// The one note, if anything had to be said.
    pub note: Option<Note>,
}

impl Reading {
    /// The key even where it is a placeholder: for linkage, which must say where a walk ran into one.
    #[must_use]
    pub fn key_or_placeholder(self) -> u64 {
        unimplemented!()
    }
}

/// Whether an integer can be a key at all: fourteen digits, not all of them zero.
#[must_use]
pub fn is_key(value: u64) -> bool {
    (1..100_000_000_000_000).contains(&value)
}

/// Reads a cell of text.
#[must_use]
pub fn read(_cell: &str) -> Reading {
    unimplemented!()
}

/// Reads an unsigned integer, which is a fourteen-digit key already.
#[must_use]
pub fn read_u64(_value: u64) -> Reading {
    unimplemented!()
}

/// Reads a signed integer: digits as written.
#[must_use]
pub fn read_i64(_value: i64) -> Reading {
    unimplemented!()
}

/// Reads a wide signed integer: digits as written.
#[must_use]
pub fn read_i128(_value: i128) -> Reading {
    unimplemented!()
}

/// Reads a float: digits as written where it is integral. NaN is a null and must not be passed.
#[must_use]
pub fn read_f64(_value: f64) -> Reading {
    unimplemented!()
}

/// Whether a key is one that phones with no IMEI of their own report.
#[must_use]
pub fn is_placeholder(_imei14: u64) -> bool {
    unimplemented!()
}

/// Fifteen ASCII digits, the check digit computed.
#[must_use]
pub fn format(_imei14: u64) -> [u8; 15] {
    unimplemented!()
}
