//! JSON Lines of any length: their names, their rows in batches, and the hits of a scan.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch};
use arrow_schema::SchemaRef;

use super::lines::{Lines, Names, Reader};
use super::pieces::{Piece, Pieces, Process};
use crate::Error;
use crate::column::Column;
use crate::csv::{self, CHUNK, HitPieces, Hits, Input, LineNote, Output, Refusal, TextScan};
use crate::parallel::{Next, Threads, locked};
use crate::scan::{Projection, RunHits, ScanPlan, Search, Tally, assemble};

/// JSON Lines to read.
pub struct Text {
    /// The source of the text.
    pub input: Input,
    /// The most bytes of a line.
    pub longest: usize,
    /// The names of its columns; of no use where they are looked for.
    pub names: Arc<Names>,
}

/// The search for the names of the records of a text.
pub struct FindNames(Pieces<NamesOf>);

struct NamesOf;

impl Process for NamesOf {
    type Output = (Names, usize);

    fn process(&self, text: &str) -> Result<(Self::Output, usize), Error> {
        Ok((Names::of(text), 0))
    }
}

impl FindNames {
    /// Looks for the names in a text.
    #[must_use]
    pub fn new(text: Text, threads: Threads) -> Self {
        Self(Pieces::new(
            text.input,
            text.longest,
            NamesOf,
            threads,
            CHUNK,
        ))
    }

    /// Adds the names of the next piece to `names`; returns how many records and bytes it has.
    pub fn next(
        &mut self,
        patience: Duration,
        names: &mut Names,
    ) -> Next<Result<(usize, usize), Error>> {
        let of_piece = |piece: Piece<(Names, usize)>| {
            let (found, records) = piece.output;
            names.add_all(&found);
            (records, piece.bytes)
        };
        self.0.next(patience).map(|piece| piece.map(of_piece))
    }
}

/// Consecutive rows, and the lines between them that are no records.
#[derive(Debug)]
pub struct Batch {
    /// The requested columns.
    pub rows: RecordBatch,
    /// The line of each row, from 1.
    pub lines: Int64Array,
    /// The other lines.
    pub between: csv::Lines,
}

/// The rows of a text, in batches.
pub struct Batches(Pieces<RowsOf>);

struct RowsOf {
    names: Arc<Names>,
    columns: Vec<usize>,
}

impl Process for RowsOf {
    type Output = (Lines, csv::Lines);

    fn process(&self, text: &str) -> Result<(Self::Output, usize), Error> {
        let lines = Lines::read(text, &self.names, &self.columns)?;
        let (between, count) = (between(text, &lines), lines.count);
        Ok(((lines, between), count))
    }
}

impl Batches {
    /// Reads the cells of `columns`, given as places in the names, in batches of about `block` bytes.
    #[must_use]
    pub fn new(text: Text, columns: Vec<usize>, block: usize, threads: Threads) -> Self {
        let names = text.names;
        let rows = RowsOf { names, columns };
        Self(Pieces::new(text.input, text.longest, rows, threads, block))
    }

    /// The next batch, or [`Next::Waiting`] after `patience`. An error ends the batches.
    pub fn next(&mut self, patience: Duration) -> Next<Result<Batch, Error>> {
        let of_piece = |piece: Piece<(Lines, csv::Lines)>| {
            let (lines, between) = piece.output;
            let line_of = |&place: &usize| (piece.line + place as u64).cast_signed();
            Batch {
                rows: lines.rows,
                lines: Int64Array::from_iter_values(lines.places.iter().map(line_of)),
                between: counted_from(piece.line, between),
            }
        };
        self.0.next(patience).map(|piece| piece.map(of_piece))
    }
}

/// A scan of JSON Lines. `schema` has the columns of the hits, `tally` the counts to continue from.
///
/// # Errors
/// Those of [`ScanPlan::project`].
pub fn scan(
    text: Text,
    plan: Arc<ScanPlan>,
    schema: SchemaRef,
    threads: Threads,
    tally: Tally,
) -> Result<TextScan, Error> {
    let every: Vec<_> = (0..text.names.order().len()).collect();
    let projection = plan.project(&text.names.schema(&every), Some(&schema))?;
    let hits = HitsOf {
        names: text.names,
        plan: Arc::clone(&plan),
        projection,
        searches: Mutex::default(),
    };
    let pieces = Pieces::new(text.input, text.longest, hits, threads, CHUNK);
    Ok(TextScan::of(Box::new(pieces), plan, schema, tally))
}

/// The search in the key cells of all records; the other cells are read of hits alone.
struct HitsOf {
    names: Arc<Names>,
    plan: Arc<ScanPlan>,
    projection: Projection,
    searches: Mutex<Vec<Search>>,
}

impl Process for HitsOf {
    type Output = (Output, csv::Lines);

    fn process(&self, text: &str) -> Result<(Self::Output, usize), Error> {
        let lookups = self.plan.lookups();
        let lines = Lines::read(text, &self.names, &self.projection.keys)?;
        let keys = lines.rows.columns().iter().zip(lookups);
        let columns = keys
            .map(|(cells, lookup)| Ok((Column::new(cells, lookup.keys)?, 0)))
            .collect::<Result<Vec<_>, Error>>()?;
        let mut tally = Tally::new(lookups.len());
        let search = locked(&self.searches).pop();
        let mut search = search.unwrap_or_else(|| Search::new(lookups));
        let found = search.run(lookups, &columns, 0..lines.rows.num_rows(), &mut tally);
        locked(&self.searches).push(search);
        let mut hits = None;
        if !found.rows.is_empty() {
            let mut reader = Reader::new(&self.names, &self.projection.output);
            for &row in &found.rows {
                reader.append(&text[lines.spans[row as usize].clone()]);
            }
            let fields = self.projection.schema.fields();
            let mut cells = reader
                .finish()
                .iter()
                .zip(fields)
                .map(|(cells, field)| arrow_cast::cast(cells, field.data_type()))
                .collect::<Result<Vec<ArrayRef>, _>>()?;
            let matches = RunHits::match_columns(found.matches);
            tally.count_hits(lookups, &matches);
            cells.extend(matches);
            hits = Some(assemble(&self.projection.schema, cells, found.rows.len())?);
        }
        Ok((
            (Output::new(hits, tally), between(text, &lines)),
            lines.count,
        ))
    }
}

impl HitPieces for Pieces<HitsOf> {
    fn next(&mut self, patience: Duration) -> Next<Result<Hits, Error>> {
        let hits = |piece: Piece<(Output, csv::Lines)>| {
            let (output, between) = piece.output;
            Hits {
                output,
                doubtful: Vec::new(),
                between: counted_from(piece.line, between),
                bytes: piece.bytes,
            }
        };
        Self::next(self, patience).map(|piece| piece.map(hits))
    }
}

/// The lines that are no records; their numbers begin at 0.
fn between(text: &str, lines: &Lines) -> csv::Lines {
    let refusal = |line| Refusal {
        line: line as u64,
        lines: 1,
        fields: 0,
        note: LineNote::NotJson,
    };
    let texts = lines.refused.iter().map(|one| &text[one.at.clone()]);
    csv::Lines {
        refused: lines.refused.iter().map(|one| refusal(one.line)).collect(),
        texts: BinaryArray::from_iter_values(texts),
        blank: lines.blank as u64,
        mended: false,
    }
}

/// The same with lines that are counted from that of the piece.
fn counted_from(line: u64, mut between: csv::Lines) -> csv::Lines {
    for refusal in &mut between.refused {
        refusal.line += line;
    }
    between
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use arrow_array::Array;
    use arrow_array::cast::AsArray;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(50);

    fn lines() -> String {
        let line = |n: usize| match n % 1000 {
            7 => "{\"a\": 1, \"a\": 2}\r\n".to_owned(),
            8 => " \n".to_owned(),
            9 => format!("{{\"a\": \"\\u00e9{n}\", \"b\": {{\"c\": {n}.50}}}}\r"),
            _ => format!("{{\"b\": {{\"c\": {n}.50}}, \"a\": \"é{n}\"}}\n"),
        };
        (0..30_000).map(line).collect()
    }

    fn text(longest: usize, names: Names) -> Text {
        Text {
            input: Box::new(Cursor::new(lines().into_bytes())),
            longest,
            names: Arc::new(names),
        }
    }

    fn names() -> (Names, usize) {
        let mut search = FindNames::new(text(1 << 10, Names::default()), None);
        let (mut names, mut records) = (Names::default(), 0);
        loop {
            match search.next(PATIENCE, &mut names) {
                Next::Ready(found) => records += found.unwrap().0,
                Next::Waiting => {}
                Next::End => return (names, records),
            }
        }
    }

    #[test]
    fn names_are_those_of_all_records() {
        let (names, records) = names();
        assert_eq!(names.order(), ["b.c", "a"]);
        assert_eq!(records, 29_940);
    }

    #[test]
    fn rows_do_not_depend_on_where_chunks_end() {
        for block in [1, 1 << 12, 1 << 16, 1 << 24] {
            let mut batches = Batches::new(text(1 << 10, names().0), vec![1], block, None);
            let (mut rows, mut refused, mut blank) = (0, 0, 0);
            loop {
                let batch = match batches.next(PATIENCE) {
                    Next::Ready(batch) => batch.unwrap(),
                    Next::Waiting => continue,
                    Next::End => break,
                };
                let texts = batch.rows.column(0).as_string::<i32>();
                for (text, line) in texts.iter().zip(batch.lines.values()) {
                    assert_eq!(text, Some(&*format!("é{}", line - 1)));
                }
                for (one, text) in batch.between.refused.iter().zip(&batch.between.texts) {
                    assert_eq!((one.line % 1000, one.note), (8, LineNote::NotJson));
                    assert_eq!(text, Some(&b"{\"a\": 1, \"a\": 2}"[..]));
                    refused += 1;
                }
                rows += texts.len();
                blank += batch.between.blank;
            }
            assert_eq!((rows, refused, blank), (29_940, 30, 30), "{block}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_an_error() {
        let mut batches = Batches::new(text(20, names().0), vec![0], 4, None);
        loop {
            match batches.next(PATIENCE) {
                Next::Waiting => {}
                Next::Ready(Err(Error::Json(why))) => {
                    break assert!(why.contains("NUMGUARD_MOST_DOCUMENT"));
                }
                _ => panic!("no error"),
            }
        }
    }
}
