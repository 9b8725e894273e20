//! Whatever can be asked, picked blindly.

use super::{BLOC, CLIENTS, Wish, World};
use serde_json::{Value, json};

/// An act on any aggregate.
pub fn pick(world: &mut World<'_>) -> Wish {
    let (path, mut body) = match world.random.below(5) {
        0 => of_unit(world),
        1 => of_bloc(world),
        2 => of_dossier(world),
        3 => of_grant(world),
        _ => of_year(world),
    };
    let day = *world.random.one_of(&["2016-06-01", "2017-01-15", "2018-02-01"]);
    body["effective_on"] = day.into();
    body["basis"] = json!({"illustrative": true});
    (path, body)
}

fn id(world: &mut World<'_>, few: usize) -> String {
    format!("01910000-0000-7000-8099-{:012}", world.random.below(few))
}

fn of_unit(world: &mut World<'_>) -> Wish {
    let (unit, other) = (world.unit(), world.unit());
    let value = format!("H26.{}", world.random.below(4));
    let identifier = json!({"scheme": "internal", "value": value});
    let (rest, body) = match world.random.below(7) {
        0 => {
            let body = json!({"id": id(world, 6), "name": {"vi": "Đơn vị mới"}, "kind": "association"});
            return ("/v1/units".to_owned(), body);
        }
        1 | 2 => ("renamings", json!({"name": {"vi": format!("Tên mới {value}")}})),
        3 => ("identifiers", json!({"identifier": identifier})),
        4 => ("identifier-ends", json!({"identifier": identifier})),
        5 => ("mergers", json!({"predecessors": [other]})),
        _ => ("dissolutions", json!({"reason": "Kết thúc hoạt động"})),
    };
    (format!("/v1/units/{unit}/{rest}"), body)
}

fn of_bloc(world: &mut World<'_>) -> Wish {
    let unit = world.unit();
    let bloc = world.province.blocs[BLOC].id.clone();
    let (rest, body) = match world.random.below(4) {
        0 => {
            let name = json!({"vi": "Khối khác"});
            let body = json!({"id": id(world, 3), "name": name, "kind": "khoi", "level": "province"});
            return ("/v1/blocs".to_owned(), body);
        }
        1 => ("aliases", json!({"alias": {"vi": format!("Khối {}", world.random.below(9))}})),
        2 => ("memberships", json!({"unit": unit})),
        _ => ("departures", json!({"unit": unit, "reason": "Chuyển khối"})),
    };
    (format!("/v1/blocs/{bloc}/{rest}"), body)
}

fn of_grant(world: &mut World<'_>) -> Wish {
    let grant = id(world, 8);
    if world.random.below(2) == 0 {
        return (format!("/v1/grants/{grant}/revocations"), json!({"reason": "Thôi giao"}));
    }
    let role = match world.random.below(3) {
        0 => json!({"unit_officer": {"unit": world.unit()}}),
        1 => json!("auditor"),
        _ => json!({"official": {"bloc": world.province.blocs[BLOC].id}}),
    };
    let client = *world.random.one_of(&["can-bo-1", "can-bo-2", CLIENTS[0]]);
    ("/v1/grants".to_owned(), json!({"id": grant, "client": client, "role": role}))
}

fn of_dossier(world: &mut World<'_>) -> Wish {
    let dossier = id(world, 3);
    let minutes = "12/BB-HĐTĐKT";
    let chair = "Chủ tịch Ủy ban nhân dân tỉnh";
    let (rest, body) = match world.random.below(8) {
        0..3 => {
            let bloc = world.province.blocs[BLOC].id.clone();
            let award = *world.random.one_of(&["PROVINCE_FLAG", "CERT_MERIT_PROVINCE_CHAIR"]);
            let papers = json!([{"kind": "submission", "number": "45/TTr-KTĐ"}]);
            let body = json!({"id": dossier, "bloc": bloc, "year": world.year(), "award": award,
                              "unit": world.unit(), "papers": papers});
            return ("/v1/commendations".to_owned(), body);
        }
        3 => ("appraisals", json!({"finding": "meets"})),
        4 => (
            "council-votes",
            json!({"members": 15, "present": 13, "written_opinions": 2,
                   "in_favour": 15, "against": 0, "minutes": minutes}),
        ),
        5 => ("decisions", json!({"number": "512/QĐ-UBND", "date": "2018-03-21", "signed_by": chair})),
        6 => ("publications", json!({"on": "2018-03-25", "place": "Cổng thông tin điện tử tỉnh"})),
        _ => (
            "revocations",
            json!({"cause": "later_violation", "reason": "Vi phạm", "number": "77/QĐ-UBND",
                   "date": "2018-09-01", "signed_by": chair}),
        ),
    };
    (format!("/v1/commendations/{dossier}/{rest}"), body)
}

fn of_year(world: &mut World<'_>) -> Wish {
    let (unit, other, year) = (world.unit(), world.unit(), world.year());
    let path = world.province.path(BLOC, year);
    let mut fact = |rest: &str| world.fact(&format!("{path}{rest}"));
    let (score, query, objection) = (fact("/scores"), fact("/score-queries"), fact("/objections"));
    let (report, table, ranking) = (fact("/reports"), fact("/score-tables"), fact("/rankings"));
    let correction = |corrects: String| json!({"corrects": corrects, "reason": "Rà soát lại"});
    let (rest, body): (String, Value) = match world.random.below(13) {
        0 => ("registrations".into(), json!({"unit": unit})),
        1 => ("pledges".into(), json!({"unit": unit})),
        2 => ("reports".into(), json!({"unit": unit, "kind": "annual", "correction": correction(report)})),
        3 if world.random.below(4) == 0 => ("exclusions".into(), json!({"unit": unit, "cause": "other", "reason": "Lý do khác"})),
        4 => ("score-tables".into(), json!({"correction": correction(table)})),
        5 => ("rankings".into(), json!({"correction": correction(ranking)})),
        6 => ("rankings".into(), json!({})),
        7 => ("elections".into(), json!({"leader": unit, "deputy": other})),
        8 => ("score-queries".into(), json!({"score": score, "text": "Căn cứ nào?"})),
        9 => (format!("score-queries/{query}/explanations"), json!({"text": "Theo biên bản kiểm tra"})),
        10 => ("objections".into(), json!({"unit": unit, "against": table, "text": "Đề nghị chấm lại"})),
        11 => {
            let outcome = *world.random.one_of(&["upheld", "dismissed"]);
            (format!("objections/{objection}/rulings"), json!({"outcome": outcome, "reason": "Đã xem xét"}))
        }
        _ => ("leaderships".into(), json!({"leader": unit, "deputy": other})),
    };
    (format!("{path}/{rest}"), body)
}
