//! What holds of every cell, asked of many: the oracle's answer, and the identities of the face.

use numguard_core::msisdn::{self, Region, Style, extract, format, read, read_u64};
use numguard_core::notes::{Kind, Note};
use numguard_core::plan::MobileSeries;
use numguard_core::{imei, naive};
use proptest::prelude::*;
use proptest::sample::select;

/// The parts that cells are made of: prefixes, numbers whole and broken, separators, words, signs.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "9876543210", "98765", "43210", "9876543211", "919876543210", "91", "+91", "+", "0", "00", "0091", "(0)", "(+91)", "1",
    "12", "2026", "24", "11", "7", "8", "1015", "10:15", "5,000", "9,87,65,43,210", "5591912345678", "18001234567",
    "1800114000", "1123456789", "011", "23456789", "1401234567", "442079460000", "+44", "20", "7946", "0000", "1234",
    "5678", "9012", "3456", "6581234567", "98765432101", "358240051111110", "35", "824005", "111111", "99", "9999999999",
    " ", " ", " ", "-", "-", ".", ".", "/", "(", ")", ",", ", ", ";", ":", "\n", "\t", "\u{a0}", "\u{200e}", "\u{202e}",
    "–", "@ybl", "@", "ravi", "Ravi", "x", "xx", "XXXX", "*", "***", "#", "##", "ext 12", "ext", ";ext=5", "O", "l", "e9",
    "E+09", "E", "9.876543210E+09", ".0", ".00", ".5", "'", "\"", "=", "`", "tel:", "wa.me/", "https://", "www.", "?text=1",
    "A/c ", "Rs", "Rs.", "no.", "No:-", "is ", "$", "₹", "%", "_", "①", "²", "९८७६५४३२१०", "٤", "９", "नंबर", "।", "&", "|",
    "AD-", "AIRTEL", "-S", "1) ", "2. ", "68.123.145.67", "24/11/2026", "7-8-2026", "/-", "NA", "-", "+98", "000800", "[",
    "]", "!", "~", "inf", "∞", "\r\n", "{", "\u{0}", "and ", "or ",
];

/// Enough to meet each rule several times; `PROPTEST_CASES` asks for more.
fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(asked.unwrap_or(3_000))
    }
}

fn cell() -> impl Strategy<Value = String> {
    let parts = prop::collection::vec(select(PARTS), 0..9).prop_map(|parts| parts.concat());
    let signs = "[0-9 +./()x*#@:,;eE\\-]{0,24}";
    let digits = "(\\+|00|0|)(91|)[ \\-]?[0-9]{4,6}[ \\-.]?[0-9]{3,6}(\\.0|\\.5|)";
    prop_oneof![4 => parts, 2 => signs, 1 => digits, 1 => ".{0,16}"]
}

fn region() -> impl Strategy<Value = Region> {
    prop_oneof![3 => Just(Region::In), 1 => Just(Region::E164)]
}

/// A plan in which nothing is listed, and nothing is a fixed line's.
static NOTHING: [u64; 625] = [0; 625];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn read_is_as_the_oracle_reads(cell in cell(), region in region()) {
        prop_assert_eq!(read(&cell, region), naive::msisdn::read(&cell, region));
        prop_assert_eq!(msisdn::key(&cell, region), read(&cell, region).msisdn);
    }

    #[test]
    fn extract_finds_what_the_oracle_finds(cell in cell(), region in region()) {
        let mut found = Vec::new();
        extract(&cell, region, &mut found);
        prop_assert_eq!(found, naive::msisdn::extract(&cell, region));
    }

    #[test]
    fn handsets_are_as_the_oracle_reads(cell in cell()) {
        prop_assert_eq!(imei::read(&cell), naive::imei::read(&cell));
    }

    #[test]
    fn what_was_read_is_never_read_again(cell in cell(), region in region()) {
        let reading = read(&cell, region);
        if reading.msisdn != 0 {
            let again = read_u64(reading.msisdn);
            prop_assert_eq!((again.msisdn, again.kind), (reading.msisdn, reading.kind));
            prop_assert_eq!(Some(msisdn::kind(reading.msisdn)), reading.kind);
        } else {
            prop_assert!(reading.note.is_some() && reading.kind.is_none());
        }
    }

    #[test]
    fn what_was_written_is_read_back(cell in cell(), region in region(), back in region()) {
        let reading = read(&cell, region);
        if reading.msisdn != 0 {
            let mut text = String::new();
            format(reading.msisdn, Style::E164, &mut text);
            prop_assert_eq!(read(&text, back).msisdn, reading.msisdn);
            text.clear();
            format(reading.msisdn, Style::International, &mut text);
            prop_assert_eq!(read(&text, back).msisdn, reading.msisdn);
            text.clear();
            format(reading.msisdn, Style::Digits, &mut text);
            prop_assert_eq!(read(&text, Region::E164).msisdn, reading.msisdn);
        }
    }

    #[test]
    fn an_accepted_cell_is_all_that_is_in_it(cell in cell(), region in region()) {
        let mut found = vec![7];
        extract(&cell, region, &mut found);
        let reading = read(&cell, region);
        if reading.msisdn == 0 {
            let numbers = found.len() - 1;
            prop_assert!(numbers < 2 || reading.note == Some(Note::SeveralNumbers) || reading.note < Some(Note::SeveralNumbers));
        } else {
            prop_assert_eq!(found, [7, reading.msisdn]);
        }
    }

    #[test]
    fn blanks_quotes_and_invisible_signs_change_nothing(cell in cell(), region in region()) {
        let reading = read(&cell, region);
        for wrapped in [format!(" {cell}\t"), format!("\u{feff}{cell}\u{200b}"), format!("\"{cell}\"")] {
            prop_assert_eq!(read(&wrapped, region), reading, "{:?}", wrapped);
        }
    }

    #[test]
    fn integers_are_their_digits(value in 0_i64..2_000_000_000_000_000, region in region()) {
        let written = read(&value.to_string(), region);
        prop_assert_eq!(msisdn::read_i64(value, region), written);
        prop_assert_eq!(msisdn::read_i128(value.into(), region), written);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let float = value as f64;
        prop_assert_eq!(msisdn::read_f64(float, region), written);
    }

    #[test]
    fn keys_are_what_readings_hold(value in any::<u64>(), digits in 0..20_u32, region in region()) {
        let value = value % 10_u64.pow(digits);
        prop_assert_eq!(msisdn::key_u64(value), read_u64(value).msisdn);
        prop_assert_eq!(msisdn::key_i64(value.cast_signed(), region), msisdn::read_i64(value.cast_signed(), region).msisdn);
        prop_assert_eq!(imei::key_or_placeholder_u64(value), imei::read_u64(value).imei14 + imei::read_u64(value).placeholder);
    }

    #[test]
    fn mobiles_in_clean_forms(national in 6_000_000_000_u64..10_000_000_000, form in 0..12_usize, decimal in any::<bool>()) {
        let (first, last) = (national / 100_000, national % 100_000);
        let cell = [
            format!("{national}"), format!("91{national}"), format!("+91{national}"), format!("0{national}"),
            format!("+91 {first} {last:05}"), format!("{first}-{last:05}"), format!("0091 {national}"), format!("0-{national}"),
            format!("+91-{national}"), format!("91 {first}-{last:05}"), format!("(+91) {national}"), format!("'{national}'"),
        ][form].clone();
        let cell = if decimal && form != 11 { cell + ".0" } else { cell };
        let reading = read(&cell, Region::In);
        prop_assert_eq!(reading.msisdn, 910_000_000_000 + national);
        prop_assert!(matches!(reading.kind, Some(Kind::Mobile | Kind::FixedOrMobile)));
        prop_assert_eq!(reading, naive::msisdn::read(&cell, Region::In));
    }

    #[test]
    fn a_series_that_the_plan_does_not_list_is_told_and_never_refused(cell in cell(), region in region()) {
        let series = MobileSeries::new(&NOTHING, &NOTHING);
        let (listed, unlisted) = (read(&cell, region), msisdn::read_under(&cell, region, series));
        prop_assert_eq!(unlisted, naive::msisdn::read_under(&cell, region, series));
        prop_assert_eq!(listed.msisdn, unlisted.msisdn);
        let is_mobile = (916_000_000_000..920_000_000_000).contains(&listed.msisdn);
        if is_mobile && listed.note != Some(Note::Placeholder) {
            prop_assert_eq!((unlisted.kind, unlisted.note), (Some(Kind::Mobile), Some(Note::UnlistedSeries)));
        } else {
            prop_assert_eq!(listed.note, unlisted.note);
        }
    }
}

#[test]
fn a_hostile_cell_costs_no_more_than_its_length() {
    // Each of these once made, or could make, some loop quadratic or some recursion deep.
    let units = [
        "1. ",
        "1/",
        "tel:",
        "'",
        "(",
        "((",
        ".",
        "1 ",
        "1-a",
        "x",
        "XX ",
        "wa.me/",
        "9876543210 ",
        "+",
        "1)",
        "@",
        "$ -",
        "a.",
        "*",
        "=",
        "1,",
        "12:",
        "9876543210@",
        "ext ",
        "\u{200b}",
        "९",
        "https://",
        "9876543210, ",
        "12345678901 ",
    ];
    for unit in units {
        let cell = unit.repeat(200_000 / unit.len());
        let _ = (read(&cell, Region::In), imei::read(&cell));
        let mut found = Vec::new();
        extract(&cell, Region::In, &mut found);
    }
}
