//! Facts to test and measure with: real envelopes, with salts and hashes as random as real ones.

use crate::Fact;
use domain::{Envelope, LeafHash, Position};
use std::fmt::Write;

/// How many units the sample facts are about.
const UNITS: usize = 500;

/// Makes facts that follow each other, the same for the same seed: the registration of units and their new names.
/// Versions, previous hashes and positions agree as they do in a real log.
#[derive(Clone, Debug)]
pub struct Samples {
    random: u64,
    position: Position,
    units: Vec<Unit>,
}

#[derive(Clone, Debug)]
struct Unit {
    id: String,
    version: u32,
    previous: LeafHash,
}

impl Samples {
    /// Samples whose first fact stands at position 0.
    pub fn new(seed: u64) -> Self {
        Self {
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            position: Position(0),
            units: Vec::new(),
        }
    }

    /// Where the next fact will stand.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The next `count` facts.
    pub fn facts(&mut self, count: usize) -> Vec<Fact> {
        (0..count).map(|_| self.fact()).collect()
    }

    /// The next fact.
    pub fn fact(&mut self) -> Fact {
        let index = usize::try_from(self.number() % UNITS as u64).unwrap_or_default();
        let index = if index < self.units.len() { index } else { self.new_unit() };
        let unit = self.units[index].clone();
        let bytes = self.json(&unit).into_bytes();
        let envelope = match Envelope::read(&bytes) {
            Ok(envelope) => envelope,
            Err(error) => unreachable!("the sample below is an envelope: {error}"),
        };
        self.units[index] =
            Unit { version: unit.version + 1, previous: LeafHash(tlog::leaf_hash(&bytes)), ..unit };
        self.position = self.position.next();
        Fact { envelope, bytes }
    }

    /// The next fact, but with `bytes` random bytes stored for it.
    pub fn noisy_fact(&mut self, bytes: usize) -> Fact {
        let bytes = self.noise(bytes);
        Fact { bytes, ..self.fact() }
    }

    /// Random bytes.
    pub fn noise(&mut self, bytes: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.number().to_be_bytes()).flatten().take(bytes).collect()
    }

    /// A random number (xorshift64*).
    pub fn number(&mut self) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        self.random.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn new_unit(&mut self) -> usize {
        let id = self.uuid();
        self.units.push(Unit { id, version: 0, previous: LeafHash::NONE });
        self.units.len() - 1
    }

    fn json(&mut self, unit: &Unit) -> String {
        let at = self.position.0;
        let (event, basis) = match unit.version {
            0 => {
                let code = self.number() % 10_000_000;
                let data = format!(
                    r#"{{"name":{{"vi":"Sở Nội vụ số {at}"}},"kind":"state_agency","identifiers":[{{"scheme":"budget","value":"{code:07}"}}]}}"#
                );
                (format!(r#"{{"type":"unit.registered","data":{data}}}"#), "")
            }
            version => {
                let name = format!(r#"{{"name":{{"vi":"Sở Nội vụ tỉnh, tên lần thứ {version}"}}}}"#);
                (format!(r#"{{"type":"unit.renamed","data":{name}}}"#), r#""basis":{"illustrative":true},"#)
            }
        };
        let (minute, milli) = (at / 60_000 % 60, at % 60_000);
        format!(
            r#"{{"position":{at},"stream":"unit/{unit_id}","version":{version},"previous":"{previous}","id":"{id}","recorded_at":"2024-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z","effective_on":"2024-01-15","actor":{{"client":"cong-thi-dua"}},"request":{{"id":"{request}","key":"{key}","fingerprint":"{fingerprint}"}},{basis}"salt":"{salt}","event":{event}}}"#,
            unit_id = unit.id,
            version = unit.version + 1,
            previous = unit.previous,
            id = self.uuid(),
            month = 1 + at / (28 * 24 * 3_600_000) % 12,
            day = 1 + at / (24 * 3_600_000) % 28,
            hour = at / 3_600_000 % 24,
            second = milli / 1000,
            milli = milli % 1000,
            request = self.uuid(),
            key = domain::KeyHash(self.bytes()),
            fingerprint = domain::Fingerprint(self.bytes()),
            salt = domain::Salt(self.bytes()),
        )
    }

    /// A version 7 UUID: its time is the position, the rest is random.
    fn uuid(&mut self) -> String {
        let mut bytes: [u8; 16] = self.bytes();
        let time = 1_704_067_200_000 + self.position.0;
        bytes[..6].copy_from_slice(&time.to_be_bytes()[2..]);
        bytes[6] = 0x70 | bytes[6] & 0x0f;
        bytes[8] = 0x80 | bytes[8] & 0x3f;
        bytes.iter().enumerate().fold(String::with_capacity(36), |mut text, (index, byte)| {
            let dash = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
            let _ = write!(text, "{dash}{byte:02x}");
            text
        })
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.number().to_be_bytes()[0])
    }
}
