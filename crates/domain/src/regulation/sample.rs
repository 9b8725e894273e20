//! A regulation for tests that says everything a regulation can say and contradicts nothing.

use super::Regulation;
use serde_json::{Value, json};

/// The regulation as a document, with every optional member present somewhere.
pub fn document() -> Value {
    json!({
        "title": {"vi": "Quy chế đầy đủ", "en": "A full regulation"},
        "sources": [{"number": "24/2011/QĐ-UBND", "title": "Quyết định", "article": "Mục H.1", "note": "Trích"}],
        "unsourced": ["/sheet/rounding"],
        "sheet": {
            "scale": "100", "decimals": 1, "step": "0.5", "rounding": "half_even", "counts": ["official", "bloc"],
            "parts": [
                {"label": "I", "name": {"vi": "Nội dung"}, "kind": "contents", "cap": "90", "criteria": [
                    {"id": "I.1", "name": {"vi": "Nhóm"}, "max": "40", "over_max": "cap", "criteria": [
                        {"id": "I.1.a", "name": {"vi": "Điểm"}, "max": "30", "scored_by": ["self", "bloc"]},
                        {"id": "I.1.b", "name": {"vi": "Mức"}, "max": "10", "scored_by": ["self", "bloc"], "options": [
                            {"name": "Không", "points": "0"}, {"name": "Có", "points": "10"}
                        ]}
                    ]},
                    {"id": "I.2", "name": {"vi": "Khác"}, "max": "50", "over_max": "carry",
                     "scored_by": ["self", "bloc", "official"]}
                ]},
                {"name": {"vi": "Thưởng"}, "kind": "bonus", "cap": "10", "criteria": [
                    {"id": "II.1", "name": {"vi": "Thưởng"}, "scored_by": ["self", "bloc"]}
                ]},
                {"name": {"vi": "Trừ"}, "kind": "penalty", "criteria": [
                    {"id": "P.1", "name": {"vi": "Trừ"}, "scored_by": ["official"]}
                ]}
            ]
        },
        "classes": [
            {"code": "A", "name": {"vi": "Xuất sắc"}, "at_least": "90"},
            {"code": "B", "name": {"vi": "Còn lại"}}
        ],
        "procedure": [
            {"step": "registration", "required": true, "deadline": {"month": 12, "day": 20, "year_offset": -1}},
            {"step": "pledge", "required": true},
            {"step": "half_year_report", "required": false},
            {"step": "annual_report", "required": true},
            {"step": "self_score", "required": true, "deadline": {"month": 12, "day": 15}, "late": "refuse"},
            {"step": "bloc_score", "required": true},
            {"step": "official_score", "required": true},
            {"step": "score_table", "required": true},
            {"step": "ballot", "required": true},
            {"step": "ranking", "required": true},
            {"step": "leadership", "required": true},
            {"step": "council", "required": false}
        ],
        "ballot": {"secrecy": "secret", "candidates": {"top_scores": 1},
                   "majority": {"percent": 80, "or_equal": true, "base": "electors"}},
        "leadership": {"method": "election", "ballot": {"secrecy": "open", "candidates": "members"},
                       "bars_excluded_last_year": true},
        "tie_breaks": ["contents", "bonus", "fewer_penalties", "votes"],
        "comment_days": 10, "explanation_days": 3, "objection_days": 5, "ruling_days": 7,
        "awards": [
            {"award": "GOV_FLAG", "quota": {"percent": {"percent": 20, "base": "leading_units", "rounding": "floor"}},
             "checks": [{"check": "leading_unit", "by": "proposal"}]},
            {"award": "PROVINCE_FLAG", "quota": {"count": 1},
             "council": {"percent": 80, "or_equal": true, "base": "members"},
             "checks": [
                {"check": "leading_unit", "by": "proposal"}, {"check": {"rank_within": 1}, "by": "council"},
                {"check": {"dossier_complete": ["submission", "council_minutes", "achievement_report"]}, "by": "council"},
                {"check": {"publicity_passed": 5}, "by": "decision"},
                {"check": "legal_basis_valid"}
             ],
             "legal_basis": [{"number": "06/2022/QH15", "article": "Điều 26", "from": "2024-01-01", "until": "2026-09-30"}]},
            {"award": "CERT_MERIT_PROVINCE_CHAIR",
             "quota": {"percent": {"percent": 50, "rounding": "half_up",
                "base": {"remaining": {"of": "considered", "after": ["GOV_FLAG", "PROVINCE_FLAG"]}}}}},
            {"award": "CERT_COMMENDATION",
             "quota": {"allotted": [{"bloc": "018bcfe5-6800-7000-8000-000000000001", "count": 2}]}},
            {"award": "EXCELLENT_COLLECTIVE", "quota": {"percent": {"percent": 10, "rounding": "ceil",
                "base": {"meeting_standard": "ADVANCED_COLLECTIVE"}}}}
        ]
    })
}

/// The same with every optional member there is: those that would change what the others add up to stand only here.
pub fn fullest() -> Value {
    let combine = json!({"method": {"trimmed_mean": {"lowest": 1, "highest": 1}}, "at_least": 3});
    let peers = json!({"scorer": "peer", "name": {"vi": "Chấm chéo"}, "combine": combine, "own_unit": true});
    let nobody = json!({"id": "P.2.a", "name": {"vi": "Không báo cáo"}, "max": "2"});
    let own_bonus = json!({"id": "II.2", "name": {"vi": "Thưởng riêng"}, "max": "5", "over_max": "clamp",
                           "bonus_of": "I.2", "scored_by": ["peer", "panel"]});
    let added = [
        ("/sheet/base", json!("10")),
        ("/sheet/scale", json!("110")),
        ("/sheet/monthly", json!(true)),
        ("/sheet/weights", json!([{"scorer": "peer", "percent": 40}, {"scorer": "panel", "percent": 60}])),
        (
            "/sheet/scorers",
            json!([peers, {"scorer": "panel", "combine": {"method": "median", "at_least": 1}}]),
        ),
        (
            "/sheet/penalties",
            json!([{"step": "annual_report", "when": "not_taken", "criterion": "P.2.a", "points": "2"}]),
        ),
        ("/sheet/parts/1/criteria/-", own_bonus),
        (
            "/sheet/parts/2/criteria/-",
            json!({"id": "P.2", "name": {"vi": "Nặng nhất"}, "criteria": [nobody], "highest_only": true}),
        ),
        ("/classes/-", json!({"code": "U", "name": {"vi": "Chưa chấm"}, "unscored": true})),
        ("/classify_up_to", json!("100")),
        ("/ballot/quorum", json!({"percent": 50, "base": "members"})),
        ("/tie_breaks/-", json!("lots")),
        ("/tie_breaks/-", json!("meeting")),
    ];
    let mut fullest = edited(&added);
    if let Some(procedure) = fullest["procedure"].as_array_mut() {
        procedure.insert(5, json!({"step": "peer_score", "required": true}));
        procedure.insert(7, json!({"step": "panel_score", "required": true}));
    }
    fullest
}

/// The document with a leader by turns.
pub fn with_turns() -> Value {
    let order = json!(["018bcfe5-6800-7000-8000-000000000001"]);
    edited(&[("/leadership", json!({"method": "rotation", "order": order, "bars_excluded_last_year": true}))])
}

/// The document after some edits: the value at each pointer is replaced, or removed where the new value is `null`.
pub fn edited(edits: &[(&str, Value)]) -> Value {
    edited_from(document(), edits)
}

/// Any document after some edits.
pub fn edited_from(document: Value, edits: &[(&str, Value)]) -> Value {
    edits.iter().fold(document, |document, (pointer, value)| edit(document, pointer, value.clone()))
}

/// One edit; a pointer whose last token is `-` appends to the list.
pub fn edit(mut document: Value, pointer: &str, value: Value) -> Value {
    let (parent, last) = pointer.rsplit_once('/').expect("a pointer below the root");
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} has no parent")) {
        Value::Object(members) if value.is_null() => drop(members.remove(last).expect("a member to remove")),
        Value::Object(members) => drop(members.insert(last.to_owned(), value)),
        Value::Array(items) if last == "-" => items.push(value),
        Value::Array(items) if value.is_null() => drop(items.remove(last.parse().expect("an index"))),
        Value::Array(items) => items[last.parse::<usize>().expect("an index")] = value,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            panic!("{parent} holds nothing")
        }
    }
    document
}

/// The regulation after some edits.
pub fn regulation(edits: &[(&str, Value)]) -> Regulation {
    serde_json::from_value(edited(edits)).expect("a document of the right shape")
}

/// A pointer to every value in `value`, the root left out, parents before children.
pub fn pointers(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, child)| (format!("/{key}"), child)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, child)| (format!("/{i}"), child)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let below = |(at, child): (String, &Value)| {
        let deeper = pointers(child).into_iter().map(|rest| format!("{at}{rest}")).collect::<Vec<_>>();
        std::iter::once(at).chain(deeper)
    };
    children.into_iter().flat_map(below).collect()
}
