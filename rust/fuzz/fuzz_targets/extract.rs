//! The numbers of a free text, found by the library and by the oracle, for a list and for a complaint.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numguard_core::msisdn::{Mentions, Region, extract, mentions, read};
use numguard_core::naive;
use numguard_core::notes::Note;

/// The oracle tries all readings; longer texts would be slower and test nothing else.
const LONGEST: usize = 160;

fuzz_target!(|text: &str| {
    if text.len() > LONGEST {
        return;
    }
    for region in [Region::In, Region::E164] {
        let mut found = Vec::new();
        extract(text, region, &mut found);
        assert_eq!(found, naive::msisdn::extract(text, region), "{region:?}");
        let named = mentions(text, region);
        assert_eq!(named, naive::msisdn::mentions(text, region), "{region:?}");
        assert!(found.iter().all(|number| named.numbers.contains(number)));
        let reading = read(text, region);
        if reading.msisdn != 0 {
            assert_eq!(found, [reading.msisdn]);
            // A sentence of phone words may leave open whose number it is.
            let doubt = named.doubt.filter(|&doubt| doubt == Note::TextWithDigits);
            let only = Mentions {
                numbers: found,
                doubt,
                rest: None,
            };
            assert_eq!(named, only);
        }
    }
});
