//! Where the parts of a cell of text are, counted from its end: what the kernels for vectors share.
//!
//! One idea: in a row of sixteen bytes at the end of which a cell ends, the ten digits of every form are at one of three
//! places, and what precedes them is one of few texts. So no form needs a branch.

/// The bytes of a row: no form is longer.
pub(super) const ROW: usize = 16;

/// The places of the ten digits, then those of the text before them, which ends at the end of the arranged row: digits that
/// are together,
pub(super) const TOGETHER: [i8; ROW] = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5];
/// five and five,
pub(super) const HALVES: [i8; ROW] = [5, 6, 7, 8, 9, 11, 12, 13, 14, 15, -1, 0, 1, 2, 3, 4];
/// and followed by a decimal: its zero takes the place of a trunk zero, since nothing else may precede such digits.
pub(super) const DECIMAL: [i8; ROW] = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1, 2, 3, -1, 15];
/// The place of the separator of halves, and that of the point of a decimal.
pub(super) const SEPARATOR: i8 = 10;
pub(super) const POINT: i8 = 14;

/// The bits of the last two digits in a word of an arranged row; what precedes the digits is in the rest.
pub(super) const LAST_TWO: i64 = 0xffff;
/// The bits that are zero in the words of two groups of five if each ends in two zeros, which may be a sum of money: of the
/// first eight digits, and of the last two.
pub(super) const SUMS: [i64; 2] = [0xff_ff00_0000, LAST_TWO];

/// What may precede the digits, without a separator: a text that ends at the highest byte of a word, after zeros.
pub(super) const PREFIXES: [i64; 4] = [
    i64::from_le_bytes(*b"\0\0\0\0\0\0\x000"),
    i64::from_le_bytes(*b"\0\0\0\0\0\091"),
    i64::from_le_bytes(*b"\0\0\0\0\0+91"),
    i64::from_le_bytes(*b"\0\0\0\x000091"),
];
