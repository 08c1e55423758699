//! A handset read by the library and by the oracle.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numguard_core::{imei, naive};

fuzz_target!(|cell: &str| {
    if cell.len() > 96 {
        return;
    }
    let reading = imei::read(cell);
    assert_eq!(reading, naive::imei::read(cell));
    if reading.imei14 != 0 {
        let again = imei::read_u64(reading.imei14);
        assert_eq!((again.imei14, again.note), (reading.imei14, None));
        let text = imei::format(reading.imei14);
        let text = std::str::from_utf8(&text).expect("ASCII");
        assert_eq!(imei::read(text).imei14, reading.imei14);
    }
});
