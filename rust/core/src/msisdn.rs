//! A written number -> its E.164 digits as an integer, what kind of number it is, and what had to be said of it.

use crate::notes::{Kind, Note};

/// How bare digits (no `+`, no `00`) are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// As India's numbering plan reads them.
    In,
    /// As E.164 already (`region=None` in Python).
    E164,
}

/// What one cell said. `msisdn` is 0 when the cell was refused; then `note` is set and `kind` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// E.164 digits as an integer, or 0.
    pub msisdn: u64,
    /// What kind of number it is, when there is one.
    pub kind: Option<Kind>,
    /// The one note, if anything had to be said.
    pub note: Option<Note>,
}

/// Reads a cell of text.
#[must_use]
pub fn read(_cell: &str, _region: Region) -> Reading {
    unimplemented!()
}

/// Reads an unsigned integer, which is E.164 already.
#[must_use]
pub fn read_u64(_value: u64) -> Reading {
    unimplemented!()
}

/// Reads a signed integer: digits as written.
#[must_use]
pub fn read_i64(_value: i64, _region: Region) -> Reading {
    unimplemented!()
}

/// Reads a wide signed integer (a decimal of scale 0): digits as written.
#[must_use]
pub fn read_i128(_value: i128, _region: Region) -> Reading {
    unimplemented!()
}

/// Reads a float: digits as written where it is integral. NaN is a null and must not be passed.
#[must_use]
pub fn read_f64(_value: f64, _region: Region) -> Reading {
    unimplemented!()
}

/// Appends every number of a free-text cell, in order, repeats removed.
pub fn extract(_cell: &str, _region: Region, _out: &mut Vec<u64>) {
    unimplemented!()
}

/// What kind of number an E.164 integer is.
#[must_use]
pub fn kind(_msisdn: u64) -> Kind {
    unimplemented!()
}

/// How a number is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `+919876543210`
    E164,
    /// `919876543210`
    Digits,
    /// `98765 43210`
    National,
    /// `+91 98765 43210`
    International,
}

/// Appends `msisdn` written in `style`.
pub fn format(_msisdn: u64, _style: Style, _out: &mut String) {
    unimplemented!()
}
