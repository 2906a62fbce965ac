//! Damaged lists and indexes: no byte of them leads to a panic, nor to a signature that OpenSSL would not take.

use std::{fs, path::Path};

use openssl::{
    pkey::{PKey, Public},
    x509::X509Crl,
};
use ptl::crl::{
    self, Signature,
    index::{Builder, Identity, Index, Known},
};

use super::{
    authority::ALL,
    der::point,
    list::{Made, reason, scope},
};

/// Small lists, with entries of both kinds and a partition.
fn lists() -> Vec<(Made, PKey<Public>)> {
    [&ALL.ec, &ALL.rsa]
        .into_iter()
        .map(|authority| {
            let partition = scope(&[point(&[super::cases::URL])]);
            let list = authority.list().with(partition);
            let list = list.entry(&[1], &[]).entry(&[0, 0x81, 2], &[reason(1)]);
            (list, authority.certificate.public_key().unwrap())
        })
        .collect()
}

/// Everything that is one bit, one byte or an end away from these bytes.
fn damaged(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let cut = (0..bytes.len()).map(|length| bytes[..length].to_vec());
    let changed = (0..bytes.len()).flat_map(move |place| {
        let others = (0..8).map(|bit| 1 << bit).chain([0xff]);
        others.map(move |bits| {
            let mut bytes = bytes.to_vec();
            bytes[place] ^= bits;
            bytes
        })
    });
    cut.chain(changed)
}

/// Reads every damaged list, and returns how many could be read.
pub(crate) fn read_lists() -> usize {
    let mut count = 0;
    for (list, key) in lists() {
        let sound = list.der();
        let fits = |der: &[u8]| {
            let read = crl::scan(der, Some(&key), |entry| {
                let _ = (entry.revoked_at(), entry.reason());
            });
            read.map(|list| list.signature == Signature::Fits)
        };
        assert_eq!(fits(&sound), Ok(true));
        for der in damaged(&sound) {
            let Ok(fits) = fits(&der) else { continue };
            count += 1;
            if fits {
                let theirs = X509Crl::from_der(&der).unwrap();
                assert!(theirs.verify(&key).unwrap(), "{der:02x?}");
            }
        }
    }
    count
}

/// Looks up by every damaged index, and returns how many were taken for one.
pub(crate) fn look_up_by_indexes(folder: &Path) -> usize {
    let (list_file, index_file) = (folder.join("list"), folder.join("index"));
    let (list, _) = lists().swap_remove(0);
    fs::write(&list_file, list.der()).unwrap();
    let file = fs::File::open(&list_file).unwrap();
    let identity = Identity::of(&file.metadata().unwrap());
    let mut builder = Builder::default();
    let known = Known {
        list: crl::scan(file, None, |entry| builder.add(entry)).unwrap(),
        signer: None,
        file: identity,
    };
    let sound = builder.finish(&known).unwrap();
    let mut count = 0;
    for bytes in damaged(&sound) {
        fs::write(&index_file, bytes).unwrap();
        let Ok(Some(mut index)) = Index::open(&index_file, &list_file) else {
            continue;
        };
        count += 1;
        for is_loaded in [false, true] {
            if is_loaded {
                index.load().unwrap();
            }
            for serial in [&[1][..], &[0, 0x81, 2], &[9]] {
                let _ = index.look_up(serial);
            }
        }
    }
    count
}
