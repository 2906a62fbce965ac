//! The manifest: what is in a bundle, what each file is for, whom it covers; the document of kind `bundle`.

use std::path::Path;

use jiff::Timestamp;
use openssl::hash::{MessageDigest, hash};
use serde::Serialize;

use super::{Content, Order, Role, Server, caution, contents, lines};
use crate::{
    check::Finding,
    survey::chain::Covered,
    x509::{Certificate, hex},
};

/// What is known of a bundle besides what it is made of.
#[derive(Debug)]
pub struct Made<'a> {
    /// The environment's id, where there is one.
    pub environment: Option<&'a str>,
    /// The moment that dates were judged by.
    pub judged: Timestamp,
    /// Its folder, absolute.
    pub folder: &'a Path,
    /// What the checks said.
    pub findings: &'a [Finding],
    /// Whether the set is whole: no check failed, none is unknown.
    pub complete: bool,
    /// Whether the key had a passphrase that was taken off.
    pub opened: bool,
}

/// The document of kind `bundle`. Nothing of a key is in here.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    schema: u32,
    kind: &'static str,
    tool: &'static str,
    /// The server.
    pub server: Server,
    /// The environment's id.
    pub environment: Option<String>,
    judged: Timestamp,
    /// The folder, absolute.
    pub folder: String,
    /// Whether the set is whole.
    pub complete: bool,
    /// The certificate.
    pub certificate: CertificateEntry,
    /// What is sent after it.
    pub chain: Vec<CertificateEntry>,
    /// The CAs that peers may be of.
    pub trust: Vec<CertificateEntry>,
    /// The generations of the environment whose peers it takes, and how far.
    pub generations: Vec<GenerationEntry>,
    /// How the key is protected.
    pub key: KeyEntry,
    /// The files.
    pub files: Vec<FileEntry>,
    /// Where the lines belong.
    pub place: &'static str,
    /// What the server is to be told.
    pub lines: Vec<String>,
    /// How the server takes it up.
    pub reload: &'static str,
    /// Who reads the files.
    pub read_by: &'static str,
    /// What deserves attention, each as a sentence.
    pub warnings: Vec<String>,
}

/// A certificate of a bundle.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CertificateEntry {
    /// Its subject, most specific part first.
    pub subject: String,
    issuer: String,
    /// Its serial number, lower-case hex.
    pub serial: String,
    not_before: Timestamp,
    /// Its last moment.
    pub not_after: Timestamp,
    sha256: String,
    /// Its generation, where that is known.
    pub generation: Option<String>,
}

/// A generation, and whether its peers get in.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GenerationEntry {
    /// Its id.
    pub id: String,
    /// Whether its peers must be accepted now; else its time is to come.
    pub in_force: bool,
    /// The CAs of it that are not in the bundle.
    pub missing: Vec<String>,
}

/// How the key is protected.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeyEntry {
    /// Whether a passphrase protects it, besides the file's mode.
    pub encrypted: bool,
    /// By which algorithms.
    pub encryption: Option<&'static str>,
    /// What it is called in a store.
    pub alias: Option<String>,
    spki_sha256: String,
}

/// A file of a bundle.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileEntry {
    /// Its name.
    pub file: String,
    /// What it is for.
    pub role: Role,
    /// Which setting or command takes it.
    pub setting: &'static str,
    /// SHA-256 of it, lower-case hex; none where a private key is in it, since nothing that is computed
    /// from a key's file is to leave it.
    pub sha256: Option<String>,
}

/// How a key as PEM is encrypted: see `x509::key::to_pem`.
const KEY_ENCRYPTION: &str = "PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA-256 and 600000 rounds";

impl Manifest {
    /// The manifest of these files.
    pub fn new(order: &Order<'_>, files: &[Content], made: Made<'_>) -> Self {
        let (server, set) = (order.server, order.set);
        let encrypted = order.protection.passphrase().is_some();
        let alias = contents::alias(&set.leaf);
        let named: Vec<_> = files
            .iter()
            .map(|one| (one.role, one.name.as_str()))
            .collect();
        Self {
            schema: 1,
            kind: "bundle",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            server,
            environment: made.environment.map(str::to_owned),
            judged: Timestamp::from_second(made.judged.as_second()).unwrap_or(made.judged),
            folder: made.folder.display().to_string(),
            complete: made.complete,
            certificate: CertificateEntry::of(&set.leaf, None),
            chain: set
                .chain
                .iter()
                .map(|one| CertificateEntry::of(one, None))
                .collect(),
            trust: set
                .trust
                .iter()
                .map(|one| CertificateEntry::of(&one.certificate, one.generation.clone()))
                .collect(),
            generations: set.generations.iter().map(GenerationEntry::of).collect(),
            key: KeyEntry::of(order, &alias),
            files: files
                .iter()
                .map(|file| FileEntry::of(file, server))
                .collect(),
            place: lines::place(server),
            lines: lines::lines(server, made.folder, &named, encrypted, &alias),
            reload: server.reload(),
            read_by: server.read_by(),
            warnings: caution::cautions(order, made.findings, made.opened),
        }
    }
}

impl CertificateEntry {
    fn of(certificate: &Certificate, generation: Option<String>) -> Self {
        Self {
            subject: certificate.subject.clone(),
            issuer: certificate.issuer.clone(),
            serial: certificate.serial.clone(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            sha256: certificate.sha256.clone(),
            generation,
        }
    }
}

impl GenerationEntry {
    fn of(covered: &Covered) -> Self {
        Self {
            id: covered.id.clone(),
            in_force: covered.in_force,
            missing: covered.missing.clone(),
        }
    }
}

impl KeyEntry {
    fn of(order: &Order<'_>, alias: &str) -> Self {
        let encrypted = order.protection.passphrase().is_some();
        let in_store = order.server.takes_stores();
        Self {
            encrypted,
            encryption: match (encrypted, in_store) {
                (false, _) => None,
                (true, false) => Some(KEY_ENCRYPTION),
                (true, true) => Some(order.strength.words()),
            },
            alias: in_store.then(|| alias.to_owned()),
            spki_sha256: order.set.leaf.spki_sha256.clone(),
        }
    }
}

impl FileEntry {
    fn of(content: &Content, server: Server) -> Self {
        // Invariant: SHA-256 is in OpenSSL's default provider, which is always there.
        let digest = || hash(MessageDigest::sha256(), &content.bytes).ok();
        let sha256 = match content.role.holds_key() {
            true => None,
            false => digest().map(|digest| hex(&digest)),
        };
        Self {
            file: content.name.clone(),
            role: content.role,
            setting: lines::setting(server, content.role),
            sha256,
        }
    }
}
