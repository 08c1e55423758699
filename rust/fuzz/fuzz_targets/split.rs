//! Separated text, split in chunks and by the oracle, which has the whole text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numguard_columns::csv::{Format, naive};

/// The oracle reads a record again for each of its lines; longer texts would be slower and test nothing else.
const LONGEST: usize = 4096;

fuzz_target!(|data: &[u8]| {
    let Some((&[shape, width, longest, size], text)) = data.split_first_chunk() else {
        return;
    };
    if text.len() > LONGEST {
        return;
    }
    let width = 1 + usize::from(width % 6);
    let format = Format {
        separator: [b',', b';', b'\t', b' '][usize::from(shape % 4)],
        quoted: shape & 4 == 0,
        line_break: if shape & 24 == 24 { b'\r' } else { b'\n' },
        width,
        named: width - usize::from(shape & 32 != 0 && width > 1),
        windows_1252: shape & 64 != 0,
        apostrophes: shape & 128 != 0,
        longest: [1 << 20, 300, 40, 3][usize::from(longest % 4)],
    };
    let size = [1, 17, 64, 200, 1000, 1 << 19][usize::from(size % 6)];
    let found = naive::split_in_chunks(&format, text, size, 1);
    assert_eq!(found, naive::split(&format, text), "{format:?} in chunks of {size}");
});
