//! The library gives the answers in the table of correct answers, `tests/vectors/*.csv`.

use std::path::PathBuf;

use numguard_core::imei;
use numguard_core::msisdn::{self, Region, Style};
use numguard_core::notes::Note;

/// The rows of a table, each field by position. Checks the header.
fn rows<const N: usize>(name: &str, header: [&str; N]) -> Vec<[String; N]> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/vectors")
        .join(name);
    let mut reader = csv::Reader::from_path(&path).expect("the table is there");
    assert_eq!(reader.headers().expect("a header"), header.as_slice());
    let rows: Vec<[String; N]> = reader
        .records()
        .map(|record| {
            let fields: Vec<String> = record
                .expect("valid CSV")
                .iter()
                .map(str::to_owned)
                .collect();
            fields.try_into().expect("as many fields as the header has")
        })
        .collect();
    assert!(!rows.is_empty(), "{name} has no rows");
    rows
}

/// Undoes the escapes that `tests/vectors/README.md` lists.
fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        plain.push(match character {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('\\') => '\\',
                Some('u') => {
                    let code: String = rest
                        .by_ref()
                        .skip(1)
                        .take_while(|&next| next != '}')
                        .collect();
                    u32::from_str_radix(&code, 16)
                        .ok()
                        .and_then(char::from_u32)
                        .expect("a character's code")
                }
                other => panic!("unknown escape {other:?} in {text:?}"),
            },
            plain => plain,
        });
    }
    plain
}

fn region(text: &str) -> Region {
    match text {
        "" => Region::E164,
        "?" => Region::Unknown,
        name => Region::named(name).expect("a region"),
    }
}

fn number(value: u64) -> String {
    if value == 0 {
        String::new()
    } else {
        value.to_string()
    }
}

/// A reading's fields as the table writes them.
fn msisdn_fields(reading: msisdn::Reading) -> [String; 3] {
    [
        number(reading.msisdn),
        reading.kind.map_or("", |kind| kind.code()).to_owned(),
        reading.note.map_or("", |note| note.code()).to_owned(),
    ]
}

fn imei_fields(reading: imei::Reading) -> [String; 3] {
    [
        if reading.imei14 == 0 && reading.note.is_some() {
            String::new()
        } else {
            format!("{:014}", reading.imei14)
        },
        reading.form.map_or("", |form| form.code()).to_owned(),
        reading.note.map_or("", |note| note.code()).to_owned(),
    ]
}

#[test]
fn msisdn() {
    let rows = rows("msisdn.csv", ["cell", "region", "msisdn", "kind", "note"]);
    // Every note but the one that the built-in plan, which lists all series, gives no occasion for.
    for note in Note::ALL
        .iter()
        .filter(|&&note| note != Note::UnlistedSeries)
    {
        assert!(
            rows.iter().any(|[.., code]| code == note.code()),
            "no row says {}",
            note.code()
        );
    }
    for [cell, of, expected @ ..] in rows {
        assert_eq!(
            msisdn_fields(msisdn::read(&unescape(&cell), region(&of))),
            expected,
            "{cell:?} under {of:?}"
        );
    }
}

#[test]
fn extract() {
    for [cell, of, expected] in rows("extract.csv", ["cell", "region", "numbers"]) {
        let mut found = Vec::new();
        msisdn::extract(&unescape(&cell), region(&of), &mut found);
        let found: Vec<String> = found.iter().map(u64::to_string).collect();
        assert_eq!(found.join(" "), expected, "{cell:?} under {of:?}");
    }
}

#[test]
fn mentions() {
    let code = |note: Option<Note>| note.map_or("", Note::code).to_owned();
    for [cell, of, expected @ ..] in rows(
        "mentions.csv",
        ["cell", "region", "numbers", "doubt", "rest"],
    ) {
        let named = msisdn::mentions(&unescape(&cell), region(&of));
        let numbers: Vec<String> = named.numbers.iter().map(u64::to_string).collect();
        let found = [numbers.join(" "), code(named.doubt), code(named.rest)];
        assert_eq!(found, expected, "{cell:?} under {of:?}");
    }
}

#[test]
fn typed() {
    for [kind, value, of, expected @ ..] in rows(
        "typed.csv",
        ["type", "value", "region", "msisdn", "kind", "note"],
    ) {
        let of = region(&of);
        let reading = match kind.as_str() {
            "uint64" => msisdn::read_u64(value.parse().unwrap(), of),
            "int64" => msisdn::read_i64(value.parse().unwrap(), of),
            "decimal128" => msisdn::read_i128(value.parse().unwrap(), of),
            "float64" => msisdn::read_f64(value.parse().unwrap(), of),
            other => panic!("unknown type {other:?}"),
        };
        assert_eq!(msisdn_fields(reading), expected, "{kind} {value}");
    }
}

#[test]
fn format() {
    for [msisdn, expected @ ..] in rows(
        "format.csv",
        ["msisdn", "e164", "digits", "national", "international"],
    ) {
        let written = [
            Style::E164,
            Style::Digits,
            Style::National,
            Style::International,
        ]
        .map(|style| {
            let mut text = String::new();
            msisdn::format(msisdn.parse().unwrap(), style, &mut text);
            text
        });
        assert_eq!(written, expected);
    }
}

#[test]
fn imei() {
    for [cell, expected @ ..] in rows("imei.csv", ["cell", "imei14", "form", "note"]) {
        assert_eq!(
            imei_fields(imei::read(&unescape(&cell))),
            expected,
            "{cell:?}"
        );
    }
}

#[test]
fn typed_imei() {
    for [kind, value, expected @ ..] in rows(
        "typed_imei.csv",
        ["type", "value", "imei14", "form", "note"],
    ) {
        let reading = match kind.as_str() {
            "uint64" => imei::read_u64(value.parse().unwrap()),
            "int64" => imei::read_i64(value.parse().unwrap()),
            "decimal128" => imei::read_i128(value.parse().unwrap()),
            "float64" => imei::read_f64(value.parse().unwrap()),
            other => panic!("unknown type {other:?}"),
        };
        assert_eq!(imei_fields(reading), expected, "{kind} {value}");
    }
}

#[test]
fn example_numbers_of_all_regions_are_read_as_libphonenumber_reads_them() {
    let differences = rows("example_differences.csv", ["e164", "note", "why"]);
    let examples = rows("example_numbers.csv", ["region", "type", "written", "e164"]);
    assert!(examples.len() > 1_000);
    for [of, kind, written, e164] in examples {
        let number = e164.trim_start_matches('+').parse::<u64>().unwrap();
        let difference = differences.iter().find(|[other, ..]| *other == e164);
        let expected = difference.map_or((number, ""), |[_, note, _]| (0, note));
        for cell in [&written, &e164, &e164.replace('+', "00")] {
            for region in [Region::In, Region::E164] {
                let reading = msisdn::read(cell, region);
                let note = reading.note.map_or("", Note::code);
                assert_eq!((reading.msisdn, note), expected, "{of} {kind} {cell}");
            }
        }
    }
}
