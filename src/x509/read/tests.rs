//! What is read, and how what cannot be read is refused.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;

fn refused(bytes: &[u8]) -> (String, String) {
    let error = parse(bytes, Path::new("f.pem"), None).unwrap_err();
    let details = error.problems().join("; ");
    let hint = error.next_action().unwrap_or_default().to_owned();
    (format!("{error} {details}"), hint)
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    for (bytes, what, command) in [
        (
            &b"\xfe\xed\xfe\xed\0\0\0\x02"[..],
            "JKS",
            "keytool -importkeystore",
        ),
        (
            b"\x30\x82\x09\x01\x02\x01\x03\x30\x82",
            "as a PKCS#12 store: it is no PKCS#12, or damaged",
            "openssl pkcs12 -info -noout -in f.pem",
        ),
        (
            b"-----BEGIN PKCS7-----\nAA==\n-----END PKCS7-----\n",
            "object 1 (PKCS7): it is no PKCS#7, or damaged",
            "Copy or download the file again",
        ),
        (
            b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0",
            "as a PKCS#7 bundle: it is no PKCS#7, or damaged",
            "Copy or download the file again",
        ),
        (b"\n <!DOCTYPE html><html>", "a web page", "head f.pem"),
        (
            b"MIIDdzCCAl+gAwIBAgIE",
            "is cut off: it has 15 of 891 bytes",
            "Copy or download the file again",
        ),
    ] {
        let (message, hint) = refused(bytes);
        assert!(message.contains(what), "{message}");
        assert!(hint.contains(command), "{hint}");
    }
}

#[test]
fn empty_and_unknown_files_are_said_to_be() {
    assert!(refused(b" \r\n").0.contains("is empty"));
    assert!(refused(b"hello").0.contains("neither PEM nor DER"));
}

#[test]
fn every_damaged_object_is_named_by_its_number() {
    let text = "-----BEGIN EC PARAMETERS-----\nAA==\n-----END EC PARAMETERS-----\n\
                -----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n\
                -----BEGIN X509 CRL-----\nAA==\n";
    let (message, _) = refused(text.as_bytes());
    assert!(
        message.contains("object 2 (CERTIFICATE): its base64 is damaged"),
        "{message}"
    );
    assert!(
        message.contains("object 3 (X509 CRL): it is cut off"),
        "{message}"
    );
}

#[test]
fn too_many_objects_are_refused() {
    let text = "-----BEGIN X-----\nAA==\n-----END X-----\n".repeat(100_000);
    assert!(
        refused(text.as_bytes())
            .0
            .contains("more than 6000 objects")
    );
}

#[test]
fn a_private_key_is_told_from_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("k.pem");
    let text = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n";
    std::fs::write(&path, text).unwrap();
    let error = crate::x509::certificates(&path).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("holds 1 private key, and no certificate")
    );
    let objects = objects(&path).unwrap();
    assert_eq!(format!("{objects:?}"), "[private key]");
    assert!(matches!(
        objects[..],
        [Object::PrivateKey {
            encrypted: true,
            ..
        }]
    ));
}
