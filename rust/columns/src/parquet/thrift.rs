//! Footers and page headers, validated before the Parquet reader uses them.
//!
//! One idea: **a count or a length is accepted only if the bytes that it counts exist.** The reader allocates the stated
//! size, and recurses for each level of nesting. A size of terabytes, or ten thousand levels, would abort the process,
//! which no handler can catch. Thrift's compact form (thrift-compact-protocol.md) is simple enough to read here: every
//! field is a byte with its type and the step to its number, and a value whose end can be found.

use parquet::errors::ParquetError;

/// The most levels of nested columns: more than any table has, and the limit of Arrow's C interface.
const NESTED: usize = 60;

/// The most levels of nested structs in a header; the reader has a similar limit.
const DEEP: usize = 16;

/// The types of fields.
const I32: u8 = 5;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Why Thrift data is not read.
#[derive(Debug, PartialEq)]
pub(super) enum ThriftError {
    /// The bytes end. If only the beginning was read, there may be more.
    Short,
    /// A count or a length exceeds the bytes that can exist, or a type is unknown.
    Invalid,
}

/// A reader of the fields of Thrift structs.
struct ThriftReader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The number of all bytes, including those that were not read.
    most: usize,
}

/// What a page header states, before it is checked.
#[derive(Debug, Default, PartialEq)]
pub(super) struct PageClaims {
    pub(super) is_dictionary: bool,
    pub(super) unpacked: u64,
    pub(super) packed: u64,
    pub(super) values: u64,
    /// Bytes of the header itself.
    pub(super) header: usize,
}

/// Reads a page header that begins with `bytes`, in a chunk that has `most` bytes from there on.
pub(super) fn page_claims(bytes: &[u8], most: u64) -> Result<PageClaims, ThriftError> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut reader = ThriftReader { bytes, at: 0, most };
    let mut claims = PageClaims::default();
    let mut last = 0;
    while let Some((id, kind)) = reader.field(&mut last)? {
        match (id, kind) {
            (1, I32) => claims.is_dictionary = reader.int()? == 2,
            (2, I32) => claims.unpacked = size(reader.int()?)?,
            (3, I32) => claims.packed = size(reader.int()?)?,
            // The header of a data page, a dictionary page, or a data page of version 2.
            (5 | 7 | 8, STRUCT) => claims.values = reader.values()?,
            _ => reader.skip(kind, DEEP)?,
        }
    }
    claims.header = reader.at;
    Ok(claims)
}

/// Refuses a footer that states more row groups than it has bytes, or columns nested deeper than [`NESTED`]. Returns
/// whether some of the columns are encrypted.
pub(super) fn check_footer(bytes: &[u8]) -> Result<bool, ParquetError> {
    let error = |why: &str| Err(ParquetError::General(why.to_owned()));
    match footer_claims(bytes) {
        Ok(claims) if claims.nested <= NESTED => Ok(claims.is_encrypted),
        Ok(_) => error("its columns are nested too deep"),
        Err(_) => error("its footer is damaged"),
    }
}

/// What a footer states.
#[derive(Debug, Default, PartialEq)]
struct FooterClaims {
    /// The depth of nested columns.
    nested: usize,
    /// Whether it names a cipher: a footer that is not encrypted does if some of the columns are.
    is_encrypted: bool,
}

/// What a footer states. Also reads over the row groups, so that their count is checked.
fn footer_claims(bytes: &[u8]) -> Result<FooterClaims, ThriftError> {
    let most = bytes.len();
    let mut reader = ThriftReader { bytes, at: 0, most };
    let mut claims = FooterClaims::default();
    let mut last = 0;
    while let Some((id, kind)) = reader.field(&mut last)? {
        match (id, kind) {
            (2, LIST) => claims.nested = reader.nesting()?,
            (8, STRUCT) => {
                claims.is_encrypted = true;
                reader.skip(kind, DEEP)?;
            }
            _ => reader.skip(kind, DEEP)?,
        }
        if claims.nested > NESTED {
            break;
        }
    }
    Ok(claims)
}

fn size(value: i64) -> Result<u64, ThriftError> {
    u64::try_from(value).map_err(|_| ThriftError::Invalid)
}

impl ThriftReader<'_> {
    fn byte(&mut self) -> Result<u8, ThriftError> {
        let byte = *self.bytes.get(self.at).ok_or(ThriftError::Short)?;
        self.at += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> Result<u64, ThriftError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(ThriftError::Invalid)
    }

    /// A zigzag number.
    fn int(&mut self) -> Result<i64, ThriftError> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Skips bytes.
    fn skip_bytes(&mut self, len: u64) -> Result<(), ThriftError> {
        let left = self.most.saturating_sub(self.at);
        let len = usize::try_from(len).ok().filter(|&len| len <= left);
        self.at += len.ok_or(ThriftError::Invalid)?;
        if self.at > self.bytes.len() {
            return Err(ThriftError::Short);
        }
        Ok(())
    }

    /// The number and type of the next field of a struct; `None` at its end.
    fn field(&mut self, last: &mut i64) -> Result<Option<(i64, u8)>, ThriftError> {
        let byte = self.byte()?;
        if byte == 0 {
            return Ok(None);
        }
        *last = match byte >> 4 {
            0 => self.int()?,
            step => last.saturating_add(i64::from(step)),
        };
        Ok(Some((*last, byte & 0xf)))
    }

    /// The length and type of a list, each of whose elements has at least one byte.
    fn list(&mut self) -> Result<(u64, u8), ThriftError> {
        let byte = self.byte()?;
        let len = match byte >> 4 {
            15 => self.varint()?,
            len => u64::from(len),
        };
        if len > self.most.saturating_sub(self.at) as u64 {
            return Err(ThriftError::Invalid);
        }
        Ok((len, byte & 0xf))
    }

    /// Skips a value. `levels`: how deep structs, lists and maps may be nested.
    fn skip(&mut self, kind: u8, levels: usize) -> Result<(), ThriftError> {
        let levels = levels.checked_sub(1).ok_or(ThriftError::Invalid)?;
        match kind {
            1 | 2 => Ok(()), // the type of a field is its value
            3 => self.skip_bytes(1),
            4..=6 => self.varint().map(drop),
            7 => self.skip_bytes(8),
            8 => {
                let len = self.varint()?;
                self.skip_bytes(len)
            }
            LIST | 10 => {
                let (len, kind) = self.list()?;
                (0..len).try_for_each(|_| self.skip_element(kind, levels))
            }
            11 => {
                let len = self.varint()?;
                if len == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                (0..len).try_for_each(|_| {
                    self.skip_element(kinds >> 4, levels)?;
                    self.skip_element(kinds & 0xf, levels)
                })
            }
            STRUCT => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip(kind, levels)?;
                }
                Ok(())
            }
            13 => self.skip_bytes(16),
            _ => Err(ThriftError::Invalid),
        }
    }

    /// Skips an element of a list or map, in which a boolean is a byte.
    fn skip_element(&mut self, kind: u8, levels: usize) -> Result<(), ThriftError> {
        self.skip(if kind <= 2 { 3 } else { kind }, levels)
    }

    /// The number of values, which is field 1 of the header of each page type.
    fn values(&mut self) -> Result<u64, ThriftError> {
        let mut values = 0;
        let mut last = 0;
        while let Some((id, kind)) = self.field(&mut last)? {
            match (id, kind) {
                (1, I32) => values = size(self.int()?)?,
                _ => self.skip(kind, DEEP)?,
            }
        }
        Ok(values)
    }

    /// The depth of a schema: a list of columns, each after the column that contains it.
    fn nesting(&mut self) -> Result<usize, ThriftError> {
        const CHILDREN: i64 = 5;
        let (len, kind) = self.list()?;
        if kind != STRUCT {
            return Err(ThriftError::Invalid);
        }
        // For each incomplete column, the number of its children still to come.
        let mut open: Vec<i64> = Vec::new();
        let mut deepest = 0;
        for _ in 0..len {
            let mut children = 0;
            let mut last = 0;
            while let Some((id, kind)) = self.field(&mut last)? {
                match (id, kind) {
                    (CHILDREN, I32) => children = self.int()?,
                    _ => self.skip(kind, DEEP)?,
                }
            }
            if let Some(left) = open.last_mut() {
                *left -= 1;
            }
            if children > 0 {
                open.push(children);
                deepest = deepest.max(open.len());
                if deepest > NESTED {
                    break;
                }
            }
            while open.last() == Some(&0) {
                open.pop();
            }
        }
        Ok(deepest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A data page, 300 bytes unpacked, 150 packed, 10 values.
    const HEADER: [u8; 19] = [
        0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0xac, 0x02, 0x2c, 0x15, 0x14, 0x15, 0x00, 0x15, 0x06,
        0x15, 0x06, 0x00, 0x00,
    ];

    #[test]
    fn a_page_header_is_read() {
        let claims = page_claims(&HEADER, 169).unwrap();
        let expected = PageClaims {
            is_dictionary: false,
            unpacked: 300,
            packed: 150,
            values: 10,
            header: HEADER.len(),
        };
        assert_eq!(claims, expected);
        for len in 0..HEADER.len() {
            assert_eq!(
                page_claims(&HEADER[..len], 169),
                Err(ThriftError::Short),
                "{len}"
            );
        }
        // The same field with its number in full, which every reader accepts.
        let long = [&[0x05, 0x02][..], &HEADER[1..]].concat();
        assert_eq!(page_claims(&long, 169).unwrap().unpacked, 300);
        let negative = [0x15, 0x00, 0x15, 0x01, 0x15, 0x02, 0x00];
        assert_eq!(page_claims(&negative, 169), Err(ThriftError::Invalid));
    }

    #[test]
    fn a_length_beyond_the_chunk_is_invalid() {
        // Field 9 as binary: of 2^42 bytes, and of all bytes that are left.
        let too_long = [
            &HEADER[..18],
            &[0x48, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ]
        .concat();
        assert_eq!(page_claims(&too_long, 1 << 20), Err(ThriftError::Invalid));
        let long = [&HEADER[..18], &[0x48, 0x80, 0x04]].concat();
        assert_eq!(page_claims(&long, 533), Err(ThriftError::Short));
        assert_eq!(page_claims(&long, 532), Err(ThriftError::Invalid));
    }

    #[test]
    fn a_footer_of_many_levels_or_of_more_row_groups_than_bytes() {
        let group = [0x48, 0x01, b'a', 0x15, 0x02, 0x00];
        let column = [0x15, 0x04, 0x38, 0x01, b'a', 0x00];
        let footer = |levels: u8, groups: &[u8]| {
            let mut bytes = vec![0x15, 0x02, 0x19, 0xfc, levels + 1];
            bytes.extend(group.repeat(usize::from(levels)));
            bytes.extend(column);
            bytes.extend([0x16, 0x00]);
            bytes.extend(groups);
            bytes.push(0);
            bytes
        };
        let no_groups = [0x19, 0x0c];
        assert_eq!(
            footer_claims(&footer(1, &no_groups)).map(|claims| claims.nested),
            Ok(1)
        );
        assert_eq!(
            footer_claims(&footer(60, &no_groups)).map(|claims| claims.nested),
            Ok(60)
        );
        assert!(check_footer(&footer(60, &no_groups)).is_ok());
        let deep = check_footer(&footer(61, &no_groups)).unwrap_err();
        assert!(deep.to_string().contains("nested too deep"));
        assert!(check_footer(&footer(1, &[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07])).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(check_footer(&bytes));
            if let Ok(claims) = page_claims(&bytes, bytes.len() as u64) {
                prop_assert!(claims.header <= bytes.len());
            }
        }
    }
}
