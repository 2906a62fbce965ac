//! Lists made by hand: what is read of them, what is refused, what they say of a certificate, and the index.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod kept;

use std::{fs, io::Read, path::Path};

use openssl::{
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private, Public},
    sign::Signer,
};

use super::{
    index::{Builder, Identity, Index, Known},
    *,
};

/// ecdsa-with-SHA256: keys of curves are made in no time.
const ALGORITHM: &[u8] = &[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const REASON: &[u8] = &[0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, 21, 4, 3, 0x0a, 1, 1];
const DAY: &[u8] = b"260101000000Z";

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..=0x7f => vec![tag, length as u8],
        0x80..=0xff => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head, content.to_vec()].concat()
}

fn entry(serial: &[u8], extensions: &[u8]) -> Vec<u8> {
    tlv(
        0x30,
        &[&tlv(2, serial), &tlv(0x17, DAY)[..], extensions].concat(),
    )
}

fn name(common: &str) -> Vec<u8> {
    let attribute = [&[6, 3, 0x55, 4, 3][..], &tlv(0x0c, common.as_bytes())].concat();
    tlv(0x30, &tlv(0x31, &tlv(0x30, &attribute)))
}

fn extension(oid: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    tlv(
        0x30,
        &[&[6, 3, 0x55, 0x1d, oid][..], critical, &tlv(4, value)].concat(),
    )
}

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn public(key: &PKey<Private>) -> PKey<Public> {
    PKey::public_key_from_der(&key.public_key_to_der().unwrap()).unwrap()
}

/// The signed part of a list: its entries' bytes, and its extensions'.
fn signed(entries: &[u8], extensions: &[u8]) -> Vec<u8> {
    signed_on(DAY, entries, extensions)
}

/// As [`signed`], on this day.
fn signed_on(day: &[u8], entries: &[u8], extensions: &[u8]) -> Vec<u8> {
    let head = [
        &[2, 1, 1][..],
        ALGORITHM,
        &name("CA"),
        &tlv(0x17, day),
        &tlv(0x17, b"260201000000Z"),
    ];
    let wrapped = |tag, bytes: &[u8]| match bytes {
        [] => Vec::new(),
        _ => tlv(tag, bytes),
    };
    let extensions = wrapped(0xa0, &wrapped(0x30, extensions));
    tlv(
        0x30,
        &[&head.concat(), &wrapped(0x30, entries)[..], &extensions].concat(),
    )
}

fn list(signed: &[u8], key: &PKey<Private>) -> Vec<u8> {
    let mut signer = Signer::new(MessageDigest::sha256(), key).unwrap();
    signer.update(signed).unwrap();
    let bits = [&[0][..], &signer.sign_to_vec().unwrap()].concat();
    tlv(0x30, &[signed, ALGORITHM, &tlv(3, &bits)].concat())
}

fn two_entries() -> Vec<u8> {
    [entry(&[0, 0x80], &[]), entry(&[0x11; 16], REASON)].concat()
}

/// Gives one byte at a time, as a slow network does.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(buffer.len()).min(1);
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

#[test]
fn a_list_is_read_and_verified_in_one_go_however_its_bytes_come() {
    let key = key();
    let number = extension(20, false, &[2, 2, 1, 0]);
    let der = list(&signed(&two_entries(), &number), &key);
    let sources: [Box<dyn Read>; 2] = [Box::new(der.as_slice()), Box::new(Drops(&der))];
    for source in sources {
        let mut seen = Vec::new();
        let read = scan(source, Some(&public(&key)), |entry| {
            seen.push((entry.serial.to_vec(), entry.reason().map(Reason::word)));
        });
        let read = read.unwrap();
        assert_eq!(
            seen,
            [
                (vec![0, 0x80], None),
                (vec![0x11; 16], Some("keyCompromise"))
            ]
        );
        assert_eq!((read.entries, read.signature), (2, Signature::Fits));
        assert_eq!(read.extensions.number.as_deref(), Some("100"));
        assert_eq!(read.this_update, "2026-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(read.size, der.len() as u64);
    }
}

#[test]
fn another_key_and_a_changed_entry_do_not_fit() {
    let mine = key();
    let der = list(&signed(&two_entries(), &[]), &mine);
    let other = scan(der.as_slice(), Some(&public(&key())), |_| {}).unwrap();
    assert_eq!(other.signature, Signature::DoesNotFit);
    let mut changed = der.clone();
    let place = der
        .windows(16)
        .position(|window| window == [0x11; 16])
        .unwrap();
    changed[place] = 0x12;
    let changed = scan(changed.as_slice(), Some(&public(&mine)), |_| {}).unwrap();
    assert_eq!(changed.signature, Signature::DoesNotFit);
    let nobodys = scan(der.as_slice(), None, |_| {}).unwrap();
    assert_eq!(nobodys.signature, Signature::NotTried);
}

#[test]
fn a_list_cut_off_or_changed_anywhere_gets_an_answer_and_never_fits() {
    let key = key();
    let der = list(
        &signed(&two_entries(), &extension(20, false, &[2, 1, 5])),
        &key,
    );
    let public = public(&key);
    for length in 0..der.len() {
        assert!(
            scan(&der[..length], Some(&public), |_| {}).is_err(),
            "{length}"
        );
    }
    for place in 0..der.len() {
        let mut changed = der.clone();
        changed[place] ^= 0x40;
        if let Ok(read) = scan(changed.as_slice(), Some(&public), |_| {}) {
            assert_eq!(read.signature, Signature::DoesNotFit, "{place}");
        }
    }
}

#[test]
fn forms_that_the_standard_forbids_are_refused() {
    let key = key();
    let sound = signed(&two_entries(), &[]);
    let mut third = sound.clone();
    let version = third.windows(3).position(|it| it == [2, 1, 1]).unwrap();
    third[version + 2] = 2;
    for (der, problem) in [
        (Vec::new(), "it is empty"),
        (list(&third, &key), "is not 2"),
        (
            [list(&sound, &key), vec![0]].concat(),
            "something follows it",
        ),
        (b"<!DOCTYPE html>".to_vec(), "it is no revocation list"),
        (
            list(&signed(&two_entries(), &[]).repeat(2), &key),
            "it names two algorithms",
        ),
        (
            list(&signed(&tlv(0x30, &[2, 0]), &[]), &key),
            "its entry 1 cannot be read",
        ),
        (
            list(
                &signed(
                    &[],
                    &[
                        extension(20, false, &[2, 1, 5]),
                        extension(20, false, &[2, 1, 5]),
                    ]
                    .concat(),
                ),
                &key,
            ),
            "2.5.29.20 stands twice",
        ),
    ] {
        let error = scan(der.as_slice(), None, |_| {}).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}: {problem}");
    }
}

#[test]
fn what_needs_more_than_is_known_here_is_marked() {
    let key = key();
    let read = |entries: &[u8], extensions: &[u8]| {
        scan(
            list(&signed(entries, extensions), &key).as_slice(),
            None,
            |_| {},
        )
        .unwrap()
    };
    let issuer = tlv(0x30, &extension(29, true, &[0x30, 0]));
    assert!(read(&entry(&[1], &issuer), &[]).odd_entries);
    assert!(!read(&two_entries(), &[]).odd_entries);
    assert!(
        read(&[], &extension(27, true, &[2, 1, 1]))
            .extensions
            .is_delta
    );
    let unknown = read(&[], &extension(99, true, &[5, 0]))
        .extensions
        .unknown_critical;
    assert_eq!(unknown, ["2.5.29.99"]);
    let scope = |value: &[u8]| read(&[], &extension(28, true, value)).extensions.scope;
    let url = b"http://crl.nhs.uk/int/1c/crlc2.crl";
    let partition = tlv(0x30, &tlv(0xa0, &tlv(0xa0, &tlv(0x86, url))));
    let url = String::from_utf8(url.to_vec()).unwrap();
    assert_eq!(scope(&partition).points, [PointName::Url(url)]);
    assert!(scope(&[0x30, 3, 0x82, 1, 0xff]).only_authorities);
    assert!(scope(&[0x30, 3, 0x84, 1, 0xff]).indirect);
    assert!(scope(&[0x30, 0]).says_nothing);
    let relative = tlv(0x30, &tlv(0xa0, &tlv(0xa1, &[0x30, 0])));
    assert_eq!(scope(&relative).points, [PointName::Other]);
}

/// Writes a list and its index into a folder.
fn indexed(folder: &Path, der: &[u8]) {
    fs::write(folder.join("list"), der).unwrap();
    let file = fs::File::open(folder.join("list")).unwrap();
    let identity = Identity::of(&file.metadata().unwrap());
    let mut builder = Builder::default();
    let list = scan(file, None, |entry| builder.add(entry)).unwrap();
    let known = Known {
        list,
        signer: None,
        file: identity,
    };
    fs::write(folder.join("index"), builder.finish(&known).unwrap()).unwrap();
}

#[test]
fn by_its_index_a_serial_number_is_found_exactly_in_memory_or_not() {
    let home = tempfile::tempdir().unwrap();
    // The ends of these are alike, and their order is none.
    let serials: Vec<Vec<u8>> = (1..=200_u8)
        .rev()
        .map(|first| [&[first & 0x7f, first][..], &[7; 8]].concat())
        .collect();
    let entries: Vec<u8> = serials
        .iter()
        .flat_map(|serial| entry(serial, REASON))
        .collect();
    indexed(home.path(), &list(&signed(&entries, &[]), &key()));
    let mut index = Index::open(&home.path().join("index"), &home.path().join("list"))
        .unwrap()
        .unwrap();
    for in_memory in [false, true] {
        if in_memory {
            index.load().unwrap();
        }
        for serial in &serials {
            let found = index.look_up(serial).unwrap().unwrap();
            assert_eq!(found.reason.map(Reason::word), Some("keyCompromise"));
            assert_eq!(found.since, Some("2026-01-01T00:00:00Z".parse().unwrap()));
        }
        for other in [&[7; 8][..], &[1, 2, 7, 7, 7, 7, 7, 7, 7, 7], &[9]] {
            assert_eq!(index.look_up(other).unwrap(), None, "{other:?}");
        }
    }
}

#[test]
fn an_index_of_another_list_or_another_form_is_not_used() {
    let home = tempfile::tempdir().unwrap();
    let (list_file, index_file) = (home.path().join("list"), home.path().join("index"));
    let open = || Index::open(&index_file, &list_file).unwrap();
    indexed(home.path(), &list(&signed(&two_entries(), &[]), &key()));
    assert!(open().is_some());
    let index = fs::read(&index_file).unwrap();
    for length in [0, 7, 12, 40, index.len() - 1] {
        fs::write(&index_file, &index[..length]).unwrap();
        assert!(open().is_none(), "{length}");
    }
    fs::write(&index_file, &index).unwrap();
    assert!(open().is_some());
    let der = fs::read(&list_file).unwrap();
    fs::write(&list_file, [&der[..], b" "].concat()).unwrap();
    assert!(open().is_none());
    fs::remove_file(&index_file).unwrap();
    assert!(open().is_none());
}

#[test]
fn a_serial_number_that_a_person_gave_becomes_an_integers_content() {
    for (given, content) in [
        (&[0x80][..], &[0, 0x80][..]),
        (&[0, 0, 0x7f], &[0x7f]),
        (&[], &[0]),
        (&[0, 0], &[0]),
        (&[0x12, 0x34], &[0x12, 0x34]),
    ] {
        assert_eq!(serial_content(given), content);
    }
}

#[test]
fn a_serial_number_is_read_as_tools_print_it() {
    for text in ["1a2b", "1A:2B", "0x1A2B", "001A2B"] {
        assert_eq!(serial_of_text(text).unwrap(), [0x1a, 0x2b], "{text}");
    }
    assert_eq!(serial_of_text("f").unwrap(), [0x0f]);
    assert_eq!(serial_of_text("ff").unwrap(), [0, 0xff]);
    assert_eq!(serial_of_text("1A 2B").unwrap(), [0x1a, 0x2b]);
    let decimal = "545415509930786456023351489204091143990716831352";
    for text in ["", "leaf.pem", "0x", "-1", decimal] {
        assert_eq!(serial_of_text(text), None, "{text}");
    }
}

#[test]
fn an_old_list_proves_a_revocation_and_nothing_else() {
    let key = key();
    let found = |code| {
        let mut reason = REASON.to_vec();
        *reason.last_mut().unwrap() = code;
        let entry = entry(&[1], &reason);
        let mut found = None;
        let der = list(&signed(&entry, &[]), &key);
        scan(der.as_slice(), None, |entry| {
            found = Some(index::Found {
                since: entry.revoked_at(),
                reason: entry.reason(),
            });
        })
        .unwrap();
        found
    };
    let ended = || Some(Gap::Ended("2026-02-01T00:00:00Z".parse().unwrap()));
    let revoked = |status| matches!(status, status::Status::Revoked { .. });
    let (stolen, on_hold) = (found(1), found(6));
    assert!(revoked(status::status(ended(), stolen)));
    // What was on hold may have been released since.
    assert_eq!(
        status::status(ended(), on_hold),
        status::Status::Undetermined(ended().unwrap())
    );
    assert!(revoked(status::status(None, on_hold)));
    assert_eq!(status::status(None, None), status::Status::Good);
    for gap in [Gap::BadSignature, Gap::OtherIssuer, Gap::SignerMissing] {
        let status = status::status(Some(gap.clone()), stolen);
        assert_eq!(status, status::Status::Undetermined(gap));
    }
}
