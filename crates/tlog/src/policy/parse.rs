//! Reading a policy file (c2sp.org/tlog-policy, "Policy file syntax and structure").

use super::{Group, Log, Member, Policy, Witness};
use crate::key::{Algorithm, KeyError, VerifierKey};
use thiserror::Error;

/// The line on which a policy file is wrong, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {fault}")]
pub struct PolicyLineError {
    /// From 1; for what is missing from the file, the number of its lines.
    pub line: usize,
    /// What is wrong.
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy file, or with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PolicyFault {
    /// The last line is not ended.
    #[error("the last line does not end in a newline")]
    Unended,
    /// A control character other than tab and newline.
    #[error("a control character other than tab and newline")]
    Control,
    /// The line begins with none of `log`, `witness`, `group`, `quorum`.
    #[error("not a line that defines a log, witness, group or quorum")]
    Keyword,
    /// Too few or too many items.
    #[error("too few or too many items")]
    Items,
    /// The key is none.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// The key is not UTF-8.
    #[error("the key is not UTF-8")]
    KeyText,
    /// Logs sign with keys of type 0x01, witnesses of type 0x04.
    #[error("a key of this type is not for this use: logs have type 0x01, witnesses 0x04")]
    KeyUse,
    /// Two logs, or two witnesses, with the same public key.
    #[error("the same public key is listed before")]
    SameKey,
    /// The name is taken, or `none`.
    #[error("the name is defined before, or none")]
    NameTaken,
    /// The name is defined on no line before.
    #[error("the name is not defined on a line before")]
    UnknownName,
    /// The name is a member of this or another group already.
    #[error("the name is a member of a group already")]
    MemberTwice,
    /// The threshold is none of `any`, `all`, and 1 to the number of members.
    #[error("the threshold is neither any, all, nor a number from 1 to the number of members")]
    Threshold,
    /// No quorum line.
    #[error("no quorum is defined")]
    NoQuorum,
    /// A second quorum line.
    #[error("a quorum is defined before")]
    SecondQuorum,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// The file is no policy; the first line at fault is named.
    pub fn parse(file: &[u8]) -> Result<Self, PolicyLineError> {
        let lines: Vec<_> = file.split_inclusive(|byte| *byte == b'\n').collect();
        let mut draft = Draft::default();
        for (place, line) in lines.iter().enumerate() {
            let read = read_line(line).and_then(|items| draft.add(&items));
            read.map_err(|fault| PolicyLineError { line: place + 1, fault })?;
        }
        let Draft { logs, witnesses, groups, quorum, .. } = draft;
        let quorum = quorum.ok_or(PolicyLineError { line: lines.len(), fault: PolicyFault::NoQuorum })?;
        Ok(Self { logs, witnesses, groups, quorum })
    }
}

/// The items of a line; none for an empty line or a comment.
fn read_line(line: &[u8]) -> Result<Vec<&[u8]>, PolicyFault> {
    let line = line.strip_suffix(b"\n").ok_or(PolicyFault::Unended)?;
    if line.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f) {
        return Err(PolicyFault::Control);
    }
    let items: Vec<_> =
        line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
    if items.first().is_some_and(|first| first.starts_with(b"#")) { Ok(Vec::new()) } else { Ok(items) }
}

/// A policy as far as it has been read.
#[derive(Default)]
struct Draft {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    /// Each name is a member once at most, so that each witness counts in one way only.
    members: Vec<Member>,
    /// The inner one is empty for `quorum none`.
    quorum: Option<Option<Member>>,
}

impl Draft {
    fn add(&mut self, items: &[&[u8]]) -> Result<(), PolicyFault> {
        match items {
            [] => Ok(()),
            [b"log", key] => self.add_log(key, None),
            [b"log", key, url] => self.add_log(key, Some(url)),
            [b"witness", name, key] => self.add_witness(name, key, None),
            [b"witness", name, key, url] => self.add_witness(name, key, Some(url)),
            [b"group", name, threshold, members @ ..] if !members.is_empty() => {
                self.add_group(name, threshold, members)
            }
            [b"quorum", name] => self.set_quorum(name),
            [b"log" | b"witness" | b"group" | b"quorum", ..] => Err(PolicyFault::Items),
            [_, ..] => Err(PolicyFault::Keyword),
        }
    }

    fn add_log(&mut self, key: &[u8], url: Option<&&[u8]>) -> Result<(), PolicyFault> {
        let key = read_key(key, Algorithm::Ed25519)?;
        if self.logs.iter().any(|log| log.key.public_key() == key.public_key()) {
            return Err(PolicyFault::SameKey);
        }
        self.logs.push(Log { key, url: url.map(|url| url.to_vec()), sizes: 0..u64::MAX });
        Ok(())
    }

    fn add_witness(&mut self, name: &[u8], key: &[u8], url: Option<&&[u8]>) -> Result<(), PolicyFault> {
        self.expect_free(name)?;
        let key = read_key(key, Algorithm::Cosignature)?;
        if self.witnesses.iter().any(|witness| witness.key.public_key() == key.public_key()) {
            return Err(PolicyFault::SameKey);
        }
        self.witnesses.push(Witness { name: name.to_vec(), key, url: url.map(|url| url.to_vec()) });
        Ok(())
    }

    fn add_group(&mut self, name: &[u8], threshold: &[u8], names: &[&[u8]]) -> Result<(), PolicyFault> {
        self.expect_free(name)?;
        let threshold = read_threshold(threshold, names.len())?;
        let first = self.members.len();
        for name in names {
            let member = self.find(name).ok_or(PolicyFault::UnknownName)?;
            if self.members.contains(&member) {
                return Err(PolicyFault::MemberTwice);
            }
            self.members.push(member);
        }
        let members = self.members.iter().skip(first).copied().collect();
        self.groups.push(Group { name: name.to_vec(), threshold, members });
        Ok(())
    }

    fn set_quorum(&mut self, name: &[u8]) -> Result<(), PolicyFault> {
        if self.quorum.is_some() {
            return Err(PolicyFault::SecondQuorum);
        }
        let quorum = if name == NONE { None } else { Some(self.find(name).ok_or(PolicyFault::UnknownName)?) };
        self.quorum = Some(quorum);
        Ok(())
    }

    fn expect_free(&self, name: &[u8]) -> Result<(), PolicyFault> {
        if name == NONE || self.find(name).is_some() { Err(PolicyFault::NameTaken) } else { Ok(()) }
    }

    fn find(&self, name: &[u8]) -> Option<Member> {
        let witness = self.witnesses.iter().position(|witness| witness.name == name).map(Member::Witness);
        witness.or_else(|| self.groups.iter().position(|group| group.name == name).map(Member::Group))
    }
}

/// The name that stands for no quorum.
const NONE: &[u8] = b"none";

fn read_key(key: &[u8], algorithm: Algorithm) -> Result<VerifierKey, PolicyFault> {
    let key: VerifierKey = str::from_utf8(key).map_err(|_| PolicyFault::KeyText)?.parse()?;
    if key.algorithm() == algorithm { Ok(key) } else { Err(PolicyFault::KeyUse) }
}

fn read_threshold(threshold: &[u8], members: usize) -> Result<usize, PolicyFault> {
    let number = match threshold {
        b"any" => Some(1),
        b"all" => Some(members),
        _ => str::from_utf8(threshold)
            .ok()
            .and_then(crate::text::decimal)
            .and_then(|k| usize::try_from(k).ok()),
    };
    number.filter(|k| (1..=members).contains(k)).ok_or(PolicyFault::Threshold)
}
