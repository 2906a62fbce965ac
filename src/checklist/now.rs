//! What states depend on besides the record: the time, and what a proof is about.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::definition::{Artefact, Step};
use crate::{
    config::{Endpoint, Install},
    survey, x509,
};

/// The time, and what there is of each artefact now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Now {
    /// The time.
    pub at: Timestamp,
    /// By environment; nothing: what holds for all.
    artefacts: BTreeMap<(Option<String>, Artefact), String>,
}

impl Now {
    /// A moment at which nothing is known of any artefact.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            artefacts: BTreeMap::new(),
        }
    }

    /// As an install is now. What cannot be read is not known, and opens no step.
    pub fn of(install: &Install, at: Timestamp) -> Self {
        Self::knowing(install, at, |_, endpoint| certificate(endpoint))
    }

    /// As [`Now::of`], where who asks has read the certificates: SHA-256 of an environment's, if there is one.
    pub fn knowing(
        install: &Install,
        at: Timestamp,
        certificate: impl Fn(&str, &Endpoint) -> Option<String>,
    ) -> Self {
        let mut now = Self::at(at);
        now.set(
            None,
            Artefact::Version,
            Some(install.product_version.clone()),
        );
        for (id, endpoint) in &install.environments {
            now.set(Some(id), Artefact::Hosts, Some(hosts(endpoint)));
            now.set(Some(id), Artefact::Certificate, certificate(id, endpoint));
            now.set(Some(id), Artefact::Request, request(endpoint, install));
        }
        now
    }

    /// Says what there is of an artefact.
    pub fn set(&mut self, environment: Option<&str>, artefact: Artefact, value: Option<String>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.artefacts
                .insert((environment.map(str::to_owned), artefact), value);
        }
    }

    /// What there is of an artefact that a step is about; nothing where that is not known.
    pub fn artefact(&self, step: &Step, artefact: Artefact) -> Option<&str> {
        let environment = match artefact {
            Artefact::Version => None,
            _ => step.environment.clone(),
        };
        let value = self.artefacts.get(&(environment, artefact));
        value.map(String::as_str)
    }

    /// All that a step is about, as it is now.
    pub fn bound(&self, step: &Step) -> BTreeMap<Artefact, String> {
        let about = step.about.iter();
        about
            .filter_map(|it| Some((*it, self.artefact(step, *it)?.to_owned())))
            .collect()
    }
}

/// The names and addresses that others have registered.
fn hosts(endpoint: &Endpoint) -> String {
    let address = endpoint.source_address.map(|it| it.to_string());
    let words = [endpoint.fqdn.clone(), endpoint.endpoint.clone(), address];
    let words: Vec<String> = words.into_iter().flatten().collect();
    words.join(" ")
}

/// SHA-256 of the endpoint's certificate.
fn certificate(endpoint: &Endpoint) -> Option<String> {
    let certificates = x509::certificates(endpoint.certificate.as_deref()?).ok()?;
    certificates.first().map(|it| it.sha256.clone())
}

/// SHA-256 of the request's public key.
fn request(endpoint: &Endpoint, install: &Install) -> Option<String> {
    let path = survey::csr::beside_the_key(endpoint, install)?;
    path.is_file().then_some(())?;
    survey::csr::public_key(&path)
}
