//! The bytes of a set, whoever owns them: a buffer of our own, a memory map, a Python object.

use std::fmt;
use std::sync::Arc;

/// Whoever owns the bytes of a set. `as_ref` must give the same bytes every time; a set notices when their number
/// changes, and stays within bounds whatever they hold.
pub type Owner = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Bytes aligned for `u64`, kept alive by their owner.
#[derive(Clone)]
pub(crate) struct SetBytes {
    owner: Owner,
}

/// The owner of a set built here: whole words, so that the alignment is right.
struct Words(Vec<u64>);

impl AsRef<[u8]> for Words {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

impl SetBytes {
    /// Takes words written here.
    pub(crate) fn from_words(words: Vec<u64>) -> Self {
        Self {
            owner: Arc::new(Words(words)),
        }
    }

    /// Takes anybody's bytes. They are copied only where they lie unaligned or end within a word.
    pub(crate) fn from_owner(owner: Owner) -> Self {
        let bytes: &[u8] = (*owner).as_ref();
        if bytemuck::try_cast_slice::<u8, u64>(bytes).is_ok() {
            return Self { owner };
        }
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Self::from_words(words)
    }

    /// All of them.
    pub(crate) fn bytes(&self) -> &[u8] {
        (*self.owner).as_ref()
    }

    /// All of them as words; none at all should an owner break its promise and move them.
    pub(crate) fn words(&self) -> &[u64] {
        bytemuck::try_cast_slice(self.bytes()).unwrap_or(&[])
    }
}

impl fmt::Debug for SetBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes().len())
    }
}
