//! The kernels of `numguard-core` over Arrow columns.
