//! Finds private keys by content, whatever the file is called: they are never overwritten, and never
//! handed out as evidence.
//!
//! PEM, OpenSSH and PuTTY keys anywhere in a stream (UTF-16 included); DER keys, PKCS#12 and Java
//! stores where they begin it or follow another DER object; each of them in bare base64; JSON web keys. What is
//! packed is looked into by [`super::packed`]; what is encrypted by other means cannot be seen.

use std::{io::Read, path::Path};

use zeroize::Zeroizing;

use super::{open_regular, unreadable};
use crate::error::Result;

/// How much of a file is read at a time.
const CHUNK: usize = 64 * 1024;
/// DER objects, stores and bare base64 are looked for in this many bytes at a stream's start.
const HEAD: usize = 64 * 1024;
/// No armour line that begins a key is longer.
const LINE: usize = 64;

/// Looks at a stream as it goes by.
#[derive(Default)]
pub struct Scan {
    head: Zeroizing<Vec<u8>>,
    /// The end of what went by, without NUL bytes, so that a line cut by a chunk is still seen.
    tail: Zeroizing<Vec<u8>>,
    found: Option<&'static str>,
}

impl Scan {
    /// Looks at the next bytes.
    pub fn update(&mut self, chunk: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        // Room at once: what grows leaves its old copy in memory.
        self.tail.reserve(chunk.len());
        self.tail.extend_from_slice(&without_nul(chunk));
        if self.found.is_none() {
            self.found = armoured(&self.tail);
        }
        let past = self.tail.len().saturating_sub(LINE);
        self.tail.drain(..past);
    }

    /// What kind of secret went by, as `a private key`, if any.
    pub fn finish(self) -> Option<&'static str> {
        self.found
            .or_else(|| binary(&self.head))
            .or_else(|| bare_base64(&self.head))
            .or_else(|| web_key(&self.head))
    }
}

/// What kind of secret these bytes hold, as `a private key`, if any.
pub fn find(bytes: &[u8]) -> Option<&'static str> {
    let mut scan = Scan::default();
    scan.update(bytes);
    scan.finish()
}

/// What kind of secret a file holds, as `a private key`, if any.
///
/// # Errors
/// Where it cannot be read, so that nobody knows.
pub(super) fn find_in_file(path: &Path) -> Result<Option<&'static str>> {
    let (mut file, _) = open_regular(path)?;
    let mut scan = Scan::default();
    let mut chunk = Zeroizing::new(vec![0; CHUNK]);
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(scan.finish()),
            Ok(length) => scan.update(&chunk[..length]),
            Err(error) => return Err(unreadable(path, error)),
        }
    }
}

fn armoured(text: &[u8]) -> Option<&'static str> {
    if positions(text, b"PuTTY-User-Key-File").next().is_some() {
        return Some("a PuTTY private key");
    }
    let begins_key = |at: usize| {
        let line = &text[at.saturating_sub(LINE / 2)..at];
        let line = line
            .rsplit(|&byte| matches!(byte, b'\n' | b'\r'))
            .next()
            .unwrap_or(line);
        positions(line, b"BEGIN").next().is_some()
    };
    positions(text, b"PRIVATE KEY")
        .any(begins_key)
        .then_some("a private key")
}

fn positions<'a>(text: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    text.windows(word.len())
        .enumerate()
        .filter(move |(_, window)| *window == word)
        .map(|(at, _)| at)
}

fn binary(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xfe, 0xed, 0xfe, 0xed]) || bytes.starts_with(&[0xce; 4]) {
        return Some("a Java keystore, which may hold a private key");
    }
    let mut rest = bytes;
    while let Some((SEQUENCE, content, after)) = element(rest) {
        if let Some(kind) = key_in(content) {
            return Some(kind);
        }
        rest = after;
    }
    None
}

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// 1.2.840.113549.1.5 (PKCS#5) and 1.2.840.113549.1.12.1: how an encrypted PKCS#8 key is encrypted.
const PASSWORD_BASED: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01],
];

/// Which key structure the content of a SEQUENCE begins like.
fn key_in(content: &[u8]) -> Option<&'static str> {
    let (first, value, rest) = element(content)?;
    let (second, inner, _) = element(rest)?;
    match (first, value, second) {
        // PKCS#1 (RFC 8017 A.1.2) and PKCS#8 (RFC 5958 2) say version 0 or 1, SEC 1 (RFC 5915 3) says 1.
        (INTEGER, [0 | 1], INTEGER | OCTET_STRING) => Some("a private key"),
        (INTEGER, [0 | 1], SEQUENCE) if begins_with_oid(inner) => Some("a private key"),
        // PKCS#12 (RFC 7292 4) says version 3.
        (INTEGER, [3], SEQUENCE) => Some("a PKCS#12 store, which may hold a private key"),
        (SEQUENCE, algorithm, OCTET_STRING) => {
            let (kind, oid, _) = element(algorithm)?;
            let encrypts = PASSWORD_BASED.iter().any(|start| oid.starts_with(start));
            (kind == OBJECT_IDENTIFIER && encrypts).then_some("an encrypted private key")
        }
        _ => None,
    }
}

fn begins_with_oid(content: &[u8]) -> bool {
    matches!(element(content), Some((OBJECT_IDENTIFIER, _, _)))
}

/// The tag, content and rest of a DER element; what is cut off counts as far as it goes.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let digits = usize::from(first & 0x7f);
        if digits > 4 {
            return None;
        }
        let (digits, rest) = rest.split_at_checked(digits)?;
        let length = digits
            .iter()
            .fold(0_usize, |length, &digit| (length << 8) | usize::from(digit));
        // The indefinite length of BER runs to the end.
        let length = if digits.is_empty() {
            rest.len()
        } else {
            length
        };
        (length, rest)
    };
    let (content, rest) = rest.split_at(length.min(rest.len()));
    Some((tag, content, rest))
}

fn bare_base64(bytes: &[u8]) -> Option<&'static str> {
    let dense: Zeroizing<String> = Zeroizing::new(
        bytes
            .iter()
            .filter(|byte| !byte.is_ascii_whitespace())
            .map(|&byte| char::from(byte))
            .collect(),
    );
    // The shortest key of all has 48 bytes; a word is base64 as well.
    let whole = dense.len() / 4 * 4;
    if whole < 64 {
        return None;
    }
    let decoded = Zeroizing::new(openssl::base64::decode_block(dense.get(..whole)?).ok()?);
    binary(&decoded)
        .or_else(|| armoured(&without_nul(&decoded)))
        .or_else(|| web_key(&decoded))
}

/// UTF-16 of ASCII is ASCII with NUL bytes between.
fn without_nul(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut kept = Zeroizing::new(Vec::with_capacity(bytes.len()));
    kept.extend(bytes.iter().copied().filter(|&byte| byte != 0));
    kept
}

/// RFC 7517: a JSON web key that has a private part `d`, or is a secret `k`.
fn web_key(bytes: &[u8]) -> Option<&'static str> {
    let has = |word: &[u8]| positions(bytes, word).next().is_some();
    (has(b"\"kty\"") && (has(b"\"d\"") || has(b"\"k\""))).then_some("a private JSON web key")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use openssl::{
        ec::{EcGroup, EcKey},
        nid::Nid,
        pkey::PKey,
        rsa::Rsa,
        symm::Cipher,
    };

    use super::*;

    fn secrets() -> Vec<(&'static str, Vec<u8>)> {
        // Small and quick to make: only the structure matters here.
        let rsa = Rsa::generate(1024).unwrap();
        let ec =
            EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap();
        let key = PKey::from_rsa(rsa.clone()).unwrap();
        let edwards = PKey::generate_ed25519().unwrap();
        let cipher = Cipher::aes_256_cbc();
        vec![
            ("PKCS#1 PEM", rsa.private_key_to_pem().unwrap()),
            ("PKCS#1 DER", rsa.private_key_to_der().unwrap()),
            ("PKCS#8 PEM", key.private_key_to_pem_pkcs8().unwrap()),
            ("PKCS#8 DER", key.private_key_to_pkcs8().unwrap()),
            ("SEC 1 PEM", ec.private_key_to_pem().unwrap()),
            ("SEC 1 DER", ec.private_key_to_der().unwrap()),
            ("Ed25519 DER", edwards.private_key_to_pkcs8().unwrap()),
            (
                "encrypted PEM",
                key.private_key_to_pem_pkcs8_passphrase(cipher, b"secret")
                    .unwrap(),
            ),
            (
                "encrypted DER",
                key.private_key_to_pkcs8_passphrase(cipher, b"secret")
                    .unwrap(),
            ),
            (
                "encrypted PKCS#1 PEM",
                rsa.private_key_to_pem_passphrase(cipher, b"secret")
                    .unwrap(),
            ),
            (
                "PKCS#12",
                openssl::pkcs12::Pkcs12::builder()
                    .name("a")
                    .pkey(&key)
                    .build2("secret")
                    .unwrap()
                    .to_der()
                    .unwrap(),
            ),
            ("JKS", vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]),
            (
                "PuTTY",
                b"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n".to_vec(),
            ),
            (
                "JSON web key",
                br#"{"kty":"OKP","crv":"Ed25519","x":"a","d":"b"}"#.to_vec(),
            ),
        ]
    }

    #[test]
    fn every_form_of_a_private_key_is_found() {
        for (form, bytes) in secrets() {
            assert!(find(&bytes).is_some(), "{form}");
        }
    }

    #[test]
    fn a_key_is_found_in_the_middle_in_utf16_in_base64_and_byte_by_byte() {
        for (form, bytes) in secrets() {
            let base64 = openssl::base64::encode_block(&bytes);
            let lines: Vec<&str> = base64
                .as_bytes()
                .chunks(76)
                .map(|line| str::from_utf8(line).unwrap())
                .collect();
            if !matches!(form, "JKS" | "JSON web key" | "PuTTY") {
                assert!(
                    find(lines.join("\r\n").as_bytes()).is_some(),
                    "{form} in base64"
                );
            }
            if form.ends_with("PEM") {
                let text = String::from_utf8(bytes.clone()).unwrap();
                let log = format!("{}\n  {text}\nend", "line of a log\n".repeat(20_000));
                assert!(find(log.as_bytes()).is_some(), "{form} in a log");
                let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                assert!(find(&wide).is_some(), "{form} in UTF-16");
                let mut scan = Scan::default();
                bytes.iter().for_each(|byte| scan.update(&[*byte]));
                assert!(scan.finish().is_some(), "{form} byte by byte");
            } else if form.ends_with("DER") {
                let mut after = vec![0x30, 0x03, 0x02, 0x01, 0x07];
                after.extend_from_slice(&bytes);
                assert!(find(&after).is_some(), "{form} after another object");
            }
        }
    }

    #[test]
    fn what_is_public_is_let_through() {
        let key = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
        let mut request = openssl::x509::X509Req::builder().unwrap();
        request.set_pubkey(&key).unwrap();
        request
            .sign(&key, openssl::hash::MessageDigest::sha256())
            .unwrap();
        let request = request.build();
        let public = [
            request.to_der().unwrap(),
            request.to_pem().unwrap(),
            key.public_key_to_der().unwrap(),
            key.public_key_to_pem().unwrap(),
            key.rsa().unwrap().public_key_to_der_pkcs1().unwrap(),
            b"The private key never left the machine. PRIVATE KEY: not here.\n".to_vec(),
            br#"{"kty":"RSA","n":"a","e":"AQAB"}"#.to_vec(),
            b"".to_vec(),
            vec![0x30; 300],
        ];
        for bytes in public {
            assert_eq!(find(&bytes), None, "{bytes:?}");
        }
    }
}
