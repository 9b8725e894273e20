//! Time stamps by an authority (RFC 3161): what is asked for, what comes back, and whether it is what an authority the
//! auditor believes has signed (RFC 5652, RFC 5280).
//!
//! The few structures are read here: the crates for them are of an older generation of their family, or cannot read the
//! fractions of a second that authorities state. Signatures and chains of certificates are checked by `webpki`.

mod der;

use der::{Reader, tag};
use domain::Timestamp;
use pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime, pem::PemObject};
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::time::Duration;
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert, aws_lc_rs as algorithms,
};

/// 1.2.840.113549.1.7.2, signed data (RFC 5652 §5.1).
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// 1.2.840.113549.1.9.16.1.4, what a time stamp states (RFC 3161 §2.4.2).
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
/// 1.2.840.113549.1.9.3 and 4, the type and the digest of what is signed (RFC 5652 §11).
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
/// 2.16.840.1.101.3.4.2.1 to 3, SHA-256, SHA-384, SHA-512.
const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const SHA_384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
const SHA_512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
/// 1.3.6.1.5.5.7.3.8, a certificate for time stamps (RFC 3161 §2.3).
const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// The media types of what is asked and answered (RFC 3161 §3.4).
pub const QUERY: &str = "application/timestamp-query";
/// See [`QUERY`].
pub const REPLY: &str = "application/timestamp-reply";

/// Why a reply is no time stamp to rely on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// It cannot be read.
    #[error("the time stamp has not the form it must have: {0}")]
    Malformed(&'static str),
    /// The authority did not grant it.
    #[error("the authority did not grant the time stamp: status {0:?}")]
    NotGranted(Vec<u8>),
    /// It is of something else.
    #[error("the time stamp is of something else")]
    OtherContent,
    /// It answers another request.
    #[error("the time stamp answers another request")]
    OtherNonce,
    /// None of its certificates made the signature.
    #[error("the signature of the time stamp is wrong")]
    Signature,
    /// Nobody whom the auditor believes vouches for the certificate.
    #[error("the certificate of the time stamp is not to be believed: {0}")]
    Certificate(String),
    /// The authorities cannot be read.
    #[error("the certificates of authorities cannot be read: {0}")]
    Authorities(String),
}

/// The request for a time stamp of some bytes; the nonce comes back with the answer.
pub fn query(message: &[u8], nonce: [u8; 8]) -> Vec<u8> {
    let algorithm = der::item(tag::SEQUENCE, &[der::item(tag::OID, SHA_256), vec![0x05, 0x00]].concat());
    let digest = der::item(tag::OCTET_STRING, &Sha256::digest(message));
    let imprint = der::item(tag::SEQUENCE, &[algorithm, digest].concat());
    let parts =
        [vec![tag::INTEGER, 1, 1], imprint, der::item(tag::INTEGER, &integer(nonce)), vec![0x01, 1, 0xff]];
    der::item(tag::SEQUENCE, &parts.concat())
}

/// A positive integer, as short as can be: never more than eight bytes, for the highest bit is taken away.
fn integer(mut nonce: [u8; 8]) -> Vec<u8> {
    nonce[0] = (nonce[0] & 0x7f) | 0x40;
    nonce.to_vec()
}

/// A time stamp that was read. Who made it is not known before [`TimeStamp::verify`] says so.
#[derive(Clone, Debug)]
pub struct TimeStamp<'a> {
    /// What it states: at this moment the bytes were there.
    pub time: Timestamp,
    nonce: Option<&'a [u8]>,
    content: &'a [u8],
    certificates: Vec<CertificateDer<'a>>,
    signer: Signer<'a>,
}

#[derive(Clone, Debug)]
struct Signer<'a> {
    digest: &'a [u8],
    /// The attributes that are signed, with the tag they have in the message.
    attributes: &'a [u8],
    signature: &'a [u8],
}

impl<'a> TimeStamp<'a> {
    /// Reads the reply of an authority, which must be of these bytes.
    ///
    /// # Errors
    /// It is no time stamp of them.
    pub fn read(reply: &'a [u8], message: &[u8]) -> Result<Self, StampError> {
        let mut whole = Reader::new(reply);
        let mut response = whole.within(tag::SEQUENCE).ok_or(StampError::Malformed("response"))?;
        if !whole.is_empty() {
            return Err(StampError::Malformed("something follows the response"));
        }
        let status = response.within(tag::SEQUENCE).and_then(|mut status| status.expect(tag::INTEGER));
        match status.ok_or(StampError::Malformed("status"))?.body {
            [0 | 1] => {}
            other => return Err(StampError::NotGranted(other.to_vec())),
        }
        let stamp = signed_data(&mut response).ok_or(StampError::Malformed("token"))?;
        let (content, certificates, signer) = stamp;
        let stated = Stated::read(content).ok_or(StampError::Malformed("content"))?;
        if stated.algorithm != SHA_256 || stated.digest != Sha256::digest(message).as_slice() {
            return Err(StampError::OtherContent);
        }
        let time = time_of(stated.time).ok_or(StampError::Malformed("time"))?;
        Ok(Self { time, nonce: stated.nonce, content, certificates, signer })
    }

    /// Whether it answers the request with this nonce.
    ///
    /// # Errors
    /// It does not.
    pub fn answers(&self, nonce: [u8; 8]) -> Result<(), StampError> {
        if self.nonce == Some(integer(nonce).as_slice()) { Ok(()) } else { Err(StampError::OtherNonce) }
    }

    /// Whether a certificate in it made its signature over what it states, and that certificate, for time stamps, was
    /// vouched for by one of the authorities at the time it states.
    ///
    /// # Errors
    /// It was not.
    pub fn verify(&self, authorities: &Authorities) -> Result<(), StampError> {
        let (digest, algorithms) = self.signer.algorithms(self.content)?;
        self.signer.expect_attributes(&digest)?;
        // What is signed has the tag of a set, not the one it has in the message (RFC 5652 §5.4).
        let mut signed = self.signer.attributes.to_vec();
        if let Some(first) = signed.first_mut() {
            *first = tag::SET;
        }
        let made = |certificate: &CertificateDer<'_>| {
            EndEntityCert::try_from(certificate).is_ok_and(|certificate| {
                let is_by = |algorithm: &&'static dyn SignatureVerificationAlgorithm| {
                    certificate.verify_signature(*algorithm, &signed, self.signer.signature).is_ok()
                };
                algorithms.iter().any(is_by)
            })
        };
        let by =
            self.certificates.iter().find(|certificate| made(certificate)).ok_or(StampError::Signature)?;
        authorities.vouch_for(by, &self.certificates, self.time)
    }
}

/// The token: its content, its certificates, and its one signer.
fn signed_data<'a>(response: &mut Reader<'a>) -> Option<(&'a [u8], Vec<CertificateDer<'a>>, Signer<'a>)> {
    let mut token = response.within(tag::SEQUENCE)?;
    if token.expect(tag::OID)?.body != SIGNED_DATA {
        return None;
    }
    let mut data = token.within(tag::CONTEXT_0)?.within(tag::SEQUENCE)?;
    data.expect(tag::INTEGER)?;
    data.expect(tag::SET)?;
    let mut content = data.within(tag::SEQUENCE)?;
    if content.expect(tag::OID)?.body != TST_INFO {
        return None;
    }
    let content = content.within(tag::CONTEXT_0)?.expect(tag::OCTET_STRING)?.body;
    let mut certificates = Vec::new();
    if let Some(mut set) = data.within(tag::CONTEXT_0) {
        while let Some(certificate) = set.item() {
            certificates.push(CertificateDer::from(certificate.whole));
        }
    }
    data.expect(tag::CONTEXT_1);
    let mut signers = data.within(tag::SET)?;
    let mut signer = signers.within(tag::SEQUENCE)?;
    signer.expect(tag::INTEGER)?;
    signer.item()?;
    let digest = signer.within(tag::SEQUENCE)?.expect(tag::OID)?.body;
    let attributes = signer.expect(tag::CONTEXT_0)?.whole;
    signer.expect(tag::SEQUENCE)?;
    let signature = signer.expect(tag::OCTET_STRING)?.body;
    // An authority signs alone (RFC 3161 §2.4.2).
    signers.is_empty().then_some((content, certificates, Signer { digest, attributes, signature }))
}

/// What the content states, as far as we need it.
struct Stated<'a> {
    algorithm: &'a [u8],
    digest: &'a [u8],
    time: &'a [u8],
    nonce: Option<&'a [u8]>,
}

impl<'a> Stated<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let mut info = Reader::new(content).within(tag::SEQUENCE)?;
        if info.expect(tag::INTEGER)?.body != [1] {
            return None;
        }
        info.expect(tag::OID)?;
        let mut imprint = info.within(tag::SEQUENCE)?;
        let algorithm = imprint.within(tag::SEQUENCE)?.expect(tag::OID)?.body;
        let digest = imprint.expect(tag::OCTET_STRING)?.body;
        info.expect(tag::INTEGER)?;
        let time = info.expect(tag::GENERALIZED_TIME)?.body;
        // Accuracy and order may stand before the nonce.
        info.expect(tag::SEQUENCE);
        info.expect(0x01);
        let nonce = info.expect(tag::INTEGER).map(|nonce| nonce.body);
        Some(Self { algorithm, digest, time, nonce })
    }
}

/// `20261126021500.123Z` as a moment.
fn time_of(text: &[u8]) -> Option<Timestamp> {
    let text = str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
    let (digits, rest) = text.split_at_checked(14)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| &digits[from..to];
    let (day, clock) = ([part(0, 4), part(4, 6), part(6, 8)], [part(8, 10), part(10, 12), part(12, 14)]);
    format!("{}T{}{rest}", day.join("-"), clock.join(":")).parse().ok()
}

impl Signer<'_> {
    /// The digest of the content, and the ways in which a signature over such digests is made.
    fn algorithms(
        &self,
        content: &[u8],
    ) -> Result<(Vec<u8>, [&'static dyn SignatureVerificationAlgorithm; 3]), StampError> {
        match self.digest {
            SHA_256 => Ok((
                Sha256::digest(content).to_vec(),
                [
                    algorithms::RSA_PKCS1_2048_8192_SHA256,
                    algorithms::ECDSA_P256_SHA256,
                    algorithms::ECDSA_P384_SHA256,
                ],
            )),
            SHA_384 => Ok((
                Sha384::digest(content).to_vec(),
                [
                    algorithms::RSA_PKCS1_2048_8192_SHA384,
                    algorithms::ECDSA_P256_SHA384,
                    algorithms::ECDSA_P384_SHA384,
                ],
            )),
            SHA_512 => Ok((
                Sha512::digest(content).to_vec(),
                [
                    algorithms::RSA_PKCS1_2048_8192_SHA512,
                    algorithms::ECDSA_P256_SHA512,
                    algorithms::ECDSA_P384_SHA512,
                ],
            )),
            _ => Err(StampError::Malformed("a digest that is not of the SHA-2 family")),
        }
    }

    /// The signed attributes must name the content and its digest (RFC 5652 §5.3).
    fn expect_attributes(&self, digest: &[u8]) -> Result<(), StampError> {
        let mut set =
            Reader::new(self.attributes).within(tag::CONTEXT_0).ok_or(StampError::Malformed("attributes"))?;
        let (mut is_of_type, mut is_of_content) = (false, false);
        while let Some(mut attribute) = set.within(tag::SEQUENCE) {
            let name = attribute.expect(tag::OID).map(|name| name.body);
            let value =
                attribute.within(tag::SET).and_then(|mut values| values.item()).map(|value| value.body);
            is_of_type |= name == Some(CONTENT_TYPE) && value == Some(TST_INFO);
            is_of_content |= name == Some(MESSAGE_DIGEST) && value == Some(digest);
        }
        if is_of_type && is_of_content { Ok(()) } else { Err(StampError::Signature) }
    }
}

/// The authorities whose certificates the auditor believes.
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads certificates in PEM.
    ///
    /// # Errors
    /// There is none, or one cannot be read.
    pub fn read(pem: &[u8]) -> Result<Self, StampError> {
        let failed = |what: String| StampError::Authorities(what);
        let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let certificates = certificates.map_err(|error| failed(error.to_string()))?;
        if certificates.is_empty() {
            return Err(failed("no certificate".to_owned()));
        }
        for certificate in &certificates {
            anchor_from_trusted_cert(certificate).map_err(|error| failed(error.to_string()))?;
        }
        Ok(Self(certificates))
    }

    fn vouch_for(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        at: Timestamp,
    ) -> Result<(), StampError> {
        let failed = |error: webpki::Error| StampError::Certificate(error.to_string());
        let anchors =
            self.0.iter().map(anchor_from_trusted_cert).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let millis = u64::try_from(at.millis()).unwrap_or(0);
        let time = UnixTime::since_unix_epoch(Duration::from_millis(millis));
        let usage = KeyUsage::required(TIME_STAMPING);
        let certificate = EndEntityCert::try_from(certificate).map_err(failed)?;
        let path =
            certificate.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, others, time, usage, None, None);
        path.map(drop).map_err(failed)
    }
}

#[cfg(test)]
mod tests;
