//! Forms that are not read here, known by their first bytes, each with the command that converts it.

/// A form that is not read here.
#[derive(Debug)]
pub(super) struct Foreign {
    /// What it is, as `a PKCS#12 store`.
    pub(super) what: &'static str,
    /// What makes something readable of it; `{file}` stands for the file's name.
    pub(super) hint: &'static str,
}

const PKCS7: Foreign = Foreign {
    what: "a PKCS#7 bundle (.p7b)",
    hint: "Take the certificates out: `openssl pkcs7 -print_certs -in {file} -out chain.pem` (add `-inform DER` if it is binary).",
};

/// PKCS#7 under its PEM labels.
pub(super) fn by_label(label: &str) -> Option<&'static Foreign> {
    matches!(label, "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA").then_some(&PKCS7)
}

/// What the first bytes of a file say that it is, where that is not PEM and not a single DER object.
pub(super) fn by_magic(bytes: &[u8]) -> Option<&'static Foreign> {
    match bytes {
        [0xfe, 0xed, 0xfe, 0xed, ..] => Some(&Foreign {
            what: "a Java keystore (JKS)",
            hint: "Convert it: `keytool -importkeystore -srckeystore {file} -destkeystore store.p12 -deststoretype PKCS12`, then `openssl pkcs12 -in store.p12 -nokeys -out chain.pem`.",
        }),
        [0xce, 0xce, 0xce, 0xce, ..] => Some(&Foreign {
            what: "a Java keystore (JCEKS)",
            hint: "Convert it: `keytool -importkeystore -srckeystore {file} -srcstoretype JCEKS -destkeystore store.p12 -deststoretype PKCS12`, then `openssl pkcs12 -in store.p12 -nokeys -out chain.pem`.",
        }),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(&Foreign {
            what: "a text in UTF-16, as Windows tools save it",
            hint: "Save it as UTF-8 or ANSI: `iconv -f UTF-16 -t ASCII {file} > fixed.pem`.",
        }),
        [0x50, 0x4b, 0x03, 0x04, ..] => Some(&Foreign {
            what: "a ZIP archive",
            hint: "Unpack it: `unzip {file}`, and name the certificate file in it.",
        }),
        [0x1f, 0x8b, ..] => Some(&Foreign {
            what: "a gzip file",
            hint: "Unpack it: `gunzip {file}`, and name what comes out.",
        }),
        [0x30, ..] => by_structure(bytes),
        _ => by_text(bytes),
    }
}

/// PKCS#12 begins with version 3, PKCS#7 with the OID of signed data.
fn by_structure(bytes: &[u8]) -> Option<&'static Foreign> {
    const SIGNED_DATA: [u8; 11] = [
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02,
    ];
    let length = match bytes.get(1)? {
        0x80 => 0,
        long if *long > 0x80 => usize::from(long & 0x7f),
        _ => 0,
    };
    let content = bytes.get(2 + length..)?;
    if content.starts_with(&SIGNED_DATA) {
        return Some(&PKCS7);
    }
    content.starts_with(&[0x02, 0x01, 0x03, 0x30]).then_some(&Foreign {
        what: "a PKCS#12 store (.p12, .pfx)",
        hint: "Take the certificates out: `openssl pkcs12 -in {file} -nokeys -out chain.pem` (add `-legacy` if OpenSSL 3 refuses it).",
    })
}

fn by_text(bytes: &[u8]) -> Option<&'static Foreign> {
    let start = bytes.trim_ascii_start();
    let begins = |word: &[u8]| {
        start
            .get(..word.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    };
    if begins(b"<!doctype") || begins(b"<html") || begins(b"<head") {
        return Some(&Foreign {
            what: "a web page",
            hint: "Download the file itself: the page is what the server or a proxy said instead. `head {file}` shows it.",
        });
    }
    if begins(b"MII") {
        return Some(&Foreign {
            what: "base64 without its `-----BEGIN ...-----` lines",
            hint: "Make DER of it: `openssl base64 -d -A -in {file} -out fixed.der`.",
        });
    }
    None
}
