//! JSON -> columns of text, a row a record.
//!
//! Owns how a record becomes cells: nested objects by dotted names, numbers as they are written. It does not know which
//! list of a document has the records, or what their columns mean. One idea: **a document is read as lines**: a list
//! of records is copied to a line a record ([`Document::lines`]), and one reader, a block of lines at a time, serves both.

mod document;
mod lines;
mod mend;
mod pieces;
mod plain;
mod record;
mod text;

pub use document::{Document, Kind};
pub use lines::{Lines, Names, Refused};
pub use text::{Batch, Batches, FindNames, Text, scan};
