//! `ptl check-chain` with lists that are too large for OpenSSL, and with folders of lists.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use openssl::{hash::MessageDigest, pkey::PKey, sign::Signer, x509::X509};

use crate::{
    chain_files::{check, leaf, utf8},
    pki::{self, Authority, FROM, NAME, UNTIL},
    support::{Bench, Run, within_200_mb},
};

/// The scene: lists of the SHA-256 family's sub CA, and a leaf that is on them.
struct Lists {
    folder: PathBuf,
    revoked: PathBuf,
    /// The root's, which is small.
    root: PathBuf,
}

fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| {
        let family = pki::sha256();
        let folder = pki::folder().join("large-lists");
        fs::create_dir(&folder).unwrap();
        let revoked = leaf("large-revoked", |leaf| leaf);
        let serial = serial(&revoked);
        let make = |name: &str, count, days: (&str, &str), by: &Authority| {
            let list = list(&family.sub, by, &serial, count, days);
            fs::write(folder.join(name), list).unwrap();
        };
        let days = ("200101000000Z", "400101000000Z");
        make("large.crl", 40_000, days, &family.sub);
        make("huge.crl", 300_000, days, &family.sub);
        let ended = ("200101000000Z", "200201000000Z");
        make("ended.crl", 40_000, ended, &family.sub);
        make("forged.crl", 40_000, days, &family.root);
        Lists {
            root: family.root.list("large-root.crl", FROM, UNTIL),
            revoked,
            folder,
        }
    })
}

/// The content of a certificate's serial number.
fn serial(file: &Path) -> Vec<u8> {
    let certificate = X509::from_pem(&fs::read(file).unwrap()).unwrap();
    let number = certificate.serial_number().to_bn().unwrap().to_vec();
    match number[0] {
        0x80.. => [&[0][..], &number].concat(),
        _ => number,
    }
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_be_bytes();
    match content.len() {
        short @ 0..0x80 => [&[tag, short as u8], content].concat(),
        0x80..0x100 => [&[tag, 0x81], &length[3..], content].concat(),
        0x100..0x10000 => [&[tag, 0x82], &length[2..], content].concat(),
        _ => [&[tag, 0x83], &length[1..], content].concat(),
    }
}

/// A list of 36 bytes an entry, the last of which is of this serial number.
fn list(
    issuer: &Authority,
    signer: &Authority,
    last: &[u8],
    count: u32,
    (from, until): (&str, &str),
) -> Vec<u8> {
    let certificate = X509::from_pem(&fs::read(issuer.certificate()).unwrap()).unwrap();
    let key = PKey::private_key_from_pem(&fs::read(signer.key()).unwrap()).unwrap();
    let sha256 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
    let algorithm = tlv(0x30, &[tlv(6, &sha256), tlv(5, &[])].concat());
    let entry = |serial: &[u8]| {
        let date = tlv(0x17, b"200101000000Z");
        tlv(0x30, &[tlv(2, serial), date].concat())
    };
    let mut entries = Vec::new();
    for number in 0..count {
        entries.extend(entry(&[&[0x7a; 12][..], &number.to_be_bytes()].concat()));
    }
    entries.extend(entry(last));
    let signed = [
        tlv(2, &[1]),
        algorithm.clone(),
        certificate.subject_name().to_der().unwrap(),
        tlv(0x17, from.as_bytes()),
        tlv(0x17, until.as_bytes()),
        tlv(0x30, &entries),
    ];
    let signed = tlv(0x30, &signed.concat());
    let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
    signer.update(&signed).unwrap();
    let signature = [&[0][..], &signer.sign_to_vec().unwrap()].concat();
    tlv(0x30, &[signed, algorithm, tlv(3, &signature)].concat())
}

#[track_caller]
fn judge(cert: &Path, mode: &str, given: &[&Path]) -> Run {
    let sub = pki::sha256().sub.certificate();
    let mut options = vec!["--revocation", mode];
    for list in given {
        options.extend(["--crl", utf8(list)]);
    }
    check(cert, &[&sub], &options)
}

#[test]
fn a_large_list_says_of_a_certificate_what_a_small_one_says() {
    let lists = lists();
    let good = &pki::sha256().leaf.certificate;
    let large = lists.folder.join("large.crl");
    for mode in ["leaf", "chain", "available"] {
        let given: [&Path; 2] = [&large, &lists.root];
        let run = judge(good, mode, &given)
            .exits(0)
            .finds("PATH-013", NAME, "pass");
        assert_eq!(run.finding("PATH-013", NAME)["evidence"]["lists"], "2");
        judge(&lists.revoked, mode, &given)
            .exits(1)
            .fails("PATH-013", NAME, "revoked");
    }
    judge(&lists.revoked, "off", &[&large]).exits(0);
    // Its issuer's own list is missing.
    judge(good, "chain", &[&large])
        .exits(3)
        .finds("PATH-013", "", "undetermined");
}

#[test]
fn a_large_list_that_has_ended_or_that_another_signed_proves_nothing_good() {
    let lists = lists();
    let good = &pki::sha256().leaf.certificate;
    let cause = |run: &Run| run.finding("PATH-013", NAME)["cause"].clone();
    let ended = lists.folder.join("ended.crl");
    let forged = lists.folder.join("forged.crl");
    let run = judge(good, "leaf", &[&ended]).exits(3);
    assert_eq!(cause(&run), "crl-expired");
    judge(&lists.revoked, "leaf", &[&ended])
        .exits(1)
        .fails("PATH-013", NAME, "revoked");
    for certificate in [good, &lists.revoked] {
        let run = judge(certificate, "leaf", &[&forged]).exits(3);
        assert_eq!(cause(&run), "bad-signature");
    }
    // A sound one beside them counts.
    let large = lists.folder.join("large.crl");
    judge(good, "leaf", &[&ended, &forged, &large]).exits(0);
}

#[test]
fn a_list_of_any_size_takes_little_memory() {
    let lists = lists();
    let family = pki::sha256();
    let (sub, root) = (family.sub.certificate(), family.root.certificate());
    let huge = lists.folder.join("huge.crl");
    let run = within_200_mb(
        &Bench::new(),
        &[
            "--at",
            "2025-01-01T00:00:00Z",
            "--only",
            "PATH-*",
            "check-chain",
            "--cert",
            utf8(&lists.revoked),
            "--chain",
            utf8(&sub),
            "--trust",
            utf8(&root),
            "--crl",
            utf8(&huge),
            "-q",
        ],
    );
    run.exits(1).says("revoked");
}

#[test]
fn a_folder_stands_for_its_lists_and_what_was_read_is_said() {
    let lists = lists();
    let bench = Bench::new();
    let folder = bench.folder().join("lists");
    fs::create_dir(&folder).unwrap();
    fs::copy(lists.folder.join("large.crl"), folder.join("large.crl")).unwrap();
    fs::copy(&lists.root, folder.join("root.crl")).unwrap();
    fs::write(folder.join("README"), "Fetched every night.").unwrap();
    let subject = format!("--crl {}", folder.display());
    let run = judge(&pki::sha256().leaf.certificate, "chain", &[&folder])
        .exits(0)
        .finds("CHAIN-001", &subject, "pass")
        .finds("CHAIN-020", &subject, "pass");
    let seen = run.finding("CHAIN-001", &subject);
    assert_eq!(
        seen["reason"],
        format!(
            "`{}` holds 1 large revocation list of 2 MB, 1 revocation list",
            folder.display()
        )
    );
    // What is no list is told.
    fs::copy(&pki::sha256().leaf.certificate, folder.join("leaf.pem")).unwrap();
    judge(&pki::sha256().leaf.certificate, "chain", &[&folder])
        .exits(0)
        .fails("CHAIN-020", &subject, "unrelated");
}

#[test]
fn a_folder_without_lists_and_a_large_file_that_is_damaged_are_refused() {
    let lists = lists();
    let bench = Bench::new();
    let empty = bench.folder().join("empty");
    fs::create_dir(&empty).unwrap();
    let good = &pki::sha256().leaf.certificate;
    judge(good, "leaf", &[&empty]).refuses("is a revocation list");
    let der = fs::read(lists.folder.join("large.crl")).unwrap();
    let cut = bench.write("cut.crl", &der[..der.len() - 100]);
    judge(good, "leaf", &[&cut]).refuses("it is cut off");
    // Also where it is nobody's here.
    let root = pki::sha256().root.certificate();
    let arguments = ["--trust", utf8(&root), "--crl", utf8(&cut)];
    check(&root, &[], &arguments).refuses("it is cut off");
}
