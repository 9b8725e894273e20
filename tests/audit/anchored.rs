//! Facts that name time stamps: what they name comes with the log, says what they say, and was there before them.

use super::log::{Log, Outcome, facts, of_the_record, seen, written};
use crate::support::authority::Authority;
use ::audit::time_stamp::TimeStamp;
use domain::{Sha256, Timestamp, log::TimeAnchored};
use sha2::Digest;
use std::fs;

/// The demo's log, whose head an authority stamped, and the fact that names the stamp.
struct Stamped {
    log: Log,
    authority: Authority,
    fact: TimeAnchored,
}

impl Stamped {
    fn new() -> Self {
        let log = Log::honest();
        let authority = Authority::start(&log.path("authority"));
        let checkpoint = fs::read(log.path("log/checkpoint")).expect("the head");
        let reply = authority.stamp(&checkpoint);
        let time = TimeStamp::read(&reply, &checkpoint).expect("a time stamp").time;
        let hash = Sha256(sha2::Sha256::digest(&reply).into());
        fs::write(log.path("1.checkpoint"), checkpoint).expect("a file");
        fs::write(log.path("1.tsr"), reply).expect("a file");
        Self { log, authority, fact: TimeAnchored { size: facts().len() as u64, time, reply: hash } }
    }

    /// What the auditor says of the log with this fact at its end, recorded at a time, and with these files beside it.
    fn judge(&self, fact: TimeAnchored, recorded_at: Timestamp, beside: &[&str]) -> Outcome {
        let mut last = of_the_record(fact.into());
        last.recorded_at = recorded_at;
        self.log.tile("log", &[facts(), &written(&[last])[..]].concat());
        self.log.sign("log", seen());
        fs::create_dir(self.log.path("log/time")).expect("a folder");
        for name in beside {
            fs::copy(self.log.path(name), self.log.path(&format!("log/time/{name}"))).expect("the file");
        }
        let certificates = self.authority.certificates().display().to_string();
        self.log.audit(&["verify", "log", "--offline", "--past", "--time-certificates", &certificates])
    }
}

fn later(time: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_millis(time.millis() + seconds * 1000)
}

#[test]
fn a_fact_names_a_time_stamp_that_comes_with_the_log_and_was_there_before_it() {
    let stamped = Stamped::new();
    // The stamp states whole seconds, and the last fact may be of the same one.
    let (fact, time, recorded) = (stamped.fact.clone(), stamped.fact.time, later(stamped.fact.time, 2));
    let both = ["1.checkpoint", "1.tsr"];
    let honest = stamped.judge(fact.clone(), recorded, &both);
    assert_eq!(honest.code, 0, "{honest:?}");
    assert_eq!(honest.out["head"]["time_stamps"][0]["verified"], true, "{honest:?}");

    let place = Some(facts().len() as u64);
    let found = |outcome: &Outcome| (outcome.code, outcome.kind().to_owned(), outcome.position());
    let wrong = |kind: &str| (2, kind.to_owned(), place);
    let gone = stamped.judge(fact.clone(), recorded, &[]);
    assert_eq!(found(&gone), wrong("time_stamp"), "the stamp was taken away: {gone:?}");
    let other = TimeAnchored { reply: Sha256([7; 32]), ..fact.clone() };
    let other = stamped.judge(other, recorded, &both);
    assert_eq!(found(&other), wrong("time_stamp"), "it names another reply: {other:?}");
    let earlier = TimeAnchored { time: later(time, -86_400), ..fact.clone() };
    let earlier = stamped.judge(earlier, recorded, &both);
    assert_eq!(found(&earlier), wrong("time_stamp"), "it says another time: {earlier:?}");
    let larger = TimeAnchored { size: fact.size + 1, ..fact.clone() };
    let larger = stamped.judge(larger, recorded, &both);
    assert_eq!(
        found(&larger),
        wrong("time_stamp"),
        "a head that covers it cannot have been stamped: {larger:?}"
    );
    // Whoever sets the clock back records before the moment that the stamp states.
    let tomorrow = TimeAnchored { time: later(time, 86_400), ..fact };
    let back = stamped.judge(tomorrow, recorded, &both);
    assert_eq!(found(&back), wrong("time"), "recorded before the stamp it names: {back:?}");
}
