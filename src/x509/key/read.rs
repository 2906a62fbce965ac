//! Reading: the one private key of a file, whatever its form, and what else the file holds where there is none.

use std::{borrow::Cow, cell::Cell, path::Path};

use openssl::{
    error::ErrorStack,
    pkey::{PKey, Private},
    x509::{X509, X509Crl, X509Req},
};

use zeroize::{Zeroize, Zeroizing};

use super::Passphrase;
use crate::{
    error::{Error, Result},
    x509::{
        Object,
        container::{self, Container, Shut},
        encoding, foreign,
        pem::{self, Block},
        read, stretch,
    },
};

/// The most PEM blocks that are looked at: a key with its chain has a handful.
const MOST_BLOCKS: usize = 64;

/// The one private key in a file: PEM or DER; PKCS#8, PKCS#1 or SEC1; encrypted or not.
///
/// `label` names the file in errors. Certificates beside the key in a PEM file are passed over.
///
/// # Errors
/// Exit 2: no key or several, something other than a key, an encrypted key without passphrase or
/// with a wrong one, or a damaged file.
pub fn read_private(
    bytes: &[u8],
    passphrase: Option<&Passphrase>,
    label: &str,
) -> Result<PKey<Private>> {
    if bytes.is_empty() {
        return Err(Error::input(format!("`{label}` is empty")).hint("Name the key's file."));
    }
    let blocks = blocks(bytes);
    if blocks.is_empty() {
        return read_der(bytes, passphrase, label);
    }
    let keys: Vec<&Block> = blocks
        .iter()
        .filter(|block| block.label.ends_with("PRIVATE KEY"))
        .collect();
    match keys.as_slice() {
        [] => Err(no_key(label, named(&blocks[0].label))),
        [block] => read_pem(block, passphrase, label),
        several => Err(Error::input(format!(
            "`{label}` holds {} private keys, and only one can be meant",
            several.len()
        ))
        .hint("Save each key in a file of its own.")),
    }
}

/// Whether the first private key of a file is encrypted, or in a store under a passphrase.
pub fn needs_passphrase(bytes: &[u8]) -> bool {
    if container::of_der(bytes) == Some(Container::Store) {
        return container::store(bytes, None).is_err_and(|why| why == Shut::WithoutPassphrase);
    }
    let asked = Cell::new(false);
    let answer = |_: &mut [u8]| {
        asked.set(true);
        Err(ErrorStack::get())
    };
    let key = blocks(bytes)
        .into_iter()
        .find(|block| block.label.ends_with("PRIVATE KEY"));
    // Whether it can be read is found out later; only who was asked counts.
    let _ = match key {
        Some(block) => PKey::private_key_from_pem_callback(block.text.as_bytes(), answer),
        None => PKey::private_key_from_pkcs8_callback(bytes, answer),
    };
    asked.get()
}

fn read_pem(block: &Block, passphrase: Option<&Passphrase>, label: &str) -> Result<PKey<Private>> {
    if block.label == "OPENSSH PRIVATE KEY" {
        return Err(
            Error::input(format!("`{label}` holds a key in OpenSSH's own form"))
                .hint("Convert a copy of it: `ssh-keygen -p -m PKCS8 -f COPY`."),
        );
    }
    if !block.closed {
        return Err(Error::input(format!(
            "`{label}` is cut off, or its line ends were lost: the line `-----END {}-----` is missing",
            block.label
        ))
        .hint("Copy the file again, whole; each `-----` line stands alone."));
    }
    // What is not encrypted needs no look, and leaves no copy.
    if passphrase.is_some()
        && block.label == "ENCRYPTED PRIVATE KEY"
        && let Some(der) = pem::decode(block).map(Zeroizing::new)
    {
        refuse_slow(&der, label)?;
    }
    opened(label, passphrase, |callback| {
        PKey::private_key_from_pem_callback(block.text.as_bytes(), callback)
    })
}

fn read_der(bytes: &[u8], passphrase: Option<&Passphrase>, label: &str) -> Result<PKey<Private>> {
    if let Ok(key) = PKey::private_key_from_der(bytes) {
        return Ok(key);
    }
    if let Some(foreign) = foreign::by_magic(bytes) {
        return Err(read::not_read(label, foreign));
    }
    let other = if X509::from_der(bytes).is_ok() {
        Some("a certificate")
    } else if X509Req::from_der(bytes).is_ok() {
        Some("a certificate request")
    } else if X509Crl::from_der(bytes).is_ok() {
        Some("a revocation list")
    } else if PKey::public_key_from_der(bytes).is_ok() {
        Some("a public key alone")
    } else if container::of_der(bytes) == Some(Container::Store) {
        return of_store(bytes, passphrase, label);
    } else {
        None
    };
    match other {
        Some(what) => Err(no_key(label, what)),
        None => {
            refuse_slow(bytes, label)?;
            opened(label, passphrase, |callback| {
                PKey::private_key_from_pkcs8_callback(bytes, callback)
            })
        }
    }
}

/// Refuses a key whose passphrase would be stretched for hours.
fn refuse_slow(der: &[u8], label: &str) -> Result<()> {
    match stretch::too_many_rounds(der) {
        None => Ok(()),
        Some(problem) => Err(Error::input(format!("`{label}`: {problem}")).hint(
            "Check where the file comes from; `openssl asn1parse -in FILE` shows how it was made.",
        )),
    }
}

/// The key of a PKCS#12 store.
fn of_store(bytes: &[u8], passphrase: Option<&Passphrase>, label: &str) -> Result<PKey<Private>> {
    let objects = read::parse(bytes, Path::new(label), passphrase)?;
    let key = objects.iter().find_map(|object| match object {
        Object::PrivateKey { bytes, .. } => PKey::private_key_from_der(bytes).ok(),
        _ => None,
    });
    key.ok_or_else(|| no_key(label, "a PKCS#12 store of certificates alone"))
}

/// Reads with a callback that knows whether it was asked: only an encrypted key asks.
fn opened(
    label: &str,
    passphrase: Option<&Passphrase>,
    read: impl FnOnce(
        &dyn Fn(&mut [u8]) -> Result<usize, ErrorStack>,
    ) -> Result<PKey<Private>, ErrorStack>,
) -> Result<PKey<Private>> {
    let asked = Cell::new(false);
    let answer = |buffer: &mut [u8]| {
        asked.set(true);
        passphrase.map_or_else(|| Err(ErrorStack::get()), |secret| secret.copy_into(buffer))
    };
    read(&answer).map_err(|error| match (asked.get(), passphrase) {
        (true, None) => Error::input(format!("the key in `{label}` is encrypted"))
            .hint("Give its passphrase by --passphrase-file FILE or --passphrase-fd NUMBER."),
        (true, Some(_)) => Error::input(format!(
            "the passphrase does not open the key in `{label}`, or the file is damaged"
        ))
        .hint(format!(
            "Try it by hand: `openssl pkey -in {label} -noout` asks for the passphrase."
        )),
        (false, _) => Error::input(format!("`{label}` holds no private key that can be read"))
            .because(error)
            .hint("Check the file: `openssl pkey -in FILE -noout` reads a sound key; a damaged one must be copied again."),
    })
}

fn no_key(label: &str, what: &str) -> Error {
    Error::input(format!("`{label}` holds {what}, not a private key"))
        .hint("Name the file of the private key; `ptl csr` writes it as NAME.key.")
}

/// The PEM blocks of a file, clean of byte order marks and Windows line ends, which OpenSSL does not
/// always pass over.
fn blocks(bytes: &[u8]) -> Vec<Block> {
    let mut plain = encoding::plain(bytes);
    let text = Zeroizing::new(String::from_utf8_lossy(&plain).into_owned());
    if let Cow::Owned(copy) = &mut plain {
        copy.zeroize();
    }
    pem::blocks(&text, MOST_BLOCKS)
}

/// What a PEM label stands for, in words.
fn named(kind: &str) -> &str {
    match kind {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => "a certificate",
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => "a certificate request",
        "X509 CRL" => "a revocation list",
        "PUBLIC KEY" | "RSA PUBLIC KEY" => "a public key alone",
        "PKCS7" | "CMS" => "a bundle of certificates",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::sync::OnceLock;

    use super::*;
    use crate::x509::key::{Bits, LONGEST_PASSPHRASE, generate, spki_sha256, to_pem};
    use openssl::{hash::MessageDigest, symm::Cipher};

    fn key() -> &'static PKey<Private> {
        static KEY: OnceLock<PKey<Private>> = OnceLock::new();
        KEY.get_or_init(|| generate(Bits::B2048).unwrap())
    }

    fn secret(text: &str) -> Passphrase {
        Passphrase::new(Zeroizing::new(text.as_bytes().to_vec()), "a test").unwrap()
    }

    fn opens(bytes: &[u8], passphrase: Option<&Passphrase>) -> bool {
        read_private(bytes, passphrase, "x.key")
            .unwrap()
            .public_eq(key())
    }

    fn refusal(bytes: &[u8], passphrase: Option<&Passphrase>) -> String {
        let error = read_private(bytes, passphrase, "x.key").unwrap_err();
        assert!(error.next_action().is_some(), "no hint: {error}");
        error.to_string()
    }

    fn encrypted_forms() -> [Vec<u8>; 3] {
        let cipher = Cipher::aes_256_cbc();
        [
            to_pem(key(), Some(&secret("opensesame"))).unwrap().to_vec(),
            key()
                .rsa()
                .unwrap()
                .private_key_to_pem_passphrase(cipher, b"opensesame")
                .unwrap(),
            key()
                .private_key_to_pkcs8_passphrase(cipher, b"opensesame")
                .unwrap(),
        ]
    }

    #[test]
    fn a_key_is_read_in_every_plain_form() {
        let rsa = key().rsa().unwrap();
        let pem = to_pem(key(), None).unwrap();
        assert!(pem.starts_with(b"-----BEGIN PRIVATE KEY-----"));
        assert!(opens(&pem, None));
        assert!(!needs_passphrase(&pem));
        assert!(opens(&rsa.private_key_to_pem().unwrap(), None));
        assert!(opens(&rsa.private_key_to_der().unwrap(), None));
        assert!(opens(&key().private_key_to_pkcs8().unwrap(), None));
        let ec = PKey::ec_gen("prime256v1").unwrap();
        let sec1 = ec.ec_key().unwrap().private_key_to_pem().unwrap();
        assert!(read_private(&sec1, None, "ec.key").unwrap().public_eq(&ec));
    }

    #[test]
    fn windows_line_ends_a_byte_order_mark_and_text_around_it_do_no_harm() {
        let pem = String::from_utf8(to_pem(key(), None).unwrap().to_vec()).unwrap();
        let text = format!("\u{feff}{}", pem.replace('\n', "\r\n"));
        assert!(opens(text.as_bytes(), None));
        assert!(opens(
            format!("Bag Attributes\n{pem}\ntrailing\n").as_bytes(),
            None
        ));
    }

    #[test]
    fn an_encrypted_key_opens_with_its_passphrase_alone() {
        for bytes in encrypted_forms() {
            assert!(opens(&bytes, Some(&secret("opensesame"))));
            assert!(refusal(&bytes, Some(&secret("wrong one"))).contains("does not open"));
            assert!(needs_passphrase(&bytes));
            let without = read_private(&bytes, None, "x.key").unwrap_err();
            assert!(without.to_string().contains("is encrypted"));
            assert!(without.next_action().unwrap().contains("--passphrase-fd"));
        }
    }

    #[test]
    fn a_damaged_key_is_refused_wherever_the_damage_is() {
        let secret = secret("opensesame");
        for bytes in encrypted_forms() {
            for at in (0..bytes.len()).step_by(17) {
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x15;
                for passphrase in [None, Some(&secret)] {
                    // Some damage leaves a key that still reads, as in a PEM header's own text.
                    if let Err(error) = read_private(&damaged, passphrase, "x.key") {
                        assert!(error.next_action().is_some());
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_key_is_named() {
        let request = openssl::x509::X509ReqBuilder::new()
            .and_then(|mut builder| {
                builder.set_pubkey(key())?;
                builder.sign(key(), MessageDigest::sha256())?;
                Ok(builder.build())
            })
            .unwrap();
        assert!(refusal(&request.to_pem().unwrap(), None).contains("a certificate request"));
        assert!(refusal(&request.to_der().unwrap(), None).contains("a certificate request"));
        assert!(refusal(&key().public_key_to_pem().unwrap(), None).contains("a public key"));
        assert!(refusal(&key().public_key_to_der().unwrap(), None).contains("a public key"));
        assert!(refusal(b"", None).contains("empty"));
        assert!(refusal(&[0x7f; 4096], None).contains("no private key"));
    }

    #[test]
    fn two_keys_and_a_cut_off_key_are_refused() {
        let pem = to_pem(key(), None).unwrap();
        assert!(refusal(&[&pem[..], &pem[..]].concat(), None).contains("2 private keys"));
        assert!(refusal(&pem[..pem.len() - 40], None).contains("cut off"));
        assert!(
            refusal(&key().private_key_to_pkcs8().unwrap()[..600], None).contains("no private")
        );
    }

    #[test]
    fn a_passphrase_is_never_shown_and_has_bounds() {
        assert_eq!(format!("{:?}", secret("opensesame")), "Passphrase(..)");
        assert!(Passphrase::new(Zeroizing::new(Vec::new()), "a test").is_err());
        assert!(Passphrase::new(Zeroizing::new(vec![b'x'; 1024]), "a test").is_err());
        let longest = "x".repeat(LONGEST_PASSPHRASE);
        let pem = to_pem(key(), Some(&secret(&longest))).unwrap();
        assert!(opens(&pem, Some(&secret(&longest))));
    }

    #[test]
    fn a_key_has_one_digest_whatever_file_it_is_read_from() {
        let digest = spki_sha256(key()).unwrap();
        assert_eq!(digest.len(), 64);
        let read = read_private(&to_pem(key(), None).unwrap(), None, "x.key").unwrap();
        assert_eq!(spki_sha256(&read).unwrap(), digest);
    }
}
