//! The frozen set: exact, sorted, without repeats; built once, asked for ever.

/// What the keys of a set are. A set of the one is never opened as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum KeyType {
    /// E.164 digits.
    Msisdn = 1,
    /// Fourteen-digit IMEI keys.
    Imei14 = 2,
}

/// A frozen set of integers. Key 0 is never a member.
#[derive(Clone, Debug)]
pub struct FrozenSet {
    _private: (),
}

impl FrozenSet {
    /// Builds from keys in any order, repeats allowed.
    #[must_use]
    pub fn build(_keys: Vec<u64>, _key_type: KeyType) -> Self {
        unimplemented!()
    }

    /// What its keys are.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        unimplemented!()
    }

    /// How many keys.
    #[must_use]
    pub fn len(&self) -> usize {
        unimplemented!()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes held.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        unimplemented!()
    }

    /// Whether `key` is a member.
    #[must_use]
    pub fn contains(&self, _key: u64) -> bool {
        unimplemented!()
    }

    /// The rank of `key` among the members in ascending order.
    #[must_use]
    pub fn position(&self, _key: u64) -> Option<u32> {
        unimplemented!()
    }

    /// Bit `i % 64` of `hits[i / 64]` says whether `keys[i]` is a member. Overwrites `hits`, which holds one word for
    /// each 64 keys begun; the bits past the last key are 0.
    pub fn probe(&self, _keys: &[u64], _hits: &mut [u64]) {
        unimplemented!()
    }

    /// The rank of each key; `u32::MAX` where it is no member.
    pub fn positions(&self, _keys: &[u64], _ranks: &mut [u32]) {
        unimplemented!()
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        std::iter::empty()
    }
}
