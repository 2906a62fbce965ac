//! Where pinned CAs are found: in the files of an install, in files that are named, in the system's store.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::wanted::is_in_force;
use crate::{
    config::Endpoint,
    environment::{Authority, Environment, Generation, Standing},
    error::{Error, Result},
    x509::{self, Certificate, Contents},
};

/// Somewhere that certificates were looked for.
#[derive(Debug, Default)]
pub struct Place {
    /// What it is called: `trust ca/root.pem`, `system`.
    pub name: String,
    /// The certificates there.
    pub certificates: Vec<Certificate>,
    /// What could not be read of it, or all of it.
    pub problems: Vec<String>,
    /// Whether a CA may be there all the same: it could not be read.
    pub may_hold_more: bool,
}

/// What is known of a CA's whereabouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It was found.
    Found,
    /// It must be there, and is not.
    Missing,
    /// It was not found, but a place could not be read, or what says that it is needed is too weak.
    Unknown,
    /// It was not found, and need not be there.
    NotNeeded,
}

/// A generation, how it stands, and where its CAs are.
#[derive(Debug)]
pub struct Holding<'a> {
    /// The generation.
    pub generation: &'a Generation,
    /// How it stands towards peers.
    pub accept: Standing,
    /// How it stands for our own certificate.
    pub present: Standing,
    /// Whether `require` of `ptl.toml` decides that, against the profile's dates.
    pub overridden: bool,
    /// Its CAs, the root first.
    pub authorities: Vec<Held<'a>>,
}

/// A CA, and where it is.
#[derive(Debug)]
pub struct Held<'a> {
    /// The CA.
    pub authority: &'a Authority,
    /// Whether it is the generation's root.
    pub is_root: bool,
    /// The places in which it stands.
    pub found: Vec<String>,
    /// Certificates that bear its name and are not it: place and SHA-256.
    pub namesakes: Vec<(String, String)>,
    /// What that comes down to.
    pub state: State,
}

impl Place {
    /// A file or folder that is named on the command line.
    ///
    /// # Errors
    /// Where it cannot be read, or holds no certificate.
    pub fn named(path: &Path) -> Result<Self> {
        let contents = Contents::of(path, None)?;
        contents.refuse_without_certificates(path)?;
        Ok(Self::holding(path.display().to_string(), contents))
    }

    /// The `trust`, `chain` and `certificate` of an install in an environment: sub CAs may follow the leaf in its
    /// file. What cannot be read is said of its place.
    pub fn all_of_install(endpoint: &Endpoint) -> Vec<Self> {
        let named = |setting: &'static str, path: &PathBuf| {
            let name = format!("{setting} {}", path.display());
            match Contents::of(path, None) {
                Ok(contents) => Self::holding(name, contents),
                Err(error) => Self {
                    // What is not there holds nothing.
                    may_hold_more: !matches!(path.try_exists(), Ok(false)),
                    problems: vec![in_full(&error)],
                    name,
                    ..Self::default()
                },
            }
        };
        let trust = endpoint.trust.iter().map(|path| named("trust", path));
        let chain = endpoint.chain.iter().map(|path| named("chain", path));
        let certificate = endpoint.certificate.iter();
        let certificate = certificate.map(|path| named("certificate", path));
        trust.chain(chain).chain(certificate).collect()
    }

    /// The CAs that this system trusts.
    pub fn system() -> Self {
        match x509::system_store() {
            // One CA of the system that is damaged is none of the NHS's.
            Ok(contents) => Self {
                name: "system".to_owned(),
                certificates: contents.certificates,
                ..Self::default()
            },
            Err(error) => Self {
                name: "system".to_owned(),
                problems: vec![in_full(&error)],
                ..Self::default()
            },
        }
    }

    fn holding(name: String, contents: Contents) -> Self {
        Self {
            name,
            may_hold_more: !contents.damaged.is_empty(),
            certificates: contents.certificates,
            problems: contents.damaged,
        }
    }
}

fn in_full(error: &Error) -> String {
    let problems = error.problems().iter();
    problems.fold(error.to_string(), |all, more| format!("{all}; {more}"))
}

/// Every generation of an environment, and where its CAs are.
pub fn holdings<'a>(
    environment: &'a Environment,
    endpoint: &Endpoint,
    at: Timestamp,
    places: &[Place],
) -> Vec<Holding<'a>> {
    let generations = environment.generations.iter();
    let holding = |generation: &'a Generation| {
        let by_date = [generation.accept_at(at), generation.present_at(at)];
        let [accept, present] = by_date.map(|it| endpoint.in_force(generation, it));
        let needed = is_in_force(generation, endpoint, at);
        let authorities = generation.authorities().enumerate();
        Holding {
            generation,
            accept,
            present,
            overridden: by_date != [accept, present],
            authorities: authorities
                .map(|(number, authority)| {
                    let sure = generation.provenance.can_fail() && authority.provenance.can_fail();
                    let mut held = look_for(authority, places);
                    held.is_root = number == 0;
                    held.state = match (held.found.is_empty(), needed) {
                        (false, _) => State::Found,
                        (true, false) => State::NotNeeded,
                        (true, true) if sure && !places.iter().any(|it| it.may_hold_more) => {
                            State::Missing
                        }
                        (true, true) => State::Unknown,
                    };
                    held
                })
                .collect(),
        }
    };
    generations.map(holding).collect()
}

fn look_for<'a>(authority: &'a Authority, places: &[Place]) -> Held<'a> {
    let mut held = Held {
        authority,
        is_root: false,
        found: Vec::new(),
        namesakes: Vec::new(),
        state: State::NotNeeded,
    };
    for place in places {
        for certificate in &place.certificates {
            if certificate.sha256 == authority.sha256 {
                if held.found.last() != Some(&place.name) {
                    held.found.push(place.name.clone());
                }
            } else if authority.is_named(&certificate.subject) {
                let namesake = (place.name.clone(), certificate.sha256.clone());
                held.namesakes.push(namesake);
            }
        }
    }
    held
}
