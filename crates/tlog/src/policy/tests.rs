//! Policies: the example of the specification, each fault with its line, and quorums against a plain count.

use super::*;
use crate::{
    checkpoint::Checkpoint,
    key::{Cosigner, KeyError, Signer},
    tree::empty_root,
};
use PolicyFault as F;
use proptest::prelude::*;

fn log(seed: u8) -> Signer {
    Signer::from_seed("log.example".parse().unwrap(), &[seed; 32]).unwrap()
}

fn witness(number: u8) -> Cosigner {
    Cosigner::from_seed(format!("witness.example/{number}").parse().unwrap(), &[100 + number; 32]).unwrap()
}

fn signed(witnesses: impl IntoIterator<Item = u8>) -> SignedCheckpoint {
    let head = Checkpoint::new("log.example", 0, empty_root()).unwrap();
    let mut signed = SignedCheckpoint::sign(head.clone(), &log(1));
    for number in witnesses {
        signed.add(witness(number).cosign(&head, 1000 + u64::from(number)).unwrap());
    }
    signed
}

/// The example of the specification, with its comments and spaces: X1 to X3 are the witnesses 1 to 3, Y1 to Y3 are 4 to 6.
fn example() -> String {
    let key = |number| witness(number).verifier().clone();
    format!(
        "# Whom we believe\nlog {}   https://log.example/\n\n\twitness X1 {} https://one.example/\nwitness X2 {}\n\
         witness X3 {}\ngroup X-witnesses 2 X1 X2 X3\n  # and another organisation\nwitness Y1 {}\nwitness Y2 {}\n\
         witness Y3 {}\ngroup Y-witnesses any Y1\tY2 Y3  \ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log(1).verifier(),
        key(1),
        key(2),
        key(3),
        key(4),
        key(5),
        key(6),
    )
}

#[test]
fn the_example_of_the_specification_asks_for_two_of_x_and_one_of_y() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    assert_eq!(policy.logs()[0].url.as_deref(), Some(b"https://log.example/".as_slice()));
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some(b"https://one.example/".as_slice()));
    for all in 0..64_u8 {
        let has = |number: u8| all >> (number - 1) & 1 == 1;
        let who: Vec<_> = (1..=6).filter(|number| has(*number)).collect();
        let is_met = (1..=3).filter(|number| has(*number)).count() >= 2 && (4..=6).any(has);
        match policy.check(&signed(who.clone())) {
            Ok(witnessed) => {
                assert!(is_met, "{who:?}");
                assert_eq!(witnessed.log, &policy.logs()[0]);
                let times: Vec<_> = witnessed.witnesses.iter().map(|(_, time)| *time).collect();
                assert_eq!(times, who.iter().map(|number| 1000 + u64::from(*number)).collect::<Vec<_>>());
            }
            Err(error) => {
                assert!(!is_met, "{who:?}");
                assert_eq!(error, PolicyError::Quorum(who.len()));
            }
        }
    }
}

#[test]
fn a_policy_may_ask_for_no_witness_or_for_one() {
    let (log, one) = (log(1), witness(1));
    let none = format!("log {}\nquorum none\n", log.verifier());
    assert!(Policy::parse(none.as_bytes()).unwrap().check(&signed([])).is_ok());
    let one = format!("quorum_\nlog {}\nwitness one {}\nquorum one\n", log.verifier(), one.verifier());
    assert_eq!(Policy::parse(one.as_bytes()), Err(PolicyLineError { line: 1, fault: F::Keyword }));
    let one = Policy::parse(one.replace("quorum_", "").as_bytes()).unwrap();
    assert_eq!(one.check(&signed([])), Err(PolicyError::Quorum(0)));
    assert_eq!(one.check(&signed([2])), Err(PolicyError::Quorum(0)));
    assert!(one.check(&signed([2, 1])).is_ok());
}

#[test]
fn a_checkpoint_of_another_log_or_without_its_signature_is_refused() {
    let other_name = Signer::from_seed("other.example".parse().unwrap(), &[1; 32]).unwrap();
    let listed = Signer::from_seed("listed.example".parse().unwrap(), &[9; 32]).unwrap();
    let policy = format!("log {}\nlog {}\nquorum none\n", log(1).verifier(), listed.verifier());
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let head = |origin| Checkpoint::new(origin, 0, empty_root()).unwrap();
    let check =
        |origin, signer: &Signer| policy.check(&SignedCheckpoint::sign(head(origin), signer)).map(|_| ());
    assert_eq!(check("log.example", &log(1)), Ok(()));
    assert_eq!(check("listed.example", &listed), Ok(()));
    // The same key under another origin, an unlisted key, and one listed log signing for another.
    assert_eq!(check("other.example", &other_name), Err(PolicyError::UnknownLog("other.example".into())));
    assert_eq!(check("log.example", &other_name), Err(PolicyError::NotSigned("log.example".into())));
    assert_eq!(check("log.example", &log(2)), Err(PolicyError::NotSigned("log.example".into())));
    assert_eq!(check("log.example", &listed), Err(PolicyError::NotSigned("log.example".into())));
}

#[test]
fn a_wrong_cosignature_by_a_listed_witness_is_refused_even_where_it_is_not_needed() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let other = Checkpoint::new("log.example", 1, empty_root()).unwrap();
    let mut checkpoint = signed([1, 2, 4]);
    assert!(policy.check(&checkpoint).is_ok());
    checkpoint.add(witness(3).cosign(&other, 1).unwrap());
    assert!(matches!(policy.check(&checkpoint), Err(PolicyError::Signature(VerifyError::Wrong { .. }))));
}

#[test]
fn while_a_log_changes_its_key_either_key_is_enough() {
    let policy = format!("log {}\nlog {}\nquorum none\n", log(1).verifier(), log(2).verifier());
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let head = Checkpoint::new("log.example", 0, empty_root()).unwrap();
    for (place, seed) in [(0, 1), (1, 2)] {
        let signed = SignedCheckpoint::sign(head.clone(), &log(seed));
        assert_eq!(policy.check(&signed).unwrap().log, &policy.logs()[place]);
    }
}

#[test]
fn the_latest_time_of_a_witness_counts() {
    let policy = format!("log {}\nwitness w {}\nquorum w\n", log(1).verifier(), witness(1).verifier());
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let mut checkpoint = signed([1]);
    checkpoint.add(witness(1).cosign(checkpoint.checkpoint(), 5000).unwrap());
    checkpoint.add(witness(1).cosign(checkpoint.checkpoint(), 70).unwrap());
    assert_eq!(policy.check(&checkpoint).unwrap().witnesses, [(&policy.witnesses()[0], 5000)]);
}

#[test]
fn malformed_policies_are_refused_with_the_line_at_fault() {
    let (log_key, log_2, w) =
        (log(1).verifier().to_string(), log(2).verifier().to_string(), witness(1).verifier().to_string());
    let w2 = witness(2).verifier().to_string();
    let same_key =
        Cosigner::from_seed("another.name".parse().unwrap(), &[101; 32]).unwrap().verifier().to_string();
    let two = format!("witness a {w}\nwitness b {w2}\n");
    let table = [
        (String::new(), 0, F::NoQuorum),
        (format!("log {log_key}\n"), 1, F::NoQuorum),
        ("quorum none".into(), 1, F::Unended),
        ("quorum none\n ".into(), 2, F::Unended),
        ("quorum none\r\n".into(), 1, F::Control),
        ("quorum\u{b}none\n".into(), 1, F::Control),
        ("# \u{7f}\nquorum none\n".into(), 1, F::Control),
        ("Quorum none\n".into(), 1, F::Keyword),
        ("quorum\n".into(), 1, F::Items),
        ("quorum none none\n".into(), 1, F::Items),
        ("quorum none # not a comment\n".into(), 1, F::Items),
        ("log\n".into(), 1, F::Items),
        (format!("log {log_key} url more\n"), 1, F::Items),
        (format!("witness {w}\n"), 1, F::Items),
        ("group g any\n".into(), 1, F::Items),
        ("quorum none\nquorum none\n".into(), 2, F::SecondQuorum),
        ("quorum nobody\n".into(), 1, F::UnknownName),
        (format!("quorum a\n{two}"), 1, F::UnknownName),
        (format!("{two}group g 2 a c\n"), 3, F::UnknownName),
        (format!("{two}group g any g\n"), 3, F::UnknownName),
        (format!("{two}group g any none\n"), 3, F::UnknownName),
        (format!("{two}group g 2 a a\n"), 3, F::MemberTwice),
        (format!("{two}group g 1 a b\ngroup h 1 a\n"), 4, F::MemberTwice),
        (format!("{two}group g 0 a b\n"), 3, F::Threshold),
        (format!("{two}group g 3 a b\n"), 3, F::Threshold),
        (format!("{two}group g 01 a b\n"), 3, F::Threshold),
        (format!("{two}group g some a b\n"), 3, F::Threshold),
        (format!("{two}group a any b\n"), 3, F::NameTaken),
        (format!("{two}group none any b\n"), 3, F::NameTaken),
        (format!("witness none {w}\n"), 1, F::NameTaken),
        (format!("{two}witness a {w2}\n"), 3, F::NameTaken),
        (format!("witness a {w}\nwitness b {same_key}\n"), 2, F::SameKey),
        (format!("log {log_key}\nlog {log_key}\n"), 2, F::SameKey),
        (format!("log {log_key}\nlog {log_2}\nlog {w}\n"), 3, F::KeyUse),
        (format!("witness a {log_key}\n"), 1, F::KeyUse),
        ("log nokey\n".into(), 1, F::Key(KeyError::Form)),
    ];
    for (policy, line, fault) in table {
        assert_eq!(Policy::parse(policy.as_bytes()), Err(PolicyLineError { line, fault }), "{policy}");
    }
    assert_eq!(Policy::parse(b"log \xff\n"), Err(PolicyLineError { line: 1, fault: F::KeyText }));
}

#[test]
fn names_and_comments_are_bytes() {
    let mut policy = b"# \xff\nwitness \xe2\x84\xaa ".to_vec();
    policy.extend_from_slice(witness(1).verifier().to_string().as_bytes());
    policy.extend_from_slice(b" \xfe\nquorum \xe2\x84\xaa\n");
    let policy = Policy::parse(&policy).unwrap();
    assert_eq!(policy.witnesses()[0].name, b"\xe2\x84\xaa");
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some(b"\xfe".as_slice()));
}

proptest! {
    /// A policy with groups of groups, against a plain count of who is a member of what.
    #[test]
    fn quorums_are_counted_as_written(
        grouping in proptest::collection::vec((1..4_usize, 1..4_u8), 1..5),
        cosigned in proptest::collection::vec(any::<bool>(), 8),
    ) {
        let mut text = format!("log {}\n", log(1).verifier());
        let mut open: Vec<(String, bool)> = Vec::new();
        for (place, has) in cosigned.iter().enumerate() {
            let number = u8::try_from(place).unwrap();
            text += &format!("witness w{place} {}\n", witness(number).verifier());
            open.push((format!("w{place}"), *has));
        }
        for (place, (take, threshold)) in grouping.iter().enumerate() {
            let members: Vec<_> = open.drain(..(*take).min(open.len())).collect();
            let threshold = usize::from(*threshold).min(members.len());
            let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
            text += &format!("group g{place} {threshold} {}\n", names.join(" "));
            open.push((format!("g{place}"), members.iter().filter(|(_, has)| *has).count() >= threshold));
        }
        let (name, is_met) = open.pop().unwrap();
        text += &format!("quorum {name}\n");
        let policy = Policy::parse(text.as_bytes()).unwrap();
        let who = (0..8_u8).filter(|number| cosigned[usize::from(*number)]);
        prop_assert_eq!(policy.check(&signed(who)).is_ok(), is_met, "{}", text);
    }

    #[test]
    fn no_bytes_make_reading_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        words in "((log|witness|group|quorum|none|any|all|a|b|1|#)[ \n]){0,30}",
        at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let _ = Policy::parse(&bytes);
        let _ = Policy::parse(words.as_bytes());
        let mut changed = example().into_bytes();
        let place = at.index(changed.len());
        changed[place] = byte;
        let _ = Policy::parse(&changed);
    }
}
