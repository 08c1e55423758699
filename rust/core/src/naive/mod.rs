//! The oracle: obvious and slow. For tests, fuzzers and benchmarks only.
//!
//! Each kernel is here a second time, written for the reader alone and, where that can be, by another idea than the
//! kernel's own: patterns instead of loops over bytes, all ways tried instead of a table of ways. Costs may be
//! exponential: give it cells, not files.

mod groupings;
pub mod imei;
pub mod linkage;
pub mod msisdn;
mod places;
pub mod set;
mod text;
mod words;

/// A compiled pattern, made once.
macro_rules! pattern {
    ($text:expr) => {{
        static PATTERN: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| regex::Regex::new($text).expect("a pattern of this file"));
        &*PATTERN
    }};
}
use pattern;
