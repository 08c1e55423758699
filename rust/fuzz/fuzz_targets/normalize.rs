//! A cell read by the library and by the oracle, under both regions.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numguard_core::msisdn::{Region, Style, format, kind, read, read_u64};
use numguard_core::naive;

/// The oracle tries all readings; longer cells would be slower and test nothing else.
const LONGEST: usize = 96;

fuzz_target!(|cell: &str| {
    if cell.len() > LONGEST {
        return;
    }
    for region in [Region::In, Region::E164] {
        let reading = read(cell, region);
        assert_eq!(reading, naive::msisdn::read(cell, region), "{region:?}");
        if reading.msisdn != 0 {
            assert_eq!(read_u64(reading.msisdn, region).msisdn, reading.msisdn);
            assert_eq!(Some(kind(reading.msisdn)), reading.kind);
            let mut text = String::new();
            format(reading.msisdn, Style::E164, &mut text);
            assert_eq!(read(&text, region).msisdn, reading.msisdn);
        }
    }
});
