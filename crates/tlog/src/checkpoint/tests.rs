//! Checkpoints: one text each, refused when it is another.

use super::*;
use crate::{
    key::{CosignError, Cosigner, Signer},
    tree::empty_root,
};
use proptest::prelude::*;

const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

#[test]
fn the_example_of_the_specification_is_read() {
    let checkpoint: Checkpoint = EXAMPLE.parse().unwrap();
    assert_eq!(checkpoint.origin(), "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size(), 20_852_163);
    assert_eq!(checkpoint.root()[..4], [0x0a, 0xc5, 0x18, 0x6a]);
    assert_eq!(checkpoint.extensions(), <[String; 0]>::default());
    assert_eq!(checkpoint.to_string(), EXAMPLE);
}

#[test]
fn malformed_checkpoints_are_refused_each_for_its_reason() {
    use CheckpointError as E;
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let table = [
        (String::new(), E::Lines),
        ("log\n1\n".into(), E::Lines),
        (format!("log\n1\n{root}"), E::Lines),
        (format!("\n1\n{root}\n"), E::Origin),
        (format!("l\tog\n1\n{root}\n"), E::Origin),
        (format!("log\n01\n{root}\n"), E::Size),
        (format!("log\n00\n{root}\n"), E::Size),
        (format!("log\n\n{root}\n"), E::Size),
        (format!("log\n+1\n{root}\n"), E::Size),
        (format!("log\n-1\n{root}\n"), E::Size),
        (format!("log\n 1\n{root}\n"), E::Size),
        (format!("log\n1_0\n{root}\n"), E::Size),
        (format!("log\n1\r\n{root}\n"), E::Size),
        (format!("log\n١\n{root}\n"), E::Size),
        (format!("log\n9223372036854775808\n{root}\n"), E::Size),
        (format!("log\n18446744073709551617\n{root}\n"), E::Size),
        (format!("log\n1\n{}\n", &root[..43]), E::Root),
        (format!("log\n1\n{}\n", &root[..40]), E::Root),
        (format!("log\n1\n{root}AAAA\n"), E::Root),
        (format!("log\n1\n{}J=\n", &root[..42]), E::Root),
        (format!("log\n1\n{root} \n"), E::Root),
        (format!("log\n1\n{root}\n\n"), E::Extension),
        (format!("log\n1\n{root}\n\nmore\n"), E::Extension),
        (format!("log\n1\n{root}\nmo\tre\n"), E::Extension),
    ];
    for (text, error) in table {
        assert_eq!(text.parse::<Checkpoint>(), Err(error), "{text:?}");
    }
    assert!(format!("log\n9223372036854775807\n{root}\n").parse::<Checkpoint>().is_ok());
    assert_eq!(Checkpoint::new("log", MAX_SIZE + 1, empty_root()), Err(E::Size));
    assert_eq!(Checkpoint::new("a\nb", 1, empty_root()), Err(E::Origin));
    let head = || Checkpoint::new("log", 1, empty_root()).unwrap();
    assert_eq!(head().with_extension(""), Err(E::Extension));
    assert_eq!(head().with_extension("a\nb"), Err(E::Extension));
}

#[test]
fn a_log_signs_and_a_witness_adds_what_it_saw_and_when() {
    let log = Signer::from_seed("log.example".parse().unwrap(), &[1; 32]).unwrap();
    let witness = Cosigner::from_seed("witness.example".parse().unwrap(), &[2; 32]).unwrap();
    let head =
        Checkpoint::new("log.example", 1, empty_root()).unwrap().with_extension("one more line").unwrap();
    let mut signed = SignedCheckpoint::sign(head.clone(), &log);
    signed.add(witness.cosign(&head, 1_700_000_000).unwrap());
    let again = SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap();
    assert_eq!(again, signed);
    let found = again.note().verify([witness.verifier(), log.verifier()]).unwrap();
    assert_eq!(found.iter().map(|signed| signed.time).collect::<Vec<_>>(), [None, Some(1_700_000_000)]);
    assert_eq!(witness.cosign(&head, 0), Err(CosignError::NoTime));
    assert_eq!(witness.cosign(&head, MAX_SIZE + 1), Err(CosignError::TooLate(MAX_SIZE + 1)));
    assert!(witness.cosign(&head, MAX_SIZE).is_ok());
}

proptest! {
    #[test]
    fn every_checkpoint_has_one_text(
        origin in "[^\\x00-\\x1f]{1,30}", size in 0..=MAX_SIZE, root in any::<Hash>(),
        extensions in proptest::collection::vec("[^\\x00-\\x1f]{1,30}", 0..3),
    ) {
        let head = Checkpoint::new(&origin, size, root).unwrap();
        let head = extensions.iter().try_fold(head, |head, line| head.with_extension(line)).unwrap();
        prop_assert_eq!(head.to_string().parse::<Checkpoint>(), Ok(head.clone()));
        prop_assert_eq!(head.to_string().parse(), Ok(head.to_text()));
    }

    #[test]
    fn no_text_makes_reading_panic(text in ".*", at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let _: Result<Checkpoint, _> = text.parse();
        let mut changed = EXAMPLE.as_bytes().to_vec();
        let place = at.index(changed.len());
        changed[place] = byte;
        if let Ok(text) = String::from_utf8(changed) && let Ok(head) = text.parse::<Checkpoint>() {
            prop_assert_eq!(head.to_string(), text);
        }
    }
}
