//! Two or three nodes before one database: a primary and two standbys, one of which must have every commit.

use super::{
    checker::check,
    history::{Heard, Row, Told},
    load::Load,
};
use crate::support::{
    Client, Place, Server,
    facts::{REGISTERS_UNITS, history_from},
    place::{REGISTRAR, binary, run},
    server::{End, serve_on},
};
use cluster::{Cluster, Server as Postgres, free_port};
use serde_json::Value;
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How many clients a load has.
const CLIENTS: usize = 6;
/// How long anything that is waited for may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The names by which the servers are known to one another, in their order.
const NAMES: [&str; 3] = ["standby_0", "standby_1", "standby_2"];
/// Either standby will do: a commit waits for the quicker one.
const SYNCHRONOUS: &str = "'ANY 1 (standby_0, standby_1, standby_2)'";

/// The nodes and what they need.
pub struct World {
    /// The nodes that run; a node that was killed is `None`.
    pub nodes: Vec<Option<Server>>,
    database: Cluster,
    /// Which of its servers takes writes.
    pub primary: usize,
    addresses: Vec<String>,
    store: String,
    /// Of a client that may write, read and audit.
    pub token: String,
    verifier: String,
    loads: u32,
    _signer: End,
    /// Keys, anchors and what the nodes write. Dropped last.
    place: Place,
}

impl World {
    /// A database with so many standbys, and so many nodes before it. The last of several nodes reaches no signer.
    pub fn new(mut database: Cluster, standbys: usize, nodes: usize) -> Self {
        let place = Place::new();
        let primary = database.primary();
        primary.sql("postgres", "create role thidua login");
        primary.sql("postgres", "create database thidua owner thidua");
        primary.set(&[("wal_keep_size", "'512MB'")]);
        primary.reload();
        for _ in 0..standbys {
            database.add_standby();
        }
        let store = database.url("thidua", "thidua");
        run(Command::new(binary()).args(["store", "migrate", "--store", &store]));
        let file = |name: &str| place.file(name).display().to_string();
        let (key, socket) = (file("log.key"), file("signer"));
        let made =
            run(Command::new(binary()).args(["signer", "key", "--name", "nodes.test/log", "--key", &key]));
        let verifier = String::from_utf8(made.stdout).expect("text").trim().to_owned();
        let signer = signer(&key, &file("signed"), &socket);
        let token = place.token(REGISTRAR, &format!("{REGISTERS_UNITS} audit:read"));
        let addresses = (0..nodes).map(|_| format!("127.0.0.1:{}", free_port())).collect();
        let nodes = (0..nodes).map(|_| None).collect();
        let mut world = Self {
            nodes,
            database,
            primary: 0,
            addresses,
            store,
            token,
            verifier,
            loads: 0,
            _signer: signer,
            place,
        };
        if standbys > 0 {
            world.wait_for_standbys();
        }
        for node in 0..world.nodes.len() {
            world.start(node);
        }
        world
    }

    /// A primary, two standbys and three nodes.
    pub fn whole() -> Self {
        Self::new(Cluster::start(&[("max_connections", "200")]), 2, 3)
    }

    /// Lets a commit wait for one of the standbys.
    fn wait_for_standbys(&self) {
        for server in self.servers() {
            server.set(&[("synchronous_standby_names", SYNCHRONOUS)]);
            server.reload();
        }
        eventually("the standbys stream", || self.servers()[self.primary].standbys_attached() == 2);
    }

    /// All servers, in the order in which the nodes know them.
    pub fn servers(&self) -> Vec<&Postgres> {
        std::iter::once(self.database.primary()).chain(self.database.standbys()).collect()
    }

    /// The one that takes writes.
    pub fn primary(&self) -> &Postgres {
        self.servers()[self.primary]
    }

    /// Starts a node where it was before.
    pub fn start(&mut self, node: usize) {
        let file = |name: &str| self.place.file(name).display().to_string();
        let mut command = serve_on(&self.place, &self.store, &self.addresses[node]);
        command.args([
            "--anchor",
            &file(&format!("anchor-{node}")),
            "--state",
            &file(&format!("state-{node}")),
        ]);
        // Often, so that a node that was killed begins with one.
        command.args(["--snapshot-every", "200"]);
        if node > 0 && node + 1 == self.nodes.len() {
            command.args(["--log-verifier", &self.verifier]);
        } else {
            command.args(["--signer", &file("signer")]);
        }
        self.nodes[node] = Some(Server::spawn(&self.place, command));
    }

    /// A node that runs.
    pub fn node(&self, node: usize) -> &Server {
        self.nodes[node].as_ref().expect("it runs")
    }

    /// Where the nodes listen.
    pub fn urls(&self) -> Vec<String> {
        self.addresses.iter().map(|address| format!("http://{address}")).collect()
    }

    /// A client of a node.
    pub fn client(&self, node: usize) -> Client {
        Client::new(&self.urls()[node], &self.token)
    }

    /// Promotes the standby that has received most, turns the other to it, and says when it took writes.
    pub fn fail_over(&mut self) -> Instant {
        let servers = self.servers();
        let standbys: Vec<_> = (0..servers.len()).filter(|server| *server != self.primary).collect();
        let (_, chosen) =
            standbys.iter().map(|server| (servers[*server].received(), *server)).max().expect("a standby");
        let other = standbys.into_iter().find(|server| *server != chosen).expect("another");
        servers[other].follow(servers[chosen], NAMES[other]);
        servers[chosen].promote();
        let promoted = Instant::now();
        self.primary = chosen;
        promoted
    }

    /// Lets a server that is down follow the primary.
    pub fn rejoin(&self, server: usize) {
        self.servers()[server].rejoin(self.primary(), NAMES[server]);
        self.wait_for_standbys();
    }

    /// Loads the nodes while something befalls them, then reads what was asked and answered against the log.
    pub fn under_load(&mut self, what: &str, befalls: impl FnOnce(&mut Self, &Load)) {
        self.loads += 1;
        let (first, start) = (self.count(), Instant::now());
        let load = Load::start(&self.urls(), &self.token, self.loads, CLIENTS);
        load.progress(40);
        befalls(self, &load);
        load.progress(40);
        let calls = load.stop();
        let rows = self.rows(first);
        let found: Vec<_> = check(first, &rows, &calls).iter().map(ToString::to_string).collect();
        assert!(
            found.is_empty(),
            "{what}: {} faults, the first of them {:#?}",
            found.len(),
            &found[..found.len().min(5)]
        );
        self.nodes_agree(what, first, &rows);
        let unanswered = calls.iter().filter(|call| call.heard == Heard::Nothing).count();
        println!(
            "{what}: {} facts, {} requests, {unanswered} of them without an answer, {} s",
            rows.len(),
            calls.len(),
            start.elapsed().as_secs()
        );
    }

    /// How many facts the log holds.
    pub fn count(&self) -> u64 {
        self.primary().sql("thidua", "select position from thidua.head").parse().expect("a number")
    }

    /// The log from a position on, as the database holds it.
    pub fn rows(&self, first: u64) -> Vec<Row> {
        let question = format!(
            "select json_build_object('position', position, 'stream', stream, 'version', version, 'id', id, \
             'key', encode(key, 'hex'), 'xid', xid::text, \
             'name', convert_from(leaf, 'UTF8')::jsonb->'event'->'data'->'name'->>'vi') \
             from thidua.events where position >= {first} order by position"
        );
        self.primary().sql("thidua", &question).lines().map(row).collect()
    }

    /// Every node shows the same log, and the same signed heads of it.
    fn nodes_agree(&self, what: &str, first: u64, rows: &[Row]) {
        let head = first + rows.len() as u64;
        for node in (0..self.nodes.len()).filter(|node| self.nodes[*node].is_some()) {
            let client = self.client(node);
            eventually("a node has read the log", || {
                let ask = client.ask(reqwest::Method::GET, "/v1/units?limit=1");
                ask.header("Min-Event-Position", &head.to_string()).send().status == 200
            });
            let shown: Vec<_> =
                history_from(&client, first).into_iter().map(|fact| (fact.id, fact.position)).collect();
            let there: Vec<_> = rows.iter().map(|row| (row.fact.id.clone(), row.fact.position)).collect();
            assert!(shown == there, "{what}: node {node} shows another log");
            let ready = client.get("/health/ready").expect("an answer");
            assert_eq!(ready.status, 200, "{what}: node {node} takes no writes any more: {ready:?}");
        }
    }

    /// How many facts the first node knows of.
    pub fn known(&self) -> u64 {
        self.client(0).read("/health/ready")["facts"].as_u64().expect("a number")
    }

    /// The auditor's own check of the whole log, at every node, remembering what the node before has shown; and of who was
    /// shown what.
    pub fn audit(&self) {
        let policy = self.place.file("policy");
        let own = (0..self.nodes.len()).map(|node| self.client(node).get("/v1/audit/reads/policy"));
        let own: Vec<_> = own.map(|answer| answer.expect("an answer").text).collect();
        let logs = own.iter().flat_map(|policy| policy.lines()).filter(|line| line.starts_with("log "));
        let logs: Vec<_> = logs.collect();
        std::fs::write(&policy, format!("log {}\n{}\nquorum none\n", self.verifier, logs.join("\n")))
            .expect("a file");
        for url in self.urls() {
            let mut audit = Command::new(binary());
            audit.args(["audit", "verify", &format!("{url}/v1/audit"), "--policy"]).arg(&policy);
            audit.arg("--state").arg(self.place.file("heads")).env("THIDUA_TOKEN", &self.token);
            run(&mut audit);
        }
        // Every node noted reads in a log of its own, and whoever checks them together remembers each.
        let mut audit = Command::new(binary());
        audit.args(["audit", "reads"]).arg("--policy").arg(&policy);
        audit.arg("--state").arg(self.place.file("heads")).env("THIDUA_TOKEN", &self.token);
        let mut urls = self.urls().into_iter().map(|url| format!("{url}/v1/audit"));
        audit.args(urls.next());
        urls.for_each(|url| {
            audit.args(["--node", &url]);
        });
        for _ in 0..2 {
            run(&mut audit);
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = std::fs::read_to_string(self.place.file("server.log")).unwrap_or_default();
            let lines: Vec<_> = said.lines().filter(|line| !line.contains(" INFO ")).collect();
            eprintln!("the nodes said:\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        }
        // What stands still can neither be stopped nor waited for.
        for server in self.servers() {
            if server.folder().join("postmaster.pid").exists() {
                server.thaw();
            }
        }
    }
}

/// Waits until something holds.
pub fn eventually(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn row(line: &str) -> Row {
    let json: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
    let text = |name: &str| json[name].as_str().expect("text").to_owned();
    let number = |name: &str| json[name].as_u64().expect("a number");
    let (id, subject) = (text("id"), text("stream"));
    Row {
        fact: Told { id, position: number("position"), subject, version: number("version") },
        key: text("key"),
        transaction: text("xid").parse().expect("a number"),
        name: json["name"].as_str().map(str::to_owned),
    }
}

/// A signer of its own; it has made its socket when this returns.
fn signer(key: &str, state: &str, socket: &str) -> End {
    let mut command = Command::new(binary());
    command.args(["signer", "serve", "--key", key, "--state", state, "--socket", socket]);
    let child: Child = command.stdout(Stdio::null()).spawn().expect("the signer starts");
    eventually("the signer listens", || std::path::Path::new(socket).exists());
    End(child)
}
