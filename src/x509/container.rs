//! Files that hold several objects in one: PKCS#7 bundles (RFC 2315) and PKCS#12 stores (RFC 7292).

use std::{path::Path, sync::OnceLock};

use openssl::{error::ErrorStack, pkcs7::Pkcs7, pkcs12::Pkcs12, provider::Provider};
use zeroize::Zeroizing;

use super::{Certificate, Object, RevocationList, key::Passphrase, stretch};
use crate::{
    error::{Error, for_a_shell},
    openssl_ext::{self, Opened},
};

/// What holds several objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// Certificates and lists, open to everybody.
    Bundle,
    /// A key, certificates, or both, under a passphrase.
    Store,
}

/// Why a store gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shut {
    /// It is under a passphrase, and none was given.
    WithoutPassphrase,
    /// It is under another passphrase.
    WrongPassphrase,
    /// It is damaged, in these words.
    Damaged(String),
}

impl Shut {
    /// As an error about a file, with what to do.
    pub(super) fn of(self, path: &Path) -> Error {
        let (shown, word) = (path.display(), for_a_shell(path));
        match self {
        Self::WithoutPassphrase => Error::input(format!(
            "`{shown}` is a PKCS#12 store (.p12, .pfx) under a passphrase"
        ))
        .hint(format!(
            "Give it by --passphrase-file FILE, where the command has that; or take the certificates out: `openssl pkcs12 -in {word} -nokeys -out chain.pem` (add `-legacy` if OpenSSL 3 refuses it)."
        )),
        Self::WrongPassphrase => Error::input(format!(
            "the passphrase is not that of the PKCS#12 store `{shown}`"
        ))
        .hint("Give the passphrase that the store was made with, alone on the first line."),
        Self::Damaged(problem) => Error::input(format!(
            "`{shown}`, as a PKCS#12 store: {problem}"
        ))
        .hint(format!(
            "Copy the file again; `openssl pkcs12 -info -noout -in {word}` shows how it was made."
        )),
    }
    }
}

/// OpenSSL's reason "mac verify failure" (pkcs12err.h, PKCS12_R_MAC_VERIFY_FAILURE).
const MAC_VERIFY_FAILURE: i32 = 113;

/// What DER begins as: a store with version 3, a bundle with the OID of signed data.
pub(super) fn of_der(bytes: &[u8]) -> Option<Container> {
    const SIGNED_DATA: [u8; 11] = [
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02,
    ];
    let length = match bytes.get(..2)? {
        [0x30, long] if *long > 0x80 => usize::from(long & 0x7f),
        [0x30, _] => 0,
        _ => return None,
    };
    let content = bytes.get(2 + length..)?;
    if content.starts_with(&SIGNED_DATA) {
        return Some(Container::Bundle);
    }
    content
        .starts_with(&[0x02, 0x01, 0x03, 0x30])
        .then_some(Container::Store)
}

/// Whether a PEM label is that of a bundle.
pub(super) fn is_bundle(label: &str) -> bool {
    matches!(label, "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA")
}

/// Every certificate and list that a bundle carries; its signatures, if it has any, are nobody's concern.
///
/// # Errors
/// What is wrong with it, as a fragment.
pub(super) fn bundle(der: &[u8]) -> Result<Vec<Object>, String> {
    let bundle = Pkcs7::from_der(der).map_err(|_| "it is no PKCS#7, or damaged".to_owned())?;
    let carried = openssl_ext::carried(&bundle);
    let certificates: Result<Vec<_>, _> = carried
        .certificates
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect();
    let mut certificates = certificates?;
    // They are a set, without an order (RFC 2315, 9.1): the endpoint's own goes first, as everywhere.
    certificates.sort_by_key(Certificate::is_ca);
    let mut objects: Vec<Object> = certificates
        .into_iter()
        .map(|certificate| Object::Certificate(Box::new(certificate)))
        .collect();
    for der in carried.lists {
        objects.push(Object::RevocationList(Box::new(RevocationList::from_der(
            &der,
        )?)));
    }
    if objects.is_empty() {
        return Err("it holds neither certificates nor lists".to_owned());
    }
    Ok(objects)
}

/// Every object of a store: its key, that key's certificate, then the others in their order.
///
/// # Errors
/// Why it could not be opened.
pub(super) fn store(der: &[u8], passphrase: Option<&Passphrase>) -> Result<Vec<Object>, Shut> {
    let damaged = |why: &str| Shut::Damaged(why.to_owned());
    if let Some(rounds) = stretch::too_many_rounds(der) {
        return Err(Shut::Damaged(rounds));
    }
    let store = Pkcs12::from_der(der).map_err(|_| damaged("it is no PKCS#12, or damaged"))?;
    let opened = open(&store, passphrase).map_err(|error| {
        let refused = error.errors().iter();
        let refused = refused
            .map(|it| it.reason_code())
            .any(|it| it == MAC_VERIFY_FAILURE);
        match (refused, passphrase) {
            (true, None) => Shut::WithoutPassphrase,
            (true, Some(_)) => Shut::WrongPassphrase,
            (false, _) => damaged("its content cannot be decrypted"),
        }
    })?;
    let mut objects = Vec::new();
    if let Some(key) = &opened.key {
        let bytes = key
            .private_key_to_pkcs8()
            .map_err(|_| damaged("its key is of a kind that OpenSSL cannot write"))?;
        objects.push(Object::PrivateKey {
            encrypted: false,
            bytes: Zeroizing::new(bytes),
        });
    }
    for der in &opened.certificates {
        let certificate = Certificate::from_der(der).map_err(Shut::Damaged)?;
        objects.push(Object::Certificate(Box::new(certificate)));
    }
    match objects.is_empty() {
        true => Err(damaged("it holds neither a key nor certificates")),
        false => Ok(objects),
    }
}

/// Opens a store; where the usual ciphers do not do, with those of old Windows (RC2, RC4, single DES) too.
fn open(store: &Pkcs12, passphrase: Option<&Passphrase>) -> Result<Opened, ErrorStack> {
    static LEGACY: OnceLock<Option<Provider>> = OnceLock::new();
    let secret = passphrase.map(Passphrase::bytes);
    openssl_ext::open_store(store, secret).or_else(|error| {
        // Loaded, it stays: the handle must outlive every use.
        let legacy = LEGACY.get_or_init(|| Provider::try_load(None, "legacy", true).ok());
        match legacy {
            Some(_) => openssl_ext::open_store(store, secret),
            None => Err(error),
        }
    })
}
