//! Small integers as Parquet packs them: runs of one value, and bit-packed groups of eight values.
//!
//! Levels and dictionary indices have this form (Apache Parquet format, `Encodings.md`, "RLE / bit-packing hybrid").

use parquet::errors::ParquetError;

/// Integers that are packed together, and how many.
enum Run<'a> {
    /// One value, repeated.
    Repeated(u32, usize),
    /// Groups of eight values; the last may be padded, or end early.
    Packed(&'a [u8], usize),
}

impl<'a> Run<'a> {
    /// Reads the next run of integers of `width` bits from the front of `bytes`.
    fn next(bytes: &mut &'a [u8], width: u32) -> Result<Self, ParquetError> {
        let header = varint(bytes)?;
        let length = usize::try_from(header >> 1).map_err(|_| cut_short())?;
        if width > 32 || length == 0 {
            return Err(cut_short());
        }
        if header & 1 == 1 {
            let packed = length.saturating_mul(width as usize).min(bytes.len());
            let (groups, rest) = bytes.split_at(packed);
            *bytes = rest;
            return Ok(Self::Packed(groups, length.saturating_mul(8)));
        }
        let (value, rest) = bytes
            .split_at_checked(width.div_ceil(8) as usize)
            .ok_or_else(cut_short)?;
        *bytes = rest;
        let mut word = [0; 4];
        word[..value.len()].copy_from_slice(value);
        let value = u32::from_le_bytes(word);
        if u64::from(value) >> width != 0 {
            return Err(too_wide());
        }
        Ok(Self::Repeated(value, length))
    }

    fn len(&self) -> usize {
        match *self {
            Self::Repeated(_, length) | Self::Packed(_, length) => length,
        }
    }
}

/// Unpacks exactly `count` integers of `width` bits and appends them to `out`.
///
/// # Errors
/// When the bytes end before the integers do, or a run is malformed.
pub(super) fn unpack(
    mut bytes: &[u8],
    width: u32,
    count: usize,
    out: &mut Vec<u32>,
) -> Result<(), ParquetError> {
    let end = out.len() + count;
    out.reserve(count);
    while out.len() < end {
        let left = end - out.len();
        match Run::next(&mut bytes, width)? {
            Run::Repeated(value, length) => {
                out.extend(std::iter::repeat_n(value, length.min(left)));
            }
            Run::Packed(groups, length) => {
                let count = length.min(left);
                check_length(groups, width, count)?;
                out.extend((0..count).map(|n| unpacked(groups, width, n)));
            }
        }
    }
    Ok(())
}

/// Unpacks the integers of `width` bits at the ascending `places`, without the others.
///
/// # Errors
/// As [`unpack`], up to the last place.
pub(super) fn unpack_at(
    mut bytes: &[u8],
    width: u32,
    places: impl Iterator<Item = usize>,
) -> Result<Vec<u32>, ParquetError> {
    let (mut run, mut start, mut end) = (Run::Repeated(0, 0), 0, 0usize);
    let at = |place| {
        while place >= end {
            run = Run::next(&mut bytes, width)?;
            start = end;
            end = start.saturating_add(run.len());
        }
        match run {
            Run::Repeated(value, _) => Ok(value),
            Run::Packed(groups, _) => {
                check_length(groups, width, place - start + 1)?;
                Ok(unpacked(groups, width, place - start))
            }
        }
    };
    places.map(at).collect()
}

/// Whether `bytes` are one run of ones that covers `count` levels: a page without nulls.
pub(super) fn is_all_ones(mut bytes: &[u8], count: usize) -> bool {
    varint(&mut bytes).is_ok_and(|header| {
        header & 1 == 0 && header >> 1 >= count as u64 && bytes.first() == Some(&1)
    })
}

/// Checks that `count` integers are in `groups`.
fn check_length(groups: &[u8], width: u32, count: usize) -> Result<(), ParquetError> {
    if (count as u64 * u64::from(width)).div_ceil(8) > groups.len() as u64 {
        return Err(cut_short());
    }
    Ok(())
}

/// The `n`-th integer of `groups`, which have it.
fn unpacked(groups: &[u8], width: u32, n: usize) -> u32 {
    let mask = (1u64 << width) - 1;
    let bit = n * width as usize;
    let word = match groups[bit / 8..].first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => {
            let rest = &groups[bit / 8..];
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(word)
        }
    };
    (word >> (bit % 8) & mask) as u32
}

/// Seven bits a byte, the lowest first.
fn varint(bytes: &mut &[u8]) -> Result<u64, ParquetError> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or_else(cut_short)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(cut_short())
}

fn cut_short() -> ParquetError {
    ParquetError::EOF("a page ends before its last level or index".to_owned())
}

fn too_wide() -> ParquetError {
    ParquetError::General("a page has a level or index that is wider than stated".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Packs the values, in runs or in groups as `as_runs` chooses for each piece.
    fn pack(pieces: &[(bool, Vec<u32>)], width: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (as_runs, values) in pieces {
            if *as_runs {
                for run in values.chunk_by(|a, b| a == b) {
                    put_varint(&mut bytes, (run.len() as u64) << 1);
                    bytes.extend(&run[0].to_le_bytes()[..width.div_ceil(8) as usize]);
                }
            } else {
                let groups = values.len().div_ceil(8);
                put_varint(&mut bytes, (groups as u64) << 1 | 1);
                let mut bits = vec![0u8; groups * width as usize];
                for (n, value) in values.iter().enumerate() {
                    for bit in 0..width as usize {
                        let at = n * width as usize + bit;
                        bits[at / 8] |= ((value >> bit & 1) as u8) << (at % 8);
                    }
                }
                bytes.extend(bits);
            }
        }
        bytes
    }

    fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
    }

    prop_compose! {
        fn packed()(width in 0u32..=32)(
            width in Just(width),
            pieces in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u32>(), 1..40)), 1..6),
        ) -> (u32, Vec<(bool, Vec<u32>)>) {
            let mask = ((1u64 << width) - 1) as u32;
            let last = pieces.len() - 1;
            let pieces = pieces.into_iter().enumerate().map(|(n, (as_runs, mut values))| {
                values.iter_mut().for_each(|value| *value &= mask);
                if !as_runs && n < last {
                    // Only the last group may be padded.
                    values.resize(values.len().next_multiple_of(8), 0);
                }
                (as_runs, values)
            });
            (width, pieces.collect())
        }
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked((width, pieces) in packed()) {
            let values: Vec<u32> = pieces.iter().flat_map(|(_, values)| values.clone()).collect();
            let bytes = pack(&pieces, width);
            let mut out = Vec::new();
            unpack(&bytes, width, values.len(), &mut out).unwrap();
            prop_assert_eq!(&out, &values);
            for step in [1, 3, 11] {
                let places = (0..values.len()).skip(step / 2).step_by(step);
                let some: Vec<u32> = places.clone().map(|place| values[place]).collect();
                prop_assert_eq!(unpack_at(&bytes, width, places).unwrap(), some);
            }
            if width == 1 {
                prop_assert!(!is_all_ones(&bytes, values.len()) || values.iter().all(|&value| value == 1));
            }
        }

        #[test]
        fn any_bytes_are_unpacked_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), width in 0u32..40, count in 0usize..500) {
            let mut out = Vec::new();
            let some = unpack_at(&bytes, width, (0..count).step_by(2));
            if unpack(&bytes, width, count, &mut out).is_ok() {
                prop_assert_eq!(out.len(), count);
                prop_assert!(out.iter().all(|&value| u64::from(value) < 1 << width));
                prop_assert_eq!(some.unwrap(), out.into_iter().step_by(2).collect::<Vec<_>>());
            }
        }
    }
}
