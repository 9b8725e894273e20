//! One story for each sheet.

use super::{issues, open, outsider, read, refused, row, year_under};
use crate::support::{bloc::Bloc, whole_year::scores};
use serde_json::{Value, json};

/// Thừa Thiên Huế, 804/HD-SNV: who did not register and did not sign loses eight points, by the board alone.
#[test]
fn hue_the_record_finds_what_was_missed_and_only_the_board_takes_eight_points() {
    let bloc = year_under("hue-804-2018", 2);
    let [faithful, forgetful] = &bloc.members[..] else { panic!("two members") };
    faithful.officer.record(&bloc.in_year("registrations"), &json!({"unit": faithful.unit}));
    faithful.officer.record(&bloc.in_year("pledges"), &json!({"unit": faithful.unit}));
    for (member, by) in [(faithful, forgetful), (forgetful, faithful)] {
        let claim = [("A.1", "912.5"), ("A.2", "63")];
        member.officer.record(&bloc.in_year("scores"), &scores(member.unit, "self", &claim));
        let appraised = [("A.1", "912.5"), ("A.2", "40")];
        by.officer.record(&bloc.in_year("scores"), &scores(member.unit, "bloc", &appraised));
    }
    let shown = read(&bloc, forgetful.unit);
    assert_eq!(shown["total"], "952.5", "what is only proposed takes nothing away");
    let found: Vec<_> = shown["findings"].as_array().expect("findings").iter().collect();
    let said: Vec<_> = found.iter().map(|f| (&f["step"], &f["when"], &f["points"], &f["state"])).collect();
    let proposed = |step: &str| [json!(step), json!("not_taken"), json!("8"), json!("proposed")];
    let [registration, pledge] = [proposed("registration"), proposed("pledge")];
    assert_eq!(said.len(), 2);
    for ((step, when, points, state), expected) in said.into_iter().zip([&registration, &pledge]) {
        assert_eq!([step, when, points, state], [&expected[0], &expected[1], &expected[2], &expected[3]]);
    }
    assert_eq!(read(&bloc, faithful.unit)["findings"], json!([]));

    let mut by_leader = scores(forgetful.unit, "bloc", &[("A.1", "900"), ("A.2", "40"), ("A.P1", "8")]);
    let standing = shown["scores"].as_array().expect("scores").iter().find(|s| s["scorer"] == "bloc");
    let corrects = standing.expect("the bloc's")["filed"]["event"].clone();
    by_leader["correction"] = json!({"corrects": corrects, "reason": "Trừ điểm"});
    let said = refused(&bloc, &faithful.officer, "scores", &by_leader, (400, "scoresFaulty"));
    assert_eq!(issues(&said), [("/entries/2", "notYours")], "the leader does not deduct");
    let half = scores(forgetful.unit, "official", &[("A.P1", "4")]);
    refused(&bloc, &bloc.official, "scores", &half, (400, "scoresFaulty"));

    for (unit, points) in [(faithful.unit, "0"), (forgetful.unit, "8")] {
        bloc.official.record(&bloc.in_year("scores"), &scores(unit, "official", &[("A.P1", points)]));
    }
    assert_eq!(row(&bloc, forgetful.unit)["total"], "944.5");
    assert_eq!(read(&bloc, forgetful.unit)["findings"][0]["state"], "confirmed");
    bloc.leader().record(&bloc.in_year("score-tables"), &json!({}));
    assert_eq!(row(&bloc, faithful.unit)["rank"], 1);
}

/// Khánh Hòa, 11-QĐ/TU: min(85, I + II) + min(15, bonus) − penalties, and the classes of domain vectors.
#[test]
fn khanh_hoa_the_formula_and_its_classes() {
    let bloc = year_under("khanh-hoa-11", 4);
    let vectors = [
        (["84.5", "17", "2"], "97.5", "A"),
        (["88", "0", "0"], "85", "B"),
        (["40", "9.99", "0"], "49.99", "D"),
        (["0", "0", "5"], "-5", "D"),
    ];
    let whole = |[contents, bonus, penalty]: [&str; 3]| {
        let zero = ["D.I.1", "D.I.2", "D.I.3", "D.I.4", "D.I.5", "D.IV.2", "D.IV.3", "D.V.2", "D.V.3"];
        let mut all: Vec<Value> = zero.map(|id| json!({"criterion": id, "points": "0"})).into();
        for (id, points) in [("D.II", contents), ("D.IV.1", bonus), ("D.V.1", penalty)] {
            all.push(json!({"criterion": id, "points": points}));
        }
        all
    };
    for (member, (points, total, class)) in bloc.members.iter().zip(vectors) {
        let own = json!({"unit": member.unit, "scorer": "self", "entries": whole(points)});
        member.officer.record(&bloc.in_year("scores"), &own);
        let official = json!({"unit": member.unit, "scorer": "official", "entries": whole(points)});
        bloc.official.record(&bloc.in_year("scores"), &official);
        let row = row(&bloc, member.unit);
        assert_eq!((&row["total"], &row["class"]), (&json!(total), &json!(class)), "{points:?}");
    }
}

/// Ho Chi Minh City, Table 4: departments from outside score the districts, each in its field; a flag brings 97 to 107.
#[test]
fn hcmc_departments_score_the_districts_and_a_flag_brings_97_of_100_to_107() {
    let bloc = year_under("hcmc-matrix-2008", 3);
    let (culture, officer) = outsider(&bloc, "Sở Văn hóa", "so-van-hoa");
    let district = &bloc.members[0];
    let paper = |unit, field: &str, flag: &str| {
        let mut paper = scores(unit, "panel", &[("C.1", field), ("C.2.1", flag), ("C.2.2", "0")]);
        paper["given_by"] = json!(culture);
        paper
    };
    let early = refused(&bloc, &officer, "scores", &paper(district.unit, "97", "10"), (400, "scoresFaulty"));
    assert_eq!(issues(&early)[0], ("/entries/0", "notAssigned"));
    let all = json!(["C.1", "C.2.1", "C.2.2"]);
    let wrong = json!({"panel": culture, "criteria": ["C.1", "C.2", "C.1"]});
    let said = refused(&bloc, &bloc.official, "panels", &wrong, (400, "assignmentFaulty"));
    assert_eq!(issues(&said), [("/criteria/1", "unknownCriterion"), ("/criteria/2", "duplicateItem")]);
    bloc.official.record(&bloc.in_year("panels"), &json!({"panel": culture, "criteria": all}));
    officer.record(&bloc.in_year("scores"), &paper(district.unit, "97", "10"));
    let shown = row(&bloc, district.unit);
    assert_eq!(
        (&shown["contents"], &shown["bonus"], &shown["total"]),
        (&json!("97"), &json!("10"), &json!("107"))
    );

    let (industry, its_officer) = outsider(&bloc, "Sở Công nghiệp", "so-cong-nghiep");
    bloc.official.record(&bloc.in_year("panels"), &json!({"panel": industry, "criteria": all}));
    let mut other = scores(district.unit, "panel", &[("C.1", "90"), ("C.2.1", "10"), ("C.2.2", "0")]);
    other["given_by"] = json!(industry);
    its_officer.record(&bloc.in_year("scores"), &other);
    let both = read(&bloc, district.unit);
    assert_eq!(both["scores"].as_array().map(Vec::len), Some(2), "side by side");
    assert_eq!((&both["total"], &both["lines"][0]["shares"][0]["givers"]), (&json!("103.5"), &json!(2)));
    assert_eq!(bloc.public.read(&bloc.in_year("panels"))["items"].as_array().map(Vec::len), Some(2));

    let less = json!({"panel": industry, "criteria": ["C.1"]});
    let said = refused(&bloc, &bloc.official, "panels", &less, (409, "assignmentUsed"));
    assert_eq!(said["criteria"], json!(["C.2.1", "C.2.2"]));
    let mut forged = paper(district.unit, "1", "0");
    forged["given_by"] = json!(industry);
    refused(&bloc, &officer, "scores", &forged, (403, "missingPermission"));
    let missing = scores(district.unit, "panel", &[("C.1", "97")]);
    let said = refused(&bloc, &officer, "scores", &missing, (400, "invalidInput"));
    assert_eq!(issues(&said), [("/given_by", "missing")]);
}

/// The Fatherland Front of Đồng Nai: what is above a maximum counts as the maximum, what is below zero as nothing.
#[test]
fn dong_nai_claims_are_clamped_classes_end_at_100_and_what_nobody_scored_says_so() {
    let bloc = year_under("dong-nai-2026", 2);
    let [first, second] = &bloc.members[..] else { panic!("two members") };
    let points = |points: [&'static str; 4]| {
        let ids = ["E.1", "E.2", "E.1.T", "E.2.T"];
        [(ids[0], points[0]), (ids[1], points[1]), (ids[2], points[2]), (ids[3], points[3])]
    };
    let some = scores(first.unit, "self", &[("E.1", "60")]);
    let said = refused(&bloc, &first.officer, "scores", &some, (400, "scoresFaulty"));
    assert_eq!(issues(&said).len(), 3, "a submission goes through every criterion");
    first
        .officer
        .record(&bloc.in_year("scores"), &scores(first.unit, "self", &points(["75", "41", "9", "4"])));
    assert_eq!(row(&bloc, first.unit)["class"], "UNSCORED", "its own claim is no score");
    let official = scores(first.unit, "official", &points(["75", "41", "9", "-3"]));
    bloc.official.record(&bloc.in_year("scores"), &official);
    let shown = row(&bloc, first.unit);
    assert_eq!((&shown["total"], &shown["class"]), (&json!("106"), &json!("EXCELLENT")));
    let line = &read(&bloc, first.unit)["lines"][3];
    assert_eq!((&line["given"], &line["counted"]), (&json!("-3"), &json!("0")));
    second
        .officer
        .record(&bloc.in_year("scores"), &scores(second.unit, "self", &points(["1", "1", "0", "0"])));
    let official = scores(second.unit, "official", &points(["54.99", "40", "0", "0"]));
    bloc.official.record(&bloc.in_year("scores"), &official);
    assert_eq!(row(&bloc, second.unit)["class"], "GOOD", "94.99 is not yet excellent");
}

/// A cluster of the Youth Union: points are chosen from lists; branch, city and province score one after another.
#[test]
fn youth_points_are_chosen_from_a_list_and_three_levels_stand_side_by_side() {
    let bloc = year_under("doan-thanh-nien-2023", 2);
    let [first, second] = &bloc.members[..] else { panic!("two members") };
    let rest = |sessions: &'static str| [("G.1.1.1", sessions), ("G.1.1.2", "4"), ("G.1.2", "30")];
    let three = scores(first.unit, "self", &rest("3"));
    let said = refused(&bloc, &first.officer, "scores", &three, (400, "scoresFaulty"));
    assert_eq!(issues(&said), [("/entries/0", "notAnOption")]);
    assert!(said["issues"][0]["detail"].as_str().is_some_and(|words| words.contains("4, 2, 0")), "{said}");
    first.officer.record(&bloc.in_year("scores"), &scores(first.unit, "self", &rest("4")));
    second.officer.record(&bloc.in_year("scores"), &scores(first.unit, "bloc", &rest("2")));
    assert_eq!(row(&bloc, first.unit)["total"], "36");
    bloc.official.record(&bloc.in_year("scores"), &scores(first.unit, "official", &[("G.1.1.1", "0")]));
    let shown = read(&bloc, first.unit);
    assert_eq!(shown["total"], "34", "where the province has spoken it counts, elsewhere the city");
    assert_eq!(shown["scores"].as_array().map(Vec::len), Some(3));
}

/// Bắc Giang High School for the Gifted: everyone begins with 750, and every month adds and takes.
#[test]
fn school_750_to_begin_with_and_every_month_adds_and_takes() {
    let bloc = year_under("bac-giang-2011", 2);
    let team = &bloc.members[0];
    assert_eq!(row(&bloc, team.unit)["total"], "750");
    let month = |month: u8, events: &[(&str, &str)]| {
        let mut paper = scores(team.unit, "self", events);
        paper["month"] = json!(month);
        paper
    };
    let without = scores(team.unit, "self", &[("H.1", "10")]);
    refused(&bloc, &team.officer, "scores", &without, (409, "wrongPeriod"));
    let said = refused(&bloc, &team.officer, "scores", &month(13, &[("H.1", "10")]), (400, "invalidInput"));
    assert_eq!(issues(&said), [("/month", "outOfRange")]);
    let mut positions = Vec::new();
    for (number, events, total) in [
        (9, [("H.1", "10"), ("H.1", "5")], "765"),
        (10, [("H.3", "20"), ("H.2", "0")], "745"),
        (11, [("H.2", "7.5"), ("H.3", "2.5")], "750"),
    ] {
        let answer = team.officer.record(&bloc.in_year("scores"), &month(number, &events));
        positions.push((answer.position(), total));
        assert_eq!(row(&bloc, team.unit)["total"], total, "after month {number}");
    }
    let again = refused(&bloc, &team.officer, "scores", &month(9, &[("H.1", "99")]), (409, "alreadyFiled"));
    let mut corrected = month(9, &[("H.1", "12")]);
    corrected["correction"] = json!({"corrects": again["standing"], "reason": "Một sự việc ghi hai lần"});
    team.officer.record(&bloc.in_year("scores"), &corrected);
    assert_eq!(row(&bloc, team.unit)["total"], "747");
    for (position, total) in positions {
        let then = bloc.public.read(&bloc.in_year(&format!("standing?as_of_position={position}")));
        assert_eq!(then["rows"][0]["total"].as_str().map(|_| ()), Some(()));
        let unit =
            bloc.public.read(&bloc.in_year(&format!("scores?unit={}&as_of_position={position}", team.unit)));
        assert_eq!(unit["items"][0]["total"], total, "as it ran");
    }
}

/// A police cluster: four levels, steps of a tenth, 125 points.
#[test]
fn police_four_levels_of_review_each_in_its_turn() {
    let bloc: Bloc = year_under("cong-an-2025", 2);
    let [first, second] = &bloc.members[..] else { panic!("two members") };
    let all = ["F.I.1", "F.I.2", "F.I.3", "F.II.1", "F.II.2", "F.III.1", "F.III.2", "F.III.3"];
    let paper = |scorer: &str, points: &str| {
        scores(first.unit, scorer, &all.map(|id| (id, if id == "F.I.1" { points } else { "8" })))
    };
    let early = refused(&bloc, &second.officer, "scores", &paper("bloc", "9"), (409, "outOfOrder"));
    assert_eq!(early["missing"][0]["step"], "self_score");
    let fine = refused(&bloc, &first.officer, "scores", &paper("self", "9.25"), (400, "scoresFaulty"));
    assert_eq!(issues(&fine)[0].1, "tooPrecise");
    first.officer.record(&bloc.in_year("scores"), &paper("self", "10"));
    second.officer.record(&bloc.in_year("scores"), &paper("bloc", "9.9"));
    let (reviewers, officer) = outsider(&bloc, "Phòng Công tác chính trị", "phong-ctct");
    bloc.official.record(&bloc.in_year("panels"), &json!({"panel": reviewers, "criteria": all}));
    let mut review = paper("panel", "9.8");
    review["given_by"] = json!(reviewers);
    officer.record(&bloc.in_year("scores"), &review);
    assert_eq!(row(&bloc, first.unit)["total"], "65.8");
    bloc.official.record(&bloc.in_year("scores"), &paper("official", "9.7"));
    let shown = read(&bloc, first.unit);
    assert_eq!((&shown["total"], shown["scores"].as_array().map(Vec::len)), (&json!("65.7"), Some(4)));
}

/// A regulation may say its own; what contradicts itself is refused with every place.
#[test]
fn a_sheet_that_contradicts_itself_is_refused_with_every_place() {
    let bloc = Bloc::with_members(2);
    let mut sheet = bloc.public.read("/v1/regulations/hcmc-matrix-2008");
    open(&bloc, &json!({"regulation": sheet}));
    sheet["sheet"]["scorers"][0]["combine"] =
        json!({"method": {"trimmed_mean": {"lowest": 1, "highest": 1}}, "at_least": 2});
    sheet["sheet"]["penalties"] =
        json!([{"step": "panel_score", "when": "late", "criterion": "C.9", "points": "1"}]);
    sheet["sheet"]["weights"] = json!([{"scorer": "panel", "percent": 90}]);
    let said = refused(
        &bloc,
        &bloc.official,
        "regulations",
        &json!({"regulation": sheet}),
        (400, "regulationFaulty"),
    );
    let found = issues(&said);
    for expected in [
        ("/regulation/sheet/scorers/0/combine/at_least", "leavesNobody"),
        ("/regulation/sheet/penalties/0/criterion", "unknownCriterion"),
        ("/regulation/sheet/penalties/0/step", "noDeadline"),
        ("/regulation/sheet/weights", "weightsDoNotAddUp"),
        ("/regulation/sheet/weights/0/scorer", "duplicate"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
}
