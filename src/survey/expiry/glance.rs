//! What ends in one of many installs: what its files say of themselves, each read once, and nothing proven.
//!
//! [`Endings::of_install`] has kept lists verified, and looks for requests; who looks at thousands of installs wants
//! to know which of them to look at.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::File,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use openssl::sha::sha256;
use zeroize::Zeroizing;

use super::{Endings, Kind, kind_of};
use crate::{
    config::{Endpoint, Install},
    crl::{self, cache::Cache},
    error::Result,
    files,
    x509::{self, Certificate, Contents, Object, read},
};

/// What ends in an install, and which certificates it has.
#[derive(Clone, Debug, Default)]
pub struct Glance {
    /// What ends, the nearest first.
    pub endings: Endings,
    /// SHA-256 of each environment's certificate, lower-case hex.
    pub certificates: BTreeMap<String, String>,
}

/// What was read once, and stands in many installs: the files of CAs.
#[derive(Debug, Default)]
pub struct Glances {
    authorities: Mutex<HashMap<[u8; 32], Arc<Vec<Seen>>>>,
}

/// What is wanted of a certificate.
#[derive(Clone, Debug)]
struct Seen {
    kind: Kind,
    name: String,
    not_after: Timestamp,
    sha256: String,
}

impl Seen {
    fn of(certificate: &Certificate) -> Self {
        Self {
            kind: kind_of(certificate),
            name: certificate.label(),
            not_after: certificate.not_after,
            sha256: certificate.sha256.clone(),
        }
    }
}

impl Glances {
    /// Looks at an install.
    pub fn at(&self, install: &Install, at: Timestamp) -> Glance {
        let mut glance = Glance::default();
        for (id, endpoint) in &install.environments {
            self.endpoint(&mut glance, id, endpoint, at);
            kept_lists(&mut glance.endings, id, install, at);
        }
        glance.endings = glance.endings.sorted();
        glance
    }

    fn endpoint(&self, glance: &mut Glance, id: &str, endpoint: &Endpoint, at: Timestamp) {
        let own = endpoint.certificate.iter().map(|file| (file, true));
        let others = endpoint.chain.iter().chain(&endpoint.trust);
        let mut told = HashSet::new();
        for (file, is_own) in own.chain(others.map(|file| (file, false))) {
            let seen = match is_own {
                true => certificates(file).map(Arc::new),
                false => self.authorities(file),
            };
            let seen = match seen {
                Ok(seen) => seen,
                Err(error) => {
                    glance.endings.problems.push(format!("{id}: {error}"));
                    continue;
                }
            };
            if let (true, Some(first)) = (is_own, seen.first()) {
                glance
                    .certificates
                    .insert(id.to_owned(), first.sha256.clone());
            }
            for it in seen.iter().filter(|it| told.insert(it.sha256.clone())) {
                let file = file.display().to_string();
                let (name, ends) = (it.name.clone(), it.not_after);
                glance
                    .endings
                    .push(Some(id), it.kind, name, &file, ends, at);
            }
        }
    }

    /// The certificates of a file that others may have too: the same bytes are taken apart once.
    fn authorities(&self, file: &Path) -> Result<Arc<Vec<Seen>>> {
        if file.is_dir() {
            return certificates(file).map(Arc::new);
        }
        let bytes = Zeroizing::new(files::read(file, files::SMALL)?);
        let digest = sha256(&bytes);
        let known = || {
            let known = &self.authorities;
            known.lock().unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(seen) = known().get(&digest) {
            return Ok(Arc::clone(seen));
        }
        let objects = read::parse(&bytes, file, None)?;
        let certificates = objects.iter().filter_map(|object| match object {
            Object::Certificate(certificate) => Some(Seen::of(certificate)),
            _ => None,
        });
        let seen: Arc<Vec<Seen>> = Arc::new(certificates.collect());
        if seen.is_empty() {
            // What it holds instead is said as it is everywhere.
            Contents::of_file(file, None)?.refuse_without_certificates(file)?;
        }
        known().insert(digest, Arc::clone(&seen));
        Ok(seen)
    }
}

fn certificates(file: &Path) -> Result<Vec<Seen>> {
    let certificates = x509::certificates_of(file, None)?;
    Ok(certificates.iter().map(Seen::of).collect())
}

/// The lists that `ptl crl fetch` keeps, by their first bytes.
fn kept_lists(endings: &mut Endings, id: &str, install: &Install, at: Timestamp) {
    let cache = Cache::of(install.revocation.folder_of(id));
    let lists = cache.lists().unwrap_or_else(|error| {
        endings.problems.push(format!("{id}: {error}"));
        Vec::new()
    });
    for path in lists {
        let shown = path.display().to_string();
        let begun = files::open_regular(&path)
            .map_err(|error| error.to_string())
            .and_then(|(file, _): (File, u64)| {
                crl::beginning(file).map_err(|problem| format!("`{shown}`: {problem}"))
            });
        match begun {
            Ok((issuer, Some(ends))) => {
                let issuer = x509::name_text(&issuer).unwrap_or_default();
                endings.push(Some(id), Kind::List, issuer, &shown, ends, at);
                endings.leave_to_the_job();
            }
            Ok((_, None)) => {}
            Err(why) => endings.problems.push(format!("{id}: {why}")),
        }
    }
}
