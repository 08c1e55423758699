//! The frozen set: exact, sorted, without repeats; built once, asked for ever.

mod bytes;

use std::fmt;
use std::hash::{Hash, Hasher};

use twox_hash::XxHash3_64;

pub use bytes::Owner;
use bytes::SetBytes;

use crate::Error;

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

/// `numguard` in ASCII, read as a little-endian word.
const MAGIC: u64 = u64::from_le_bytes(*b"numguard");
const VERSION: u32 = 1;
/// Words before the first key: magic, checksum, version and key type, length, and room to spare.
const HEADER: usize = 8;

/// A frozen set of integers. Key 0 is never a member.
#[derive(Clone, Debug)]
pub struct FrozenSet {
    bytes: SetBytes,
    key_type: KeyType,
    len: usize,
}

impl FrozenSet {
    /// Builds from keys in any order, repeats allowed. The same keys give the same bytes, always.
    #[must_use]
    pub fn build(mut keys: Vec<u64>, key_type: KeyType) -> Self {
        keys.sort_unstable();
        keys.dedup();
        if keys.first() == Some(&0) {
            keys.remove(0);
        }
        let mut words = Vec::with_capacity(HEADER + keys.len());
        words.extend_from_slice(&[
            MAGIC,
            0,
            u64::from(VERSION) | u64::from(key_type as u8) << 32,
            keys.len() as u64,
        ]);
        words.resize(HEADER, 0);
        words.extend_from_slice(&keys);
        words[1] = checksum(&words);
        Self {
            bytes: SetBytes::from_words(words),
            key_type,
            len: keys.len(),
        }
    }

    /// Opens a set that was saved as [`as_bytes`](Self::as_bytes), without copying it where its bytes lie aligned for
    /// `u64`. Checks the layout, so that no bytes, however hostile, can lead outside of them; the checksum is left to
    /// [`verify`](Self::verify).
    ///
    /// # Errors
    /// Every `Set...` of [`Error`] but the checksum.
    pub fn from_bytes(owner: Owner, expected: KeyType) -> Result<Self, Error> {
        let bytes = SetBytes::from_owner(owner);
        let (words, found) = (bytes.words(), bytes.bytes().len() as u64);
        if words.first().is_some_and(|&word| word != MAGIC) {
            return Err(Error::SetMagic);
        }
        if words.len() < HEADER {
            return Err(Error::SetLength {
                expected: HEADER as u64 * 8,
                found,
            });
        }
        if words[2] as u32 != VERSION {
            return Err(Error::SetVersion(words[2] as u32));
        }
        let key_type = match words[2] >> 32 {
            1 => KeyType::Msisdn,
            2 => KeyType::Imei14,
            code => return Err(Error::SetKeyTypeCode(code as u32)),
        };
        if key_type != expected {
            return Err(Error::SetKeyType {
                expected,
                found: key_type,
            });
        }
        let length = words[3].saturating_add(HEADER as u64).saturating_mul(8);
        if length != found {
            return Err(Error::SetLength {
                expected: length,
                found,
            });
        }
        let keys = &words[HEADER..];
        if keys.first() == Some(&0) || !keys.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(Error::SetLayout("keys"));
        }
        let len = keys.len();
        Ok(Self {
            bytes,
            key_type,
            len,
        })
    }

    /// Reads every byte and compares with the checksum that was stored when the set was built.
    ///
    /// # Errors
    /// [`Error::SetChecksum`]
    pub fn verify(&self) -> Result<(), Error> {
        let words = self.bytes.words();
        if words.get(1) == Some(&checksum(words)) {
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

    /// A hash of key type and keys, stable between processes and machines: the stored checksum.
    #[must_use]
    pub fn content_hash(&self) -> u64 {
        self.bytes.words()[1]
    }

    /// What its keys are.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// How many keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes held.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether `key` is a member.
    #[must_use]
    pub fn contains(&self, key: u64) -> bool {
        self.position(key).is_some()
    }

    /// The rank of `key` among the members in ascending order.
    #[must_use]
    pub fn position(&self, key: u64) -> Option<u32> {
        self.keys().binary_search(&key).ok().map(|rank| rank as u32)
    }

    /// Bit `i % 64` of `hits[i / 64]` says whether `keys[i]` is a member. Overwrites `hits`, which holds one word for
    /// each 64 keys begun; the bits past the last key are 0.
    ///
    /// # Panics
    /// When `hits` has another length.
    pub fn probe(&self, keys: &[u64], hits: &mut [u64]) {
        assert_eq!(
            hits.len(),
            keys.len().div_ceil(64),
            "one word of hits for each 64 keys begun"
        );
        for (block, word) in keys.chunks(64).zip(hits) {
            *word = block
                .iter()
                .rev()
                .fold(0, |bits, &key| bits << 1 | u64::from(self.contains(key)));
        }
    }

    /// The rank of each key; `u32::MAX` where it is no member.
    ///
    /// # Panics
    /// When `ranks` is not as long as `keys`.
    pub fn positions(&self, keys: &[u64], ranks: &mut [u32]) {
        assert_eq!(ranks.len(), keys.len(), "one rank for each key");
        for (rank, &key) in ranks.iter_mut().zip(keys) {
            *rank = self.position(key).unwrap_or(u32::MAX);
        }
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.keys().iter().copied()
    }

    /// The keys of either.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn union(&self, other: &Self) -> Result<Self, Error> {
        self.same_type(other)?;
        Ok(Self::build(
            self.iter().chain(other.iter()).collect(),
            self.key_type,
        ))
    }

    /// The keys of both.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn intersection(&self, other: &Self) -> Result<Self, Error> {
        self.same_type(other)?;
        Ok(Self::build(
            self.iter().filter(|&key| other.contains(key)).collect(),
            self.key_type,
        ))
    }

    /// The keys of `self` that `other` has not.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn difference(&self, other: &Self) -> Result<Self, Error> {
        self.same_type(other)?;
        Ok(Self::build(
            self.iter().filter(|&key| !other.contains(key)).collect(),
            self.key_type,
        ))
    }

    /// The keys of one, but not of both.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn symmetric_difference(&self, other: &Self) -> Result<Self, Error> {
        self.difference(other)?.union(&other.difference(self)?)
    }

    fn same_type(&self, other: &Self) -> Result<(), Error> {
        if self.key_type == other.key_type {
            return Ok(());
        }
        Err(Error::SetKeyType {
            expected: self.key_type,
            found: other.key_type,
        })
    }

    fn keys(&self) -> &[u64] {
        self.bytes.words().get(HEADER..).unwrap_or(&[])
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

/// XXH3-64 of all that follows the two words of magic and checksum.
fn checksum(words: &[u64]) -> u64 {
    XxHash3_64::oneshot(bytemuck::cast_slice(words.get(2..).unwrap_or(&[])))
}
