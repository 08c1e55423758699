//! The bytes of a saved set: what opens, what is refused, and that no bytes cause a read out of bounds.

mod set_keys;

use std::sync::Arc;

use numguard_core::Error;
use numguard_core::cpu::CodePath;
use numguard_core::set::{FrozenSet, KeyType};
use set_keys::{Draw, FAMILIES, draw_queries, set};

fn open(bytes: &[u8]) -> Result<FrozenSet, Error> {
    FrozenSet::from_bytes(Arc::new(bytes.to_vec()), KeyType::Msisdn)
}

/// Calls every method of a set with arbitrary contents. The results are arbitrary, but must be in range.
fn use_it(set: &FrozenSet, queries: &[u64]) {
    for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
        set.probe_on(path, queries, &mut vec![0; queries.len().div_ceil(64)]);
        let mut ranks = vec![0; queries.len()];
        set.positions_on(path, queries, &mut ranks);
        assert!(
            ranks
                .iter()
                .all(|&rank| rank == u32::MAX || (rank as usize) < set.len())
        );
    }
    assert!(set.iter().count() < set.nbytes() * 8);
}

/// Small sets that together have every section.
fn small_sets() -> Vec<(FrozenSet, Vec<u64>)> {
    let mut sets = Vec::new();
    for (_, draw_keys) in FAMILIES {
        let mut draw = Draw(3);
        let keys = draw_keys(&mut draw, 40);
        let queries = draw_queries(&mut draw, &keys, 200);
        sets.push((set(&keys), queries));
    }
    sets
}

#[test]
fn a_saved_set_opens() {
    for (set, queries) in small_sets() {
        let again = open(set.as_bytes()).unwrap();
        assert_eq!(again.verify(), Ok(()));
        assert_eq!(again, set);
        assert!(again.iter().eq(set.iter()));
        assert!(
            queries
                .iter()
                .all(|&key| again.position(key) == set.position(key))
        );
        assert_eq!(again.key_type(), KeyType::Msisdn);
    }
}

#[test]
fn unaligned_bytes_open_too() {
    struct Shifted(Vec<u8>, usize);
    impl AsRef<[u8]> for Shifted {
        fn as_ref(&self) -> &[u8] {
            &self.0[self.1..]
        }
    }
    let (set, _) = &small_sets()[4];
    for shift in 0..64 {
        let owner = Shifted([vec![0xff; shift], set.as_bytes().to_vec()].concat(), shift);
        assert_eq!(
            &FrozenSet::from_bytes(Arc::new(owner), KeyType::Msisdn).unwrap(),
            set
        );
    }
}

#[test]
fn every_truncation_is_refused() {
    for (set, _) in small_sets() {
        for len in 0..set.nbytes() {
            assert!(open(&set.as_bytes()[..len]).is_err());
        }
        assert!(open(&[set.as_bytes(), &[0]].concat()).is_err());
        assert!(open(&[set.as_bytes(), &[0; 64]].concat()).is_err());
    }
}

#[test]
fn every_flipped_bit_is_found_by_the_checksum_and_harmless_without_it() {
    for (set, queries) in small_sets() {
        let mut bytes = set.as_bytes().to_vec();
        let step = (bytes.len() / 300).max(1);
        for byte in (0..bytes.len()).filter(|byte| *byte < 192 || byte % step == 0) {
            for bit in 0..8 {
                bytes[byte] ^= 1 << bit;
                if let Ok(damaged) = open(&bytes) {
                    assert_eq!(damaged.verify(), Err(Error::SetChecksum));
                    use_it(&damaged, &queries);
                }
                bytes[byte] ^= 1 << bit;
            }
        }
    }
}

#[test]
fn swapped_and_scrambled_sections_are_harmless() {
    let mut draw = Draw(11);
    let mut opened = 0;
    for (set, queries) in small_sets() {
        for _ in 0..100 {
            let mut bytes = set.as_bytes().to_vec();
            let body = bytes.len() - 128;
            if body > 128 {
                let (from, to) = (
                    128 + draw.next() as usize % body / 64 * 64,
                    128 + draw.next() as usize % body / 64 * 64,
                );
                let len = 64.min(bytes.len() - from).min(bytes.len() - to);
                let moved = bytes[from..from + len].to_vec();
                bytes.copy_within(to..to + len, from);
                bytes[to..to + len].copy_from_slice(&moved);
            }
            for byte in &mut bytes[128..] {
                if draw.next().is_multiple_of(4) {
                    *byte = draw.next() as u8;
                }
            }
            if let Ok(damaged) = open(&bytes) {
                use_it(&damaged, &queries);
                opened += 1;
            }
        }
    }
    assert!(opened > 0);
}

#[test]
fn scrambled_headers_are_refused_or_harmless() {
    let mut draw = Draw(12);
    for (set, queries) in small_sets() {
        for _ in 0..2_000 {
            let mut bytes = set.as_bytes().to_vec();
            let word = 2 + draw.next() as usize % 14;
            let value = draw.next() >> (draw.next() % 64);
            bytes[word * 8..word * 8 + 8].copy_from_slice(&value.to_le_bytes());
            if let Ok(damaged) = open(&bytes) {
                use_it(&damaged, &queries);
            }
        }
    }
}

#[test]
fn each_refusal_names_its_reason() {
    let good = set(&[7, 9]).as_bytes().to_vec();
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        open(&bytes).map(|_| ())
    };
    assert_eq!(open(b"PAR1 and so on").map(|_| ()), Err(Error::SetMagic));
    assert_eq!(
        open(b"").map(|_| ()),
        Err(Error::SetLength {
            expected: 128,
            found: 0
        })
    );
    assert_eq!(
        open(&good[..good.len() - 3]).map(|_| ()),
        Err(Error::SetLength {
            expected: good.len() as u64,
            found: good.len() as u64 - 3
        })
    );
    assert_eq!(with(0, b'N'), Err(Error::SetMagic));
    assert_eq!(with(16, 9), Err(Error::SetVersion(9)));
    assert_eq!(with(20, 9), Err(Error::SetKeyTypeCode(9)));
    assert_eq!(
        with(20, 2),
        Err(Error::SetKeyType {
            expected: KeyType::Msisdn,
            found: KeyType::Imei14
        })
    );
    assert_eq!(with(32, 3), Err(Error::SetLayout("filter")));
    assert_eq!(with(127, 1), Err(Error::SetLayout("reserved words")));
}

#[test]
fn the_format_is_unchanged() {
    // Old files must stay readable: a change of these hashes requires a new version in the header.
    let hashes = FAMILIES.map(|(_, draw_keys)| set(&draw_keys(&mut Draw(1), 2_000)).content_hash());
    assert_eq!(hashes, HASHES);
}

const HASHES: [u64; 12] = [
    5126596780137197442,
    15642767343335398644,
    7198685234155250257,
    10630830382751381718,
    17543220573653143520,
    6619758175750456478,
    4951710931664101536,
    5163732812419855506,
    5261558517358281247,
    239035736398732574,
    6243906029542824378,
    3450435373241443675,
];
