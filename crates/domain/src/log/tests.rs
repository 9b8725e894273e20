use super::*;
use crate::{BlocId, CommendationId, EmulationYear, GrantId, LeafHash, StreamId, UnitId, Version};
use proptest::prelude::*;
use uuid::Uuid;

fn key(text: &str) -> LogKey {
    Text::new(text).unwrap()
}

fn rotate(log: Option<&Log>, old: &str, new: &str) -> Result<KeyRotated, Rejection> {
    Log::rotate(log, key(old), key(new), Position(7))
}

fn rotated(names: &[&str]) -> Log {
    let pairs = names
        .windows(2)
        .map(|pair| (KeyRotated { old: key(pair[0]), new: key(pair[1]), from_size: 1 }, Position(0)));
    Log { rotations: pairs.collect(), ..Log::default() }
}

#[test]
fn keys_follow_on_one_another_and_none_comes_back() {
    let first = rotate(None, "log+a", "log+b").unwrap();
    assert_eq!((first.new.as_str(), first.from_size), ("log+b", 8));
    assert_eq!(rotate(None, "log+a", "log+a"), Err(Rejection::AlreadyExists(Thing::LogKey)));
    assert_eq!(rotate(None, "log+a", "other+b"), Err(Rejection::Unknown(Thing::LogKey)));
    let log = rotated(&["log+a", "log+b", "log+c"]);
    assert_eq!(log.last_rotation("log").map(|(last, _)| &last.new), Some(&key("log+c")));
    assert_eq!(log.last_rotation("other"), None);
    assert!(rotate(Some(&log), "log+c", "log+d").is_ok());
    assert!(rotate(Some(&log), "other+a", "other+b").is_ok());
    assert_eq!(rotate(Some(&log), "log+b", "log+d"), Err(Rejection::Ended(Thing::LogKey)));
    assert_eq!(rotate(Some(&log), "log+c", "log+a"), Err(Rejection::AlreadyExists(Thing::LogKey)));
}

fn stream() -> impl Strategy<Value = StreamId> {
    let id = || any::<u128>().prop_map(Uuid::from_u128);
    let year = (id(), 2000_i64..2100)
        .prop_map(|(bloc, year)| StreamId::Year(BlocId(bloc), EmulationYear::new(year).unwrap()));
    prop_oneof![
        id().prop_map(|id| StreamId::Bloc(BlocId(id))),
        id().prop_map(|id| StreamId::Commendation(CommendationId(id))),
        id().prop_map(|id| StreamId::Grant(GrantId(id))),
        Just(StreamId::Log),
        id().prop_map(|id| StreamId::Unit(UnitId(id))),
        year,
    ]
}

proptest! {
    #[test]
    fn streams_are_in_the_order_of_their_texts(one in stream(), other in stream()) {
        prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
        prop_assert_eq!(one.to_string().parse(), Ok(one));
        let head = |stream| StreamHead { stream, version: Version(3), head: LeafHash::NONE };
        let start = format!("{one} 3 ");
        prop_assert!(head(one).to_string().starts_with(&start));
    }
}
