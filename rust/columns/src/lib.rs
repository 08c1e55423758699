//! The kernels of `numguard-core` over Arrow columns, one file a verb.
//!
//! One idea: **every column becomes a run of `u64` keys, 0 for no key.** [`column::Column`] is where all Arrow layouts
//! turn into such runs; each kernel takes a run a block at a time and never copies more of its input than that block.
//! Independent of Python. Only [`parallel`] starts threads.

pub mod arrow_file;
mod build;
mod column;
mod contains;
pub mod csv;
mod error;
mod explain;
mod extract;
mod field;
pub mod files;
mod format;
mod guard;
pub mod json;
mod keyed;
pub mod linkage;
mod mentions;
mod normalize;
mod pages;
pub mod parallel;
pub mod parquet;
mod position;
mod positioned;
mod refused;
mod region_of;
mod regions;
pub mod scan;
pub mod setfile;
pub mod sightings;
mod spill;
pub mod workbook;

pub use build::{build, build_by_row, keys_of};
pub use column::{Cell, Column, Keys};
pub use contains::contains;
pub use error::{Error, Wanted};
pub use explain::{explain, explain_imei};
pub use extract::extract;
pub use field::check_extension;
pub use format::{format, format_imei};
pub use guard::{caught, sound};
pub use keyed::keyed_hash;
pub use mentions::mentions;
pub use normalize::normalize;
pub use position::position;
pub use refused::looks_national;
pub use region_of::region_of;
pub use regions::{Reads, Regions, regions_of};
