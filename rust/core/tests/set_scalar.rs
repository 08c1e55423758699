//! The frozen set against the standard library's.
use std::collections::BTreeSet;
use std::sync::Arc;

use numguard_core::Error;
use numguard_core::set::{FrozenSet, KeyType};

#[test]
fn a_small_set_answers_as_the_standard_library_does() {
    let keys = vec![919_876_543_210, 7, u64::MAX, 0, 7, 919_876_543_211];
    let set = FrozenSet::build(keys.clone(), KeyType::Msisdn);
    let truth: BTreeSet<u64> = keys.into_iter().filter(|&key| key != 0).collect();
    assert!(set.iter().eq(truth.iter().copied()));
    for (rank, &key) in truth.iter().enumerate() {
        assert_eq!(set.position(key), Some(rank as u32));
    }
    assert!(!set.contains(0));
    let again = FrozenSet::from_bytes(Arc::new(set.as_bytes().to_vec()), KeyType::Msisdn).unwrap();
    assert_eq!(again, set);
    assert_eq!(again.verify(), Ok(()));
    assert!(matches!(
        FrozenSet::from_bytes(Arc::new(set.as_bytes().to_vec()), KeyType::Imei14),
        Err(Error::SetKeyType { .. })
    ));
}
