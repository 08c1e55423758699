//! The oracle: obvious and slow. For tests, fuzzers and benchmarks only.
//!
//! A second implementation of each kernel, written for clarity and, where possible, with another method than the kernel:
//! patterns instead of loops over bytes, a search of all ways instead of a table. The cost may be exponential: use it for
//! cells, not for files.

mod groupings;
pub mod imei;
pub mod linkage;
pub mod msisdn;
mod places;
pub mod set;
mod text;
mod words;

/// A pattern that is compiled once.
macro_rules! pattern {
    ($text:expr) => {{
        static PATTERN: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| regex::Regex::new($text).expect("a pattern of this file"));
        &*PATTERN
    }};
}
use pattern;
