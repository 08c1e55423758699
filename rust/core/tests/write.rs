//! Texts written into a block equal texts of one key, whatever follows them.

use numguard_core::block::write::{Text, WIDEST, is_grouped_abroad, len_of_imei14, len_of_msisdn};
use numguard_core::imei;
use numguard_core::msisdn::{self, Style};
use proptest::prelude::*;

const STYLES: [Style; 4] = [
    Style::E164,
    Style::Digits,
    Style::National,
    Style::International,
];

/// The text, written into a longer and into an exact buffer. Checks that bytes before it are not changed.
fn written(text: Text) -> String {
    assert!(text.len() <= WIDEST);
    let mut wide = [b'x'; 2 + 2 * WIDEST];
    assert_eq!(text.write(&mut wide[2..]), text.len());
    assert_eq!(
        (&wide[..2], &wide[2 + WIDEST..]),
        (&b"xx"[..], &[b'x'; WIDEST][..])
    );
    let mut exact = vec![b'x'; text.len()];
    assert_eq!(text.write(&mut exact), text.len());
    assert_eq!(&wide[2..2 + text.len()], &exact[..]);
    String::from_utf8(exact).expect("text")
}

fn agree(key: u64) {
    for style in STYLES {
        let mut expected = String::new();
        if msisdn::key_u64(key) != 0 {
            msisdn::format(key, style, &mut expected);
        }
        if is_grouped_abroad(key, style) {
            continue;
        }
        assert_eq!(len_of_msisdn(key, style), expected.len(), "{style:?}");
        assert_eq!(written(Text::of_msisdn(key, style)), expected, "{style:?}");
    }
    let expected = if imei::is_key(key) {
        imei::format(key).into_iter().map(char::from).collect()
    } else {
        String::new()
    };
    assert_eq!(len_of_imei14(key), expected.len());
    assert_eq!(written(Text::of_imei14(key)), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn keys_of_every_length_are_written_alike(digits in 0u32..=19, value: u64) {
        agree(value % 10u64.pow(digits));
        agree(value);
    }

    #[test]
    fn indian_numbers_are_written_alike(national in 0u64..10_000_000_000) {
        agree(910_000_000_000 + national);
    }
}

#[test]
fn ends_of_every_length_are_written_alike() {
    for digits in 0..=19 {
        let power = 10u64.pow(digits);
        for key in [
            power - 1,
            power,
            power + 1,
            power.wrapping_mul(9),
            91 * (power / 100),
        ] {
            agree(key);
        }
    }
    for edge in [
        915_999_999_999,
        916_000_000_000,
        919_999_999_999,
        920_000_000_000,
        u64::MAX,
    ] {
        agree(edge);
    }
}
