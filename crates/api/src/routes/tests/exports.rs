//! Exports at every stage, as a client meets them: here they are made when the test says so.

use super::*;
use app::{Anchor, OwnKey, exports::ServedLog};
use std::{
    path::Path,
    sync::mpsc::{Receiver, Sender, channel},
    time::{Duration, Instant},
};
use tlog::key::Signer;

/// What becomes of the next export.
type Outcome = Result<&'static str, &'static str>;

/// A house whose exports wait for what is sent.
async fn exporting(folder: &Path) -> (House, Sender<Outcome>) {
    let mut app = founded().await;
    let key = Signer::from_seed("log.test/a".parse().unwrap(), &[7; 32]).unwrap();
    let anchor = Anchor::read(&folder.join("anchor"), key.verifier()).unwrap();
    let seen = anchor.seen();
    app.publish(Box::new(OwnKey::new(key, seen)), anchor).unwrap();
    let (sender, outcomes): (_, Receiver<Outcome>) = channel();
    let packer = move |_: &Arc<ServedLog>, to: &Path, progress: &dyn Fn(u64, u64)| {
        progress(1, 2);
        let text = outcomes.recv().unwrap_or(Err("the test is over"))?;
        std::fs::write(to, text).map_err(|error| error.to_string())
    };
    app.export(&folder.join("exports"), Box::new(packer)).unwrap();
    (House::of(app).await, sender)
}

impl House {
    async fn export(&self, number: usize) -> Response {
        self.post("/v1/audit/exports", &format!("export-number-{number:04}"), &[], "{}").await
    }

    async fn fetch(&self, path: &str, form: &str) -> Response {
        let bearer = format!("Bearer {}", self.token("registry", Scope::ALL, self.now()));
        self.send(Method::GET, path, &[("authorization", &bearer), ("accept", form)]).await
    }

    /// What is said of an export once it has this status.
    async fn once(&self, path: &str, status: &str) -> Value {
        let started = Instant::now();
        loop {
            let said: Value = self.fetch(path, JSON).await.json().await.unwrap();
            if said["status"] == status {
                return said;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "it never came to {status}: {said}");
            actix_web::rt::task::yield_now().await;
        }
    }
}

#[actix_web::test]
async fn an_export_is_told_of_at_every_stage() {
    let folder = TempDir::new().unwrap();
    let (house, outcomes) = exporting(folder.path()).await;
    let begun = house.export(0).await;
    assert_eq!(begun.status(), StatusCode::ACCEPTED);
    let first = header(&begun, "location").to_owned();
    let said = house.once(&first, "running").await;
    assert_eq!((&said["done"], &said["client"]), (&json!(1), &json!("registry")), "{said}");
    let early = house.fetch(&first, "application/zip").await;
    assert_eq!((early.status(), header(&early, "retry-after")), (StatusCode::CONFLICT, "5"));
    problem(early, "exportNotReady").await;

    // One is made and four wait; the same key is the same export, also when no other is taken.
    let mut paths = Vec::new();
    for number in 1..5 {
        let taken = house.export(number).await;
        assert_eq!(taken.status(), StatusCode::ACCEPTED, "{number}");
        paths.push(header(&taken, "location").to_owned());
    }
    let refused = house.export(5).await;
    assert_eq!((refused.status(), header(&refused, "retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "60"));
    problem(refused, "tooManyExports").await;
    assert_eq!(header(&house.export(0).await, "location"), first);

    outcomes.send(Ok("the whole log")).unwrap();
    let said = house.once(&first, "done").await;
    assert_eq!((&said["bytes"], &said["total"]), (&json!(13), &json!(1)), "{said}");
    let file = house.fetch(&first, "application/zip").await;
    assert_eq!((header(&file, "content-length"), header(&file, "cache-control")), ("13", "no-store"));
    assert_eq!(header(&file, "etag"), format!("\"{}\"", said["sha256"].as_str().unwrap()));
    assert_eq!(file.text().await.unwrap(), "the whole log");

    outcomes.send(Err("the disk is full")).unwrap();
    let said = house.once(&paths[0], "failed").await;
    assert_eq!(said["failure"], "the disk is full");
    let told = problem(house.fetch(&paths[0], "application/zip").await, "exportNotReady").await;
    assert_eq!(told["failure"], "the disk is full");
    let unknown = format!("/v1/audit/exports/{}", Uuid::from_u128(1));
    problem(house.fetch(&unknown, JSON).await, "exportUnknown").await;
}

#[actix_web::test]
async fn an_export_takes_nothing_but_its_key() {
    let folder = TempDir::new().unwrap();
    let (house, _outcomes) = exporting(folder.path()).await;
    let refused = house.post("/v1/audit/exports?streams=log", "short", &[], r#"{"to":"me"}"#).await;
    let told = problem(refused, "invalidInput").await;
    let expected =
        ["header:Idempotency-Key:badValue", "query:streams:unknownParameter", "body:/to:unknownField"];
    assert_eq!(faults(&told), expected);
}
