//! Every date that ends something: of an install in its environments, or of files.

mod glance;

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

pub use glance::{Glance, Glances};

use super::csr::beside_the_key;
use crate::{
    config::{Endpoint, Install},
    crl::{cache::Cache, kept, lookup::Terms},
    error::{Error, Result},
    x509::{self, Certificate, Contents, Object, csr::Request, key::Passphrase, read},
};

/// What ends, or is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Our own certificate, or another endpoint's.
    Leaf,
    /// A CA below a root.
    Sub,
    /// A root.
    Root,
    /// A revocation list.
    List,
    /// A waiver of `ptl.toml`.
    Waiver,
    /// A request that no certificate has answered.
    Request,
}

/// How near an end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nearness {
    /// It has passed.
    Ended,
    /// Within 30 days: a desk answers in days to weeks.
    Soon,
    /// Within 90 days.
    Near,
    /// Later.
    Far,
    /// Nothing ends: it is waited for.
    Waiting,
}

/// One thing that ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ending {
    /// The environment of the install; nothing for a waiver, or for files.
    pub environment: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// Its last moment; of a waiver the end of its last day. Nothing for a request.
    pub ends: Option<Timestamp>,
    /// Since when it is waited for.
    pub since: Option<Timestamp>,
    /// Whole days until then, below 0 where it has passed; or days waited.
    pub days: i64,
    /// How near that is.
    pub nearness: Nearness,
}

/// What was found: endings, the nearest first, and what could not be read.
#[derive(Clone, Debug, Default)]
pub struct Endings {
    /// What ends.
    pub all: Vec<Ending>,
    /// Files that could not be read, each with why.
    pub problems: Vec<String>,
}

const DAY: i64 = 24 * 60 * 60;

impl Ending {
    /// Whether it is over, or will be within so many days, without anything being done about it by itself.
    pub fn is_within(&self, days: i64) -> bool {
        let is_kept_list = self.kind == Kind::List && self.environment.is_some();
        match self.nearness {
            Nearness::Waiting => false,
            Nearness::Ended => true,
            _ => !is_kept_list && self.days < days,
        }
    }
}

impl Endings {
    /// What ends in an install: in each of its environments, or in the one that is chosen.
    pub fn of_install(install: &Install, chosen: Option<&str>, at: Timestamp) -> Self {
        let mut endings = Self::default();
        let environments = install.environments.iter();
        for (id, endpoint) in environments.filter(|(id, _)| chosen.is_none_or(|it| it == *id)) {
            endings.endpoint(id, endpoint, install, at);
        }
        for waiver in &install.waivers {
            // Its last day still counts.
            let ends = waiver
                .until
                .tomorrow()
                .ok()
                .and_then(|day| day.to_zoned(TimeZone::UTC).ok());
            if let Some(ends) = ends {
                let (name, file) = (format!("waiver of {}", waiver.check), crate::config::FILE);
                endings.push(None, Kind::Waiver, name, file, ends.timestamp(), at);
            }
        }
        endings.sorted()
    }

    /// What ends in files and folders: certificates and revocation lists; the passphrase opens stores.
    ///
    /// # Errors
    /// Where one of them cannot be read.
    pub fn of_files(
        paths: &[PathBuf],
        passphrase: Option<&Passphrase>,
        at: Timestamp,
    ) -> Result<Self> {
        let mut endings = Self::default();
        for path in paths {
            let file = path.display().to_string();
            let contents = Contents::of(path, passphrase)?;
            let before = endings.all.len();
            for certificate in &contents.certificates {
                endings.certificate(None, certificate, &file, at);
            }
            for list in &contents.lists {
                if let Some(ends) = list.next_update {
                    endings.push(None, Kind::List, list.issuer.clone(), &file, ends, at);
                }
            }
            endings.problems.extend(contents.damaged.iter().cloned());
            if endings.all.len() == before && contents.damaged.is_empty() {
                return Err(
                    Error::input(format!("`{file}` holds nothing that ends: {contents}"))
                        .hint("Name certificates, revocation lists, or folders of them."),
                );
            }
        }
        Ok(endings.sorted())
    }

    fn endpoint(&mut self, id: &str, endpoint: &Endpoint, install: &Install, at: Timestamp) {
        let mut seen = HashSet::new();
        let mut keys = HashSet::new();
        let mut authorities = Vec::new();
        let own = endpoint.certificate.iter().chain(&endpoint.chain);
        for file in own.chain(&endpoint.trust) {
            match x509::certificates_of(file, None) {
                Ok(certificates) => {
                    for certificate in certificates {
                        keys.insert(certificate.spki_sha256.clone());
                        if seen.insert(certificate.sha256.clone()) {
                            let file = file.display().to_string();
                            self.certificate(Some(id), &certificate, &file, at);
                            authorities.extend(certificate.is_ca().then(|| Arc::new(certificate)));
                        }
                    }
                }
                Err(error) => self.problems.push(format!("{id}: {error}")),
            }
        }
        self.request(id, endpoint, install, &keys, at);
        self.kept_lists(id, install, &Terms::strict(&authorities, at));
    }

    /// The lists that `ptl crl fetch` keeps: by their indexes, where the CAs that signed them are at hand.
    fn kept_lists(&mut self, id: &str, install: &Install, terms: &Terms<'_>) {
        let cache = Cache::of(install.revocation.folder_of(id));
        let lists = cache.lists().unwrap_or_else(|error| {
            self.problems.push(format!("{id}: {error}"));
            Vec::new()
        });
        for file in lists {
            match kept::look_up(file.clone(), &[], terms) {
                Ok(looked) => {
                    let issuer = x509::name_text(&looked.list.issuer).unwrap_or_default();
                    if let Some(ends) = looked.list.next_update {
                        let file = file.display().to_string();
                        self.push(Some(id), Kind::List, issuer, &file, ends, terms.at);
                        self.leave_to_the_job();
                    }
                }
                Err(error) => self.problems.push(format!("{id}: {error}")),
            }
        }
    }

    /// A kept list lives a week or so, and a job has the next one: that it ends soon is no news, that it has ended is.
    fn leave_to_the_job(&mut self) {
        if let Some(list) = self.all.last_mut().filter(|it| it.days >= 0) {
            list.nearness = Nearness::Far;
        }
    }

    /// The request beside the key, where no certificate of the environment is of its key.
    fn request(
        &mut self,
        id: &str,
        endpoint: &Endpoint,
        install: &Install,
        keys: &HashSet<String>,
        at: Timestamp,
    ) {
        let Some(path) = beside_the_key(endpoint, install) else {
            return;
        };
        let Some((request, since)) = request_of(&path) else {
            return;
        };
        if keys.contains(&request.spki_sha256) {
            return;
        }
        let days = (at.as_second() - since.as_second()).max(0) / DAY;
        self.all.push(Ending {
            environment: Some(id.to_owned()),
            kind: Kind::Request,
            name: request.values("CN").next().unwrap_or_default().to_owned(),
            file: path.display().to_string(),
            ends: None,
            since: Some(since),
            days,
            nearness: Nearness::Waiting,
        });
    }

    fn certificate(&mut self, id: Option<&str>, it: &Certificate, file: &str, at: Timestamp) {
        self.push(id, kind_of(it), it.label(), file, it.not_after, at);
    }

    fn push(
        &mut self,
        environment: Option<&str>,
        kind: Kind,
        name: String,
        file: &str,
        ends: Timestamp,
        at: Timestamp,
    ) {
        let days = (ends.as_second() - at.as_second()).div_euclid(DAY);
        self.all.push(Ending {
            environment: environment.map(str::to_owned),
            kind,
            name,
            file: file.to_owned(),
            ends: Some(ends),
            since: None,
            days,
            nearness: match days {
                ..0 => Nearness::Ended,
                0..=30 => Nearness::Soon,
                31..=90 => Nearness::Near,
                _ => Nearness::Far,
            },
        });
    }

    /// The nearest end first; what is waited for after what has ended.
    fn sorted(mut self) -> Self {
        self.all.sort_by_key(|ending| {
            let waits = ending.nearness == Nearness::Waiting;
            (ending.nearness != Nearness::Ended, !waits, ending.ends)
        });
        self
    }
}

fn kind_of(certificate: &Certificate) -> Kind {
    match certificate.is_ca() {
        false => Kind::Leaf,
        true if certificate.is_self_signed() => Kind::Root,
        true => Kind::Sub,
    }
}

/// A request and when its file was written.
fn request_of(path: &Path) -> Option<(Request, Timestamp)> {
    let written = fs::metadata(path).and_then(|about| about.modified()).ok()?;
    let since = Timestamp::try_from(written).ok()?;
    let mut objects = read::objects(path).ok()?.into_iter();
    let request = objects.find_map(|object| match object {
        Object::Request(der) => Request::from_der(&der).ok(),
        _ => None,
    })?;
    Some((request, since))
}
