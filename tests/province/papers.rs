//! What units write: registrations, reports, reasons.

use super::random::Random;
use serde_json::{Value, json};

const SENTENCES: [&str; 12] = [
    "Đơn vị đã bám sát kế hoạch phát động, cụ thể hóa thành chỉ tiêu cho từng bộ phận và phân công người theo dõi hằng tháng.",
    "Phong trào thi đua được triển khai đồng bộ, gắn với nhiệm vụ chính trị và việc học tập, làm theo tư tưởng Hồ Chí Minh.",
    "Công tác cải cách hành chính có chuyển biến: hồ sơ quá hạn giảm, tỷ lệ nộp hồ sơ trực tuyến tăng so với cùng kỳ.",
    "Đã tổ chức hai đợt thi đua ngắn ngày, bình chọn và biểu dương các tập thể, cá nhân có cách làm hay.",
    "Việc phát hiện, nhân rộng điển hình tiên tiến được quan tâm, ưu tiên người trực tiếp lao động, công tác ở cơ sở.",
    "Quỹ vì người nghèo và các hoạt động xã hội, từ thiện được cán bộ, công chức, người lao động hưởng ứng.",
    "Công tác kiểm tra, tự kiểm tra việc thực hiện giao ước thi đua được tiến hành mỗi quý một lần.",
    "Đơn vị tham gia đầy đủ các hội nghị, hoạt động chung của khối và gửi báo cáo theo đề cương.",
    "Một số chỉ tiêu về giải ngân còn chậm do vướng mắc thủ tục, đã có giải pháp khắc phục trong quý sau.",
    "Công tác tuyên truyền trên cổng thông tin và mạng nội bộ có lúc chưa thường xuyên.",
    "Nội dung đăng ký của một vài bộ phận còn chung chung, chưa lượng hóa được kết quả.",
    "Sáng kiến cải tiến quy trình tiếp nhận hồ sơ đã rút ngắn thời gian giải quyết cho người dân.",
];

const TARGETS: [(&str, &str); 8] = [
    ("Tỷ lệ hồ sơ giải quyết đúng hạn", "%"),
    ("Tỷ lệ dịch vụ công trực tuyến toàn trình", "%"),
    ("Tỷ lệ giải ngân vốn được giao", "%"),
    ("Sáng kiến được công nhận", " sáng kiến"),
    ("Mô hình mới, điển hình mới", " mô hình"),
    ("Đợt thi đua theo chuyên đề", " đợt"),
    ("Cán bộ, công chức được bồi dưỡng nghiệp vụ", " lượt người"),
    ("Ủng hộ quỹ vì người nghèo", " triệu đồng"),
];

const FIGURES: [&str; 10] = [
    "Lượt tập thể được khen thưởng",
    "Lượt cá nhân được khen thưởng",
    "Người trực tiếp lao động được khen thưởng",
    "Sáng kiến được công nhận",
    "Điển hình tiên tiến được biểu dương",
    "Hồ sơ tiếp nhận trong kỳ",
    "Hồ sơ giải quyết đúng hạn",
    "Lượt công dân được tiếp",
    "Kinh phí chi khen thưởng (triệu đồng)",
    "Nhà tình nghĩa, nhà đại đoàn kết hỗ trợ xây dựng",
];

const TITLES: [&str; 4] = [
    "Cờ thi đua của Ủy ban nhân dân tỉnh",
    "Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh",
    "Tập thể lao động xuất sắc",
    "Tập thể lao động tiên tiến",
];

/// Some sentences, one after the other.
pub fn prose(random: &mut Random, sentences: usize) -> String {
    let begin = random.below(SENTENCES.len());
    let chosen: Vec<_> = (0..sentences).map(|step| SENTENCES[(begin + step * 5) % SENTENCES.len()]).collect();
    chosen.join(" ")
}

/// A registration for a year.
pub fn registration(unit: &str, year: u16, random: &mut Random) -> Value {
    let begin = random.below(TARGETS.len());
    let count = 3 + random.below(4);
    let targets = (0..count).map(|step| {
        let (name, measure) = TARGETS[(begin + step) % TARGETS.len()];
        let value = if measure == "%" { 85 + random.below(16) } else { 2 + random.below(60) };
        json!({"name": name, "value": format!("{value}{measure}"), "due": format!("{year}-11-30")})
    });
    let targets: Vec<_> = targets.collect();
    json!({"unit": unit, "targets": targets, "contents": prose(random, 2),
           "titles_sought": [random.one_of(&TITLES)], "registered_points": format!("{}", 88 + random.below(10))})
}

/// A half-year or annual report.
pub fn report(unit: &str, kind: &str, random: &mut Random) -> Value {
    let begin = random.below(FIGURES.len());
    let count = 5 + random.below(5);
    let figures = (0..count).map(|step| {
        let mut figure = json!({"name": FIGURES[(begin + step) % FIGURES.len()], "value": random.below(4000).to_string()});
        if random.chance(15) {
            figure["qualifier"] = (*random.one_of(&["hơn", "gần", "khoảng"])).into();
        }
        figure
    });
    let figures: Vec<_> = figures.collect();
    let attachments: Vec<_> = (0..=random.below(2)).map(|_| evidence("Báo cáo kèm phụ lục số liệu", random)).collect();
    let sentences = 3 + random.below(3);
    json!({"unit": unit, "kind": kind, "summary": prose(random, sentences), "shortcomings": prose(random, 1),
           "figures": figures, "attachments": attachments})
}

/// A paper that supports something.
pub fn evidence(title: &str, random: &mut Random) -> Value {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut hash: String = (0..42).map(|_| char::from(*random.one_of(LETTERS))).collect();
    // The last letter of 32 bytes carries four bits.
    hash.push(char::from(LETTERS[random.below(16) * 4]));
    json!({"title": title, "document": format!("{}/BC-VP", 1 + random.below(600)), "sha256": hash})
}

/// A correction of the fact of a line.
pub fn correction(key: &str) -> Value {
    json!({"corrects": format!("@{key}"), "reason": "Rà soát lại số liệu theo hồ sơ minh chứng"})
}
