//! The real process: started in a temporary folder, killed or stopped, started again.

use super::{
    Client, Place,
    place::{AUDIENCE, ISSUER, REGISTRAR, binary},
};
use serde_json::Value;
use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

/// How long the process may take to say that it listens, or to end. Generous: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    /// Where the API listens, such as `http://127.0.0.1:40123`.
    pub url: String,
    /// Where the metrics are.
    pub metrics: String,
}

impl Server {
    /// Starts the server on the place's store and waits until it says that it is ready.
    pub fn start(place: &Place) -> Self {
        Self::spawn(place, serve(place))
    }

    /// Starts the server and waits only until it listens: it may have found a reason not to be ready.
    pub fn start_listening(place: &Place) -> Self {
        Self::listening(place, serve(place))
    }

    /// Starts the server with further options.
    pub fn start_with(place: &Place, options: &[&str]) -> Self {
        let mut command = serve(place);
        command.args(options);
        Self::spawn(place, command)
    }

    /// Starts the server without the key of its vault.
    pub fn start_without_vault(place: &Place) -> Self {
        Self::spawn(place, serve_without_vault(place))
    }

    /// Starts the server under another program, such as `strace`, whose arguments `wrapper` holds.
    #[cfg(feature = "strace")]
    pub fn start_under(place: &Place, wrapper: &[&str]) -> Self {
        let inner = serve(place);
        let mut command = Command::new(wrapper[0]);
        command.args(&wrapper[1..]).arg(inner.get_program()).args(inner.get_args());
        Self::spawn(place, command)
    }

    /// The same with options of the server, for a wrapper that may kill it before it listens: then nothing.
    #[cfg(feature = "strace")]
    pub fn try_start_under(place: &Place, wrapper: &[&str], options: &[&str]) -> Option<Self> {
        let inner = serve(place);
        let mut command = Command::new(wrapper[0]);
        command.args(&wrapper[1..]).arg(inner.get_program()).args(inner.get_args()).args(options);
        let messages = File::create(place.file("wrapped.log")).expect("the log opens");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(messages).spawn().expect("it starts");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let _ = output.read_line(&mut line);
        let Ok(said) = serde_json::from_str::<Value>(&line) else {
            child.wait().expect("it has ended");
            return None;
        };
        let address = |name| said[name].as_str().expect("an address").to_owned();
        Some(Self { url: address("listening"), metrics: address("metrics"), child })
    }

    /// Starts the server as a command says, and waits until it is ready.
    pub fn spawn(place: &Place, command: Command) -> Self {
        let server = Self::listening(place, command);
        server.wait_until_ready();
        server
    }

    fn listening(place: &Place, mut command: Command) -> Self {
        let messages = place.file("server.log");
        let log = File::options().create(true).append(true).open(&messages).expect("the log opens");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let (sender, first_line) = mpsc::channel();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        // The thread drains the pipe for as long as the process lives, so that a talkative server never blocks on it.
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = output.read_line(&mut line);
            let _ = sender.send(line);
            let _ = output.read_to_end(&mut Vec::new());
        });
        let line = first_line.recv_timeout(PATIENCE).unwrap_or_default();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let _ = child.kill();
            let messages = std::fs::read_to_string(messages).unwrap_or_default();
            panic!("{command:?} did not say where it listens but {line:?}; it wrote:\n{messages}")
        });
        let address = |name| said[name].as_str().unwrap_or_else(|| panic!("no {name} in {line}")).to_owned();
        Self { url: address("listening"), metrics: address("metrics"), child }
    }

    fn wait_until_ready(&self) {
        let client = self.client("");
        let start = Instant::now();
        while client.get("/health/ready").map_or(0, |answer| answer.status) != 200 {
            assert!(start.elapsed() < PATIENCE, "{} never became ready", self.url);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A client with a token; an empty token sends none.
    pub fn client(&self, token: &str) -> Client {
        Client::new(&self.url, token)
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`: the process ends between two instructions, whatever it was doing.
    pub fn kill(mut self) {
        self.child.kill().expect("the process takes the signal");
        let status = self.child.wait().expect("the process ends");
        assert_eq!(status.signal(), Some(9), "the process had already ended with {status}");
    }

    /// Asks the process to stop (SIGTERM) and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        signal(self.id(), "TERM");
        self.wait()
    }

    /// Waits until the process has ended.
    pub fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be asked") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the process does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process that is killed when this is dropped.
#[cfg(feature = "postgres")]
pub struct End(pub Child);

#[cfg(feature = "postgres")]
impl Drop for End {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The command that serves the place's store on ports that are free.
pub fn serve(place: &Place) -> Command {
    let mut command = serve_without_vault(place);
    command.arg("--vault-key").arg(place.vault_key());
    command
}

fn serve_without_vault(place: &Place) -> Command {
    serve_on(place, &place.store_address(), "127.0.0.1:0")
}

/// The command that serves a store at an address, without a vault.
pub fn serve_on(place: &Place, store: &str, address: &str) -> Command {
    let mut command = Command::new(binary());
    command
        .args(["serve", "--json", "--allow-development-keys", "--store", store])
        .args(["--listen", address, "--metrics-listen", "127.0.0.1:0"])
        .args(["--issuer", ISSUER, "--audience", AUDIENCE, "--first-registrar", REGISTRAR])
        .arg("--jwks")
        .arg(place.jwks())
        // What a machine keeps for a store that is elsewhere.
        .env("XDG_STATE_HOME", place.file("state"));
    if store.starts_with("postgres:") {
        // Of several nodes on one machine each notes its own reads.
        let node = NODES.fetch_add(1, Ordering::Relaxed);
        command.arg("--reads").arg(place.file(&format!("reads-{node}")));
    }
    command
}

/// How many processes were started over a database.
static NODES: AtomicU32 = AtomicU32::new(0);

/// The exit code of a `serve` that must not start, and what it says. One that starts all the same is ended.
pub fn refused(command: &mut Command) -> (Option<i32>, String) {
    let mut said = tempfile::tempfile().expect("a file");
    let messages = said.try_clone().expect("the file once more");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(messages);
    let mut child = command.spawn().expect("the program starts");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the process can be asked") {
            break status;
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            panic!("it was not refused: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut text = String::new();
    said.rewind().expect("the file can be read from its start");
    said.read_to_string(&mut text).expect("text");
    (status.code(), text)
}

/// Sends a signal by name. The shell's own `kill` is used because a small machine may have no other.
pub fn signal(process: u32, name: &str) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status();
    assert!(status.is_ok_and(|status| status.success()), "process {process} does not take SIG{name}");
}
