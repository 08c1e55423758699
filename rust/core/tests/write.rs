//! Texts written into a block equal texts of one key, whatever follows them.

use numguard_core::block::uniform::Uniform;
use numguard_core::block::write::{Text, WIDEST, is_grouped_abroad, len_of_imei14, len_of_msisdn};
use numguard_core::cpu::CodePath;
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

/// On every path: keys are counted if and only if their texts have one length, and are then written as one by one.
fn uniform_agree(keys: &[u64]) {
    let handsets = (Uniform::Imei14, Text::of_imei14 as fn(u64) -> Text);
    let numbers = STYLES.map(|style| {
        let text = move |key| {
            if is_grouped_abroad(key, style) {
                Text::default()
            } else {
                Text::of_msisdn(key, style)
            }
        };
        (Uniform::Msisdn(style), text)
    });
    for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
        block_agrees(path, handsets.0, handsets.1, keys);
        for (texts, text) in &numbers {
            block_agrees(path, *texts, text, keys);
        }
    }
}

fn block_agrees(path: CodePath, texts: Uniform, text: impl Fn(u64) -> Text, keys: &[u64]) {
    let Some(count) = texts.count_on(path, keys) else {
        let common = |&key: &u64| texts.count_on(path, &[key]).is_some();
        assert!(!keys.iter().all(common), "{texts:?} on {path:?}");
        return;
    };
    let expected: Vec<String> = keys.iter().map(|&key| written(text(key))).collect();
    let lens = keys.iter().zip(&expected);
    assert!(
        lens.into_iter()
            .all(|(&key, text)| text.len() == if key == 0 { 0 } else { texts.len() }),
        "{texts:?} on {path:?}"
    );
    let expected = expected.concat();
    assert_eq!(expected.len(), count * texts.len(), "{texts:?} on {path:?}");
    for room in [0, 1, WIDEST] {
        let mut out = vec![b'x'; expected.len() + room];
        let len = texts.write_on(path, keys, &mut out);
        assert_eq!(
            std::str::from_utf8(&out[..len]),
            Ok(&*expected),
            "{texts:?} on {path:?}"
        );
    }
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

/// Keys of which most texts have one length.
fn common_keys() -> impl Strategy<Value = Vec<u64>> {
    let mobiles = 916_000_000_000_u64..920_000_000_000;
    let indian = 910_000_000_000_u64..920_000_000_000;
    let handsets = 1_u64..100_000_000_000_000;
    let none_among = |keys: std::ops::Range<u64>| prop_oneof![7 => keys, 1 => Just(0)];
    let of = |keys| prop::collection::vec(none_among(keys), 0..300);
    prop_oneof![
        of(mobiles.clone()),
        prop::collection::vec(mobiles, 0..300),
        of(indian),
        of(handsets),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn texts_of_one_length_are_those_of_each_key(keys in common_keys(), other: u64, at: prop::sample::Index) {
        uniform_agree(&keys);
        let mut with_another = keys;
        if !with_another.is_empty() {
            let at = at.index(with_another.len());
            with_another[at] = other % 10_u64.pow((other % 20) as u32);
            uniform_agree(&with_another);
        }
    }
}

#[test]
fn divisions_by_the_block_are_exact_at_their_edges() {
    for unit in [10_000, 100_000, 100_000_000] {
        for multiple in 0..=1_000_000_u64 {
            let multiple = if unit == 100_000_000 {
                multiple
            } else {
                multiple * 99
            };
            let edge = multiple * unit;
            let keys = [edge.saturating_sub(1), edge, edge + 1];
            if multiple % 997 < 2 || multiple < 101 {
                let numbers = keys.map(|key| 910_000_000_000 + key % 10_000_000_000);
                uniform_agree(&numbers);
                uniform_agree(&keys.map(|key| key % 100_000_000_000_000));
            }
        }
    }
}

#[test]
#[should_panic(expected = "space for every text")]
fn texts_need_space() {
    Uniform::Imei14.write(&[35824005111111, 35824005111112], &mut [0; 29]);
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
