//! Forms that are not read here, known by their first bytes, each with the command that converts it.

/// A form that is not read here.
#[derive(Debug)]
pub(super) struct Foreign {
    /// What it is, as `a Java keystore (JKS)`.
    pub(super) what: &'static str,
    /// What makes something readable of it; `{file}` stands for the file's name.
    pub(super) hint: &'static str,
}

/// What the first bytes of a file say that it is, where that is not PEM and not a single DER object.
pub(super) fn by_magic(bytes: &[u8]) -> Option<&'static Foreign> {
    match bytes {
        [0xfe, 0xed, 0xfe, 0xed, ..] => Some(&Foreign {
            what: "a Java keystore (JKS)",
            hint: "Convert it: `keytool -importkeystore -srckeystore {file} -destkeystore store.p12 -deststoretype PKCS12`, and name store.p12 here, its passphrase by --passphrase-file.",
        }),
        [0xce, 0xce, 0xce, 0xce, ..] => Some(&Foreign {
            what: "a Java keystore (JCEKS)",
            hint: "Convert it: `keytool -importkeystore -srckeystore {file} -srcstoretype JCEKS -destkeystore store.p12 -deststoretype PKCS12`, and name store.p12 here, its passphrase by --passphrase-file.",
        }),
        [0x50, 0x4b, 0x03, 0x04, ..] => Some(&Foreign {
            what: "a ZIP archive",
            hint: "Unpack it: `unzip {file}`, and name the certificate file in it.",
        }),
        [0x1f, 0x8b, ..] => Some(&Foreign {
            what: "a gzip file",
            hint: "Unpack it: `gunzip {file}`, and name what comes out.",
        }),
        _ => by_text(bytes),
    }
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
    None
}
