//! Memory for a long result, in large pages.
//!
//! Owns one decision: a result of many megabytes is mapped, with the advice to use pages of 2 MiB. No other memory is
//! affected. The reason: the system allocates new memory a page at a time, at the first access, and with pages of 4 KiB
//! this took as long as reading the cells. `normalize` of 20 million mixed cells went from 58 to 78 million a second on
//! one core. A system without large pages ignores the advice.

use arrow_buffer::Buffer;
use memmap2::MmapMut;

/// Results of at least this many bytes are mapped: two large pages, because the first and the last may be partial.
const MAPPED: usize = 4 << 20;

/// Words that are initially zero, and become a buffer.
pub(crate) enum Words {
    Short(Vec<u64>),
    Mapped(MmapMut),
}

impl Words {
    /// `len` zeros.
    pub(crate) fn zeroed(len: usize) -> Self {
        let bytes = len.saturating_mul(size_of::<u64>());
        if bytes < MAPPED {
            return Self::Short(vec![0; len]);
        }
        // If the map fails, the usual allocation is tried, and fails as usual.
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
