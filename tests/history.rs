//! The history over HTTP: whole and filtered, page by page and as a feed, for those who may read it; and lists that hold
//! still while others write.

use crate::support::{
    Client,
    bloc::{Bloc, register, regulation},
    client::fresh_id,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// The facts a path answers with.
fn facts(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.read(&format!("/v1/events?{query}"));
    answer["items"].as_array().expect("items").clone()
}

fn sequence(fact: &Value) -> u64 {
    fact["sequence"].as_str().expect("a position").parse().expect("a number")
}

#[test]
fn the_whole_history_is_read_page_by_page_without_a_gap() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    bloc.register_pledge_report();
    let (mut seen, mut query) = (Vec::new(), "limit=7".to_owned());
    loop {
        let answer = bloc.official.get(&format!("/v1/events?{query}")).expect("an answer");
        let page = answer.json()["items"].as_array().expect("items").clone();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 7);
        let next = sequence(last) + 1;
        assert_eq!(answer.header("Event-Position-Next"), Some(next.to_string().as_str()));
        query = format!("limit=7&after={}", sequence(last));
        seen.extend(page);
    }
    let positions: Vec<_> = seen.iter().map(sequence).collect();
    assert_eq!(positions, (0..bloc.head()).collect::<Vec<_>>(), "every fact once, in order");
    for fact in &seen {
        let one = bloc.official.read(&format!("/v1/events/{}", sequence(fact)));
        assert_eq!(one, *fact, "a fact alone is what it is in a list");
    }
}

#[test]
fn a_filter_lets_through_what_it_names_and_nothing_else() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    bloc.register_pledge_report();
    let (official, unit) = (&bloc.official, bloc.members[0].unit);
    let all = facts(official, "limit=500");
    let kept =
        |wanted: &dyn Fn(&Value) -> bool| all.iter().filter(|f| wanted(f)).cloned().collect::<Vec<_>>();
    let subject =
        |fact: &Value, prefix: &str| fact["subject"].as_str().is_some_and(|s| s.starts_with(prefix));

    let types = "types=year.pledge_signed,unit.registered&limit=500";
    let expected = kept(&|f| {
        ["vn.thidua.year.pledge_signed.v1", "vn.thidua.unit.registered.v1"].iter().any(|t| f["type"] == *t)
    });
    assert_eq!(expected.len(), 4);
    assert_eq!(facts(official, types), expected);

    let stream = format!("unit/{unit}");
    assert_eq!(facts(official, &format!("stream={stream}")), kept(&|f| f["subject"] == json!(stream)));
    let of_bloc =
        kept(&|f| subject(f, &format!("bloc/{}", bloc.id)) || subject(f, &format!("year/{}", bloc.id)));
    assert_eq!(facts(official, &format!("bloc={}&limit=500", bloc.id)), of_bloc);
    let of_unit = kept(&|f| {
        subject(f, &stream) || f["data"]["unit"] == json!(unit) || f["data"]["leader"] == json!(unit)
    });
    assert_eq!(facts(official, &format!("unit={unit}&limit=500")), of_unit);
    let both = format!("unit={unit}&bloc={}&types=year.report_filed", bloc.id);
    let reports: Vec<_> = facts(official, &both).iter().map(|fact| fact["data"]["kind"].clone()).collect();
    assert_eq!(reports, ["half_year", "annual"]);
}

#[test]
fn the_deputy_finds_its_own_leadership_in_its_history() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    let found =
        facts(&bloc.official, &format!("unit={}&types=year.leadership_recorded", bloc.members[1].unit));
    assert_eq!(found.len(), 1, "a fact that names the deputy is about the deputy, too");
}

#[test]
fn a_batch_is_a_bare_array_of_cloud_events() {
    let bloc = Bloc::with_members(1);
    const BATCH: &str = "application/cloudevents-batch+json";
    let answer = bloc.official.ask(Method::GET, "/v1/events?limit=500").header("Accept", BATCH).send();
    assert_eq!((answer.status, answer.header("Content-Type")), (200, Some(BATCH)), "{}", answer.text);
    assert_eq!(answer.json(), json!(facts(&bloc.official, "limit=500")));
    let vary = answer.header("Vary").unwrap_or_default();
    assert!(vary.contains("Accept"), "a cache must not mix the two forms: {vary:?}");
    for fact in answer.json().as_array().expect("an array") {
        for name in ["specversion", "id", "source", "type", "subject", "time", "data"] {
            assert!(fact.get(name).is_some(), "no {name} in {fact}");
        }
    }
}

#[test]
fn who_waits_is_woken_when_something_is_recorded_and_only_by_what_it_asked_for() {
    let bloc = Bloc::with_members(1);
    let after = bloc.head() - 1;
    let token = bloc.place.token("so-noi-vu", "events:read");
    let query = format!("/v1/events?after={after}&types=bloc.aliased&wait=20");
    std::thread::scope(|scope| {
        let started = Instant::now();
        let waiter = scope.spawn(|| bloc.server.client(&token).read(&query));
        std::thread::sleep(Duration::from_millis(200));
        register(&bloc.registrar, "Hội không ai chờ");
        std::thread::sleep(Duration::from_millis(200));
        assert!(!waiter.is_finished(), "it was woken by something else");
        let alias = json!({"alias": {"vi": "Khối Hội"}});
        let recorded = bloc.registrar.record(&format!("/v1/blocs/{}/aliases", bloc.id), &alias);
        let found = waiter.join().expect("it ends");
        assert!(started.elapsed() < Duration::from_secs(10), "it waited for the end of its patience");
        assert_eq!(found["items"], json!([recorded.json()]));
    });
    let started = Instant::now();
    let nothing = format!("/v1/events?after={}&wait=1", bloc.head() - 1);
    assert_eq!(bloc.official.read(&nothing)["items"], json!([]));
    assert!(started.elapsed() >= Duration::from_secs(1), "it did not wait");
}

#[test]
fn an_officer_reads_its_own_unit_and_bloc_and_nothing_else() {
    let bloc = Bloc::with_members(2);
    bloc.open_year(&regulation());
    let [own, other] = &bloc.members[..] else { panic!("two members") };
    let elsewhere = fresh_id();
    let body = json!({"id": elsewhere, "name": {"vi": "Khối khác"}, "kind": "khoi", "level": "province"});
    bloc.registrar.record("/v1/blocs", &body);
    for allowed in [format!("unit={}", own.unit), format!("bloc={}", bloc.id)] {
        assert!(!facts(&own.officer, &allowed).is_empty(), "{allowed}");
    }
    let narrowed = format!("unit={}&stream=year/{}/2019", own.unit, bloc.id);
    assert_eq!(facts(&own.officer, &narrowed).len(), 1, "where it is named as leader");
    for refused in [
        String::new(),
        format!("unit={}", other.unit),
        format!("bloc={elsewhere}"),
        format!("stream=unit/{}", other.unit),
        "types=unit.registered".to_owned(),
    ] {
        let answer = own.officer.get(&format!("/v1/events?{refused}")).expect("an answer");
        assert_eq!((answer.status, answer.code().as_str()), (403, "missingPermission"), "{refused}");
    }
    let readable =
        |subject: &str| subject == format!("unit/{}", own.unit) || subject.contains(&bloc.id.to_string());
    for fact in facts(&bloc.official, "limit=500") {
        let answer = own.officer.get(&format!("/v1/events/{}", sequence(&fact))).expect("an answer");
        let subject = fact["subject"].as_str().expect("a stream");
        assert_eq!(answer.status, if readable(subject) { 200 } else { 403 }, "{subject}");
    }
    let beyond = bloc.official.get(&format!("/v1/events/{}", bloc.head())).expect("an answer");
    assert_eq!(beyond.status, 404);
}

#[test]
fn a_list_holds_still_while_others_write() {
    let bloc = Bloc::with_members(0);
    let name = |number: u32| format!("Hội số {number:02}");
    let units: Vec<_> = (0..20).map(|number| register(&bloc.registrar, &name(number * 2))).collect();
    let (mut names, mut cursor, mut number) = (Vec::new(), String::new(), 0);
    loop {
        let page = bloc.public.read(&format!("/v1/units?limit=3{cursor}"));
        let items = page["items"].as_array().expect("items");
        names.extend(items.iter().map(|unit| unit["name"]["vi"].as_str().expect("a name").to_owned()));
        // Before the walk, behind it and in its midst: none of these was there when it began.
        register(&bloc.registrar, &name(number * 2 + 1));
        // The last one moves to the front, and the first one to the back.
        if number < 2 {
            let (unit, name) = [(units[19], "Hội một"), (units[0], "Hội xa")][number as usize];
            let path = format!("/v1/units/{unit}/renamings");
            bloc.registrar.record(&path, &json!({"name": {"vi": name}}));
        }
        number += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let before: Vec<_> = (0..20).map(|number| name(number * 2)).collect();
    assert_eq!(names, before, "what was there when the walk began, each once");
    let now = bloc.public.read("/v1/units?limit=500");
    assert_eq!(now["items"].as_array().map(Vec::len), Some(20 + number as usize));
}

#[test]
fn names_stand_in_vietnamese_order_and_are_found_without_their_marks() {
    let bloc = Bloc::with_members(0);
    // An alphabet of its own (a ă â … d đ), then the tones: none, huyền, hỏi, ngã, sắc, nặng.
    let ordered =
        ["An", "Ăn", "Ân", "Dân", "Đa", "Đà", "Đả", "Đã", "Đá", "Đạ", "Đan", "Thanh Hóa", "Xã", "Ý Yên"];
    let mut shuffled = ordered;
    shuffled.reverse();
    shuffled.swap(2, 9);
    for name in shuffled {
        register(&bloc.registrar, name);
    }
    let names = |query: &str| -> Vec<String> {
        let list = bloc.public.read(&format!("/v1/units?limit=500{query}"));
        let items = list["items"].as_array().expect("items").iter();
        items.map(|unit| unit["name"]["vi"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(names(""), ordered);
    assert_eq!(names("&q=thanh%20hoa"), ["Thanh Hóa"]);
    assert_eq!(names("&q=thanh%20ho%C3%A1"), ["Thanh Hóa"], "where the tone stands is a matter of taste");
    assert_eq!(names("&q=y%20yen"), ["Ý Yên"]);
    let da: BTreeSet<_> = names("&q=DA").into_iter().collect();
    let expected = ["Dân", "Đa", "Đà", "Đả", "Đã", "Đá", "Đạ", "Đan"];
    assert_eq!(da, expected.into_iter().map(str::to_owned).collect());
    assert!(names("&q=khong%20co").is_empty());
}
