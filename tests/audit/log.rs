//! The facts of the demo as a transparency log in a folder, honest or forged, and how the auditor is called on it.

use crate::support::place::binary;
use app::Clock;
use domain::{
    Actor, Basis, ClientId, Envelope, Event, EventId, Fingerprint, KeyHash, LeafHash, Position, RequestId,
    RequestRef, StreamId, Version, log::LogEvent,
};
use eventlog::{EventLog, SledLog, Unconfirmed};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;
use tlog::{
    Hash, RightEdge,
    checkpoint::{Checkpoint, SignedCheckpoint},
    entries,
    key::{Cosigner, Signer},
    leaf_hash,
    tile::{self, Tile, TilePath, TileReader},
};
use uuid::Uuid;

/// The log's name.
pub const ORIGIN: &str = "audit.example.vn/tdkt1";
/// When the witness saw the honest log, in seconds since 1970-01-01 UTC; the demo's facts are older.
pub fn seen() -> u64 {
    u64::try_from(app::SystemClock.now().millis() / 1000).expect("a clock after 1970")
}

/// The stored facts of the demo.
pub fn facts() -> &'static [Vec<u8>] {
    static FACTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FACTS.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("store");
        let mut demo = Command::new(binary())
            .args(["demo", "--json", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
            .args(["--store", &format!("sled:{}", store.display())])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the demo starts");
        let mut line = String::new();
        let mut said = std::io::BufReader::new(demo.stdout.take().expect("a pipe"));
        std::io::BufRead::read_line(&mut said, &mut line).expect("the demo says where it listens");
        // Everything is loaded before it says so, and durable: it does not matter how it ends.
        demo.kill().expect("the demo takes the signal");
        demo.wait().expect("the demo ends");
        stored(&store)
    })
}

/// The same without the commitment to the streams, which the demo makes when it is loaded.
pub fn loaded() -> &'static [Vec<u8>] {
    let (last, loaded) = facts().split_last().expect("facts");
    let last = Envelope::read(last).expect("a fact");
    assert_eq!(last.event.type_name(), "log.stream_heads_committed");
    loaded
}

/// What a store holds.
pub fn stored(store: &Path) -> Vec<Vec<u8>> {
    let log = SledLog::open(store).and_then(Unconfirmed::confirm_by_reading).expect("the store opens");
    let stored = log.read(Position(0), 100_000).expect("the facts");
    stored.into_iter().map(|fact| fact.bytes.to_vec()).collect()
}

/// A log in a folder, its keys, a policy that wants its witness, and room for what an auditor remembers.
pub struct Log {
    home: TempDir,
    /// The log's key.
    pub signer: Signer,
    /// The key of its one witness.
    pub witness: Cosigner,
}

/// What an audit came to.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code.
    pub code: i32,
    /// What it printed.
    pub out: Value,
}

impl Outcome {
    /// The kind of what was found, or nothing.
    pub fn kind(&self) -> &str {
        self.out["finding"]["kind"].as_str().unwrap_or_default()
    }

    /// The first bad position.
    pub fn position(&self) -> Option<u64> {
        self.out["finding"]["position"].as_u64()
    }
}

impl Log {
    /// The demo's log, honest.
    pub fn honest() -> Self {
        let log = Self::empty();
        log.tile("log", facts());
        log.sign("log", seen());
        log
    }

    /// Keys and a policy only.
    pub fn empty() -> Self {
        let name = ORIGIN.parse().expect("a name");
        let signer = Signer::from_seed(name, &[7; 32]).expect("a key");
        let witness =
            Cosigner::from_seed("council.example.vn/w1".parse().expect("a name"), &[8; 32]).expect("a key");
        let log = Self { home: tempfile::tempdir().expect("a folder"), signer, witness };
        let policy = format!(
            "log {}\nwitness council {}\nquorum council\n",
            log.signer.verifier(),
            log.witness.verifier()
        );
        fs::write(log.path("policy.txt"), policy).expect("a policy");
        log
    }

    /// A path in the folder of everything.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes entries with every tile above them.
    pub fn tile(&self, name: &str, entries: &[Vec<u8>]) {
        let (mut tree, mut levels) = (RightEdge::default(), BTreeMap::<u8, Vec<Hash>>::new());
        for entry in entries {
            tree.push_and_show(leaf_hash(entry), |node, hash| {
                if let Some((level, ..)) = tile::slot(node) {
                    levels.entry(level).or_default().push(*hash);
                }
            });
        }
        let folder = self.path(name);
        let _ = fs::remove_dir_all(&folder);
        for tile in Tile::all(tree.size()) {
            let start = usize::try_from(tile.index()).expect("small") * 256;
            let range = start..start + usize::from(tile.width());
            put(&folder, TilePath::Hashes(tile), &levels[&tile.level()][range.clone()].concat());
            if tile.level() == 0 {
                // What is too long for a bundle cannot be served at all.
                let bundle = entries::encode(entries[range].iter().map(Vec::as_slice)).expect("a bundle");
                put(&folder, TilePath::Entries(tile), &bundle);
            }
        }
        let head = Checkpoint::new(ORIGIN, tree.size(), tree.root()).expect("a head");
        fs::write(folder.join("head"), head.to_string()).expect("the head");
    }

    /// The head of the tree in a folder, unsigned.
    pub fn head(&self, name: &str) -> Checkpoint {
        fs::read_to_string(self.path(name).join("head")).expect("a head").parse().expect("a head")
    }

    /// Signs the head of a folder as the log, and cosigns it as the witness at a time.
    pub fn sign(&self, name: &str, time: u64) -> SignedCheckpoint {
        let head = self.head(name);
        let cosignature = self.witness.cosign(&head, time).expect("a time");
        let mut signed = SignedCheckpoint::sign(head, &self.signer);
        signed.add(cosignature);
        self.publish(name, &signed.to_string());
        signed
    }

    /// Puts a checkpoint into a folder, whatever it is.
    pub fn publish(&self, name: &str, checkpoint: &str) {
        fs::write(self.path(name).join("checkpoint"), checkpoint).expect("the checkpoint");
    }

    /// Changes the bytes of a file in a folder.
    pub fn change(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.path(path);
        let mut bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        change(&mut bytes);
        fs::write(path, bytes).expect("the file");
    }

    /// Runs `thidua audit`, with the policy and the auditor's own memory.
    pub fn audit(&self, words: &[&str]) -> Outcome {
        self.audit_under("policy.txt", words)
    }

    /// The same with another policy.
    pub fn audit_under(&self, policy: &str, words: &[&str]) -> Outcome {
        let output = Command::new(binary())
            .current_dir(self.home.path())
            .args(["--json", "audit"])
            .args(words)
            .args(["--policy", policy, "--state", "state", "--evidence", "evidence.json"])
            .env("THIDUA_TOKEN", "token-of-an-auditor")
            .output()
            .expect("the program starts");
        let code = output.status.code().expect("it ended by itself");
        let out = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            serde_json::json!({ "stderr": said })
        });
        Outcome { code, out }
    }

    /// `audit verify` of a folder without memory.
    pub fn verify(&self, name: &str) -> Outcome {
        self.audit(&["verify", name, "--offline", "--past"])
    }
}

fn put(folder: &Path, path: TilePath, bytes: &[u8]) {
    let path = folder.join(path.to_string());
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
    fs::write(path, bytes).expect("the tile");
}

/// Reads the tree over these entries, to make proofs from.
pub fn reader(
    entries: &[Vec<u8>],
) -> TileReader<impl FnMut(Tile) -> Result<Vec<u8>, std::convert::Infallible>> {
    let mut levels = BTreeMap::<u8, Vec<Hash>>::new();
    let mut tree = RightEdge::default();
    for entry in entries {
        tree.push_and_show(leaf_hash(entry), |node, hash| {
            if let Some((level, ..)) = tile::slot(node) {
                levels.entry(level).or_default().push(*hash);
            }
        });
    }
    TileReader::new(tree.size(), move |tile: Tile| {
        let start = usize::try_from(tile.index()).expect("small") * 256;
        Ok(levels[&tile.level()][start..start + usize::from(tile.width())].concat())
    })
}

/// The demo's facts as they can be forged.
pub fn envelopes() -> Vec<Envelope> {
    facts().iter().map(|fact| Envelope::read(fact).expect("a fact")).collect()
}

/// What a forger writes who does not care for the chains.
pub fn written(envelopes: &[Envelope]) -> Vec<Vec<u8>> {
    envelopes.iter().map(|fact| serde_json::to_vec(fact).expect("JSON")).collect()
}

/// Numbers the facts anew, as a forger does who cares for positions only.
pub fn renumbered(mut envelopes: Vec<Envelope>) -> Vec<Vec<u8>> {
    envelopes.iter_mut().zip(0..).for_each(|(fact, position)| fact.position = Position(position));
    written(&envelopes)
}

/// Writes the facts with places, versions and chains that fit: the most careful forger.
pub fn chained(mut envelopes: Vec<Envelope>) -> Vec<Vec<u8>> {
    let mut tips: BTreeMap<StreamId, (Version, LeafHash)> = BTreeMap::new();
    let mut entries = Vec::new();
    for (fact, position) in envelopes.iter_mut().zip(0..) {
        let (version, previous) = tips.get(&fact.stream).copied().unwrap_or((Version(0), LeafHash::NONE));
        fact.position = Position(position);
        (fact.version, fact.previous) = (version.next(), previous);
        let entry = serde_json::to_vec(fact).expect("JSON");
        tips.insert(fact.stream, (fact.version, LeafHash(leaf_hash(&entry))));
        entries.push(entry);
    }
    entries
}

/// A fact of the record itself, as it stands at the end of the demo's.
pub fn of_the_record(event: LogEvent) -> Envelope {
    let last = envelopes().pop().expect("a fact");
    let own: Vec<_> =
        envelopes().into_iter().zip(facts()).filter(|(fact, _)| fact.stream == StreamId::Log).collect();
    let previous = own.last().map_or(LeafHash::NONE, |(_, entry)| LeafHash(leaf_hash(entry)));
    Envelope {
        position: Position(last.position.0 + 1),
        stream: StreamId::Log,
        version: Version(u32::try_from(own.len()).expect("few") + 1),
        previous,
        id: EventId(Uuid::from_u128(21)),
        actor: Actor { client: ClientId::system(), unit: None, grant: None, delegation: None },
        request: RequestRef {
            id: RequestId(Uuid::from_u128(21)),
            key: KeyHash([21; 16]),
            fingerprint: Fingerprint([0; 16]),
            causation: None,
        },
        basis: Basis::default(),
        event: Event::Log(event),
        ..last
    }
}
