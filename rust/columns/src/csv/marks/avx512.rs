//! Sixty-four bytes at a time, and the offsets of their marks sixteen at a time.
//!
//! Unsafe, because a call to a function compiled for an instruction set is unsafe. The safe version is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use numguard_core::cpu::Avx512Vbmi;

use super::{BLOCK, Bits, MarkBytes, MarksFound, find_with};

/// The offsets of the bytes in a block.
const OFFSETS: [u8; BLOCK] = {
    let mut offsets = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        offsets[at] = at as u8;
        at += 1;
    }
    offsets
};

/// [`super::find`].
pub(super) fn find(
    _: Avx512Vbmi,
    wanted: MarkBytes,
    bytes: &[u8],
    offsets: &mut [u32],
) -> MarksFound {
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi1,popcnt")]
    fn on_avx512(wanted: MarkBytes, bytes: &[u8], offsets: &mut [u32]) -> MarksFound {
        let all = |byte: u8| _mm512_set1_epi8(byte.cast_signed());
        let (separator, line_break) = (all(wanted.separator), all(wanted.line_break));
        let (quote, carriage_return) = (all(b'"'), all(b'\r'));
        let bits = |block: &[u8; BLOCK]| {
            let block: __m512i = bytemuck::must_cast(*block);
            let equal = |wanted: __m512i| _mm512_cmpeq_epi8_mask(block, wanted);
            Bits {
                separators: equal(separator),
                breaks: equal(line_break),
                quotes: equal(quote),
                returns: if wanted.returns {
                    equal(carriage_return)
                } else {
                    0
                },
            }
        };
        let numbers: __m512i = bytemuck::must_cast(OFFSETS);
        let write = |word: u64, base: u32, offsets: &mut [u32; BLOCK]| {
            let packed = _mm512_maskz_compress_epi8(word, numbers);
            let base = _mm512_set1_epi32(base.cast_signed());
            let quarters: [__m128i; 4] = bytemuck::must_cast(packed);
            let (sixteens, _) = offsets.as_chunks_mut::<16>();
            let widened = |quarter: __m128i| -> [u32; 16] {
                bytemuck::must_cast(_mm512_add_epi32(_mm512_cvtepu8_epi32(quarter), base))
            };
            // The first sixteen are always written, so that most blocks take no unpredictable branch.
            sixteens[0] = widened(quarters[0]);
            let more = (word.count_ones() as usize).saturating_sub(1) / 16;
            for (sixteen, quarter) in sixteens.iter_mut().zip(quarters).skip(1).take(more) {
                *sixteen = widened(quarter);
            }
        };
        find_with(wanted, bytes, offsets, bits, write)
    }
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { on_avx512(wanted, bytes, offsets) }
}
