//! Memory for a long answer, asked of the system in large pages.
//!
//! Owns one decision: an answer of many megabytes is mapped and advised to lie in pages of 2 MiB. Nobody else's memory
//! is touched. The reason: fresh memory is handed out a page at a time, at the first touch, and at 4 KiB a page that
//! cost as much as reading the cells did - `normalize` of 20 million mixed cells went from 58 to 78 million a second
//! on one core. Where the system has no such pages the advice is lost and nothing else changes.

use arrow_buffer::Buffer;
use memmap2::MmapMut;

/// What is at least so long is mapped: two large pages, since the first and the last may be cut.
const MAPPED: usize = 4 << 20;

/// Words that are all zero to begin with, and become a buffer.
pub(crate) enum Words {
    Short(Vec<u64>),
    Mapped(MmapMut),
}

impl Words {
    /// So many zeros.
    pub(crate) fn zeroed(len: usize) -> Self {
        let bytes = len.saturating_mul(size_of::<u64>());
        if bytes < MAPPED {
            return Self::Short(vec![0; len]);
        }
        // A system that will not map so much is asked the usual way, and answers in the usual way.
        match MmapMut::map_anon(bytes) {
            Ok(map) => {
                #[cfg(target_os = "linux")]
                let _only_advice = map.advise(memmap2::Advice::HugePage);
                Self::Mapped(map)
            }
            Err(_) => Self::Short(vec![0; len]),
        }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [u64] {
        match self {
            Self::Short(words) => words,
            Self::Mapped(map) => bytemuck::cast_slice_mut(map),
        }
    }

    pub(crate) fn as_slice(&self) -> &[u64] {
        match self {
            Self::Short(words) => words,
            Self::Mapped(map) => bytemuck::cast_slice(map),
        }
    }

    pub(crate) fn into_buffer(self) -> Buffer {
        match self {
            Self::Short(words) => words.into(),
            Self::Mapped(map) => bytes::Bytes::from_owner(map).into(),
        }
    }
}
