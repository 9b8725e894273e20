//! The service: store, writer, API, metrics, and the way down again.

use crate::{
    admin,
    cli::{self, Listen, Serve},
    exit::Exit,
    exporting, noting, opening, signing,
    store::StoreUrl,
    time_authority, vault, witnesses,
};
use actix_web::{HttpServer, dev::Server};
use api::auth::{Issuer, KeyLocation, KeysFault, Verifier};
use app::{App, Clock, SnapshotFile, SystemClock};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// Runs `serve`.
pub fn run(options: &Serve, json: bool) -> Result<(), Exit> {
    let verifier = Verifier::new(vec![issuer(options)]).map_err(|fault| Exit::Usage(fault.to_string()))?;
    let metrics = install_metrics()?;
    let started = Instant::now();
    let folder = opening::folder(&options.store)?;
    let mut app = opening::open(&options.store, snapshots(options, &folder)?, Arc::new(SystemClock))?;
    signing::publish(&mut app, options, &folder)?;
    vault::open(&mut app, &folder, &options.vault)?;
    noting::begin(&mut app, &folder, &options.noting)?;
    exporting::offer(&mut app, options, &folder)?;
    if let Some(policy) = &options.policy {
        witnesses::ask(&mut app, policy)?;
    }
    if let Some(url) = &options.time_authority {
        time_authority::ask(&mut app, url, options.time_certificates.as_deref())?;
    }
    actix_web::rt::System::new().block_on(async {
        if let Some(client) = &options.first_registrar {
            opening::found(&app, client).await?;
        }
        let app = Arc::new(app);
        let verifier = Arc::new(verifier);
        fetch_keys(&verifier).await?;
        let fetching = actix_web::rt::spawn(fetch_until_ready(Arc::clone(&verifier)));
        let running = Running::start(Arc::clone(&app), verifier, metrics, &options.listen)?;
        // Whoever looks after a database asks the database.
        let admin = match &options.store {
            StoreUrl::Sled(folder) => Some(admin::listen(folder, Arc::clone(app.log()))?),
            StoreUrl::Postgres(_) => None,
        };
        let seconds = started.elapsed().as_secs_f64();
        metrics::gauge!("thidua_start_seconds").set(seconds);
        tracing::info!(seconds, "ready");
        running.announce(json, None)?;
        let outcome = running.until_stopped().await;
        fetching.abort();
        drop(admin);
        stop(app);
        outcome
    })
}

/// The snapshot to begin with and to keep, unless none is wanted.
fn snapshots(options: &Serve, folder: &Path) -> Result<Option<opening::Snapshots>, Exit> {
    if let Some(state) = &options.state {
        std::fs::create_dir_all(state)?;
    }
    let file = SnapshotFile::in_folder(options.state.as_deref().unwrap_or(folder));
    let every = options.snapshot_every;
    Ok((every > 0).then_some(opening::Snapshots { file, every }))
}

/// Reads the issuers' keys. An issuer that does not answer yet is tried again; a development key ends the start, for
/// anyone could hold its other half.
async fn fetch_keys(verifier: &Verifier) -> Result<(), Exit> {
    for (issuer, fault) in verifier.prefetch(SystemClock.now().millis() / 1000).await {
        if matches!(fault, KeysFault::DevelopmentKey(_)) {
            return Err(Exit::Usage(format!(
                "issuer {issuer}: {fault}; --allow-development-keys accepts it"
            )));
        }
        tracing::warn!(%issuer, %fault, "the keys of an issuer could not be read yet");
    }
    Ok(())
}

/// Tries again every few seconds until every issuer's keys have been read once; later changes are found on use.
async fn fetch_until_ready(verifier: Arc<Verifier>) {
    while !verifier.ready() {
        actix_web::rt::time::sleep(Duration::from_secs(2)).await;
        for (issuer, fault) in verifier.prefetch(SystemClock.now().millis() / 1000).await {
            tracing::warn!(%issuer, %fault, "the keys of an issuer could not be read yet");
        }
    }
}

fn issuer(options: &Serve) -> Issuer {
    let keys = if options.jwks.starts_with("https://") || options.jwks.starts_with("http://") {
        KeyLocation::Url(options.jwks.clone())
    } else {
        KeyLocation::File(Path::new(&options.jwks).to_owned())
    };
    let mut issuer = Issuer::new(&options.issuer, &options.audience, keys);
    issuer.plain_jwt_allowed = options.plain_jwt;
    issuer.development_allowed = options.allow_development_keys;
    issuer
}

/// Makes the process keep its metrics; once per process.
pub fn install_metrics() -> Result<PrometheusHandle, Exit> {
    let handle = PrometheusBuilder::new().install_recorder().map_err(Exit::failed)?;
    // There from the start: an alert on a metric that is missing until the fault would be silent if its name were wrong.
    metrics::gauge!("thidua_read_only").set(0.0);
    metrics::gauge!("thidua_reads_halted").set(0.0);
    Ok(handle)
}

/// A service that answers.
pub struct Running {
    api: Server,
    metrics: Server,
    histograms: PrometheusHandle,
    api_address: SocketAddr,
    metrics_address: SocketAddr,
}

impl Running {
    /// Binds both addresses and starts to answer.
    pub fn start(
        app: Arc<App>,
        verifier: Arc<Verifier>,
        metrics: PrometheusHandle,
        listen: &Listen,
    ) -> Result<Self, Exit> {
        let workers =
            listen.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
        let in_use = |address: SocketAddr| {
            move |error| Exit::failed(format!("listening on {address} failed: {error}"))
        };
        let service = Arc::new(api::Service::new(app, verifier, api::resources::ALL).map_err(Exit::failed)?);
        let api = HttpServer::new(move || api::service::mount(&service))
            .workers(workers)
            .keep_alive(Duration::from_secs(75))
            .shutdown_timeout(10)
            .bind(listen.listen)
            .map_err(in_use(listen.listen))?;
        let histograms = metrics.clone();
        let metrics = HttpServer::new(move || {
            let handle = metrics.clone();
            let page = move || std::future::ready(handle.render());
            actix_web::App::new().route("/metrics", actix_web::web::get().to(page))
        })
        .workers(1)
        .bind(listen.metrics_listen)
        .map_err(in_use(listen.metrics_listen))?;
        let first = |addresses: Vec<SocketAddr>| {
            addresses.into_iter().next().ok_or_else(|| Exit::failed("no address was bound"))
        };
        let (api_address, metrics_address) = (first(api.addrs())?, first(metrics.addrs())?);
        Ok(Self {
            api: api.run(),
            metrics: metrics.disable_signals().run(),
            histograms,
            api_address,
            metrics_address,
        })
    }

    /// Where the API listens.
    pub fn address(&self) -> String {
        format!("http://{}", self.api_address)
    }

    /// Says where the service listens: one JSON line for machines, words for people.
    pub fn announce(&self, json: bool, token: Option<&str>) -> Result<(), Exit> {
        let (api, metrics) = (self.address(), format!("http://{}", self.metrics_address));
        if json {
            let line = serde_json::json!({ "listening": api, "metrics": metrics, "token": token });
            return cli::print(&line.to_string());
        }
        cli::print(&format!("API      {api}\nDocs     {api}/docs\nMetrics  {metrics}/metrics"))
    }

    /// Answers until the process is told to stop (SIGTERM, SIGINT), then finishes what is under way.
    pub async fn until_stopped(self) -> Result<(), Exit> {
        let metrics = self.metrics.handle();
        let metrics_task = actix_web::rt::spawn(self.metrics);
        let tidying = actix_web::rt::spawn(tidy(self.histograms));
        let outcome = self.api.await;
        metrics.stop(false).await;
        // The task only carries the metrics server, which has just been stopped.
        let _ = metrics_task.await;
        tidying.abort();
        tracing::info!("stopped");
        outcome.map_err(Exit::from)
    }
}

/// Sums up what the histograms were told. They keep every value until then, and nobody may ever ask for the metrics.
async fn tidy(histograms: PrometheusHandle) {
    loop {
        histograms.run_upkeep();
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// Lets the writer finish and closes the store.
pub fn stop(app: Arc<App>) {
    match Arc::try_unwrap(app) {
        Ok(app) => app.stop(),
        Err(_) => tracing::warn!("requests were still under way; the store is closed when they end"),
    }
}
