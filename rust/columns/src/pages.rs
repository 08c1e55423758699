//! Memory for many words, mapped rather than allocated.
//!
//! Owns where words are and how large their pages are. The system gives new memory a page at a time, at the first
//! access, and what that costs has two answers:
//!
//! - A long result is mapped with the advice to use pages of 2 MiB ([`Words::of_result`]): with pages of 4 KiB the first
//!   access took as long as reading the cells. `normalize` of 20 million mixed cells went from 58 to 78 million a
//!   second on one core. A system without large pages ignores the advice. What is freed is kept for the next result
//!   ([`results`]).
//! - A run of sightings is mapped in blocks and goes back to the system as a whole ([`Words::in_blocks`]): an allocator
//!   keeps what many vectors leave behind, which would be as much as all sightings. Blocks are used again within a
//!   call, because to fill new memory with zeros takes the system as long as all that is then done with it. Whether
//!   their pages are large is left to the system: on a virtual machine that returns free memory to its host, large ones
//!   take twice as long.
//!
//! What is allocated as usual, such as the pages of a file, is kept for the next of them ([`keep_freed`]).

use arrow_buffer::Buffer;
use bytes::Bytes;
use memmap2::MmapMut;

mod results;

/// Results of at least this many bytes are mapped: two large pages, because the first and the last may be partial.
const MAPPED: usize = 4 << 20;

/// Bytes of a block, which a run of sightings fills.
const BLOCK: usize = 1 << 21;

/// Bytes of the largest allocations that are kept: most pages of files with what is unpacked from them.
const KEPT: usize = 1 << 22;

/// What a word of a result is before it is written, in tests: no number and no IMEI.
const UNWRITTEN: u64 = u64::MAX / 3;

/// Words of a block.
pub(crate) const BLOCK_WORDS: usize = BLOCK / size_of::<u64>();

/// Lets the allocator keep what a thread frees, up to twice [`KEPT`] bytes.
///
/// glibc returns memory to the system above a bound, which is twice the largest allocation that was ever freed. Without
/// this, each part of a Parquet file got the memory of its pages anew, which took a seventh of the processor time of
/// mixed text. Peak memory is the same. For other allocators this is an allocation like any other.
pub(crate) fn keep_freed() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT)));
}

/// Words that become a buffer.
pub(crate) enum Words {
    Short(Vec<u64>),
    /// And how many of them are used.
    Mapped(MmapMut, usize),
    /// And how many of them are used.
    Result(results::Memory, usize),
}

impl Words {
    /// `len` words of a result, which may be anything until they are written.
    pub(crate) fn of_result(len: usize) -> Self {
        let bytes = len.saturating_mul(size_of::<u64>());
        let memory = if bytes < MAPPED {
            None
        } else {
            results::Memory::of(bytes)
        };
        // If the map fails, the usual allocation is tried, and fails as usual.
        let mut words = match memory {
            Some(memory) => Self::Result(memory, len),
            None => Self::Short(vec![0; len]),
        };
        if cfg!(debug_assertions) {
            // What is not written shows itself.
            words.as_mut_slice().fill(UNWRITTEN);
        }
        words
    }

    /// `len` zeros in whole blocks, with the pages that the system chooses.
    pub(crate) fn in_blocks(len: usize) -> Self {
        let bytes = len.saturating_mul(size_of::<u64>());
        if bytes < BLOCK / 2 {
            return Self::Short(vec![0; len]);
        }
        match bytes.checked_next_multiple_of(BLOCK).map(MmapMut::map_anon) {
            Some(Ok(map)) => Self::Mapped(map, len),
            _ => Self::Short(vec![0; len]),
        }
    }

    /// `len` words in a used block, if they fill half of one and no more; they may be anything. Otherwise zeros
    /// [in blocks](Self::in_blocks).
    pub(crate) fn again(used: &mut Vec<MmapMut>, len: usize) -> Self {
        let bytes = len * size_of::<u64>();
        if (BLOCK / 2..=BLOCK).contains(&bytes)
            && let Some(map) = used.pop()
        {
            return Self::Mapped(map, len);
        }
        Self::in_blocks(len)
    }

    /// The memory of one block, to be used [again](Self::again).
    pub(crate) fn into_block(self) -> Option<MmapMut> {
        match self {
            Self::Mapped(map, _) if map.len() == BLOCK => Some(map),
            _ => None,
        }
    }

    pub(crate) fn as_slice(&self) -> &[u64] {
        match self {
            Self::Short(words) => words,
            Self::Mapped(map, len) => &bytemuck::cast_slice(map)[..*len],
            Self::Result(memory, len) => &bytemuck::cast_slice(memory.bytes())[..*len],
        }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [u64] {
        match self {
            Self::Short(words) => words,
            Self::Mapped(map, len) => &mut bytemuck::cast_slice_mut(map)[..*len],
            Self::Result(memory, len) => &mut bytemuck::cast_slice_mut(memory.bytes_mut())[..*len],
        }
    }

    /// The words as memory of an array.
    pub(crate) fn into_buffer(self) -> Buffer {
        match self {
            Self::Short(words) => Buffer::from_vec(words),
            Self::Mapped(map, len) => owned(map, len),
            Self::Result(memory, len) => owned(memory, len),
        }
    }
}

/// The first `len` words of an owner as memory of an array.
fn owned(owner: impl AsRef<[u8]> + Send + 'static, len: usize) -> Buffer {
    Buffer::from(Bytes::from_owner(owner).slice(..len * size_of::<u64>()))
}

#[cfg(test)]
mod tests {
    use arrow_buffer::ScalarBuffer;

    use super::*;

    #[test]
    fn words_are_those_of_the_buffer() {
        let lens = [0, 1, 1000, BLOCK / 16, BLOCK / 8 + 1, MAPPED / 8 + 1];
        let makers: [fn(usize) -> Words; 2] = [Words::of_result, Words::in_blocks];
        for (len, make) in lens
            .into_iter()
            .flat_map(|len| makers.map(|make| (len, make)))
        {
            let mut words = make(len);
            assert_eq!(words.as_slice().len(), len);
            for (word, n) in words.as_mut_slice().iter_mut().zip(1..) {
                *word = n;
            }
            let buffer = ScalarBuffer::<u64>::from(words.into_buffer());
            assert!(buffer.iter().zip(1..).all(|(&word, n)| word == n));
            assert_eq!(buffer.len(), len);
        }
    }

    #[test]
    fn a_block_is_used_again_for_what_fills_it() {
        let block = Words::in_blocks(BLOCK_WORDS - 5).into_block();
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
        assert!(Words::in_blocks(BLOCK_WORDS + 1).into_block().is_none());
        assert!(Words::in_blocks(1).into_block().is_none());
    }
}
