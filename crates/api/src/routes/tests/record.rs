//! What an operator sees of a request: a count by its pattern, and one line.

use super::*;
use actix_web::{
    dev::{AppConfig, Service as _, ServiceFactory as _},
    test::TestRequest,
};
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use parking_lot::Mutex;
use std::{collections::BTreeMap, io, sync::LazyLock};

/// Remembers how often each series was touched.
#[derive(Clone, Default)]
struct Counted(Arc<Mutex<BTreeMap<String, u64>>>);

struct Series(Counted, String);

impl Series {
    fn of(counted: &Counted, key: &Key) -> Arc<Self> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Self(counted.clone(), format!("{} {}", key.name(), labels.join(" "))))
    }

    fn touch(&self, by: u64) {
        *self.0.0.lock().entry(self.1.clone()).or_default() += by;
    }
}

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        self.touch(value);
    }

    fn absolute(&self, _: u64) {}
}

impl HistogramFn for Series {
    fn record(&self, seconds: f64) {
        assert!((0.0..10.0).contains(&seconds));
        self.touch(1);
    }
}

impl Recorder for Counted {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Series::of(self, key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Series::of(self, key))
    }
}

/// Keeps what is written to the log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A fact, two refusals and a public read in this very thread, where recorder and log are ours.
async fn four_requests(token: &mut String) {
    let house = House::open().await;
    *token = house.token("registry", Scope::ALL, house.now());
    let app = mount(&house.service).new_service(AppConfig::default()).await.unwrap();
    let status = async |request: TestRequest| app.call(request.to_request()).await.unwrap().status().as_u16();
    let body = json!({"name": {"vi": "Hội Luật gia"}, "kind": "association"});
    let post = TestRequest::post()
        .uri("/v1/units")
        .insert_header(("authorization", format!("Bearer {token}")))
        .insert_header(("idempotency-key", "a-key-that-nobody-may-see"))
        .set_json(body);
    assert_eq!(status(post).await, 201);
    let get = TestRequest::get().uri("/v1/units/0195/renamings?token=secret-in-a-query");
    assert_eq!(status(get).await, 405);
    let stray = TestRequest::with_uri("/wp-admin.php").method("BREW".parse().unwrap());
    assert_eq!(status(stray).await, 404);
    let public = TestRequest::get().uri("/v1/probe?limit=7");
    assert_eq!(status(public).await, 200);
}

/// While one log alone is there, tracing asks the log of whichever thread comes by a line first whether anybody wants it,
/// and other tests have none: their answer would be kept for this one. With a second there, every log is asked.
static SECOND_LOG: LazyLock<tracing::Dispatch> =
    LazyLock::new(|| tracing::Dispatch::new(tracing_subscriber::registry()));

/// What those requests leave: how often each series was touched, the log as text, and its lines about requests.
fn left_behind(level: tracing::Level, token: &mut String) -> (BTreeMap<String, u64>, String, Vec<Value>) {
    let (counted, lines) = (Counted::default(), Lines::default());
    let writer = lines.clone();
    LazyLock::force(&SECOND_LOG);
    let log = tracing_subscriber::fmt().json().with_max_level(level);
    tracing::subscriber::with_default(log.with_writer(move || writer.clone()).finish(), || {
        metrics::with_local_recorder(&counted, || {
            actix_web::rt::System::new().block_on(four_requests(token));
        });
    });
    let text = String::from_utf8(lines.0.lock().clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines = lines.filter(|line: &Value| line["target"] == "thidua::http").collect();
    let counted = counted.0.lock().clone();
    (counted, text, lines)
}

#[test]
fn each_request_is_counted_by_its_pattern_and_leaves_one_line_without_secrets() {
    let mut token = String::new();
    let (counted, text, lines) = left_behind(tracing::Level::DEBUG, &mut token);
    for series in [
        "thidua_http_requests_total route=/v1/units method=POST status=201",
        "thidua_http_requests_total route=/v1/units/{unit}/renamings method=GET status=405",
        "thidua_http_requests_total route=unmatched method=other status=404",
        "thidua_http_request_seconds route=/v1/units method=POST",
    ] {
        assert_eq!(counted.get(series), Some(&1), "{series} in {counted:?}");
    }
    assert_eq!(lines.len(), 4);
    let first = &lines[0]["fields"];
    assert_eq!(
        (&first["client"], &first["status"], &first["route"]),
        (&json!("registry"), &json!(201), &json!("/v1/units"))
    );
    for secret in [
        token.as_str(),
        "a-key-that-nobody-may-see",
        "secret-in-a-query",
        "limit=7",
        "Hội Luật gia",
        "wp-admin",
    ] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn at_the_usual_level_facts_and_refusals_are_written_and_public_reads_only_counted() {
    let (counted, _, lines) = left_behind(tracing::Level::INFO, &mut String::new());
    let statuses: Vec<_> = lines.iter().map(|line| line["fields"]["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(201), Some(405), Some(404)]);
    assert_eq!(counted["thidua_http_requests_total route=/v1/probe method=GET status=200"], 1);
}
