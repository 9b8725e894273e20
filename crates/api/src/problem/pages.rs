//! The table of problems for people (`/problems`, `/problems/{code}`) and for programs
//! (`/v1/reference/problem-types`).

use super::Code;
use crate::page::{escaped, links, page};
use serde_json::{Value, json};

/// The list of all problems as HTML.
pub fn index() -> String {
    let targets: Vec<_> = Code::ALL.iter().map(|code| (format!("/problems/{}", code.as_str()), code.cause())).collect();
    let items: Vec<_> = targets.iter().map(|(target, cause)| (target.as_str(), cause.vi.as_ref())).collect();
    page("Các lỗi của API thidua · Problems of the thidua API", &links(&items))
}

/// The page of one problem; `None` for a code that does not exist.
pub fn of(code: &str) -> Option<String> {
    let code = *Code::ALL.iter().find(|known| known.as_str() == code)?;
    let (cause, cure) = (code.cause(), code.cure());
    let body = format!(
        "<p><code>urn:problem-type:thidua:{name}</code> · HTTP {status}</p>\n\
         <h2>Nguyên nhân</h2><p>{cause_vi}</p>\n<h2>Cách xử lý</h2><p>{cure_vi}</p>\n\
         <div lang=\"en\"><h2>Cause</h2><p>{cause_en}</p>\n<h2>Cure</h2><p>{cure_en}</p></div>\n\
         <p><a href=\"/problems\">Tất cả các lỗi · All problems</a></p>\n",
        name = code.as_str(),
        status = code.status().as_u16(),
        cause_vi = escaped(&cause.vi),
        cure_vi = escaped(&cure.vi),
        cause_en = escaped(&cause.en),
        cure_en = escaped(&cure.en),
    );
    Some(page(&format!("{}: {}", code.as_str(), code.title()), &body))
}

/// The table as JSON.
pub fn reference() -> Value {
    let items: Vec<_> = Code::ALL
        .iter()
        .map(|code| {
            json!({
                "type": format!("urn:problem-type:thidua:{}", code.as_str()),
                "href": format!("/problems/{}", code.as_str()),
                "code": code.as_str(),
                "status": code.status().as_u16(),
                "title": code.title(),
                "cause": {"vi": code.cause().vi, "en": code.cause().en},
                "cure": {"vi": code.cure().vi, "en": code.cure().en},
            })
        })
        .collect();
    json!({ "items": items })
}
