//! The bytes of a set, independent of their owner: a `Vec`, a memory map, a Python object.

use std::fmt;
use std::sync::Arc;

/// An owner of the bytes of a set. `as_ref` must return the same bytes every time. If it does not, searches give wrong
/// results but stay in bounds.
pub type Owner = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Sections are aligned to cache lines, so that one line of the set is one cache line.
const ALIGNMENT: usize = 64;

/// Bytes aligned to a cache line, which their owner keeps.
#[derive(Clone)]
pub(super) struct SetBytes {
    owner: Owner,
}

/// Owned words. `Vec<u64>` is aligned to eight bytes only, so it has one more cache line, and the words begin at the
/// first boundary.
pub(super) struct Words {
    buffer: Vec<u64>,
    start: usize,
    len: usize,
}

impl Words {
    /// `len` zeros.
    pub(super) fn zeroed(len: usize) -> Self {
        let buffer = vec![0u64; len + ALIGNMENT / 8];
        // `align_offset` may return `usize::MAX`; the words are then correct, but slower to read.
        let start = buffer.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT / 8);
        Self { buffer, start, len }
    }

    /// All words, to be filled.
    pub(super) fn as_mut_slice(&mut self) -> &mut [u64] {
        &mut self.buffer[self.start..self.start + self.len]
    }
}

impl AsRef<[u8]> for Words {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.buffer[self.start..self.start + self.len])
    }
}

impl SetBytes {
    /// Takes owned words.
    pub(super) fn from_words(words: Words) -> Self {
        Self {
            owner: Arc::new(words),
        }
    }

    /// Takes bytes of any owner. They are copied only if they are not aligned or not whole words.
    pub(super) fn from_owner(owner: Owner) -> Self {
        let bytes: &[u8] = (*owner).as_ref();
        if bytes.as_ptr().align_offset(ALIGNMENT) == 0 && bytes.len().is_multiple_of(8) {
            return Self { owner };
        }
        let mut words = Words::zeroed(bytes.len().div_ceil(8));
        bytemuck::cast_slice_mut(words.as_mut_slice())[..bytes.len()].copy_from_slice(bytes);
        Self::from_words(words)
    }

    /// All bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        (*self.owner).as_ref()
    }

    /// All bytes as words. Empty if the owner moved the bytes to an unaligned address.
    pub(super) fn words(&self) -> &[u64] {
        bytemuck::try_cast_slice(self.bytes()).unwrap_or(&[])
    }
}

impl fmt::Debug for SetBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes().len())
    }
}
