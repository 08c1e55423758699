//! Where cells end: bytes -> the offsets of separators and line breaks outside quoted cells.
//!
//! Owns the fast path and no rule. One idea: **sixty-four bytes become one word of bits** for each special character, and
//! the running parity of quotation marks shows whether a mark is inside quotes. Parity is correct where cells are quoted
//! whole and contain no line break. The fast path stops at the first byte that shows otherwise, and [`super::record`]
//! reads that record.
//!
//! There is one file for each instruction set: `scalar` runs on every machine, the others where their instructions exist.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

use numguard_core::cpu::CodePath;

use super::Format;

/// Bytes of a block, and bits of a word.
const BLOCK: usize = 64;

/// The marks found in some bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MarksFound {
    /// Number of offsets written.
    pub(super) marks: usize,
    /// How many of them are line breaks.
    pub(super) breaks: usize,
    /// Whether there are quotation marks, if cells may be quoted.
    pub(super) quotes: bool,
    /// The first byte that the fast path cannot classify. All marks are before it.
    pub(super) irregular: Option<usize>,
}

/// A bit for each byte of a block, by special character.
#[derive(Clone, Copy)]
struct Bits {
    separators: u64,
    breaks: u64,
    quotes: u64,
    /// Carriage returns, which may be between a quoted cell and the line break.
    returns: u64,
}

/// The bytes to find.
#[derive(Clone, Copy)]
struct MarkBytes {
    separator: u8,
    line_break: u8,
    quoted: bool,
    returns: bool,
}

/// The number of offsets that `offsets` must hold for this number of bytes.
pub(super) fn needed(bytes: usize) -> usize {
    bytes + BLOCK
}

/// Finds the marks in `bytes`, which begin with a record, and writes their offsets into `offsets`.
///
/// # Panics
/// If `offsets` is shorter than [`needed`].
pub(super) fn find(format: &Format, bytes: &[u8], offsets: &mut [u32]) -> MarksFound {
    find_on(CodePath::chosen(), format, bytes, offsets)
}

/// [`find`] on a given path.
pub(super) fn find_on(
    path: CodePath,
    format: &Format,
    bytes: &[u8],
    offsets: &mut [u32],
) -> MarksFound {
    let wanted = MarkBytes {
        separator: format.separator,
        line_break: format.line_break,
        quoted: format.quoted,
        returns: format.line_break == b'\n',
    };
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::find(token, wanted, bytes, offsets);
    } else if let Some(token) = path.avx2() {
        return avx2::find(token, wanted, bytes, offsets);
    }
    scalar::find(wanted, bytes, offsets)
}

/// The common part of all paths: `bits` finds the marks of a block, `write` stores the positions of the bits of a word.
#[inline(always)]
fn find_with(
    wanted: MarkBytes,
    bytes: &[u8],
    offsets: &mut [u32],
    bits: impl Fn(&[u8; BLOCK]) -> Bits,
    write: impl Fn(u64, u32, &mut [u32; BLOCK]),
) -> MarksFound {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut parity = Parity::default();
    let (mut marks, mut breaks) = (0, 0);
    for (n, block) in blocks.iter().enumerate() {
        let bits = bits(block);
        let (word, irregular) = parity.pass(wanted, bits);
        write(word, (n * BLOCK) as u32, block_at(offsets, marks));
        marks += word.count_ones() as usize;
        breaks += (word & bits.breaks).count_ones() as usize;
        if irregular != 0 {
            let irregular = Some(n * BLOCK + irregular.trailing_zeros() as usize);
            return MarksFound {
                marks,
                breaks,
                quotes: true,
                irregular,
            };
        }
    }
    // The last block is padded with zeros, which are never marks.
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    let there = (1u64 << rest.len()) - 1;
    let bits = bits(&last).only(there);
    let (word, irregular) = parity.pass(wanted, bits);
    write(
        word,
        (blocks.len() * BLOCK) as u32,
        block_at(offsets, marks),
    );
    marks += word.count_ones() as usize;
    breaks += (word & bits.breaks).count_ones() as usize;
    let irregular = match irregular & there {
        0 if parity.inside != 0 => Some(bytes.len()),
        0 => None,
        irregular => Some(blocks.len() * BLOCK + irregular.trailing_zeros() as usize),
    };
    MarksFound {
        marks,
        breaks,
        quotes: parity.quotes,
        irregular,
    }
}

#[inline(always)]
fn block_at(offsets: &mut [u32], at: usize) -> &mut [u32; BLOCK] {
    let out = offsets.get_mut(at..at + BLOCK);
    let out = out.and_then(|out| out.first_chunk_mut());
    out.expect("there is an offset for every byte and one more block")
}

impl Bits {
    fn only(self, there: u64) -> Self {
        Self {
            separators: self.separators & there,
            breaks: self.breaks & there,
            quotes: self.quotes & there,
            returns: self.returns & there,
        }
    }
}

/// The state from one block to the next.
struct Parity {
    /// All ones if the block begins inside a quoted cell, otherwise 0.
    inside: u64,
    /// Each of these is 0 or 1. Whether a quotation mark may open or continue a cell at the first byte of the block.
    may_open: u64,
    /// Whether the byte before the block is a quotation mark that closes a cell.
    after_close: u64,
    /// Whether the byte before the block is a carriage return after such a mark.
    after_return: u64,
    /// Whether there were quotation marks.
    quotes: bool,
}

impl Default for Parity {
    fn default() -> Self {
        Self {
            inside: 0,
            may_open: 1,
            after_close: 0,
            after_return: 0,
            quotes: false,
        }
    }
}

impl Parity {
    /// The marks of a block before its first irregular byte, and the bits of the irregular bytes.
    #[inline(always)]
    fn pass(&mut self, wanted: MarkBytes, bits: Bits) -> (u64, u64) {
        let marks = bits.separators | bits.breaks;
        if !wanted.quoted {
            return (marks, 0);
        }
        if bits.quotes | self.inside | self.after_close | self.after_return == 0 {
            self.may_open = marks >> 63;
            return (marks, 0);
        }
        self.quotes = true;
        let inside = parity_up_to(bits.quotes) ^ self.inside;
        let (opens, closes) = (bits.quotes & inside, bits.quotes & !inside);
        // A quoted cell begins with its quotation mark; a mark after a closing one is a doubled mark in its text.
        let may_open = (marks | bits.quotes) << 1 | self.may_open;
        let after_close = closes << 1 | self.after_close;
        let returns = after_close & bits.returns;
        let after_return = returns << 1 | self.after_return;
        let irregular = (opens & !may_open)
            | (after_close & !(marks | bits.quotes | bits.returns))
            | (after_return & !bits.breaks)
            | (bits.breaks & inside);
        self.inside = (inside.cast_signed() >> 63).cast_unsigned();
        self.may_open = (marks | bits.quotes) >> 63;
        self.after_close = closes >> 63;
        self.after_return = returns >> 63;
        let before = (irregular & irregular.wrapping_neg()).wrapping_sub(1);
        (marks & !inside & before, irregular)
    }
}

/// For each bit, whether the number of ones up to it is odd.
#[inline(always)]
fn parity_up_to(mut bits: u64) -> u64 {
    for step in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << step;
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The oracle: a byte at a time.
    fn naive(format: &Format, bytes: &[u8]) -> (Vec<u32>, Option<usize>) {
        let mut offsets = Vec::new();
        let mut inside = false;
        for (at, &byte) in bytes.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| bytes[before]);
            let is_mark = byte == format.separator || byte == format.line_break;
            if format.quoted {
                // After a closing mark: text, or a carriage return without a line break.
                let closed = |at: usize| {
                    bytes[at] == b'"'
                        && bytes[..=at].iter().filter(|&&b| b == b'"').count() % 2 == 0
                };
                let returns = format.line_break == b'\n';
                if before == Some(b'"') && closed(at - 1) {
                    let fits = is_mark || byte == b'"' || (returns && byte == b'\r');
                    if !fits {
                        return (offsets, Some(at));
                    }
                }
                if returns && before == Some(b'\r') && at > 1 && closed(at - 2) && byte != b'\n' {
                    return (offsets, Some(at));
                }
                if byte == b'"' {
                    inside = !inside;
                    let fits = before.is_none_or(|b| {
                        b == format.separator || b == format.line_break || b == b'"'
                    });
                    if inside && !fits {
                        return (offsets, Some(at));
                    }
                    continue;
                }
                if inside && byte == format.line_break {
                    return (offsets, Some(at));
                }
            }
            if is_mark && !inside {
                offsets.push(at as u32);
            }
        }
        (offsets, inside.then_some(bytes.len()))
    }

    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            ",",
            "\"",
            "\"\"",
            "\n",
            "\r\n",
            "\r",
            "a",
            "98765 43210",
            ",\"",
            "\",",
            "\"\r\n",
            ";",
            "\",\"",
            "                                                       ",
        ]);
        prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn all_paths_agree_with_the_oracle(
            bytes in pieces(),
            separator in prop::sample::select(vec![b',', b';']),
            quoted in any::<bool>(),
            line_break in prop::sample::select(vec![b'\n', b'\r']),
        ) {
            let format = Format { separator, quoted, line_break, width: 1, named: 1, longest: 1 << 20, windows_1252: false, apostrophes: false };
            let (expected, irregular) = naive(&format, &bytes);
            for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
                let mut offsets = vec![0; needed(bytes.len())];
                let found = find_on(path, &format, &bytes, &mut offsets);
                prop_assert_eq!(&offsets[..found.marks], &expected[..], "{:?}", path);
                prop_assert_eq!(found.irregular, irregular, "{:?}", path);
                let read = &bytes[..irregular.unwrap_or(bytes.len())];
                prop_assert!(found.quotes || !quoted || !read.contains(&b'"'), "{:?}", path);
                let breaks = expected.iter().filter(|&&at| bytes[at as usize] == line_break);
                prop_assert_eq!(found.breaks, breaks.count(), "{:?}", path);
            }
        }
    }
}
