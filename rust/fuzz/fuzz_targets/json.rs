//! JSON Lines, each also with an empty object at its end, with which it is no plain line any more; and as a document.
#![no_main]

use arrow_array::Array;
use arrow_array::cast::AsArray;
use libfuzzer_sys::fuzz_target;
use numguard_columns::json::{Document, Lines, Names};

/// The names and rows of a block, and how many of its lines are no records.
fn read(block: &str) -> (Vec<String>, Vec<Vec<Option<String>>>, usize) {
    let (names, records) = Names::of(block);
    let columns: Vec<_> = (0..names.order().len()).collect();
    let lines = Lines::read(block, &names, &columns).unwrap();
    assert_eq!(lines.rows.num_rows(), records);
    assert_eq!(records + lines.refused.len() + lines.blank, lines.count);
    let cell = |column: usize, row: usize| {
        let texts = lines.rows.column(column).as_string::<i32>();
        texts.is_valid(row).then(|| texts.value(row).to_owned())
    };
    let rows = (0..records)
        .map(|row| columns.iter().map(|&column| cell(column, row)).collect())
        .collect();
    (names.order().to_vec(), rows, lines.refused.len())
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let whole = read(text);
    let mut records = Vec::new();
    for line in text.split(['\n', '\r']) {
        let (names, rows, refused) = read(line);
        assert_eq!(rows.len() + refused, usize::from(!line.trim().is_empty()));
        if rows.is_empty() {
            continue;
        }
        records.push(line);
        let within = line.trim_ascii_end().strip_suffix('}').expect("an object");
        let comma = if within.trim_ascii_end().ends_with('{') {
            ""
        } else {
            ","
        };
        if !line.contains('~') && !line.to_ascii_lowercase().contains("\\u007e") {
            assert_eq!(
                read(&format!("{within}{comma}\"~\":{{}}}}")),
                (names, rows, 0)
            );
        }
    }
    assert_eq!(whole.1.len(), records.len());
    let document =
        Document::new(format!("[{}]", records.join(",\n"))).expect("a document of records");
    let (names, rows, refused) = read(std::str::from_utf8(&document.lines()).unwrap());
    assert_eq!((names, rows, refused), (whole.0, whole.1, 0));
});
