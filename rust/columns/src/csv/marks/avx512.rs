//! Sixty-four bytes at a time, and the places of their marks sixteen at a time.
//!
//! Unsafe, because Rust has no call into code for a better machine without it. The safe twin is [`super::scalar`].
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use numguard_core::cpu::Avx512Vbmi;

use super::{BLOCK, Bits, Found, Wanted, find_with};

/// The places of a block.
const PLACES: [u8; BLOCK] = {
    let mut places = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        places[at] = at as u8;
        at += 1;
    }
    places
};

/// [`super::find`].
pub(super) fn find(_: Avx512Vbmi, wanted: Wanted, bytes: &[u8], places: &mut [u32]) -> Found {
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi1,popcnt")]
    fn on_avx512(wanted: Wanted, bytes: &[u8], places: &mut [u32]) -> Found {
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
        let numbers: __m512i = bytemuck::must_cast(PLACES);
        let write = |word: u64, base: u32, places: &mut [u32; BLOCK]| {
            let packed = _mm512_maskz_compress_epi8(word, numbers);
            let base = _mm512_set1_epi32(base.cast_signed());
            let quarters: [__m128i; 4] = bytemuck::must_cast(packed);
            let (sixteens, _) = places.as_chunks_mut::<16>();
            let spelt = |quarter: __m128i| -> [u32; 16] {
                bytemuck::must_cast(_mm512_add_epi32(_mm512_cvtepu8_epi32(quarter), base))
            };
            // The first sixteen always, so that the usual block takes no branch that is hard to foretell.
            sixteens[0] = spelt(quarters[0]);
            let more = (word.count_ones() as usize).saturating_sub(1) / 16;
            for (sixteen, quarter) in sixteens.iter_mut().zip(quarters).skip(1).take(more) {
                *sixteen = spelt(quarter);
            }
        };
        find_with(wanted, bytes, places, bits, write)
    }
    // SAFETY: the token exists only where the machine has AVX-512 with byte permutes.
    unsafe { on_avx512(wanted, bytes, places) }
}
