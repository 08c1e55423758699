//! The bytes of a set, independent of their owner: a buffer of our own, a memory map, a Python object.

use std::fmt;
use std::sync::Arc;

/// An owner of the bytes of a set. `as_ref` must give the same bytes every time; a set notices when their number
/// changes, and stays within bounds whatever they hold.
pub type Owner = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Sections begin on the boundary of a cache line, so that one line of the set is one line of the machine.
const ALIGNMENT: usize = 64;

/// Bytes aligned to a cache line, kept alive by their owner.
#[derive(Clone)]
pub(super) struct SetBytes {
    owner: Owner,
}

/// Words of our own. `Vec<u64>` promises eight bytes of alignment, so it holds a line more and begins where one does.
pub(super) struct Words {
    buffer: Vec<u64>,
    start: usize,
    len: usize,
}

impl Words {
    /// `len` zeros.
    pub(super) fn zeroed(len: usize) -> Self {
        let buffer = vec![0u64; len + ALIGNMENT / 8];
        // `align_offset` may give up and say `usize::MAX`; the words are then right, only slower to read.
        let start = buffer.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT / 8);
        Self { buffer, start, len }
    }

    /// All of them, to be filled.
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
    /// Takes words written here.
    pub(super) fn from_words(words: Words) -> Self {
        Self {
            owner: Arc::new(words),
        }
    }

    /// Takes anybody's bytes. They are copied only where they are not aligned or end within a word.
    pub(super) fn from_owner(owner: Owner) -> Self {
        let bytes: &[u8] = (*owner).as_ref();
        if bytes.as_ptr().align_offset(ALIGNMENT) == 0 && bytes.len().is_multiple_of(8) {
            return Self { owner };
        }
        let mut words = Words::zeroed(bytes.len().div_ceil(8));
        bytemuck::cast_slice_mut(words.as_mut_slice())[..bytes.len()].copy_from_slice(bytes);
        Self::from_words(words)
    }

    /// All of them.
    pub(super) fn bytes(&self) -> &[u8] {
        (*self.owner).as_ref()
    }

    /// All of them as words; none at all should an owner break its promise and move them.
    pub(super) fn words(&self) -> &[u64] {
        bytemuck::try_cast_slice(self.bytes()).unwrap_or(&[])
    }
}

impl fmt::Debug for SetBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes().len())
    }
}
