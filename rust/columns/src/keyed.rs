//! Keys -> keyed hashes of their digits.
//!
//! One idea: the key of the hash is mixed once, and each number begins with a copy of that state.

use arrow_array::{Array, ArrayRef};
use hmac::{Hmac, KeyInit, Mac};
use numguard_core::block::write::{Text, WIDEST};
use numguard_core::msisdn::{Region, Style};
use sha2::Sha256;

use crate::Error;
use crate::column::Keys;
use crate::format::write_keys;
use crate::parallel::Threads;

/// Hexadecimal digits of a hash.
const HEX_DIGITS: usize = 64;

/// HMAC-SHA-256 (RFC 2104) of the E.164 digits of `UInt64` MSISDNs, in hexadecimal digits; null if the input is null or
/// no number.
///
/// # Errors
/// [`Error::WrongType`] for any type but `UInt64`: normalise text first. [`Error::TooLong`] past 2^31 - 1 bytes.
///
/// # Panics
/// Never: HMAC takes a key of any length.
pub fn keyed_hash(msisdns: &dyn Array, key: &[u8], threads: Threads) -> Result<ArrayRef, Error> {
    let keyed: Hmac<Sha256> = Hmac::new_from_slice(key).expect("a key of any length");
    let len = |number: u64| if number == 0 { 0 } else { HEX_DIGITS };
    let write = |number: u64, out: &mut [u8]| {
        let mut digits = [0; WIDEST];
        let digits = match Text::of_msisdn(number, Style::Digits).write(&mut digits) {
            0 => return 0,
            len => &digits[..len],
        };
        let hash = keyed.clone().chain_update(digits).finalize().into_bytes();
        let (places, _) = out[..HEX_DIGITS].as_chunks_mut();
        for (place, byte) in places.iter_mut().zip(hash) {
            *place = [byte >> 4, byte & 15].map(|half| b"0123456789abcdef"[usize::from(half)]);
        }
        HEX_DIGITS
    };
    write_keys(
        msisdns,
        (Keys::Msisdn(Region::E164), None),
        threads,
        len,
        write,
    )
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::{StringArray, UInt64Array};

    use super::*;
    use crate::parallel::TASK;

    #[test]
    fn equal_to_other_tools_and_null_without_a_number() {
        // printf 919876543210 | openssl dgst -sha256 -hmac 0123456789abcdef
        let hash = "5c89cc3cfa121b275ab307b513e691230c13faa85df9921a2adc943fa1853e3c";
        let numbers = UInt64Array::from(vec![
            Some(919_876_543_210),
            None,
            Some(7),
            Some(919_876_543_210),
        ]);
        let threads = None;
        let found = keyed_hash(&numbers, b"0123456789abcdef", threads).unwrap();
        let expected = StringArray::from(vec![Some(hash), None, None, Some(hash)]);
        assert_eq!(found.as_string(), &expected);
        let text = StringArray::from(vec!["919876543210"]);
        assert!(matches!(
            keyed_hash(&text, b"k", threads),
            Err(Error::WrongType { .. })
        ));
    }

    #[test]
    fn many_rows_are_as_each_by_itself() {
        let numbers = UInt64Array::from_iter(
            (0..TASK as u64 + 70).map(|n| (n % 3 > 0).then_some(919_000_000_000 + n)),
        );
        let threads = None;
        let all = keyed_hash(&numbers, b"k", threads).unwrap();
        let all: &StringArray = all.as_string();
        for row in [0, 1, 63, 64, 65, TASK - 1, TASK, TASK + 69] {
            let one = keyed_hash(&numbers.slice(row, 1), b"k", threads).unwrap();
            assert_eq!(&all.slice(row, 1), one.as_string::<i32>());
        }
    }
}
