//! Blocks of cells give the numbers of the reader of one cell, on every path.

use numguard_core::block::{
    are_keys_on, are_msisdns_on, extremes_on, read_i64_on, read_on, read_run_on, read_views_on,
};
use numguard_core::cpu::CodePath;
use numguard_core::msisdn::{self, Region};
use proptest::prelude::*;

/// The cells as in an Arrow column, with other bytes before and after them.
fn column(cells: &[Vec<u8>]) -> (Vec<i32>, Vec<u8>) {
    let (mut offsets, mut bytes) = (vec![3], b"+91".to_vec());
    for cell in cells {
        bytes.extend(cell);
        offsets.push(bytes.len() as i32);
    }
    bytes.extend(b"43210.0");
    (offsets, bytes)
}

/// The cells as string views: the length, and the text or its beginning.
fn views(cells: &[Vec<u8>]) -> Vec<[u8; 16]> {
    let view = |cell: &Vec<u8>| {
        let mut view = [0; 16];
        view[..4].copy_from_slice(&(cell.len() as u32).to_le_bytes());
        let held = if cell.len() <= 12 { cell.len() } else { 4 };
        view[4..4 + held].copy_from_slice(&cell[..held]);
        view
    };
    cells.iter().map(view).collect()
}

/// Reads the cells on every path and by both functions, and compares with the reader of one cell. Returns how many were
/// read.
fn agree(cells: &[Vec<u8>]) -> usize {
    let (offsets, bytes) = column(cells);
    let wide: Vec<i64> = offsets.iter().map(|&offset| i64::from(offset)).collect();
    let mut scalar = vec![1; cells.len()];
    read_on(CodePath::Scalar, |row| &cells[row], &mut scalar);
    for (cell, &msisdn) in cells.iter().zip(&scalar) {
        if msisdn != 0 {
            let cell = std::str::from_utf8(cell).expect("only ASCII is read");
            assert_eq!(msisdn::read(cell, Region::In).msisdn, msisdn, "{cell:?}");
        }
    }
    for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
        let mut out = vec![1; cells.len()];
        read_on(path, |row| &cells[row], &mut out);
        assert_eq!(out, scalar, "{path:?}, apart");
        out.fill(1);
        read_run_on(path, &offsets, &bytes, &mut out);
        assert_eq!(out, scalar, "{path:?}, in a run");
        out.fill(1);
        read_run_on(path, &wide, &bytes, &mut out);
        assert_eq!(out, scalar, "{path:?}, in a run with wide offsets");
        out.fill(1);
        read_views_on(path, &views(cells), |row| &cells[row], &mut out);
        assert_eq!(out, scalar, "{path:?}, in views");
    }
    scalar.iter().filter(|&&msisdn| msisdn != 0).count()
}

const PREFIXES: [&str; 14] = [
    "", "0", "0 ", "0-", "91", "91 ", "91-", "+91", "+91 ", "+91-", "0091", "0091 ", "0091-", "+",
];

/// A mobile in one of the forms, or nearly in one.
fn written() -> impl Strategy<Value = Vec<u8>> {
    let national = prop_oneof![6_000_000_000u64..10_000_000_000, 0u64..10_000_000_000];
    let middle = prop::sample::select(vec!["", " ", "-", ".", "  "]);
    let end = prop::sample::select(vec!["", "", ".0", ".00", "0", " ", ".", "..0", "\0"]);
    let spoilt = prop::option::weighted(0.3, (any::<prop::sample::Index>(), any::<u8>()));
    (
        prop::sample::select(PREFIXES.to_vec()),
        national,
        middle,
        end,
        spoilt,
    )
        .prop_map(|(prefix, national, middle, end, spoilt)| {
            let digits = format!("{national:010}");
            let mut cell =
                format!("{prefix}{}{middle}{}{end}", &digits[..5], &digits[5..]).into_bytes();
            if let Some((place, byte)) = spoilt {
                let place = place.index(cell.len());
                cell[place] = byte;
            }
            cell
        })
}

/// A random text of the characters that matter.
fn scrambled() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(
        prop::sample::select(b"0123456789019 -+.\0a".to_vec()),
        0..40,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_numbers(cells in prop::collection::vec(written(), 0..150)) {
        agree(&cells);
    }

    #[test]
    fn scrambled_cells(cells in prop::collection::vec(scrambled(), 0..150)) {
        agree(&cells);
    }

    #[test]
    fn one_form(
        prefix in prop::sample::select(PREFIXES.to_vec()),
        mut cells in prop::collection::vec(6_000_000_000u64..10_000_000_000, 0..200),
        spoilt in prop::collection::vec((any::<prop::sample::Index>(), 0usize..15, any::<u8>()), 0..4),
        other in prop::option::of((any::<prop::sample::Index>(), written())),
    ) {
        cells.push(9_876_543_210);
        let mut cells: Vec<Vec<u8>> = cells.iter().map(|cell| format!("{prefix}{cell}").into_bytes()).collect();
        for (row, place, byte) in spoilt {
            let row = row.index(cells.len());
            let len = cells[row].len();
            cells[row][place % len] = byte;
        }
        if let Some((row, cell)) = other {
            let row = row.index(cells.len());
            cells[row] = cell;
        }
        let read = agree(&cells);
        prop_assert!(read + 5 >= cells.len() || prefix == "+");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn integers(mut values in prop::collection::vec(integer(), 0..200)) {
        values.push(9_876_543_210);
        for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
            let mut out = vec![1; values.len()];
            read_i64_on(path, &values, &mut out);
            prop_assert_eq!(out.last(), Some(&919_876_543_210));
            for (&value, &msisdn) in values.iter().zip(&out) {
                prop_assert!(msisdn == 0 || msisdn::read_i64(value, Region::In).msisdn == msisdn);
            }
            let unsigned: Vec<u64> = values.iter().map(|&value| value.cast_unsigned()).collect();
            let mut bits = vec![u64::MAX; values.len().div_ceil(64)];
            are_msisdns_on(path, &unsigned, &mut bits);
            let mut present = vec![u64::MAX; bits.len()];
            are_keys_on(path, &unsigned, &mut present);
            for row in 0..bits.len() * 64 {
                let is_key = unsigned.get(row).is_some_and(|&value| value != 0);
                prop_assert_eq!(present[row / 64] >> (row % 64) & 1 == 1, is_key);
                let truth = unsigned.get(row).is_some_and(|&value| msisdn::read_u64(value, Region::In).msisdn != 0);
                prop_assert_eq!(bits[row / 64] >> (row % 64) & 1 == 1, truth);
            }
        }
    }
}

/// Integers of all lengths, many of them at the limits of what is read.
fn integer() -> impl Strategy<Value = i64> {
    let edges = prop::sample::select(vec![
        0,
        1_000_000,
        6_000_000_000,
        10_000_000_000,
        916_000_000_000,
        920_000_000_000,
        1_000_000_000_000_000,
        i64::MAX,
    ]);
    prop_oneof![
        any::<i64>(),
        (any::<i64>(), 0u32..64).prop_map(|(value, shift)| value >> shift),
        (edges, -2i64..3).prop_map(|(edge, step): (i64, i64)| edge.wrapping_add(step)),
        6_000_000_000i64..10_000_000_000,
        916_000_000_000i64..920_000_000_000,
    ]
}

#[test]
fn every_form_is_read() {
    let mut cells = Vec::new();
    for prefix in &PREFIXES[..13] {
        for middle in ["", " ", "-"] {
            cells.push(format!("{prefix}98765{middle}43210").into_bytes());
        }
    }
    cells.push(b"9876543210.0".to_vec());
    assert_eq!(agree(&cells), cells.len());
}

#[test]
fn every_length_and_every_byte_before() {
    // The text before the last ten digits, byte by byte: only the listed prefixes are read.
    let mut cells = Vec::new();
    for first in 0..=255 {
        for second in [b'0', b'9', b'1', b'+', b' ', b'-', 0] {
            cells.push([&[first], &b"9876543210"[..]].concat());
            cells.push([&[first, second], &b"9876543210"[..]].concat());
            cells.push([&[second, first, b' '], &b"9876543210"[..]].concat());
        }
    }
    cells.extend((0..70).map(|len| vec![b'9'; len]));
    assert!(agree(&cells) > 0);
}

proptest! {
    #[test]
    fn extremes_are_those_of_the_values(values in prop::collection::vec(any::<i64>(), 0..200), shift in 0..64) {
        let values: Vec<i64> = values.iter().map(|value| value >> shift).collect();
        let expected = values.iter().min().copied().zip(values.iter().max().copied());
        for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
            prop_assert_eq!(extremes_on(path, &values), expected, "{:?}", path);
        }
    }
}

/// Offsets within a block are counted in 32 bits where they can be: a cell that ends beyond them is not taken for the ten
/// digits it starts with, and the cells after it are read.
#[cfg(target_pointer_width = "64")]
#[test]
fn cells_beyond_four_gibibytes_are_read_as_they_are() {
    let start = (1_usize << 32) - 11;
    let mut bytes = vec![0; start + 26];
    bytes[start..start + 16].copy_from_slice(b"9876543210123456");
    bytes[start + 16..].copy_from_slice(b"9876543210");
    let ends = [0, start, start + 16, start + 26];
    let offsets: Vec<i64> = (0..9).map(|end| ends[end.min(3)] as i64).collect();
    for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
        let mut read = [1; 8];
        read_run_on(path, &offsets, &bytes, &mut read);
        assert_eq!(read, [0, 0, 919_876_543_210, 0, 0, 0, 0, 0], "{path:?}");
    }
}
