//! The oracle: obvious and slow. For tests, fuzzers and benchmarks only.

pub mod linkage;
pub mod set;
