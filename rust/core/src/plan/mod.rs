//! Numbering plans as data.
