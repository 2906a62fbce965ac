//! Spine environments as data: hosts, resolvers, generations, and how far each fact can be trusted.
//!
//! A profile is a TOML file in `templates/environments/`; `--env` also takes a file of the same
//! format. No `if environment == "int"` stands anywhere in the code.

mod generation;
mod profile;
mod raw;
mod rules;
mod write;

use std::net::IpAddr;

use serde::Serialize;

pub use generation::{Authority, Generation, Life, Standing};
pub use profile::{SHIPPED, all, find};
pub(crate) use rules::is_host_name;

/// The services that can be onboarded.
pub const SERVICES: &[&str] = &["booking", "gp-connect"];

/// How far a fact can be trusted.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize,
)]
pub enum Confidence {
    /// An official NHS page, or documentation of an NHS repository.
    A,
    /// Code or configuration of an NHS repository.
    B,
    /// A third party's code, test data or example.
    C,
    /// Inferred or uncertain.
    #[serde(rename = "?")]
    Uncertain,
}

/// Where a fact comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The page or repository.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// Whether the source predates 2022 or describes what has been replaced since.
    pub old: bool,
    /// What another source says instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
}

impl Provenance {
    /// Whether a failure may rest on it: confidence C, old or contested facts never make a failure.
    pub fn can_fail(&self) -> bool {
        self.confidence <= Confidence::B && !self.old && self.conflict.is_none()
    }
}

/// Which side of a service the product is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Deserialize,
    serde::Serialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It answers requests that come through Spine.
    Provider,
    /// It sends requests through Spine.
    Consumer,
}

impl Role {
    /// The words that `ptl.toml` has for the roles.
    pub const WORDS: [&'static str; 2] = ["provider", "consumer"];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Provider => Self::WORDS[0],
            Self::Consumer => Self::WORDS[1],
        }
    }

    /// The role of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Provider, Self::Consumer]
            .into_iter()
            .find(|role| role.word() == word)
    }
}

/// One Spine environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// Its short name: `int`.
    pub id: String,
    /// Its full name: `Integration`.
    pub name: String,
    /// The NHS page that describes it.
    pub page: String,
    /// Where certificate requests go.
    pub desk: Desk,
    /// The hosts on the way, in both directions.
    #[serde(rename = "host")]
    pub hosts: Vec<Host>,
    /// The name servers of the health network.
    #[serde(rename = "resolver")]
    pub resolvers: Vec<Resolver>,
    /// What its TLS must be like.
    pub tls: TlsRules,
    /// Its trust generations, oldest first.
    #[serde(rename = "generation")]
    pub generations: Vec<Generation>,
    /// What the sources do not say, each as a sentence that names what `ptl.toml` can supply.
    #[serde(rename = "gap")]
    pub gaps: Vec<Gap>,
}

/// Something that no source states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// What is missing, by a short name: `msg-out`, `ssp`, `nat-addresses`, `ssp-client-names`.
    pub what: String,
    /// What that means, and what can be done about it.
    pub note: String,
}

/// Where certificate requests of an environment go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Desk {
    /// Who signs.
    pub name: String,
    /// The address to write to.
    pub mail: String,
    /// The form, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// What must be in hand before, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Where this comes from.
    pub provenance: Provenance,
}

/// Which way a connection is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The supplier connects to it.
    Out,
    /// It connects to the supplier.
    In,
}

/// Which network a host is reached by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// The Health and Social Care Network.
    Hscn,
    /// The internet.
    Internet,
    /// No source says.
    Unknown,
}

/// What is spoken on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// TLS, the server alone shows a certificate.
    Tls,
    /// TLS in which both sides show a certificate.
    MutualTls,
    /// Plain HTTP.
    Http,
}

/// One host on the way to or from Spine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its port; for an inbound host our own.
    pub port: u16,
    /// Who opens the connection.
    pub direction: Direction,
    /// Which network it is reached by.
    pub network: Network,
    /// What is spoken there.
    pub protocol: Protocol,
    /// What it is for: `ssp`, `sds`, `crl`, `msg-out`.
    pub purpose: String,
    /// A path to ask for over HTTP, where the host serves lists or certificates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Which services need it; empty: none by default, `--all` shows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Which roles of those services need it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// Its addresses where a source gives them; empty means not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// Where the addresses come from, where that is not where the name comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses_provenance: Option<Provenance>,
    /// What a person should know besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where this comes from.
    pub provenance: Provenance,
}

impl Host {
    /// How far its addresses can be trusted.
    pub fn addresses_provenance(&self) -> &Provenance {
        self.addresses_provenance
            .as_ref()
            .unwrap_or(&self.provenance)
    }

    /// Whether a role of a service needs it.
    pub fn is_needed_by(&self, service: &str, role: Role) -> bool {
        self.services.iter().any(|needs| needs == service) && self.roles.contains(&role)
    }
}

/// A name server of the health network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resolver {
    /// Its address.
    pub address: IpAddr,
    /// Its port: 53 but for rehearsals.
    pub port: u16,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where this comes from.
    pub provenance: Provenance,
}

/// What TLS must be like in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TlsRules {
    /// The lowest version that is taken: `1.2`.
    pub min_version: String,
    /// The cipher suites that are taken, best first, by OpenSSL's names.
    pub ciphers: Vec<String>,
    /// Where this comes from.
    pub provenance: Provenance,
}

impl Environment {
    /// The generation of an id.
    pub fn generation(&self, id: &str) -> Option<&Generation> {
        self.generations
            .iter()
            .find(|generation| generation.id == id)
    }
}

#[cfg(test)]
mod tests;
