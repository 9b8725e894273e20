//! A stream as its server shows it, checked without the rest of the log: its facts follow on one another, and there are as
//! many as the log committed to. That the commitment itself is true is found by whoever verifies the whole log.

use crate::{
    failure::{Failure, Finding, FindingKind},
    head::Head,
    source::Source,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Envelope, Event, LeafHash, NotAFact, StreamId, Version,
    log::{LogEvent, StreamHead, StreamHeadsCommitted},
};
use serde::Deserialize;
use tlog::{Hash, leaf_hash, policy::Policy, proof::verify_inclusion, proof_file::ProofFile};

/// A stream that is whole.
pub struct WholeStream {
    /// The head of the log in which the commitment stands.
    pub head: Head,
    /// Among how many of the first facts of the log.
    pub at_size: u64,
    /// Its facts, in order.
    pub facts: Vec<Envelope>,
}

/// One page of the answer.
#[derive(Deserialize)]
struct Page {
    at_size: u64,
    version: u32,
    head: LeafHash,
    heads_index: u64,
    heads_proof: Vec<String>,
    commitment: String,
    entries: Vec<Entry>,
    next: Option<u64>,
}

#[derive(Deserialize)]
struct Entry {
    position: u64,
    entry: String,
}

/// Reads a stream and checks that it is whole, up to the last commitment to no more than `upto` facts.
///
/// # Errors
/// A fact is missing or another one, the commitment is not in the log, or there is none.
pub fn read(
    source: &mut Source,
    policy: &Policy,
    stream: StreamId,
    upto: Option<u64>,
) -> Result<WholeStream, Failure> {
    let path = format!("streams/{}/events", stream.to_string().replace('/', "%2F"));
    let first = page(source, &path, upto, 0)?;
    let (head, committed) = commitment(&first, policy, &path)?;
    if upto.is_some_and(|upto| committed.size > upto) {
        let what = format!("the commitment is to {} facts, and fewer were asked for", committed.size);
        return Err(incomplete(what, &path));
    }
    let claimed = StreamHead { stream, version: Version(first.version), head: first.head };
    expect_committed(&first, &claimed, &committed, &path)?;
    let mut entries = first.entries;
    let mut next = first.next;
    while let Some(after) = next {
        let page = page(source, &path, Some(committed.size), after)?;
        // A page that brings nothing forward would be asked for again and again.
        if page.entries.is_empty() {
            return Err(incomplete(format!("no fact follows number {after}"), &path));
        }
        entries.extend(page.entries);
        next = page.next;
    }
    let facts = chained(&entries, &claimed, &path)?;
    Ok(WholeStream { head, at_size: committed.size, facts })
}

fn incomplete(what: String, path: &str) -> Failure {
    Finding::new(FindingKind::Heads, what).in_file(path).into()
}

fn page(source: &mut Source, path: &str, upto: Option<u64>, after: u64) -> Result<Page, Failure> {
    let upto = upto.map_or_else(String::new, |upto| format!("&upto={upto}"));
    let bytes = source.answer(path, &format!("limit=500&after={after}{upto}"))?;
    let bytes = bytes.ok_or_else(|| {
        Failure::Usage(format!("{}: the log has not committed to such a stream", source.name()))
    })?;
    let malformed =
        |error: serde_json::Error| Finding::new(FindingKind::Malformed, error.to_string()).in_file(path);
    Ok(serde_json::from_slice(&bytes).map_err(malformed)?)
}

/// What the log committed to, once it is known that it did.
fn commitment(page: &Page, policy: &Policy, path: &str) -> Result<(Head, StreamHeadsCommitted), Failure> {
    let malformed = |what: String| Failure::from(Finding::new(FindingKind::Malformed, what).in_file(path));
    let file = ProofFile::parse(page.commitment.as_bytes()).map_err(|error| malformed(error.to_string()))?;
    let entry = file.extra.as_deref().ok_or_else(|| malformed("there is no commitment".to_owned()))?;
    let fact = Envelope::read(entry).map_err(|error| malformed(error.to_string()))?;
    let Event::Log(LogEvent::StreamHeadsCommitted(committed)) = fact.event else {
        return Err(malformed(format!("{} commits to nothing", fact.event.type_name())));
    };
    let head = Head::judge(file.checkpoint, policy)?;
    let signed = head.signed.checkpoint();
    let is_in = verify_inclusion(&leaf_hash(entry), file.index, signed.size(), &file.proof, signed.root());
    if is_in.is_err() || fact.position.0 != file.index || committed.size != file.index {
        return Err(incomplete("the commitment is not in the log".to_owned(), path));
    }
    if committed.size != page.at_size {
        return Err(incomplete(format!("it is said to be of {} facts", page.at_size), path));
    }
    Ok((head, committed))
}

/// The log committed to this version and head of the stream.
fn expect_committed(
    page: &Page,
    claimed: &StreamHead,
    committed: &StreamHeadsCommitted,
    path: &str,
) -> Result<(), Failure> {
    let hash = |text: &String| STANDARD.decode(text).ok().and_then(|bytes| Hash::try_from(bytes).ok());
    let proof: Option<Vec<Hash>> = page.heads_proof.iter().map(hash).collect();
    let proof = proof.ok_or_else(|| incomplete("the proof is not of hashes".to_owned(), path))?;
    let leaf = leaf_hash(claimed.to_string().as_bytes());
    verify_inclusion(&leaf, page.heads_index, committed.streams, &proof, &committed.root.0).map_err(|_| {
        let (stream, version) = (claimed.stream, claimed.version);
        incomplete(format!("the log did not commit to version {version} of {stream}"), path)
    })
}

/// The facts follow on one another from the first to the one that was committed to.
fn chained(entries: &[Entry], claimed: &StreamHead, path: &str) -> Result<Vec<Envelope>, Failure> {
    let (mut facts, mut previous) = (Vec::with_capacity(entries.len()), LeafHash::NONE);
    for (number, Entry { position, entry }) in (1..).zip(entries) {
        let malformed = |error: NotAFact| {
            Finding::new(FindingKind::Malformed, error.to_string()).in_file(path).at(*position)
        };
        let fact = Envelope::read(entry.as_bytes()).map_err(malformed)?;
        let (stream, due) = (claimed.stream, Version(number));
        if (fact.position.0, fact.stream, fact.version, fact.previous) != (*position, stream, due, previous) {
            let what = format!("version {due} of {stream} is due, and this does not follow");
            let finding = Finding::new(FindingKind::Heads, what).at(*position).in_file(path);
            return Err(finding.with_entry(entry.as_bytes()).into());
        }
        previous = LeafHash(leaf_hash(entry.as_bytes()));
        facts.push(fact);
    }
    let (version, head) = (claimed.version, claimed.head);
    if facts.len() != version.0 as usize || previous != head {
        let what = format!("{} facts are shown, and the log committed to {version}", facts.len());
        return Err(incomplete(what, path));
    }
    Ok(facts)
}
