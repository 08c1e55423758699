//! The oracle: it reads the whole text at once, a byte at a time, and reads a record of several lines again for each line.
//!
//! Obvious and slow. Tests and fuzzers compare it with the splitter.

use std::num::NonZeroUsize;
use std::time::Duration;

use arrow_array::cast::AsArray;

use super::encoding::mended;
use super::record::{FEWEST_COLUMNS, LIKE_ROWS};
use super::{BatchOptions, Batches, ColumnType, Columns, Format, LineNote, Refusal};
use crate::parallel::Next;

/// The contents of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// Each row: its line, and the text of its cells.
    pub rows: Vec<(u64, Vec<String>)>,
    /// Lines that are not rows.
    pub refused: Vec<Refusal>,
    /// Number of blank lines.
    pub blank: u64,
}

/// How a run of cells ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    Open,
    Stray,
}

/// A line: the start and end of its text, and its end including carriage returns.
type Span = (usize, usize, usize);

/// Splits a text; its first line is line 1.
#[must_use]
pub fn split(format: &Format, text: &[u8]) -> Whole {
    let is_mended = format.windows_1252 && std::str::from_utf8(text).is_err();
    let mended = is_mended.then(|| mended(text, format.line_break));
    let text = mended.as_deref().unwrap_or(text);
    let lines = lines(format, text);
    let mut whole = Whole::default();
    let (mut at, mut settled) = (0, 0);
    while at < lines.len() {
        let (start, end, whole_end) = lines[at];
        let own = cells(format, &text[start..end]);
        let mut note = None;
        let mut taken = 1;
        if whole_end - start > format.longest {
            note = Some(LineNote::TooLong);
        } else if own.0 == End::Stray {
            note = Some(LineNote::StrayQuote);
        } else if own.0 == End::Open {
            let found = if start < settled {
                None
            } else {
                closing(format, text, &lines[at..], &mut settled)
            };
            match found {
                Some(count) => taken = count,
                None => note = Some(LineNote::UnclosedQuote),
            }
        }
        let record = &text[start..lines[at + taken - 1].1];
        let mut cells = if taken > 1 {
            cells(format, record).1
        } else {
            own.1
        };
        let mut fields = cells.len();
        let line = at as u64 + 1;
        at += taken;
        if note == Some(LineNote::TooLong) {
            fields = 0;
        } else if note.is_none() {
            if fields == 1 && record.trim_ascii().is_empty() {
                whole.blank += 1;
                continue;
            }
            note = misfit(format, record, &mut cells);
            fields = cells.len();
            if note.is_none() && std::str::from_utf8(record).is_err() {
                note = Some(LineNote::NotUtf8);
            }
        }
        match note {
            Some(note) => whole.refused.push(Refusal {
                line,
                lines: taken as u32,
                fields: fields as u32,
                note,
            }),
            None => {
                let text = |cell: Vec<u8>| String::from_utf8(cell).expect("the record is UTF-8");
                whole
                    .rows
                    .push((line, cells.into_iter().map(text).collect()));
            }
        }
    }
    whole
}

/// Why the cells are not a row; `None` if they are. If single quotes wrap cells, `cells` becomes those cells.
fn misfit(format: &Format, record: &[u8], cells: &mut Vec<Vec<u8>>) -> Option<LineNote> {
    if cells.len() > format.width
        && let Some(wrapped) = in_apostrophes(format, record)
    {
        *cells = wrapped;
    }
    if cells.len() != format.width {
        return Some(LineNote::of_width(cells.len(), format.width));
    }
    let mut unnamed = cells[format.named..].iter();
    unnamed
        .any(|cell| !is_empty(format, cell))
        .then_some(LineNote::TooManyFields)
}

/// Whether a cell holds only blanks and marks.
fn is_empty(format: &Format, cell: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cell).replace('\u{a0}', " ");
    let separator = char::from(format.separator);
    text.chars()
        .all(|mark| " \t\n\r\x0c'=\"".contains(mark) || mark == separator)
}

/// The cells of a line in which single quotes wrap cells, quotes included. `None` unless their number is that of a row.
fn in_apostrophes(format: &Format, line: &[u8]) -> Option<Vec<Vec<u8>>> {
    if !format.apostrophes || line.contains(&b'"') || line.contains(&format.line_break) {
        return None;
    }
    let mut cells = vec![Vec::new()];
    let (mut inside, mut closed) = (false, false);
    for &byte in line {
        let cell = cells.last_mut()?;
        if inside {
            (inside, closed) = (byte != b'\'', byte == b'\'');
        } else if byte == format.separator {
            closed = false;
            cells.push(Vec::new());
            continue;
        } else if closed {
            if byte != b'\'' {
                return None;
            }
            (inside, closed) = (true, false);
        } else if byte == b'\'' {
            inside = cell.iter().all(|&byte| byte == b' ');
        }
        cell.push(byte);
    }
    (!inside && cells.len() == format.width).then_some(cells)
}

/// The number of lines of a record whose first line leaves a quoted cell open. `lines` begins with that line.
fn closing(format: &Format, text: &[u8], lines: &[Span], settled: &mut usize) -> Option<usize> {
    let start = lines[0].0;
    let mut like_rows = 0;
    for (n, &(next, end, whole_end)) in lines.iter().enumerate().skip(1) {
        if whole_end - start > format.longest {
            break;
        }
        let line = &text[next..end];
        let separators = line.iter().filter(|&&byte| byte == format.separator);
        let (state, own) = cells(format, line);
        let is_row = state == End::Closed && own.len() == format.width;
        let is_row =
            format.named >= FEWEST_COLUMNS && (is_row || separators.count() + 1 == format.width);
        let (state, joined) = cells(format, &text[start..end]);
        let is_closed = joined.len() > cells(format, &text[start..lines[n - 1].1]).1.len();
        let begins_as_row = is_row_as_it_is(format, &text[start..lines[0].1]);
        let is_whole = joined.len() == format.width && !begins_as_row;
        let may_go_on = like_rows < LIKE_ROWS && joined.len() < format.width && !begins_as_row;
        match state {
            End::Closed if !is_row && like_rows == 0 || is_whole => return Some(n + 1),
            End::Open if !is_row => {}
            End::Open if is_closed && may_go_on => like_rows += 1,
            _ => {
                if state == End::Stray || !is_closed {
                    *settled = next;
                }
                return None;
            }
        }
    }
    *settled = (start + format.longest).min(text.len());
    None
}

/// Whether a line that leaves a quoted cell open has as many cells as a row if that cell is not quoted.
fn is_row_as_it_is(format: &Format, line: &[u8]) -> bool {
    let begins = |&at: &usize| {
        let before = at == 0
            || line[at - 1] == format.separator && cells(format, &line[..at - 1]).0 == End::Closed;
        let (state, closed) = cells(format, &line[at..]);
        before && line[at] == b'"' && state == End::Open && closed.is_empty()
    };
    let open = (0..line.len()).find(begins).expect("it is open");
    let before = if open == 0 {
        0
    } else {
        cells(format, &line[..open - 1]).1.len()
    };
    let separators = line[open..]
        .iter()
        .filter(|&&byte| byte == format.separator);
    before + separators.count() + 1 == format.width
}

fn lines(format: &Format, text: &[u8]) -> Vec<Span> {
    let mut lines = Vec::new();
    let mut start = 0;
    for at in 0..=text.len() {
        let ends = match text.get(at) {
            Some(&byte) => byte == format.line_break,
            None => start < at,
        };
        if ends {
            let line = &text[start..at];
            let returns = line.iter().rev().take_while(|&&byte| byte == b'\r').count();
            let returns = if format.line_break == b'\n' {
                returns
            } else {
                0
            };
            lines.push((start, at - returns, at));
            start = at + 1;
        }
    }
    lines
}

/// The cells of a record, as far as they can be separated.
fn cells(format: &Format, record: &[u8]) -> (End, Vec<Vec<u8>>) {
    let mut cells = Vec::new();
    let mut cell = Vec::new();
    let (mut quoted, mut closed, mut started) = (false, false, false);
    for &byte in record {
        if quoted && byte == b'"' {
            (quoted, closed) = (false, true);
        } else if quoted {
            cell.push(byte);
        } else if closed && byte == b'"' {
            cell.push(byte);
            (quoted, closed) = (true, false);
        } else if byte == format.separator {
            cells.push(std::mem::take(&mut cell));
            (closed, started) = (false, false);
        } else if closed {
            return (End::Stray, cells);
        } else if byte == b'"' && format.quoted && !started {
            (quoted, started) = (true, true);
        } else {
            cell.push(byte);
            started = true;
        }
    }
    if quoted {
        return (End::Open, cells);
    }
    cells.push(cell);
    (End::Closed, cells)
}

/// Splits a text with the splitter, in chunks of about `size` bytes on `threads` threads.
///
/// # Panics
/// If the text cannot be read; a text in memory always can.
#[must_use]
pub fn split_in_chunks(format: &Format, text: &[u8], size: usize, threads: usize) -> Whole {
    let names: Vec<String> = (0..format.width).map(|n| n.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let as_text = |at| (at, ColumnType::Text.into());
    let columns = Columns::new(&names, (0..format.width).map(as_text).collect(), None);
    let columns = columns.expect("each of them exists");
    let input = Box::new(std::io::Cursor::new(text.to_vec()));
    let threads = NonZeroUsize::new(threads);
    let options = BatchOptions {
        columns,
        doubt: None,
        texts: true,
        block: size,
    };
    let mut batches =
        Batches::new(input, format.clone(), 1, options, threads).expect("the format is valid");
    let mut whole = Whole::default();
    loop {
        match batches.next(Duration::from_secs(60)) {
            Next::End => return whole,
            Next::Waiting => {}
            Next::Ready(batch) => {
                let batch = batch.expect("a text in memory can be read");
                let columns = batch.columns.columns();
                for (row, &line) in batch.lines.values().iter().enumerate() {
                    let cell = |column: &arrow_array::ArrayRef| {
                        column.as_string::<i32>().value(row).to_owned()
                    };
                    let line = u64::try_from(line).expect("lines are counted from 1");
                    whole.rows.push((line, columns.iter().map(cell).collect()));
                }
                let texts = &batch.between.texts;
                assert_eq!(batch.between.refused.len(), arrow_array::Array::len(texts));
                whole.refused.extend(batch.between.refused);
                whole.blank += batch.between.blank;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn format(separator: u8, width: usize) -> Format {
        Format {
            separator,
            quoted: true,
            line_break: b'\n',
            width,
            named: width,
            longest: 1 << 20,
            windows_1252: false,
            apostrophes: false,
        }
    }

    /// The rows and refused lines, each after its line number; refused lines by their note.
    fn read(width: usize, text: &str) -> Vec<String> {
        let whole = split_in_chunks(&format(b',', width), text.as_bytes(), 1 << 10, 1);
        let rows = whole.rows.iter();
        let rows = rows.map(|(line, cells)| (*line, cells.join("|")));
        let refused = whole.refused.iter();
        let refused = refused.map(|one| (one.line, format!("{} {}", one.note.code(), one.fields)));
        let mut all: Vec<_> = rows.chain(refused).collect();
        all.sort();
        all.into_iter()
            .map(|(line, what)| format!("{line}: {what}"))
            .collect()
    }

    #[test]
    fn a_line_of_another_width_is_refused_with_its_line() {
        let text = "1,2,3\n\n4,5\r\n7,\"6\n6\",8\n9,10,11,12\n13,14,15";
        let expected = [
            "1: 1|2|3",
            "3: too_few_fields 2",
            "4: 7|6\n6|8",
            "6: too_many_fields 4",
            "7: 13|14|15",
        ];
        assert_eq!(read(3, text), expected);
    }

    #[test]
    fn a_stray_quotation_mark_costs_its_line_and_no_other() {
        let text = "1,\"a,x\n2,b,y\n3,5\",z\n4,\"c\"d,w\n5,\"e,u\n6,f,t\n";
        let expected = [
            "1: unclosed_quote 1",
            "2: 2|b|y",
            "3: 3|5\"|z",
            "4: stray_quote 1",
            "5: unclosed_quote 1",
            "6: 6|f|t",
        ];
        assert_eq!(read(3, text), expected);
    }

    #[test]
    fn a_narrative_of_many_lines_is_one_cell() {
        let text = "1,\"He said \"\"pay\"\",\nand then, again, and,\ncalled\",9876\n2,b,c\n";
        let expected = [
            "1: 1|He said \"pay\",\nand then, again, and,\ncalled|9876",
            "4: 2|b|c",
        ];
        // The last line of the narrative has two cells, so it does not look like a row of three.
        assert_eq!(read(3, text), expected);
    }

    #[test]
    fn a_line_that_looks_like_a_row_is_never_part_of_a_cell() {
        let text = "1,\"text,y\n2,b,c\n3,d\",e,f\n";
        assert_eq!(
            read(3, text),
            ["1: unclosed_quote 1", "2: 2|b|c", "3: too_many_fields 4"]
        );
    }

    #[test]
    fn the_last_line_of_a_cell_may_look_like_a_row() {
        // The first line of the first two records has too few cells to be a row with a stray mark.
        let text = "\"a\nb\",2,3\n4,\"a\nb, and c\",5\n6,\"a,b\n7,c\",8\n\"a,\"\"b\n\"\"c\",9,10\n\"a\nb\",11,\"c\nd\"\n";
        let expected = [
            "1: a\nb|2|3",
            "3: 4|a\nb, and c|5",
            "5: unclosed_quote 1",
            "6: 7|c\"|8",
            "7: a,\"b\n\"c|9|10",
            "9: a\nb|11|c\nd",
        ];
        assert_eq!(read(3, text), expected);
    }

    #[test]
    fn single_quotes_wrap_where_a_line_has_too_many_cells() {
        let mut format = format(b',', 3);
        format.apostrophes = true;
        let text = b"1,'a, b',2\nO'Neil,it's,3\n4,'a,b,c\n5, 'x,''y',z\n";
        let whole = split(&format, text);
        assert_eq!(split_in_chunks(&format, text, 9, 2), whole);
        let rows: Vec<_> = whole
            .rows
            .iter()
            .map(|(_, cells)| cells.join("|"))
            .collect();
        assert_eq!(rows, ["1|'a, b'|2", "O'Neil|it's|3", "5| 'x,''y'|z"]);
    }

    fn text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            &b","[..],
            b",",
            b",",
            b"\n",
            b"\n",
            b"\r\n",
            b"\r",
            b"\"",
            b"\"\"",
            b",\"",
            b"\",",
            b"\"\n",
            b"\"\r\r\n",
            b"\"\r\n",
            b"a",
            b"98765 43210",
            b"a\",\",b\n",
            b"1,2\n",
            b"1,2,3\n",
            b"\"1\",\"2\"\n",
            b" ",
            b"\xff",
            "ü".as_bytes(),
            "\u{a0}".as_bytes(),
            b"'",
            b",'",
            b"',",
            b" 'a,b'",
            b"\t",
            b"a longer cell than the others, with a comma",
        ]);
        prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn chunks_and_threads_change_nothing(
            text in text(),
            separator in prop::sample::select(vec![b',', b'\t', b' ']),
            quoted in prop::bool::weighted(0.9),
            line_break in prop::sample::select(vec![b'\n', b'\n', b'\r']),
            width in 1usize..5,
            unnamed in prop::sample::select(vec![0, 0, 1]),
            (windows_1252, apostrophes) in any::<(bool, bool)>(),
            longest in prop::sample::select(vec![1, 7, 30, 1000]),
            size in prop::sample::select(vec![1, 13, 64, 300, 1 << 19]),
            threads in 1usize..4,
        ) {
            let named = width.saturating_sub(unnamed).max(1);
            let format = Format { separator, quoted, line_break, width, named, longest, windows_1252, apostrophes };
            let expected = split(&format, &text);
            let found = split_in_chunks(&format, &text, size, threads);
            prop_assert_eq!(found, expected);
        }
    }

    /// The numbers of lines add up to the lines of the text.
    #[test]
    fn every_line_is_accounted_for() {
        let text = b"1,2\n\n\"\n\",3\n4\n\"5\n6,7\n".to_vec();
        let whole = split(&format(b',', 2), &text);
        let refused: u64 = whole.refused.iter().map(|one| u64::from(one.lines)).sum();
        // The row of two lines counts twice.
        assert_eq!(whole.rows.len() as u64 + 1 + refused + whole.blank, 7);
    }
}
