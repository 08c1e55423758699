//! The frozen set: exact, sorted, without duplicates; built once and then only read.
//!
//! Owns how keys become one run of bytes and how a batch of keys is looked up in it. Independent of the owner of the
//! bytes (a buffer, a memory map); it opens no file. One idea: cache misses dominate the cost of a lookup, so it reads few
//! bytes, and these are adjacent. A filter rejects most keys that are not members. Where members are dense, one cache line
//! holds all members of a range of numbers; elsewhere there is a hash table.
//!
//! | file | what |
//! |---|---|
//! | `layout` | the header, its invariants, and the sections as a search reads them |
//! | `line` | a range of numbers in one cache line |
//! | `builder` | collects keys in little memory |
//! | `groups` | many keys in a small range, in two bytes each |
//! | `sort` | keys in any order to ascending keys |
//! | `build` | ascending keys to bytes |
//! | `workers` | runs independent tasks |
//! | `bytes` | the owner of the bytes |
//! | `probe` | a batch of keys to a bit each: scalar, AVX2, AVX-512 |
//! | `remainders` | a second index of small sets, for batches with many members |
//! | `position` | a key to its rank and back |
//! | `algebra` | union, intersection, difference, symmetric difference |

mod algebra;
mod build;
mod builder;
mod bytes;
mod groups;
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

use crate::cpu::CodePath;
pub use builder::Builder;
pub use bytes::Owner;
use bytes::SetBytes;
use groups::Part;
use layout::{CHECKSUM, Layout, View};
use probe::SecondIndex;
pub use workers::{CurrentThread, Task, Workers};

use crate::Error;

/// Members that one task writes.
const MEMBERS: usize = 1 << 16;

/// What the keys of a set are. A set of one type cannot be opened as the other.
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
    second: Arc<SecondIndex>,
}

impl FrozenSet {
    /// The first bytes of each set.
    pub const MAGIC: [u8; 8] = *b"numguard";

    /// Builds from keys in any order, duplicates allowed. The same keys always give the same bytes. A [`Builder`] takes
    /// keys in parts.
    ///
    /// # Panics
    /// With `u32::MAX` (4,294,967,295) or more distinct keys, because a rank has 32 bits.
    #[must_use]
    pub fn build(keys: impl IntoIterator<Item = u64>, key_type: KeyType) -> Self {
        let mut builder = Builder::new(key_type);
        builder.extend(keys);
        builder
            .build()
            .expect("a set holds fewer than 2^32 - 1 keys")
    }

    /// Builds from fewer than 2^32 - 1 distinct keys without 0, in ascending parts.
    fn from_parts(parts: &[Part<'_>], key_type: KeyType, workers: &dyn Workers) -> Self {
        let (layout, words) = build::build(parts, key_type, workers);
        Self {
            bytes: SetBytes::from_words(words),
            layout,
            second: Arc::default(),
        }
    }

    /// Opens a set that was saved as [`as_bytes`](Self::as_bytes). Bytes that are aligned to 64, such as a memory map, are
    /// not copied.
    ///
    /// Takes microseconds: only the header is checked, so that no search reads out of bounds, whatever the bytes are. The
    /// contents of the sections are checked by [`verify`](Self::verify); without it, damaged bytes give wrong results.
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
            second: Arc::default(),
        })
    }

    /// Reads every byte, and compares with the stored checksum.
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

    /// The whole set as one run of bytes: the contents of its file. Little-endian; the same keys give the same bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.bytes()
    }

    /// A hash of key type and keys, the same in every process and on every machine: the stored checksum.
    #[must_use]
    pub fn content_hash(&self) -> u64 {
        self.bytes.words().get(CHECKSUM).copied().unwrap_or(0)
    }

    /// The type of its keys.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.layout.key_type
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.layout.len as usize
    }

    /// Whether there are no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Size in bytes. Membership, ranks and keys are all read from these bytes. A set of up to 65,536 keys in which many
    /// members were looked up has up to 512 KiB more.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether `key` is a member. For many keys, [`probe`](Self::probe) is much faster.
    #[must_use]
    pub fn contains(&self, key: u64) -> bool {
        self.position(key).is_some()
    }

    /// The rank of `key` among the members in ascending order.
    #[must_use]
    pub fn position(&self, key: u64) -> Option<u32> {
        self.view().position(key)
    }

    /// Sets bit `i % 64` of `hits[i / 64]` to whether `keys[i]` is a member. Overwrites `hits`, which has one word for
    /// every 64 keys, rounded up; the bits past the last key are 0. Allocates no memory.
    ///
    /// # Panics
    /// When `hits` has another length.
    pub fn probe(&self, keys: &[u64], hits: &mut [u64]) {
        self.probe_on(CodePath::chosen(), keys, hits);
    }

    /// [`probe`](Self::probe) on a given path: for tests and benchmarks.
    ///
    /// # Panics
    /// When `hits` has another length, or the machine does not have the instructions of the path.
    pub fn probe_on(&self, path: CodePath, keys: &[u64], hits: &mut [u64]) {
        assert_eq!(
            hits.len(),
            keys.len().div_ceil(64),
            "hits must have one word for every 64 keys, rounded up"
        );
        probe::probe(path, self.view(), &self.second, keys, hits);
    }

    /// The rank of each key; `u32::MAX` if it is not a member. Allocates no memory.
    ///
    /// # Panics
    /// When `ranks` and `keys` differ in length.
    pub fn positions(&self, keys: &[u64], ranks: &mut [u32]) {
        self.positions_on(CodePath::chosen(), keys, ranks);
    }

    /// [`positions`](Self::positions) on a given path: for tests and benchmarks.
    ///
    /// # Panics
    /// When `ranks` and `keys` differ in length, or the machine does not have the instructions of the path.
    pub fn positions_on(&self, path: CodePath, keys: &[u64], ranks: &mut [u32]) {
        assert_eq!(ranks.len(), keys.len(), "one rank for each key");
        probe::ranks(path, self.view(), keys, ranks);
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.view().members()
    }

    /// Writes the members of the ranks from `start` on into `out`; faster than [`iter`](Self::iter).
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
    /// When `out` is longer than the remaining members.
    pub fn members_from(&self, start: usize, out: &mut [u64]) {
        assert!(
            start + out.len() <= self.len(),
            "out is longer than the remaining members"
        );
        self.view().fill(start, out);
    }

    /// The member of a rank.
    fn member(&self, rank: usize) -> u64 {
        let mut key = [0];
        self.members_from(rank, &mut key);
        key[0]
    }

    /// The number of members below `key`, of which there are at least `least`.
    fn rank_from(&self, least: usize, key: u64) -> usize {
        let (mut low, mut high) = (least, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.member(middle) < key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
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

/// XXH3-64 of all words after the checksum.
fn checksum(words: &[u64]) -> u64 {
    XxHash3_64::oneshot(bytemuck::cast_slice(
        words.get(CHECKSUM + 1..).unwrap_or(&[]),
    ))
}
