//! Lists that are kept: whose index is believed, and of which file it is.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use openssl::x509::{X509, X509NameBuilder};

use super::{
    super::{
        kept,
        lookup::{self, Terms, Wanted},
        status::Status,
    },
    *,
};
use crate::x509::Certificate;

/// A CA of this file's name, whose key this is.
fn authority(key: &PKey<Private>) -> Arc<Certificate> {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "CA").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(key).unwrap();
    let from = openssl::asn1::Asn1Time::days_from_now(0).unwrap();
    builder.set_not_before(&from).unwrap();
    builder.set_not_after(&from).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    let der = builder.build().to_der().unwrap();
    Arc::new(Certificate::from_der(&der).unwrap())
}

/// A folder with one list, which revokes these serial numbers.
struct Folder {
    home: tempfile::TempDir,
    key: PKey<Private>,
}

impl Folder {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { home, key: key() }
    }

    fn list(&self) -> PathBuf {
        self.home.path().join("one.crl")
    }

    fn index(&self) -> PathBuf {
        self.home.path().join("one.index")
    }

    /// Puts a list in its place by a rename, as a fetch does.
    fn put(&self, serial: u8) {
        let der = list(&signed(&entry(&[serial], REASON), &[]), &self.key);
        crate::files::put(&self.list(), &der).unwrap();
    }

    fn look_up(&self, issuers: &[Arc<Certificate>]) -> Status {
        let at: Timestamp = "2026-01-15T00:00:00Z".parse().unwrap();
        let wanted = [Wanted::Serial(vec![2])];
        let looked = kept::look_up(self.list(), &wanted, &Terms::strict(issuers, at)).unwrap();
        looked.said[0].clone()
    }
}

fn is_revoked(status: &Status) -> bool {
    matches!(status, Status::Revoked { .. })
}

#[test]
fn an_index_is_of_the_file_that_was_read_and_not_of_one_that_came_meanwhile() {
    let folder = Folder::new();
    let issuers = [authority(&folder.key)];
    folder.put(1);
    let at: Timestamp = "2026-01-15T00:00:00Z".parse().unwrap();
    let terms = Terms::strict(&issuers, at);
    // A reader has read the old list, and not yet written its index, when a fetch puts the next one in its place.
    let read = lookup::read_whole(folder.list(), &[], &terms, true).unwrap();
    folder.put(2);
    kept::keep(read.index.unwrap(), &read.looked, read.identity).unwrap();
    assert!(folder.index().exists());
    assert!(is_revoked(&folder.look_up(&issuers)));
    assert!(is_revoked(&folder.look_up(&issuers)));
}

#[test]
fn a_reader_beside_a_writer_never_takes_one_list_for_the_other() {
    let folder = Folder::new();
    let issuers = [authority(&folder.key)];
    folder.put(1);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..200 {
                folder.put(1 + number % 2);
            }
        });
        while !writer.is_finished() {
            folder.look_up(&issuers);
        }
    });
    // The last of all revokes it.
    assert!(is_revoked(&folder.look_up(&issuers)));
    folder.put(1);
    assert_eq!(folder.look_up(&issuers), Status::Good);
}

#[test]
fn what_nobodys_key_fits_is_not_indexed_and_a_right_issuer_that_comes_later_is_tried() {
    let folder = Folder::new();
    let (right, wrong) = (authority(&folder.key), authority(&key()));
    folder.put(2);
    let under_the_wrong_one = folder.look_up(&[Arc::clone(&wrong)]);
    assert_eq!(under_the_wrong_one, Status::Undetermined(Gap::BadSignature));
    assert!(!folder.index().exists());
    let both = [Arc::clone(&wrong), right];
    assert!(is_revoked(&folder.look_up(&both)));
    // Nor does whoever has only the wrong one lose the index that is there.
    let index = fs::read(folder.index()).unwrap();
    folder.look_up(&[wrong]);
    assert_eq!(fs::read(folder.index()).unwrap(), index);
}

#[test]
fn an_index_of_an_older_ptl_that_knows_no_signer_is_not_believed() {
    let folder = Folder::new();
    let (right, wrong) = (authority(&folder.key), authority(&key()));
    folder.put(2);
    let mut builder = Builder::default();
    let file = fs::File::open(folder.list()).unwrap();
    let identity = Identity::of(&file.metadata().unwrap());
    let public = wrong.x509().public_key().unwrap();
    let list = scan(file, Some(&public), |entry| builder.add(entry)).unwrap();
    let known = Known {
        list,
        signer: Some(wrong.sha256.clone()),
        file: identity,
    };
    fs::write(folder.index(), builder.finish(&known).unwrap()).unwrap();
    assert!(is_revoked(&folder.look_up(&[wrong, right])));
}

#[test]
fn a_later_list_of_the_same_name_and_another_key_supersedes_nothing() {
    let (one, other) = (Folder::new(), Folder::new());
    one.put(2);
    let later = signed_on(b"260102000000Z", &entry(&[1], REASON), &[]);
    fs::write(other.list(), list(&later, &other.key)).unwrap();
    let issuers = [authority(&one.key), authority(&other.key)];
    let at: Timestamp = "2026-01-15T00:00:00Z".parse().unwrap();
    let look_up = |file: PathBuf| {
        let wanted = [Wanted::Serial(vec![2])];
        kept::look_up(file, &wanted, &Terms::strict(&issuers, at)).unwrap()
    };
    let both = [look_up(one.list()), look_up(other.list())];
    let current = lookup::current(&both, at);
    assert!(current.iter().any(|it| is_revoked(&it.said[0])));
    // One of its own key does.
    fs::write(other.list(), list(&later, &one.key)).unwrap();
    let both = [look_up(one.list()), look_up(other.list())];
    let current = lookup::current(&both, at);
    assert_eq!(current.len(), 1);
    assert_eq!(current[0].said, [Status::Good]);
}

#[test]
fn a_delta_changes_the_list_of_its_issuer_however_the_name_is_spelt() {
    let folder = Folder::new();
    let issuers = [authority(&folder.key)];
    folder.put(1);
    let at: Timestamp = "2026-01-15T00:00:00Z".parse().unwrap();
    let wanted = [Wanted::Serial(vec![2])];
    let looked = kept::look_up(folder.list(), &wanted, &Terms::strict(&issuers, at)).unwrap();
    assert_eq!(looked.said, [Status::Good]);
    for (spelt, is_changed) in [("CA", true), ("ca", true), (" Ca", true), ("CB", false)] {
        let mut both = [looked.clone(), looked.clone()];
        both[1].list.issuer = name(spelt);
        both[1].list.extensions.is_delta = true;
        lookup::leave_changed(&mut both);
        assert_eq!(both[0].said != [Status::Good], is_changed, "{spelt}");
    }
}
