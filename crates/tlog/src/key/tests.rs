//! The texts of keys: published ones are read, malformed ones are refused each for its reason.

use super::*;
use proptest::prelude::*;

/// The example of c2sp.org/signed-note, that of the Go package `sumdb/note`, and the key of a public witness.
const PUBLISHED: [(&str, Algorithm); 3] = [
    ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", Algorithm::Ed25519),
    ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", Algorithm::Ed25519),
    ("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", Algorithm::Cosignature),
];

#[test]
fn published_keys_are_read_and_written_back() {
    for (text, algorithm) in PUBLISHED {
        let key: VerifierKey = text.parse().unwrap();
        assert_eq!(key.algorithm(), algorithm);
        assert_eq!(key.to_string(), text);
    }
}

#[test]
fn no_part_of_a_key_and_no_changed_byte_is_a_key() {
    for (text, _) in PUBLISHED {
        for start in 0..=text.len() {
            for end in start..=text.len() {
                let is_whole = (start, end) == (0, text.len());
                assert_eq!(
                    text[start..end].parse::<VerifierKey>().is_ok(),
                    is_whole,
                    "{}",
                    &text[start..end]
                );
            }
        }
        for place in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[place] += 1;
            let changed = String::from_utf8(bytes).unwrap();
            assert!(changed.parse::<VerifierKey>().is_err(), "{changed}");
        }
    }
}

#[test]
fn malformed_keys_are_refused_each_for_its_reason() {
    let key = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let right = KeyId([0x53, 0x0d, 0x90, 0x3a]);
    let table = [
        ("".to_owned(), KeyError::Form),
        ("example.com/foo".to_owned(), KeyError::Form),
        ("example.com/foo+530d903a".to_owned(), KeyError::Form),
        (format!("+530d903a+{key}"), KeyError::Name),
        (format!("example com/foo+530d903a+{key}"), KeyError::Name),
        (format!("example\u{2003}com/foo+530d903a+{key}"), KeyError::Name),
        (format!("example\tcom/foo+530d903a+{key}"), KeyError::Name),
        (format!("example\0com/foo+530d903a+{key}"), KeyError::Name),
        (format!("example.com/foo+530D903A+{key}"), KeyError::IdForm),
        (format!("example.com/foo+530d903+{key}"), KeyError::IdForm),
        (format!("example.com/foo+0530d903a+{key}"), KeyError::IdForm),
        (format!("example.com/foo+530d903b+{key}"), KeyError::OtherId(right)),
        (format!("example.com/foo+530d903a+{key}="), KeyError::Encoding),
        (format!("example.com/foo+530d903a+{}", &key[..43]), KeyError::Encoding),
        (format!("example.com/foo+530d903a+{}", &key[..40]), KeyError::Encoding),
        (format!("example.com/foo+530d903a+{key}AAAA"), KeyError::Encoding),
        (format!("example.com/foo+530d903a+{}\n", key), KeyError::Encoding),
        ("example.com/foo+530d903a+".to_owned(), KeyError::Encoding),
        (format!("example.com/foo+530d903a+Ag{}", &key[2..]), KeyError::Algorithm(2)),
        (format!("example.com/foo+530d903a+Bg{}", &key[2..]), KeyError::Algorithm(6)),
        (format!("example.com/foo+530d903a+AQEA{}", "A".repeat(40)), KeyError::Unusable),
    ];
    for (text, error) in table {
        assert_eq!(text.parse::<VerifierKey>(), Err(error), "{text:?}");
    }
    let other: Result<VerifierKey, _> = format!("example.com/bar+530d903a+{key}").parse();
    assert!(matches!(other, Err(KeyError::OtherId(id)) if id != right));
}

#[test]
fn a_point_has_one_encoding() {
    let mut bytes = [0xff; 32];
    bytes[31] = 0x7f;
    // 2^255 − 19 is the prime itself; with the sign bit or without, only what is below it counts.
    for (lowest, reduced) in [(0xec, true), (0xed, false), (0xee, false), (0xff, false)] {
        bytes[0] = lowest;
        for highest in [0x7f, 0xff] {
            bytes[31] = highest;
            assert_eq!(is_reduced(&bytes), reduced);
        }
    }
    bytes[15] = 0xfe;
    assert!(is_reduced(&bytes));
}

#[test]
fn the_same_seed_is_another_key_for_another_use() {
    let name: KeyName = "witness.example/w1".parse().unwrap();
    let signer = Signer::from_seed(name.clone(), &[7; 32]).unwrap();
    let cosigner = Cosigner::from_seed(name, &[7; 32]).unwrap();
    assert_eq!(signer.verifier().public_key(), cosigner.verifier().public_key());
    assert_ne!(signer.verifier().id(), cosigner.verifier().id());
    assert_eq!(format!("{signer:?}"), format!("Signer({})", signer.verifier()), "the secret stays inside");
    assert_eq!(format!("{cosigner:?}"), format!("Cosigner({})", cosigner.verifier()));
}

proptest! {
    #[test]
    fn every_key_has_one_text(seed in any::<[u8; 32]>(), name in "[^\\s+\\x00-\\x1f]{1,30}", cosigns in any::<bool>()) {
        let name: KeyName = name.parse().unwrap();
        let key = if cosigns {
            Cosigner::from_seed(name, &seed).unwrap().verifier().clone()
        } else {
            Signer::from_seed(name, &seed).unwrap().verifier().clone()
        };
        prop_assert_eq!(key.to_string().parse(), Ok(key));
    }

    #[test]
    fn no_text_makes_reading_panic(text in ".*", key in any::<[u8; 33]>()) {
        let _: Result<VerifierKey, _> = text.parse();
        let _: Result<VerifierKey, _> = format!("a+00000000+{}", text::to_base64(&key)).parse();
    }
}
