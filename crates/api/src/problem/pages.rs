//! The table of problems for people (`/problems`, `/problems/{code}`) and for programs
//! (`/v1/reference/problem-types`).

use super::Code;
use crate::{
    body::Schemas,
    page::{escaped, links, page},
};
use serde_json::{Value, json};
use utoipa::openapi::{
    RefOr,
    schema::{Array, ObjectBuilder, Schema, Type},
};

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

/// The schema of the table.
pub fn reference_schema(schemas: &mut Schemas) -> RefOr<Schema> {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let words = || ObjectBuilder::new().property("vi", text()).required("vi").property("en", text()).required("en");
    schemas.named("ProblemTypes", |schemas| {
        let item = schemas.named("ProblemType", |_| {
            let members: [(&str, ObjectBuilder); 7] = [
                ("type", text()),
                ("href", text()),
                ("code", text()),
                ("status", ObjectBuilder::new().schema_type(Type::Integer)),
                ("title", text()),
                ("cause", words()),
                ("cure", words()),
            ];
            let object = ObjectBuilder::new().description(Some("Một mã lỗi. One kind of problem."));
            members.into_iter().fold(object, |object, (name, schema)| object.property(name, schema).required(name)).into()
        });
        ObjectBuilder::new()
            .property("items", Schema::Array(Array::new(item)))
            .required("items")
            .description(Some("Danh mục mã lỗi. Every kind of problem."))
            .into()
    })
}
