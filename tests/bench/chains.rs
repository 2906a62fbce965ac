//! How long the library takes for a thousand chains of files, against a thousand `openssl verify`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{
        X509, X509Builder, X509NameBuilder,
        extension::{BasicConstraints, KeyUsage},
    },
};
use ptl::x509::{
    self,
    path::{Judge, Policy},
};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::Ratio;

const CHAINS: usize = 1000;
/// The two take turns, so that what else the machine does hits both.
const TURN: usize = 100;

/// A thousand chains of root, sub and leaf, each leaf in its own file: by the library on all cores, by
/// `openssl` one process after the other.
pub(crate) fn ratios() -> Vec<Ratio> {
    let folder = tempfile::tempdir().unwrap();
    let chains = Chains::make(folder.path());
    let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
    for leaves in chains.leaves.chunks(TURN) {
        let start = Instant::now();
        judge(&chains, leaves);
        ours += start.elapsed();
        let start = Instant::now();
        for leaf in leaves {
            verify(&chains, leaf);
        }
        theirs += start.elapsed();
    }
    vec![Ratio {
        name: format!("{CHAINS} chains / {CHAINS} openssl verify"),
        value: ours.as_secs_f64() / theirs.as_secs_f64(),
        must: 1.0 / 20.0,
        aim: 1.0 / 50.0,
        detail: format!("{ours:.0?} / {theirs:.0?}"),
    }]
}

/// Reads every file anew, as a process of its own would; only the judge is made once a turn.
fn judge(chains: &Chains, leaves: &[PathBuf]) {
    let shared = |path: &Path| -> Vec<_> {
        let certificates = x509::certificates(path).unwrap();
        certificates.into_iter().map(Arc::new).collect()
    };
    let judge = Judge::new(shared(&chains.root), Policy::at(jiff::Timestamp::now())).unwrap();
    let shown: Vec<_> = leaves
        .par_iter()
        .map(|leaf| (shared(leaf).remove(0), shared(&chains.sub)))
        .collect();
    for judgement in judge.judge_all(&shown).unwrap() {
        assert!(judgement.is_accepted(), "{:?}", judgement.faults);
    }
}

fn verify(chains: &Chains, leaf: &Path) {
    let mut openssl = Command::new("openssl");
    openssl.args(["verify", "-CAfile"]).arg(&chains.root);
    openssl.arg("-untrusted").arg(&chains.sub).arg(leaf);
    assert!(openssl.stdout(Stdio::null()).status().unwrap().success());
}

/// The files of the chains.
struct Chains {
    root: PathBuf,
    sub: PathBuf,
    leaves: Vec<PathBuf>,
}

impl Chains {
    fn make(folder: &Path) -> Self {
        let keys: Vec<_> = (0..3)
            .map(|_| PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap())
            .collect();
        let root = certificate(0, "root", &keys[0], None, true);
        let sub = certificate(1, "sub", &keys[1], Some((&root, &keys[0])), true);
        let write = |name: String, certificate: &X509| {
            let path = folder.join(name);
            fs::write(&path, certificate.to_pem().unwrap()).unwrap();
            path
        };
        let leaf = |number| {
            certificate(
                number,
                &format!("leaf-{number}"),
                &keys[2],
                Some((&sub, &keys[1])),
                false,
            )
        };
        let leaves =
            (0..CHAINS).map(|number| write(format!("leaf-{number}.pem"), &leaf(number as u32 + 2)));
        Self {
            leaves: leaves.collect(),
            root: write("root.pem".to_owned(), &root),
            sub: write("sub.pem".to_owned(), &sub),
        }
    }
}

/// A certificate of this number and name; its own issuer where none is given.
pub(crate) fn certificate(
    number: u32,
    name: &str,
    key: &PKey<Private>,
    issuer: Option<(&X509, &PKey<Private>)>,
    ca: bool,
) -> X509 {
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_u32(number + 1)
        .unwrap()
        .to_asn1_integer()
        .unwrap();
    builder.set_serial_number(&serial).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder
        .set_issuer_name(issuer.map_or(&subject, |(issuer, _)| issuer.subject_name()))
        .unwrap();
    builder
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::days_from_now(30).unwrap())
        .unwrap();
    builder.set_pubkey(key).unwrap();
    let mut constraints = BasicConstraints::new();
    let mut usage = KeyUsage::new();
    if ca {
        constraints.critical().ca();
        usage.critical().key_cert_sign().crl_sign();
    } else {
        usage.critical().digital_signature();
    }
    builder
        .append_extension(constraints.build().unwrap())
        .unwrap();
    builder.append_extension(usage.build().unwrap()).unwrap();
    let signer = issuer.map_or(key, |(_, key)| key);
    builder.sign(signer, MessageDigest::sha256()).unwrap();
    builder.build()
}
