//! One connection, driven by the thread that uses it.

use super::place::Place;
use domain::Position;
use std::{
    error::Error as StdError,
    future::{Future, poll_fn},
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    runtime::{Builder, Handle, Runtime},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};
use tokio_postgres::{
    AsyncMessage, Client, Connection, NoTls,
    config::Config,
    error::{DbError, Severity},
};

/// What went wrong with a connection.
#[derive(Debug)]
pub(super) enum Fault {
    /// The database said no: nothing of the statement was done, and the connection can be used again.
    Refused(tokio_postgres::Error),
    /// The connection is gone, or did not answer in time, or warned about a commit. What was underway may have happened.
    Lost(Box<dyn StdError + Send + Sync>),
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        let severity = error.as_db_error().map(DbError::parsed_severity);
        match severity {
            Some(Some(Severity::Error)) => Self::Refused(error),
            // FATAL and PANIC end the connection.
            Some(_) | None => Self::Lost(error.into()),
        }
    }
}

impl Fault {
    /// A server holds less than is known to be durable: another has taken its place, and it has not noticed.
    pub(super) fn behind() -> Self {
        Self::Lost("this server holds fewer facts than are durable: it is the primary no longer".into())
    }

    pub(super) fn into_source(self) -> Box<dyn StdError + Send + Sync> {
        match self {
            Self::Refused(error) => error.into(),
            Self::Lost(source) => source,
        }
    }
}

/// An open connection. Dropping it cancels nothing: what the server is doing it finishes.
pub(super) struct Session {
    // Dropped first: the connection's task lives in the runtime.
    pub(super) client: Client,
    /// Whether the server has warned since this was last looked at.
    warned: Arc<AtomicBool>,
    /// What was announced on the channels this session listens to.
    announced: UnboundedReceiver<String>,
    runtime: Driving,
    /// How long to wait for the answer to anything.
    pub(super) answer: Duration,
}

impl Session {
    /// Connects.
    pub(super) fn open(place: &Place) -> Result<Self, Fault> {
        let lost = |error: std::io::Error| Fault::Lost(error.into());
        let configs = place.configs().map_err(lost)?;
        let tls = place.tls().map_err(lost)?;
        let runtime = Driving::new().map_err(lost)?;
        let warned = Arc::new(AtomicBool::new(false));
        let (announce, announced) = unbounded_channel();
        let patience = place.patience.connect;
        let driver = Driver { warned: Arc::clone(&warned), announce };
        let connecting = first(configs, tls, driver);
        let client = runtime
            .block_on(async { tokio::time::timeout(patience, connecting).await })?
            .map_err(|late| Fault::Lost(late.into()))?
            .map_err(Fault::Lost)?;
        let session = Self { client, warned, announced, runtime, answer: place.patience.answer };
        session.insist_on_durability()?;
        Ok(session)
    }

    /// A commit that is answered must be on disk, and on the synchronous standbys if there are any, whatever the defaults
    /// of the role or the database say. More than that (`remote_apply`) is left as it is.
    fn insist_on_durability(&self) -> Result<(), Fault> {
        const QUESTION: &str = "select current_setting('synchronous_commit'), current_setting('fsync')";
        let row = self.run(async { self.client.query_one(QUESTION, &[]).await })?;
        let (commit, fsync): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        if fsync != "on" {
            tracing::warn!("fsync is off in this database: a power cut may damage it");
        }
        if matches!(commit, "on" | "remote_apply") {
            return Ok(());
        }
        self.run(async { self.client.batch_execute("set synchronous_commit = on").await })
    }

    /// Waits for the answer to something, but not for ever.
    pub(super) fn run<T: Send>(
        &self,
        question: impl Future<Output = Result<T, tokio_postgres::Error>> + Send,
    ) -> Result<T, Fault> {
        self.within(self.answer, question)?.map_err(Fault::from)
    }

    /// Waits for something at most so long.
    pub(super) fn within<T: Send>(
        &self,
        patience: Duration,
        question: impl Future<Output = T> + Send,
    ) -> Result<T, Fault> {
        let answered = self.runtime.block_on(async { tokio::time::timeout(patience, question).await })?;
        answered.map_err(|late| Fault::Lost(late.into()))
    }

    /// Waits for an announcement at most so long; the highest head that was announced. What is no number announces
    /// everything.
    pub(super) fn announcement(&mut self, patience: Duration) -> Result<Option<Position>, Fault> {
        let announced = &mut self.announced;
        let heard =
            self.runtime.block_on(async { tokio::time::timeout(patience, announced.recv()).await })?;
        let Ok(heard) = heard else { return Ok(None) };
        let Some(first) = heard else { return Err(Fault::Lost("the connection was closed".into())) };
        let more = std::iter::from_fn(|| announced.try_recv().ok());
        let heads = std::iter::once(first).chain(more).map(|text| text.parse().unwrap_or(u64::MAX));
        Ok(heads.max().map(Position))
    }

    /// Fails when the server has warned since this was last asked. The one warning that a commit can come with says that
    /// the standbys may not have it.
    pub(super) fn without_warning(&self) -> Result<(), Fault> {
        if self.warned.swap(false, Ordering::AcqRel) {
            return Err(Fault::Lost(
                "the server warned that the commit might not have been replicated".into(),
            ));
        }
        Ok(())
    }
}

/// Asks all servers at once and takes the first that takes writes: one that stands still must not keep the others from being
/// asked.
async fn first(
    configs: Vec<Config>,
    tls: Option<super::tls::Connector>,
    driver: Driver,
) -> Result<Client, Box<dyn StdError + Send + Sync>> {
    let mut asked = JoinSet::new();
    for config in configs {
        let (tls, driver) = (tls.clone(), driver.clone());
        asked.spawn(async move {
            match tls {
                Some(tls) => connect(&config, tls, driver).await,
                None => connect(&config, NoTls, driver).await,
            }
        });
    }
    drop(driver);
    let mut last = "no server is named".into();
    while let Some(answer) = asked.join_next().await {
        match answer {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) => last = error.into(),
            Err(panic) => last = panic.into(),
        }
    }
    Err(last)
}

/// What the connection's task hands on.
#[derive(Clone)]
struct Driver {
    warned: Arc<AtomicBool>,
    announce: UnboundedSender<String>,
}

async fn connect<T>(config: &Config, tls: T, driver: Driver) -> Result<Client, tokio_postgres::Error>
where
    T: tokio_postgres::tls::MakeTlsConnect<tokio_postgres::Socket> + Send,
    T::TlsConnect: Send,
    T::Stream: Send + 'static,
    <T::TlsConnect as tokio_postgres::tls::TlsConnect<tokio_postgres::Socket>>::Future: Send,
{
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(driver.drive(connection));
    Ok(client)
}

impl Driver {
    /// Moves messages until the connection ends; whoever waits for an answer is then told.
    async fn drive<S, T>(self, mut connection: Connection<S, T>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
        T: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notice(notice))) => {
                    if notice.parsed_severity() == Some(Severity::Warning) {
                        tracing::warn!(code = notice.code().code(), "{}", notice.message());
                        self.warned.store(true, Ordering::Release);
                    }
                }
                Some(Ok(AsyncMessage::Notification(notification))) => {
                    // Nobody listens any more when the session is being dropped.
                    let _ = self.announce.send(notification.payload().to_owned());
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    tracing::debug!(error = super::place::causes(&error), "a connection was lost");
                    return;
                }
                None => return,
            }
        }
    }
}

/// What moves a connection's messages while its thread waits for them.
struct Driving(Option<Runtime>);

impl Driving {
    fn new() -> std::io::Result<Self> {
        Builder::new_current_thread().enable_all().build().map(|runtime| Self(Some(runtime)))
    }

    /// Runs a future to its end on this thread, or, when this thread already runs futures, on another.
    fn block_on<T: Send>(&self, future: impl Future<Output = T> + Send) -> Result<T, Fault> {
        let Some(runtime) = &self.0 else { return Err(Fault::Lost("the connection is being closed".into())) };
        if Handle::try_current().is_err() {
            return Ok(runtime.block_on(future));
        }
        thread::scope(|scope| match scope.spawn(|| runtime.block_on(future)).join() {
            Ok(output) => Ok(output),
            Err(panic) => resume_unwind(panic),
        })
    }
}

impl Drop for Driving {
    fn drop(&mut self) {
        // A thread that runs futures may not wait for the end of others.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
