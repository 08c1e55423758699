//! Phone numbers, handsets, sets of them and the links between them, as integers.
//!
//! One idea: **a number is a `u64`.** This crate turns text into such integers, names the reason why a text could not be
//! one, keeps integers in frozen sets, and walks from number to handset to number. It depends on no Arrow, no Python, no
//! threads and no files: the caller passes the bytes and the time.

pub mod block;
mod cell;
pub mod cpu;
pub mod digits;
pub mod error;
pub mod exact;
mod groupings;
pub mod imei;
pub mod linkage;
pub mod msisdn;
#[cfg(feature = "naive")]
pub mod naive;
pub mod notes;
pub mod plan;
pub mod set;
pub mod sightings;
mod words;

pub use cell::EMPTY_WORDS;
pub use error::Error;
