//! The regulations of the province: presets made from real sheets, and one of its own in which members, panels and the
//! leader score every month.

use serde_json::{Value, json};

/// Presets that some blocs take, one year this, one year that.
const PRESETS: [(&str, &str); 3] = [
    ("hcmc-2008", include_str!("../../api-spec/regulations/hcmc-2008.json")),
    ("hue-804-2018", include_str!("../../api-spec/regulations/hue-804-2018.json")),
    ("khanh-hoa-11", include_str!("../../api-spec/regulations/khanh-hoa-11.json")),
];

/// The body that adopts a bloc's regulation for a year, and the regulation itself.
pub fn of(bloc: usize, year: u16) -> (Value, Value) {
    // Every seventh bloc works with a preset.
    if bloc % 7 != 3 {
        let own = monthly(year);
        return (json!({"regulation": own}), own);
    }
    let (code, text) = PRESETS[(bloc + usize::from(year)) % PRESETS.len()];
    (json!({"preset": code}), serde_json::from_str(text).expect("a preset is JSON"))
}

/// How the scores of several become one: another way each year.
fn combined(year: u16) -> Value {
    match year % 3 {
        0 => json!({"method": "mean", "at_least": 2}),
        1 => json!({"method": "median", "at_least": 2}),
        _ => json!({"method": {"trimmed_mean": {"lowest": 1, "highest": 1}}, "at_least": 3}),
    }
}

fn monthly(year: u16) -> Value {
    let criterion = |id: String, name: &str, max: &str, scored_by: Value| {
        json!({"id": id, "name": {"vi": name}, "max": max, "scored_by": scored_by})
    };
    let common = COMMON.iter().enumerate().map(|(index, name)| {
        criterion(format!("K.{}", index + 1), name, "8", json!(["self", "peer", "bloc"]))
    });
    let of_fields = FIELDS
        .iter()
        .enumerate()
        .map(|(index, name)| criterion(format!("L.{}", index + 1), name, "4", json!(["panel"])));
    json!({
        "title": {"vi": format!("Quy chế ví dụ năm {year}: chấm điểm hằng tháng, chấm chéo và chấm theo lĩnh vực")},
        "unsourced": ["/sheet", "/procedure", "/ballot", "/leadership", "/tie_breaks"],
        "sheet": {
            "scale": "100", "decimals": 2, "rounding": "half_up", "monthly": true,
            "counts": ["peer", "panel", "official"],
            "scorers": [{"scorer": "peer", "combine": combined(year)}],
            "parts": [
                {"name": {"vi": "Nội dung chung"}, "kind": "contents", "criteria": common.collect::<Vec<_>>()},
                {"name": {"vi": "Nội dung theo lĩnh vực"}, "kind": "contents", "criteria": of_fields.collect::<Vec<_>>()},
                {"name": {"vi": "Điểm trừ"}, "kind": "penalty",
                 "criteria": [criterion("M.1".into(), "Vi phạm, chậm báo cáo", "5", json!(["official"]))]}
            ]
        },
        "classes": [
            {"code": "A", "name": {"vi": "Hoàn thành xuất sắc nhiệm vụ"}, "at_least": "90"},
            {"code": "B", "name": {"vi": "Hoàn thành tốt nhiệm vụ"}, "at_least": "80"},
            {"code": "C", "name": {"vi": "Hoàn thành nhiệm vụ"}}
        ],
        "procedure": [
            {"step": "registration", "required": true, "deadline": {"month": 2, "day": 28}},
            {"step": "pledge", "required": true},
            {"step": "half_year_report", "required": false, "deadline": {"month": 6, "day": 30}},
            {"step": "annual_report", "required": false, "deadline": {"month": 12, "day": 10}},
            {"step": "self_score", "required": true},
            {"step": "peer_score", "required": true},
            {"step": "bloc_score", "required": true},
            {"step": "panel_score", "required": true},
            {"step": "official_score", "required": true},
            {"step": "score_table", "required": true},
            {"step": "ballot", "required": true},
            {"step": "ranking", "required": true},
            {"step": "leadership", "required": true}
        ],
        "ballot": {"secrecy": "open", "candidates": "members",
                   "majority": {"percent": 50, "or_equal": false, "base": "cast"}},
        "leadership": {"method": "election", "ballot": {"secrecy": "secret", "candidates": "members"}},
        "tie_breaks": ["votes"]
    })
}

const COMMON: [&str; 6] = [
    "Thực hiện nhiệm vụ chính trị, kinh tế - xã hội",
    "Tổ chức phong trào thi đua, sơ kết, tổng kết",
    "Cải cách hành chính, chuyển đổi số",
    "Xây dựng Đảng, chính quyền, đoàn thể",
    "Tham gia hoạt động của khối",
    "Chế độ thông tin, báo cáo",
];

/// One field for each panel.
pub const FIELDS: [&str; 13] = [
    "Tài chính, ngân sách",
    "Tổ chức cán bộ",
    "Thanh tra, tiếp công dân",
    "Tư pháp, pháp chế",
    "Thông tin, truyền thông",
    "Văn hóa, thể thao",
    "Giáo dục, đào tạo",
    "Y tế, dân số",
    "Lao động, người có công",
    "Xây dựng, đô thị",
    "Nông nghiệp, môi trường",
    "An ninh, trật tự",
    "An sinh xã hội",
];
