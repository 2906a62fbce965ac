//! A family whose lists are partitions, as the NHS's newer ones are; and bundles of it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::{
    bundle::AT,
    chain_files::utf8,
    pki::{self, Authority, FROM, Issued, Leaf, UNTIL, openssl},
    support::{Bench, Run},
};

/// A family whose lists are partitions, with a leaf of each of the first two.
pub(crate) struct Parted {
    pub(crate) root: Authority,
    pub(crate) sub: Authority,
    pub(crate) first: Issued,
    pub(crate) second: Issued,
}

/// The family of this run.
pub(crate) fn parted() -> &'static Parted {
    static PARTED: OnceLock<Parted> = OnceLock::new();
    PARTED.get_or_init(|| {
        let root = Authority::root("Parted Root", "sha256");
        let sub = root.sub("Parted Sub");
        let leaf = |number: u8| {
            let name = format!("parted-{number}.thirdparty.nhs.uk");
            let made = Leaf::new(&format!("parted-{number}"), &name)
                .key(&pki::sha256().leaf.key)
                .extensions(&format!(
                    "keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n\
                     subjectAltName=DNS:{name}\ncrlDistributionPoints=URI:{}\n",
                    point(number)
                ));
            sub.leaf(&made)
        };
        let [first, second] = [1, 2].map(leaf);
        Parted {
            root,
            sub,
            first,
            second,
        }
    })
}

pub(crate) fn point(number: u8) -> String {
    format!("http://crl.example.nhs.uk/c{number}.crl")
}

/// A list of a CA with this IssuingDistributionPoint, as lines of OpenSSL's configuration.
pub(crate) fn scoped(ca: &Authority, file: &str, scope: &str, dates: (&str, &str)) -> PathBuf {
    let lines = format!("issuingDistributionPoint=critical,@scope\n[scope]\n{scope}\n");
    extended(ca, file, &lines, dates)
}

/// A list of a CA with these extensions, as lines of OpenSSL's configuration.
pub(crate) fn extended(
    ca: &Authority,
    file: &str,
    lines: &str,
    (from, until): (&str, &str),
) -> PathBuf {
    let home = ca.certificate().parent().unwrap().to_owned();
    let config = home.join(format!("{file}.cnf"));
    let text = fs::read_to_string(home.join("ca.cnf")).unwrap();
    let section = format!("[extended]\nauthorityKeyIdentifier=keyid\n{lines}");
    fs::write(&config, text + &section).unwrap();
    let out = home.join(file);
    let order = [
        "ca",
        "-config",
        utf8(&config),
        "-gencrl",
        "-crlexts",
        "extended",
    ];
    let dates = ["-crl_lastupdate", from, "-crl_nextupdate", until];
    openssl(&[&order[..], &dates, &["-out", utf8(&out)]].concat());
    out
}

/// A partition of the sub CA's list.
pub(crate) fn partition(file: &str, number: u8, dates: (&str, &str)) -> PathBuf {
    let scope = format!("fullname=URI:{}\nonlyuser=TRUE", point(number));
    scoped(&parted().sub, file, &scope, dates)
}

/// The root's list of CAs.
pub(crate) fn arl() -> &'static Path {
    static ARL: OnceLock<PathBuf> = OnceLock::new();
    ARL.get_or_init(|| scoped(&parted().root, "arl.crl", "onlyCA=TRUE", (FROM, UNTIL)))
}

/// The two partitions.
pub(crate) fn partitions() -> &'static [PathBuf; 2] {
    static PARTITIONS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    PARTITIONS.get_or_init(|| [1, 2].map(|n| partition(&format!("c{n}.crl"), n, (FROM, UNTIL))))
}

/// Runs `ptl bundle` on the parted family, without an install, into `new`.
pub(crate) fn given(bench: &Bench, server: &str, lists: &[&Path], more: &[&str]) -> Run {
    let family = parted();
    let (root, sub) = (family.root.certificate(), family.sub.certificate());
    let mut order = vec!["bundle", "--for", server, "--at", AT, "--out", "new"];
    order.extend(["--cert", utf8(&family.first.certificate)]);
    order.extend(["--key", utf8(&family.first.key), "--chain", utf8(&sub)]);
    order.extend(["--trust", utf8(&root), utf8(&sub)]);
    for list in lists {
        order.extend(["--crl", utf8(list)]);
    }
    order.extend(more);
    bench.run(order)
}
