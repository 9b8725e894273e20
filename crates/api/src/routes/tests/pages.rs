//! What people read, and that none of it comes from elsewhere.

use super::*;

#[actix_web::test]
async fn the_pages_link_only_to_what_is_here() {
    let house = House::open().await;
    for path in ["/", "/docs/", "/problems", "/problems/deadlinePassed"] {
        let answer = house.get(path).await;
        assert_eq!(
            (answer.status(), header(&answer, "content-type").starts_with("text/html")),
            (StatusCode::OK, true),
            "{path}"
        );
        let policy = header(&answer, "content-security-policy").to_owned();
        assert!(!policy.contains("http") && !policy.contains('*'), "{path}: {policy}");
        let text = answer.text().await.unwrap();
        for attribute in ["src=\"", "href=\""] {
            for target in text.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(!target.contains("//"), "{path} loads {target}");
                let target = if target.starts_with('/') {
                    target.to_owned()
                } else {
                    format!("/docs/{}", target.trim_start_matches("./"))
                };
                assert_eq!(house.get(&target).await.status(), StatusCode::OK, "{path} leads to {target}");
            }
        }
        assert!(!text.contains("<script>") || path == "/docs/", "{path} needs no script");
    }
}

#[actix_web::test]
async fn swagger_ui_reads_our_document_and_asks_no_validator() {
    let house = House::open().await;
    let start = house.get("/docs/swagger-initializer.js").await.text().await.unwrap();
    assert!(
        start.contains("\"/v1/openapi.json\"") && start.contains("\"validatorUrl\": \"none\""),
        "{start}"
    );
    assert!(!start.contains("http:") && !start.contains("https:"), "{start}");
    for sheet in ["/docs/index.css", "/docs/swagger-ui.css"] {
        let text = house.get(sheet).await.text().await.unwrap();
        assert!(
            !text.contains("@import") && !text.contains("url(http") && !text.contains("url(//"),
            "{sheet}"
        );
    }
    let moved = house.get("/docs").await;
    assert_eq!((moved.status(), header(&moved, "location")), (StatusCode::PERMANENT_REDIRECT, "/docs/"));
}

#[actix_web::test]
async fn a_page_that_names_a_problem_shows_it_as_text() {
    let house = House::open().await;
    assert_eq!(crate::page::escaped("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    let refused = house.get("/problems/%3Cscript%3E").await;
    problem(refused, "resourceNotFound").await;
}

#[actix_web::test]
async fn the_document_is_kept_by_its_tag() {
    let house = House::open().await;
    let first = house.get("/v1/openapi.json").await;
    let tag = header(&first, "etag").to_owned();
    assert_eq!(tag.len(), 18);
    let held = house.send(Method::GET, "/v1/openapi.json", &[("if-none-match", &tag)]).await;
    assert_eq!(
        (held.status(), header(&held, "access-control-allow-origin")),
        (StatusCode::NOT_MODIFIED, "*")
    );
    let table: Value = house.get("/v1/reference/problem-types").await.json().await.unwrap();
    assert_eq!(table["items"].as_array().unwrap().len(), crate::problem::Code::ALL.len());
}
