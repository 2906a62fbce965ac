//! The objects of a PEM text, each block accounted for.

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use zeroize::Zeroizing;

use super::{MOST_OBJECTS, Object, damaged, refuse_too_many};
use crate::{
    error::{Error, Result},
    x509::{Certificate, RevocationList, container, pem},
};

/// Every object of a PEM text, in its order.
///
/// # Errors
/// Where a block is damaged, each named by its number, or there are too many.
pub(super) fn objects(bytes: &[u8], shown: &str) -> Result<Vec<Object>> {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    let blocks = pem::blocks(&text, MOST_OBJECTS);
    if blocks.is_empty() {
        return Err(Error::input(format!(
            "`{shown}` has a damaged `-----BEGIN ...-----` line"
        ))
        .hint("Restore the line: five dashes on each side, alone on its line."));
    }
    refuse_too_many(blocks.len(), shown)?;
    let read: Vec<_> = blocks.par_iter().map(objects_of).collect();
    let mut objects = Vec::with_capacity(blocks.len());
    let mut problems = Vec::new();
    for (number, (block, held)) in blocks.iter().zip(read).enumerate() {
        match held {
            Ok(held) => objects.extend(held),
            Err(problem) => {
                let label = block.label.escape_debug();
                problems.push(format!("object {} ({label}): {problem}", number + 1));
            }
        }
    }
    if problems.is_empty() {
        refuse_too_many(objects.len(), shown)?;
        return Ok(objects);
    }
    Err(damaged(shown, problems).hint(
        "Copy or download the file again; `openssl storeutl -text FILE` shows what is in it.",
    ))
}

/// Reads one block: one object, or what a bundle holds; the error is a fragment.
fn objects_of(block: &pem::Block) -> std::result::Result<Vec<Object>, String> {
    if container::is_bundle(&block.label) && block.closed {
        let der = pem::decode(block).ok_or_else(|| "its base64 is damaged".to_owned())?;
        return container::bundle(&der);
    }
    object(block).map(|object| vec![object])
}

fn object(block: &pem::Block) -> std::result::Result<Object, String> {
    if !block.closed {
        return Err(format!(
            "it is cut off, or its line ends were lost: the line `-----END {}-----` is missing",
            block.label.escape_debug()
        ));
    }
    let der = || pem::decode(block).ok_or_else(|| "its base64 is damaged".to_owned());
    match block.label.as_str() {
        // OpenSSL appends its own trust settings to a TRUSTED CERTIFICATE.
        "TRUSTED CERTIFICATE" => Err("OpenSSL's own form of trust; write it plain with `openssl x509 -in FILE -out plain.pem`".to_owned()),
        "CERTIFICATE" | "X509 CERTIFICATE" => {
            Ok(Object::Certificate(Box::new(Certificate::from_der(&der()?)?)))
        }
        "X509 CRL" => Ok(Object::RevocationList(Box::new(RevocationList::from_der(&der()?)?))),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Ok(Object::Request(der()?)),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => Ok(Object::PublicKey(der()?)),
        label if label.ends_with("PRIVATE KEY") => Ok(Object::PrivateKey {
            encrypted: label.starts_with("ENCRYPTED") || block.text.contains("ENCRYPTED\n"),
            bytes: Zeroizing::new(block.text.as_bytes().to_vec()),
        }),
        label => Ok(Object::Other(label.to_owned())),
    }
}
