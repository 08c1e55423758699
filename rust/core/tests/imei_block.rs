//! Blocks of IMEIs give the handsets and forms of the reader of one cell and of the oracle, on every path.

use numguard_core::block::imei::{
    UNREAD, drop_placeholders, form, key, read, read_f64, read_i64, read_i128, read_run, read_u64,
};
use numguard_core::cpu::CodePath;
use numguard_core::imei::{self, Reading};
use numguard_core::naive;
use proptest::prelude::*;

fn available() -> impl Iterator<Item = CodePath> {
    CodePath::ALL.into_iter().filter(|path| path.is_available())
}

/// The key and the form of a reading.
fn parts(reading: Reading) -> Option<(u64, numguard_core::notes::Form)> {
    Some((reading.imei14 | reading.placeholder, reading.form?))
}

/// Compares rows; a failure shows only the index of the first row that differs.
fn same(out: &[u64], truth: &[u64], how: &str, path: CodePath) {
    let differs = out.iter().zip(truth).position(|(out, truth)| out != truth);
    assert_eq!(differs, None, "{path:?}, {how}");
}

/// Reads the cells on every path by every function, and compares. Returns how many were read.
fn agree(cells: &[Vec<u8>]) -> usize {
    let (mut offsets, mut bytes) = (vec![3i32], b"358".to_vec());
    for cell in cells {
        bytes.extend(cell);
        offsets.push(bytes.len() as i32);
    }
    bytes.extend(b"358240051111110");
    let wide: Vec<i64> = offsets.iter().map(|&offset| i64::from(offset)).collect();
    let mut scalar = vec![1; cells.len()];
    read::<true>(CodePath::Scalar, |row| &cells[row], &mut scalar);
    for (cell, &word) in cells.iter().zip(&scalar) {
        let plain = cell.strip_prefix(b"'").unwrap_or(cell);
        let plain = plain
            .strip_suffix(b"'")
            .filter(|_| plain.len() < cell.len())
            .unwrap_or(plain);
        let is_plain = (14..=16).contains(&plain.len()) && plain.iter().all(u8::is_ascii_digit);
        assert_eq!(word != UNREAD, is_plain, "{cell:?}");
        if is_plain {
            let cell = std::str::from_utf8(cell).expect("digits");
            let word = Some((key(word), form(word).expect("a form")));
            assert_eq!(word, parts(imei::read(cell)), "{cell}");
            assert_eq!(word, parts(naive::imei::read(cell)), "{cell}");
        }
    }
    let keys: Vec<u64> = scalar
        .iter()
        .map(|&word| if word == UNREAD { word } else { key(word) })
        .collect();
    for path in available() {
        let mut out = vec![1; cells.len()];
        read::<true>(path, |row| &cells[row], &mut out);
        same(&out, &scalar, "apart", path);
        read_run::<true, i32>(path, &offsets, &bytes, &mut out);
        same(&out, &scalar, "in a run", path);
        out.fill(1);
        read_run::<true, i64>(path, &wide, &bytes, &mut out);
        same(&out, &scalar, "in a run with wide offsets", path);
        read::<false>(path, |row| &cells[row], &mut out);
        same(&out, &keys, "apart, without forms", path);
        out.fill(1);
        read_run::<false, i32>(path, &offsets, &bytes, &mut out);
        same(&out, &keys, "in a run, without forms", path);
    }
    keys.iter().filter(|&&key| key != UNREAD).count()
}

/// Digits of one of the lengths, or one more or less, with other characters around and between them.
fn written() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![8 => 14usize..=16, 1 => 12usize..=18, 1 => 0usize..40];
    let around = prop::sample::select(vec![
        ("", ""),
        ("", ""),
        ("", ""),
        ("'", ""),
        ("'", "'"),
        ("", "'"),
        ("\"", "\""),
        (" ", ""),
    ]);
    let spoilt = prop::option::weighted(0.2, (any::<prop::sample::Index>(), any::<u8>()));
    (
        prop::collection::vec(b'0'..=b'9', 0..40),
        length,
        any::<u64>(),
        around,
        spoilt,
    )
        .prop_map(|(mut digits, length, seed, (before, after), spoilt)| {
            while digits.len() < length {
                digits.push(b'0' + (seed >> digits.len() & 7) as u8);
            }
            digits.truncate(length);
            let mut cell = [before.as_bytes(), &digits, after.as_bytes()].concat();
            if let Some((place, byte)) = spoilt.filter(|_| !cell.is_empty()) {
                let place = place.index(cell.len());
                cell[place] = byte;
            }
            cell
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_imeis(cells in prop::collection::vec(written(), 0..150)) {
        agree(&cells);
    }

    #[test]
    fn one_length(length in 14usize..=16, keys in prop::collection::vec(0..10_000_000_000_000_000u64, 1..150)) {
        let cells: Vec<Vec<u8>> = keys.iter().map(|key| format!("{key:016}")[16 - length..].into()).collect();
        prop_assert_eq!(agree(&cells), cells.len());
    }

    #[test]
    fn integers_and_floats(mut values in prop::collection::vec(integer(), 0..150)) {
        values.push(358_240_051_111_110);
        let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
        let wide: Vec<i128> = values.iter().map(|&value| i128::from(value) * if value % 7 == 0 { i128::MAX >> 64 } else { 1 }).collect();
        let plain = |value: u64| (10_000_000_000_000..10_000_000_000_000_000).contains(&value);
        let mut out = vec![1; values.len()];
        let check = |out: &[u64], row: usize, is_plain: bool, reading: Reading| {
            let word = out[row];
            assert_eq!(word != UNREAD, is_plain, "{reading:?}");
            if is_plain {
                assert_eq!(Some((key(word), form(word).expect("a form"))), parts(reading));
            }
        };
        read_i64::<true>(CodePath::chosen(), &values, &mut out);
        for (row, &value) in values.iter().enumerate() {
            check(&out, row, plain(value.cast_unsigned()), imei::read_i64(value));
        }
        let alone = |word: u64| if word == UNREAD { word } else { key(word) };
        for path in available() {
            let mut keys = vec![1; values.len()];
            read_i64::<false>(path, &values, &mut keys);
            prop_assert!(out.iter().zip(&keys).all(|(&word, &key)| alone(word) == key), "{path:?}");
        }
        read_i128::<true>(&wide, &mut out);
        for (row, &value) in wide.iter().enumerate() {
            check(&out, row, u64::try_from(value).is_ok_and(plain), imei::read_i128(value));
        }
        read_f64::<true>(&floats, &mut out);
        for (row, &value) in floats.iter().enumerate() {
            let is_plain = (1e13..(1u64 << 53) as f64).contains(&value) && value.fract() == 0.0;
            check(&out, row, is_plain, imei::read_f64(value));
        }
        let unsigned: Vec<u64> = values.iter().map(|&value| value.cast_unsigned()).collect();
        read_u64(&unsigned, &mut out);
        for (&word, &value) in out.iter().zip(&unsigned) {
            prop_assert_eq!(word, imei::key_or_placeholder_u64(value));
        }
    }

    #[test]
    fn placeholders_are_dropped(keys in prop::collection::vec(likely_placeholder(), 0..300)) {
        let truth: Vec<u64> = keys.iter().map(|&key| if imei::is_placeholder(key) { 0 } else { key }).collect();
        for path in available() {
            let mut left = keys.clone();
            drop_placeholders(path, &mut left);
            prop_assert_eq!(&left, &truth, "{:?}", path);
        }
    }
}

/// Integers of all lengths, many of them at the limits of what is read.
fn integer() -> impl Strategy<Value = i64> {
    let edge = (0u32..19, -2i64..3).prop_map(|(power, step)| 10i64.pow(power) + step);
    let around_exact = (-3i64..4).prop_map(|step| (1i64 << 53) + step);
    prop_oneof![
        any::<i64>(),
        edge,
        around_exact,
        10_000_000_000_000i64..100_000_000_000_000,
        10_000_000_000_000i64..10_000_000_000_000_000,
    ]
}

/// Keys of the kinds that phones without an IMEI report, and adjacent keys.
fn likely_placeholder() -> impl Strategy<Value = u64> {
    let repeated =
        (0u64..100, 0u64..=9).prop_map(|(step, digit)| digit * 11_111_111_111_111 + step % 3);
    let starting_with = (
        0u64..100_000,
        prop::sample::select(vec![
            12_345_678,
            123_456_789,
            123_456_790,
            135_790_246,
            9_160_000,
            9_199_999,
            9_200_000,
        ]),
    )
        .prop_map(|(rest, first)| first * 100_000 + rest);
    let typed = (
        0u64..100_000_000,
        prop::sample::select(vec![0, 1, 123_456, 111_111, 999_999]),
    )
        .prop_map(|(tac, serial)| tac * 1_000_000 + serial);
    let rolled =
        (0u64..10).prop_map(|first| (0..14).fold(0, |key, at| key * 10 + (first + at) % 10));
    prop_oneof![
        any::<u64>(),
        0u64..100_000_000_000_000,
        repeated,
        starting_with,
        typed,
        rolled,
        prop::sample::select(vec![
            0,
            UNREAD,
            35_209_900_176_148,
            86_228_001_059_952,
            1_123_456,
            1_123_457
        ]),
    ]
}

#[test]
fn every_length_every_byte_and_every_check_digit() {
    let mut cells: Vec<Vec<u8>> = (0..70).map(|length| vec![b'3'; length]).collect();
    for byte in 0..=255 {
        for place in 0..16 {
            let mut cell = b"3582400511111101".to_vec();
            cell[place] = byte;
            cells.push(cell);
        }
    }
    for key in [
        0u64,
        35_824_005_111_111,
        99_999_999_999_999,
        90_909_090_909_090,
        9_090_909_090_909,
    ] {
        for check in 0..10 {
            cells.push(format!("{key:014}{check}").into_bytes());
            cells.push(format!("'{key:014}{check}'").into_bytes());
        }
    }
    cells.extend([&b"'"[..], b"''", b"'''", b"'35824005111111''"].map(<[u8]>::to_vec));
    assert!(agree(&cells) > 100);
    // At every position in a block of eight, with any other cells.
    for at in 0..9 {
        let mut cells = vec![b"358240051111110".to_vec(); 17];
        cells[at] = b"35-824005-111111-0 ".to_vec();
        assert_eq!(agree(&cells), 16);
        cells[at] = Vec::new();
        assert_eq!(agree(&cells), 16);
    }
}

#[test]
fn a_key_has_at_most_fourteen_digits_and_is_not_0() {
    let keys = [0, 1, 99_999_999_999_999, 100_000_000_000_000, u64::MAX];
    assert_eq!(keys.map(imei::is_key), [false, true, true, false, false]);
}

#[test]
fn every_placeholder_is_dropped() {
    let known = include_str!("../src/imei/placeholders.rs");
    let list = known
        .split("static REPORTED_BY_MANY")
        .nth(1)
        .expect("the list");
    let keys: Vec<u64> = list[..list.find("];").expect("its end")]
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',')?.replace('_', "").parse().ok())
        .collect();
    assert!(keys.len() >= 26 && keys.iter().all(|&key| imei::is_placeholder(key)));
    for path in available() {
        let mut left = keys.clone();
        drop_placeholders(path, &mut left);
        assert!(left.iter().all(|&key| key == 0), "{path:?}");
    }
}
