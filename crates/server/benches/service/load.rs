//! The client: connections that each send a request, wait for the whole answer, and send the next.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
};

/// What one connection asks, one request after the other.
pub trait Talk: 'static {
    /// Writes the next request.
    fn ask(&mut self, request: &mut Vec<u8>);
    /// Hears the answer, head and body.
    fn hear(&mut self, answer: &[u8]);
    /// How long it waits before the next request.
    fn pause(&self) -> Duration {
        Duration::ZERO
    }
    /// Whether there is nothing more to ask.
    fn is_done(&mut self) -> bool {
        false
    }
}

/// What a slice of time gave.
pub struct Measured {
    pub per_second: f64,
    /// Sorted, in milliseconds.
    latencies: Vec<f64>,
}

impl Measured {
    /// The latency that so many of a thousand requests stayed under, in milliseconds.
    pub fn latency(&self, of_thousand: usize) -> f64 {
        self.latencies[(self.latencies.len() - 1) * of_thousand / 1000]
    }

    /// How long each request took, in milliseconds, shortest first.
    pub fn latencies(&self) -> &[f64] {
        &self.latencies
    }

    pub fn count(&self) -> usize {
        self.latencies.len()
    }
}

/// Connections that stay open from slice to slice.
pub struct Load<T> {
    runtime: Runtime,
    connections: Vec<(Connection, T)>,
}

impl<T: Talk> Load<T> {
    /// Opens one connection for each talk.
    pub fn open(address: SocketAddr, talks: Vec<T>) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let connections = talks.into_iter().map(|talk| (runtime.block_on(Connection::open(address)), talk));
        let connections = connections.collect();
        Self { runtime, connections }
    }

    /// Lets every connection talk for the length of `slice`.
    pub fn drive(&mut self, slice: Duration) -> Measured {
        let local = tokio::task::LocalSet::new();
        let started = Instant::now();
        let end = started + slice;
        let tasks: Vec<_> = std::mem::take(&mut self.connections)
            .into_iter()
            .map(|(connection, talk)| local.spawn_local(talk_until(connection, talk, end)))
            .collect();
        let mut latencies = Vec::new();
        self.runtime.block_on(local.run_until(async {
            for task in tasks {
                let (connection, talk, took) = task.await.unwrap();
                self.connections.push((connection, talk));
                latencies.extend(took);
            }
        }));
        let per_second = latencies.len() as f64 / started.elapsed().as_secs_f64();
        latencies.sort_by(f64::total_cmp);
        Measured { per_second, latencies }
    }
}

async fn talk_until<T: Talk>(
    mut connection: Connection,
    mut talk: T,
    end: Instant,
) -> (Connection, T, Vec<f64>) {
    let (mut latencies, mut request) = (Vec::with_capacity(1 << 16), Vec::new());
    let mut asked = Instant::now();
    while asked < end && !talk.is_done() {
        request.clear();
        talk.ask(&mut request);
        talk.hear(connection.exchange(&request).await);
        let answered = Instant::now();
        latencies.push((answered - asked).as_secs_f64() * 1e3);
        let pause = talk.pause();
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        asked = if pause.is_zero() { answered } else { Instant::now() };
    }
    (connection, talk, latencies)
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: vec![0; 64 * 1024] }
    }

    /// Sends a request and gives the whole answer.
    async fn exchange(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).await.unwrap();
        let (mut filled, mut length) = (0, None);
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(2 * filled, 0);
            }
            let read = self.stream.read(&mut self.buffer[filled..]).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            filled += read;
            length = length.or_else(|| whole_length(&self.buffer[..filled]));
            if length.is_some_and(|length| length <= filled) {
                return &self.buffer[..filled];
            }
        }
    }
}

/// How long the answer is, once its head is there.
fn whole_length(answer: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length: ";
    let head = find(answer, b"\r\n\r\n")? + 4;
    let body = find(&answer[..head], NAME).map_or(0, |at| {
        let digits = answer[at + NAME.len()..head].iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
    });
    Some(head + body)
}

pub fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(step) = text[at..].iter().position(|byte| *byte == what[0]) {
        if text[at + step..].starts_with(what) {
            return Some(at + step);
        }
        at += step + 1;
    }
    None
}

/// One request outside the measurement; the answer must have the given status, or any when none is given.
pub fn once(address: SocketAddr, request: &[u8], status: &str) -> Vec<u8> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = Connection::open(address).await;
        let answer = connection.exchange(request).await;
        assert!(status.is_empty() || has_status(answer, status), "{}", String::from_utf8_lossy(answer));
        answer.to_vec()
    })
}

pub fn has_status(answer: &[u8], status: &str) -> bool {
    answer.get(9..12) == Some(status.as_bytes())
}

/// Whether the server says that it is ready.
pub fn is_ready(address: SocketAddr) -> bool {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = Connection::open(address).await;
        has_status(connection.exchange(b"GET /health/ready HTTP/1.1\r\nhost: bench\r\n\r\n").await, "200")
    })
}
