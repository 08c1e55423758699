//! Thirty-two bytes at a time.
//!
//! Unsafe, because a call to a function compiled for an instruction set is unsafe. The safe version is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::{__m256i, _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_set1_epi8};

use numguard_core::cpu::Avx2;

use super::{BLOCK, Bits, MarkBytes, MarksFound, find_with, scalar};

/// [`super::find`].
pub(super) fn find(_: Avx2, wanted: MarkBytes, bytes: &[u8], offsets: &mut [u32]) -> MarksFound {
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    fn on_avx2(wanted: MarkBytes, bytes: &[u8], offsets: &mut [u32]) -> MarksFound {
        let all = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let (separator, line_break) = (all(wanted.separator), all(wanted.line_break));
        let (quote, carriage_return) = (all(b'"'), all(b'\r'));
        let bits = |block: &[u8; BLOCK]| {
            let [low, high]: [__m256i; 2] = bytemuck::must_cast(*block);
            let equal = |wanted: __m256i| {
                let low = _mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted));
                let high = _mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted));
                u64::from(low.cast_unsigned()) | u64::from(high.cast_unsigned()) << 32
            };
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
        find_with(wanted, bytes, offsets, bits, scalar::write)
    }
    // SAFETY: the token exists only where the machine has AVX2.
    unsafe { on_avx2(wanted, bytes, offsets) }
}
