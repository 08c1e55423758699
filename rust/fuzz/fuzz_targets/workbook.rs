//! The XML of a workbook, whole and in two pieces: what is found, and whether it is refused, is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numguard_columns::workbook::{Open, Pieces, Refusal, Sheet};

fn sheet(pieces: [&[u8]; 2]) -> Result<Sheet, Refusal> {
    let mut read = Pieces::new(Sheet::new([1], [1], [(1, 15)]));
    read.take(b"<sheetData>")?;
    for piece in pieces {
        read.take(piece)?;
    }
    read.end()?;
    Ok(read.events)
}

fn open(pieces: [&[u8]; 2]) -> Result<Open, Refusal> {
    let mut read = Pieces::new(Open::new(1_000_000, 8));
    for piece in pieces {
        read.take(piece)?;
    }
    read.end()?;
    Ok(read.events)
}

fuzz_target!(|data: &[u8]| {
    let Some((&first, text)) = data.split_first() else {
        return;
    };
    let pieces = text.split_at(usize::from(first) * text.len() / 256).into();
    match (sheet([text, b""]), sheet(pieces)) {
        (Ok(whole), Ok(parts)) => {
            assert_eq!(whole.found, parts.found);
            assert_eq!((whole.rows, whole.columns), (parts.rows, parts.columns));
        }
        (whole, parts) => assert_eq!(whole.err(), parts.err()),
    }
    match (open([text, b""]), open(pieces)) {
        (Ok(whole), Ok(parts)) => {
            assert_eq!(whole.sheets, parts.sheets);
            assert_eq!(whole.cells(), parts.cells());
        }
        (whole, parts) => assert_eq!(whole.err(), parts.err()),
    }
});
