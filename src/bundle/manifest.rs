//! The manifest: what is in a bundle, what each file is for, whom it covers; the document of kind `bundle`.

use std::{borrow::Cow, path::Path};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Content, ListsEntry, Order, Revocation, Role, Server, caution, contents, lines};
use crate::{
    check::Finding, error::Result, files::NewFolder, survey::chain::Covered, x509::Certificate,
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
    /// The command that renews its lists.
    pub renew: &'a str,
    /// Whether the key had a passphrase that was taken off.
    pub opened: bool,
}

/// The document of kind `bundle`; it is read again where its lists are renewed. Nothing of a key is in here.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    pub(super) schema: u32,
    pub(super) kind: Cow<'static, str>,
    pub(super) tool: Cow<'static, str>,
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
    /// The revocation lists; nothing where the server is given none.
    pub lists: Option<ListsEntry>,
    /// Where the lines belong.
    pub place: Cow<'static, str>,
    /// What the server is to be told.
    pub lines: Vec<String>,
    /// How the server takes it up.
    pub reload: Cow<'static, str>,
    /// Who reads the files.
    pub read_by: Cow<'static, str>,
    /// What deserves attention, each as a sentence.
    pub warnings: Vec<String>,
}

/// A certificate of a bundle.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// SHA-256 of its DER, lower-case hex.
    pub sha256: String,
    /// Its generation, where that is known.
    pub generation: Option<String>,
}

/// A generation, and whether its peers get in.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeyEntry {
    /// Whether a passphrase protects it, besides the file's mode.
    pub encrypted: bool,
    /// By which algorithms.
    pub encryption: Option<Cow<'static, str>>,
    /// What it is called in a store.
    pub alias: Option<String>,
    spki_sha256: String,
}

/// A file of a bundle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileEntry {
    /// Its name.
    pub file: String,
    /// What it is for.
    pub role: Role,
    /// Which setting or command takes it.
    pub setting: Cow<'static, str>,
    /// SHA-256 of it, lower-case hex; none where a private key is in it, since nothing that is computed
    /// from a key's file is to leave it.
    pub sha256: Option<String>,
}

/// Which document it is.
pub(super) const KIND: &str = "bundle";
/// Who wrote it.
const TOOL: &str = concat!("ptl ", env!("CARGO_PKG_VERSION"));
/// How a key as PEM is encrypted: see `x509::key::to_pem`.
const KEY_ENCRYPTION: &str = "PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA-256 and 600000 rounds";

impl Manifest {
    /// The manifest of these files.
    pub fn new(
        order: &Order<'_>,
        contents: &[Content<'_>],
        files: Vec<FileEntry>,
        made: Made<'_>,
    ) -> Self {
        let (server, set) = (order.server, order.set);
        let encrypted = order.protection.passphrase().is_some();
        let alias = contents::alias(&set.leaf);
        let lists = match order.revocation {
            Revocation::Given(lists) => {
                ListsEntry::of(server, lists, contents, made.judged, made.renew)
            }
            Revocation::None(_) => None,
        };
        let named: Vec<_> = files
            .iter()
            .map(|one| (one.role, one.file.as_str()))
            .collect();
        Self {
            schema: 1,
            kind: KIND.into(),
            tool: TOOL.into(),
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
            place: lines::place(server).into(),
            lines: lines::lines(server, made.folder, &named, encrypted, &alias),
            reload: server.reload().into(),
            read_by: server.read_by().into(),
            lists,
            files,
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
                (true, false) => Some(KEY_ENCRYPTION.into()),
                (true, true) => Some(order.strength.words().into()),
            },
            alias: in_store.then(|| alias.to_owned()),
            spki_sha256: order.set.leaf.spki_sha256.clone(),
        }
    }
}

/// Writes the files into the folder, and says of each what it is for.
///
/// # Errors
/// As [`NewFolder::write_by`] and [`Content::write`].
pub fn write(
    contents: &[Content<'_>],
    server: Server,
    folder: &NewFolder,
) -> Result<Vec<FileEntry>> {
    let mut written = Vec::new();
    for content in contents {
        let mut digest = String::new();
        folder.write_by(&content.name, |file| {
            digest = content.write(file)?;
            Ok(())
        })?;
        written.push(FileEntry::of(content, server, digest));
    }
    Ok(written)
}

impl FileEntry {
    /// A file with this SHA-256.
    pub(super) fn of(content: &Content<'_>, server: Server, digest: String) -> Self {
        Self {
            file: content.name.clone(),
            role: content.role,
            setting: lines::setting(server, content.role).into(),
            sha256: (!content.role.holds_key()).then_some(digest),
        }
    }
}
