//! The frozen set: exact, sorted, without repeats; built once, asked for ever.
//!
//! Owns how keys become one run of bytes and how a batch of keys is looked up in it. Independent of who owns the
//! bytes (a buffer, a memory map) and opens no file. One idea: a probe costs what it misses in the caches, so few
//! bytes are asked, and those in one place: a filter for the many keys that are in no set ([`layout`](self)), a cache
//! line that holds all members of a stretch of numbers where they lie dense, a hash table where they do not.
//!
//! | file | what is there |
//! |---|---|
//! | `layout` | the header, its invariants, and the sections as a search reads them |
//! | `line` | a stretch of numbers in one cache line |
//! | `builder` | keys as they come, in little memory |
//! | `sort` | keys in any order to ascending ones |
//! | `build` | those to bytes |
//! | `workers` | who does what need not wait for each other |
//! | `bytes` | who owns them |
//! | `probe` | a batch of keys to a bit each: scalar, AVX2, AVX-512 |
//! | `remainders` | a second index of small sets, for batches full of members |
//! | `position` | a key to its rank and back |
//! | `algebra` | union, intersection, difference, symmetric difference |

mod algebra;
mod build;
mod builder;
mod bytes;
mod layout;
mod line;
mod position;
mod probe;
mod remainders;
mod sort;
mod workers;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use twox_hash::XxHash3_64;

use crate::cpu::Path;
pub use builder::Builder;
pub use bytes::Owner;
use bytes::SetBytes;
use layout::{CHECKSUM, Layout, View};
use probe::Crowded;
pub use workers::{Alone, Task, Workers};

use crate::Error;

/// Members that are written out by one worker at a time.
const MEMBERS: usize = 1 << 16;

/// What the keys of a set are. A set of the one is never opened as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum KeyType {
    /// E.164 digits.
    Msisdn = 1,
    /// Fourteen-digit IMEI keys.
    Imei14 = 2,
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Msisdn => "phone numbers",
            Self::Imei14 => "IMEIs",
        })
    }
}

/// A frozen set of integers. Key 0 is never a member. Cloning shares the bytes.
///
/// ```
/// use numguard_core::set::{FrozenSet, KeyType};
///
/// let set = FrozenSet::build(vec![919_812_345_678, 919_876_543_210, 919_812_345_678], KeyType::Msisdn);
/// assert_eq!(set.len(), 2);
/// assert_eq!(set.position(919_876_543_210), Some(1));
///
/// let mut hits = [0];
/// set.probe(&[919_812_345_678, 919_800_000_000, 919_876_543_210], &mut hits);
/// assert_eq!(hits, [0b101]);
/// ```
#[derive(Clone, Debug)]
pub struct FrozenSet {
    bytes: SetBytes,
    layout: Layout,
    crowded: Arc<Crowded>,
}

impl FrozenSet {
    /// Builds from keys in any order, repeats allowed. The same keys give the same bytes, always. A [`Builder`] takes
    /// them in pieces.
    ///
    /// # Panics
    /// With more keys than ranks: from `u32::MAX` (4,294,967,295) distinct ones on.
    #[must_use]
    pub fn build(keys: impl IntoIterator<Item = u64>, key_type: KeyType) -> Self {
        let mut builder = Builder::new(key_type);
        builder.extend(keys);
        builder
            .build()
            .expect("a set holds fewer than 2^32 - 1 keys")
    }

    /// Builds from fewer than 2^32 - 1 ascending keys, none twice and none 0.
    fn from_ascending(keys: &[u64], key_type: KeyType, workers: &dyn Workers) -> Self {
        let (layout, words) = build::build(keys, key_type, workers);
        Self {
            bytes: SetBytes::from_words(words),
            layout,
            crowded: Arc::default(),
        }
    }

    /// Opens a set that was saved as [`as_bytes`](Self::as_bytes). The bytes are not copied where they lie on a
    /// boundary of 64, as a memory map does.
    ///
    /// Takes microseconds: the header is checked, so that no bytes, however hostile, can lead outside of them. What
    /// the sections hold is left to [`verify`](Self::verify): without it, damaged bytes give wrong answers.
    ///
    /// # Errors
    /// Every `Set...` of [`Error`] but [`Error::SetChecksum`].
    pub fn from_bytes(owner: Owner, expected: KeyType) -> Result<Self, Error> {
        let found = (*owner).as_ref().len() as u64;
        let bytes = SetBytes::from_owner(owner);
        let layout = Layout::read(bytes.words(), found)?;
        if layout.key_type != expected {
            return Err(Error::SetKeyType {
                expected,
                found: layout.key_type,
            });
        }
        Ok(Self {
            bytes,
            layout,
            crowded: Arc::default(),
        })
    }

    /// Reads every byte, and compares with the checksum that was stored when the set was built.
    ///
    /// # Errors
    /// [`Error::SetChecksum`]
    pub fn verify(&self) -> Result<(), Error> {
        let words = self.bytes.words();
        if words.get(CHECKSUM) == Some(&checksum(words)) {
            Ok(())
        } else {
            Err(Error::SetChecksum)
        }
    }

    /// The whole set as one run of bytes: what a file holds. Little-endian, the same for the same keys.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.bytes()
    }

    /// A hash of key type and keys, the same in every process and on every machine: the stored checksum.
    #[must_use]
    pub fn content_hash(&self) -> u64 {
        self.bytes.words().get(CHECKSUM).copied().unwrap_or(0)
    }

    /// What its keys are.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.layout.key_type
    }

    /// How many keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.layout.len as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes held in total: membership, ranks and the keys themselves are read from the same ones. A set of up to
    /// 65,536 keys that was asked for many members holds up to 512 KiB beside.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether `key` is a member. For many keys, [`probe`](Self::probe) is far faster.
    #[must_use]
    pub fn contains(&self, key: u64) -> bool {
        self.position(key).is_some()
    }

    /// The rank of `key` among the members in ascending order.
    #[must_use]
    pub fn position(&self, key: u64) -> Option<u32> {
        self.view().position(key)
    }

    /// Bit `i % 64` of `hits[i / 64]` says whether `keys[i]` is a member. Overwrites `hits`, which holds one word for
    /// each 64 keys begun; the bits past the last key are 0. Allocates nothing.
    ///
    /// # Panics
    /// When `hits` has another length.
    pub fn probe(&self, keys: &[u64], hits: &mut [u64]) {
        self.probe_on(Path::chosen(), keys, hits);
    }

    /// [`probe`](Self::probe) on a path of one's choice: for tests and benchmarks.
    ///
    /// # Panics
    /// When `hits` has another length, or the machine has not what the path takes.
    pub fn probe_on(&self, path: Path, keys: &[u64], hits: &mut [u64]) {
        assert_eq!(
            hits.len(),
            keys.len().div_ceil(64),
            "one word of hits for each 64 keys begun"
        );
        probe::probe(path, self.view(), &self.crowded, keys, hits);
    }

    /// The rank of each key; `u32::MAX` where it is no member. Allocates nothing.
    ///
    /// # Panics
    /// When `ranks` is not as long as `keys`.
    pub fn positions(&self, keys: &[u64], ranks: &mut [u32]) {
        self.positions_on(Path::chosen(), keys, ranks);
    }

    /// [`positions`](Self::positions) on a path of one's choice: for tests and benchmarks.
    ///
    /// # Panics
    /// When `ranks` is not as long as `keys`, or the machine has not what the path takes.
    pub fn positions_on(&self, path: Path, keys: &[u64], ranks: &mut [u32]) {
        assert_eq!(ranks.len(), keys.len(), "one rank for each key");
        probe::ranks(path, self.view(), keys, ranks);
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.view().members()
    }

    /// Writes the members of the ranks from `start` on into `out`: many at a time, where [`iter`](Self::iter) gives one.
    ///
    /// ```
    /// use numguard_core::set::{FrozenSet, KeyType};
    ///
    /// let set = FrozenSet::build([30, 10, 20], KeyType::Imei14);
    /// let mut members = [0; 2];
    /// set.members_from(1, &mut members);
    /// assert_eq!(members, [20, 30]);
    /// ```
    ///
    /// # Panics
    /// When there are not as many.
    pub fn members_from(&self, start: usize, out: &mut [u64]) {
        assert!(
            start + out.len() <= self.len(),
            "no more members than there are"
        );
        self.view().fill(start, out);
    }

    /// The members, ascending.
    fn to_vec(&self, workers: &dyn Workers) -> Vec<u64> {
        let mut members = vec![0; self.len()];
        let parts = members.chunks_mut(MEMBERS).enumerate();
        workers.run(
            parts
                .map(|(part, out)| {
                    Box::new(move || self.members_from(part * MEMBERS, out)) as Task<'_>
                })
                .collect(),
        );
        members
    }

    fn view(&self) -> View<'_> {
        self.layout.view(self.bytes.words())
    }
}

impl PartialEq for FrozenSet {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for FrozenSet {}

impl Hash for FrozenSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.content_hash());
    }
}

/// XXH3-64 of all that follows the checksum.
fn checksum(words: &[u64]) -> u64 {
    XxHash3_64::oneshot(bytemuck::cast_slice(
        words.get(CHECKSUM + 1..).unwrap_or(&[]),
    ))
}
