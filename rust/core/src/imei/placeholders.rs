//! IMEIs that phones without an own IMEI report.
//!
//! Owns the list and the patterns. One idea: a value that many handsets report identifies no handset, and links no numbers.

use super::KEYS;

/// Fixed values, as keys: the values in lists that phone software contains, the defaults of modem firmware and chips
/// named in press reports of January 2026, and the example in a tracker's protocol. Sorted.
#[rustfmt::skip]
static REPORTED_BY_MANY: [u64; 31] = [
    1_123_456,
    1_234_567_891_234,
    1_237_900_077_288,
    11_345_679_894_545,
    13_579_024_681_122,
    34_563_000_000_011,
    35_030_526_000_000,
    35_160_200_052_582,
    35_175_104_406_739,
    35_175_104_542_118,
    35_186_905_857_742,
    35_200_504_824_725,
    35_209_900_176_148,
    35_227_301_738_634,
    35_275_101_952_326,
    35_316_305_668_159,
    35_362_705_543_776,
    35_386_705_218_192,
    35_519_500_000_001,
    35_569_254_769_308,
    35_629_904_658_776,
    35_653_104_459_053,
    35_659_100_000_022,
    35_707_000_317_896,
    35_724_204_183_452,
    35_724_204_280_404,
    35_800_004_365_413,
    35_853_704_004_054,
    35_867_301_379_589,
    35_870_104_290_975,
    86_228_001_059_952,
];

/// Fourteen digits that begin with two or three zeros, or with one before 2 to 9. Only test IMEIs do (GSMA TS.06, annex A:
/// reporting bodies 00 and 02 to 09); others are an IMEI that was filled with zeros to sixteen digits, so that its last
/// digits are cut off and phones with adjacent serial numbers would be one, or `0091` and an Indian mobile.
const BEHIND_ZEROS: [std::ops::Range<u64>; 2] = [
    10_000_000_000..1_000_000_000_000,
    2_000_000_000_000..10_000_000_000_000,
];

/// Keys that are its multiples end in eight zeros: a spreadsheet shows `490154203237518` as 4.90154E+14, and writes it out
/// again as `490154000000000`, which is one value for all handsets of some types. The first handset of a type whose code
/// ends in two zeros has such a key too, and is left out with them.
pub(crate) const ROUNDED: u64 = 100_000_000;

/// Whether a key is a placeholder: eight zeros at its end; one digit fourteen times; digits that count up (`01234567890123`, `12345678901234`,
/// `123456789` and any digits after it) or up by two (`1357902468...`); two or three zeros, or one before another digit than 1; or a
/// known default of software.
#[must_use]
pub fn is_placeholder(imei14: u64) -> bool {
    let counts_up = |first: u64| (0..14).fold(0, |key, at| key * 10 + (first + at) % 10);
    imei14 < KEYS && imei14.is_multiple_of(11_111_111_111_111)
        || imei14 == counts_up(imei14 / 10_000_000_000_000)
        || matches!(imei14 / 100_000, 123_456_789 | 12_345_678)
        || imei14 / 10_000 == 1_357_902_468
        || BEHIND_ZEROS.iter().any(|range| range.contains(&imei14))
        || imei14 < KEYS && imei14.is_multiple_of(ROUNDED)
        || REPORTED_BY_MANY.binary_search(&imei14).is_ok()
}

/// The ranges of the keys for which [`is_placeholder`] holds, but for those that are [`ROUNDED`]: for a filter that skips
/// most other keys.
pub(crate) fn ranges() -> impl Iterator<Item = std::ops::Range<u64>> {
    let counts_up = |first: u64| (0..14).fold(0, |key, at| key * 10 + (first + at) % 10);
    let starting_with = |digits: u64, rest: u64| digits * rest..(digits + 1) * rest;
    let single = (0..10).flat_map(move |first| [first * 11_111_111_111_111, counts_up(first)]);
    let ranges = [
        starting_with(123_456_789, 100_000),
        starting_with(12_345_678, 100_000),
        starting_with(1_357_902_468, 10_000),
    ];
    let single = single.chain(REPORTED_BY_MANY).map(|key| key..key + 1);
    ranges.into_iter().chain(BEHIND_ZEROS).chain(single)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_placeholders_and_nothing_else() {
        let inside = |key: u64| {
            key < KEYS && key.is_multiple_of(ROUNDED) || ranges().any(|range| range.contains(&key))
        };
        let mut seen = 0;
        for range in ranges() {
            for key in [range.start, (range.start + range.end) / 2, range.end - 1] {
                assert!(is_placeholder(key), "{key}");
                seen += 1;
            }
            for near in [range.start.wrapping_sub(1), range.end] {
                assert_eq!(is_placeholder(near), inside(near), "{near}");
            }
        }
        assert!(seen > 100);
        // Keys spread over all first digits, so that a pattern that is not in the ranges is found.
        for key in (0..KEYS).step_by(9_999_999_967) {
            assert_eq!(is_placeholder(key), inside(key), "{key}");
        }
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(REPORTED_BY_MANY.is_sorted());
    }

    #[test]
    fn patterns_of_digits_are_placeholders() {
        for key in [
            919_876_543_210,
            112_450_012_345,
            358_240_051_111,
            3_582_400_511_111,
            12_345_678_900_001,
            1_234_567_899_999,
            13_579_024_680_000,
            0,
            55_555_555_555_555,
            49_015_400_000_000,
        ] {
            assert!(is_placeholder(key), "{key}");
        }
        for key in [
            1_358_240_051_111,
            35_824_005_111_111,
            13_579_024_700_000,
            12_345_679_000_000,
            49_015_420_000_000,
        ] {
            assert!(!is_placeholder(key), "{key}");
        }
    }
}
