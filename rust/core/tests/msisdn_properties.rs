//! Properties of all cells, tested with many: the answer of the oracle, and the identities of the public functions.

use numguard_core::msisdn::{
    self, Mentions, Region, Style, extract, format, mentions, read, read_u64,
};
use numguard_core::notes::{Kind, Note};
use numguard_core::plan::{MobileSeries, RegionPlan};
use numguard_core::{imei, naive};
use proptest::prelude::*;
use proptest::sample::select;
use unicode_normalization::UnicodeNormalization;

/// The parts that cells are made of: prefixes, numbers whole and broken, separators, words, signs.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "9876543210", "98765", "43210", "9876543211", "919876543210", "91", "+91", "+", "0", "00", "0091", "(0)", "(+91)", "1",
    "12", "2026", "24", "11", "7", "8", "1015", "10:15", "5,000", "9,87,65,43,210", "5591912345678", "18001234567",
    "1800114000", "1123456789", "011", "23456789", "1401234567", "442079460000", "+44", "20", "7946", "0000", "1234",
    "5678", "9012", "3456", "6581234567", "98765432101", "358240051111110", "35", "824005", "111111", "99", "9999999999",
    "9193449650", "987", "654", "3210", "98", "76", "54", "32", "10", "(98765)", "(0124)", "(022)", "0124", "2345678",
    "080", "559", "1234567890", "+7", "912", "345", "67", "89", "+46", "70", "+1", "(202)", "555", "0123", "60000", "75000",
    "99.50", "650.00", "77.026", "5.5", "28.459", "35824005", "3582", "4005", "1111", "110", "358240051111110", "01",
    "977", "44 ", "(62) ", "7 ", "7025550123", "9841234567", "+977", "[", "02", "= ", "__", "mobile ",
    "9812345678", "9812345678", "09876543210", "98765 43210", "98765-43210", "+91 98765 43210",
    " ", " ", " ", " ", " ", "-", "-", ".", ".", ". ", "/", "(", ")", ",", ", ", ";", ":", ": ", "\n", "\t", "\u{a0}", "\u{200e}",
    "\u{202e}", "–", "@ybl", "@", "ravi", "Ravi", "x", "xx", "XXXX", "*", "***", "#", "##", "ext 12", "ext", ";ext=5", "O", "l",
    "e9", "E+09", "E", "9.876543210E+09", ".0", ".00", ".5", "'", "\"", "=", "`", "tel:", "sms:", ";phone-context=+91",
    ";phone-context=+44", ";isub=1", "wa.me/", "t.me/+", "api.whatsapp.com/send?phone=", "https://", "www.", "bit.ly/",
    "profile.php?id=", "?text=1", "&#57;", "A/c ", "A/c", "Rs", "Rs.", "no.", "No:-", "is ", "of ", "$", "₹", "%", "_", "①", "²",
    "९८७६५४३२१०", "٤", "९", "।", "&", "|", "AD-", "AIRTEL", "-S", "1) ", "2. ", "(3) ", "(22) ", "68.123.145.67", "24/11/2026",
    "7-8-2026", "/-", "NA", "-", "+98", "000800", "[", "]", "!", "?", "~", "inf", "∞", "\r\n", "{", "\u{0}", "and ", "or ",
    "then ", "from ", "by ", "Mobile ", "mob", "Mob.No. ", "Ph: ", "ph", "M", "WhatsApp ", "contact number ", "call ", "Tel",
    "account ", "accountNo ", "account_no", "A.C. No ", "P.N.R. ", "PNR ", "Txn ID ", "ticket ", "roll no ", "otp ", "amount ",
    "rupees", " times", " calls", "days ", "not ", "victim ", "complainant ", "my ", "father ", "helpline ", "suspect ", "accused ",
    "caller ", "India ", "Nepal ", "UK ", "IMEI ", "IMEI 1 ", "IMEI2: ", "handset ", "iPhone 7 ", "device ", "मो0", "नं0", "मो. ",
    "मोबाइल ", "नंबर ", "खाता ", "संख्या ", "रु. ", "आधार ", "आरोपी ", "शिकायतकर्ता ", "नहीं ", "फोन ", "মোবাইল ", "নং0", "টাকা ", "મો0",
    "ਨੰਬਰ ", "ਮੋਬਾਈਲ ", "ஃபோன் ", "எண் ", "ఫోన్ ", "నంబర్ ", "ಮೊಬೈಲ್ ", "ഫോൺ ", "ମୋବାଇଲ ", "موبائل ", "نمبر ", "اکاؤنٹ ", "आईएमईआई ",
    "पर ", "से ", "कॉल आया ", "9812345678 से ", "98123 45678 पर ", "asked me to ", "called me on ", "UPI/", "UPI-", "imps/p2a/", "upi ", "/ybl", "ybl ", "ravi@ybl ", " at okaxis", "mujhe ", "मुझे 9876543210 पर ", "par ", "call kiya ",
];

/// Enough to reach each rule several times; `PROPTEST_CASES` sets another count.
fn cases() -> ProptestConfig {
    let requested = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(requested.unwrap_or(3_000))
    }
}

fn cell() -> impl Strategy<Value = String> {
    let parts = prop::collection::vec(select(PARTS), 0..9).prop_map(|parts| parts.concat());
    let spaced = prop::collection::vec(select(PARTS), 0..7).prop_map(|parts| parts.join(" "));
    let signs = "[0-9 +./()x*#@:,;eE\\-]{0,24}";
    let digits = "(\\+|00|0|)(91|)[ \\-]?[0-9]{4,6}[ \\-.]?[0-9]{3,6}(\\.0|\\.5|)";
    let groups = "(\\+|)[0-9]{1,6}([ .()/\\-]{1,3}[0-9]{1,6}){1,5}(\\)|\\.0|)";
    prop_oneof![4 => parts, 2 => spaced, 2 => signs, 1 => digits, 1 => groups, 1 => written(), 2 => sentence(), 1 => ".{0,16}"]
}

/// Words of all lists, numbers and parts, in the order of a sentence.
fn sentence() -> impl Strategy<Value = String> {
    let lists = [
        include_str!("../src/lists/phone_words.tsv"),
        include_str!("../src/lists/other_words.tsv"),
        include_str!("../src/lists/handset_words.tsv"),
    ];
    let rows = lists.iter().flat_map(|list| list.lines());
    let phrases: Vec<&str> = rows
        .filter(|row| !row.starts_with('#'))
        .filter_map(|row| row.split('\t').nth(2))
        .collect();
    let numbers = [
        "9876543210",
        "98765 43210",
        "+91 9812345678",
        "98123-45678",
        "1930",
        "500",
        "2",
    ];
    let part = prop_oneof![3 => select(phrases), 2 => select(numbers.to_vec()), 1 => select(PARTS)];
    let gap = select(
        &[
            " ", " ", " ", ", ", ": ", ". ", "_", "-", "/", " (", ") ", "\t",
        ][..],
    );
    prop::collection::vec((part, gap), 1..7).prop_map(|parts| {
        parts
            .into_iter()
            .map(|(part, gap)| format!("{part}{gap}"))
            .collect()
    })
}

/// A number in a form that is in use, and something beside it.
fn written() -> impl Strategy<Value = String> {
    let number = (6_000_000_000_u64..10_000_000_000, 0..12_usize).prop_map(|(national, form)| {
        let text = national.to_string();
        let [a, b, c] = [(0, 3), (3, 6), (6, 10)].map(|(from, to)| &text[from..to]);
        match form {
            0 => format!("+91 {a}{}-{}{c}", &b[..2], &b[2..]),
            1 => format!("{a} {b} {c}"),
            2 => format!("({a}) {b}-{c}"),
            3 => format!("{a}.{b}.{c}"),
            4 => text
                .as_bytes()
                .chunks(2)
                .map(|pair| String::from_utf8_lossy(pair))
                .collect::<Vec<_>>()
                .join(" "),
            5 => format!("0{a}{}/{}{c}", &b[..2], &b[2..]),
            6 => format!("+91 (0) {text}"),
            7 => format!("91 {a}{b}{c}"),
            8 => format!("0{}-{}", &text[..2], &text[2..]),
            9 => format!("+44 20 {} {c}", &text[..4]),
            10 => format!("+91 559 {text}"),
            _ => text,
        }
    });
    let beside = || prop_oneof![2 => Just(""), 3 => select(PARTS)];
    let gap = || select(&["", " ", ": ", "-", "\n", ", ", " (", "/"][..]);
    (beside(), gap(), number, gap(), beside()).prop_map(|(before, first, number, second, after)| {
        [before, first, &number, second, after].concat()
    })
}

fn region() -> impl Strategy<Value = Region> {
    prop_oneof![3 => Just(Region::In), 1 => Just(Region::E164), 1 => Just(Region::Unknown), 4 => other_region()]
}

/// Any other region, those with odd prefixes and short numbers more often.
fn other_region() -> impl Strategy<Value = Region> {
    let names: Vec<&str> = RegionPlan::all()
        .map(RegionPlan::name)
        .filter(|&name| name != "IN")
        .collect();
    let odd = &[
        "US", "GB", "DE", "BR", "AR", "RU", "HU", "IT", "JP", "AI", "NF", "SM", "GA", "FO", "BY",
        "CN", "PG", "SG",
    ];
    prop_oneof![select(names), select(&odd[..])]
        .prop_map(|name| Region::named(name).expect("a region"))
}

/// A number of some region as that region or another one writes it, with slips, beside nothing or a word.
fn regional() -> impl Strategy<Value = (String, Region)> {
    let examples: Vec<(&str, &str)> = include_str!("../../../tests/vectors/example_numbers.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            RegionPlan::named(fields[0]).map(|_| (fields[0], fields[3].trim_start_matches('+')))
        })
        .filter(|(region, _)| *region != "IN")
        .collect();
    let slip = prop_oneof![6 => Just(None), 2 => (0..15_usize, "[0-9]").prop_map(Some)];
    let before = select(
        &[
            "", "", "", "0", "1", "8", "06", "00", "011", "810", "015", "+", "0 ", "1-", "8 ",
            "(0)", "Tel ", "my ", "030 ", "12 ", "Rs ",
        ][..],
    );
    let after = select(&["", "", "", "", " 12", "/11", " ext 5", ".0", ",7", " (x)"][..]);
    (select(examples), 0..8_usize, slip, before, after).prop_map(
        |((name, e164), form, slip, before, after)| {
            let mut e164 = e164.to_owned();
            if let Some((at, digit)) = slip
                && at < e164.len()
                && at > 3
            {
                e164.replace_range(at..=at, &digit);
            }
            let plan = RegionPlan::named(name).expect("a region");
            let mut text = String::new();
            let styled =
                |style, text: &mut String| format(e164.parse().expect("digits"), style, text);
            match form {
                0 => styled(Style::National, &mut text),
                1 => styled(Style::International, &mut text),
                2 => text.push_str(&e164),
                // Half of what the national style writes, with one separator more.
                3 => {
                    styled(Style::National, &mut text);
                    text = text.replacen(' ', "-", 1);
                }
                4 => {
                    styled(Style::National, &mut text);
                    text.retain(|sign| sign.is_ascii_digit());
                }
                5 | 6 => {
                    styled([Style::National, Style::International][form - 5], &mut text);
                    text.rfind([' ', '-']).map(|at| text.remove(at));
                }
                _ => text.push_str(&e164[plan.code().to_string().len()..]),
            }
            (
                format!("{before}{text}{after}"),
                Region::named(name).expect("a region"),
            )
        },
    )
}

/// Whether a cell, whatever wraps it, is an address as RFC 3966 and RFC 5724 have them.
fn is_address(cell: &str) -> bool {
    let text = cell
        .trim_start_matches(|sign: char| !sign.is_alphanumeric())
        .to_lowercase();
    text.starts_with("tel:") || text.starts_with("sms:")
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
    fn regions_are_read_as_the_oracle_reads((cell, region) in regional()) {
        prop_assert_eq!(read(&cell, region), naive::msisdn::read(&cell, region));
        prop_assert_eq!(msisdn::key(&cell, region), read(&cell, region).msisdn);
        prop_assert_eq!(mentions(&cell, region), naive::msisdn::mentions(&cell, region));
        let mut found = Vec::new();
        extract(&cell, region, &mut found);
        prop_assert_eq!(found, naive::msisdn::extract(&cell, region));
    }

    #[test]
    fn a_number_formatted_for_its_region_is_read_back_there((_, region) in regional(), at in 0..2_000_usize) {
        let examples = include_str!("../../../tests/vectors/example_numbers.csv");
        let Region::Of(plan) = region else { panic!("another region than India") };
        let own: Vec<&str> = examples.lines().filter(|line| line.starts_with(plan.name())).collect();
        let number = own[at % own.len()].rsplit_once('+').expect("E.164").1.parse().expect("digits");
        for style in [Style::National, Style::International, Style::E164] {
            let mut text = String::new();
            format(number, style, &mut text);
            let reading = read(&text, region);
            // Iran's numbers of four digits are fewer than seven with its code.
            prop_assert!(reading.msisdn == number || number < 1_000_000, "{} {}", text, plan.name());
        }
    }

    #[test]
    fn extract_finds_what_the_oracle_finds(cell in cell(), region in region()) {
        let mut found = Vec::new();
        extract(&cell, region, &mut found);
        prop_assert_eq!(found, naive::msisdn::extract(&cell, region));
    }

    #[test]
    fn mentions_are_as_the_oracle_reads(cell in cell(), region in region()) {
        prop_assert_eq!(mentions(&cell, region), naive::msisdn::mentions(&cell, region));
    }

    #[test]
    fn mentions_contain_what_extract_finds(cell in cell(), region in region()) {
        let (reading, named) = (read(&cell, region), mentions(&cell, region));
        let mut found = Vec::new();
        extract(&cell, region, &mut found);
        prop_assert!(found.iter().all(|number| named.numbers.contains(number)));
        if reading.msisdn != 0 {
            // Words such as `on` and `after` leave open whose number it is.
            let doubt = named.doubt.filter(|&doubt| doubt == Note::TextWithDigits && matches!(reading.note, Some(Note::TextRemoved | Note::ExtensionRemoved | Note::Placeholder)));
            prop_assert_eq!(named, Mentions { numbers: vec![reading.msisdn], doubt, ..Mentions::default() });
        } else {
            prop_assert!(!named.numbers.is_empty() || named.doubt == reading.note);
        }
    }

    #[test]
    fn a_phone_word_before_it_changes_no_number(cell in cell(), region in region(), word in select(&["Mobile ", "mob. no. ", "फोन: "][..])) {
        let (reading, labelled) = (read(&cell, region), read(&format!("{word}{cell}"), region));
        if reading.msisdn != 0 && labelled.msisdn != 0 {
            prop_assert_eq!((labelled.msisdn, labelled.kind), (reading.msisdn, reading.kind));
        }
        // An exponent, a formula or quotes have no meaning after other text.
        let is_plain = cell.chars().all(|sign| sign.is_ascii_digit() || " -./()+".contains(sign));
        // A number of another region that is only of a possible length is not extracted from a text either.
        let is_sure = !matches!(region, Region::Of(_)) || reading.kind != Some(Kind::Unknown);
        if reading.msisdn != 0 && is_plain && is_sure && reading.note != Some(Note::TrailingDecimal) {
            prop_assert_eq!(labelled.msisdn, reading.msisdn);
        }
    }

    #[test]
    fn handsets_are_as_the_oracle_reads(cell in cell()) {
        prop_assert_eq!(imei::read(&cell), naive::imei::read(&cell));
    }

    #[test]
    fn a_number_that_was_read_is_not_read_again(cell in cell(), region in region()) {
        let reading = read(&cell, region);
        if reading.msisdn != 0 {
            let again = read_u64(reading.msisdn, region);
            prop_assert_eq!((again.msisdn, again.kind), (reading.msisdn, reading.kind));
            if !matches!(region, Region::Of(_)) {
                prop_assert_eq!(Some(msisdn::kind(reading.msisdn)), reading.kind);
            }
        } else {
            prop_assert!(reading.note.is_some() && reading.kind.is_none());
        }
    }

    #[test]
    fn a_formatted_number_is_read_back(cell in cell(), region in region(), back in region()) {
        let reading = read(&cell, region);
        // A number of another region that is only of a possible length may have zeros that its E.164 form cannot have.
        let is_sure = !matches!(region, Region::Of(_)) || reading.kind != Some(Kind::Unknown);
        if reading.msisdn != 0 && is_sure {
            let mut text = String::new();
            for style in [Style::E164, Style::International] {
                text.clear();
                format(reading.msisdn, style, &mut text);
                let again = read(&text, back);
                // It is refused where it is only possible abroad, and a number of the region without the plus.
                let is_doubted = matches!(back, Region::Of(_)) && again.note == Some(Note::PlusWithoutCountryCode);
                prop_assert!(again.msisdn == reading.msisdn || is_doubted);
            }
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
            // After a dash it may be a list, but the note is that of the minus; an address is one number or none.
            let explained = is_address(&cell) || [Some(Note::SeveralNumbers), Some(Note::StraySign)].contains(&reading.note);
            // The reader of another region may stop at the plus of the second number.
            let explained = explained || matches!(region, Region::Of(_)) && reading.note == Some(Note::StrayCharacter);
            prop_assert!(numbers < 2 || explained || reading.note < Some(Note::SeveralNumbers));
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
    fn letters_in_parts_are_the_letters(cell in prop_oneof![cell(), sentence()], region in region()) {
        let (parts, whole): (String, String) = (cell.nfd().collect(), cell.nfc().collect());
        for written in [parts, whole] {
            prop_assert_eq!(read(&written, region), read(&cell, region), "{:?}", written);
            prop_assert_eq!(mentions(&written, region), mentions(&cell, region), "{:?}", written);
            prop_assert_eq!(imei::read(&written), imei::read(&cell), "{:?}", written);
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
        prop_assert_eq!(msisdn::key_u64(value), read_u64(value, region).msisdn);
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
        // Two sums.
        prop_assume!(form != 5 || first % 100 != 0 || last % 100 != 0);
        let is_one_group = form < 4;
        let cell = if decimal && is_one_group { cell + ".0" } else { cell };
        let reading = read(&cell, Region::In);
        prop_assert_eq!(reading.msisdn, 910_000_000_000 + national);
        prop_assert!(matches!(reading.kind, Some(Kind::Mobile | Kind::FixedOrMobile)));
        prop_assert_eq!(reading, naive::msisdn::read(&cell, Region::In));
    }

    #[test]
    fn an_unlisted_series_has_a_note_and_is_never_refused(cell in cell(), region in region()) {
        let series = MobileSeries::new(&NOTHING, &NOTHING);
        let (listed, unlisted) = (read(&cell, region), msisdn::read_under(&cell, region, series));
        prop_assert_eq!(unlisted, naive::msisdn::read_under(&cell, region, series));
        prop_assert_eq!(listed.msisdn, unlisted.msisdn);
        let is_mobile = (916_000_000_000..920_000_000_000).contains(&listed.msisdn);
        if is_mobile && listed.note != Some(Note::Placeholder) {
            let kind = if matches!(region, Region::Of(_)) { Kind::Foreign } else { Kind::Mobile };
            prop_assert_eq!((unlisted.kind, unlisted.note), (Some(kind), Some(Note::UnlistedSeries)));
        } else {
            prop_assert_eq!(listed.note, unlisted.note);
        }
    }
}

/// Every phrase of the lists, as it is written beside a number.
#[test]
fn every_phrase_of_the_lists_means_the_same_to_the_oracle() {
    let lists = [
        include_str!("../src/lists/phone_words.tsv"),
        include_str!("../src/lists/other_words.tsv"),
        include_str!("../src/lists/handset_words.tsv"),
    ];
    let rows = lists.iter().flat_map(|list| list.lines());
    for (at, row) in rows.filter(|row| !row.starts_with('#')).enumerate() {
        let fields: Vec<&str> = row.split('\t').collect();
        let phrase = match fields[..] {
            [class, _, phrase, ..] if class.starts_with("abbrev") => format!("{phrase}0"),
            [_, _, phrase, ..] => phrase.to_owned(),
            _ => panic!("a class, a language and a phrase: {row}"),
        };
        let cell = match at % 4 {
            0 => format!("{phrase}: 9876543210"),
            1 => format!("{}_9812345678", phrase.to_uppercase().replace(' ', "_")),
            2 => format!("9876543210 ({phrase}) 12"),
            _ => format!("{} no {phrase} 98765 43210", phrase.replace(' ', ".")),
        };
        // As file systems and some keyboards have it.
        let in_parts = phrase.nfd().collect::<String>();
        for cell in [
            cell,
            format!("{phrase} 9876543210"),
            format!("{in_parts} 9876543210"),
        ] {
            let oracle = naive::msisdn::mentions(&cell, Region::In);
            assert_eq!(mentions(&cell, Region::In), oracle, "{cell}");
            let oracle = naive::msisdn::read(&cell, Region::In);
            assert_eq!(read(&cell, Region::In), oracle, "{cell}");
        }
        let cell = format!("{phrase} 1 358240051111110");
        assert_eq!(imei::read(&cell), naive::imei::read(&cell), "{cell}");
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
        "\u{9c7}\u{9be}",
        "\u{315}\u{300}",
    ];
    for unit in units {
        let cell = unit.repeat(200_000 / unit.len());
        let _ = (read(&cell, Region::In), imei::read(&cell));
        let mut found = Vec::new();
        extract(&cell, Region::In, &mut found);
    }
}
