//! For each cell: its key, the kind of the number or the form of the IMEI, and the note.
//!
//! This module owns the shape of the result. One idea: most cells have a form that the core reads by block, and their
//! key and last two bytes determine the rest; the other cells are read one by one. Words of a dictionary are read once.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int8Array, StringArray, StructArray};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, Field, Fields};
use numguard_core::block::{self, bytes_with};
use numguard_core::cpu::CodePath;
use numguard_core::msisdn::{self, Region};
use numguard_core::notes::{Form, Kind, Note};
use numguard_core::{block::imei::UNREAD, imei};

use crate::column::{Cell, Column, Keys};
use crate::normalize::{nulls_of, with_bits};
use crate::pages::Words;
use crate::parallel::{TASK, Threads};
use crate::regions::Reads;
use crate::{Error, parallel};

/// The count of rows that are read together.
const BLOCK: usize = 2048;

/// The index of an absent value: the kind of a refused cell, or the note of a clean one.
const NONE: i8 = -1;

/// One cell: its key, or 0, and the indices of its class and its note in their closed lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CellAnswer {
    key: u64,
    class: i8,
    note: i8,
}

/// A null cell.
const NULL: CellAnswer = CellAnswer {
    key: 0,
    class: NONE,
    note: NONE,
};

impl CellAnswer {
    #[inline]
    fn of_number(reading: msisdn::Reading) -> Self {
        Self {
            key: reading.msisdn,
            class: reading.kind.map_or(NONE, |kind| kind as i8),
            note: reading.note.map_or(NONE, |note| note as i8),
        }
    }

    #[inline]
    fn of_handset(reading: imei::Reading) -> Self {
        Self {
            key: reading.imei14,
            class: reading.form.map_or(NONE, |form| form as i8),
            note: reading.note.map_or(NONE, |note| note as i8),
        }
    }
}

/// Some rows of the result.
struct Block<'a> {
    keys: &'a mut [u64],
    classes: &'a mut [i8],
    notes: &'a mut [i8],
}

impl Block<'_> {
    #[inline]
    fn set(&mut self, row: usize, answer: CellAnswer) {
        self.keys[row] = answer.key;
        self.classes[row] = answer.class;
        self.notes[row] = answer.note;
    }
}

/// Reads every cell: a struct of `msisdn` (uint64), `kind` and `note` (dictionaries of text), all null for a null cell.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::OneEach`].
pub fn explain(array: &dyn Array, reads: Reads<'_>, threads: Threads) -> Result<ArrayRef, Error> {
    let column = Column::reading(array, reads)?;
    let read = |column: &Column<'_>, start: usize, block: Block<'_>| match reads {
        Reads::As(Keys::Msisdn(region)) => explain_numbers(column, |_| region, start, block),
        _ => explain_numbers(column, |row| column.region_at(row), start, block),
    };
    let kinds = Kind::ALL.iter().map(|kind| kind.code());
    Explained::of(&column, threads, &read).assemble(threads, "msisdn", ("kind", kinds))
}

/// Reads every cell: a struct of `imei14` (uint64), `form` and `note` (dictionaries of text), all null for a null cell.
///
/// # Errors
/// [`Error::UnsupportedType`].
pub fn explain_imei(array: &dyn Array, threads: Threads) -> Result<ArrayRef, Error> {
    let column = Column::new(array, Keys::Imei)?;
    let forms = Form::ALL.iter().map(|form| form.code());
    Explained::of(&column, threads, &explain_handsets).assemble(threads, "imei14", ("form", forms))
}

fn explain_numbers(
    column: &Column<'_>,
    region_at: impl Fn(usize) -> Region,
    start: usize,
    mut block: Block<'_>,
) {
    column.fill_plain(start, block.keys);
    for row in 0..block.keys.len() {
        let region = region_at(start + row);
        let answer = match column.cell(start + row) {
            None => NULL,
            Some(cell) => plain(cell, block.keys[row], region)
                .unwrap_or_else(|| CellAnswer::of_number(cell.msisdn(region))),
        };
        block.set(row, answer);
    }
}

/// The result for a cell whose number was read with many others; `None` if it was not, or if more has to be known.
#[inline]
fn plain(cell: Cell<'_>, key: u64, region: Region) -> Option<CellAnswer> {
    if let Region::Of(_) = region {
        return (key != 0).then(|| CellAnswer::of_number(msisdn::read_u64(key, region)));
    }
    let answer = CellAnswer::of_number(msisdn::mobile(key)?);
    match cell {
        Cell::Text(text) if answer.note == NONE && text.ends_with(b".0") => Some(CellAnswer {
            note: Note::TrailingDecimal as i8,
            ..answer
        }),
        _ => Some(answer),
    }
}

fn explain_handsets(column: &Column<'_>, start: usize, mut block: Block<'_>) {
    column.fill_forms(start, block.keys);
    let mut kept = [0; BLOCK];
    let kept = &mut kept[..block.keys.len()];
    for (kept, &word) in kept.iter_mut().zip(&*block.keys) {
        *kept = block::imei::key(word);
    }
    block::imei::drop_placeholders(CodePath::chosen(), kept);
    for (row, &key) in kept.iter().enumerate() {
        let word = block.keys[row];
        let answer = match column.cell(start + row) {
            None => NULL,
            Some(cell) if word == UNREAD => CellAnswer::of_handset(cell.imei()),
            Some(_) => CellAnswer {
                key,
                class: block::imei::form(word).map_or(NONE, |form| form as i8),
                note: if key == 0 {
                    Note::Placeholder as i8
                } else {
                    NONE
                },
            },
        };
        block.set(row, answer);
    }
}

/// The results of the cells of a column.
struct Explained {
    keys: Words,
    classes: Vec<i8>,
    notes: Vec<i8>,
}

impl Explained {
    /// Reads a column, `read` rows at a time.
    fn of(
        column: &Column<'_>,
        threads: Threads,
        read: &(impl Fn(&Column<'_>, usize, Block<'_>) + Sync),
    ) -> Self {
        match column.as_words() {
            Some((rows, words)) => {
                let words = Self::of(words, threads, read);
                Self::filled(column.len(), threads, |start, block| {
                    words.gather(column, start, rows, block);
                })
            }
            None => Self::filled(column.len(), threads, |start, block| {
                read(column, start, block);
            }),
        }
    }

    /// A result of so many rows, `fill` blocks at a time.
    fn filled(rows: usize, threads: Threads, fill: impl Fn(usize, Block<'_>) + Sync) -> Self {
        let mut answer = Self {
            keys: Words::of_result(rows),
            classes: vec![NONE; rows],
            notes: vec![NONE; rows],
        };
        let tasks = answer
            .keys
            .as_mut_slice()
            .chunks_mut(TASK)
            .zip(answer.classes.chunks_mut(TASK))
            .zip(answer.notes.chunks_mut(TASK))
            .enumerate();
        parallel::map(threads, tasks.collect(), |(n, ((keys, classes), notes))| {
            let blocks = keys
                .chunks_mut(BLOCK)
                .zip(classes.chunks_mut(BLOCK))
                .zip(notes.chunks_mut(BLOCK));
            for (at, ((keys, classes), notes)) in blocks.enumerate() {
                let block = Block {
                    keys,
                    classes,
                    notes,
                };
                fill(n * TASK + at * BLOCK, block);
            }
        });
        answer
    }

    /// For each row of `column`, which is one of these words, the result of that word.
    fn gather(&self, column: &Column<'_>, start: usize, rows: &[u32], mut block: Block<'_>) {
        let keys = self.keys.as_slice();
        for row in 0..block.keys.len() {
            let word = rows[start + row] as usize;
            let answer = if column.is_null(start + row) {
                NULL
            } else {
                CellAnswer {
                    key: keys[word],
                    class: self.classes[word],
                    note: self.notes[word],
                }
            };
            block.set(row, answer);
        }
    }

    /// Builds the struct. The dictionaries always hold the whole closed list, so that the batches of a stream agree.
    fn assemble<'a>(
        mut self,
        threads: Threads,
        key_name: &str,
        (class_name, class_codes): (&str, impl Iterator<Item = &'a str>),
    ) -> Result<ArrayRef, Error> {
        let mut valid = vec![0; self.classes.len().div_ceil(64)];
        let keys = self.keys.as_mut_slice();
        parallel::fill_with_bits(threads, keys, &mut valid, |_, keys, valid| {
            block::are_keys(keys, valid);
        });
        let keys = with_bits(self.keys.into_buffer().into(), valid);
        let classes = dictionary(places(self.classes, threads), class_codes)?;
        let notes = notes_of(places(self.notes, threads))?;
        let fields = Fields::from(vec![
            Field::new(key_name, DataType::UInt64, true),
            Field::new(class_name, classes.data_type().clone(), true),
            Field::new("note", notes.data_type().clone(), true),
        ]);
        let columns: Vec<ArrayRef> = vec![Arc::new(keys), Arc::new(classes), Arc::new(notes)];
        Ok(Arc::new(StructArray::try_new(fields, columns, None)?))
    }
}

/// Indices, with [`NONE`] for null, as an array. A null has the index 0, which every dictionary has.
fn places(mut places: Vec<i8>, threads: Threads) -> Int8Array {
    /// The bit of a byte that distinguishes [`NONE`] from every index.
    const SIGN: u8 = 0x80;
    let mut present = vec![0; places.len().div_ceil(64)];
    parallel::fill_with_bits(threads, &mut places, &mut present, |_, places, present| {
        for (places, present) in places.chunks_mut(64).zip(present) {
            let mut bytes = [NONE.cast_unsigned(); 64];
            bytes[..places.len()].copy_from_slice(bytemuck::cast_slice(places));
            *present = !bytes_with(SIGN, &bytes);
            for place in places {
                *place = (*place).max(0);
            }
        }
    });
    let nulls = nulls_of(BooleanBuffer::new(present.into(), 0, places.len()));
    Int8Array::new(places.into(), nulls)
}

/// Indices in the closed list of notes, null for none, as a dictionary of their codes.
pub(crate) fn notes_of(places: Int8Array) -> Result<DictionaryArray<Int8Type>, Error> {
    dictionary(places, Note::ALL.iter().map(|note| note.code()))
}

fn dictionary<'a>(
    places: Int8Array,
    codes: impl Iterator<Item = &'a str>,
) -> Result<DictionaryArray<Int8Type>, Error> {
    let codes = StringArray::from_iter_values(codes);
    Ok(DictionaryArray::try_new(places, Arc::new(codes))?)
}

#[cfg(test)]
mod tests {
    use arrow_array::types::{Int32Type, Int64Type};
    use arrow_array::{
        DictionaryArray, Float64Array, Int32Array, Int64Array, RunArray, StringViewArray,
        UInt64Array,
    };

    use super::*;
    use crate::regions::Regions;

    /// Cells that blocks read, and cells that they nearly read; more than a block of them.
    fn texts() -> Vec<Option<String>> {
        // The last one's series is that of fixed lines too.
        const NATIONALS: [u64; 8] = [
            9_876_543_210,
            6_000_000_000,
            9_999_999_999,
            8_484_848_484,
            5_876_543_210,
            7_012_345_678,
            6_363_636_363,
            6_114_712_345,
        ];
        const FORMS: [(&str, &str); 16] = [
            ("", ""),
            ("", ".0"),
            ("", ".00"),
            ("91", ""),
            ("91", ".0"),
            ("+91 ", ""),
            ("0", ""),
            ("0", ".0"),
            ("0091-", ""),
            ("'", ""),
            ("+91 (0) ", ""),
            ("call ", ""),
            ("", " / 9876543211"),
            ("-", ""),
            ("", "@ybl"),
            ("", "\u{a0}"),
        ];
        let imeis = [
            "35824005111111",
            "358240051111110",
            "358240051111111",
            "358240051111112",
            "3582400511111101",
            "000000000000000",
            "12345678901234",
            "'358240051111110'",
            "35-824005-111111-0",
            "",
            "n/a",
            "012345678901234",
            "35824005111111.0",
        ];
        let numbers = (0..2 * BLOCK + 77).map(|row| {
            let (before, behind) = FORMS[row % FORMS.len()];
            let national = NATIONALS[row / FORMS.len() % NATIONALS.len()];
            (row % 31 != 5).then(|| format!("{before}{national}{behind}"))
        });
        let imeis =
            (0..BLOCK + 9).map(|row| (row % 7 != 3).then(|| imeis[row % imeis.len()].to_owned()));
        numbers.chain(imeis).collect()
    }

    fn integers() -> Vec<Option<u64>> {
        let keys = [
            0,
            1,
            9_876_543_210,
            919_876_543_210,
            9_109_876_543_210,
            918_484_848_484,
            442_079_460_000,
            911_409_305_260,
            35_824_005_111_111,
            358_240_051_111_110,
            3_582_400_511_111_101,
            12_345_678_901_234,
            999_999_999_999_999,
            1 << 62,
        ];
        (0..BLOCK + 100)
            .map(|row| (row % 13 != 4).then(|| keys[row % keys.len()]))
            .collect()
    }

    /// The same cells in every layout that holds them.
    fn columns() -> Vec<ArrayRef> {
        let (texts, integers) = (texts(), integers());
        let distinct = StringArray::from(texts[..512].to_vec());
        let places = (0..3000).map(|row| (row % 17 != 2).then_some(row * 7 % 512));
        let places = Int32Array::from_iter(places);
        let ends = Int32Array::from_iter_values((1..=512).map(|end| end * 3));
        let words = Arc::new(distinct);
        let signed = |value: &Option<u64>| value.map(u64::cast_signed);
        let floats = integers.iter().enumerate().map(|(row, value)| {
            let value = value.unwrap_or(7) as f64;
            (row % 11 != 3).then_some(if row % 19 == 6 { f64::NAN } else { value })
        });
        let dictionary = DictionaryArray::<Int32Type>::new(places, words.clone());
        let sliced = dictionary.slice(100, 40);
        vec![
            Arc::new(StringArray::from(texts.clone())),
            Arc::new(StringArray::from(texts.clone()).slice(65, BLOCK)),
            Arc::new(
                texts
                    .iter()
                    .map(Option::as_deref)
                    .collect::<StringViewArray>(),
            ),
            Arc::new(dictionary),
            Arc::new(sliced),
            Arc::new(RunArray::<Int32Type>::try_new(&ends, words.as_ref()).expect("runs")),
            Arc::new(UInt64Array::from(integers.clone())),
            Arc::new(
                integers
                    .iter()
                    .map(signed)
                    .collect::<arrow_array::PrimitiveArray<Int64Type>>(),
            ),
            Arc::new(Int64Array::from(vec![-1, i64::MIN, 9_876_543_210])),
            Arc::new(Float64Array::from_iter(floats)),
            arrow_array::new_null_array(&DataType::Null, 70),
            arrow_array::new_null_array(&DataType::Utf8, 70),
            arrow_array::new_empty_array(&DataType::Utf8),
        ]
    }

    /// The expected rows: each cell read by itself.
    fn expected(
        column: &Column<'_>,
        answer: impl Fn(Cell<'_>, usize) -> CellAnswer,
    ) -> Vec<CellAnswer> {
        (0..column.len())
            .map(|row| column.cell(row).map_or(NULL, |cell| answer(cell, row)))
            .collect()
    }

    fn rows_of(answer: Explained) -> Vec<CellAnswer> {
        let keys = answer.keys.as_slice().to_vec();
        keys.into_iter()
            .zip(answer.classes)
            .zip(answer.notes)
            .map(|((key, class), note)| CellAnswer { key, class, note })
            .collect()
    }

    #[test]
    fn blocks_say_what_cells_say() {
        let mut notes = [0; 64];
        for array in columns() {
            let codes = (0..array.len()).map(|row| ["GB", "IN", "US", "IN", "??"].get(row * 7 % 6));
            let by_row = Regions::of(&StringArray::from_iter(codes)).expect("codes");
            let abroad = ["GB", "US"].map(|name| Region::named(name).expect("a region"));
            let all = [Region::In, Region::E164].into_iter().chain(abroad);
            for reads in all.map(Reads::from).chain([by_row.reads()]) {
                let column = Column::reading(&array, reads).expect("a column");
                let expected = expected(&column, |cell, row| {
                    CellAnswer::of_number(cell.msisdn(column.region_at(row)))
                });
                for answer in expected.iter().filter(|answer| answer.note != NONE) {
                    notes[answer.note as usize] += 1;
                }
                let read = |column: &Column<'_>, start: usize, block: Block<'_>| {
                    explain_numbers(column, |row| column.region_at(row), start, block);
                };
                let answer = rows_of(Explained::of(&column, None, &read));
                assert_eq!(answer, expected, "{reads:?} {}", array.data_type());
            }
            let column = Column::new(&array, Keys::Imei).expect("a column");
            let expected = expected(&column, |cell, _| CellAnswer::of_handset(cell.imei()));
            let answer = Explained::of(&column, None, &explain_handsets);
            assert_eq!(rows_of(answer), expected, "{}", array.data_type());
        }
        for note in [
            Note::TrailingDecimal,
            Note::Placeholder,
            Note::SeveralNumbers,
        ] {
            assert!(notes[note as usize] > 0, "{note:?} was not met");
        }
    }

    #[test]
    fn places_are_null_where_there_is_none() {
        let given: Vec<i8> = (0..200).map(|row| (row % 5) as i8 - 1).collect();
        let array = places(given.clone(), None);
        for (row, &place) in given.iter().enumerate() {
            assert_eq!(array.is_null(row), place == NONE);
            assert_eq!(array.value(row), place.max(0));
        }
    }
}
