//! Where cells end: bytes -> the places of separators and line breaks that stand outside of quoted cells.
//!
//! Owns the shortcut and no rule. One idea: **sixty-four bytes are one word of bits**, a bit for each mark, and whether a
//! mark stands inside of quotes is a running parity of quotation marks. Parity is right as long as cells are
//! quoted whole and hold no line break; the first byte that contradicts it is where the shortcut ends, and
//! [`super::record`] has to look.
//!
//! The folder is the dispatch: `scalar` runs anywhere, the others where the machine has what they take.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

use numguard_core::cpu::Path;

use super::Format;

/// Bytes of a block, and bits of a word.
const BLOCK: usize = 64;

/// What was found in a run of bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// How many places were written.
    pub(super) marks: usize,
    /// How many of them are line breaks.
    pub(super) breaks: usize,
    /// The first byte that the shortcut cannot classify: marks stand before it only.
    pub(super) odd: Option<usize>,
}

/// Bits of the bytes of a block.
#[derive(Clone, Copy)]
struct Bits {
    separators: u64,
    breaks: u64,
    quotes: u64,
    /// Carriage returns, which may stand between a quoted cell and the line break.
    returns: u64,
}

/// The bytes that are looked for.
#[derive(Clone, Copy)]
struct Wanted {
    separator: u8,
    line_break: u8,
    quoted: bool,
    returns: bool,
}

/// The places that marking so many bytes needs.
pub(super) fn needed(bytes: usize) -> usize {
    bytes + BLOCK
}

/// Finds the marks in `bytes`, which begin where a record does, and writes their places into `places`.
///
/// # Panics
/// If there are fewer than [`needed`] places.
pub(super) fn find(format: &Format, bytes: &[u8], places: &mut [u32]) -> Found {
    find_on(Path::chosen(), format, bytes, places)
}

/// [`find`] on a path of one's choice.
pub(super) fn find_on(path: Path, format: &Format, bytes: &[u8], places: &mut [u32]) -> Found {
    let wanted = Wanted {
        separator: format.separator,
        line_break: format.line_break,
        quoted: format.quoted,
        returns: format.line_break == b'\n',
    };
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::find(token, wanted, bytes, places);
    } else if let Some(token) = path.avx2() {
        return avx2::find(token, wanted, bytes, places);
    }
    scalar::find(wanted, bytes, places)
}

/// What is common to all paths: `bits` finds the marks of a block, `write` stores the positions of the bits of a word.
#[inline(always)]
fn find_with(
    wanted: Wanted,
    bytes: &[u8],
    places: &mut [u32],
    bits: impl Fn(&[u8; BLOCK]) -> Bits,
    write: impl Fn(u64, u32, &mut [u32; BLOCK]),
) -> Found {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut parity = Parity::default();
    let (mut marks, mut breaks) = (0, 0);
    for (n, block) in blocks.iter().enumerate() {
        let bits = bits(block);
        let (word, odd) = parity.pass(wanted, bits);
        write(word, (n * BLOCK) as u32, block_at(places, marks));
        marks += word.count_ones() as usize;
        breaks += (word & bits.breaks).count_ones() as usize;
        if odd != 0 {
            let odd = Some(n * BLOCK + odd.trailing_zeros() as usize);
            return Found { marks, breaks, odd };
        }
    }
    // The rest is looked at with something behind it that is no mark.
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    let there = (1u64 << rest.len()) - 1;
    let bits = bits(&last).only(there);
    let (word, odd) = parity.pass(wanted, bits);
    write(word, (blocks.len() * BLOCK) as u32, block_at(places, marks));
    marks += word.count_ones() as usize;
    breaks += (word & bits.breaks).count_ones() as usize;
    let odd = match odd & there {
        0 if parity.inside != 0 => Some(bytes.len()),
        0 => None,
        odd => Some(blocks.len() * BLOCK + odd.trailing_zeros() as usize),
    };
    Found { marks, breaks, odd }
}

#[inline(always)]
fn block_at(places: &mut [u32], at: usize) -> &mut [u32; BLOCK] {
    let out = places.get_mut(at..at + BLOCK);
    let out = out.and_then(|out| out.first_chunk_mut());
    out.expect("there is a place for every byte and a block more")
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

/// What a block has to know of the one before.
struct Parity {
    /// All bits, where it begins inside of a quoted cell.
    inside: u64,
    /// The lowest bit: whether a quotation mark may open or go on there, is behind one that closes, or behind a
    /// carriage return behind such a one.
    may_open: u64,
    after_close: u64,
    after_return: u64,
}

impl Default for Parity {
    fn default() -> Self {
        Self {
            inside: 0,
            may_open: 1,
            after_close: 0,
            after_return: 0,
        }
    }
}

impl Parity {
    /// The marks of a block, before its first odd byte; and the bits of odd bytes.
    #[inline(always)]
    fn pass(&mut self, wanted: Wanted, bits: Bits) -> (u64, u64) {
        let marks = bits.separators | bits.breaks;
        if !wanted.quoted {
            return (marks, 0);
        }
        if bits.quotes | self.inside | self.after_close | self.after_return == 0 {
            self.may_open = marks >> 63;
            return (marks, 0);
        }
        let inside = parity_up_to(bits.quotes) ^ self.inside;
        let (opens, closes) = (bits.quotes & inside, bits.quotes & !inside);
        // A cell is quoted from its first byte on; a mark behind one that closes is a mark of its text.
        let may_open = (marks | bits.quotes) << 1 | self.may_open;
        let after_close = closes << 1 | self.after_close;
        let returns = after_close & bits.returns;
        let after_return = returns << 1 | self.after_return;
        let odd = (opens & !may_open)
            | (after_close & !(marks | bits.quotes | bits.returns))
            | (after_return & !bits.breaks)
            | (bits.breaks & inside);
        self.inside = (inside.cast_signed() >> 63).cast_unsigned();
        self.may_open = (marks | bits.quotes) >> 63;
        self.after_close = closes >> 63;
        self.after_return = returns >> 63;
        let before = (odd & odd.wrapping_neg()).wrapping_sub(1);
        (marks & !inside & before, odd)
    }
}

/// For each bit, whether the bits up to it are odd in number.
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

    /// The same, a byte at a time.
    fn slowly(format: &Format, bytes: &[u8]) -> (Vec<u32>, Option<usize>) {
        let mut places = Vec::new();
        let mut inside = false;
        for (at, &byte) in bytes.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| bytes[before]);
            let is_mark = byte == format.separator || byte == format.line_break;
            if format.quoted {
                // Behind a mark that closed: text, or a carriage return that no line break follows.
                let closed = |at: usize| {
                    bytes[at] == b'"'
                        && bytes[..=at].iter().filter(|&&b| b == b'"').count() % 2 == 0
                };
                let returns = format.line_break == b'\n';
                if before == Some(b'"') && closed(at - 1) {
                    let fits = is_mark || byte == b'"' || (returns && byte == b'\r');
                    if !fits {
                        return (places, Some(at));
                    }
                }
                if returns && before == Some(b'\r') && at > 1 && closed(at - 2) && byte != b'\n' {
                    return (places, Some(at));
                }
                if byte == b'"' {
                    inside = !inside;
                    let fits = before.is_none_or(|b| {
                        b == format.separator || b == format.line_break || b == b'"'
                    });
                    if inside && !fits {
                        return (places, Some(at));
                    }
                    continue;
                }
                if inside && byte == format.line_break {
                    return (places, Some(at));
                }
            }
            if is_mark && !inside {
                places.push(at as u32);
            }
        }
        (places, inside.then_some(bytes.len()))
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
        fn all_paths_find_what_a_byte_at_a_time_finds(
            bytes in pieces(),
            separator in prop::sample::select(vec![b',', b';']),
            quoted in any::<bool>(),
            line_break in prop::sample::select(vec![b'\n', b'\r']),
        ) {
            let format = Format { separator, quoted, line_break, width: 1, named: 1, longest: 1 << 20, windows_1252: false, apostrophes: false };
            let (expected, odd) = slowly(&format, &bytes);
            for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
                let mut places = vec![0; needed(bytes.len())];
                let found = find_on(path, &format, &bytes, &mut places);
                prop_assert_eq!(&places[..found.marks], &expected[..], "{:?}", path);
                prop_assert_eq!(found.odd, odd, "{:?}", path);
                let breaks = expected.iter().filter(|&&at| bytes[at as usize] == line_break);
                prop_assert_eq!(found.breaks, breaks.count(), "{:?}", path);
            }
        }
    }
}
