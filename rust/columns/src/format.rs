//! Keys -> formatted numbers and IMEIs.
//!
//! One idea: two passes over the keys. The first adds up the lengths of the texts, so that the second can write each
//! text to its position on any thread. Both take some rows at once where all texts have the same length, as most have.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;
use numguard_core::block;
use numguard_core::block::uniform::Uniform;
use numguard_core::block::write::{Text, is_grouped_abroad, len_of_imei14, len_of_msisdn};
use numguard_core::msisdn::{self, Region, Style};

use crate::column::{Column, Keys};
use crate::error::Wanted;
use crate::normalize::nulls_of;
use crate::pages::Words;
use crate::parallel::{TASK, Threads};
use crate::{Error, parallel};

/// The count of rows that are written at once, or one by one if their texts differ in length: those of one word of bits.
const BLOCK: usize = 64;

/// Formats `UInt64` MSISDNs; null if the input is null or no number.
///
/// # Errors
/// [`Error::WrongType`] for any type but `UInt64`: normalise text first. [`Error::TooLong`] past 2^31 - 1 bytes.
pub fn format(msisdns: &dyn Array, style: Style, threads: Threads) -> Result<ArrayRef, Error> {
    // Keys are E.164 in every region.
    let keys = Keys::Msisdn(Region::E164);
    let texts = Some(Uniform::Msisdn(style));
    if matches!(style, Style::E164 | Style::Digits) {
        return write_keys(
            msisdns,
            (keys, texts),
            threads,
            |key| len_of_msisdn(key, style),
            |key, out| Text::of_msisdn(key, style).write(out),
        );
    }
    // Numbers of other countries are formatted one by one.
    let grouped = |key: u64| {
        let mut text = String::new();
        msisdn::format(key, style, &mut text);
        text
    };
    write_keys(
        msisdns,
        (keys, texts),
        threads,
        |key| {
            if is_grouped_abroad(key, style) {
                grouped(key).len()
            } else {
                len_of_msisdn(key, style)
            }
        },
        |key, out| {
            if is_grouped_abroad(key, style) {
                let text = grouped(key);
                out[..text.len()].copy_from_slice(text.as_bytes());
                text.len()
            } else {
                Text::of_msisdn(key, style).write(out)
            }
        },
    )
}

/// Formats `UInt64` IMEI14 keys as fifteen digits with a computed check digit; null if the input is no key.
///
/// # Errors
/// [`Error::WrongType`] for any type but `UInt64`. [`Error::TooLong`] past 2^31 - 1 bytes.
pub fn format_imei(imei14s: &dyn Array, threads: Threads) -> Result<ArrayRef, Error> {
    let how = (Keys::ImeiOrPlaceholder, Some(Uniform::Imei14));
    write_keys(imei14s, how, threads, len_of_imei14, |key, out| {
        Text::of_imei14(key).write(out)
    })
}

/// Writes the text of each key. `texts` are those of one length that are written a block at a time; `len` and `write`
/// know those of any key.
pub(crate) fn write_keys(
    array: &dyn Array,
    (keys, texts): (Keys, Option<Uniform>),
    threads: Threads,
    len: impl Fn(u64) -> usize + Sync,
    write: impl Fn(u64, &mut [u8]) -> usize + Sync,
) -> Result<ArrayRef, Error> {
    if !matches!(array.data_type(), DataType::UInt64 | DataType::Null) {
        return Err(Error::wrong_type(array.data_type(), Wanted::Keys));
    }
    let column = Column::new(array, keys)?;
    let rows = column.len();
    let runs = parallel::runs(rows, TASK).collect();
    let lengths = parallel::map(threads, runs, |run| {
        let mut length = 0;
        each_block(&column, texts, run, |_, keys, uniform| {
            length += match uniform {
                Some((texts, count)) => count * texts.len(),
                None => keys.iter().map(|&key| len(key)).sum(),
            };
        });
        length
    });
    let total: usize = lengths.iter().sum();
    let last = i32::try_from(total).map_err(|_| Error::TooLong)?;

    let mut bytes = Words::of_result(total.div_ceil(size_of::<u64>()));
    let mut offsets = Words::of_result((rows + 1).div_ceil(2));
    let mut present = vec![0; rows.div_ceil(64)];
    let mut rest = &mut bytemuck::cast_slice_mut::<u64, u8>(bytes.as_mut_slice())[..total];
    let (starts, end) =
        bytemuck::cast_slice_mut::<u64, i32>(offsets.as_mut_slice())[..=rows].split_at_mut(rows);
    end.fill(last);
    let (mut tasks, mut before) = (Vec::with_capacity(lengths.len()), 0);
    let pieces = parallel::runs(rows, TASK)
        .zip(lengths)
        .zip(starts.chunks_mut(TASK))
        .zip(present.chunks_mut(TASK / 64));
    for (((run, length), starts), present) in pieces {
        let (own, others) = rest.split_at_mut(length);
        tasks.push((run, before, own, starts, present));
        (rest, before) = (others, before + length);
    }
    parallel::map(threads, tasks, |(run, before, bytes, starts, present)| {
        let mut at = 0;
        each_block(&column, texts, run, |first, keys, uniform| {
            block::are_keys(keys, &mut present[first / BLOCK..][..1]);
            let starts = &mut starts[first..][..keys.len()];
            if let Some((texts, count)) = uniform {
                // Not larger than the last.
                let start = (before + at) as i32;
                start_uniform(starts, start, texts.len() as i32, keys, count);
                let end = at + count * texts.len();
                texts.write(keys, &mut bytes[at..end]);
                at = end;
                return;
            }
            for (start, &key) in starts.iter_mut().zip(keys) {
                *start = (before + at) as i32;
                at += write(key, &mut bytes[at..]);
            }
        });
        assert_eq!(at, bytes.len(), "each text has its length");
        assert!(bytes.is_ascii(), "texts are of ASCII");
    });

    let nulls = nulls_of(BooleanBuffer::new(present.into(), 0, rows));
    let offsets = ScalarBuffer::new(offsets.into_buffer(), 0, rows + 1);
    let bytes: Buffer = bytes.into_buffer().slice_with_length(0, total);
    Ok(Arc::new(array_of(offsets, bytes, nulls)))
}

/// The array of checked texts. The checks of arrow-rs are made on one thread and took a third of the time of formatting.
#[allow(unsafe_code)]
fn array_of(offsets: ScalarBuffer<i32>, bytes: Buffer, nulls: Option<NullBuffer>) -> StringArray {
    // SAFETY: the offsets begin with 0 and ascend to the length of the bytes: each is the sum of the lengths before it, and
    // each task checked that what it wrote is as long as the sum of its lengths.
    let offsets = unsafe { OffsetBuffer::new_unchecked(offsets) };
    // SAFETY: each task checked that its bytes are ASCII, so that every offset is the beginning of a character.
    unsafe { StringArray::new_unchecked(offsets, bytes, nulls) }
}

/// The starts of texts of one length, of which `count` are there; the first is at `start`.
fn start_uniform(starts: &mut [i32], start: i32, len: i32, keys: &[u64], count: usize) {
    if count == keys.len() {
        for (at, row) in starts.iter_mut().zip(0..) {
            *at = start + row * len;
        }
        return;
    }
    let mut next = start;
    for (at, &key) in starts.iter_mut().zip(keys) {
        *at = next;
        next += if key == 0 { 0 } else { len };
    }
}

/// Reads the keys of some rows by block: the start of the block among them; its keys, 0 for none; and the texts and the
/// count of keys if all have one of `texts`.
fn each_block(
    column: &Column<'_>,
    texts: Option<Uniform>,
    rows: Range<usize>,
    mut work: impl FnMut(usize, &[u64], Option<(Uniform, usize)>),
) {
    let uniform = |keys: &[u64]| texts.and_then(|texts| Some((texts, texts.count(keys)?)));
    let mut keys = [0; BLOCK];
    for start in rows.clone().step_by(BLOCK) {
        let len = BLOCK.min(rows.end - start);
        // Values that have such a text are keys.
        if let Some(values) = column.unsigned(start..start + len)
            && let Some(uniform) = uniform(values)
        {
            work(start - rows.start, values, Some(uniform));
            continue;
        }
        let keys = &mut keys[..len];
        column.fill(start, keys);
        work(start - rows.start, keys, uniform(keys));
    }
}
