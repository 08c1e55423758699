//! Words in memory that goes back to the system as a whole.
//!
//! Owns only where they are. An allocator keeps what many vectors leave behind, which would be as much as all sightings.
//! Blocks of one size can be used again within a call: for the system, to fill new memory with zeros takes as long as all
//! that is then done with it. Whether pages are large is left to the system: on a virtual machine that returns free memory
//! to its host, large ones take twice as long.

use arrow_buffer::Buffer;
use bytes::Bytes;
use memmap2::MmapMut;

/// Bytes of a block, which a run of sightings fills.
const BLOCK: usize = 1 << 21;

/// Words of a block.
pub(super) const BLOCK_WORDS: usize = BLOCK / size_of::<u64>();

/// Some words, all of them 0 at first.
pub(super) enum Words {
    Few(Vec<u64>),
    /// And how many of them are used.
    Many(MmapMut, usize),
}

impl Words {
    /// So many zeros.
    pub(super) fn zeros(len: usize) -> Self {
        let bytes = len * size_of::<u64>();
        if bytes < BLOCK / 2 {
            return Self::Few(vec![0; len]);
        }
        match MmapMut::map_anon(bytes.next_multiple_of(BLOCK)) {
            Ok(map) => Self::Many(map, len),
            Err(_) => Self::Few(vec![0; len]),
        }
    }

    /// So many words in used memory, if it has enough and not much more; they may be anything.
    pub(super) fn again(used: &mut Vec<MmapMut>, len: usize) -> Self {
        let bytes = len * size_of::<u64>();
        if (BLOCK / 2..=BLOCK).contains(&bytes)
            && let Some(map) = used.pop()
        {
            return Self::Many(map, len);
        }
        Self::zeros(len)
    }

    /// Memory of one block, to be used again.
    pub(super) fn into_block(self) -> Option<MmapMut> {
        match self {
            Self::Many(map, _) if map.len() == BLOCK => Some(map),
            _ => None,
        }
    }

    pub(super) fn as_slice(&self) -> &[u64] {
        match self {
            Self::Few(words) => words,
            Self::Many(map, len) => &bytemuck::cast_slice(map)[..*len],
        }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [u64] {
        match self {
            Self::Few(words) => words,
            Self::Many(map, len) => &mut bytemuck::cast_slice_mut(map)[..*len],
        }
    }

    /// The words as memory of an array.
    pub(super) fn into_buffer(self) -> Buffer {
        match self {
            Self::Few(words) => Buffer::from_vec(words),
            Self::Many(map, len) => {
                let bytes = Bytes::from_owner(map);
                Buffer::from(bytes.slice(..len * size_of::<u64>()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_buffer::ScalarBuffer;

    use super::*;

    #[test]
    fn words_are_those_of_the_buffer() {
        for len in [0, 1, 1000, BLOCK / 16, BLOCK / 8 + 1] {
            let mut words = Words::zeros(len);
            assert!(words.as_slice().iter().all(|&word| word == 0));
            for (word, n) in words.as_mut_slice().iter_mut().zip(1..) {
                *word = n;
            }
            let buffer = ScalarBuffer::<u64>::new(words.into_buffer(), 0, len);
            assert!(buffer.iter().zip(1..).all(|(&word, n)| word == n));
            assert_eq!(buffer.len(), len);
        }
    }

    #[test]
    fn a_block_is_used_again_for_what_fills_it() {
        let block = Words::zeros(BLOCK_WORDS - 5).into_block();
        let mut used: Vec<MmapMut> = block.into_iter().collect();
        assert_eq!(used.len(), 1);
        for (len, left) in [
            (100, 1),
            (BLOCK_WORDS + 1, 1),
            (BLOCK_WORDS, 0),
            (BLOCK_WORDS, 0),
        ] {
            assert_eq!(Words::again(&mut used, len).as_slice().len(), len);
            assert_eq!(used.len(), left);
        }
        assert!(Words::zeros(BLOCK_WORDS + 1).into_block().is_none());
        assert!(Words::zeros(1).into_block().is_none());
    }
}
