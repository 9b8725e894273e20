//! Asks a running service whether it is ready: for containers and unit files.

use crate::{cli::Healthcheck, exit::Exit};
use std::time::Duration;

/// Runs `healthcheck`.
pub fn run(options: &Healthcheck) -> Result<(), Exit> {
    let address = format!("{}/health/ready", options.url.trim_end_matches('/'));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let unavailable = |what: String| Exit::Unavailable(format!("{address}: {what}"));
    runtime.block_on(async {
        let client =
            reqwest::Client::builder().timeout(Duration::from_secs(5)).build().map_err(Exit::failed)?;
        let answer = client.get(&address).send().await.map_err(|error| unavailable(error.to_string()))?;
        if answer.status().is_success() { Ok(()) } else { Err(unavailable(answer.status().to_string())) }
    })
}
